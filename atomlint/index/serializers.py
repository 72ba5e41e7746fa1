"""Django REST framework: what a list view answers with, and what its serializer takes of each row."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from .expressions import inside
from .rowsets import EAGERLY
from .tables import dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..facts.records import Call, Expr
    from .project import Project
    from .rowsets import Rows
    from .tables import Table

FRAMEWORK = "rest_framework."
LISTS = (
    "rest_framework.viewsets.ModelViewSet",
    "rest_framework.viewsets.ReadOnlyModelViewSet",
    "rest_framework.generics.ListAPIView",
    "rest_framework.generics.ListCreateAPIView",
    "rest_framework.mixins.ListModelMixin",
)
"""Bases that answer GET with a serializer of all rows of ``get_queryset()``, a page at a time."""
OWN_LIST = ("list", "get", "get_serializer", "filter_queryset", "paginate_queryset", "dispatch")
"""Methods by which a view answers in a way of its own."""
FIRST = frozenset({"initial", "setup", "initialize_request", "check_permissions"})
"""Methods that run before the rows are asked for."""
OWN_READING = ("to_representation",)
DYNAMIC = ("__init__", "get_fields", "get_field_names")
"""Methods by which a serializer may leave fields out."""
RELATED = ("StringRelatedField", "SlugRelatedField")
"""Fields that read a related row for more than its key."""


class Taken(NamedTuple):
    """What a field of a serializer takes of a row: an attribute, or what a method of the serializer makes of it."""

    name: str
    """The field."""
    path: str
    call: int
    """The call that makes it; -1 for one that is only named in ``Meta.fields``."""
    attribute: str = ""
    """The first attribute of the row that is read; empty for a method."""
    method: Value | None = None
    nested: bool = True
    """False where the key of the row that it leads to is enough."""
    rest: tuple[str, ...] = ()
    """Attributes between the first and the last of ``source="depot.region.name"``."""


class Serialized(NamedTuple):
    """A serializer, with what it takes of each row."""

    serializer: Value
    taken: tuple[Taken, ...]
    sure: bool
    """False where fields may be left out."""
    but: frozenset[str] | None = None
    """With all fields of the model, those that are left out or told above; None where only those above are taken."""


class Meta(NamedTuple):
    """The options of a serializer."""

    listed: tuple[str, ...]
    hidden: frozenset[str]
    every: bool
    nested: bool


class ListView(NamedTuple):
    """A view that answers with many rows."""

    rows: Rows
    serializers: tuple[Serialized, ...]
    """More than one where it takes one or the other."""
    routed: bool = True
    """Whether a route is seen that leads to it."""
    page: int = 0
    """Rows that an answer has at most, by the view's paginator; 0 when that is not known."""


class Serializers:
    """Reads views and serializers as far as classes say it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker

    def view(self, cls: Value) -> ListView | None:
        """What a class lists; None for one that is no list view, or one with ways of its own."""
        mro = self.linker.mro(cls.place, cls.scope)
        external = [base.place for base in mro if base.kind == "ext"]
        own = [base for base in mro if base.kind == "def"]
        if not any(name in LISTS for name in external) or not all(_is_known(name) for name in external):
            return None
        if not self._members(own).isdisjoint(OWN_LIST):
            return None
        if not self._lists(cls, own) or self._loads(own):
            return None
        rows = self._rows(own)
        made = [self._serialized(value) for value in self._serializers(own)] if rows is not None else []
        if rows is None or not made or None in made:
            return None
        return ListView(rows, tuple(one for one in made if one is not None), cls in self._routed, self._page(own))

    def _page(self, own: Sequence[Value]) -> int:
        """Rows of a page of the view's own paginator, where a request cannot ask for more."""
        path, value = next(iter(self._attribute(own, "pagination_class")), ("", None))
        for cls in self._classes(path, 0, value) if dotted(value) else ():
            bases = [base for base in self.linker.mro(cls.place, cls.scope) if base.kind == "def"]
            said = [dict(self._numbers(base)) for base in bases]
            asked = any(True for _ in self._attribute(bases, "page_size_query_param"))
            name = "max_page_size" if asked else "page_size"
            return next((numbers[name] for numbers in said if name in numbers), 0)
        return 0

    def _numbers(self, cls: Value) -> Iterator[tuple[str, int]]:
        """Attributes of a class that are numbers."""
        table = self.linker.table(cls.place)
        for place in table.assigns_in.get(cls.scope, ()):
            assign = table.facts.assigns[place]
            if type(assign.target) is str and type(assign.value) is str and assign.value[1:].isdecimal():
                yield assign.target, int(assign.value[1:])

    def _members(self, own: Sequence[Value]) -> set[str]:
        return {name for cls in own for name in self.linker.table(cls.place).members_of.get(cls.scope, ())}

    def _lists(self, cls: Value, own: Sequence[Value]) -> bool:
        """Whether requests can ask for the list: not when ``as_view({"get": "retrieve"})`` is all that is routed."""
        for _, assign in self._attribute(own, "http_method_names"):
            if type(assign) is list and "get" not in {text_of(part) for part in assign[1:]}:
                return False
        name = self.linker.table(cls.place).facts.scopes[cls.scope].name
        maps: list[Expr] = []
        for path, ordinal in self.linker.call_sites("as_view"):
            record = self.linker.table(path).facts.calls[ordinal]
            if type(record.callee) is str and record.callee.rpartition(".")[0].rpartition(".")[2] == name:
                maps.append(record.args[0] if record.args else None)
        routed = [m for m in maps if type(m) is list and m[:1] == ["{}"]]
        return not routed or len(routed) < len(maps) or any("'list" in one for one in routed)

    def _loads(self, own: Sequence[Value]) -> bool:
        """Whether a filter or a paginator of the project's, or what the view does first, may load related rows."""
        helpers: list[Value] = []
        for name in ("filter_backends", "pagination_class"):
            path, value = next(iter(self._attribute(own, name)), ("", None))
            names = [n for part in (value[1:] if type(value) is list else [value]) if (n := dotted(part))]
            helpers += [v for n in names for v in self.linker.evaluate(path, 0, n) if v.kind == "def"]
        classes = [base for v in helpers for base in self.linker.mro(v.place, v.scope) if base.kind == "def"]
        methods = [(cls, None) for cls in classes] + [(cls, FIRST) for cls in own]
        return any(self._loads_in(cls, names) for cls, names in methods)

    def _loads_in(self, cls: Value, names: frozenset[str] | None) -> bool:
        table = self.linker.table(cls.place)
        return any(
            str(table.facts.calls[number].callee).endswith(EAGERLY)
            for name, method in table.members_of.get(cls.scope, {}).items()
            if names is None or name in names
            for number in table.calls_in.get(method, ())
        )

    # --- the rows ----------------------------------------------------------------------------------------------------

    def _rows(self, own: Sequence[Value]) -> Rows | None:
        """The rows of ``get_queryset``, else of ``queryset``; None where one of them is not understood."""
        method = self._method(own, "get_queryset")
        stated = [rows for cls in own for rows in self._stated(cls)][:1]
        if method is None:
            return stated[0] if stated else None
        exits = self.linker.table(method.place).exits.get(method.scope, ())
        returned = [exit_.value for exit_ in exits if exit_.kind == "return"]
        found = [self.project.rowsets.of(method.place, method.scope, value) for value in returned]
        below = own.index(Value("def", method.place, self.linker.table(method.place).facts.scopes[method.scope].parent))
        if below:  # what it asks of ``super()``, ``self.queryset`` or ``self.rows()`` may be what a class below states
            if self._hooks(method) & (self._members(own[:below]) | self._stated_names(own[:below])):
                return None
            found += [rows for cls in own[:below] for rows in self._stated(cls)]
        return _together([rows for rows in found if rows is not None]) if found and None not in found else None

    def _hooks(self, method: Value) -> set[str]:
        """Members of ``self`` that a method reads or calls."""
        table = self.linker.table(method.place)
        calls = [table.facts.calls[number] for number in table.calls_in.get(method.scope, ())]
        parts = [call.callee for call in calls] + [arg for call in calls for arg in call.args]
        names = (dotted(part) or "" for expr in parts for part in inside(expr) if type(part) is str)
        return {name.split(".")[1] for name in names if name.startswith("self.")} - {"queryset", "request", "kwargs"}

    def _stated_names(self, own: Sequence[Value]) -> set[str]:
        """Attributes that class bodies assign."""
        return {
            str(table.facts.assigns[place].target)
            for cls in own
            for table in [self.linker.table(cls.place)]
            for place in table.assigns_in.get(cls.scope, ())
        }

    def _stated(self, cls: Value) -> Iterator[Rows | None]:
        """The rows of a class's own ``queryset``."""
        for assign in self.linker.table(cls.place).class_attributes.get((cls.scope, "queryset"), ()):
            if assign.value not in (None, "#None"):
                yield self.project.rowsets.of(cls.place, cls.scope, assign.value)

    @cached_property
    def _routed(self) -> frozenset[Value]:
        """Classes that ``as_view()`` or ``router.register(...)`` names somewhere."""
        found: set[Value] = set()
        for name in ("as_view", "register"):
            for path, ordinal in self.linker.call_sites(name):
                record = self.linker.table(path).facts.calls[ordinal]
                head = record.callee.rpartition(".")[0] if type(record.callee) is str else ""
                given = [head] if name == "as_view" else [*record.args, *(value for _, value in record.keywords)]
                for expr in given:
                    if dotted(expr):
                        found |= self.linker.evaluate(path, record.scope, expr)
        return frozenset(found)

    # --- the serializers ---------------------------------------------------------------------------------------------

    def _serializers(self, own: Sequence[Value]) -> list[Value]:
        """The classes that a view may serialize with; none when that is not known."""
        for cls in own:
            table = self.linker.table(cls.place)
            method = table.members.get((cls.scope, "get_serializer_class"))
            if method is not None:
                found: list[Value | None] = []
                for exit_ in table.exits.get(method, ()):
                    if exit_.kind == "return":
                        found += self._named(own, table, method, exit_.value) or [None]
                return [value for value in found if value is not None] if found and None not in found else []
        for path, value in self._attribute(own, "serializer_class"):
            return self._classes(path, 0, value) if dotted(value) else []
        return []

    def _named(self, own: Sequence[Value], table: Table, scope: int, value: Expr) -> list[Value]:
        if value == "self.serializer_class" or self._is_super(table, value):
            given = next(iter(self._attribute(own, "serializer_class")), None)
            return [] if given is None else self._classes(given[0], 0, given[1])
        return self._classes(table.path, scope, value)

    @staticmethod
    def _is_super(table: Table, value: Expr) -> bool:
        if type(value) is not str or value[:1] != "@" or "." in value:
            return False
        callee = table.facts.calls[int(value[1:])].callee
        head = callee.partition(".")[0] if type(callee) is str else ""
        return head[:1] == "@" and table.facts.calls[int(head[1:])].callee == "super"

    def _classes(self, path: str, scope: int, expr: Expr) -> list[Value]:
        values = self.linker.evaluate(path, scope, expr)
        return sorted(values) if all(value.kind == "def" for value in values) else []

    def _attribute(self, own: Sequence[Value], name: str) -> Iterator[tuple[str, Expr]]:
        for cls in own:
            for assign in self.linker.table(cls.place).class_attributes.get((cls.scope, name), ()):
                if assign.value not in (None, "#None"):
                    yield cls.place, assign.value

    def _serialized(self, serializer: Value) -> Serialized | None:
        """What a serializer takes; None when it reads rows in a way of its own."""
        mro = self.linker.mro(serializer.place, serializer.scope)
        own = [cls for cls in mro if cls.kind == "def"]
        if not any(cls.kind == "ext" and cls.place.startswith(FRAMEWORK) for cls in mro):
            return None
        members = self._members(own)
        if not members.isdisjoint(OWN_READING):
            return None
        declared: dict[str, Taken | None] = {}
        for cls in own:
            for name, field in self._declared(cls, own):
                declared.setdefault(name, field)
        meta = self._meta(own)
        if meta is None:
            return None
        for name in meta.listed:
            declared.setdefault(name, Taken(name, serializer.place, -1, name, None, meta.nested))
        taken = tuple(one for name, one in declared.items() if one is not None and name not in meta.hidden)
        hidden = meta.hidden | declared.keys() if meta.every else None
        return Serialized(serializer, taken, members.isdisjoint(DYNAMIC), hidden)

    def plural_keys(self, serialized: Serialized, model: Value) -> list[Taken]:
        """Fields to many rows that ``fields = "__all__"`` takes: the keys of what they lead to, asked row by row."""
        if serialized.but is None:
            return []
        found = []
        for name, relationship in self.project.relationships.of(model).items():
            made = self.linker.table(relationship.path).facts.calls[relationship.call]
            own = relationship.owner == Value("def", relationship.path, made.scope)  # and not the way back of another's
            if own and relationship.uselist and name not in serialized.but:
                found.append(Taken(name, serialized.serializer.place, -1, name, None, nested=False))
        return found

    def _declared(self, cls: Value, own: Sequence[Value]) -> Iterator[tuple[str, Taken | None]]:
        """Fields that a class body makes; None for those that read nothing of another row."""
        table = self.linker.table(cls.place)
        for ordinal in table.assigns_in.get(cls.scope, ()):
            assign = table.facts.assigns[ordinal]
            made = assign.value
            if made == "#None" and type(assign.target) is str:
                yield assign.target, None  # takes a base's field away
            if type(assign.target) is not str or type(made) is not str or made[:1] != "@" or "." in made:
                continue
            number = int(made[1:])
            yield assign.target, self._field(table, assign.target, number, own)

    def _field(self, table: Table, name: str, number: int, own: Sequence[Value]) -> Taken | None:
        call = table.facts.calls[number]
        keywords = dict(call.keywords)
        if keywords.get("write_only") == "#True" or "**" in keywords:
            return None
        source = text_of(keywords.get("source")) or name
        kind = call.callee.rpartition(".")[2] if type(call.callee) is str else ""
        if kind == "SerializerMethodField":
            method = self._method(own, text_of(keywords.get("method_name")) or f"get_{name}")
            return None if method is None else Taken(name, table.path, number, "", method)
        first, dot, _ = source.partition(".")
        if source == "*":
            return None
        bases = {base.rpartition(".")[2] for base in self._bases(table, call)}
        nested = any(base.endswith("Serializer") for base in bases)
        related = bool(dot) or nested or not bases.isdisjoint(RELATED) or keywords.get("many") == "#True"
        if not related and kind != "ReadOnlyField":
            return None
        return Taken(name, table.path, number, first, rest=tuple(source.split(".")[1:-1]))

    def _method(self, own: Sequence[Value], name: str) -> Value | None:
        for cls in own:
            member = self.linker.table(cls.place).members.get((cls.scope, name))
            if member is not None:
                return Value("def", cls.place, member)
        return None

    def _bases(self, table: Table, call: Call) -> Iterator[str]:
        """Names of the framework's classes that what a field calls is, or derives from."""
        name = dotted(call.callee)
        for value in self.linker.evaluate(table.path, call.scope, name) if name else ():
            bases = self.linker.mro(value.place, value.scope) if value.kind == "def" else [value]
            yield from (base.place for base in bases if base.kind == "ext" and base.place.startswith(FRAMEWORK))

    def _meta(self, own: Sequence[Value]) -> Meta | None:
        """What ``Meta`` says of the fields; None where a serializer of lists reads in a way of its own."""
        for cls in own:
            table = self.linker.table(cls.place)
            meta = table.members.get((cls.scope, "Meta"))
            if meta is None:
                continue
            said = {
                name: found[-1].value
                for name in ("fields", "exclude", "extra_kwargs", "depth", "list_serializer_class")
                if (found := table.class_attributes.get((meta, name)))
            }
            if "list_serializer_class" in said:
                return None
            extra = said.get("extra_kwargs")
            pairs = zip(extra[1::2], extra[2::2], strict=False) if type(extra) is list and extra[:1] == ["{}"] else ()
            hidden = {text_of(key) or "" for key, value in pairs if "write_only" in str(value)}
            listed = tuple(name for name in _texts(said.get("fields")) if name not in hidden)
            every = said.get("fields") == "'__all__" or "exclude" in said
            return Meta(listed, frozenset(_texts(said.get("exclude"))) | hidden, every, "depth" in said)
        return Meta((), frozenset(), every=False, nested=False)


def _is_known(base: str) -> bool:
    return base.startswith((FRAMEWORK, "builtins.", "typing.", "abc."))


def _texts(expr: Expr) -> Iterator[str]:
    """Texts of a list that the source writes out."""
    if type(expr) is list:
        yield from (text for part in expr[1:] if (text := text_of(part)) is not None)


def _together(found: Sequence[Rows]) -> Rows | None:
    """Rows that come of one of several queries: what one of them loads may be loaded."""
    first = found[0]
    if any(rows.model != first.model for rows in found):
        return None
    loaded = frozenset().union(*(rows.loaded for rows in found))
    return first._replace(loaded=loaded, most=max(rows.most for rows in found) if all(r.most for r in found) else 0)
