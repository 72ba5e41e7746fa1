"""Reads of one row, known by the shape of their query, and which classes are mapped."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from .layers import Layers, is_session
from .queries import QUERYSETS
from .reaching import Point
from .receivers import Seen
from .selects import Selects, Statement, compared
from .tables import Table, dotted

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .linker import Linker
    from .value import Value

__all__ = ["Lookup", "Lookups", "compared"]

ONE_OF_MANAGER = frozenset(
    {"get", "first", "last", "latest", "earliest", "aget", "afirst", "alast", "alatest", "aearliest"}
)
MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})
"""Managers that every model of Django has."""
SHORTCUTS = frozenset({"get_object_or_404", "aget_object_or_404"})


class Lookup(NamedTuple):
    """A query for one row of a mapped class, where it is decided which."""

    path: str
    call: int
    """Ordinal of the call that runs it, or that has it run by the project's own layers."""
    model: Value
    model_name: str
    keys: tuple[str, ...]
    """Attributes of the model that it filters on, those of models that it joins as ``Domain.host``; empty for any row."""
    start: int
    """Ordinal of the call that names the model; `call` where a class that it is called on does."""
    below: tuple[tuple[Value, int], ...] = ()
    """The calls from there down to the one that runs it: functions with ordinals in their files; empty for that one."""


class Lookups:
    """Finds one-row reads; every answer is kept."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        rows = linker.catalog.queries
        self.builders = frozenset(name for row in rows for name in row.builders)
        self.selects = frozenset(name for row in rows for name in row.selects)
        self.select_names = frozenset(name.rpartition(".")[2] for name in self.selects)
        self.executors = frozenset(name for row in rows for name in row.executors)
        self.getters = frozenset(name for row in rows for name in row.getters)
        self.one = frozenset(name for row in rows for name in row.one)
        self.cruds = {name: frozenset(options) for row in rows for name, options in row.cruds.items()}
        self.crud_names = frozenset(name.rpartition(".")[2] for name in self.cruds)
        self.senders = self.executors | self.getters | self.one | self.crud_names
        self.ended = frozenset(name for row in rows for name in row.many if name != "all") | ONE_OF_MANAGER
        """What runs a query of Django and gives what is no query any more: a row, a dict, a number."""
        self._reading = self.senders | ONE_OF_MANAGER | SHORTCUTS
        self.queried = Selects(self)
        self.layers = Layers(self)
        self._lookups: dict[tuple[str, int], Lookup | None] = {}

    def lookup(self, path: str, ordinal: int) -> Lookup | None:
        """The one-row read that a call runs, or decides on, or None."""
        last = self.linker.table(path).lasts[ordinal]
        if last not in self._reading and last not in self.layers.layers:
            return None  # most calls have a name that no read has
        key = (path, ordinal)
        if key not in self._lookups:
            self._lookups[key] = None  # recursion
            self._lookups[key] = self._lookup(path, ordinal)
        return self._lookups[key]

    def _lookup(self, path: str, ordinal: int) -> Lookup | None:
        table = self.linker.table(path)
        seen = Seen(path, table.facts.calls[ordinal].scope)
        found = self.direct(seen, ordinal)
        if found is not None:
            return self._decided(seen, ordinal, found, ()) if self.layers.taken(table, ordinal) != "many" else None
        managed = self._managed_row(table, ordinal)
        if managed is not None:
            return managed
        read = self.layers.read(seen, ordinal)
        return (
            None
            if read is None or read.taken != "row"
            else self._decided(seen, ordinal, read.statement, read.steps[1:])
        )

    def _managed_row(self, table: Table, ordinal: int) -> Lookup | None:
        call = table.facts.calls[ordinal]
        receiver, _, method = call.callee.rpartition(".") if type(call.callee) is str else ("", "", "")
        if method in ONE_OF_MANAGER and receiver:
            return self._of_manager(table, ordinal, f"@{ordinal}")
        if method in SHORTCUTS and call.args:
            return self._of_manager(table, ordinal, call.args[0])
        return None

    def _decided(
        self, seen: Seen, ordinal: int, found: Statement, below: tuple[tuple[Value, int], ...]
    ) -> Lookup | None:
        if found.model is None or found.open or (found.filtered and not found.keys):
            return None
        calls = self.linker.table(seen.path).facts.calls
        here = found.path == seen.path and found.start >= 0 and calls[found.start].scope == calls[ordinal].scope
        start = found.start if here else ordinal
        return Lookup(seen.path, ordinal, found.model, found.name, found.keys, start, below)

    def direct(self, seen: Seen, ordinal: int) -> Statement | None:
        """The query that a call sends itself, for what is known of its function's caller."""
        call = self.linker.table(seen.path).facts.calls[ordinal]
        callee = call.callee
        if type(callee) is not str:
            return None
        receiver, _, method = callee.rpartition(".")
        if not receiver or method not in self.senders:
            return None
        if method in self.getters and len(call.args) >= 2:
            found = self.queried.model(seen, call.scope, call.args[0], Point.of_call(call, ordinal))
            if found is not None and (found.open != "model" or is_session(receiver)):
                return found._replace(start=ordinal, kind="get", keys=("id",), filtered=True)
        if method in self.crud_names and call.keywords:
            found = self._of_crud(seen, ordinal, receiver)
            if found is not None:
                return found
        if method in self.executors:
            given = call.args[0] if call.args else next((v for k, v in call.keywords if k == "statement"), None)
            found = self.queried.of(seen, call.scope, given, Point.of_call(call, ordinal))
            if found is not None and found.kind in ("select", ""):
                return found
        if method in self.one and receiver.endswith(".query") and dotted(receiver):
            found = self.queried.of_class(seen, call.scope, receiver, ordinal, Point.of_call(call, ordinal))
            if found is not None:
                return found._replace(keys=("id",), filtered=True) if method.startswith("get") else found
        elif method in self.one and (receiver[:1] == "@" or ("." not in receiver and method not in self.getters)):
            found = self.queried.of(seen, call.scope, receiver, Point.of_call(call, ordinal))
            if found is not None and found.kind == "query":
                return found
        return None

    def _of_crud(self, seen: Seen, ordinal: int, name: str) -> Statement | None:
        """``crud_tenants.get(db, slug=slug)`` where ``crud_tenants = FastCRUD(Tenant)``."""
        call = self.linker.table(seen.path).facts.calls[ordinal]
        values = self.linker.values.callee(seen.path, ordinal)
        place = next((v.place for v in values if v.kind == "ext" and v.place in self.cruds), None)
        if place is None or len(values) != 1:
            return None
        keys = tuple(keyword for keyword, _ in call.keywords if keyword not in self.cruds[place])
        found = Statement(seen.path, ordinal, "get", None, "", "", keys, filtered=True, open="receiver")
        if self.queried.receivers.own(self.linker.table(seen.path), call.scope, name) is not None:
            made = seen.receiver.made if seen.receiver is not None else None
        else:
            made = self.queried.receivers.made(seen, call.scope, name)
        if made is None:
            return found
        maker = self.linker.table(made[0]).facts.calls[made[1]]
        given = maker.args[0] if maker.args else next((v for k, v in maker.keywords if k == "model"), None)
        model = self._model(made[0], maker.scope, given)
        return found if model is None else found._replace(model=model[0], name=model[1], open="")

    # --- Django ------------------------------------------------------------------------------------------------------

    def _of_manager(self, table: Table, ordinal: int, expr: Expr) -> Lookup | None:
        """``Model.objects.filter(...).first()``, ``Model.objects.get(...)``, ``get_object_or_404(Model, ...)``."""
        scope = table.facts.calls[ordinal].scope
        chain = self._chain(table, scope, expr)
        if any(self._is_ended(table, *two) for two in pairwise(chain)):
            return None
        if chain:
            made = len(chain) > 1 and "." not in str(table.facts.calls[chain[-1]].callee)  # get_tenant_model().objects
            chain = chain[:-1] if made else chain
            first = table.facts.calls[chain[-1]]
            head = first.callee.rpartition(".")[0] if type(first.callee) is str else ""
            model = self._managed(table.path, first.scope, head) if made or dotted(head) else None
        else:
            model = self._model(table.path, scope, expr) or self._managed(table.path, scope, dotted(expr) or "")
        if model is None or not self._is_django(model[0]):
            return None
        keys: list[str] = []
        for link in dict.fromkeys((ordinal, *chain)):
            call = table.facts.calls[link]
            method = call.callee.rpartition(".")[2] if type(call.callee) is str else ""
            if method not in ("filter", "get", "aget", *SHORTCUTS):
                keys += [] if f"{method}()" in QUERYSETS or method in ONE_OF_MANAGER else ["?"]  # a method of its own
                continue
            keys += [_column(name) for name, _ in call.keywords]
            keys += ["?"] * len(call.args[1 if method in SHORTCUTS else 0 :])  # Q(...)
        start = chain[-1] if chain else ordinal
        return Lookup(table.path, ordinal, model[0], model[1], tuple(dict.fromkeys(keys)), start)

    def _is_ended(self, table: Table, ordinal: int, before: int) -> bool:
        """Whether a call of a chain is on what the one before has run: ``stops = Stop.objects.in_bulk(); stops.get(1)``."""
        receiver = str(table.facts.calls[ordinal].callee).rpartition(".")[0]
        return "." not in receiver and table.lasts[before] in self.ended

    def _managed(self, path: str, scope: int, name: str) -> tuple[Value, str] | None:
        """The model of a manager: ``Model.objects``, or what else a class attribute holds a manager under."""
        owner, _, attribute = name.rpartition(".")
        usual = attribute in MANAGERS
        if owner and not owner.rpartition(".")[2][:1].isupper():
            return self._given(path, scope, owner) if usual and "." not in owner else None
        model = self._model(path, scope, owner) if owner else None
        if model is None or usual:
            return model and (self._given(path, scope, owner) or model)
        held = self.linker.values.attribute(model[0], attribute)
        return model if any(v.kind == "inst" or "anager" in v.place for v in held) else None

    def _given(self, path: str, scope: int, name: str) -> tuple[Value, str] | None:
        """The one mapped class that a variable holds: ``model = get_tenant_model()``."""
        values = [value for value in self.linker.evaluate(path, scope, name) if value.kind == "def"]
        if len(values) != 1 or not self.is_mapped(values[0]):
            return None
        return values[0], self.linker.table(values[0].place).facts.scopes[values[0].scope].name

    def _is_django(self, model: Value) -> bool:
        return any(
            cls.kind == "ext" and cls.place.startswith("django.") for cls in self.linker.mro(model.place, model.scope)
        )

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
        value = table.made_by_calls.get((scope, name))
        if value is None:
            return None
        callee = table.facts.calls[int(value[1:].partition(".")[0])].callee
        return None if type(callee) is str and callee.startswith(name + ".") else value

    def _model(self, path: str, scope: int, expr: Expr) -> tuple[Value, str] | None:
        """The mapped class that an expression names (or whose column it names)."""
        name = dotted(expr)
        if name is None:
            return None
        for candidate in (name, name.rpartition(".")[0]):
            if candidate and candidate.rpartition(".")[2][:1].isupper():
                for value in sorted(self.linker.evaluate(path, scope, candidate)):
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


def _column(keyword: str) -> str:
    """The column that a keyword of Django's filters asks for: ``slug__iexact`` is ``slug``, ``pk`` is ``id``."""
    name = keyword.removesuffix("__exact").removesuffix("__iexact")
    return "id" if name == "pk" else name
