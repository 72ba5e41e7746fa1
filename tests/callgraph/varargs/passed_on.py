# calls:
#   passed_on -> passed_on.wrap
#   passed_on.wrap -> passed_on.target
#   passed_on.target -> passed_on.leaf

def leaf():
    pass


def target(job, name=None):
    job()


def wrap(*args, **kwargs):
    return target(*args, **kwargs)


wrap(leaf, name="x")
