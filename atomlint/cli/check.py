"""``atomlint check``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .grouped import grouped

if TYPE_CHECKING:
    from ..engine import Engine, Request
    from ..report import Report

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
@click.option("--select", multiple=True, metavar="RULE", callback=_selectors, help="Run only these: rule ids, families or 'all' (repeat, or separate by commas).")
@click.option("--ignore", multiple=True, metavar="RULE", callback=_selectors, help="Do not run these.")
@click.option("--severity", type=click.Choice(LEVELS), help="Fail on findings of this severity and above (default: warning).")
@click.option("--confidence", type=click.Choice(CONFIDENCES), help="Fail on findings of this confidence and above (default: high); shown from medium.")
@click.option("--output", "-o", multiple=True, metavar="FORMAT[=FILE]", help="full, concise, json, sarif, github, gitlab, junit or markdown; to a file after '='. Repeat for several.")
@click.option("--statistics", is_flag=True, help="Count findings by rule.")
@click.option("--timings", is_flag=True, help="CPU seconds a stage, on standard error.")
@click.option("--show-files", is_flag=True, help="List the files that would be looked at, and stop.")
@click.option("--show-suppressed", is_flag=True, help="Show suppressed and baselined findings too, marked.")
@click.option("--quiet", "-q", is_flag=True, help="Print findings only: no closing lines, no notes.")
@click.option("--verbose", "-v", count=True, help="More of everything; tracebacks of crashed rules.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever was found (2 still means: not looked at).")
@click.option("--stdin-filename", metavar="PATH", help="Read one file's content from standard input, and take it for PATH.")
@click.option("--force-exclude", is_flag=True, help="Leave excluded files out even when they are named.")
@click.option("--config", multiple=True, metavar="PATH|KEY=VALUE", help="A configuration file, or one key of it with a TOML value.")
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

    from ..engine import Engine, UsageError
    from ..registry import PackError

    gc.disable()  # one run: what it makes lives to its end
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
    except PackError as error:
        fail([str(error)])
    progress_done()
    status = report.status
    try:
        emit(engine, report, outputs, options)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = open("/dev/null" if sys.platform != "win32" else "NUL", "w")  # noqa: PTH123, SIM115 - the reader has gone
    finally:
        engine.close()
    sys.exit(0 if options["exit_zero"] and status == 1 else status)


def fail(messages: list[str]) -> None:
    """Print what is wrong with the call or the configuration, and exit with 2."""
    progress_done()
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
            raise UsageError([f"no such output format: {name}{suggestion(name, list(FORMATS)) or '; one of ' + ', '.join(FORMATS)}"])
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
        import os

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


def emit(engine: Engine, report: Report, outputs: list[tuple[str, str | None]], options: dict[str, Any]) -> None:
    """Write every output, then statistics, notes and timings."""
    import time

    from ..output import render

    start = time.process_time()
    for name, file in outputs:
        if file is None:
            color = name in ("full", "concise") and wants_color()
            render(name, report, sys.stdout, color=color, show_suppressed=options["show_suppressed"], verbose=options["verbose"])
        else:
            try:
                with Path(file).open("w", encoding="utf-8", newline="\n") as stream:
                    render(name, report, stream, show_suppressed=options["show_suppressed"], verbose=options["verbose"])
            except OSError as error:
                fail([f"cannot write {file}: {error.strerror}"])
    human = all(name in ("full", "concise") for name, file in outputs if file is None)
    if options["statistics"]:
        statistics(report, err=not human)
    if not options["quiet"]:
        for note in dict.fromkeys(engine.notes):
            click.echo(f"note: {note}", err=True)
    if options["verbose"]:
        for text in engine.tracebacks:
            click.echo(text, err=True)
    if options["timings"]:
        engine.clock.add("output", time.process_time() - start)
        timings(engine.clock.stages)


def statistics(report: Report, *, err: bool) -> None:
    """Counts by rule, most first."""
    from collections import Counter

    counts = Counter(finding.rule for finding in report.active)
    failing = Counter(finding.rule for finding in report.failing)
    for rule_id, count in counts.most_common():
        click.echo(f"{count:6d}  {rule_id}" + (f"  ({failing[rule_id]} failing)" if failing[rule_id] else ""), err=err)


def timings(stages: dict[str, float]) -> None:
    """CPU seconds a stage, workers included."""
    for name in ("files", "prefilter", "secrets", "facts", "link", "libcst", "finish", "output"):
        click.echo(f"{name:10s} {max(stages.get(name, 0.0), 0.0):7.3f} s", err=True)
    click.echo(f"{'total':10s} {sum(stages.values()):7.3f} s", err=True)


def wants_color() -> bool:
    """Colour on a terminal, unless NO_COLOR is set; FORCE_COLOR insists."""
    import os

    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


_shown = False


def progress() -> Any:
    """A progress line on a terminal for runs over a second; None elsewhere."""
    if not sys.stderr.isatty():
        return None
    import time

    start = time.monotonic()
    last = 0.0

    def tell(stage: str, done: int, total: int) -> None:
        global _shown  # noqa: PLW0603 - one terminal
        nonlocal last
        now = time.monotonic()
        if now - start < 1 or now - last < 0.1:
            return
        last = now
        _shown = True
        click.echo(f"\r\x1b[K{stage} {done}/{total} files" if total else f"\r\x1b[K{stage}", nl=False, err=True)

    return tell


def progress_done() -> None:
    """Clear the progress line."""
    global _shown  # noqa: PLW0603
    if _shown:
        click.echo("\r\x1b[K", nl=False, err=True)
        _shown = False
