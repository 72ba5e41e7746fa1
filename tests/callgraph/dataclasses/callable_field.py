# calls:
#   callable_field -> dataclasses.dataclass
#   callable_field -> callable_field.leaf

from dataclasses import dataclass
from typing import Callable


def leaf():
    pass


@dataclass
class Job:
    name: str
    run: Callable


Job("a", run=leaf).run()
