# calls:
#   default_factory -> dataclasses.dataclass
#   default_factory -> dataclasses.field
#   default_factory -> default_factory.hooks
#   default_factory -> default_factory.leaf

from dataclasses import dataclass, field


def leaf():
    pass


def hooks():
    return [leaf]


@dataclass
class Job:
    hooks: list = field(default_factory=hooks)


Job().hooks[0]()
