"""``atomlint agents``: what CLAUDE.md and AGENTS.md tell coding agents of the project's rules."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..agents.sync import Draft

CONFIG = click.option(
    "--config",
    "configs",
    multiple=True,
    metavar="PATH|KEY=VALUE",
    help="A configuration file to use instead of the one found, or a value over it in TOML. Repeatable.",
)


@click.group()
def agents() -> None:
    """Tell coding agents, in CLAUDE.md or AGENTS.md, what the project's rules forbid."""


@agents.command()
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False))
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when something would be written.")
@CONFIG
def sync(files: tuple[str, ...], check: bool, configs: tuple[str, ...]) -> None:
    """Write the block of rules into FILES, which are made when they do not exist; their folders are not.

    Without FILES: into every CLAUDE.md and AGENTS.md that holds the block, else into the project's own. Only the
    block changes; every other byte stays. Exit status: 0, or 2 when a file could not be read or written.
    """
    sys.exit(_run(files, configs, _differs if check else _write))


@agents.command(name="check")
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False))
@CONFIG
def check_command(files: tuple[str, ...], configs: tuple[str, ...]) -> None:
    """Exit with 1 when the block of rules is not what `atomlint agents sync` would write; the same as sync --check.

    Exit status: 0 up to date, 1 something differs, 2 there is no such file, or it cannot be read.
    """
    sys.exit(_run(files, configs, _differs))


def _run(files: tuple[str, ...], configs: tuple[str, ...], act: Callable[[Draft], bool]) -> int:
    """0: nothing to do or done, 1: something differs."""
    differs = False
    for draft in _drafts(files, configs):
        if draft.after == draft.before:
            click.echo(f"{draft.shown}: up to date")
        elif act(draft):
            differs = True
    return int(differs)


def _drafts(files: tuple[str, ...], configs: tuple[str, ...]) -> Iterator[Draft]:
    from ..agents.sync import SyncError, drafts
    from ..engine import Engine, Request, UsageError

    engine = Engine()
    try:
        yield from drafts(engine, Request(config=configs, use_cache=False), files)
    except UsageError as error:
        _fail(error.messages)
    except SyncError as error:
        _fail([str(error)])


def _differs(draft: Draft) -> bool:
    from difflib import unified_diff

    if draft.before is None:
        _fail([f"{draft.shown}: no such file; `atomlint agents sync {draft.shown}` writes it"])
    click.echo(f"{draft.shown}: the block of rules is not up to date; `atomlint agents sync` writes it")
    before, after = (data.decode("utf-8", "replace").splitlines() for data in (draft.before, draft.after))
    for line in unified_diff(before, after, draft.shown, draft.shown, lineterm="", n=1):
        click.echo(line)
    return True


def _write(draft: Draft) -> bool:
    try:
        draft.path.write_bytes(draft.after)
    except OSError as error:
        _fail([f"{draft.shown}: {error.strerror or error}"])
    click.echo(f"{draft.shown}: {'written' if draft.before is None else 'brought up to date'}")
    return False


def _fail(messages: list[str]) -> NoReturn:
    for message in messages:
        click.echo(f"atomlint: {message}", err=True)
    sys.exit(2)
