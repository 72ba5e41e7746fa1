"""The stages of a process start: the calls of its handler that lead to remote work."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from atomlint import Note

if TYPE_CHECKING:
    from atomlint import Call, Function
    from atomlint.index.startup import StartUse

OPENS = frozenset({"connect", "begin", "acquire", "create_pool", "create_all", "upgrade", "stamp", "close", "dispose"})
"""Operations that make a database usable, or give it back."""
MIGRATES = re.compile(r"migrat|(create|init|setup|ensure)_.*(tables?|schemas?|extensions?)\b|upgrade")
"""Names of functions without which there is no schema."""


class Stage(NamedTuple):
    """One call of a start-up handler, and the remote work that it leads to."""

    call: Call
    uses: tuple[StartUse, ...]

    @property
    def open(self) -> tuple[StartUse, ...]:
        """Uses whose error nothing catches."""
        return tuple(use for use in self.uses if not use.handled)

    @property
    def ensures(self) -> bool:
        """Whether it only makes the database usable, without which nothing works."""
        last = {use.operation.rpartition(".")[2] for use in self.open}
        prepares = last <= OPENS or "create_all" in last or "upgrade" in last or all(map(self._migrates, self.open))
        return prepares and all(use.resource == "database" for use in self.open)

    def _migrates(self, use: StartUse) -> bool:
        """Whether a function on the way says by its name that it makes the tables."""
        index = self.call.index
        names = (index.function(step.function).qualname.rpartition(".")[2] for step in use.chain[1:])
        return any(MIGRATES.search(name.lower()) for name in names)

    def trace(self) -> tuple[Note, ...]:
        """The calls from the handler down to the first remote call."""
        use = (self.open or self.uses)[0]
        index = self.call.index
        notes = []
        for step, below in zip(use.chain, use.chain[1:], strict=False):
            names = (index.function(step.function).qualname, index.function(below.function).qualname)
            notes.append(Note(index.call(step.function.place, step.call).span, f"{names[0]} calls {names[1]}"))
        last = use.chain[-1]
        where = index.function(last.function).qualname
        notes.append(Note(index.call(last.function.place, last.call).span, f"{where}: {use.operation}"))
        return tuple(notes)


def stages(function: Function) -> list[Stage]:
    """Stages of a start-up handler in source order; none for any other function.

    A handler that only hands on to one function of the project has the stages of that function.
    """
    uses = function.index.project.startup.get(function.value, [])
    depth = 0
    while uses and len({use.chain[depth] for use in uses}) == 1 and all(len(use.chain) > depth + 1 for use in uses):
        depth += 1
    found: dict[tuple[str, int], list[StartUse]] = {}
    for use in uses:
        step = use.chain[depth]
        found.setdefault((step.function.place, step.call), []).append(use)
    return [Stage(function.index.call(*place), tuple(group)) for place, group in sorted(found.items())]
