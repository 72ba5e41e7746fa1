"""``atomlint why FILE:LINE``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from ..index.guard import Guard
    from ..index.why import Answer, Way

SHOWN = 10
"""Entry points whose paths are printed."""


@click.command()
@click.argument("place", metavar="FILE:LINE")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", help="text (default) or json.")
@click.option("--all", "everything", is_flag=True, help=f"Print every entry point, not the first {SHOWN}.")
@click.option("--config", multiple=True, metavar="PATH|KEY=VALUE", help="As for check.")
def why(place: str, form: str, everything: bool, config: tuple[str, ...]) -> None:
    """Print the entry points that reach a line, how often each runs, and the shortest paths.

    Exit status: 0 something reaches it, 1 nothing that is known does, 2 there is no such line, or its file cannot be read.
    """
    file, line = parse(place)
    from ..engine import Engine, Request, UsageError
    from ..index.why import why as ask
    from ..kinds import kind_of
    from ..output.text import harmless

    full = Path(os.path.abspath(file))  # noqa: PTH100 - links are the workspace's to resolve
    if not full.is_file():
        fail(f"{harmless(file)} is a directory" if full.is_dir() else f"no such file: {harmless(file)}")
    if kind_of(full.name) != "python":
        fail(f"{harmless(file)} is no Python file")
    engine = Engine()
    try:
        settings, workspace, index, problems = engine.program(Request(paths=(file,), config=config))
        path = os.path.relpath(os.path.realpath(full), os.path.realpath(settings.root)).replace(os.sep, "/")
        if path not in workspace.files:
            fail(
                f"{harmless(file)} is not looked at: it is excluded, or no part of the project in {harmless(str(settings.root))}"
            )
        if path in index.tests:
            fail(f"{harmless(path)} is a test: it is no part of what runs in production", 1)
        if path in problems:
            fail(
                f"{harmless(path)} has no facts: it does not parse: {problems[path].message} (line {problems[path].line})"
            )
        if index.project.spans(path) is None:
            fail(f"{harmless(path)} has no facts: it cannot be read")
        source = index.sources.source(path)
        lines = len(source.text.split("\n")) - source.text.endswith("\n") if source is not None else line
        if line > lines:
            fail(f"{harmless(path)} has {lines:,} lines, and no line {line:,}")
        answer = ask(index, path, line)
    except UsageError as error:
        for message in error.messages:
            click.echo(f"atomlint: {harmless(message)}", err=True)
        sys.exit(2)
    finally:
        engine.close()
    if form == "json":
        from ..output.encode import write_json

        write_json(as_json(answer), sys.stdout)
    else:
        for text in as_text(answer, None if everything else SHOWN):
            click.echo(harmless(text))
    sys.exit(0 if answer.ways else 1)


def parse(place: str) -> tuple[str, int]:
    """File and line of ``FILE:LINE``; a column after it is ignored."""
    head, _, tail = place.rpartition(":")
    above, _, middle = head.rpartition(":")
    if above and middle.isdigit() and tail.isdigit():
        head, tail = above, middle
    if not head or not tail.isdigit() or int(tail) == 0:
        fail(f"{place} names no line: FILE:LINE is needed, as in app/main.py:12")
    return head, int(tail)


def fail(message: str, status: int = 2) -> NoReturn:
    """One line on standard error, and the status."""
    click.echo(f"atomlint: {message}", err=True)
    sys.exit(status)


def as_text(answer: Answer, limit: int | None) -> list[str]:
    """What is printed, line by line."""
    from ..index.why import callee

    here = f"{answer.path}:{answer.line}"
    if answer.function is None:
        return [f"{here} stands in no function: it runs when the module is imported"]
    name = answer.function.qualname
    if not answer.ways:
        if not answer.callers:
            return [f"{here} {name}: nothing that is known reaches or calls it"]
        found = [f"{function.qualname} ({path}:{line})" for function, path, line in answer.callers]
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        return [f"{here} {name}: no entry point that is known reaches it; called by {', '.join(found[:5])}{more}"]
    lines = [f"{here} {name}"]
    lines += [f"  {callee(call)}(){guarded(call.guard)}" for call in answer.calls]
    count = len(answer.ways)
    lines.append(f"reached from {count:,} entry point{'s' if count > 1 else ''}:")
    for way in answer.ways[:limit]:
        lines += ["", *way_text(way)]
    if limit is not None and count > limit:
        lines += ["", f"and {count - limit:,} more entry points (--all prints them)"]
    return lines


def way_text(way: Way) -> list[str]:
    """One entry point and its path."""
    background = ", started in the background" if way.phase != "request" else ""
    lines = [
        f"{way.frequency}{background} (confidence: {way.confidence})",
        f"  {way.path}:{way.line} {way.function.qualname}",
    ]
    return lines + [
        f"  {step.path}:{step.line} {step.caller.qualname} {step.verb} {step.target.qualname}{guarded(step.guard)}"
        for step in way.steps
    ]


def guarded(guard: Guard | None) -> str:
    """What keeps a call from running every time, in brackets."""
    if guard is None:
        return ""
    words = {"decorator": "cached by", "cache": "cache", "gate": "time gate", "once": "once, kept in"}
    kind = words.get(guard.kind, guard.kind)
    return f" [{kind} {guard.name}{', shared' if guard.remote else ''}{', with holes' if guard.holes else ''}]"


def as_json(answer: Answer) -> dict[str, Any]:
    """The answer for programs."""
    from ..index.why import callee

    return {
        "version": "1.0",
        "path": answer.path,
        "line": answer.line,
        "function": answer.function and answer.function.qualname,
        "calls": [{"callee": callee(c), "line": c.span.start.line, "guard": guard_json(c.guard)} for c in answer.calls],
        "entries": [
            {
                "kind": way.entry.kind, "frequency": way.frequency, "seconds": way.entry.seconds or None,
                "function": way.function.qualname, "path": way.path, "line": way.line,
                "confidence": way.confidence, "phase": way.phase,
                "steps": [
                    {
                        "path": step.path, "line": step.line, "caller": step.caller.qualname, "callee": step.target.qualname,
                        "kind": step.verb, "phase": step.phase, "guard": guard_json(step.guard),
                    }
                    for step in way.steps
                ],
            }
            for way in answer.ways
        ],
        "callers": [{"function": f.qualname, "path": path, "line": line} for f, path, line in answer.callers],
    }  # fmt: skip


def guard_json(guard: Guard | None) -> dict[str, Any] | None:
    """A guard for programs."""
    return guard and {"kind": guard.kind, "name": guard.name, "shared": guard.remote, "holes": len(guard.holes)}
