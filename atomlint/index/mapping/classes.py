"""One mapped class: its attributes through bases and mixins, its table, and how it inherits, as SQLAlchemy collects them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..value import Value
from .bases import SQLMODEL
from .names import always, typing_only
from .records import Attribute, Column, Mapped, Place, Site, Table
from .texts import snake_case
from .values import Reader, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...facts.records import Assign
    from .builder import Builder

SPECIAL = frozenset({"__tablename__", "__table_args__", "__mapper_args__", "__table__"})
DECLARED = ("declared_attr", "cascading", "directive")
OPENERS = frozenset({"__init_subclass__", "__getattr__", "__declare_last__", "__declare_first__"})
"""Methods by which a class may get attributes that its body does not show."""


class ClassReader:
    """Fills one record."""

    def __init__(self, builder: Builder, mapped: Mapped) -> None:
        self.builder = builder
        self.mapped = mapped
        self.cls = mapped.cls
        self.linker = builder.linker
        self.reader = Reader(builder, mapped)
        self.is_sqlmodel = mapped.registry.key == SQLMODEL
        self.site = Site(self.cls.path, self.cls.parent, ["class", self.cls.path, self.cls.ordinal])

    @cached_property
    def mro(self) -> list[Value]:
        """The class and its bases in the project, the one that ``declarative_base(cls=...)`` names last."""
        found = [value for value in self.linker.mro(self.cls.path, self.cls.ordinal) if value.kind == "def"]
        for value in tuple(found):
            mixin = self.builder.bases.mixin(value)
            if mixin is not None:
                found += [v for v in self.linker.mro(mixin.place, mixin.scope) if v.kind == "def"]
        return list(dict.fromkeys(found))

    # --- the whole -------------------------------------------------------------------------------------------------

    def read(self) -> None:
        """A class below a declarative base."""
        mapped, builder = self.mapped, self.builder
        mapped.inherits = next((found for v in self.mro[1:] if (found := builder.mapped(v)) is not None), None)
        if mapped.inherits is not None:
            mapped.inherits.heirs.append(mapped)
        for value in self.mro:
            if value in builder.bases.outside or self._has_opener(value):
                mapped.open = True
        self._collect()
        self._mapper_args()
        self._table()
        if mapped.conditional and mapped.table is not None:
            mapped.table.open = True

    def read_imperative(self, table: Table | None, properties: dict[str, Site] | None) -> None:
        """A class that ``map_imperatively`` maps."""
        mapped = self.mapped
        mapped.inherits = next((found for v in self.mro[1:] if (found := self.builder.mapped(v)) is not None), None)
        mapped.table = table
        if mapped.inherits is not None:
            mapped.inherits.heirs.append(mapped)
            mapped.inheritance = "single" if table is None else "joined"
            mapped.table = table or mapped.inherits.table
        if properties is None or table is None:
            mapped.open = True
        for name, site in (properties or {}).items():
            place = Place(site.path, "scope", 0) if mapped.place is None else mapped.place
            self.mapped.attributes[name] = self.reader.attribute(name, site, place, self.cls.value, None)
        self._map_columns()

    def late(self, name: str, site: Site, place: Place) -> None:
        """An attribute that is assigned after the body."""
        found = self.reader.attribute(name, site, place, self.cls.value, None)
        if found.kind == "unknown":
            self.mapped.open = True
        self.mapped.attributes.pop(name, None)
        self.mapped.attributes[name] = found
        if self.mapped.table is not None:
            for column in columns_of(found):
                column.attribute = found
                self.builder.tables.append(self.mapped.table, column)

    def _has_opener(self, value: Value) -> bool:
        table = self.linker.table(value.place)
        if any((value.scope, name) in table.members for name in OPENERS):
            return True
        calls = (table.facts.calls[n].callee for n in table.calls_in.get(value.scope, ()))
        return any(callee in ("locals", "vars", "exec") for callee in calls)

    # --- attributes ------------------------------------------------------------------------------------------------

    def _collect(self) -> None:
        mapped = self.mapped
        taken: set[str] = set()
        for value in self.mro:
            if value != self.cls.value and self.builder.mapped(value) is not None:
                taken |= set(self._names(value))
                continue
            own = value == self.cls.value
            some = list(self._of_body(value))
            some.sort(key=lambda attribute: own or attribute.kind != "column")
            for attribute in some:
                if attribute.name in taken or attribute.name in mapped.attributes:
                    continue
                inherited = None if own or mapped.inherits is None else mapped.inherits.find(attribute.name)
                if inherited is None:
                    mapped.attributes[attribute.name] = attribute
                if attribute.kind in ("unknown", "declared") and inherited is None:
                    mapped.open = True
            taken |= set(self._names(value))

    def _names(self, value: Value) -> Iterator[str]:
        table = self.linker.table(value.place)
        for ordinal in table.assigns_in.get(value.scope, ()):
            assign = table.facts.assigns[ordinal]
            if type(assign.target) is str and assign.kind == "=":
                yield assign.target
        for scope, name in table.members:
            if scope == value.scope:
                yield name

    def _of_body(self, value: Value) -> Iterator[Attribute]:
        """Attributes that one class body makes for the owner, in source order; the last binding of a name counts."""
        table = self.linker.table(value.place)
        found: dict[str, tuple[int, Assign]] = {}
        for ordinal in table.assigns_in.get(value.scope, ()):
            assign = table.facts.assigns[ordinal]
            name = assign.target
            if type(name) is not str or "." in name or name[:1] in "@?" or typing_only(table, assign.frame):
                continue
            if assign.kind == "del":
                found.pop(name, None)
            elif assign.kind in ("=", ":"):
                if not always(table, assign.frame):
                    self.mapped.open = True
                if assign.kind == ":" and name in found:
                    continue
                found[name] = (ordinal, assign)
        members = {name: n for (scope, name), n in self._members(value).items() if scope == value.scope}
        for name in [
            name for name in members if name in found and self._comes_later(value, members[name], found[name][0])
        ]:
            del found[name]
        for name, (ordinal, assign) in found.items():
            if name.startswith("__"):
                continue
            attribute = self._assigned(value, name, ordinal, assign)
            if attribute is not None:
                yield attribute
        for name, scope in members.items():
            if name not in SPECIAL and name not in found:
                yield self._member(value, name, scope)

    def _comes_later(self, value: Value, scope: int, ordinal: int) -> bool:
        """Whether a method stands below an assignment to its name, and so replaces it."""
        spans = self.builder.index.project.spans(value.place)
        decorators = self.linker.table(value.place).facts.scopes[scope].decorators
        if spans is None or any(
            type(d) is str and d.endswith((".setter", ".inplace", ".expression")) for d in decorators
        ):
            return False
        return spans.scopes[5 * scope] > spans.assigns[4 * ordinal]

    def _members(self, value: Value) -> dict[tuple[int, str], int]:
        return self.linker.table(value.place).members

    def _assigned(self, value: Value, name: str, ordinal: int, assign: Assign) -> Attribute | None:
        place = Place(value.place, "assign", ordinal)
        annotation = None
        if assign.annotation is not None:
            annotation = Site(value.place, value.scope, assign.annotation, (("cls", self.site),))
        if assign.value is not None:
            site = Site(value.place, value.scope, assign.value)
            found = self.reader.attribute(
                name, site, place, value, annotation, is_field=self.is_sqlmodel and annotation is not None
            )
            if found.kind == "declared":
                return self._declared_call(found)
            return found
        reading = self.builder.annotations.read(annotation)
        if reading.container == "ClassVar" or (not reading.container and not self.is_sqlmodel):
            return Attribute(name, "plain", self.mapped, value, place, None, annotation)
        if self.is_sqlmodel and name.startswith("_"):
            return None
        found = Attribute(name, "column", self.mapped, value, place, None, annotation)
        found.columns = [self.builder.columns.of_annotation(place, name, reading)]
        return found

    def _member(self, value: Value, name: str, scope: int) -> Attribute:
        table = self.linker.table(value.place)
        place = Place(value.place, "scope", scope)
        found = Attribute(name, "method", self.mapped, value, place)
        record = table.facts.scopes[scope]
        if record.kind != "function":
            found.kind = "plain"
            return found
        for decorator in record.decorators:
            expr = decorator
            if type(decorator) is str and decorator[:1] == "@" and decorator[1:].isdigit():
                expr = table.facts.calls[int(decorator[1:])].callee
            made = self.builder.names.made(Site(value.place, value.scope, expr))
            if made is None:
                if type(expr) is not str or not expr.endswith((".setter", ".deleter", ".expression", ".comparator")):
                    found.kind = "unknown" if type(expr) is str and "attr" in expr else found.kind
                continue
            last = made.library or (made.rest[-1] if made.rest else "")
            if last in DECLARED and "declared_attr" in (made.name or ""):
                return self._declared(found, Value("def", value.place, scope), record.returns)
            if last in ("hybrid_property", "hybrid_method") or (
                made.kind == "ext" and made.library.startswith("hybrid")
            ):
                found.kind = "hybrid"
            elif made.kind == "def" and made.value is not None and self._declares(made.value):
                return self._declared(found, Value("def", value.place, scope), record.returns)
        return found

    def _declares(self, value: Value) -> bool:
        """Whether a decorator of the project is a ``declared_attr`` of its own."""
        return any(
            v.kind == "ext" and v.place.endswith("declared_attr") for v in self.linker.mro(value.place, value.scope)
        )

    def _declared(self, found: Attribute, function: Value, returns: object) -> Attribute:
        """What ``@declared_attr`` gives the owner."""
        params = self.linker.table(function.place).facts.scopes[function.scope].params
        given = ((params[0].name, self.site),) if params else ()
        made = self.builder.names.returned(function, given)
        annotation = Site(function.place, 0, returns) if returns is not None else None
        if made is None or made.site is None:
            kind = "declared" if made is None or made.kind == "expr" else "plain"
            return Attribute(found.name, kind, self.mapped, found.defined_in, found.place, None, annotation)
        attribute = self.reader.attribute(
            found.name, self._site(made.site, made.rest), found.place, found.defined_in, annotation
        )
        if attribute.kind == "unknown":
            attribute.kind = "declared"
        return attribute

    @staticmethod
    def _site(site: Site, rest: tuple[str, ...]) -> Site:
        return site._replace(expr=".".join([site.expr, *rest])) if rest and type(site.expr) is str else site

    def _declared_call(self, found: Attribute) -> Attribute:
        """``x = declared_attr(lambda cls: ...)``."""
        assert found.site is not None
        made = self.builder.names.made(found.site)
        if made is None or made.site is None:
            return found
        args, _, _ = self.builder.names.arguments(made.site)
        expr = args[0].expr if args else None
        if type(expr) is list and expr[:1] == ["lambda"]:
            return self._declared(found, Value("def", made.site.path, expr[1]), None)
        return found

    # --- table -----------------------------------------------------------------------------------------------------

    def special(self, name: str) -> tuple[Site | None, Value | None, bool]:
        """What ``__tablename__`` and its like are on the class: the value, the class that says so, and whether it is known."""
        for value in self.mro:
            table = self.linker.table(value.place)
            assigns = [
                a
                for a in table.class_attributes.get((value.scope, name), ())
                if a.kind == "=" and not typing_only(table, a.frame)
            ]
            member = table.members.get((value.scope, name))
            if not assigns and member is None:
                continue
            if value != self.cls.value and self.builder.mapped(value) is not None and member is None:
                continue
            if assigns:
                known = len(assigns) == 1 or always(table, assigns[-1].frame)
                return Site(value.place, value.scope, assigns[-1].value), value, known
            assert member is not None
            params = table.facts.scopes[member].params
            given = ((params[0].name, self.site),) if params else ()
            exits = [e for e in table.exits.get(member, ()) if e.kind == "return"]
            if len(exits) != 1:
                return None, value, False
            return Site(value.place, member, exits[0].value, given), value, True
        return None, None, True

    def _mapper_args(self) -> None:
        site, _, known = self.special("__mapper_args__")
        if site is None:
            if not known:
                self.mapped.mapper_args["?"] = self.site
            return
        entries = self.builder.names.entries(site)
        if entries is None:
            self.mapped.mapper_args["?"] = self.site
            return
        self.mapped.mapper_args = dict(entries)
        properties = self.builder.names.entries(entries["properties"]) if "properties" in entries else {}
        if properties is None:
            self.mapped.open = True
        for name, value in (properties or {}).items():
            place = self.mapped.place or Place(self.cls.path, "scope", self.cls.ordinal)
            self.mapped.attributes[name] = self.reader.attribute(name, value, place, self.cls.value, None)

    def _table(self) -> None:
        mapped, builder = self.mapped, self.builder
        site, owner, known = self.special("__table__")
        if owner is not None:
            mapped.table = builder.tables.table_of(site) if known else None
            if mapped.table is None:
                mapped.table = Table("?", builder.bases.metadata(("unknown",), None), open=True)
            elif mapped.table.owner is None:
                mapped.table.owner = mapped
            self._inherit(own=True)
            self._map_columns()
            return
        name, known = self._tablename()
        if name is None and known:
            if mapped.inherits is not None:
                self._inherit(own=False)
                mapped.table = mapped.inherits.table
                self._single_columns()
            return
        metadata = builder.bases.metadata_for(self.cls.value, mapped.registry)
        table = mapped.table = Table(name or "?", metadata, schema=metadata.schema, owner=mapped, place=mapped.place)
        table.open = name is None or mapped.open
        metadata.open = metadata.open or name is None
        self._inherit(own=True)
        for column in sorted(self._own_columns(), key=lambda column: column.order):
            builder.tables.append(table, column)
        args, _, known = self.special("__table_args__")
        if not known or (args is not None and not builder.tables.arguments(table, args)):
            table.open = metadata.open = True
            table.schema = "?"  # it may be any: the table is none that a name leads to
        known_tables = metadata.tables.get(table.fullname)
        if known_tables and not (table.columns or table.constraints or table.open):
            mapped.table = known_tables[-1]  # a name alone is that of the table that is there
            return
        if name is not None:
            builder.own_tables[mapped] = table
            mapped.table = builder.tables.add(table)

    def _own_columns(self) -> Iterator[Column]:
        for attribute in self.mapped.attributes.values():
            for column in columns_of(attribute):
                column.attribute = attribute
                yield column

    def _inherit(self, *, own: bool) -> None:
        mapped = self.mapped
        if mapped.inherits is None:
            return
        concrete = self.builder.names.flag(mapped.mapper_args.get("concrete"))
        mapped.inheritance = "concrete" if concrete else "joined" if own else "single"
        if "?" in mapped.mapper_args and own:
            mapped.open = True

    def _single_columns(self) -> None:
        table = self.mapped.table
        if table is None:
            return
        for attribute in self.mapped.attributes.values():
            self.builder.single_columns[self.mapped, attribute.name] = columns_of(attribute)
        for column in list(self._own_columns()):
            known = table.columns.get(column.key)
            if known is not None:  # use_existing_column, or a conflict that is reported elsewhere
                for attribute in self.mapped.attributes.values():
                    attribute.columns = [known if c is column else c for c in attribute.columns]
                continue
            self.builder.tables.append(table, column)
        if self.mapped.open:
            table.open = True

    def _map_columns(self) -> None:
        """Columns of a given table that no attribute names are attributes of their own."""
        table = self.mapped.table
        if table is None:
            return
        named = {id(column) for attribute in self.mapped.attributes.values() for column in attribute.columns}
        for key, column in table.columns.items():
            if id(column) not in named and key not in self.mapped.attributes:
                place = column.place or table.place or Place(self.cls.path, "scope", self.cls.ordinal)
                self.mapped.attributes[key] = Attribute(
                    key, "column", self.mapped, self.cls.value, place, columns=[column]
                )
        for attribute in self.mapped.attributes.values():
            attribute.columns = [table.columns.get(c.key, c) if c.table is None else c for c in attribute.columns]

    def _tablename(self) -> tuple[str | None, bool]:
        """The name of the own table, None for none; and whether that is known."""
        site, owner, known = self.special("__tablename__")
        if owner is not None:
            if not known:
                return None, False
            if site is not None and self.builder.names.constant(site) == "#None":
                return None, True
            name = self.builder.texts.of(site)
            if self.cls.value in self.builder.bases.flask and self.mapped.inherits is not None and not self._is_keyed():
                return None, not self.mapped.open  # Flask-SQLAlchemy takes the parent's table, whatever the name says
            return name, name is not None
        if self.is_sqlmodel:
            return self.mapped.name.lower(), True
        if self.cls.value in self.builder.bases.flask:
            return self._flask_name()
        if self.mapped.open and self.mapped.inherits is None:
            return None, False
        return None, True

    def _flask_name(self) -> tuple[str | None, bool]:
        """Flask-SQLAlchemy names the table of a class that has a primary key of its own, or inherits from no other."""
        args, _, _ = self.special("__table_args__")
        if self._is_keyed() or self.mapped.inherits is None or args is not None:
            return snake_case(self.mapped.name), True
        return (None, False) if self.mapped.open else (None, True)

    def _is_keyed(self) -> bool:
        """Whether the class brings a primary key of its own."""
        args, _, _ = self.special("__table_args__")
        items = self.builder.names.items(args) if args is not None else None
        return any(column.primary_key for column in self._own_columns()) or any(
            self.builder.columns.library(item) == "PrimaryKeyConstraint"
            for item in items or ()
            if type(item.expr) is str and item.expr[:1] == "@" and "." not in item.expr
        )
