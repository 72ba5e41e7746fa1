"""Rows of a query: which mapped class they are of, and which relationships the query loads with them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from .defaults import most_given
from .loadoptions import ALL_RELATED
from .managers import is_manager, manager_loads, manager_method, manager_methods
from .rowsfound import Found
from .steps import gives_none, starts_at_attribute, surely_bound
from .tables import dotted
from .unpacked import unpacked
from .value import Value

if TYPE_CHECKING:
    from ..facts.records import Call, Expr
    from .project import Project
    from .tables import Binding, Table

OTHER_ROWS = frozenset(
    {
        "with_entities",
        "add_columns",
        "values",
        "values_list",
        "add_entity",
        "aggregate",
        "count",
        "mappings",
        "columns",
        "tuples",
        "from_statement",
    }
)
"""Methods after which rows are no instances of the class any more."""
ONE = frozenset(
    {"first", "one", "one_or_none", "scalar", "scalar_one", "scalar_one_or_none", "get", "first_or_404", "get_or_404"}
)
THROUGH = frozenset({"list", "tuple", "set", "sorted", "reversed", "enumerate", "iter", "filter"})
PASSED = ("filter_queryset", "paginate_queryset")
"""Methods of Django REST framework that give some of the rows that they get."""
PAGES = ("page", "get_page")
"""Methods of Django's paginators that give a page of the rows that it was made with."""
PAGINATORS = ("Paginator", "AsyncPaginator")
MADE = frozenset({"bulk_create", "abulk_create", "bulk_update", "abulk_update"})
"""What gives rows that the program has made: they hold the objects that they were made with."""
KNOWN = frozenset(
    {
        "all", "filter", "exclude", "order_by", "annotate", "alias", "distinct", "select_related", "prefetch_related", "only",
        "defer", "using", "reverse", "iterator", "aiterator", "select_for_update", "union", "intersection", "difference",
        "none", "get_queryset", "extra", "complex_filter", "db_manager",
    }
)  # fmt: skip
"""Methods of a Django query that say by themselves what they load."""
OPEN = "?"
"""Stands among the keys of a query that is put together in several steps: one of them may be left out."""
DEPTH = 5
MOST_LINKS = 150
"""Calls that one query is followed through."""


class Rows(NamedTuple):
    """Rows that something goes through."""

    model: Value
    loaded: frozenset[str]
    """Attributes that the query loads; ``*`` when its options are not known."""
    filters: frozenset[str]
    """Attributes of the class that it compares for equality in every way that it is put together."""
    owners: frozenset[str]
    """These names, with what they lead to: ``order``, ``order__state``."""
    awaited: bool
    """Whether it is sent by a coroutine: then lazy loading is an error, not a query."""
    path: str
    call: int
    """The call that names the class."""
    most: int = 0
    """How many there are at most, when the query says so by a constant; 0 when it does not."""
    sliced: bool = False
    """Whether some of them are cut out, ``rows[:limit]``: a few, or a page."""
    paths: frozenset[str] = frozenset()
    """What `loaded` says, with what it loads of the rows behind: ``author__branch``."""
    offered: frozenset[str] = frozenset()
    """Attributes that it may compare besides: ``if state: orders = orders.filter(state=state)``."""
    asking: frozenset[str] = frozenset()
    """Those that it compares, or may, with whoever sends the request: ``filter(order__customer=request.user)``."""

    def behind(self, attribute: str, model: Value) -> Rows:
        """The rows that an attribute of these leads to, with what the query loads of them."""
        paths = frozenset(rest for path in self.paths for head, _, rest in [path.partition("__")] if head == attribute)
        heads = frozenset(path.partition("__")[0] for path in paths) - {""}
        return self._replace(model=model, loaded=heads, paths=paths, filters=frozenset())


class RowSets:
    """Follows expressions to the queries that give them."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker

    def of(self, path: str, scope: int, expr: Expr) -> Rows | None:
        """The rows that an expression is; None when it is none, or of several classes."""
        found = Found()
        self._visit(self.linker.table(path), scope, expr, found, DEPTH)
        if found.other or len({(m.place, m.scope) for m, _, _ in found.models}) != 1:
            return None
        model, place, call = found.models[0]
        name = self.linker.table(model.place).facts.scopes[model.scope].name
        if OPEN not in found.keyed and not found.keyed.isdisjoint(("", name)):
            found.most = 1
        if found.own and found.managers:
            found.loaded.add(ALL_RELATED)  # Appellation.objects.autocomplete(): a manager's own method may load them
        return Rows(
            model,
            frozenset(found.loaded),
            frozenset(found.filters),
            frozenset(found.owners),
            found.awaited,
            place,
            call,
            found.most,
            found.sliced,
            frozenset(found.paths),
            frozenset(found.offered),
            frozenset(found.asking),
        )

    def most(self, path: str, scope: int, expr: Expr) -> int:
        """How many rows there are at most by a constant, of whatever they are; 0 when no query on the way says so."""
        found = Found()
        self._visit(self.linker.table(path), scope, expr, found, DEPTH)
        return found.most

    def _visit(self, table: Table, scope: int, expr: Expr, found: Found, depth: int) -> None:
        key = (table.path, scope, str(expr))
        if depth == 0 or key in found.seen:
            return
        found.seen.add(key)
        if type(expr) is list and expr:
            parts = list(unpacked(self.linker, table, expr))
            for inner, at, part in parts:
                self._visit(inner, at, part, found, depth - 1)
            if parts:
                return
            found.sliced = found.sliced or (expr[0] == "sub" and expr[2:] == ["?"] and not found.optional)
            if expr[0] == "sub" or (expr[0] == "." and expr[2] in ("items", "all", "object_list")):
                self._visit(table, scope, expr[1], found, depth)
            elif expr[0] in ("or", "and", "if"):
                found.optional += 1
                for part in expr[1 + (expr[0] == "if") :]:
                    self._visit(table, scope, part, found, depth)
                found.optional -= 1
            elif expr[0] == "comp" and dotted(expr[1]) and "." not in expr[1]:
                self._visit(table, scope, expr[2], found, depth)
            elif expr not in (["[]"], ["{}"]):
                found.other = True
            return
        if type(expr) is not str or expr in ("#None", "?"):
            return
        if expr[:1] == "@":
            self._call(table, int(expr[1:].partition(".")[0]), found, depth)
            return
        name = dotted(expr)
        if name is None:
            return
        if "." in name and self._class_query(table, scope, name, found):
            return
        head, _, rest = name.partition(".")
        if name == "self.queryset":
            self._queryset_of(table, scope, found, depth, above=False)
            return
        if rest not in ("", "items", "object_list"):
            found.other = True
            return
        self._bound(table, scope, head, found, depth)

    def _bound(self, table: Table, scope: int, head: str, found: Found, depth: int) -> None:
        """What a name is bound to."""
        bindings = table.lookup(scope, head)
        if len(bindings) > 1:
            found.keyed.add(OPEN)  # if visit_id: query = query.filter(Visit.id == visit_id)
        some = [b for b in bindings if b.assign is None or not gives_none(table, b.assign.value)]
        sure = surely_bound(table, head, some)
        for binding in some or bindings:
            found.optional += binding not in sure
            self._value(table, head, binding, found, depth)
            found.optional -= binding not in sure

    def _value(self, table: Table, head: str, binding: Binding, found: Found, depth: int) -> None:
        assign = binding.assign
        if assign is not None and assign.value == ["[]"]:
            self._put_in(table, assign.scope, head, found, depth)
        elif assign is not None and assign.kind in ("=", "with") and assign.value is not None:
            self._visit(table, assign.scope, assign.value, found, depth - 1)
        elif binding.param is not None and (table.path, binding.scope, head) not in found.selves:
            self._parameter(table, binding.scope, head, found, depth)
        elif assign is not None and assign.kind in ("for", "+="):
            found.other = True

    def _put_in(self, table: Table, scope: int, name: str, found: Found, depth: int) -> None:
        """What a function puts in a list that it makes empty: each row of what it goes through, or what is not known."""
        for ordinal in table.calls_in.get(scope, ()):
            call = table.facts.calls[ordinal]
            if call.callee not in (f"{name}.append", f"{name}.extend", f"{name}.insert"):
                continue
            row = call.args[0] if call.callee == f"{name}.append" and len(call.args) == 1 else None
            bindings = table.lookup(scope, row) if type(row) is str and dotted(row) == row and "." not in row else []
            gone_through = [b.assign.value for b in bindings if b.assign is not None and b.assign.kind == "for"]
            if not gone_through or len(gone_through) < len(bindings):
                found.other = True
            for value in gone_through:
                self._visit(table, scope, value, found, depth - 1)

    def _parameter(self, table: Table, scope: int, name: str, found: Found, depth: int) -> None:
        """What callers on request paths pass for a parameter."""
        from .givens import given

        for path, at, expr in given(self.project, Value("def", table.path, scope), name):
            self._visit(self.linker.table(path), at, expr, found, depth - 1)

    def _call(self, table: Table, ordinal: int, found: Found, depth: int) -> None:
        record = table.facts.calls[ordinal]
        found.links += 1
        if found.links > MOST_LINKS:
            found.other = True
            return
        found.awaited = found.awaited or record.awaited
        if type(record.callee) is not str:
            if type(record.callee) is list and record.callee[:1] == ["."]:
                self._visit(table, record.scope, record.callee[1], found, depth)
            return
        receiver, _, method = record.callee.rpartition(".")
        if method == "get_queryset" and self._is_own_manager(table, record.scope, receiver, found):
            return
        if method == "get_queryset" and receiver[:1] == "@" and table.facts.calls[int(receiver[1:])].callee == "super":
            self._queryset_of(table, record.scope, found, depth, above=True)
            return
        if method in OTHER_ROWS or method in ONE or method in MADE:
            found.other = True
            return
        handed = self._handed_on(table, record, receiver, method, found)
        if handed is not None:
            self._visit(table, record.scope, handed, found, depth)
            return
        effects = self.project.effects
        if method in (*effects.builders, *effects.select_names) and record.args:
            self._head(table, ordinal, found)
            return
        if receiver and self._managed(table, record, found, depth):
            return
        if self._followed(table, ordinal, found, depth):
            return
        if record.callee == "self.get_queryset":
            self._queryset_of(table, record.scope, found, depth, above=False)
            return
        if method in PASSED and record.args:
            self._visit(table, record.scope, record.args[0], found, depth)
            return
        found.own = found.own or method not in KNOWN
        found.option(self.linker, table, record, method)
        if receiver:
            self._visit(table, record.scope, receiver, found, depth)

    def _handed_on(self, table: Table, record: Call, receiver: str, method: str, found: Found) -> Expr:
        """What a call gives rows of: ``list(orders)``, ``session.scalars(orders)``, ``Paginator(orders, 25).page(n)``."""
        args = record.args
        if method in PAGINATORS and len(args) > 1:
            most = most_given(self.linker, table, record.scope, args[1])
            found.most, found.sliced = most or found.most, found.sliced or not most
            return args[0]
        if method in PAGES and receiver and len(args) == 1:
            return receiver
        if not receiver and method in THROUGH and args:
            return args[-1 if method == "filter" else 0]
        return args[0] if method in self.project.effects.executors and args and receiver else None

    def _head(self, table: Table, ordinal: int, found: Found) -> None:
        record = table.facts.calls[ordinal]
        name = dotted(record.args[0])
        model = self.project.effects._model(table.path, record.scope, record.args[0])
        if len(record.args) > 1 or model is None or name is None or name.rpartition(".")[2] != model[1]:
            found.other = True
            return
        found.models.append((model[0], table.path, ordinal))

    def _class_query(self, table: Table, scope: int, name: str, found: Found) -> bool:
        """``Model.query``, ``Model.objects`` and what else a class holds a manager under."""
        model, _, attribute = name.rpartition(".")
        if not model.rpartition(".")[2][:1].isupper() or attribute[:1].isupper():
            return False
        for value in self.linker.evaluate(table.path, scope, model):
            if value.kind != "def" or not self.project.effects.is_mapped(value):
                continue
            manager = self.linker.evaluate(table.path, scope, name) if attribute != "query" else frozenset()
            if attribute not in ("query", "objects") and not any(is_manager(self.linker, one) for one in manager):
                return False
            found.models.append((value, table.path, -1))
            found.managers |= {attribute} - {"query"}
            if manager_loads(self.linker, manager):
                found.loaded.add(ALL_RELATED)
            return True
        return False

    @cached_property
    def _managing(self) -> frozenset[str]:
        return manager_methods(self.linker)

    def loads_always(self, model: Value) -> bool:
        """Whether the project's manager of a model loads related rows with each query."""
        return manager_loads(self.linker, self.linker.values.attribute(model, "objects"))

    def _queryset_of(self, table: Table, scope: int, found: Found, depth: int, *, above: bool) -> None:
        """What ``get_queryset`` of the bases gives, or ``queryset`` of the view that a method belongs to."""
        scopes = table.facts.scopes
        while scope and scopes[scopes[scope].parent].kind != "class":
            scope = scopes[scope].parent
        for cls in self.linker.mro(table.path, scopes[scope].parent) if scope else ():
            if cls.kind != "def":
                break
            of = self.linker.table(cls.place)
            method = of.members.get((cls.scope, "get_queryset"))
            if above and method is not None and cls != Value("def", table.path, scopes[scope].parent):
                for exit_ in of.exits.get(method, ()):
                    if exit_.kind == "return":
                        self._visit(of, method, exit_.value, found, depth - 1)
                return
            for assign in of.attributes.get((cls.scope, "queryset"), ()):  # self.queryset = self.queryset.filter(...)
                self._visit(of, assign.scope, assign.value, found, depth - 1)
            for assign in of.class_attributes.get((cls.scope, "queryset"), ()):
                if assign.value is not None:
                    self._visit(of, cls.scope, assign.value, found, depth - 1)
                    return
        found.other = True

    def _followed(self, table: Table, ordinal: int, found: Found, depth: int) -> bool:
        """Whether a call is of a function of the project, whose returns are looked into."""
        followed = False
        for value in self.linker.values.callee(table.path, ordinal):
            if value.kind != "def" or self.linker.table(value.place).facts.scopes[value.scope].kind != "function":
                continue
            followed = True
            self._returns(value, found, depth)
        return followed

    def _returns(self, function: Value, found: Found, depth: int) -> None:
        """What a function gives back; that it may give nothing says nothing of what it gives else."""
        table = self.linker.table(function.place)
        given = [exit_.value for exit_ in table.exits.get(function.scope, ()) if exit_.kind == "return"]
        for value in [value for value in given if not gives_none(table, value)] or given:
            self._visit(table, function.scope, value, found, depth - 1)

    def _managed(self, table: Table, record: Call, found: Found, depth: int) -> bool:
        """Whether a call is of a method that the project's manager of a model has: it is looked into for what it adds."""
        receiver, _, method = str(record.callee).rpartition(".")
        if method in KNOWN or method not in self._managing:
            return False
        inside = any((table.path, record.scope) == of[:2] for of in found.selves)
        if not inside and not starts_at_attribute(table, record.scope, receiver):
            return False
        before = Found()
        before.selves = found.selves
        before.models = list(found.models) if inside else []
        self._visit(table, record.scope, receiver, before, depth - 1)
        if before.other or not (before.managers or inside) or len({model for model, _, _ in before.models}) != 1:
            return False
        for manager in before.managers or found.managers:
            own = manager_method(self.linker, before.models[0][0], manager, method)
            if own is None:
                continue
            self._visit(table, record.scope, receiver, found, depth)
            params = self.linker.table(own.place).facts.scopes[own.scope].params
            found.selves.update({(own.place, own.scope, param.name) for param in params[:1]})
            self._returns(own, found, depth)
            return True
        return False

    def _is_own_manager(self, table: Table, scope: int, receiver: str, found: Found) -> bool:
        """Whether a manager's own method asks itself, or its base: what that loads was looked at where it is named."""
        selves = {name for path, at, name in found.selves if (path, at) == (table.path, scope)}
        by_super = receiver[:1] == "@" and table.facts.calls[int(receiver[1:])].callee == "super"
        return receiver in selves or (by_super and bool(selves))
