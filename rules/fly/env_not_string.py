"""A value in `[env]` that is no text: flyctl makes one of it, and not always the one that is meant.

## Why
Every environment variable is text, and flyctl turns whatever is written into what Go prints for it, without a word:
`10000000.0` becomes `1e+07`, `["a", "b"]` becomes `[a b]`, and a nested table such as `[env.production]` becomes one
variable `production` that holds `map[LOG_LEVEL:info]`, while `LOG_LEVEL` is not set at all.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [env]
      ALLOWED_HOSTS = ["desk.example.com", "www.example.com"]

    [env.production]
      LOG_LEVEL = "info"

## Good
    --- fly.toml
    app = "harbour-desk"

    [env]
      ALLOWED_HOSTS = "desk.example.com,www.example.com"
      LOG_LEVEL = "info"

## Limits
Whole numbers, `true` and `false` become the text that one expects: these are reported as information only, since
flyctl's documentation asks for text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Document, Edit, Finding, Severity, rule

from ._files import fly_file, may_be_fly, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_SHOWN = 40


@rule("fly-env-not-string", severity="error", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """One finding a variable; what it becomes is shown where it is made of numbers alone."""
    file = fly_file(ctx, document)
    if file is None:
        return
    for variable in file.env.values():
        written = variable.written
        if isinstance(written, str):
            continue
        if isinstance(written, dict):
            text = f"[env.{variable.name}] is one variable of this name for flyctl: what stands in it is not set"
            yield ctx.finding(variable.key_span, text)
        elif isinstance(written, list):
            yield ctx.finding(variable.value_span, f"{variable.name} becomes the text of a Go slice: {shape(written)}")
        else:
            is_plain = isinstance(written, (bool, int)) and document.source.slice(variable.value_span) == variable.value
            made = ctx.finding(
                variable.value_span,
                f"{variable.name} is no text; flyctl makes {variable.value[:MAX_SHOWN]!r} of it",
                severity=Severity.INFO if is_plain else None,
            )
            text = variable.value if is_plain else document.source.slice(variable.value_span)
            edit = Edit(variable.value_span, quoted(document, text))
            yield made.with_fix("Write it as text", edit, safe=is_plain)


def shape(items: list[object]) -> str:
    """What becomes of an array, without its values: they may be anything."""
    return f"[{' '.join('...' for _ in items[:3])}{' ...' if len(items) > 3 else ''}] in brackets, with blanks between"
