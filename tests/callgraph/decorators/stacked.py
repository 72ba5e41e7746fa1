# calls:
#   stacked -> stacked.outer
#   stacked -> stacked.inner
#   stacked -> stacked.outer.wrapper
#   stacked.outer.wrapper -> stacked.inner.wrapper
#   stacked.inner.wrapper -> stacked.work

def outer(function):
    def wrapper():
        function()

    return wrapper


def inner(function):
    def wrapper():
        function()

    return wrapper


@outer
@inner
def work():
    pass


work()
