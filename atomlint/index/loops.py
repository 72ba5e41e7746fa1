"""Loops around a call: over how many of what they turn, and why.

Only what is inside of the call's own function counts: loops of its callers are theirs. The iterable of a loop runs once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from . import turns
from .looptables import LOOPS
from .tables import Table, dotted

if TYPE_CHECKING:
    from ..facts.records import Assign, Expr
    from .project import Project

STRAIGHT = frozenset({"with", "try", "finally"})
"""Frames that a turn always goes through."""
SHORT = ("any", "all", "next")
"""Callables that stop a generator at the first answer that suits them."""


class Loop(NamedTuple):
    """One loop around a call.

    Kinds: ``each`` (a turn for every item of ``name``), ``constant`` (``count`` turns), ``retry`` (once unless it fails),
    ``search`` (leaves at the first hit, or this call leaves it), ``batch`` (a turn for every chunk of items), ``paging``
    (every turn goes where the last one pointed), ``forever`` (a consumer, a poller, or a ``while`` that says nothing of
    how often).
    """

    frame: int
    """Ordinal of the loop's frame; 0 for ``map(f, items)``."""
    kind: str
    count: int | None  # type: ignore[assignment]  # of tuples: nobody counts items here
    """Turns when the source says so: of ``constant``, and the most of a ``retry``."""
    name: str
    """What it goes through, as a person would call it: ``emails``, ``get_users()``; empty when there is no name for it."""


class Loops:
    """Finds loops; every loop is judged once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._judged: dict[tuple[str, int], Loop] = {}

    def around(self, path: str, call: int) -> list[Loop]:
        """The loops around the n-th call of a file, innermost first."""
        table = self.project.linker.table(path)
        record = table.facts.calls[call]
        found = self.of_frame(path, record.scope, record.frame, call)
        mapped = self._mapped(table, call)
        return [mapped, *found] if mapped is not None else found

    def of_frame(self, path: str, scope: int, frame: int, after: int) -> list[Loop]:
        """The loops around a frame, innermost first; ``after`` is the number of calls before the place in the file."""
        table = self.project.linker.table(path)
        chain = table.frames(frame)
        loops = []
        for depth, at in enumerate(chain):
            if table.facts.frames[at].kind not in LOOPS:
                continue
            loop = self._judge(table, scope, at)
            if loop.kind in ("each", "constant", "batch", "paging", "forever") and self._leaves(
                table, chain[: depth + 1], after
            ):
                loop = loop._replace(kind="search", count=None)
            loops.append(loop)
        return loops

    def of(self, path: str, scope: int, frame: int) -> Loop:
        """The loop that a frame of kind ``for``, ``while`` or ``comp`` is."""
        return self._judge(self.project.linker.table(path), scope, frame)

    def targets(self, path: str, frame: int) -> list[str]:
        """Names that the ``for`` or comprehension of a frame binds at each turn."""
        return targets(self.project.linker.table(path), frame)

    def bindings(self, path: str, frame: int) -> list[Assign]:
        """The assignments that make these names."""
        return bindings(self.project.linker.table(path), frame)

    # --- one loop --------------------------------------------------------------------------------------------------

    def _judge(self, table: Table, scope: int, frame: int) -> Loop:
        key = (table.path, frame)
        if key not in self._judged:
            self._judged[key] = self._find(table, scope, frame)
        return self._judged[key]

    def _find(self, table: Table, scope: int, frame: int) -> Loop:
        entry = table.facts.frames[frame]
        if entry.kind == "while":
            kind, name = turns.of_while(table, scope, frame)
            count = None
        else:
            kind, count, name = turns.of_iterable(self.project.linker, table, scope, entry.test, targets(table, frame))
        if entry.kind == "comp":
            return Loop(frame, "search" if self._is_short(table, frame) else kind, count, name)
        return Loop(frame, self._left(table, frame, kind), count, name)

    def _left(self, table: Table, frame: int, kind: str) -> str:
        """The kind of a loop, given how the function leaves it before its end."""
        if kind in ("retry", "search"):
            return kind
        over_data = kind in ("each", "batch")
        for at, _, how in table.loops.leavers.get(frame, ()):
            between = inside(table, at, frame)
            kinds = {table.facts.frames[f].kind for f in between}
            if kinds <= STRAIGHT and "try" in kinds | self._tries(table, frame) and how != "raise":
                return "search" if over_data else "retry"
            if how == "raise" and self._is_found(table, between):
                return "search" if kind in ("each", "constant") else kind
            if how == "raise" or (kind == "forever" and "except" in kinds):
                continue
            if kind in ("each", "constant") and not any(self._is_limit(table, f) for f in between):
                return "retry" if kind == "constant" and self._tries(table, frame) else "search"
        return kind

    @staticmethod
    def _is_found(table: Table, between: list[int]) -> bool:
        """Whether an error is raised because something was found: ``if taken: raise``; a validation raises for ``not``."""
        frame = table.facts.frames[between[0]] if len(between) == 1 else None
        return frame is not None and frame.kind == "if" and type(frame.test) is str

    @staticmethod
    def _is_limit(table: Table, frame: int) -> bool:
        """Whether a branch is taken when enough was found: that leaves a loop over data a loop over data."""
        test = table.facts.frames[frame].test
        return (
            table.facts.frames[frame].kind == "if"
            and type(test) is list
            and test[:1] == ["cmp"]
            and len(test) == 4
            and test[2] in (">", ">=", "<", "<=", "==")
            and any(turns.is_count(table, side) for side in (test[1], test[3]))
        )

    @staticmethod
    def _tries(table: Table, frame: int) -> set[str]:
        """``{"try"}`` when a handler of errors stands directly in a loop."""
        return {"try"} if frame in table.loops.handled else set()

    def _leaves(self, table: Table, chain: list[int], after: int) -> bool:
        """Whether what runs in ``chain[0]`` leaves the loop ``chain[-1]`` for sure: the call is made once."""
        loop = chain[-1]
        for at, calls, how in table.loops.leavers.get(loop, ()):
            if calls < after or at not in chain:
                continue
            between = inside(table, at, loop)
            kinds = {table.facts.frames[frame].kind for frame in between}
            if (how == "raise" and "try" in kinds) or not kinds.isdisjoint(LOOPS):
                continue
            if at != loop or loop not in table.loops.skipped:  # a ``continue`` may stand between
                return True
        return False

    @staticmethod
    def _is_short(table: Table, frame: int) -> bool:
        """Whether a comprehension is what ``any``, ``all`` or ``next`` go through."""
        entry = table.facts.frames[frame]
        return any(
            call.args[0][0] == "comp" and call.args[0][2] == entry.test
            for call in table.loops.shortened.get(entry.parent, ())
        )

    def _mapped(self, table: Table, call: int) -> Loop | None:
        """The loop that ``map(f, items)`` is, for the call of ``map`` itself."""
        record = table.facts.calls[call]
        last = record.callee.rpartition(".")[2] if type(record.callee) is str else ""
        if last != "map" or len(record.args) < 2:  # of builtins, or of a pool of workers
            return None
        return Loop(0, *turns.of_iterable(self.project.linker, table, record.scope, record.args[1], []))


def targets(table: Table, frame: int) -> list[str]:
    """Names that a ``for`` or a comprehension binds at each turn."""
    return [assign.target for assign in bindings(table, frame)]


def bindings(table: Table, frame: int) -> list[Assign]:
    """The assignments of a ``for`` or a comprehension to names."""
    entry = table.facts.frames[frame]
    own = entry.parent if entry.kind == "for" else frame
    return [
        assign
        for assign in table.loops.targets.get(own, ())
        if dotted(assign.target) and _bound_from(assign.value, entry.test)
    ]


def _bound_from(value: Any, iterable: Expr) -> bool:
    while type(value) is list and value[:1] == ["sub"]:
        value = value[1]
        if value == iterable:
            return True
    return False


def inside(table: Table, frame: int, loop: int) -> list[int]:
    """Frames between a frame (with it) and a loop around it, innermost first."""
    chain = table.frames(frame)
    return chain[: chain.index(loop)] if loop in chain else chain
