# calls:
#   default_used -> default_used.run
#   default_used.run -> default_used.standard

def standard():
    pass


def run(job=standard):
    job()


run()
