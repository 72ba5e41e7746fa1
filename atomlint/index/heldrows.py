"""Rows that the session of a request has loaded already: a read by primary key that it answers without a query."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from .tables import call_number, dotted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .held import Kept
    from .lookups import Lookup
    from .project import Project
    from .reach import Path
    from .requestwork import Step
    from .value import Value

WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
BY_KEY = frozenset({"get", "get_one", "get_or_404"})
FORCED = frozenset({"populate_existing", "with_for_update"})
SCOPED = "the session of each request"
"""Stands for the session of Flask-SQLAlchemy, by whichever name."""


class Row(NamedTuple):
    """A row that is put on the request."""

    kept: Kept
    lookup: Lookup
    session: str
    """Where the session that read it is; the same text for the same one."""


class HeldRows:
    """Finds rows that are put on the request by whom it passes first, and reads that ask for one again."""

    def __init__(self, project: Project) -> None:
        self.project = project

    @cached_property
    def rows(self) -> list[Row]:
        """Rows of every request, each read by primary key where nothing keeps them between requests."""
        held, effects, guards = self.project.held, self.project.effects, self.project.guards
        found = []
        for kept in (kept for group in held.kept.values() for kept in group):
            path, made = kept.function.place, self._read(kept)
            lookup = effects.lookup(path, made) if made is not None else None
            if lookup is None or made is None or guards.of(path, made) is not None:
                continue
            session = self._session(path, made)
            if session is not None and held.fills(kept):
                found.append(Row(kept, lookup, session))
        return found

    def may_hold(self, model: str, steps: Sequence[Step]) -> bool:
        """Whether the last of some calls is ``Tenant.query.get(id)``, and others keep a thing of its name on the request.

        The session may have it then, though nobody has followed where it comes from. Managers of Django always ask.
        """
        last = steps[-1]
        callee = self.project.linker.table(last.function.place).facts.calls[last.call].callee
        owner, _, method = (dotted(callee) or "").rpartition(".")
        if method != "get" or "objects" in owner.split("."):
            return False
        name, own = "_".join(WORDS.findall(model)).lower(), {step.function for step in steps}
        kept = (kept for group in self.project.held.kept.values() for kept in group)
        return any(one.place.rpartition(".")[2] == name and one.function not in own for one in kept)

    def _read(self, kept: Kept) -> int | None:
        """The call that what is put there comes from."""
        value = kept.value
        name = dotted(value)
        if name is not None:
            body = self.project.guards.bodies.of(self.project.linker.table(kept.function.place), kept.function.scope)
            assign = body.value(name, kept.after)
            value = assign.value if assign is not None else None
        return call_number(value)

    def _session(self, path: str, ordinal: int) -> str | None:
        """Where the session is that a call reads a row by its primary key with; None where it is none of the request's."""
        table = self.project.linker.table(path)
        call = table.facts.calls[ordinal]
        if not self.is_by_key(path, ordinal):
            return None
        receiver = call.callee.rpartition(".")[0]
        if receiver.endswith(".query"):
            return SCOPED
        owner = dotted(receiver.rpartition(".")[0])
        if owner and receiver.endswith(".session"):
            values = self.project.linker.evaluate(path, call.scope, owner)
            if any(v.kind == "ext" and v.place == "flask_sqlalchemy.SQLAlchemy()" for v in values):
                return SCOPED
        body = self.project.guards.bodies.of(table, call.scope)
        held = self.project.held.place(body, receiver, ordinal)
        slot = body.slot(receiver, ordinal)
        return held if held is not None or slot is None or slot[0] in "~$." else slot

    def before(self, path: Path, sites: Sequence[tuple[str, int]], lookup: Lookup) -> str | None:
        """The place that the row of a look-up is in when a call path comes to it: its session need not ask."""
        if lookup.below:
            return None
        session = self._session(lookup.path, lookup.call)
        if session is None:
            return None
        for row in self.rows:
            if row.lookup[:2] == lookup[:2] or row.lookup.model != lookup.model or row.session != session:
                continue
            if self.project.held.is_apart(path, row.kept.function):
                continue
            if path.entry.kind != "every-request" or self._is_set(row.kept, path.entry.function, sites):
                return row.kept.place
        return None

    def _is_set(self, kept: Kept, function: Value, sites: Sequence[tuple[str, int]]) -> bool:
        """Whether a function that runs on every request has set a place before it takes a path."""
        if kept.function != function or not sites or sites[0][0] != function.place:
            return False
        calls = self.project.linker.table(function.place).facts.calls
        return calls[sites[0][1]].scope == function.scope and kept.after <= sites[0][1]

    def is_by_key(self, path: str, ordinal: int) -> bool:
        """Whether a call asks a session for a row by its primary key, which it answers itself while it has that row."""
        call = self.project.linker.table(path).facts.calls[ordinal]
        receiver, _, method = call.callee.rpartition(".") if type(call.callee) is str else ("", "", "")
        if method not in BY_KEY or any(name in FORCED for name, _ in call.keywords):
            return False
        return bool(call.args) and (receiver.endswith(".query") or len(call.args) > 1)
