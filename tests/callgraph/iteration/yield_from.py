# calls:
#   yield_from -> yield_from.outer
#   yield_from -> yield_from.leaf
#   yield_from.outer -> yield_from.inner

def inner():
    yield leaf


def outer():
    yield from inner()


def leaf():
    pass


for step in outer():
    step()
