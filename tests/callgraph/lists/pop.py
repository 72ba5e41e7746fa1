# calls:
#   pop -> pop.two

def one():
    pass


def two():
    pass


jobs = [one, two]
jobs.pop()()
