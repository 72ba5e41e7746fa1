"""``composite()``: what its columns are, and how many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...tables import text_of
from ..columns import COLUMNS
from .annotated import is_read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....facts.records import Call
    from ...value import Value
    from ..problems import Problem
    from ..records import Attribute, Mapped, Site
    from .check import Check


def of_composites(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """Columns without a name, more of them than the class has fields, and arguments that are no columns."""
    for attribute in mapped.attributes.values():
        site = check.call_of(attribute) if attribute.kind == "composite" else None
        if site is None:
            continue
        args, _, known = check.arguments(site)
        if not known:
            continue
        value, columns = _class(check, attribute, args)
        fields = _fields(check, value) if value is not None else None
        if fields is not None and is_read(check, mapped):
            if len(columns) > fields:
                yield check.problem(
                    "composite", mapped, attribute.name,
                    f"number of composite attributes {len(columns)} exceeds that of the number of attributes in class "
                    f"{check.holder(value) if value is not None else ''} {fields}", attribute.place,
                    f"the dataclass has {fields} fields", "give it a field for each column",
                )  # fmt: skip
        elif value is not None and is_read(check, mapped) and any(_is_unnamed(check, column) for column in columns):
            yield check.problem(
                "composite", mapped, attribute.name, "Composite class column arguments must be named unless a dataclass is used",
                attribute.place, "a column has no name", 'write the name first: mapped_column("x", ...), or make it a dataclass',
            )  # fmt: skip
        for column in columns:
            if type(column.expr) is str and column.expr[:1] == "#":
                yield check.problem(
                    "composite", mapped, attribute.name,
                    "Composite expects Column objects or mapped attributes/attribute names as arguments, got: "
                    f"{column.expr[1:]}", attribute.place, f"{column.expr[1:]} is no column",
                    "name columns or attributes of the class",
                )  # fmt: skip
                break


def _class(check: Check, attribute: Attribute, args: list[Site]) -> tuple[Value | None, list[Site]]:
    """The class of a composite, given or annotated, and the rest of its arguments."""
    first = check.names.made(args[0]) if args else None
    if first is not None and first.kind == "def" and not first.rest:
        return first.value, args[1:]
    reading = check.reading(attribute)
    made = (
        check.names.made(reading.inner) if reading.container and reading.known and reading.inner is not None else None
    )
    if made is not None and made.kind == "def" and not made.rest:
        return made.value, args
    is_class = first is not None and first.call is None and text_of(args[0].expr) is None
    return None, args[1:] if is_class else args


def _fields(check: Check, value: Value) -> int | None:
    """How many fields a plain dataclass has; None for any other class."""
    table = check.linker.table(value.place)
    record = table.facts.scopes[value.scope]
    if record.kind != "class" or not any("dataclass" in _name(table.facts.calls, d) for d in record.decorators):
        return None
    if record.bases or (value.scope, "__init__") in table.members:
        return 1000
    own = [table.facts.assigns[place] for place in table.assigns_in.get(value.scope, ())]
    return len(
        {assign.target for assign in own if assign.annotation is not None and "ClassVar" not in str(assign.annotation)}
    )


def _name(calls: list[Call], decorator: object) -> str:
    if type(decorator) is str and decorator[:1] == "@" and decorator[1:].isdigit():
        return str(calls[int(decorator[1:])].callee)
    return str(decorator)


def _is_unnamed(check: Check, column: Site) -> bool:
    """Whether an argument is a column that is made in its place, and not named."""
    if type(column.expr) is not str or column.expr[:1] != "@":
        return False
    made = check.names.made(column)
    if made is None or made.call is None or made.rest or made.site is None or check.library(made.site) not in COLUMNS:
        return False
    args, keywords, known = check.arguments(made.site)
    return known and "name" not in keywords and not (args and check.texts.of(args[0]) is not None)
