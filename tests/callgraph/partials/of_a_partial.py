# calls:
#   of_a_partial -> functools.partial
#   of_a_partial -> of_a_partial.go
#   of_a_partial.go -> of_a_partial.two

from functools import partial


def go(a, b):
    b()


def one():
    pass


def two():
    pass


partial(partial(go, one), two)()
