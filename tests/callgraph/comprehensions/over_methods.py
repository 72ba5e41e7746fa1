# calls:
#   over_methods -> <builtin>.range
#   over_methods -> over_methods.Job.run

class Job:
    def run(self):
        pass


jobs = [Job() for _ in range(3)]
for job in jobs:
    job.run()
