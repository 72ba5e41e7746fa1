# calls:
#   through_another -> through_another.outer
#   through_another -> through_another.leaf
#   through_another.outer -> through_another.inner

def inner():
    return leaf


def outer():
    return inner()


def leaf():
    pass


outer()()
