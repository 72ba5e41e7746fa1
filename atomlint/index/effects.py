"""Effects: what a call costs. Redis commands by the catalog, one-row reads by the shape of the query."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from .catalog import operation_of
from .entries import called_functions
from .queries import DatabaseCall, Queries
from .tables import Table, dotted

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .calls import Calls
    from .catalog import Operation
    from .linker import Linker
    from .values import Value, Values


SENDING = frozenset({"execute", "exec", "watch", "unwatch", "multi", "reset"})
"""Methods of a pipeline that queue nothing."""


class Effect(NamedTuple):
    """What one call does outside of the process."""

    path: str
    call: int
    operation: Operation
    receiver: str
    """The client type, such as ``redis.client.Redis``."""


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


class Effects:
    """Finds effects of calls; every answer is kept."""

    def __init__(self, linker: Linker, calls: Calls) -> None:
        self.linker = linker
        self.calls = calls
        rows = linker.catalog.queries
        self.builders = frozenset(name for row in rows for name in row.builders)
        self.selects = frozenset(name for row in rows for name in row.selects)
        self.select_names = frozenset(name.rpartition(".")[2] for name in self.selects)
        self.executors = frozenset(name for row in rows for name in row.executors)
        self.getters = frozenset(name for row in rows for name in row.getters)
        self.one = frozenset(name for row in rows for name in row.one)
        self.queries = Queries(self)

    def remote(self, path: str, call: int) -> Effect | None:
        """The operation of a catalogued client that a call is, or that it hands to something that calls it, or None."""
        record = self.linker.table(path).facts.calls[call]
        if (
            type(record.callee) is str
            and "." not in record.callee
            and self._is_param(path, record.scope, record.callee)
        ):
            return None  # counted where the client's method was handed over
        effect = self._operation(path, call, self.linker.values.callee(path, call))
        if effect is not None:
            return effect
        for given in (*record.args, *(value for _, value in record.keywords)):
            if type(given) is str and "." in given and given[0] not in "'#?":
                effect = self._operation(path, call, self.linker.evaluate(path, record.scope, given))
                if effect is not None and self._calls_argument(path, call):
                    return effect
        return None

    def _operation(self, path: str, call: int, values: Values) -> Effect | None:
        for value in values:
            if value.kind == "ext":
                operation = self.linker.catalog.operation(value.place)
                if operation is not None and operation.resource != "database":
                    if operation.name == "pipeline":
                        operation = msgspec.structs.replace(operation, commands=2 + self.queued(path, call))
                    return Effect(path, call, operation, value.place.rpartition(".")[0].removesuffix("()"))
            elif value.kind == "def" and (client := self.linker.stated(value)) is not None:
                stated = operation_of(client, self.linker.name_of(value).rpartition(".")[2])
                if stated is not None:
                    return Effect(path, call, stated, client.type)
        return None

    def queued(self, path: str, call: int) -> int:
        """Commands that a function queues on the pipeline that a call executes."""
        table = self.linker.table(path)
        record = table.facts.calls[call]
        receiver = record.callee.rpartition(".")[0] if type(record.callee) is str else ""
        count = 0
        for ordinal in table.calls_in.get(record.scope, ()):
            callee = table.facts.calls[ordinal].callee
            if type(callee) is not str or callee.rpartition(".")[0] != receiver:
                continue
            if ordinal >= call:
                break
            method = callee.rpartition(".")[2]
            count = 0 if method in ("execute", "exec", "reset") else count + (method not in SENDING)
        return count

    def origin(self, path: str, call: int) -> tuple[str, int] | None:
        """The call that made the client whose method a call runs: (path, ordinal); None when there is no single one."""
        record = self.linker.table(path).facts.calls[call]
        receiver = record.callee.rpartition(".")[0] if type(record.callee) is str else ""
        for _ in range(4):  # a pipeline leads to its client
            found = self._made(path, record.scope, receiver, 6)
            if found is None:
                return None
            path, ordinal = found
            record = self.linker.table(path).facts.calls[ordinal]
            values = self.linker.values.call(path, ordinal)
            method = record.callee.rpartition(".")[2] if type(record.callee) is str else ""
            if any(v.kind == "ext" and self.linker.catalog.client_of(v.place) for v in values) and method not in (
                "pipeline",
                "lock",
            ):
                return found
            receiver = record.callee.rpartition(".")[0] if type(record.callee) is str else ""
        return None

    def _made(self, path: str, scope: int, expr: Expr, left: int) -> tuple[str, int] | None:
        """The call behind a name or an attribute, through assignments and across modules."""
        if left == 0 or type(expr) is not str or not expr:
            return None
        if expr[0] == "@" and "." not in expr:
            return path, int(expr[1:])
        name = dotted(expr)
        if name is None:
            return None
        owner, _, attribute = name.rpartition(".")
        if not owner:
            for binding in self.linker.table(path).lookup(scope, name):
                if binding.assign is not None and binding.assign.value not in (None, "#None"):
                    return self._made(path, binding.assign.scope, binding.assign.value, left - 1)
                if binding.imported is not None and binding.imported.attribute:
                    target = self.linker.modules.target(path, binding.imported)
                    if target is not None and target.endswith(".py"):
                        return self._made(target, 0, binding.imported.attribute, left - 1)
            return None
        for value in self.linker.evaluate(path, scope, owner):
            if value.kind == "module" and value.place.endswith(".py"):
                return self._made(value.place, 0, attribute, left - 1)
            if value.kind not in ("inst", "def"):
                continue
            for cls in self.linker.mro(value.place, value.scope):
                if cls.kind == "ext":
                    continue
                table = self.linker.table(cls.place)
                for assign in (
                    *table.attributes.get((cls.scope, attribute), ()),
                    *table.class_attributes.get((cls.scope, attribute), ()),
                ):
                    if assign.value not in (None, "#None"):
                        return self._made(cls.place, assign.scope, assign.value, left - 1)
        return None

    def _calls_argument(self, path: str, call: int) -> bool:
        """Whether what is called is known to call what it is given: a carrier, or a function that calls a parameter."""
        for value in self.linker.values.callee(path, call):
            if value.kind == "ext" and self.linker.catalog.carrier(value.place) is not None:
                return True
            if any(self.calls.called_params(f) for f in called_functions(self.linker, value)):
                return True
        return False

    def _is_param(self, path: str, scope: int, name: str) -> bool:
        return any(binding.param is not None for binding in self.linker.table(path).lookup(scope, name))

    def database(self, path: str, call: int) -> DatabaseCall | None:
        """The query or statement that a call sends to a database, or None. See `queries`."""
        return self.queries.of(path, call)

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
        direct = {v for base in scope.bases for v in self.linker.evaluate(value.place, scope.parent, base)}
        return any(self._makes_mapped(cls.place, direct=cls in direct) for cls in mro if cls.kind == "ext")

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
