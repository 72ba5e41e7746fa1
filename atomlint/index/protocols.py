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

ITERATES = (("__iter__", "__next__"), ("__aiter__", "__anext__"))
ENTERS = (("__enter__", "__exit__"), ("__aenter__", "__aexit__"))


class Protocols:
    """Finds them by function."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self._contexts: dict[str, dict[int, list[tuple[int, Expr]]]] = {}
        self._tests: dict[str, dict[int, list[Expr]]] = {}
        self._loops: dict[str, dict[int, list[tuple[int, Expr]]]] = {}

    def used(self, table: Table, scope: int) -> Iterator[tuple[int, Value, int]]:
        """(ordinal of the call that it belongs to or -1, method, number of methods it can be) in a function."""
        names = self.names
        for ordinal, chain in self.attributes(table, scope) if names else ():
            if not names.isdisjoint(chain.split(".")):
                yield from self._read(table, scope, ordinal, chain)
        if self.setters:
            for place in table.assigns_in.get(scope, ()):
                assign = table.facts.assigns[place]
                if type(assign.target) is str and "." in assign.target and assign.kind in ("=", "+="):
                    yield from self._written(table, scope, assign.target)
        for ordinal, expr in self.contexts(table).get(scope, ()):
            yield from self._entered(table, scope, ordinal, expr)
        if self.iterates:
            for ordinal, expr in self.loops(table).get(scope, ()):
                yield from self._looped(table, scope, ordinal, expr)

    # --- properties ------------------------------------------------------------------------------------------------

    def attributes(self, table: Table, scope: int) -> Iterator[tuple[int, str]]:
        """Attributes that a function reads, with the call that they are arguments of, or -1."""
        facts = table.facts
        for ordinal in table.calls_in.get(scope, ()):
            call = facts.calls[ordinal]
            if type(call.callee) is str and call.callee.count(".") > 1:
                yield ordinal, call.callee.rpartition(".")[0]
            for given in call.args:
                if type(given) is list:
                    yield from ((ordinal, chain) for chain in chains(given))
                elif "." in given:
                    yield ordinal, given
            for _, given in call.keywords:
                if type(given) is list:
                    yield from ((ordinal, chain) for chain in chains(given))
                elif "." in given:
                    yield ordinal, given
        read: list[Expr] = [facts.assigns[place].value for place in table.assigns_in.get(scope, ())]
        read += [exit_.value for exit_ in table.exits.get(scope, ())]
        read += self.tests(table).get(scope, ())
        for expr in read:
            if type(expr) is list:
                yield from ((-1, chain) for chain in chains(expr))
            elif type(expr) is str and "." in expr:
                yield -1, expr

    @property
    def names(self) -> frozenset[str]:
        """Names of the properties in the linked files: most attributes are none."""
        return self._known[0]

    @property
    def setters(self) -> frozenset[str]:
        """Names of the properties that can be set."""
        return self._known[1]

    @property
    def iterates(self) -> bool:
        """Whether a class of the project says how it is looped over."""
        return self._known[2]

    @cached_property
    def _known(self) -> tuple[frozenset[str], frozenset[str], bool]:
        names: set[str] = set()
        setters: set[str] = set()
        iterates = False
        for path in self.linker.linked:
            for record in self.linker.table(path).facts.scopes:
                if record.kind != "function":
                    continue
                if record.name in ("__iter__", "__aiter__"):
                    iterates = True
                for decorator in record.decorators:
                    if type(decorator) is str:
                        if decorator.endswith("property"):
                            names.add(record.name)
                        elif decorator.endswith(".setter"):
                            setters.add(record.name)
        return frozenset(names), frozenset(setters), iterates

    def _written(self, table: Table, scope: int, target: str) -> Iterator[tuple[int, Value, int]]:
        head, _, name = target.rpartition(".")
        if name not in self.setters or head[0] in "'#?":
            return
        values = self.linker.evaluate(table.path, scope, head)
        for value in values:
            for cls in self.linker.mro(value.place, value.scope) if value.kind == "inst" else ():
                if cls.kind != "def":
                    break
                scopes = self.linker.table(cls.place).facts.scopes
                found = [o for o in range(cls.scope + 1, len(scopes))
                         if scopes[o].parent == cls.scope and scopes[o].name == name
                         and f"{name}.setter" in scopes[o].decorators]  # fmt: skip
                if found:
                    yield -1, Value("def", cls.place, found[-1]), len(values)
                    break

    def tests(self, table: Table) -> dict[int, list[Expr]]:
        """Tests of conditions that read something named like a property, by scope."""
        known = self._tests.get(table.path)
        if known is None:
            found: dict[int, list[Expr]] = defaultdict(list)
            owners: dict[int, int] | None = None
            for ordinal, frame in enumerate(table.facts.frames):
                if frame.kind not in ("if", "while") or frame.test is None:
                    continue
                if any(not self.names.isdisjoint(chain.split(".")[1:]) for chain in chains(frame.test)):
                    if owners is None:
                        from .expressions import frame_scopes

                        owners = frame_scopes(table)
                    if ordinal in owners:
                        found[owners[ordinal]].append(frame.test)
            known = self._tests[table.path] = dict(found)
        return known

    def _read(self, table: Table, scope: int, ordinal: int, chain: str) -> Iterator[tuple[int, Value, int]]:
        if chain[0] in "'#?":
            return
        parts = chain.split(".")
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

    # --- loops -----------------------------------------------------------------------------------------------------

    def loops(self, table: Table) -> dict[int, list[tuple[int, Expr]]]:
        """What is looped over, by scope: the call that makes it, or -1, and the expression."""
        known = self._loops.get(table.path)
        if known is None:
            found: dict[int, list[tuple[int, Expr]]] = defaultdict(list)
            for assign in table.facts.assigns:
                value = assign.value
                if assign.kind != "for" or type(value) is not list or value[:1] != ["sub"]:
                    continue
                made = value[1]
                call = int(made[1:]) if type(made) is str and made[:1] == "@" and made[1:].isdigit() else -1
                found[assign.scope].append((call, made))
            known = self._loops[table.path] = dict(found)
        return known

    def _looped(self, table: Table, scope: int, ordinal: int, expr: Expr) -> Iterator[tuple[int, Value, int]]:
        values = self.linker.evaluate(table.path, scope, expr)
        attribute = self.linker.values.attribute
        for value in values:
            for makes, steps in ITERATES if value.kind == "inst" else ():
                for made in attribute(value, makes):
                    if made.kind != "def":
                        continue
                    yield ordinal, made, len(values)
                    for turn in self.linker.values.returned(made):
                        if turn.kind == "inst":
                            yield from ((ordinal, step, len(values)) for step in attribute(turn, steps)
                                        if step.kind == "def")  # fmt: skip


def chains(expr: Expr) -> Iterator[str]:
    """Dotted names in an expression."""
    stack = [expr]
    while stack:
        item = stack.pop()
        if type(item) is str:
            if "." in item and item[0] not in "'#?":
                yield item
        elif type(item) is list and item and item[0] != "lambda":
            stack += item[1:]
