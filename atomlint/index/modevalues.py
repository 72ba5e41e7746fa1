"""What the code makes of the mode that a deployment sets: whether it takes it for production."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .expressions import condition
from .worlds import World

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .modes import ModeGuard
    from .origins import Origins


class ValueWorld(World):
    """A test where the mode variable has one value."""

    def __init__(self, origins: Origins, value: str) -> None:
        super().__init__(origins, production=True)
        self.value = value.lower()

    def _mode(self, path: str, scope: int, expr: Expr) -> tuple[str, ...] | None:
        return None if super()._mode(path, scope, expr) is None else (self.value,)


def is_production(guard: ModeGuard, value: str) -> bool | None:
    """Whether a guard does with a value what it does in production; None when that cannot be told."""
    table = guard.index.project.linker.table(guard.path)
    place = guard.test
    if place.kind == "test":
        entry = table.facts.frames[place.ordinal]
        test = condition(entry.kind, entry.test)
        scope = guard.scope
    else:
        found = {
            "assign": lambda: table.facts.assigns[place.ordinal].value,
            "exit": lambda: table.facts.exits[place.ordinal].value,
        }.get(place.kind, lambda: None)()
        if type(found) is not list or found[:1] != ["if"]:
            return None
        test, scope = found[1], place.scope
    origins = guard.index.origins
    given = ValueWorld(origins, value).holds(guard.path, scope, test)
    wanted = World(origins, production=True).holds(guard.path, scope, test)
    unset = World(origins, production=False).holds(guard.path, scope, test)
    if given is None or wanted is None or wanted == unset:
        return None
    return given == wanted
