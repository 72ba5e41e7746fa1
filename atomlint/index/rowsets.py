"""Rows of a query: which mapped class they are of, and which relationships the query loads with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .criteria import KEYS, compared_names, keyed, missing, of_class
from .defaults import most_given
from .managers import EAGERLY, manager_loads
from .tables import dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .project import Project
    from .tables import Table

BRINGING = frozenset({"selectinload", "joinedload", "subqueryload", "immediateload", "contains_eager"})
"""Options by which a query of SQLAlchemy says what comes with its rows."""
LOADERS = BRINGING | {"noload", "raiseload"}
PLAIN = frozenset({"load_only", "defer", "undefer", "lazyload", "with_loader_criteria", "defaultload"})
ALL_RELATED = "*"
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
OWN_KEYS = ("__id", "__pk")
"""Attributes of which each row has a value of its own."""
DEPTH = 5


class Rows(NamedTuple):
    """Rows that something goes through."""

    model: Value
    loaded: frozenset[str]
    """Attributes that the query loads; ``*`` when its options are not known."""
    filters: frozenset[str]
    """Attributes of the class that it compares for equality."""
    owners: frozenset[str]
    """Names that it compares in every way that it is put together, with what they lead to: ``order``, ``order__state``."""
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
        found = _Found()
        self._visit(self.linker.table(path), scope, expr, found, DEPTH)
        if found.other or len({(m.place, m.scope) for m, _, _ in found.models}) != 1:
            return None
        model, place, call = found.models[0]
        name = self.linker.table(model.place).facts.scopes[model.scope].name
        if OPEN not in found.keyed and not found.keyed.isdisjoint(("", name)):
            found.most = 1
        if found.own and found.managed:
            found.loaded.add(ALL_RELATED)  # Appellation.objects.autocomplete(): a manager's own method may load them
        return Rows(
            model,
            frozenset(found.loaded),
            frozenset(found.filters),
            frozenset() if OPEN in found.keyed else frozenset(found.owners),
            found.awaited,
            place,
            call,
            found.most,
            found.sliced,
            frozenset(found.paths),
        )

    def _visit(self, table: Table, scope: int, expr: Expr, found: _Found, depth: int) -> None:
        key = (table.path, scope, str(expr))
        if depth == 0 or key in found.seen:
            return
        found.seen.add(key)
        if type(expr) is list and expr:
            found.sliced = found.sliced or (expr[0] == "sub" and expr[2:] == ["?"])
            if expr[0] == "sub" or (expr[0] == "." and expr[2] in ("items", "all")):
                self._visit(table, scope, expr[1], found, depth)
            elif expr[0] in ("or", "and"):
                for part in expr[1:]:
                    self._visit(table, scope, part, found, depth)
            elif expr[0] == "if":
                for part in expr[2:]:
                    self._visit(table, scope, part, found, depth)
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
        if rest not in ("", "items"):
            found.other = True
            return
        self._bound(table, scope, head, found, depth)

    def _bound(self, table: Table, scope: int, head: str, found: _Found, depth: int) -> None:
        """What a name is bound to."""
        bindings = table.lookup(scope, head)
        if len(bindings) > 1:
            found.keyed.add(OPEN)  # if visit_id: query = query.filter(Visit.id == visit_id)
        for binding in bindings:
            if binding.assign is not None and binding.assign.value == ["[]"]:
                self._put_in(table, binding.assign.scope, head, found, depth)
            elif (
                binding.assign is not None and binding.assign.kind in ("=", "with") and binding.assign.value is not None
            ):
                self._visit(table, binding.assign.scope, binding.assign.value, found, depth - 1)
            elif binding.param is not None:
                self._parameter(table, binding.scope, head, found, depth)
            elif binding.assign is not None and binding.assign.kind in ("for", "+="):
                found.other = True

    def _put_in(self, table: Table, scope: int, name: str, found: _Found, depth: int) -> None:
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

    def _parameter(self, table: Table, scope: int, name: str, found: _Found, depth: int) -> None:
        """What callers on request paths pass for a parameter."""
        from .givens import given

        for path, at, expr in given(self.project, Value("def", table.path, scope), name):
            self._visit(self.linker.table(path), at, expr, found, depth - 1)

    def _call(self, table: Table, ordinal: int, found: _Found, depth: int) -> None:
        record = table.facts.calls[ordinal]
        found.awaited = found.awaited or record.awaited
        if type(record.callee) is not str:
            if type(record.callee) is list and record.callee[:1] == ["."]:
                self._visit(table, record.scope, record.callee[1], found, depth)
            return
        receiver, _, method = record.callee.rpartition(".")
        if method == "get_queryset" and receiver[:1] == "@" and table.facts.calls[int(receiver[1:])].callee == "super":
            self._queryset_of(table, record.scope, found, depth, above=True)
            return
        if method in OTHER_ROWS or method in ONE or method in MADE:
            found.other = True
            return
        if not receiver and method in THROUGH and record.args:
            self._visit(table, record.scope, record.args[-1 if method == "filter" else 0], found, depth)
            return
        effects = self.project.effects
        if method in (*effects.builders, *effects.select_names) and record.args:
            self._head(table, ordinal, found)
            return
        if method in effects.executors and record.args and receiver:
            self._visit(table, record.scope, record.args[0], found, depth)
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
        self._option(table, ordinal, method, found)
        if receiver:
            self._visit(table, record.scope, receiver, found, depth)

    def _head(self, table: Table, ordinal: int, found: _Found) -> None:
        record = table.facts.calls[ordinal]
        name = dotted(record.args[0])
        model = self.project.effects._model(table.path, record.scope, record.args[0])
        if len(record.args) > 1 or model is None or name is None or name.rpartition(".")[2] != model[1]:
            found.other = True
            return
        found.models.append((model[0], table.path, ordinal))

    def _class_query(self, table: Table, scope: int, name: str, found: _Found) -> bool:
        """``Model.query`` and ``Model.objects``."""
        model, _, attribute = name.rpartition(".")
        if attribute not in ("query", "objects") or not model.rpartition(".")[2][:1].isupper():
            return False
        for value in self.linker.evaluate(table.path, scope, model):
            if value.kind == "def" and self.project.effects.is_mapped(value):
                found.models.append((value, table.path, -1))
                found.managed = found.managed or attribute == "objects"
                if attribute == "objects" and manager_loads(self.linker, self.linker.evaluate(table.path, scope, name)):
                    found.loaded.add(ALL_RELATED)
                return True
        return False

    def loads_always(self, model: Value) -> bool:
        """Whether the project's manager of a model loads related rows with each query."""
        return manager_loads(self.linker, self.linker.values.attribute(model, "objects"))

    def _queryset_of(self, table: Table, scope: int, found: _Found, depth: int, *, above: bool) -> None:
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

    def _followed(self, table: Table, ordinal: int, found: _Found, depth: int) -> bool:
        """Whether a call is of a function of the project, whose returns are looked into."""
        followed = False
        for value in self.linker.values.callee(table.path, ordinal):
            if value.kind != "def" or self.linker.table(value.place).facts.scopes[value.scope].kind != "function":
                continue
            followed = True
            inner = self.linker.table(value.place)
            for exit_ in inner.exits.get(value.scope, ()):
                if exit_.kind == "return":
                    self._visit(inner, value.scope, exit_.value, found, depth - 1)
        return followed

    def _option(self, table: Table, ordinal: int, method: str, found: _Found) -> None:
        record = table.facts.calls[ordinal]
        if method in ("filter", "where", "filter_by"):
            found.filters |= {name.partition("__")[0] for name, _ in record.keywords}
            found.owners |= {name for name, _ in record.keywords}
            found.owners |= {name.rpartition("__")[0] for name, _ in record.keywords if name.endswith(OWN_KEYS)}
            found.keyed |= {"" for name, _ in record.keywords if name in KEYS}
            for arg in record.args:
                found.filters |= set(compared_names(arg)) or missing(table, arg)
                found.owners |= set(compared_names(arg))
                found.keyed |= set(keyed(arg))
        elif method in EAGERLY:
            texts = [text_of(arg) for arg in record.args]
            found.loaded |= {text.partition("__")[0] if text else ALL_RELATED for text in texts} or {ALL_RELATED}
            found.paths |= {text for text in texts if text}
        elif method == "none":
            found.most = 1
        elif method == "only":
            found.loaded.add(ALL_RELATED)  # a key that it leaves out cannot be followed by select_related
        elif method == "limit" and record.args:
            found.most = most_given(self.linker, table, record.scope, record.args[0]) or found.most
        elif method == "options":
            for arg in record.args:
                found.loaded |= option_loads(table, arg)


class _Found:
    """What was seen on the way."""

    def __init__(self) -> None:
        self.models: list[tuple[Value, str, int]] = []
        self.loaded: set[str] = set()
        self.paths: set[str] = set()
        self.filters: set[str] = set()
        self.owners: set[str] = set()
        self.keyed: set[str] = set()
        """Names of classes of which the query asks for one key; empty for the class that it goes through."""
        self.awaited = False
        self.most = 0
        self.other = False
        self.sliced = False
        self.own = False
        """Whether a method of the query is none of the library's."""
        self.managed = False
        """Whether it starts at a manager of Django."""
        self.seen: set[tuple[str, int, str]] = set()


def option_loads(table: Table, expr: Expr, loaders: frozenset[str] = LOADERS) -> set[str]:
    """Attributes that an option such as ``selectinload(Post.author)`` loads; ``*`` for what is not understood."""
    if type(expr) is not str or expr[:1] != "@":
        return {ALL_RELATED}
    while True:  # the innermost call names the attribute of the class itself
        record = table.facts.calls[int(expr[1:].partition(".")[0])]
        if type(record.callee) is not str:
            return {ALL_RELATED}
        receiver, _, method = record.callee.rpartition(".")
        if receiver[:1] == "@":
            expr = receiver
            continue
        if method in loaders:
            names = [text_of(arg) or of_class(arg) for arg in record.args]
            return {name if name and name != "*" else ALL_RELATED for name in names} or {ALL_RELATED}
        return set() if method in PLAIN else {ALL_RELATED}
