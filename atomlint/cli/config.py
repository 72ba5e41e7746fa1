"""``atomlint config``: the configuration in effect, and the schema of what can be configured."""

from __future__ import annotations

import sys
from typing import NoReturn

import click


@click.group()
def config() -> None:
    """Show the configuration in effect, or the schema of its keys."""


@config.command()
@click.argument("path", required=False, default=".", type=click.Path(exists=True))
@click.option(
    "--format", "form", type=click.Choice(["toml", "json"]), default="toml", show_default=True, help="How to print it."
)
@click.option(
    "--config",
    "configs",
    multiple=True,
    metavar="PATH|KEY=VALUE",
    help="A configuration file to use instead of the one found, or a value over it in TOML. Repeatable.",
)
@click.option("--isolated", is_flag=True, help="Look for no configuration file.")
def show(path: str, form: str, configs: tuple[str, ...], isolated: bool) -> None:
    """Print the configuration in effect for PATH, and where each value comes from."""
    from pathlib import Path

    from ..config import ConfigError, divide, find, load, override

    start = Path(path)
    try:
        named, pairs = divide(configs)
        found = named or (None if isolated else find(start))
        settings = override(load(found, start=start if start.is_dir() else start.parent), pairs)
    except ConfigError as error:
        _fail(error.messages)
    from ..config.show import to_json, to_toml

    if form == "toml":
        click.echo(to_toml(settings), nl=False)
    else:
        _print_json(to_json(settings))


@config.command()
def schema() -> None:
    """Print the JSON schema of [tool.atomlint] and atomlint.toml."""
    from ..config.schema import schema as schema_of

    _print_json(schema_of())


def _print_json(value: object) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))


def _fail(messages: tuple[str, ...]) -> NoReturn:
    for message in messages:
        click.echo(f"atomlint: {message}", err=True)
    sys.exit(2)
