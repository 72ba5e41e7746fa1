"""Columns and their foreign keys: ``Column(...)``, ``mapped_column(...)``, SQLModel's ``Field(...)``, annotations alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..tables import dotted, text_of
from .records import Column, Constraint, Expr, ForeignKey, Place, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .annotations import Annotations, Reading
    from .bases import Bases
    from .names import Names
    from .texts import Texts

COLUMNS = frozenset({"Column", "mapped_column", "MappedColumn"})
WRAPPERS = frozenset({"deferred", "column_property"})
"""Calls that take a column and hand it on."""
FIELD = "Field"


class Columns:
    """Reads columns; every reading of a call makes a column of its own."""

    def __init__(self, names: Names, texts: Texts, bases: Bases, annotations: Annotations) -> None:
        self.names = names
        self.texts = texts
        self.bases = bases
        self.annotations = annotations
        self.count = 0
        self._libraries: dict[tuple[str, int, str, int], str] = {}

    def library(self, site: Site) -> str:
        """What a call calls, when that is a library's: its last name."""
        path, scope, expr, given, at = site
        if given:
            return self.bases.library(self.names.callee(site))
        key = (path, scope, expr, at)
        found = self._libraries.get(key)
        if found is None:
            found = self._libraries[key] = self.bases.library(self.names.callee(site))
        return found

    def read(self, site: Site, attribute: str, reading: Reading | None = None) -> Column | None:
        """The column of a call ``Column(...)``; None when the call makes none.

        Args:
            attribute: the name that it goes by when it states none.
            reading: the annotation of the attribute.
        """
        name = self.library(site)
        if name == FIELD:
            return self._field(site, attribute, reading)
        args, keywords, known = self.names.arguments(site)
        if name in WRAPPERS:
            inner = self.names.made(args[0]) if args else None
            if inner is None or inner.call is None or inner.rest or inner.site is None:
                return None
            return self.read(inner.site, attribute, reading)
        if name not in COLUMNS:
            return None
        column = self._column(site, attribute, args, keywords)
        if not known:
            column.foreign_keys.append(ForeignKey(column, open=True))
            column.may_be_key = True
        if reading is not None and reading.container:
            if column.nullable is None:
                column.nullable = reading.optional
            self._annotated(column, reading)
        return column

    def of_annotation(self, place: Place, attribute: str, reading: Reading) -> Column:
        """The column of an annotation alone: ``name: Mapped[str]``."""
        self.count += 1
        column = Column(attribute, attribute, place=place, order=self.count, nullable=reading.optional)
        self._annotated(column, reading)
        return column

    def _column(self, site: Site, attribute: str, args: list[Site], keywords: dict[str, Site]) -> Column:
        self.count += 1
        name = self.texts.of(keywords["name"]) if "name" in keywords else None
        if name is None and args:
            name = self.texts.of(args[0])
        stated = name is not None
        name = attribute if name is None else name
        key = self.texts.of(keywords.get("key")) or (name if stated else attribute)
        column = Column(name, key, place=place_of(site), call=site, order=self.count)
        self._key(column, keywords)
        column.index = bool(self.names.flag(keywords.get("index")))
        column.unique = bool(self.names.flag(keywords.get("unique")))
        column.nullable = self.names.flag(keywords.get("nullable"))
        column.existing = bool(self.names.flag(keywords.get("use_existing_column")))
        for argument in [*args, *([keywords["type_"]] if "type_" in keywords else [])]:
            self._argument(column, argument)
        return column

    def _key(self, column: Column, keywords: dict[str, Site]) -> None:
        """What ``primary_key=...`` says, if it is known."""
        given = self.names.flag(keywords.get("primary_key"))
        column.primary_key = bool(given)
        column.may_be_key = given is None and "primary_key" in keywords

    def _argument(self, column: Column, argument: Site) -> None:
        """A positional argument: foreign keys count, types and defaults do not."""
        made = self.names.made(argument)
        if made is None:
            if self._may_refer(argument):
                column.foreign_keys.append(ForeignKey(column, open=True))
            return
        if made.call is None or made.rest or made.site is None:
            return
        if self.library(made.site) == "ForeignKey":
            column.foreign_keys.append(self.foreign_key(made.site, column))

    def _may_refer(self, argument: Site) -> bool:
        """Whether something that is not known can be a foreign key: a function that makes one, a name in small letters."""
        expr = argument.expr
        if type(expr) is not str or expr[:1] in ("'", "#"):
            return type(expr) is list and expr[:1] not in (["lambda"], ["cmp"])
        if expr[:1] != "@":
            return not expr.rpartition(".")[2][:1].isupper()
        callee = self.names.callee(argument.part(expr.partition(".")[0]))
        if callee is None or callee.kind != "def" or callee.value is None or callee.rest:
            name = (dotted(self.names.record(argument).callee) or "").rpartition(".")[2]
            return not name[:1].isupper()
        table = self.names.linker.table(callee.value.place)
        inside = table.calls_in.get(callee.value.scope, ())
        return any((dotted(table.facts.calls[n].callee) or "").endswith("ForeignKey") for n in inside)

    def foreign_key(self, site: Site, column: Column) -> ForeignKey:
        """``ForeignKey("table.column")``."""
        args, keywords, _ = self.names.arguments(site)
        given = args[0] if args else keywords.get("column")
        found = ForeignKey(column, place=place_of(site))
        found.constraint = Constraint(
            "foreign key", self.texts.of(keywords.get("name")) or "", [column.key], [found],
            use_alter=bool(self.names.flag(keywords.get("use_alter"))), place=found.place,
        )  # fmt: skip
        return self.referring(found, given)

    def referring(self, found: ForeignKey, given: Site | None) -> ForeignKey:
        """A reference with what it refers to."""
        target = self.texts.of(given)
        if target is not None:
            found.target = target
        elif given is not None and _names_column(given.expr):
            found.target_site = given
        else:
            found.open = True
        found.constraint.targets = [found.target]
        return found

    def _annotated(self, column: Column, reading: Reading) -> None:
        """``Mapped[Annotated[int, mapped_column(...)]]``, also by way of an alias."""
        made = self.names.made(reading.inner) if reading.inner is not None else None
        site = made.site if made is not None and made.kind == "expr" and not made.rest else None
        if site is None or type(site.expr) is not list or site.expr[:1] != ["sub"]:
            return
        if (dotted(site.expr[1]) or "").rpartition(".")[2] != "Annotated" or type(site.expr[2]) is not list:
            return
        for part in site.expr[2][2:]:
            for stated in self._stated(column, site.part(part)):
                column.primary_key = column.primary_key or stated.primary_key
                column.index = column.index or stated.index
                column.unique = column.unique or stated.unique
                if column.call is None and stated.name != column.key:
                    column.name = column.key = stated.name
                if not column.foreign_keys:
                    for key in stated.foreign_keys:
                        key.column = column
                    column.foreign_keys = stated.foreign_keys

    def _stated(self, column: Column, site: Site) -> Iterator[Column]:
        """The column that a part of ``Annotated`` is; of ``one if ... else other`` the one that both agree with.

        What is not known may be a column of the primary key.
        """
        if type(site.expr) is list and site.expr[:1] == ["if"]:
            choices = [stated for part in site.expr[2:4] for stated in self._stated(column, site.part(part))]
            first = choices[0] if len(choices) == 2 else None
            if first is not None and first.primary_key == choices[1].primary_key:
                yield first
            else:
                column.may_be_key = True
            return
        inner = self.names.made(site)
        if inner is None or inner.call is None or inner.rest or inner.site is None:
            column.may_be_key = column.may_be_key or text_of(site.expr) is None
        elif self.library(inner.site) in COLUMNS:
            stated = self.read(inner.site, column.key)
            if stated is not None:
                yield stated

    def _field(self, site: Site, attribute: str, reading: Reading | None) -> Column | None:
        """SQLModel's ``Field(foreign_key=..., sa_column=...)``."""
        _, keywords, known = self.names.arguments(site)
        if "sa_column" in keywords:
            made = self.names.made(keywords["sa_column"])
            if made is not None and made.call is not None and not made.rest and made.site is not None:
                return self.read(made.site, attribute, None)
            known = False
        self.count += 1
        column = Column(attribute, attribute, place=place_of(site), call=site, order=self.count)
        self._key(column, keywords)
        column.index = bool(self.names.flag(keywords.get("index")))
        column.unique = bool(self.names.flag(keywords.get("unique")))
        column.nullable = reading.optional if reading is not None else None
        if "foreign_key" in keywords and keywords["foreign_key"].expr != "#None":
            target = self.texts.of(keywords["foreign_key"])
            key = ForeignKey(column, target or "", place=place_of(site), open=target is None)
            key.constraint = Constraint("foreign key", "", [attribute], [key], [target or ""], place=key.place)
            column.foreign_keys.append(key)
        for argument in self.names.items(keywords["sa_column_args"]) or () if "sa_column_args" in keywords else ():
            self._argument(column, argument)
        given = self.names.entries(keywords["sa_column_kwargs"]) if "sa_column_kwargs" in keywords else {}
        name = self.texts.of((given or {}).get("name"))
        if name:
            column.name = column.key = name
        if not known or given is None:
            column.foreign_keys.append(ForeignKey(column, open=True))
        return column

    def copy(self, column: Column) -> Column:
        """A mixin's column as one of its heirs gets it."""
        made = Column(
            column.name, column.key, None, [], column.primary_key, column.index, column.unique, column.nullable,
            column.place, column.call, column.order, column.existing, original=column, may_be_key=column.may_be_key,
        )  # fmt: skip
        for key in column.foreign_keys:
            inner = ForeignKey(made, key.target, key.target_site, place=key.place, open=key.open)
            inner.constraint = Constraint(
                "foreign key", key.constraint.name, [made.key], [inner], list(key.constraint.targets),
                key.constraint.use_alter, key.constraint.place,
            )  # fmt: skip
            made.foreign_keys.append(inner)
        return made


def place_of(site: Site) -> Place:
    """Where a call stands."""
    return Place(site.path, "call", int(site.expr[1:].partition(".")[0]))


def _names_column(expr: Expr) -> bool:
    """Whether an expression can be a column object: a name, or an attribute of something."""
    return dotted(expr) is not None or (type(expr) is str and expr[:1] == "@" and "." in expr)
