"""What a class body may not hold, or holds in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..columns import COLUMNS
from ..problems import ERROR, WARNING
from ..records import Place, Site
from ..values import RELATIONSHIPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...value import Value
    from ..problems import Problem
    from ..records import Mapped
    from .check import Check

EXPRESSIONS = frozenset({"column", "literal", "literal_column", "text", "bindparam"})
"""Constructs of SQL that are no columns of a table."""
CLASS_NAMES = {"metadata": "the MetaData instance", "registry": "the Declarative class registry"}


def of_mixins(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """Relationships that a mixin or an abstract base declares as they are, and columns that refer to one without a table."""
    reader = check.reader(mapped)
    for value in reader.mro[1:]:
        if check.builder.mapped(value) is not None or value in check.builder.bases.declares:
            continue
        for name, ordinal, site in _assigned(check, value):
            made = check.names.made(site)
            if made is None or made.call is None or made.rest or made.site is None:
                continue
            known = mapped.attributes.get(name)
            if known is None or known.defined_in != value:
                continue
            library = check.library(made.site)
            place = Place(value.place, "assign", ordinal)
            holder = check.holder(value)
            if library in RELATIONSHIPS and library != "Relationship":
                yield check.problem(
                    "mixin-relationship", mapped, name,
                    "Mapper properties (i.e. deferred,column_property(), relationship(), etc.) must be declared as "
                    "@declared_attr callables on declarative mixin classes.  For dataclass field() objects, use a lambda:",
                    place, f"{holder} is not mapped, and {mapped.name} takes {name} from it",
                    f"make {holder}.{name} a method with @declared_attr that returns the relationship",
                )  # fmt: skip
            elif library in COLUMNS:
                yield from _refers(check, mapped, name, place)


def _refers(check: Check, mapped: Mapped, name: str, place: Place) -> Iterator[Problem]:
    for key in (key for column in mapped.attributes[name].columns for key in column.foreign_keys):
        target = check.names.made(key.target_site) if key.target_site is not None else None
        if target is None or target.call is None or target.rest or target.site is None:
            continue
        if check.library(target.site) in COLUMNS:
            yield check.problem(
                "mixin-column", mapped, name,
                "Columns with foreign keys to non-table-bound columns must be declared as @declared_attr callables on "
                "declarative mixin classes.", place, "the column that it refers to belongs to no table",
                "name the target by a text, or make it a method with @declared_attr",
            )  # fmt: skip


def of_body(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """Reserved names, columns in tuples, and expressions that are no columns."""
    for value in check.reader(mapped).mro:
        if value != mapped.cls.value and check.builder.mapped(value) is not None:
            break
        own = value == mapped.cls.value
        for name, ordinal, site in _assigned(check, value):
            place = Place(value.place, "assign", ordinal)
            if not own and (value in check.builder.bases.declares or (name in mapped.attributes and
                            mapped.attributes[name].defined_in != value)):  # fmt: skip
                continue
            if own:
                yield from _in_tuple(check, mapped, name, site, place)
                yield from _expression(check, mapped, name, site, place)
    for attribute in (*mapped.attributes.values(), *mapped.again):
        if attribute.place.kind == "scope" and attribute.site is not None:
            yield from _in_tuple(check, mapped, attribute.name, attribute.site, attribute.place)
    yield from _reserved(check, mapped)


def _assigned(check: Check, value: Value) -> Iterator[tuple[str, int, Site]]:
    table = check.linker.table(value.place)
    last: dict[str, int] = {}
    for ordinal in table.assigns_in.get(value.scope, ()):
        assign = table.facts.assigns[ordinal]
        if type(assign.target) is str and assign.kind == "=" and not assign.target.startswith("__"):
            last[assign.target] = ordinal
    for name, ordinal in last.items():
        if "." not in name and (value.scope, name) not in table.members:
            yield name, ordinal, Site(value.place, value.scope, table.facts.assigns[ordinal].value)


def _in_tuple(check: Check, mapped: Mapped, name: str, site: Site, place: Place) -> Iterator[Problem]:
    expr = site.expr
    if type(expr) is not list or expr[:1] != ["[]"] or len(expr) != 2:
        return
    made = check.names.made(site.part(expr[1]))
    if made is None or made.call is None or made.rest or made.site is None:
        return
    if not (check.is_tuple(place) if place.kind == "assign" else check.ends_in_comma(site.part(expr[1]))):
        return
    library = check.library(made.site)
    if library in COLUMNS or (library in RELATIONSHIPS and library != "Relationship"):
        yield check.problem(
            "trailing-comma", mapped, name,
            f"Ignoring declarative-like tuple value of attribute '{name}': possibly a copy-and-paste error with a comma "
            "accidentally placed at the end of the line?", place,
            f"the comma behind it makes a tuple, and {mapped.name} has no {name}", "take the comma away", WARNING,
        )  # fmt: skip


def _expression(check: Check, mapped: Mapped, name: str, site: Site, place: Place) -> Iterator[Problem]:
    made = check.names.made(site)
    if made is None or made.call is None or made.rest or made.site is None:
        return
    callee = check.names.callee(made.site)
    if callee is not None and callee.kind == "ext" and callee.library in EXPRESSIONS - {"text"}:
        yield check.problem(
            "non-schema-expression", mapped, name,
            f"Attribute '{name}' on class {mapped.name} appears to be a non-schema SQLAlchemy expression object; this won't "
            "be part of the declarative mapping. To map arbitrary expressions, use ``column_property()`` or a similar "
            "function such as ``deferred()``, ``query_expression()`` etc. ", place,
            f"{callee.library}() makes a piece of SQL, no column of the table",
            "write mapped_column(...), or column_property(...)", WARNING,
        )  # fmt: skip


def _reserved(check: Check, mapped: Mapped) -> Iterator[Problem]:
    for name, what in CLASS_NAMES.items():
        found = mapped.attributes.get(name) or next((one for one in mapped.again if one.name == name), None)
        if found is None:
            continue
        if found.kind not in ("column", "relationship", "synonym", "column_property"):
            in_tuple = found.site is not None and any(_in_tuple(check, mapped, name, found.site, found.place))
            if check.is_before_2_1 or not in_tuple:
                continue
        if found.site is None and found.defined_in != mapped.cls.value:
            continue  # an annotation alone, of a mixin: the base has the name already
        if check.is_before_2_1:
            if name == "metadata":
                yield check.problem(
                    "reserved-attribute", mapped, name, "Attribute name 'metadata' is reserved when using the Declarative API.",
                    found.place, "every declarative class has its tables there",
                    f'call it otherwise: {name}_ = Column("{name}", ...)', ERROR,
                )  # fmt: skip
            continue
        yield check.problem(
            "reserved-attribute", mapped, name,
            f"Attribute name '{name}' should be left reserved for {what} when using a Declarative class.", found.place,
            "", f'call it otherwise: {name}_ = mapped_column("{name}", ...)', WARNING,
        )  # fmt: skip
