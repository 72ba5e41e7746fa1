# calls:
#   unknown_key -> unknown_key.one
#   unknown_key -> unknown_key.two

import sys


def one():
    pass


def two():
    pass


table = {"a": one, "b": two}
table[sys.argv[1]]()
