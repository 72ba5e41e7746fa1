"""What was measured, as Markdown that also reads well on a terminal, and its place in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from measure import MB, Series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

BEGIN, END = "<!-- BEGIN:benchmark -->", "<!-- END:benchmark -->"
STAGES = ("files", "prefilter", "secrets", "facts", "link", "libcst", "finish", "output", "total")


@dataclass
class Row:
    """One command's line of the table."""

    name: str
    series: Series
    against: str = ""
    """The name of the row that it is compared with."""
    aim: float | None = None
    """The ratio to reach."""
    tree: int | None = None
    """Bytes of all its processes together."""


def figures(rows: Sequence[Row]) -> str:
    """Times, ratios and memory, a line for each command."""
    by_name = {row.name: row for row in rows}
    head = ["command", "median", "min-max", "CPU", "ratio", "to", "aim", "largest", "together", "runs", "exit"]
    return table(head, [_cells(row, by_name) for row in rows], left={0, 5})


def _cells(row: Row, by_name: Mapping[str, Row]) -> list[str]:
    series = row.series
    stopped = None in series.statuses
    low, high = series.span
    other = by_name.get(row.against)
    more = ">" if stopped else ""
    return [
        row.name,
        f"{more}{series.wall:.3f} s",
        "stopped at the limit" if stopped else f"{low:.3f}-{high:.3f}",
        f"{more}{series.cpu:.2f} s",
        f"{more}{series.ratio(other.series):.2f}" if other else "",
        row.against if other else "",
        f"{row.aim:g}" if row.aim else "",
        f"{series.peak / MB:.0f} MB",
        f"{row.tree / MB:.0f} MB" if row.tree else "",
        str(len(series.runs)),
        ", ".join("-" if status is None else str(status) for status in series.statuses),
    ]


def stages(columns: Mapping[str, Mapping[str, float]]) -> str:
    """CPU seconds a stage, a column for each run."""
    rows = [[stage, *(f"{seconds.get(stage, 0.0):.3f}" for seconds in columns.values())] for stage in STAGES]
    return table(["CPU seconds", *columns], rows, left={0})


def parse_timings(text: str) -> dict[str, float]:
    """What ``--timings`` printed: seconds by stage."""
    found = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) == 3 and words[0] in STAGES and words[2] == "s":
            found[words[0]] = float(words[1])
    return found


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: set[int]) -> str:
    """A Markdown table with padded cells; columns are right-aligned but those in ``left``."""
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.ljust(width) if at in left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return f"| {' | '.join(padded)} |"

    rule = "|".join("-" * (width + 2) if at in left else "-" * (width + 1) + ":" for at, width in enumerate(widths))
    return "\n".join([line(head), f"|{rule}|", *map(line, rows)])


def put(file: Path, text: str) -> None:
    """Write a text between the markers of a file, or at its end when it has none."""
    before = file.read_text("utf-8") if file.exists() else ""
    block = f"{BEGIN}\n{text.strip()}\n{END}"
    head, found, rest = before.partition(BEGIN)
    if not found or END not in rest:
        head, rest = f"{before.rstrip()}\n\n".lstrip(), f"{END}\n"
    file.write_text(head + block + rest.partition(END)[2], "utf-8")
