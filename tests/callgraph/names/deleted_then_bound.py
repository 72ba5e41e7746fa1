# calls:
#   deleted_then_bound -> deleted_then_bound.two

def one():
    pass


def two():
    pass


job = one
del job
job = two
job()
