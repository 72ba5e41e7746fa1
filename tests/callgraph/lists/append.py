# calls:
#   append -> append.one

def one():
    pass


jobs = []
jobs.append(one)
jobs[0]()
