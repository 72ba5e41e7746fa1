# calls:
#   index -> index.two
#   index -> index.one

def one():
    pass


def two():
    pass


jobs = [one, two]
jobs[1]()
jobs[-2]()
