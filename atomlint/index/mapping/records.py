"""The records of the mapped-model graph: registries, metadata, tables, columns, classes, relationships.

They are made once by the builder and read by everything else. What cannot be told from the source makes its holder
*open*: an open table may have more columns, an open class more attributes, an open registry more classes than are known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..value import Value
    from ..views import Class
    from .expressions import Clause

Expr = Any
"""An expression in the facts' notation, see `atomlint.facts.records`."""


class Place(NamedTuple):
    """Where something stands: one kind of record of a file, and which."""

    path: str
    kind: str
    """``call``, ``assign`` or ``scope`` (the header of a class or function)."""
    ordinal: int


class Site(NamedTuple):
    """An expression with the scope that it is evaluated in."""

    path: str
    scope: int
    expr: Expr
    given: tuple[tuple[str, Site], ...] = ()
    """What the parameters of the function around it stand for, where a call was followed into it."""
    at: int = -1
    """The call whose argument it is: what a class body binds after it is not bound yet; -1 for unknown."""

    def part(self, expr: Expr) -> Site:
        """Another expression in the same place; ``_replace`` takes four times as long, and there are many."""
        path, scope, _, given, at = self
        return Site(path, scope, expr, given, at)

    def within(self, scope: int, at: int) -> Site:
        """The same expression in another scope, or as the argument of another call."""
        path, _, expr, given, _ = self
        return Site(path, scope, expr, given, at)


class Shown:
    """Records refer to each other in circles: each shows its own name, and no other record."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"


@dataclass(eq=False, repr=False)
class MetaData(Shown):
    """One collection of tables."""

    key: tuple[str, ...]
    schema: str = ""
    tables: dict[str, list[Table]] = field(default_factory=dict)
    """By ``schema.name``; more than one where a name is defined repeatedly."""
    open: bool = False
    """Whether tables may come from elsewhere: reflection, libraries."""
    names_indexes: bool = False
    """Whether a naming convention says what indexes are called."""

    def __str__(self) -> str:
        return ".".join(self.key)


@dataclass(eq=False, repr=False)
class Registry(Shown):
    """One namespace of class names: what strings in relationships are looked up in."""

    key: tuple[str, ...]
    metadata: MetaData
    classes: dict[str, list[Mapped]] = field(default_factory=dict)
    open: bool = False
    """Whether classes may come from elsewhere: automap, libraries, functions that make them."""

    def __str__(self) -> str:
        return ".".join(self.key)


@dataclass(eq=False, repr=False)
class ForeignKey(Shown):
    """One reference of a column: ``ForeignKey(...)``, or one pair of a `ForeignKeyConstraint`."""

    column: Column
    target: str = ""
    """``table.column`` as it is written; empty when a column object is given."""
    target_site: Site | None = None
    """The column object that is given instead of a string."""
    constraint: Constraint = field(default_factory=lambda: Constraint("foreign key"))
    place: Place | None = None
    open: bool = False
    """Whether what it refers to is not known."""

    def __str__(self) -> str:
        return f"{self.column} -> {self.target or '?'}"


@dataclass(eq=False, repr=False)
class Column(Shown):
    """One column of a table; ``key`` is its name in ``table.c``."""

    name: str
    key: str
    table: Table | None = None
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    primary_key: bool = False
    index: bool = False
    unique: bool = False
    nullable: bool | None = None
    place: Place | None = None
    """The call that makes it, or the statement of an annotation alone."""
    call: Site | None = None
    """The call with what its names mean; None for an annotation alone."""
    order: int = 0
    """Its turn in the order of creation."""
    existing: bool = False
    """Whether it says ``use_existing_column=True``."""
    original: Column | None = None
    """The column of a mixin that it is a copy of."""
    extends: bool = False
    """Whether a later definition of the table brought it, by ``extend_existing``."""
    replaced: Column | None = None
    """The column of the earlier definition that it took the place of."""
    attribute: Attribute | None = None
    """The attribute of a mapped class that makes it."""
    may_be_key: bool = False
    """Whether it may be of the primary key: what says so is not known."""

    def __str__(self) -> str:
        return f"{self.table.name if self.table is not None else '?'}.{self.name}"


@dataclass(eq=False, repr=False)
class Constraint(Shown):
    """A constraint or index of a table. Kinds: ``foreign key``, ``unique``, ``index``, ``primary key``, ``check``."""

    kind: str
    name: str = ""
    columns: list[str] = field(default_factory=list)
    """Keys of its columns; empty names stand for expressions."""
    keys: list[ForeignKey] = field(default_factory=list)
    """The references of a foreign key."""
    targets: list[str] = field(default_factory=list)
    use_alter: bool = False
    place: Place | None = None
    table: Table | None = None
    open: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.name or '?'} ({', '.join(self.columns)})"


@dataclass(eq=False, repr=False)
class Table(Shown):
    """One table: of a mapped class, or made by ``Table(...)``."""

    name: str
    metadata: MetaData
    schema: str = ""
    columns: dict[str, Column] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)
    extends: bool = False
    """Whether it says ``extend_existing=True``."""
    keeps: bool = False
    """Whether it says ``keep_existing=True``."""
    place: Place | None = None
    owner: Mapped | None = None
    """The class whose body defines it."""
    variable: str = ""
    """The name that ``Table(...)`` is bound to."""
    open: bool = False
    """Whether it may have columns that are not known."""

    def __str__(self) -> str:
        return self.fullname

    @property
    def title(self) -> str:
        """What a problem of it is filed under: its class, the name that it is bound to, or its own."""
        return self.owner.name if self.owner is not None else self.variable or self.fullname

    @property
    def fullname(self) -> str:
        """``schema.name``, or the name alone."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def foreign_keys(self) -> Iterator[ForeignKey]:
        """The references of all columns."""
        for column in self.columns.values():
            yield from column.foreign_keys

    @property
    def primary_key(self) -> list[Column]:
        """Columns of the primary key."""
        return [column for column in self.columns.values() if column.primary_key]


@dataclass(eq=False, repr=False)
class Attribute(Shown):
    """One attribute of a mapped class, from its body, a mixin, or a later assignment.

    Kinds: ``column``, ``relationship``, ``synonym``, ``column_property``, ``composite``, ``proxy``, ``hybrid``,
    ``declared`` (an evaluated ``declared_attr`` of unknown result), ``method``, ``plain`` and ``unknown``.
    """

    name: str
    kind: str
    owner: Mapped
    defined_in: Value
    """The class whose body holds it: the owner, a mixin or an abstract base."""
    place: Place
    site: Site | None = None
    """Its value; None for an annotation alone."""
    annotation: Site | None = None
    columns: list[Column] = field(default_factory=list)
    relationship: Relationship | None = None
    target: str = ""
    """What a synonym names."""

    def __str__(self) -> str:
        return f"{self.owner.name}.{self.name}"


@dataclass(eq=False, repr=False)
class Mapped(Shown):
    """One mapped class. ``inheritance`` is empty, ``joined``, ``single`` or ``concrete``."""

    cls: Class
    registry: Registry
    name: str
    module: str
    """Canonical dotted name of the module: what strings may prefix the class's name with."""
    table: Table | None = None
    """The table that its own columns are in (`local_table`); that of its base for single inheritance."""
    inherits: Mapped | None = None
    inheritance: str = ""
    attributes: dict[str, Attribute] = field(default_factory=dict)
    """Its own, mixins included, in the order in which SQLAlchemy collects them."""
    again: list[Attribute] = field(default_factory=list)
    """What mixins declare by methods and a class above has: looked at once more, and not taken."""
    heirs: list[Mapped] = field(default_factory=list)
    mapper_args: dict[str, Site] = field(default_factory=dict)
    joined_on: list[tuple[Column, Column]] = field(default_factory=list)
    """For joined inheritance: column of the base, column of this table."""
    open: bool = False
    """Whether it may have attributes that are not known."""
    conditional: bool = False
    """Whether it is one of several alternatives: defined in a branch, or by a function."""
    refused: bool = False
    """Whether its definition fails, for its table is defined already: it is in no registry."""
    place: Place | None = None
    made: int = 0
    """The order of the last column that was there when it was mapped: later ones were none of its columns then."""

    def __str__(self) -> str:
        return self.name

    @property
    def root(self) -> Mapped:
        """The base-most mapped class of its hierarchy."""
        top = self
        while top.inherits is not None:
            top = top.inherits
        return top

    @property
    def lineage(self) -> Iterator[Mapped]:
        """Itself and the classes that it inherits from, nearest first."""
        at: Mapped | None = self
        while at is not None:
            yield at
            at = at.inherits

    @property
    def family(self) -> Iterator[Mapped]:
        """Itself and everything that inherits from it."""
        yield self
        for heir in self.heirs:
            yield from heir.family

    @property
    def tables(self) -> list[Table]:
        """The tables that its rows are read from: its own last (`persist_selectable`)."""
        own = [self.table] if self.table is not None else []
        if self.inherits is None or self.inheritance == "concrete":
            return own
        return list(dict.fromkeys([*self.inherits.tables, *own]))

    @property
    def is_open(self) -> bool:
        """Whether it, or what it inherits from, may have more attributes than are known."""
        return any(cls.open for cls in self.lineage)

    @property
    def has_open_table(self) -> bool:
        """Whether one of its tables may have more columns than are known, or is not known at all."""
        return not self.tables or any(table.open for table in self.tables)

    def lacks(self, attribute: Attribute) -> bool:
        """Whether an attribute of a class above is none of this one, for a concrete class stands between or it is one."""
        for cls in self.lineage:
            if cls is attribute.owner:
                return False
            if cls.inheritance == "concrete":
                return True
        return False

    def find(self, name: str) -> Attribute | None:
        """An attribute of it or of what it inherits from."""
        for cls in self.lineage:
            found = cls.attributes.get(name)
            if found is not None:
                return found
        return None


@dataclass(eq=False, repr=False)
class Relationship(Shown):
    """One relationship; ``arguments`` are as they are written, the rest is what configuration makes of them."""

    owner: Mapped
    name: str
    place: Place
    arguments: dict[str, Site] = field(default_factory=dict)
    """By keyword of `relationship()`; ``argument`` for the first."""
    annotated: tuple[str, str, Site | None] = ("", "", None)
    """The container of its annotation, the class that it names, and the annotation."""
    open: bool = False
    """Whether its arguments are not all known: then nothing is said about it."""
    generated: bool = False
    """Whether the ``backref`` of another one makes it."""
    backref_arguments: dict[str, Site] = field(default_factory=dict)
    """What ``backref("name", ...)`` gives the other side."""
    stated_remote: bool = False
    """Whether its condition itself says which columns are remote."""
    stated_foreign: bool = False
    """Whether its condition itself says which columns are foreign."""
    # --- configured ---
    target: Mapped | None = None
    secondary: Table | None = None
    back_populates: str = ""
    backref: str = ""
    viewonly: bool = False
    uselist: bool | None = None
    cascade: frozenset[str] = frozenset()
    single_parent: bool = False
    overlaps: frozenset[str] = frozenset()
    direction: str = ""
    """``one-to-many``, ``many-to-one``, ``many-to-many``; empty when it is not known."""
    primaryjoin: Clause | None = None
    secondaryjoin: Clause | None = None
    foreign_keys: tuple[Column, ...] = ()
    remote_side: tuple[Column, ...] = ()
    pairs: list[tuple[Column, Column]] = field(default_factory=list)
    """Local and remote columns."""
    synchronize: list[tuple[Column, Column]] = field(default_factory=list)
    """Source and destination of what it writes, those by way of ``secondary`` last."""
    reverse: list[Relationship] = field(default_factory=list)
    configured: bool = False
    """Whether configuration came to its end."""
    failed: bool = False
    """Whether configuration found an error in it: what depends on it is a consequence."""

    def __str__(self) -> str:
        return f"{self.owner.name}.{self.name}"
