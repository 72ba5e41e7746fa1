"""Statements that reading an attribute sends: a relationship that the query did not load, once for every row."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from .provenance import chain
from .tables import Table, dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .project import Project
    from .value import Value

MAX_PARTS = 4000
MAX_LINKS = 40
ROW = frozenset({"get", "first", "last", "create", "earliest", "latest"})
SHORTCUTS = frozenset({"get_object_or_404"})


class LazyLoad(NamedTuple):
    """One relationship that is read of rows which were loaded without it."""

    call: int
    """The call that loads the rows, or the first of the function."""
    name: str
    """``row.entries``, as the source has it."""
    each: str
    """What the rows are called where there are many; empty for a single row."""


class LazyLoads:
    """Finds reads of relationships in functions, as far as facts keep them: in loops, calls, assignments and returns."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker

    @cached_property
    def _attributes(self) -> frozenset[str]:
        names = {name for owned in self.project.relationships._all.values() for name in owned}
        return frozenset(names)

    def of(self, function: Value) -> list[LazyLoad]:
        """The lazy loads of one function."""
        table = self.linker.table(function.place)
        calls = table.calls_in.get(function.scope, ())
        if not calls or not self._attributes:
            return []
        read = self._read(table, function.scope)
        return list(self._found(table, function.scope, read)) if read else []

    def _read(self, table: Table, scope: int) -> dict[str, set[str]]:
        """Attributes that may be relationships, by the name that they are read of."""
        found: dict[str, set[str]] = {}
        for name in self._names(table, scope):
            head, _, rest = name.partition(".")
            attribute = rest.partition(".")[0]
            if attribute in self._attributes and head not in ("self", "cls"):
                found.setdefault(head, set()).add(attribute)
        return found

    def _names(self, table: Table, scope: int) -> Iterator[str]:
        facts = table.facts
        work: list[Expr] = [exit_.value for exit_ in table.exits.get(scope, ())]
        frames: set[int] = set()
        for place in table.assigns_in.get(scope, ()):
            work.append(facts.assigns[place].value)
            frames.add(facts.assigns[place].frame)
        for ordinal in table.calls_in.get(scope, ()):
            call = facts.calls[ordinal]
            work += [call.callee, *call.args, *(value for _, value in call.keywords)]
            frames.add(call.frame)
        work += [facts.frames[f].test for frame in frames for f in table.frames(frame)]
        for _ in range(MAX_PARTS):
            if not work:
                return
            expr = work.pop()
            if type(expr) is list:
                work += expr[1:]
            elif type(expr) is str and expr[:1] not in ("'", "#", "?") and "." in expr:
                yield expr

    def _found(self, table: Table, scope: int, read: dict[str, set[str]]) -> Iterator[LazyLoad]:
        first = table.calls_in[scope][0]
        for head, attributes in read.items():
            if head[:1] == "@" and not table.facts.calls[int(head[1:])].awaited:
                yield from self._single(table, int(head[1:]), head, attributes)
        for place in table.assigns_in.get(scope, ()):
            assign = table.facts.assigns[place]
            if type(assign.target) is not str or assign.target not in read:
                continue
            if assign.kind == "for" and type(assign.value) is list and assign.value[:1] == ["sub"]:
                rows = self.project.rowsets.of(table.path, scope, assign.value[1])
                if rows is None or rows.awaited or "*" in rows.loaded:
                    continue
                at = rows.call if rows.path == table.path and self._is_in(table, rows.call, scope) else first
                for attribute in sorted(read[assign.target] - rows.loaded):
                    if self._queries(rows.model, attribute):
                        yield LazyLoad(at, f"{assign.target}.{attribute}", assign.target)
            elif (
                assign.kind == "=" and type(assign.value) is str and assign.value[:1] == "@" and "." not in assign.value
            ):
                ordinal = int(assign.value[1:])
                if not table.facts.calls[ordinal].awaited:
                    yield from self._single(table, ordinal, assign.target, read[assign.target])

    def _single(self, table: Table, ordinal: int, name: str, attributes: set[str]) -> Iterator[LazyLoad]:
        """Relationships that are read of the one row that a call gives."""
        model = self._model(table, ordinal)
        for attribute in sorted(attributes) if model is not None else ():
            if self._queries(model, attribute):
                yield LazyLoad(ordinal, attribute if name[:1] == "@" else f"{name}.{attribute}", "")

    def _model(self, table: Table, ordinal: int) -> Value | None:
        """The class of the one row that a call gives."""
        lookup = self.project.effects.lookup(table.path, ordinal)
        if lookup is not None:
            return None if self._is_eager(table, ordinal) else lookup.model
        call = table.facts.calls[ordinal]
        last = call.callee.rpartition(".")[2] if type(call.callee) is str else ""
        if last in SHORTCUTS and call.args:
            return self._class(table, call.scope, dotted(call.args[0]))
        if last not in ROW:
            return None
        callee: Expr = call.callee
        for _ in range(MAX_LINKS):
            if type(callee) is not str:
                return None
            if callee[:1] != "@":
                return self._class(
                    table, call.scope, callee.partition(".objects.")[0] if ".objects." in callee else None
                )
            inner = table.facts.calls[int(callee[1:].partition(".")[0])]
            method = inner.callee.rpartition(".")[2] if type(inner.callee) is str else ""
            if method in ("select_related", "prefetch_related"):
                return None
            callee = inner.callee
        return None

    @staticmethod
    def _is_eager(table: Table, ordinal: int) -> bool:
        """Whether Django's query of one row names what is loaded with it."""
        callees = (call.callee for call in chain(table, ordinal))
        return any(
            type(callee) is str and callee.endswith(("select_related", "prefetch_related")) for callee in callees
        )

    def _class(self, table: Table, scope: int, name: str | None) -> Value | None:
        found = sorted(self.linker.evaluate(table.path, scope, name)) if name else ()
        return next((v for v in found if v.kind == "def" and self.project.effects.is_mapped(v)), None)

    @staticmethod
    def _is_in(table: Table, call: int, scope: int) -> bool:
        return call >= 0 and table.facts.calls[call].scope == scope

    def _queries(self, model: Value | None, attribute: str) -> bool:
        relationship = None if model is None else self.project.relationships.of(model).get(attribute)
        return relationship is not None and relationship.queries
