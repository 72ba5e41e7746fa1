# calls:
#   registry -> registry.register
#   registry -> registry.beta

REGISTRY = {}


def register(function):
    REGISTRY[function.__name__] = function
    return function


@register
def alpha():
    pass


@register
def beta():
    pass


REGISTRY["beta"]()
