# calls:
#   through_two -> through_two.outer
#   through_two.outer -> through_two.inner
#   through_two.inner -> through_two.leaf

def leaf():
    pass


def inner(job):
    job()


def outer(job):
    inner(job)


outer(leaf)
