"""Django REST framework: what a serializer takes of each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .expressions import inside
from .modelfields import lacks
from .tables import dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..facts.records import Assign, Call, Expr
    from .project import Project
    from .tables import Table

FRAMEWORK = "rest_framework."
OWN_READING = ("to_representation",)
DYNAMIC = ("__init__", "get_fields", "get_field_names")
"""Methods by which a serializer may leave fields out."""
DEPTH = 4
"""Lists of fields that are made of others."""
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
    inner: Value | None = None
    """The serializer of the project that reads what it leads to."""


class Serialized(NamedTuple):
    """A serializer, with what it takes of each row."""

    serializer: Value
    taken: tuple[Taken, ...]
    sure: bool
    """False where fields may be left out."""
    but: frozenset[str] | None = None
    """With all fields of the model, those that are left out or told above; None where only those above are taken."""
    unmade: tuple[str, ...] = ()
    """Fields that it lists without making them, which its model has to have: else it answers with an error."""


class Meta(NamedTuple):
    """The options of a serializer."""

    listed: tuple[str, ...]
    hidden: frozenset[str]
    every: bool
    nested: bool
    closed: bool
    """Whether ``fields`` names all that there are, of those that bases declare, too."""


class Serializers:
    """Reads serializers as far as classes say it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker

    def of(self, serializer: Value) -> Serialized | None:
        """What a serializer takes; None when it reads rows in a way of its own."""
        mro = self.linker.mro(serializer.place, serializer.scope)
        own = [cls for cls in mro if cls.kind == "def"]
        if not any(cls.kind == "ext" and cls.place.startswith(FRAMEWORK) for cls in mro):
            return None
        members = self.members(own)
        if not members.isdisjoint(OWN_READING):
            return None
        declared: dict[str, Taken | None] = {}
        for cls in own:
            for name, field in self._declared(cls, serializer):
                declared.setdefault(name, field)
        meta = self._meta(own)
        if meta is None:
            return None
        is_of_model = any(cls.place.endswith("ModelSerializer") for cls in mro)
        if meta.closed and is_of_model:  # others do not ask ``fields``
            declared = {name: field for name, field in declared.items() if name in meta.listed}
        unmade = tuple(name for name in meta.listed if name not in declared)
        for name in meta.listed:
            declared.setdefault(name, Taken(name, serializer.place, -1, name, None, meta.nested))
        out = meta.hidden | frozenset(self._left_out(own))
        taken = tuple(one for name, one in declared.items() if one is not None and name not in out)
        hidden = out | frozenset(declared) if meta.every else None
        return Serialized(serializer, taken, members.isdisjoint(DYNAMIC), hidden, unmade if is_of_model else ())

    def fails(self, serialized: Serialized, model: Value) -> bool:
        """Whether a serializer lists a field that it does not make and its model has not: then it answers with an error."""
        return bool(lacks(self.project, model, serialized.unmade))

    def plural_keys(self, serialized: Serialized, model: Value) -> list[Taken]:
        """Fields to many rows that ``fields = "__all__"`` takes: the keys of what they lead to, asked row by row."""
        if serialized.but is None:
            return []
        found = []
        for name, relationship in self.project.relationships.of(model).items():
            table = self.linker.table(relationship.path)
            own = any(  # and not the way back of another's, or of a key to the same class
                (assign.target, assign.value) == (name, f"@{relationship.call}")
                and relationship.owner == Value("def", relationship.path, assign.scope)
                for assign in table.facts.assigns
            )
            if own and relationship.uselist and name not in serialized.but:
                found.append(Taken(name, serialized.serializer.place, -1, name, None, nested=False))
        return found

    def _left_out(self, own: Sequence[Value]) -> Iterator[str]:
        """Fields that a serializer takes away: ``for name in ["lines", "notes"]: self.fields.pop(name)``."""
        for cls in own:
            table = self.linker.table(cls.place)
            for method in (table.members.get((cls.scope, name), -1) for name in DYNAMIC):
                calls = (table.facts.calls[number] for number in table.calls_in.get(method, ()))
                popped = [arg for call in calls if str(call.callee).endswith(".pop") for arg in call.args[:1]]
                assigned = (table.facts.assigns[place].value for place in table.assigns_in.get(method, ()))
                listed = [part for value in assigned for part in inside(value) if type(part) is list]
                yield from (text for part in popped if (text := text_of(part)) is not None)
                yield from (text for part in listed if part[:1] == ["[]"] for text in _texts(part))

    def _declared(self, cls: Value, serializer: Value) -> Iterator[tuple[str, Taken | None]]:
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
            yield assign.target, self._field(table, assign.target, number, serializer)

    def _field(self, table: Table, name: str, number: int, serializer: Value) -> Taken | None:
        call = table.facts.calls[number]
        keywords = dict(call.keywords)
        if keywords.get("write_only") == "#True" or "**" in keywords:
            return None
        source = text_of(keywords.get("source")) or name
        kind = call.callee.rpartition(".")[2] if type(call.callee) is str else ""
        if kind == "SerializerMethodField":
            method = self.linker.member(serializer, text_of(keywords.get("method_name")) or f"get_{name}")
            return None if method is None else Taken(name, table.path, number, "", method)
        first, dot, _ = source.partition(".")
        if source == "*":
            return None
        made = self._made(table, call)
        bases = {base.rpartition(".")[2] for value in made for base in self._bases(value)}
        nested = any(base.endswith("Serializer") for base in bases)
        related = bool(dot) or nested or not bases.isdisjoint(RELATED) or keywords.get("many") == "#True"
        if not related and kind != "ReadOnlyField":
            return None
        inner = made[0] if nested and not dot and len(made) == 1 and made[0].kind == "def" else None
        return Taken(name, table.path, number, first, rest=tuple(source.split(".")[1:-1]), inner=inner)

    def _made(self, table: Table, call: Call) -> list[Value]:
        """What a field calls."""
        name = dotted(call.callee)
        return list(self.linker.evaluate(table.path, call.scope, name)) if name else []

    def _bases(self, value: Value) -> Iterator[str]:
        """Names of the framework's classes that a class is, or derives from."""
        bases = self.linker.mro(value.place, value.scope) if value.kind == "def" else [value]
        return (base.place for base in bases if base.kind == "ext" and base.place.startswith(FRAMEWORK))

    def _meta(self, own: Sequence[Value]) -> Meta | None:
        """What ``Meta`` says of the fields; None where a serializer of lists reads in a way of its own."""
        for cls in own:
            table = self.linker.table(cls.place)
            meta = table.members.get((cls.scope, "Meta"))
            if meta is None:
                continue
            options = Value("def", cls.place, meta)
            said = {
                name: found[0]
                for name in ("fields", "exclude", "extra_kwargs", "depth", "list_serializer_class")
                if (found := list(self.linker.class_attribute(options, name))[:1])
            }
            if "list_serializer_class" in said:
                return None
            extra = said["extra_kwargs"][1].value if "extra_kwargs" in said else None
            pairs = zip(extra[1::2], extra[2::2], strict=False) if type(extra) is list and extra[:1] == ["{}"] else ()
            hidden = {text_of(key) or "" for key, value in pairs if "write_only" in str(value)}
            exclude = said["exclude"][1].value if "exclude" in said else None
            every = "exclude" in said or ("fields" in said and said["fields"][1].value == "'__all__")
            names = list(self._named(*said["fields"])) if "fields" in said and not every else [None]
            listed = tuple(name for name in names if name is not None and name not in hidden)
            closed = None not in names
            return Meta(listed, frozenset(_texts(exclude)) | hidden, every, "depth" in said, closed)
        return Meta((), frozenset(), every=False, nested=False, closed=False)

    def _named(self, table: Table, assign: Assign, depth: int = DEPTH) -> Iterator[str | None]:
        """Texts of a list, as far as it is written out; None among them for a part that is not."""
        work: list[Expr] = [assign.value if assign.kind in ("=", ":") else "?"]
        while work:
            part = work.pop()
            if type(part) is list and part[:1] in (["[]"], ["*"]):
                work += reversed(part[1:])
            elif type(part) is list and part[:2] == ["bin", "+"]:
                work += reversed(part[2:])
            elif (text := text_of(part)) is not None or depth == 0:
                yield text
            else:
                found = list(self._bound(table, assign.scope, dotted(part) or ""))
                for of, bound in found:
                    yield from self._named(of, bound, depth - 1)
                if not found:
                    yield None

    def _bound(self, table: Table, scope: int, name: str) -> Iterator[tuple[Table, Assign]]:
        """What a name of the file, or an attribute of a class such as ``Base.Meta.fields``, is bound to once."""
        owner, _, attribute = name.rpartition(".")
        if owner:
            for value in self.linker.evaluate(table.path, scope, owner):
                yield from list(self.linker.class_attribute(value, attribute))[:1]
            return
        bindings = table.lookup(scope, name) if name else []
        if len(bindings) == 1 and bindings[0].assign is not None:
            yield table, bindings[0].assign

    def members(self, own: Sequence[Value]) -> set[str]:
        """Names of what class bodies define."""
        return {name for cls in own for name in self.linker.table(cls.place).members_of.get(cls.scope, ())}

    def stated(self, cls: Value, name: str) -> Iterator[tuple[Table, Expr]]:
        """What class bodies assign to a name that is something, the nearest first, each with its file."""
        for table, assign in self.linker.class_attribute(cls, name):
            if assign.value not in (None, "#None"):
                yield table, assign.value


def _texts(expr: Expr) -> Iterator[str]:
    """Texts of a list that the source writes out."""
    if type(expr) is list:
        yield from (text for part in expr[1:] if (text := text_of(part)) is not None)
