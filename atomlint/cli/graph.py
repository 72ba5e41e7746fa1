"""``atomlint graph``: who calls whom."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from ..engine import Engine, Request


@click.command()
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--entry", metavar="NAME", help="Only what this function or module reaches.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "dot", "mermaid"]),
    default="json",
    show_default=True,
    help="How to print it.",
)
@click.option(
    "--config",
    "configs",
    multiple=True,
    metavar="PATH|KEY=VALUE",
    help="A configuration file to use instead of the one found, or a value over it in TOML. Repeatable.",
)
@click.option("--isolated", is_flag=True, help="Look for no configuration file.")
def graph(paths: tuple[str, ...], entry: str | None, form: str, configs: tuple[str, ...], isolated: bool) -> None:
    """Print the call graph of the project, or of PATHS in it.

    Names are dotted, from the project's root; a module's body goes by the module's name, a lambda by f.<lambda1>, a
    builtin by <builtin>.len. Nothing is executed.
    """
    from ..engine import Engine, Request, UsageError
    from ..index import graph as graphs

    engine = Engine()
    try:
        found = build(engine, Request(paths=paths, cwd=Path.cwd(), config=configs, isolated=isolated, use_cache=False))
    except UsageError as error:
        _fail(error.messages)
    finally:
        engine.close()
    if entry is not None:
        names = graphs.matching(found, entry)
        if len(names) != 1:
            _fail([_which(entry, names, found)])
        found = graphs.reachable(found, names[0])
    click.echo({"json": graphs.to_json, "dot": graphs.to_dot, "mermaid": graphs.to_mermaid}[form](found))


def build(engine: Engine, request: Request) -> dict[str, list[str]]:
    """The graph of everything that a request names.

    Raises:
        UsageError: a path is missing, the configuration is wrong, or there is no Python file.
    """
    from ..engine import UsageError
    from ..index.graph import call_graph
    from ..source import DecodeError, Source

    carriers = {
        name.replace("()", ""): (row.argument, row.keyword or None)
        for rows in engine.registry.catalog_rows()
        for row in rows.carrier
        for name in row.names
    }
    result: dict[str, list[str]] = {}
    count = 0
    for settings, workspace, named in engine.projects(request):
        if named is not None and named.troubles:
            raise UsageError([trouble.message for trouble in named.troubles])

        def read(path: str, workspace: object = workspace) -> str | None:
            data = workspace.read(path)  # type: ignore[attr-defined]
            try:
                return Source(path, data).text if isinstance(data, bytes) else None
            except DecodeError:
                return None

        python = [path for path in workspace.files if path.endswith(".py")]
        chosen = python if named is None else sorted(path for path in named.files if path.endswith(".py"))
        count += len(chosen)
        project = {*python, *chosen}
        for name, callees in call_graph(chosen, read, project=project, src=settings.src, carriers=carriers).items():
            result[name] = sorted({*result.get(name, ()), *callees})
    if not count:
        raise UsageError(["no Python files found"])
    return dict(sorted(result.items()))


def _which(entry: str, names: list[str], found: dict[str, list[str]]) -> str:
    from ..didyoumean import suggestion

    if names:
        return f"{entry} could be any of {', '.join(names)}"
    return f"no such function or module: {entry}{suggestion(entry, found)}"


def _fail(messages: list[str]) -> NoReturn:
    from ..output.text import harmless

    for message in messages:
        click.echo(f"atomlint: {harmless(message)}", err=True)
    sys.exit(2)
