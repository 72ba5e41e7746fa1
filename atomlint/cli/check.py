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

GROUPS = {
    "Rules": ("select", "ignore", "severity", "confidence"),
    "Output": ("output", "statistics", "timings", "show_files", "show_suppressed", "quiet", "verbose", "exit_zero"),
    "Files": ("stdin_filename", "force_exclude"),
    "Configuration": ("config", "isolated"),
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
@click.option("--timings", is_flag=True, help="CPU seconds a stage, on standard error.")
@click.option("--show-files", is_flag=True, help="List the files that would be looked at, and stop.")
@click.option("--show-suppressed", is_flag=True, help="Show suppressed and baselined findings too, marked.")
@click.option("--quiet", "-q", is_flag=True, help="Print findings only: no closing lines, no notes.")
@click.option("--verbose", "-v", count=True, help="More of everything; tracebacks of crashed rules.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever was found (2 still means: not looked at).")
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

    try:
        outputs = parse_outputs(options["output"])
        engine = Engine()
        request = make_request(options)
        if options["show_files"]:
            show_files(engine, request)
            return
        report = engine.check(request)
    except UsageError as error:
        fail(error.messages)
    finally:
        progress_done()
    status = report.status
    try:
        emit(engine, report, outputs, options)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has gone
        drop_output()
    except OSError as error:
        drop_output()
        fail([f"cannot write {error.filename or 'the output'}: {error.strerror}"])
    finally:
        engine.close()
    gc.freeze()  # or the interpreter goes through everything once more when it exits
    sys.exit(0 if options["exit_zero"] and status == 1 else status)


def begin_listing() -> None:
    """At the top of a repository, which is the project's root: let git work while the engine is imported."""
    from .. import git, kinds

    if os.path.lexists(".git"):
        git.begin(os.curdir, prune=kinds.PRUNED)


def drop_output() -> None:
    """Send what standard output still holds nowhere, or Python would fail to write it again when it exits."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def fail(messages: list[str]) -> None:
    """Print what is wrong with the call or the configuration, and exit with 2."""
    for message in messages:
        click.echo(f"atomlint: {message}", err=True)
    sys.exit(2)


def parse_outputs(values: tuple[str, ...]) -> list[tuple[str, str | None]]:
    """Formats and their files.

    Raises:
        UsageError: there is no such format.
    """
    from ..didyoumean import suggestion
    from ..engine import UsageError
    from ..output import FORMATS

    outputs = []
    for value in values or ("full",):
        name, _, file = value.partition("=")
        if name not in FORMATS:
            hint = suggestion(name, FORMATS) or f"; one of {', '.join(FORMATS)}"
            raise UsageError([f"no such output format: {name}{hint}"])
        outputs.append((name, file or None))
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
        if not name:
            raise UsageError(["--stdin-filename needs the path of a file"])
        full = os.path.abspath(cwd / name)  # noqa: PTH100 - links are the workspace's to resolve
        overlay[full] = sys.stdin.buffer.read()
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
        progress=None if options["quiet"] else progress(),
    )


def show_files(engine: Engine, request: Request) -> None:
    """Print the files that a run would look at, one a line."""
    for path in engine.files(request):
        click.echo(path)
