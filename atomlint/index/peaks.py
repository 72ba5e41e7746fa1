"""What runs beside a deployment's machines while a new version takes over.

Facts of flyctl's deploy package: ``release_command`` runs on a machine of its own, which is gone before anything else
changes; bluegreen makes every machine once more; canary makes one more for each group, and destroys it before it goes on
as rolling does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .figures import Figure

if TYPE_CHECKING:
    from .deployments import Deployment

MIGRATES = re.compile(r"\balembic\b|migrat|\bdb[\s_-]upgrade\b|\bcreate_all\b|\bprestart\b", re.IGNORECASE)
SCRIPT = re.compile(r"[\w./-]+\.(?:sh|bash|py)\b")


class Overlap(NamedTuple):
    """Machines that a strategy adds to those of a group."""

    strategy: str = ""
    factor: int = 1
    """What each one stands for."""
    extra: int = 0
    """How many more a group has."""

    def of(self, machines: float) -> float:
        """Machines of a group while a deployment runs; a group that has none gets none."""
        return machines * self.factor + (self.extra if machines else 0)


OVERLAPS = {"bluegreen": Overlap("bluegreen", factor=2), "canary": Overlap("canary", extra=1)}


def overlap(deployment: Deployment) -> Overlap:
    """What the strategy of a deployment adds."""
    return OVERLAPS.get(deployment.fly.deploy.strategy or "", Overlap())


def release(deployment: Deployment) -> Figure | None:
    """The connection of a ``release_command`` that works on the database, beside all machines of the version before.

    None where it is not seen to, and where the strategy adds more machines later than it does now.
    """
    command = deployment.fly.deploy.release_command
    if command is None or overlap(deployment) != Overlap():
        return None
    texts = [command, *(deployment.script(word) for word in SCRIPT.findall(command))]
    if not any(map(MIGRATES.search, texts)):
        return None
    return Figure(1, "release_command", deployment.fly.place("deploy", "release_command"))
