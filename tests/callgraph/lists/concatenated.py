# calls:
#   concatenated -> concatenated.two

def one():
    pass


def two():
    pass


jobs = [one] + [two]
jobs[1]()
