"""Methods that run without being called by name: properties that are read, contexts that are entered and left."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .linker import Linker
    from .tables import Table

ENTERS = (("__enter__", "__exit__"), ("__aenter__", "__aexit__"))


class Protocols:
    """Finds them by function."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self._contexts: dict[str, dict[int, list[tuple[int, Expr]]]] = {}

    def used(self, table: Table, scope: int) -> Iterator[tuple[int, Value, int]]:
        """(ordinal of the call that it belongs to or -1, method, number of methods it can be) in a function."""
        for ordinal in table.calls_in.get(scope, ()):
            call = table.facts.calls[ordinal]
            if type(call.callee) is str and call.callee.count(".") > 1:
                yield from self._read(table, scope, ordinal, call.callee.rpartition(".")[0])
            for given in (*call.args, *(value for _, value in call.keywords)):
                if type(given) is str and "." in given:
                    yield from self._read(table, scope, ordinal, given)
        for place in table.assigns_in.get(scope, ()):
            value = table.facts.assigns[place].value
            if type(value) is str and "." in value:
                yield from self._read(table, scope, -1, value)
        for exit_ in table.exits.get(scope, ()):
            if type(exit_.value) is str and "." in exit_.value:
                yield from self._read(table, scope, -1, exit_.value)
        for ordinal, expr in self.contexts(table).get(scope, ()):
            yield from self._entered(table, scope, ordinal, expr)

    # --- properties ------------------------------------------------------------------------------------------------

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of the properties in the linked files: most attributes are none."""
        return frozenset(
            record.name
            for path in self.linker.linked
            for record in self.linker.table(path).facts.scopes
            if record.kind == "function" and any(type(d) is str and d.endswith("property") for d in record.decorators)
        )

    def _read(self, table: Table, scope: int, ordinal: int, chain: str) -> Iterator[tuple[int, Value, int]]:
        if chain[0] in "'#?":
            return
        parts = chain.split(".")
        if self.names.isdisjoint(parts):
            return
        for place in range(1, len(parts)):
            if parts[place] not in self.names:
                continue
            values = self.linker.evaluate(table.path, scope, ".".join(parts[:place]))
            found = [m for value in values if value.kind == "inst" and (m := self.property_of(value, parts[place]))]
            for method in found:
                yield ordinal, method, len(found)

    def property_of(self, value: Value, name: str) -> Value | None:
        """The property that an attribute of an instance is, or None."""
        for cls in self.linker.mro(value.place, value.scope):
            if cls.kind != "def":
                return None
            member = self.linker.table(cls.place).members.get((cls.scope, name))
            if member is not None:
                definition = Value("def", cls.place, member)
                return definition if self.linker.is_property(definition) else None
        return None

    # --- contexts --------------------------------------------------------------------------------------------------

    def contexts(self, table: Table) -> dict[int, list[tuple[int, Expr]]]:
        """What ``with`` statements enter, by scope: the call that makes it, or -1, and the expression."""
        known = self._contexts.get(table.path)
        if known is None:
            found: dict[int, list[tuple[int, Expr]]] = defaultdict(list)
            bound = {(a.frame, str(a.value)): a.scope for a in table.facts.assigns if a.kind == "with"}
            scopes: dict[int, int] | None = None
            for ordinal, frame in enumerate(table.facts.frames):
                if frame.kind != "with":
                    continue
                test = frame.test
                if type(test) is str and test[:1] == "@" and test[1:].isdigit():
                    found[table.facts.calls[int(test[1:])].scope].append((int(test[1:]), test))
                    continue
                scope = bound.get((frame.parent, str(test)))
                if scope is None:
                    if scopes is None:
                        from .expressions import frame_scopes

                        scopes = frame_scopes(table)
                    scope = scopes.get(ordinal)
                if scope is not None:
                    found[scope].append((-1, test))
            known = self._contexts[table.path] = dict(found)
        return known

    def _entered(self, table: Table, scope: int, ordinal: int, expr: Expr) -> Iterator[tuple[int, Value, int]]:
        values = self.linker.evaluate(table.path, scope, expr)
        for value in values:
            if value.kind != "inst":
                continue
            for pair in ENTERS:
                methods = [m for name in pair for m in self.linker.values.attribute(value, name) if m.kind == "def"]
                yield from ((ordinal, method, len(values)) for method in methods)
                if methods:
                    break
