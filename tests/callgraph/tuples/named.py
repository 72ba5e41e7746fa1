# calls:
#   named -> collections.namedtuple
#   named -> named.one
#   named -> named.two

from collections import namedtuple
from typing import NamedTuple


def one():
    pass


def two():
    pass


class Job(NamedTuple):
    run: object
    size: int


Pair = namedtuple("Pair", "first second")
Job(one, 3).run()
a, b = Pair(one, two)
b()
