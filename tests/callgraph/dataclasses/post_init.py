# calls:
#   post_init -> dataclasses.dataclass
#   post_init -> post_init.Job.__post_init__
#   post_init.Job.__post_init__ -> post_init.Job.check

from dataclasses import dataclass


@dataclass
class Job:
    name: str

    def __post_init__(self):
        self.check()

    def check(self):
        pass


Job("a")
