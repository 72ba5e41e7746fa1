"""Reads of one row, known by the shape of their query, and which classes are mapped."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .tables import Table, dotted

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .linker import Linker
    from .values import Value


class Lookup(NamedTuple):
    """A query for one row of a mapped class."""

    path: str
    call: int
    """Ordinal of the call that runs it."""
    model: Value
    model_name: str
    keys: tuple[str, ...]
    """Attributes of the model that it filters on; empty when it takes any row."""
    start: int
    """Ordinal of the call that names the model."""


class Lookups:
    """Finds one-row reads."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        rows = linker.catalog.queries
        self.builders = frozenset(name for row in rows for name in row.builders)
        self.selects = frozenset(name for row in rows for name in row.selects)
        self.select_names = frozenset(name.rpartition(".")[2] for name in self.selects)
        self.executors = frozenset(name for row in rows for name in row.executors)
        self.getters = frozenset(name for row in rows for name in row.getters)
        self.one = frozenset(name for row in rows for name in row.one)

    def lookup(self, path: str, ordinal: int) -> Lookup | None:
        """The one-row read that a call runs, or None."""
        table = self.linker.table(path)
        call = table.facts.calls[ordinal]
        callee = call.callee
        if type(callee) is not str:
            return None
        receiver, _, method = callee.rpartition(".")
        if method in self.getters and receiver and len(call.args) >= 2 and call.args:
            model = self._model(path, call.scope, call.args[0])
            if model is not None:
                return Lookup(path, ordinal, model[0], model[1], ("id",), ordinal)
        if method in self.executors and call.args:
            chain = self._chain(table, call.scope, call.args[0])
            return self._select(table, ordinal, chain) if chain else None
        if method in self.one and receiver[:1] == "@":
            chain = self._chain(table, call.scope, receiver)
            return self._query(table, ordinal, chain) if chain else None
        return None

    def _chain(self, table: Table, scope: int, expr: Expr) -> list[int]:
        """Ordinals of a chain ``a(...).b(...).c(...)`` from its last call to its first; names of local variables are followed."""
        chain: list[int] = []
        seen = 0
        while type(expr) is str and seen < 40:
            seen += 1
            if expr[:1] == "@":
                ordinal = int(expr[1:].partition(".")[0])
                chain.append(ordinal)
                callee = table.facts.calls[ordinal].callee
                if type(callee) is not str or callee.rpartition(".")[2] in self.builders:
                    break
                expr = callee.rpartition(".")[0]
                if not expr or expr[:1] != "@":
                    if expr and "." not in expr and self._assigned(table, scope, expr) is not None:
                        expr = self._assigned(table, scope, expr)
                        continue
                    break
            else:
                expr = self._assigned(table, scope, expr)
        return chain

    @staticmethod
    def _assigned(table: Table, scope: int, name: str) -> Expr | None:
        """The call that a local variable was last assigned, or None."""
        if not name or name[0] in "'#?@" or "." in name:
            return None
        values = [
            a.value
            for a in (table.facts.assigns[place] for place in table.assigns_in.get(scope, ()))
            if a.target == name and a.kind == "=" and type(a.value) is str and a.value[:1] == "@"
        ]
        if not values:
            return None
        callee = table.facts.calls[int(values[-1][1:].partition(".")[0])].callee
        return None if type(callee) is str and callee.startswith(name + ".") else values[-1]

    def _select(self, table: Table, ordinal: int, chain: list[int]) -> Lookup | None:
        first = table.facts.calls[chain[-1]]
        name = dotted(first.callee)
        if name is None or name.rpartition(".")[2] not in self.select_names or not first.args:
            return None
        if not any(
            v.place in self.selects for v in self.linker.evaluate(table.path, first.scope, name) if v.kind == "ext"
        ):
            return None
        return self._found(table, ordinal, chain)

    def _query(self, table: Table, ordinal: int, chain: list[int]) -> Lookup | None:
        first = table.facts.calls[chain[-1]]
        if type(first.callee) is not str or not first.args:
            return None
        if first.callee.rpartition(".")[2] not in self.builders:
            return None
        return self._found(table, ordinal, chain)

    def _found(self, table: Table, ordinal: int, chain: list[int]) -> Lookup | None:
        first = table.facts.calls[chain[-1]]
        model = self._model(table.path, first.scope, first.args[0])
        if model is None:
            return None
        keys: list[str] = []
        for link in chain[:-1]:
            call = table.facts.calls[link]
            method = call.callee.rpartition(".")[2] if type(call.callee) is str else ""
            if method in ("filter", "where", "filter_by"):
                keys += [name for name, _ in call.keywords]
                for arg in call.args:
                    keys += compared(arg, model[1])
        return Lookup(table.path, ordinal, model[0], model[1], tuple(dict.fromkeys(keys)), chain[-1])

    def _model(self, path: str, scope: int, expr: Expr) -> tuple[Value, str] | None:
        """The mapped class that an expression names (or whose column it names)."""
        name = dotted(expr)
        if name is None:
            return None
        for candidate in (name, name.rpartition(".")[0]):
            if candidate and candidate.rpartition(".")[2][:1].isupper():
                for value in self.linker.evaluate(path, scope, candidate):
                    if value.kind == "def" and self.is_mapped(value):
                        return value, candidate.rpartition(".")[2]
        return None

    def is_mapped(self, value: Value) -> bool:
        """Whether a class is mapped to a table: by ``__tablename__``, ``__table__`` or ``table=True``, or by its base."""
        scope = self.linker.table(value.place).facts.scopes[value.scope]
        if scope.kind != "class":
            return False
        own = self.linker.table(value.place).class_attributes
        if any(a.value == "#True" for a in own.get((value.scope, "__abstract__"), ())):
            return False
        if any(name == "table" for name, _ in scope.keywords):
            return any(name == "table" and given == "#True" for name, given in scope.keywords)
        mro = self.linker.mro(value.place, value.scope)
        for cls in mro:
            if cls.kind == "def" and any(
                (cls.scope, name) in self.linker.table(cls.place).class_attributes
                for name in ("__tablename__", "__table__")
            ):
                return True
            if cls.kind == "def" and cls != value and self._is_declarative(cls):
                return True
        direct = {v for base in scope.bases for v in self.linker.evaluate(value.place, scope.parent, base)}
        return any(self._makes_mapped(cls.place, direct=cls in direct) for cls in mro if cls.kind == "ext")

    def _is_declarative(self, cls: Value) -> bool:
        """Whether a class is made a declarative base by a decorator."""
        table = self.linker.table(cls.place)
        for decorator in table.facts.scopes[cls.scope].decorators:
            callee = decorator
            if type(decorator) is str and decorator[:1] == "@":
                callee = table.facts.calls[int(decorator[1:].partition(".")[0])].callee
            if (dotted(callee) or "").endswith(("as_declarative", "as_declarative_base")):
                return True
        return False

    @staticmethod
    def _makes_mapped(base: str, *, direct: bool) -> bool:
        """Whether subclasses of a library's class are mapped; a direct subclass of ``DeclarativeBase`` is itself a base."""
        if base.endswith(("declarative_base()", "automap_base()", ".generate_base()")):
            return True
        if base.endswith((".DeclarativeBase", ".DeclarativeBaseNoMeta", ".MappedAsDataclass")):
            return not direct
        return base in ("django.db.models.Model", "flask_sqlalchemy.SQLAlchemy().Model")


def compared(expr: Expr, model: str) -> list[str]:
    """Attributes of ``model`` that a filter expression compares for equality."""
    if type(expr) is not list or not expr:
        return []
    if expr[0] == "cmp" and expr[2] in ("==", "in", "is"):
        names = [dotted(expr[1]), dotted(expr[3])]
        return [n.rpartition(".")[2] for n in names if n and n.rpartition(".")[0].rpartition(".")[2] == model]
    if expr[0] in ("and", "or", "bin"):
        return [name for part in expr[1:] for name in compared(part, model)]
    return []
