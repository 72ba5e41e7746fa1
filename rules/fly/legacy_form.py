"""A Fly.io configuration in a form that flyctl still reads, or that it has stopped reading.

## Why
`auto_stop_machines = true`, `[[processes]]`, ports in quotes and `[[compute]]` come from earlier versions: flyctl rewrites
them when it loads the file, editors that know its schema mark them, and what is searched for in the documentation is
called otherwise there. `restart_limit`, `script_checks` and `allowed_public_ports` belong to Fly.io's former platform:
flyctl drops them without a word.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [http_service]
      internal_port = 8080
      auto_stop_machines = true

## Good
    --- fly.toml
    app = "harbour-desk"

    [http_service]
      internal_port = 8080
      auto_stop_machines = "stop"

## Limits
Information only. Single tables where the documentation shows arrays (`[mounts]`, `[vm]`) are not reported.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from atomlint import Context, Document, Edit, Finding, FlyFile, rule

from ._files import fly_file, may_be_fly, named, quoted, removal, rename

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Item

NOW = {
    "mount": "mounts",
    "compute": "vm",
    "computes": "vm",
    "metric": "metrics",
}
MOVED = {"kill_timeout": "kill_timeout", "metrics_port": "[[metrics]]", "metrics_path": "[[metrics]]"}
EMPTY = (("processes",), ("services", "http_checks"), ("services", "tcp_checks"))


DIGITS = re.compile("[0-9]{1,99}")
"""No superscripts, which `str.isdigit` lets pass, and no more than anything counts."""


@rule("fly-legacy-form", severity="info", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """Values first, then tables, then what is dropped."""
    file = fly_file(ctx, document)
    if file is None:
        return
    for item in document.items:
        found = of_value(ctx, document, item)
        if found is not None:
            yield found
    yield from of_tables(ctx, file)
    for unknown in file.decoded.unknown:
        if unknown.is_left_over:
            made = ctx.finding(
                file.place(*unknown.keys),
                f"flyctl drops {named(unknown.keys)}: it meant something on Fly.io's former platform",
            )
            left = document.get(*unknown.keys)
            edit = None if left is None else removal(document, left)
            yield made if edit is None else made.with_fix("Leave it out", edit, safe=True)


def of_value(ctx: Context, document: Document, item: Item) -> Finding | None:
    """A value that flyctl rewrites."""
    names = tuple(key for key in item.keys if not isinstance(key, int))
    key, value = names[-1] if names else "", item.value
    if key == "auto_stop_machines" and isinstance(value, bool) and names[0] in ("http_service", "services"):
        now = "stop" if value else "off"
        made = ctx.finding(item.value_span, f"auto_stop_machines is {now!r} now")
        return made.with_fix(f"Write {now!r}", Edit(item.value_span, quoted(document, now)), safe=True)
    if names in (("services", "internal_port"), ("services", "ports", "port")) and is_digits(value):
        made = ctx.finding(item.value_span, f"{key} is a number now")
        return made.with_fix("Write it as a number", Edit(item.value_span, str(int(value))), safe=True)
    if names == ("services", "concurrency") and isinstance(value, str):
        return ctx.finding(item.key_span, "concurrency is a table now, with soft_limit and hard_limit")
    if names == ("build", "build_target"):
        made = ctx.finding(item.key_span, "build_target is build-target now")
        edit = rename(document, item, "build-target")
        return made if edit is None else made.with_fix("Rename it", edit, safe=True)
    if names in EMPTY and value == [] and item.keys[-1] == names[-1]:
        made = ctx.finding(item.key_span, f"an empty {key} says nothing, and flyctl drops it")
        edit = removal(document, item)
        return made if edit is None else made.with_fix("Leave it out", edit, safe=True)
    if len(names) == 2 and names[0] == "experimental" and names[1] in MOVED:
        return ctx.finding(item.key_span, f"{key} has left [experimental]: write {MOVED[str(names[1])]}")
    return None


def of_tables(ctx: Context, file: FlyFile) -> Iterator[Finding]:
    """Tables under another name than flyctl's, and arrays that are one table now."""
    document = file.document
    for header in document.toml.headers:
        name = str(header.keys[0])
        if name in NOW and len(header.keys) <= 2:
            now = NOW[name]
            made = ctx.finding(header.span, f"{name} is {now} now")
            text = document.source.slice(header.span)
            is_alone = now not in file.data and sum(h.keys[0] == name for h in document.toml.headers) == 1
            if is_alone and text.strip("[] ") == name:
                made = made.with_fix(f"Rename it to {now}", Edit(header.span, text.replace(name, now)), safe=True)
            yield made
        elif name in ("processes", "env") and header.keys[1:] == (0,):
            yield ctx.finding(header.span, f"{name} is one table now, with a key for each")


def is_digits(value: Any) -> bool:
    """Whether a value is a whole number in quotes."""
    return isinstance(value, str) and DIGITS.fullmatch(value) is not None
