# calls:
#   reduce -> functools.reduce
#   reduce -> reduce.plus

from functools import reduce


def plus(a, b):
    return a


reduce(plus, [1, 2])
