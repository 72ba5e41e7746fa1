"""``atomlint graph``: who calls whom."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..config import Settings
    from ..engine import Engine, Request
    from ..workspace import Workspace


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
    cwd, named = Path.cwd(), paths
    if not configs:
        cwd, named = around(cwd, paths)
    request = Request(paths=named, cwd=cwd, config=configs, isolated=isolated, use_cache=False)
    try:
        found, troubles = build(engine, request, entry, lambda line: click.echo(f"atomlint: {line}", err=True))
    except graphs.Unclear as unclear:
        _fail([_which(entry or "", unclear.found, unclear.known)])
    except UsageError as error:
        _fail(error.messages)
    finally:
        engine.close()
    click.echo({"json": graphs.to_json, "dot": graphs.to_dot, "mermaid": graphs.to_mermaid}[form](found))
    if troubles:
        _fail(troubles)


def around(cwd: Path, paths: tuple[str, ...]) -> tuple[Path, tuple[str, ...]]:
    """Where names begin when neither the working directory nor what is named belongs to a project: the directory that is
    named, or that of the file; above packages, as imports have it."""
    from ..config import find, repository

    places = [Path(os.path.abspath(cwd / given)) for given in paths]  # noqa: PTH100
    starts = [place if place.is_dir() else place.parent for place in places]
    if not places or not all(place.exists() for place in places):
        return cwd, paths
    if any(find(start) is not None or repository(start) is not None for start in (cwd, *starts)):
        return cwd, paths
    try:
        root = Path(os.path.commonpath(starts))
    except ValueError:  # on several drives
        return cwd, paths
    while (root / "__init__.py").is_file() and root.parent != root:
        root = root.parent
    return root, tuple(str(place) for place in places)


def build(
    engine: Engine, request: Request, entry: str | None, note: Callable[[str], None]
) -> tuple[dict[str, list[str]], list[str]]:
    """The graph of everything that a request names, or of what an entry reaches in it, and files that cannot be read.

    Args:
        note: takes a line that says why a graph is coarser than it could be.

    Raises:
        UsageError: a path is missing, the configuration is wrong, or there is no Python file.
        Unclear: the entry names nothing, or several things.
    """
    from ..engine import UsageError
    from ..index.graph import Unclear

    carriers: dict[str, tuple[int | None, str | None]] = {
        name.replace("()", ""): (row.argument, row.keyword or None)
        for rows in engine.registry.catalog_rows()
        for row in rows.carrier
        for name in row.names
    }
    result: dict[str, list[str]] = {}
    unclear: list[Unclear] = []
    troubles: list[str] = []
    count = clear = 0
    for settings, workspace, named in engine.projects(request):
        if named is not None and named.troubles:
            raise UsageError([trouble.message for trouble in named.troubles])
        python = [path for path in workspace.files if path.endswith(".py")]
        chosen = python if named is None else sorted(path for path in named.files if path.endswith(".py"))
        count += len(chosen)
        part = Part(engine, request, settings, workspace, chosen, sorted({*python, *chosen}), entry)
        problems: dict[str, str] = {}
        try:
            graph = part.graph(carriers, note, problems)
            clear += 1
        except Unclear as error:
            unclear.append(error)
            graph = {}
        for name, callees in graph.items():
            result[name] = sorted({*result.get(name, ()), *callees})
        troubles += [f"{path}: {why}" for path, why in sorted(problems.items())]
    if not count:
        raise UsageError(["no Python files found"])
    if unclear and (not clear or any(error.found for error in unclear)):
        raise Unclear(
            sorted({name for error in unclear for name in error.found}),
            sorted({name for error in unclear for name in error.known}),
        )
    return dict(sorted(result.items())), troubles


class Part(NamedTuple):
    """What is looked at in one project."""

    engine: Engine
    request: Request
    settings: Settings
    workspace: Workspace
    chosen: list[str]
    python: list[str]
    entry: str | None

    def graph(
        self,
        carriers: dict[str, tuple[int | None, str | None]],
        note: Callable[[str], None],
        problems: dict[str, str],
    ) -> dict[str, list[str]]:
        """The graph: of a run, or of the index where there is too much to run."""
        from ..index.graph import MAX_LINES, TooMuch, call_graph, fact_graph

        lines = sum((self.read(path) or "").count("\n") for path in self.chosen)
        if lines <= MAX_LINES:
            try:
                return call_graph(self.chosen, self.read, project=self.python, src=self.settings.src, carriers=carriers,
                                  entry=self.entry, problems=problems)  # fmt: skip
            except TooMuch:
                problems.clear()
        size = f"files: {len(self.chosen):,}, lines: {lines:,}"
        note(f"{size}: too large to be traced; these are the calls that the index knows")
        project, found = self.engine.linked(self.request, self.settings, self.workspace, self.python)
        wanted = set(self.chosen)
        problems.update(
            {path: f"cannot be parsed: line {p.line}: {p.message}" for path, p in found.items() if path in wanted}
        )
        return fact_graph(project.calls, self.chosen, self.entry)

    def read(self, path: str) -> str | None:
        """The text of a file, None when it cannot be read."""
        from ..source import DecodeError, Source

        data = self.workspace.read(path)
        try:
            return Source(path, data).text if isinstance(data, bytes) else None
        except DecodeError:
            return None


def _which(entry: str, names: list[str], known: list[str]) -> str:
    from ..didyoumean import suggestion

    if names:
        return f"{entry} could be any of {', '.join(names)}"
    return f"no such function or module: {entry}{suggestion(entry, known)}"


def _fail(messages: list[str]) -> NoReturn:
    from ..output.text import harmless

    for message in messages:
        click.echo(f"atomlint: {harmless(message)}", err=True)
    sys.exit(2)
