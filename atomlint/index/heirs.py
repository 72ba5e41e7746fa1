"""Class hierarchies: method resolution orders, and the classes that inherit from one."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from .modelbases import with_model
from .tables import dotted
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ..facts.records import Expr
    from .linker import Linker
    from .tables import Table

EMPTY = frozenset({"abc.ABC", "typing.Generic", "typing.Protocol", "builtins.object", "typing_extensions.Protocol"})
"""Bases that give a class no attributes of their own: what it has not, its heirs may have."""
MAX_HEIRS = 3
"""More classes than this may stand for a base: which one it is cannot be told."""


class Heirs:
    """Who inherits from whom, on demand."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self._mro: dict[tuple[str, int], list[Value]] = {}
        self._open: set[tuple[str, int]] = set()
        self._below: dict[Value, list[Value]] = {}
        self._abstract: dict[Value, bool] = {}
        self._structural: dict[Value, list[Value]] = {}

    def mro(self, path: str, scope: int) -> list[Value]:
        """A class and its bases in Python's order (C3); bases outside of the project last, as ``ext`` values.

        A hierarchy that has no such order, through a mistake, is taken depth first.
        """
        key = (path, scope)
        known = self._mro.get(key)
        if known is not None:
            return known
        this = Value("def", path, scope)
        if key in self._open:  # a class that is its own base, through a mistake
            return [this]
        self._open.add(key)
        table = self.linker.table(path)
        record = table.facts.scopes[scope]
        bases: list[Value] = []
        for base in record.bases:
            if type(base) is list and base[:1] == ["sub"]:
                base = base[1]  # noqa: PLW2901 - Generic[T]
            bases += [value for value in self._defined_before(path, scope, base) if value.kind in ("def", "ext")]
        bases = list(with_model(self.linker, path, scope, bases))
        orders = [self.mro(base.place, base.scope) if base.kind == "def" else [base] for base in bases]
        self._open.discard(key)
        order = [this, *(orders[0] if len(orders) == 1 else merge([*orders, bases]))]
        result = list(dict.fromkeys([*(v for v in order if v.kind == "def"), *(v for v in order if v.kind == "ext")]))
        if not self._open:  # what was found inside of a circle is not the whole
            self._mro[key] = result
        return result

    def _defined_before(self, path: str, scope: int, base: Expr) -> list[Value]:
        """What a base is where the class statement runs: a class of its name that stands below does not count."""
        table = self.linker.table(path)
        parent = table.facts.scopes[scope].parent
        bindings = table.lookup(parent, base) if type(base) is str else []
        above = [b.definition for b in bindings if b.definition is not None and b.definition < scope]
        if len(bindings) > 1 and above and not table.facts.scopes[max(above)].frame:
            return [Value("def", path, max(above))]
        return self._in_order(self.linker.values.evaluate(path, parent, base))

    def _in_order(self, values: Iterable[Value]) -> list[Value]:
        """The same order in every run; of classes of one name in one module, the last is what others import."""
        found = sorted(values, key=lambda value: (value.kind, value.place, value.scope))
        last: dict[tuple[str, int, str], int] = {}
        for value in found:
            if value.kind == "def":
                record = self.linker.table(value.place).facts.scopes[value.scope]
                if not record.frame:
                    last[value.place, record.parent, record.name] = value.scope
        return [value for value in found if not self._is_replaced(value, last)]

    def _is_replaced(self, value: Value, last: dict[tuple[str, int, str], int]) -> bool:
        if value.kind != "def":
            return False
        record = self.linker.table(value.place).facts.scopes[value.scope]
        return last.get((value.place, record.parent, record.name), value.scope) > value.scope

    @cached_property
    def _named(self) -> dict[str, list[tuple[str, int]]]:
        """Classes by the last name of each base that they write."""
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for path in self.linker.linked:
            for ordinal, scope in enumerate(self.linker.table(path).facts.scopes):
                for base in scope.bases:
                    plain = base[1] if type(base) is list and base[:1] == ["sub"] else base
                    name = dotted(plain)
                    if name is not None:
                        found[name.rpartition(".")[2]].append((path, ordinal))
        return dict(found)

    def below(self, cls: Value) -> list[Value]:
        """Classes of the project that inherit from a class, in file order."""
        known = self._below.get(cls)
        if known is not None:
            return known
        self._below[cls] = []
        found: dict[Value, None] = {}
        name = self.linker.table(cls.place).facts.scopes[cls.scope].name
        for path, scope in self._named.get(name, ()):
            heir = Value("def", path, scope)
            if heir != cls and cls in self.mro(path, scope):
                found.setdefault(heir)
                found.update(dict.fromkeys(self.below(heir)))
        self._below[cls] = list(found)
        return self._below[cls]

    def in_common(self, values: Collection[Value]) -> frozenset[Value]:
        """The nearest class of the project that all of some classes are or inherit from, or an instance of it for theirs."""
        kinds = {value.kind for value in values}
        scopes = [self.linker.table(v.place).facts.scopes[v.scope].kind for v in values if v.kind in ("def", "inst")]
        if len(kinds) != 1 or len(scopes) < len(values) or set(scopes) != {"class"}:
            return frozenset()
        first, *others = [[v for v in self.mro(v.place, v.scope) if v.kind == "def"] for v in sorted(values)]
        shared = next((cls for cls in first if all(cls in other for other in others)), None)
        return frozenset({shared._replace(kind=kinds.pop())}) if shared is not None else frozenset()

    def overrides(self, method: Value) -> list[Value]:
        """The methods of heirs that replace a method, in file order; of a protocol without heirs, of what implements it."""
        table = self.linker.table(method.place)
        record = table.facts.scopes[method.scope]
        if table.facts.scopes[record.parent].kind != "class":
            return []
        found: dict[Value, None] = {}
        owner = Value("def", method.place, record.parent)
        for heir in self.below(owner) or self._implementing(owner):
            member = self.linker.table(heir.place).members.get((heir.scope, record.name))
            if member is not None:
                found.setdefault(Value("def", heir.place, member))
        return list(found)

    def _implementing(self, protocol: Value) -> list[Value]:
        """Classes that have all methods of a protocol, with the same parameters, whatever they inherit from."""
        if not self._is_protocol(protocol.place, protocol.scope):
            return []
        if protocol not in self._structural:
            own = self.linker.table(protocol.place)
            wanted = {name: member for (cls, name), member in own.members.items() if cls == protocol.scope}
            lists = [self._holders.get(name, []) for name in wanted]
            common = [cls for cls in lists[0] if all(cls in other for other in lists[1:])] if lists else []
            self._structural[protocol] = [
                cls
                for cls in common
                if not self._is_protocol(cls.place, cls.scope)
                and all(
                    _parameter_names(
                        self.linker.table(cls.place), self.linker.table(cls.place).members[cls.scope, name]
                    )
                    == _parameter_names(own, member)
                    for name, member in wanted.items()
                )
            ]
        return self._structural[protocol]

    @cached_property
    def _holders(self) -> dict[str, list[Value]]:
        """Classes by the names of their own methods, in file order."""
        found: dict[str, list[Value]] = defaultdict(list)
        for path in self.linker.linked:
            for cls, name in self.linker.table(path).members:
                found[name].append(Value("def", path, cls))
        return dict(found)

    def is_made(self, cls: Value) -> bool:
        """Whether the project calls a class, or something that is named like it."""
        return bool(self.linker.call_sites(self.linker.table(cls.place).facts.scopes[cls.scope].name))

    def is_abstract(self, method: Value) -> bool:
        """Whether a method only stands for those of heirs: it is marked so, a protocol's, or all it does is refuse."""
        known = self._abstract.get(method)
        if known is None:
            known = self._abstract[method] = self._is_abstract(method)
        return known

    def _is_protocol(self, path: str, cls: int) -> bool:
        """Whether a class says of itself that it is a protocol: what inherits from it implements it."""
        record = self.linker.table(path).facts.scopes[cls]
        bases = (base[1] if type(base) is list and base[:1] == ["sub"] else base for base in record.bases)
        return any((dotted(base) or "").rpartition(".")[2] == "Protocol" for base in bases)

    def _is_abstract(self, method: Value) -> bool:
        table = self.linker.table(method.place)
        record = table.facts.scopes[method.scope]
        if record.kind != "function" or table.facts.scopes[record.parent].kind != "class":
            return False
        if any((dotted(d) or "").rpartition(".")[2].startswith("abstract") for d in record.decorators):
            return True
        exits = table.exits.get(method.scope, [])
        if not exits and not table.calls_in.get(method.scope) and self._is_protocol(method.place, record.parent):
            return True
        refuses = [e for e in exits if e.kind == "raise" and _refuses(table.facts.calls, e.value)]
        return bool(refuses) and len(exits) == len(refuses) and all(e.frame == 0 for e in exits)


def _parameter_names(table: Table, method: int) -> list[str]:
    """The names of a method's parameters."""
    return [param.name for param in table.facts.scopes[method].params]


def _refuses(calls: list, value: object) -> bool:  # type: ignore[type-arg]
    if type(value) is str and value[:1] == "@" and value[1:].isdigit():
        value = calls[int(value[1:])].callee
    return value == "NotImplementedError"


def merge(sequences: list[list[Value]]) -> list[Value]:
    """The C3 merge of orders; depth first where there is none."""
    rest = [list(sequence) for sequence in sequences if sequence]
    order: list[Value] = []
    while rest:
        head = next((s[0] for s in rest if not any(s[0] in other[1:] for other in rest)), rest[0][0])
        order.append(head)
        rest = [kept for s in rest if (kept := [value for value in s if value != head])]
    return order
