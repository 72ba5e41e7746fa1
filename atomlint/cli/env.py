"""``atomlint env``: the settings that the code reads, and where they are set."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..index.contract import Setting

SHOWN = 3
"""Places that a row of the table names."""
WIDTH = 48
"""Characters of a cell for defaults."""


@click.command()
@click.argument("path", default=".", type=click.Path())
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print it.",
)
@click.option("--required", "only_required", is_flag=True, help="Only settings without which something does not start.")
@click.option("--unset", "only_unset", is_flag=True, help="Only settings that nothing in the repository sets.")
@click.option(
    "--example",
    is_flag=False,
    flag_value=".env.example",
    metavar="[FILE]",
    help="Write an example for dotenv to FILE (default: .env.example in the project's root), or print it for '-'.",
)
@click.option("--force", is_flag=True, help="With --example: replace a file that is there.")
@click.option("--config", multiple=True, metavar="PATH|KEY=VALUE", help="As for check.")
@click.option("--isolated", is_flag=True, help="Look for no configuration file.")
def env(
    path: str,
    form: str,
    only_required: bool,
    only_unset: bool,
    example: str | None,
    force: bool,
    config: tuple[str, ...],
    isolated: bool,
) -> None:
    """Print the settings that the project at PATH reads: default, what each decides, who reads it, where it is set.

    What a setting decides: `database` (which one is connected to), `abort` (whether something is refused), `secret` (a
    key that is made up or written in the code), `debug` and `auth`. Nothing is executed, and no value of a secret is
    printed. Tests do not count. Exit status: 0, or 2 when a file could not be read.
    """
    from ..engine import Engine, Request, UsageError
    from ..output.text import harmless

    if not Path(path).exists():
        fail([f"no such file or directory: {path}"])
    engine = Engine()
    try:
        request = Request(paths=() if path == "." else (path,), config=config, isolated=isolated)
        settings, _, index, problems = engine.program(request)
        found = list(index.contract.settings.values())
        troubles = [f"{file}: does not parse: line {p.line}: {p.message}" for file, p in sorted(problems.items())]
        troubles += [f"{file}: cannot be read: {why}" for file, why in sorted(index.contract.troubles.items())]
        if example is not None:
            from .env_example import example_text

            write_example(example_text(found), example, settings.root, force=force)
        else:
            chosen = [s for s in found if (s.required or not only_required) and not (only_unset and s.is_set)]
            if form == "json":
                from ..output.encode import write_json

                write_json(as_json(chosen), sys.stdout)
            else:
                for line in as_table(chosen):
                    click.echo(harmless(line))
    except UsageError as error:
        fail(error.messages)
    finally:
        engine.close()
    if troubles:
        fail(troubles)


def write_example(text: str, name: str, root: Path, *, force: bool) -> None:
    """Write it, without touching a file that is there unless that is wanted."""
    if name == "-":
        click.echo(text, nl=False)
        return
    target = root / name if name == ".env.example" else Path(name)
    try:
        with target.open("w" if force else "x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        fail([f"{target} is there already: --force replaces it, '--example -' prints"])
    except OSError as error:
        fail([f"cannot write {target}: {error.strerror or error}"])
    click.echo(f"wrote {os.path.relpath(target)}", err=True)


def as_table(settings: Sequence[Setting]) -> list[str]:
    """Aligned columns, one setting a line, and a last line that counts them."""
    from ..output.text import count

    rows = [("setting", "type", "default", "decides", "read in", "set in")]
    rows += [
        (
            setting.name,
            ", ".join(setting.types),
            short(default_of(setting)),
            ", ".join(dict.fromkeys(gate.effect for gate in setting.gates)) or "-",
            few([f"{read.path}:{read.span.start.line}" for read in setting.reads], 1),
            few(list(dict.fromkeys(f"{p.path}{' (secret)' if p.kind == 'secret' else ''}" for p in setting.places)))
            or "-",
        )
        for setting in settings
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    lines = [
        "  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1])) for row in rows
    ]
    required = sum(setting.required for setting in settings)
    unset = sum(setting.required and not setting.is_set for setting in settings)
    of_these = f", {unset:,} of these set nowhere in the repository" if required else ""
    return [
        *(line.rstrip() for line in lines),
        "",
        f"{count(len(settings), 'setting')}, {required:,} required{of_these}",
    ]


def default_of(setting: Setting) -> str:
    """What stands in the table for a default."""
    if setting.required:
        return "required" + (f" ({' | '.join(setting.defaults)} elsewhere)" if setting.defaults else "")
    return " | ".join(setting.defaults) or "none"


def short(text: str) -> str:
    """The beginning of a cell that would push the others off the screen."""
    return text if len(text) <= WIDTH else text[: WIDTH - 3] + "..."


def few(items: list[str], count: int = SHOWN) -> str:
    """The first of them, and how many more there are."""
    more = f" +{len(items) - count}" if len(items) > count else ""
    return ", ".join(items[:count]) + more


def as_json(settings: Sequence[Setting]) -> dict[str, Any]:
    """The contract for programs."""
    return {"version": "1.0", "settings": [setting_json(setting) for setting in settings]}


def setting_json(setting: Setting) -> dict[str, Any]:
    """One setting: names, types, defaults, reads, gates, places."""
    from ..index.contract import shown_default
    from ..index.provided import shown_value

    return {
        "name": setting.name,
        "aliases": list(setting.aliases),
        "types": list(setting.types),
        "required": setting.required,
        "defaults": list(setting.defaults),
        "secret": setting.is_secret,
        "at_import": setting.at_import,
        "reads": [
            {
                "path": read.path, "line": read.span.start.line, "kind": read.kind, "default": shown_default(read),
                "required": read.required, "at_import": read.at_import,
            }
            for read in setting.reads
        ],
        "decides": [
            {"effect": g.effect, "detail": g.detail, "when": g.when, "path": g.path, "line": g.line} for g in setting.gates
        ],
        "set": [
            {"kind": p.kind, "path": p.path, "line": p.span.start.line, "value": shown_value(setting.name, p)}
            for p in setting.places
        ],
    }  # fmt: skip


def fail(messages: Sequence[str]) -> NoReturn:
    """Lines on standard error, and status 2."""
    from ..output.text import harmless

    for message in messages:
        click.echo(f"atomlint: {harmless(message)}", err=True)
    sys.exit(2)
