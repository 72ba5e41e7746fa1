"""What the value of a class attribute is to SQLAlchemy: a column, a relationship, a synonym, or nothing to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .columns import COLUMNS, FIELD, WRAPPERS, place_of
from .records import Attribute, Column, Relationship, Site

if TYPE_CHECKING:
    from ..value import Value
    from .annotations import Reading
    from .builder import Builder
    from .names import Made
    from .records import Mapped, Place

RELATIONSHIPS = frozenset({"relationship", "Relationship", "relation", "dynamic_loader"})
KINDS = {
    "synonym": "synonym", "composite": "composite", "association_proxy": "proxy", "hybrid_property": "hybrid",
    "query_expression": "column_property", "column_property": "column_property", "deferred": "column_property",
}  # fmt: skip
PLAIN = frozenset(
    {"validates", "event", "Index", "UniqueConstraint", "ForeignKeyConstraint", "CheckConstraint", "MetaData", "registry",
     "PrivateAttr", "ConfigDict", "SQLModelConfig", "func", "text", "select", "Enum", "String", "Integer", "BigInteger"}
)  # fmt: skip
"""Things of SQLAlchemy that are no part of a mapping when a class holds them."""


class Reader:
    """Makes attributes out of values, for one owner."""

    def __init__(self, builder: Builder, owner: Mapped) -> None:
        self.builder = builder
        self.owner = owner

    def attribute(
        self, name: str, site: Site, place: Place, defined_in: Value, annotation: Site | None, *, is_field: bool = False
    ) -> Attribute:
        """The attribute that a value makes.

        Args:
            is_field: whether a value that says nothing to SQLAlchemy is the default of a column (SQLModel).
        """
        found = Attribute(name, "plain", self.owner, defined_in, place, site, annotation)
        made = self.builder.names.made(site)
        reading = self.builder.annotations.read(annotation)
        if made is None:
            if self._says_nothing(site):
                return self._field(found, reading) if is_field else found
            found.kind = "unknown"
        elif made.kind in ("def", "ext", "module"):
            if self._is_open_library(made):
                found.kind = "unknown"
            return self._field(found, reading) if is_field and reading.container != "ClassVar" else found
        elif made.rest:
            self._of_table(found, made)
        elif made.call is not None and made.site is not None:
            self._called(found, made.site, reading, is_field=is_field)
        elif is_field and reading.container != "ClassVar":
            return self._field(found, reading)
        return found

    def _field(self, found: Attribute, reading: Reading) -> Attribute:
        if found.name.startswith("_") or reading.container == "ClassVar":
            return found
        found.kind = "column"
        column = self.builder.columns.of_annotation(found.place, found.name, reading)
        found.columns = [column]
        return found

    @staticmethod
    def _says_nothing(site: Site) -> bool:
        """Whether an expression that is not known cannot be a construct of SQLAlchemy."""
        expr = site.expr
        return type(expr) is list and expr[:1] not in (["if"], ["or"], ["and"])

    @staticmethod
    def _is_open_library(made: Made) -> bool:
        root = made.name.partition(".")[0].lower()
        return "alchemy" in root and root not in ("sqlalchemy", "flask_sqlalchemy")

    def _of_table(self, found: Attribute, made: Made) -> None:
        """``id = some_table.c.id``."""
        table = self.builder.table_made(*made.call) if made.call is not None else None
        if table is not None and len(made.rest) == 2 and made.rest[0] in ("c", "columns"):
            column = table.columns.get(made.rest[1])
            found.kind = "unknown" if column is None else "column"
            found.columns = [] if column is None else [column]

    def _called(self, found: Attribute, site: Site, reading: Reading, *, is_field: bool) -> None:
        builder = self.builder
        callee = builder.names.callee(site)
        name = builder.bases.library(callee)
        if name in RELATIONSHIPS:
            self._relationship(found, site, name, reading)
        elif name in COLUMNS or name == FIELD or name in WRAPPERS:
            column = builder.columns.read(site, found.name, reading)
            if column is not None:
                found.kind, found.columns = "column", [column]
            else:
                found.kind = "column_property" if name in WRAPPERS else "unknown"
        elif name == "composite":
            found.kind = "composite"
            args, _, _ = builder.names.arguments(site)
            for argument in args:
                made = builder.names.made(argument)
                if made is not None and made.call is not None and not made.rest and made.site is not None:
                    column = builder.columns.read(made.site, "?")
                    if column is not None:
                        found.columns.append(column)
        elif name in KINDS:
            found.kind = KINDS[name]
            if name == "synonym":
                args, keywords, _ = builder.names.arguments(site)
                found.target = builder.texts.of(args[0] if args else keywords.get("name")) or ""
        elif name in ("declared_attr", "cascading", "directive"):
            found.kind = "declared"
        elif (
            callee is None
            or callee.kind == "expr"
            or (name and name not in PLAIN and callee.kind != "ext")
            or self._is_open_library(callee)
        ):
            found.kind = "unknown"
        elif is_field:
            self._field(found, reading)

    def _relationship(self, found: Attribute, site: Site, name: str, reading: Reading) -> None:
        builder = self.builder
        args, keywords, known = builder.names.arguments(site)
        found.kind = "relationship"
        found.relationship = made = Relationship(self.owner, found.name, place_of(site))
        made.open = not known
        if name == "Relationship":
            self._of_sqlmodel(made, keywords)
        else:
            made.arguments = dict(zip(("argument", "secondary"), args, strict=False)) | keywords
        made.annotated = (reading.container, reading.collection, found.annotation)
        if name == "dynamic_loader":
            made.arguments.setdefault("lazy", site.part("'dynamic"))

    def _of_sqlmodel(self, made: Relationship, keywords: dict[str, Site]) -> None:
        """``Relationship(back_populates=..., link_model=..., sa_relationship_kwargs={...})``."""
        names = self.builder.names
        if "sa_relationship" in keywords:
            inner = names.made(keywords["sa_relationship"])
            if inner is None or inner.call is None or inner.site is None:
                made.open = True
                return
            args, made.arguments, known = names.arguments(inner.site)
            made.arguments = dict(zip(("argument", "secondary"), args, strict=False)) | made.arguments
            made.open = made.open or not known
            return
        given = names.entries(keywords["sa_relationship_kwargs"]) if "sa_relationship_kwargs" in keywords else {}
        if "sa_relationship_kwargs" in keywords and keywords["sa_relationship_kwargs"].expr == "#None":
            given = {}
        extra = names.items(keywords["sa_relationship_args"]) if "sa_relationship_args" in keywords else []
        if given is None or extra is None:
            made.open = True
            return
        made.arguments = dict(zip(("argument", "secondary"), extra, strict=False)) | given
        if "back_populates" in keywords:
            made.arguments["back_populates"] = keywords["back_populates"]
        if "link_model" in keywords and keywords["link_model"].expr != "#None":
            expr = keywords["link_model"].expr
            if type(expr) is str and expr[:1] not in "'#@?":
                made.arguments["secondary"] = keywords["link_model"].part(f"{expr}.__table__")
            else:
                made.open = True
        if names.flag(keywords.get("cascade_delete")) and "cascade" not in made.arguments:
            made.arguments["cascade"] = keywords["cascade_delete"].part("'all, delete-orphan")
        if "passive_deletes" in keywords:
            made.arguments.setdefault("passive_deletes", keywords["passive_deletes"])


def columns_of(attribute: Attribute) -> list[Column]:
    """Columns that the attribute itself makes, which the owner's table gets."""
    return [column for column in attribute.columns if column.table is None]
