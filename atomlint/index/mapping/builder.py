"""Builds the graph: registries, tables and classes of the whole project, then their relationships."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..views import Class
from .annotations import Annotations
from .bases import SQLMODEL, Bases
from .bindings import always, typing_only
from .classes import ClassReader
from .columns import Columns
from .late import LateAttributes
from .lookup import Lookup, RefusedError
from .names import Names
from .programs import Programs
from .records import Column, Mapped, Place, Registry, Site, Table
from .tables import Tables
from .texts import Texts, WholeTexts
from .unread import Unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facade import Index
    from ..value import Value

LIBRARY_NAMES = frozenset(
    {
        "Column", "Table", "Integer", "String", "Boolean", "DateTime", "Date", "Float", "Numeric", "Text", "JSON",
        "ForeignKey", "Index", "MetaData", "column", "table", "values", "within_group", "over", "delete", "insert",
        "update", "Enum", "UUID", "Interval", "Time", "LargeBinary", "inspect", "event", "sql", "orm", "types", "util",
        "all_", "any_", "nulls_first", "modifier", "label", "lambda_stmt", "lateral", "try_cast", "tablesample",
    }
)  # fmt: skip
"""More names of SQLAlchemy that a string may use."""


class Builder:
    """Reads all classes and tables outside of tests."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.linker = index.project.linker
        self.programs = Programs(index)
        self.names = Names(self.linker)
        self.typing_names = Names(self.linker, typing=True)
        self.texts = Texts(self.names, WholeTexts(index))
        self.bases = Bases(self.linker, self.names, self.texts)
        self.annotations = Annotations(self.typing_names)
        self.columns = Columns(self.names, self.texts, self.bases, self.annotations)
        self.lookup = Lookup(self.programs)
        self.unread = Unread(index)
        self.tables = Tables(self)
        self.late = LateAttributes(self)
        self._mapped: dict[Value, Mapped] = {}
        self._columns: dict[tuple[str, int], list[Column]] = {}
        self.classes: list[Mapped] = []
        self.single_columns: dict[tuple[Mapped, str], list[Column]] = {}
        """Columns that attributes of classes without a table of their own bring, those in conflict too."""
        self.own_tables: dict[Mapped, Table] = {}
        """What each class says of its own table, before ``extend_existing`` puts it into another one."""
        self.unbound: set[tuple[Registry, str]] = set()
        """Names of classes that functions, or tests of conditions, add to a registry."""
        self._build()

    # --- what others ask -------------------------------------------------------------------------------------------

    def mapped(self, value: Value) -> Mapped | None:
        """The mapped class of a definition."""
        return self._mapped.get(value)

    def table_made(self, path: str, ordinal: int) -> Table | None:
        """The table of a call ``Table(...)``."""
        return self.tables.made.get((path, ordinal))

    def columns_made(self, path: str, ordinal: int) -> list[Column]:
        """The columns of a call, and their copies on the heirs of a mixin."""
        return self._columns.get((path, ordinal), [])

    def remember(self, column: Column) -> None:
        """Know a column by the call that makes it."""
        if column.place is not None and column.place.kind == "call":
            self._columns.setdefault((column.place.path, column.place.ordinal), []).append(column)

    def is_library_name(self, name: str) -> bool:
        """Whether SQLAlchemy itself has a name, so that a string that uses it does not fail for it."""
        return name in LIBRARY_NAMES

    def is_elsewhere(self, registry: Registry, name: str) -> bool:
        """Whether a class of that name may be mapped in a way that is not followed: by functions, in unknown registries,
        in files that are not read.
        """
        unread = self.unread
        return (
            (registry, name) in self.unbound or name in self.unfollowed or name in unread.names or name in unread.tables
        )

    @cached_property
    def unfollowed(self) -> frozenset[str]:
        """Names of classes that look mapped, of which no registry is known."""
        found = set()
        for cls in self._candidates():
            if cls.value not in self._mapped and self.bases.of(cls.value) is None and cls.value in self.bases.outside:
                found.add(cls.name)
        return frozenset(found)

    def unknown_name(self, owner: Mapped, text: str, name: str) -> RefusedError:
        """A string that names nothing."""
        elsewhere = self.lookup.is_elsewhere(owner, name)
        error = RefusedError(
            "unknown-class-name",
            f"When initializing mapper Mapper[{owner.name}({owner.table.name if owner.table else '?'})], expression "
            f"{text!r} failed to locate a name ({name!r}). If this is a class name, consider adding this relationship() "
            f"to the <class '{owner.module}.{owner.name}'> class after both dependent classes have been defined.",
            culprits=tuple(elsewhere),
        )
        if elsewhere:
            error.reason = f"no module that imports {owner.cls.path} imports {elsewhere[0].cls.path}"
            error.likely = False
        else:
            error.reason = f'no mapped class of this registry is called "{name}"'
        return error

    # --- building --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.tables.read_calls()
        for cls in self._ordered():
            self._class(cls)
        for site in self.tables.imperative():
            self._imperative(*site)
        self.late.apply()
        for table in self.tables.all:
            self.tables.finish(table)

    def _candidates(self) -> Iterator[Class]:
        for cls in self.index.all_classes():
            if not cls.in_test and (cls.bases or cls.keywords or cls.table.facts.scopes[cls.ordinal].decorators):
                yield cls

    def _ordered(self) -> list[Class]:
        """Classes that descend from a declarative base, in the order in which they are made at start."""
        order = self.programs.order
        found = [cls for cls in self._candidates() if self.bases.of(cls.value) is not None]
        return sorted(found, key=lambda cls: (order.get(cls.path, 0), cls.ordinal))

    def _class(self, cls: Class) -> None:
        value = cls.value
        registry = self.bases.of(value)
        if registry is None or value in self._mapped:
            return
        frame = cls.table.facts.scopes[cls.ordinal].frame
        if typing_only(cls.table, frame):
            return
        if not self.is_mapped(cls):
            return
        for base in self.linker.mro(cls.path, cls.ordinal)[1:]:  # a base that stands later in the order
            if base.kind == "def" and self.bases.of(base) is not None and base not in self._mapped:
                self._class(Class(self.index, base.place, base.scope))
        mapped = Mapped(
            cls, registry, cls.name, self.linker.modules.name(cls.path), place=Place(cls.path, "scope", cls.ordinal)
        )
        mapped.conditional = bool(cls.parent and self._in_function(cls)) or not always(cls.table, frame)
        self._mapped[value] = mapped
        if self._in_function(cls):
            self.unbound.add((registry, cls.name))
        registry.classes.setdefault(cls.name, []).append(mapped)
        ClassReader(self, mapped).read()
        mapped.made = self.columns.count
        self.classes.append(mapped)

    @staticmethod
    def _in_function(view: Class) -> bool:
        at = view.parent
        while at:
            scope = view.table.facts.scopes[at]
            if scope.kind != "class":
                return True
            at = scope.parent
        return False

    def is_mapped(self, cls: Class) -> bool:
        """Whether SQLAlchemy maps a class below a declarative base: not when it is abstract; SQLModel those with a table."""
        if any(assign.value == "#True" for assign in cls.attribute("__abstract__")):
            return False
        value = cls.value
        if value in self.bases.declares:
            return False
        if self.bases.is_decorated(value):
            return True
        registry = self.bases.of(value)
        if registry is not None and registry.key == SQLMODEL:
            return any(
                view.keywords.get("table") == "#True"
                for view in (Class(self.index, v.place, v.scope) for v in cls.mro if v.kind == "def")
            )
        return self._descends(cls)

    def _descends(self, cls: Class) -> bool:
        """Whether its base is declarative: what ``@registry.mapped`` maps makes no declarative base of its class."""
        for base in cls.bases:
            expr = base[1] if type(base) is list and base[:1] == ["sub"] else base
            made = self.names.made(Site(cls.path, cls.parent, expr))
            if made is None:
                continue
            if made.kind == "def" and made.value is not None:
                if made.value in self.bases.declares or self._is_declarative(made.value):
                    return True
            elif made.call is not None and self.bases.registry_made(made) is not None:
                return True
        return False

    def _is_declarative(self, value: Value) -> bool:
        if self.bases.of(value) is None:
            return False
        if self.bases.is_decorated(value):
            return False
        cls = Class(self.index, value.place, value.scope)
        return value in self.bases.declares or self._descends(cls)

    def _imperative(
        self, value: Value, registry: Registry, table: Table | None, properties: dict[str, Site] | None
    ) -> None:
        cls = Class(self.index, value.place, value.scope)
        if value in self._mapped or cls.in_test:
            return
        mapped = Mapped(
            cls, registry, cls.name, self.linker.modules.name(cls.path), place=Place(cls.path, "scope", cls.ordinal)
        )
        self._mapped[value] = mapped
        registry.classes.setdefault(cls.name, []).append(mapped)
        ClassReader(self, mapped).read_imperative(table, properties)
        mapped.made = self.columns.count
        self.classes.append(mapped)
