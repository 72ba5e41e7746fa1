# calls:
#   inside_each_branch -> inside_each_branch.one
#   inside_each_branch -> inside_each_branch.two

import sys


def one():
    pass


def two():
    pass


if sys.flags:
    job = one
    job()
else:
    job = two
    job()
