"""``atomlint check``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .grouped import grouped
from .progress import progress, progress_done

if TYPE_CHECKING:
    from ..engine import Engine, Request
    from ..report import Report

GROUPS = {
    "Rules": ("select", "ignore", "severity", "confidence"),
    "Output": (
        "output",
        "statistics",
        "unresolved",
        "timings",
        "show_files",
        "show_suppressed",
        "quiet",
        "verbose",
        "exit_zero",
    ),
    "Fixes": ("fix", "unsafe_fixes"),
    "Files": ("stdin_filename", "force_exclude"),
    "Configuration": ("config", "isolated", "write_baseline"),
    "Speed": ("jobs", "no_cache"),
}
LEVELS = ("info", "warning", "error")
CONFIDENCES = ("low", "medium", "high")


def _selectors(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...] | None:
    """Repeated and comma-separated selectors as one tuple; None when not given."""
    if not values:
        return None
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


@click.command(cls=grouped(GROUPS))
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option(
    "--select",
    multiple=True,
    metavar="RULE",
    callback=_selectors,
    help="Run only these: rule ids, families or 'all' (repeat, or separate by commas).",
)
@click.option("--ignore", multiple=True, metavar="RULE", callback=_selectors, help="Do not run these.")
@click.option(
    "--severity", type=click.Choice(LEVELS), help="Fail on findings of this severity and above (default: warning)."
)
@click.option(
    "--confidence",
    type=click.Choice(CONFIDENCES),
    help="Fail on findings of this confidence and above (default: high); shown from medium.",
)
@click.option(
    "--output",
    "-o",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help="full, concise, json, sarif, github, gitlab, junit or markdown; to a file after '='. Repeat for several.",
)
@click.option("--statistics", is_flag=True, help="Count findings by rule.")
@click.option("--unresolved", is_flag=True, help="List the calls on request paths whose target is not known.")
@click.option("--timings", is_flag=True, help="CPU seconds a stage, on standard error.")
@click.option("--show-files", is_flag=True, help="List the files that would be looked at, and stop.")
@click.option("--show-suppressed", is_flag=True, help="Show suppressed and baselined findings too, marked.")
@click.option("--quiet", "-q", is_flag=True, help="Print findings only: no closing lines, no notes.")
@click.option("--verbose", "-v", count=True, help="More of everything; tracebacks of crashed rules.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever was found (2 still means: not looked at).")
@click.option(
    "--fix", is_flag=True, help="Make the repairs that cannot change what the code does, then say what is left."
)
@click.option(
    "--unsafe-fixes",
    is_flag=True,
    help="With --fix: make those too that may change it; look at them before you commit.",
)
@click.option(
    "--stdin-filename", metavar="PATH", help="Read one file's content from standard input, and take it for PATH."
)
@click.option("--force-exclude", is_flag=True, help="Leave excluded files out even when they are named.")
@click.option(
    "--config",
    multiple=True,
    metavar="PATH|KEY=VALUE",
    help="A configuration file, or one key of it with a TOML value.",
)
@click.option("--isolated", is_flag=True, help="Ignore all configuration files.")
@click.option(
    "--write-baseline", metavar="FILE", help="Accept what this run finds: write it to FILE, for the key 'baseline'."
)
@click.option("--jobs", "-j", type=click.IntRange(0), default=0, metavar="N", help="Processes (default: one a core).")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
def check(**options: Any) -> None:
    """Look at a project (default: the one around the current directory), or at files and directories of it.

    Named paths select the findings that touch them; the rest of their project is still read, because most mistakes
    span files. Exit status: 0 nothing found, 1 findings at or above the failing severity and confidence, 2 something
    was not, or could not be, looked at.
    """
    import gc

    gc.disable()  # one run: what it makes lives to its end
    begin_listing()
    from ..engine import Engine, UsageError
    from .emit import emit
    from .streams import drop

    target = options["write_baseline"]
    try:
        outputs = parse_outputs(options["output"])
        if target is not None and not Path(target).name:
            raise UsageError(["--write-baseline names no file"])
        engine = Engine()
        request = make_request(options)
        if options["show_files"]:
            show_files(engine, request)
            return
        report, notes = look(engine, request, options)
    except UsageError as error:
        fail(error.messages)
    finally:
        progress_done()
    status = report.status
    try:
        if target is not None:
            status = accept(report, target, alone=not options["output"])
            outputs = outputs if options["output"] else []
        engine.notes += notes
        emit(engine, report, outputs, options)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has gone
        drop("stdout")
    except OSError as error:
        drop("stdout")
        fail([f"cannot write {error.filename or 'the output'}: {error.strerror}"])
    finally:
        engine.close()
    gc.freeze()  # or the interpreter goes through everything once more when it exits
    sys.exit(0 if options["exit_zero"] and status == 1 else status)


def look(engine: Engine, request: Request, options: dict[str, Any]) -> tuple[Report, list[str]]:
    """The report of a check, with its repairs made if they are asked for, and what to say of them.

    Raises:
        UsageError: the options do not go together, or see `Engine.check`.
    """
    from ..engine import UsageError

    if options["unsafe_fixes"] and not options["fix"]:
        raise UsageError(["--unsafe-fixes needs --fix"])
    if not options["fix"]:
        report = engine.check(request)
        if not any(finding.fixes for finding in report.active):
            return report, []
        from .fix import offered

        return report, [offered(report)]
    for name in ("stdin_filename", "write_baseline"):
        if options[name] is not None:
            raise UsageError([f"--fix does not go with --{name.replace('_', '-')}"])
    from .fix import check_and_fix

    return check_and_fix(engine, request, unsafe=options["unsafe_fixes"])


def begin_listing() -> None:
    """At the top of a repository, which is the project's root: let git work while the engine is imported."""
    from .. import git, kinds

    if os.path.lexists(".git"):
        git.begin(os.curdir, prune=kinds.PRUNED)


def fail(messages: list[str]) -> None:
    """Print what is wrong with the call or the configuration, and exit with 2."""
    from ..output.text import harmless

    for message in messages:
        click.echo(f"atomlint: {harmless(message)}", err=True)
    sys.exit(2)


def accept(report: Report, target: str, *, alone: bool) -> int:
    """Write the run's findings to a baseline, say how many, and return the status.

    ``alone`` when no other output was asked for: then errors are said here, and standard output is free.
    What a baseline accepts already stays in it. A file that does not parse cannot be accepted.

    Raises:
        OSError: the file cannot be written.
    """
    from ..baseline import write
    from ..output.summary import trouble_line
    from ..output.text import count, harmless
    from ..own_rules import SYNTAX

    try:
        number = write(target, [finding for finding in report.findings if finding.rule != SYNTAX])
    except OSError as error:
        error.filename = target
        raise
    for trouble in report.errors if alone else ():
        click.echo(trouble_line(trouble), err=True)
    click.echo(f"wrote {count(number, 'finding')} to {harmless(target)}", err=not alone)
    return 2 if report.status == 2 else 0


def parse_outputs(values: tuple[str, ...]) -> list[tuple[str, str | None]]:
    """Formats and their files.

    Raises:
        UsageError: there is no such format, or no file is named after ``=``.
    """
    from ..didyoumean import suggestion
    from ..engine import UsageError
    from ..output import FORMATS

    outputs = []
    for value in values or ("full",):
        name, equals, file = value.partition("=")
        if name not in FORMATS:
            hint = suggestion(name, FORMATS) or f"; one of {', '.join(FORMATS)}"
            raise UsageError([f"no such output format: {name}{hint}"])
        if equals and not file:
            raise UsageError([f"--output {value} names no file"])
        outputs.append((name, file if equals else None))
    if sum(file is None for _, file in outputs) > 1:
        raise UsageError(["only one --output can go to standard output; write the others to files with FORMAT=FILE"])
    return outputs


def make_request(options: dict[str, Any]) -> Request:
    """The engine's request for the options given."""
    from ..engine import Request, UsageError

    cwd = Path.cwd()
    overlay, paths = {}, options["paths"]
    name = options["stdin_filename"]
    if name is not None:
        full = os.path.abspath(cwd / name)  # noqa: PTH100 - links are the workspace's to resolve
        overlay[full] = read_stdin(name, full)
        paths = (*(path for path in paths if path != "-"), name)
    elif "-" in paths:
        raise UsageError(["'-' needs --stdin-filename PATH, the file whose content it is"])
    keys = ("select", "ignore", "severity", "confidence")
    return Request(
        paths=tuple(paths),
        cwd=cwd,
        overrides={key: options[key] for key in keys if options[key] is not None},
        config=options["config"],
        isolated=options["isolated"],
        jobs=options["jobs"],
        use_cache=not options["no_cache"],
        overlay=overlay,
        force_exclude=options["force_exclude"],
        unresolved=options.get("unresolved", False),
        progress=None if options["quiet"] else progress(),
    )


def read_stdin(name: str, full: str) -> bytes:
    """The content on standard input, for a file of that name and absolute path.

    Raises:
        UsageError: the name is none of a file that is looked at, or standard input is closed.
    """
    from ..engine import UsageError
    from ..listing import textual

    if not name:
        raise UsageError(["--stdin-filename needs the path of a file"])
    if name.endswith(("/", os.sep)) or Path(full).is_dir():
        raise UsageError([f"--stdin-filename names a directory: {name}"])
    if not textual(name.replace(os.sep, "/")):
        raise UsageError([f"--stdin-filename names a kind of file that is not looked at: {name}"])
    if sys.stdin is None:
        raise UsageError(["--stdin-filename: standard input is closed"])
    return sys.stdin.buffer.read()


def show_files(engine: Engine, request: Request) -> None:
    """Print the files that a run would look at, one a line."""
    from ..output.text import harmless

    for path in engine.files(request):
        click.echo(harmless(path))
