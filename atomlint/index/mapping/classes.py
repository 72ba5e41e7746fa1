"""One mapped class: its attributes through bases and mixins, its table, and how it inherits, as SQLAlchemy collects them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from .bases import SQLMODEL
from .bindings import always, typing_only
from .bodies import Bodies
from .owntables import OwnTable
from .records import Mapped, Place, Site, Table
from .values import Reader, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..value import Value
    from .builder import Builder

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
        OwnTable(self).read()
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
        OwnTable(self).map_columns()

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
        bodies = Bodies(self.builder, mapped, self.site, is_sqlmodel=self.is_sqlmodel)
        taken: set[str] = set()
        for value in self.mro:
            if value != self.cls.value and self.builder.mapped(value) is not None:
                taken |= set(self._names(value))
                continue
            own = value == self.cls.value
            some = list(bodies.attributes(value))
            some.sort(key=lambda attribute: own or attribute.kind != "column")
            for attribute in some:
                if attribute.name in taken or attribute.name in mapped.attributes:
                    continue
                inherited = None if own or mapped.inherits is None else mapped.inherits.find(attribute.name)
                if inherited is None:
                    mapped.attributes[attribute.name] = attribute
                elif attribute.place.kind == "scope":
                    mapped.again.append(attribute)
                if attribute.kind in ("unknown", "declared") and inherited is None:
                    mapped.open = True
            taken |= set(self._names(value))

    def _names(self, value: Value) -> Iterator[str]:
        table = self.linker.table(value.place)
        for ordinal in table.assigns_in.get(value.scope, ()):
            assign = table.facts.assigns[ordinal]
            if type(assign.target) is str and assign.kind == "=":
                yield assign.target
        yield from table.members_of.get(value.scope, ())

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
