"""Expressions of relationships in strings, evaluated as SQLAlchemy evaluates them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..tables import Table as FactTable
from .evaluate import SUBQUERIES, Evaluation
from .expressions import ClassRef
from .lookup import OpenError, RefusedError
from .names import BUILTINS
from .records import Site
from .things import Function, Package, TableRef, Thing

if TYPE_CHECKING:
    from ...facts.records import Call
    from .builder import Builder
    from .records import Mapped, Place

PLAIN = frozenset(
    {"foreign", "remote", "and_", "or_", "not_", "func", "cast", "coalesce", "desc", "asc", "nullslast", "nullsfirst",
     "nulls_last", "nulls_first", "case", "null", "true", "false", "literal", "collate", "extract", "type_coerce",
     "tuple_", "any_", "all_", "distinct", "between", "bindparam"}
)  # fmt: skip
"""Names of SQLAlchemy that strings commonly use."""


class StringEvaluation(Evaluation):
    """Expressions in strings: names are those of the registry, then tables, modules, and SQLAlchemy's own."""

    def __init__(self, builder: Builder, owner: Mapped, text: str, place: Place, *, tables_first: bool = False) -> None:
        super().__init__(builder, owner)
        self.text = text
        self.place = place
        self.tables_first = tables_first
        self.facts: FactTable | None = None

    def value(self) -> Thing:
        """The value of the string.

        Raises:
            OpenError: it is not known.
            RefusedError: SQLAlchemy would refuse it.
        """
        from ...facts.extract import extract

        text = self.text.strip()
        if text.replace(".", "").replace("_", "").isalnum() and not text[:1].isdigit():
            return self._string(Site("", 0, text), text)
        try:
            facts, _ = extract(f"_ = (\n{text}\n)")
        except SyntaxError as error:
            message = f"invalid syntax in {self.text!r}: {error.msg}"
            raise RefusedError("string-expression", message, "the string does not parse") from None
        self.facts = FactTable("", facts)
        return self.of(Site("", 0, facts.assigns[-1].value))

    def record(self, site: Site, ordinal: int) -> Call:  # noqa: ARG002
        """The n-th call."""
        assert self.facts is not None
        return self.facts.facts.calls[ordinal]

    def within(self, site: Site, call: Call) -> Site:  # noqa: ARG002
        """Where the parts of a call stand: in the string."""
        return site

    def made(self, site: Site, ordinal: int) -> Thing | None:  # noqa: ARG002
        """The column or table that a call makes."""
        return None

    def name(self, site: Site, name: str) -> Thing:  # noqa: ARG002
        """What a bare name means."""
        registry = self.owner.registry
        if self.tables_first:
            table = self._table(name)
            if table is not None:
                return table
        mapped = self.builder.lookup.class_named(self.owner, name)
        if mapped is not None:
            return ClassRef(mapped)
        table = self._table(name)
        if table is not None:
            return table
        if any(f".{cls.module}.".find(f".{name}.") >= 0 for some in registry.classes.values() for cls in some):
            return Package(name)
        if name in PLAIN:
            return Function(name)
        if name in BUILTINS:
            raise OpenError
        if registry.open or registry.metadata.open or self.builder.is_elsewhere(registry, name):
            raise OpenError
        if name in SUBQUERIES or self.builder.is_library_name(name):
            raise OpenError
        raise self.builder.unknown_name(self.owner, self.text, name)

    def _table(self, name: str) -> Thing | None:
        metadata = self.owner.registry.metadata
        found = self.builder.lookup.tables(metadata, name, self.owner.cls.path)
        if len(found) > 1:
            raise OpenError
        if found:
            return TableRef(found[0])
        if any(key.startswith(f"{name}.") for key in metadata.tables):
            return Package(f"schema:{name}")
        return None

    def in_package(self, package: Package, name: str) -> Thing:
        """A class, a table or a module below a module or a schema."""
        if package.path.startswith("schema:"):
            found = self._table(f"{package.path[7:]}.{name}")
            if found is None:
                raise OpenError
            return found
        mapped = self.builder.lookup.class_named(self.owner, f"{package.path}.{name}")
        if mapped is not None:
            return ClassRef(mapped)
        path = f"{package.path}.{name}"
        classes = [cls for some in self.owner.registry.classes.values() for cls in some]
        if any(f".{cls.module}.".find(f".{path}.") >= 0 for cls in classes):
            return Package(path)
        if self.owner.registry.open or self.builder.is_elsewhere(self.owner.registry, name):
            raise OpenError
        message = f"Module '{package.path}' has no mapped classes registered under the name '{name}'"
        raise self.builder.unknown_name(self.owner, self.text, message)

    def of_relationship(self, mapped: Mapped, name: str) -> Thing:
        """A relationship where a column is wanted is refused."""
        message = (
            f"Property '{name}' is not an instance of ColumnProperty (i.e. does not correspond directly to a Column)."
        )
        raise RefusedError("string-expression", message, f"{mapped.name}.{name} is a relationship", (mapped,))

    def missing(self, mapped: Mapped, name: str) -> Thing:
        """An attribute that a class does not have is refused."""
        message = f"Class {mapped.module}.{mapped.name} does not have a mapped column named '{name}'"
        raise RefusedError("string-expression", message, f'{mapped.name} has no column "{name}"', (mapped,))
