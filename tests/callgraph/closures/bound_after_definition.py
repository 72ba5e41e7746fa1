# calls:
#   bound_after_definition -> bound_after_definition.outer
#   bound_after_definition.outer -> bound_after_definition.outer.inner
#   bound_after_definition.outer.inner -> bound_after_definition.leaf

def outer():
    def inner():
        helper()

    helper = leaf
    inner()


def leaf():
    pass


outer()
