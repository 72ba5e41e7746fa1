# calls:
#   nested -> nested.outer
#   nested.outer -> nested.outer.inner
#   nested.outer.inner -> nested.leaf

def outer():
    def inner():
        leaf()

    inner()


def leaf():
    pass


outer()
