"""A value in a Fly.io configuration that flyctl's decoder rejects.

## Why
flyctl decodes the file all or nothing: one number where it wants text, one table where it wants an array of tables, and
no command works with the file any more. Its message names a type of the Go program and no line.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [http_service]
      internal_port = "8080"

## Good
    --- fly.toml
    app = "harbour-desk"

    [http_service]
      internal_port = 8080

## Limits
Only the kind of a value is looked at, and texts where the decoder takes few. Values that it takes and the platform
rejects later are not found here: most are `fly-vm-invalid`, `fly-integer-duration` and `fly-strategy-conflict`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import Context, Document, Edit, Finding, FlyFile, rule

from ._files import fly_file, may_be_fly, named, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.fly.decode import Wrong

NUMBERS = ("int", "uint", "float")
BOOLS = {"true": "true", "false": "false"}
GIVEN = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "an array", dict: "a table"}


@rule("fly-wrong-type", severity="error", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """One finding a value."""
    file = fly_file(ctx, document)
    if file is None:
        return
    for wrong in file.decoded.wrong:
        item = document.get(*wrong.keys)
        place = file.place(*wrong.keys) if item is None else item.value_span
        made = ctx.finding(place, f"flyctl rejects the file: {named(wrong.keys)} must be {wrong.expected}{got(wrong)}")
        edit = repair(file, wrong)
        yield made if edit is None else made.with_fix("Write the value as flyctl wants it", edit, safe=True)


def got(wrong: Wrong) -> str:
    """What stands there instead, unless it is of the right kind and has the wrong words."""
    given = GIVEN.get(type(wrong.value), "a date")
    return "" if given == wrong.expected or (given == "text" and "such as" in wrong.expected) else f", not {given}"


def repair(file: FlyFile, wrong: Wrong) -> Edit | None:
    """Quotes put on or taken off, one value made an array of it, one table made an array of tables."""
    document, value, kind = file.document, wrong.value, wrong.field.kind
    item = document.get(*wrong.keys)
    if item is None:
        header = document.table(*wrong.keys)
        if kind == "tables" and header is not None and isinstance(value, dict) and not has_tables_below(file, wrong):
            return Edit(header, f"[{document.source.slice(header)}]")
        return None
    if kind in NUMBERS and isinstance(value, str) and re.fullmatch(r"\d{1,99}", value):
        return Edit(item.value_span, str(int(value)))
    if kind == "bool" and isinstance(value, str) and value.lower() in BOOLS:
        return Edit(item.value_span, value.lower())
    if kind == "strings" and isinstance(value, str):
        return Edit(item.value_span, f"[{document.source.slice(item.value_span)}]")
    if kind == "string" and isinstance(value, (bool, int, float)):
        return Edit(item.value_span, quoted(document, document.source.slice(item.value_span)))
    return None


def has_tables_below(file: FlyFile, wrong: Wrong) -> bool:
    """Whether headers of other tables name this one, and would name an element of the array then."""
    keys = wrong.keys
    headers = [header.keys for header in file.document.toml.headers]
    return sum(header[: len(keys)] == keys for header in headers) > 1
