"""What ``atomlint check`` writes, and where: outputs, statistics, notes, timings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..engine import Engine
    from ..report import Report, UnresolvedCall


def emit(engine: Engine, report: Report, outputs: list[tuple[str, str | None]], options: dict[str, Any]) -> None:
    """Write every output, then statistics, notes and timings.

    Raises:
        OSError: a file cannot be written, or standard output is closed.
    """
    import time

    from ..output import render
    from ..output.text import harmless

    start = time.process_time()
    chosen = {key: options[key] for key in ("show_suppressed", "verbose", "quiet")}
    for name, file in outputs:
        if file is None:
            render(name, report, sys.stdout, color=name in ("full", "concise") and wants_color(), **chosen)
        else:
            with Path(file).open("w", encoding="utf-8", newline="\n") as stream:
                render(name, report, stream, **chosen)
    human = all(name in ("full", "concise") for name, file in outputs if file is None)
    if options["statistics"]:
        statistics(report, err=not human)
    if report.unresolved is not None:
        unresolved(report.unresolved, err=not human)
    if not options["quiet"]:
        for note in dict.fromkeys(engine.notes):
            click.echo(f"note: {harmless(note)}", err=True)
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


def unresolved(calls: Sequence[UnresolvedCall], *, err: bool) -> None:
    """How many calls lead nowhere, the receivers that most of them have, and where they stand."""
    from collections import Counter

    from ..output.text import count, harmless

    click.echo(f"{count(len(calls), 'call')} on request paths with a target that is not known:", err=err)
    receivers = Counter(call.callee.rpartition(".")[0] or f"{call.callee}()" for call in calls)
    top = [f"{harmless(name)} ({number:,})" for name, number in receivers.most_common(TOP)]
    if top:
        click.echo(f"most often on {', '.join(top)}", err=err)
    for call in calls:
        click.echo(f"{harmless(call.path)}:{call.line} {harmless(call.callee)}", err=err)


TOP = 10
"""Receivers that are named."""


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
