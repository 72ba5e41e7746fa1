"""Rows that are read after a commit: SQLAlchemy forgets what it loaded, and loads it again at the first attribute."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from .tables import Table, dotted
from .writes import SESSIONS

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .project import Project
    from .value import Value

MAX_PARTS = 4000
STRAIGHT = frozenset({"with", "try", "finally", "after"})
"""Frames that are gone through when what stands before them was."""


class Reload(NamedTuple):
    """One row that is loaded again."""

    call: int
    """The commit."""
    name: str
    least: int
    """0 where it may not be read."""


class Reloads:
    """Finds reads of rows after a commit in the same function; none where any session keeps them (``expire_on_commit=False``)."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker

    @cached_property
    def _expires(self) -> bool:
        return not any(
            name == "expire_on_commit" and value == "#False"
            for site in (
                "sessionmaker",
                "async_sessionmaker",
                "Session",
                "AsyncSession",
                "create_session",
                "scoped_session",
            )
            for path, ordinal in self.linker.call_sites(site)
            for name, value in self.linker.table(path).facts.calls[ordinal].keywords
        )

    def of(self, function: Value) -> list[Reload]:
        """Rows that a function loads again."""
        table = self.linker.table(function.place)
        calls = table.calls_in.get(function.scope, ())
        commits = [n for n in calls if self._is(table, n, "commit") and self._is_session(table, n)]
        if not commits or not self._expires:
            return []
        last = commits[-1]
        fresh = {
            dotted(arg)
            for n in calls
            if n > last and self._is(table, n, "refresh")
            for arg in table.facts.calls[n].args[:1]
        }
        return [
            Reload(last, name, least)
            for name, least in sorted(self._read(table, function.scope, last).items())
            if name not in fresh and self._is_row(table, function.scope, name)
        ]

    @staticmethod
    def _is(table: Table, ordinal: int, method: str) -> bool:
        callee = table.facts.calls[ordinal].callee
        return type(callee) is str and callee.endswith(f".{method}")

    def _is_session(self, table: Table, ordinal: int) -> bool:
        for value in self.linker.values.callee(table.path, ordinal):
            client = self.linker.catalog.client_of(value.place.rpartition(".")[0]) if value.kind == "ext" else None
            if client is not None and client.type in SESSIONS:
                return True
        return False

    def _read(self, table: Table, scope: int, after: int) -> dict[str, int]:
        """Names whose attributes are read behind a call, each with 1 where that is sure to happen."""
        facts = table.facts
        work: list[tuple[Expr, int]] = [
            (e.value, e.frame) for e in table.exits.get(scope, ()) if e.after > after and e.kind != "raise"
        ]
        assigns = [facts.assigns[place] for place in table.assigns_in.get(scope, ())]
        work += [(a.value, a.frame) for a in assigns if a.after > after + 1]
        for ordinal in table.calls_in.get(scope, ()):
            if ordinal > after and not self._is(table, ordinal, "refresh"):
                call = facts.calls[ordinal]
                work += [(value, call.frame) for value in (*call.args, *(value for _, value in call.keywords))]
        around = set(table.frames(facts.calls[after].frame))
        names: dict[str, int] = {}
        for _ in range(MAX_PARTS):
            if not work:
                break
            expr, frame = work.pop()
            if type(expr) is list:
                work += [(part, frame) for part in expr[1:]]
            elif (name := dotted(expr)) is not None and name.count(".") == 1 and not name.startswith(("self.", "cls.")):
                sure = int(all(f in around or facts.frames[f].kind in STRAIGHT for f in table.frames(frame)))
                head = name.partition(".")[0]
                names[head] = max(sure, names.get(head, 0))
        return names

    def _is_row(self, table: Table, scope: int, name: str) -> bool:
        values = self.linker.evaluate(table.path, scope, name)
        if any(v.kind == "inst" and self.project.effects.is_mapped(v) for v in values):
            return True
        assigns = [table.facts.assigns[place] for place in table.assigns_in.get(scope, ())]
        made = [a.value for a in assigns if a.target == name and type(a.value) is str and a.value[:1] == "@"]
        return any(
            "." not in value and self.project.effects.lookup(table.path, int(value[1:])) is not None for value in made
        )
