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
    """Print what is in effect for PATH, and where each value comes from."""
    from pathlib import Path

    from ..config.show import to_json, to_toml
    from ..engine import Engine, Request, UsageError

    start = Path(path).absolute()
    try:
        settings = Engine().settings(
            Request(config=configs, isolated=isolated), start if start.is_dir() else start.parent
        )
    except UsageError as error:
        _fail(error.messages)

    if form == "toml":
        click.echo(to_toml(settings), nl=False)
    else:
        _print_json(to_json(settings))


@config.command()
def schema() -> None:
    """Print the JSON schema of [tool.atomlint] and atomlint.toml."""
    from ..config.schema import schema as schema_of
    from ..registry import Registry

    registry = Registry()
    _print_json(schema_of(registry.rule(rule_id) for rule_id in registry.ids))


def _print_json(value: object) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))


def _fail(messages: list[str]) -> NoReturn:
    for message in messages:
        click.echo(f"atomlint: {message}", err=True)
    sys.exit(2)
