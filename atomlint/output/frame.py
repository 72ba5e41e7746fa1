"""Code frames: numbered source lines with the spans of a finding underlined."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .row import Row, lay_out, withheld

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from ..finding import Severity, Span
    from ..source import Source
    from .paint import Paint

CONTEXT = 1
"""Lines shown before and after a marked one."""
NEAR = 12
"""Lines between two spans of one file up to which they share a frame."""
TALL = 8
"""Lines of a span up to which all are shown; of a taller one the first four and the last two."""


class Mark(NamedTuple):
    """A span to underline, with what to say about it; ``severity`` is set on the primary one."""

    span: Span
    label: str = ""
    severity: Severity | None = None


class _Bounds(NamedTuple):
    """A mark's place as lines from 1 and character indices from 0, the end exclusive and on its last line."""

    mark: Mark
    first: int
    start: int
    last: int
    end: int


def group(marks: Iterable[Mark]) -> list[list[Mark]]:
    """Marks that share a frame: same file and near each other. The first mark's group comes first."""
    ordered = list(marks)
    groups: list[list[Mark]] = []
    for mark in sorted(ordered, key=lambda mark: mark.span):
        previous = groups[-1] if groups else []
        same = previous and previous[0].span.path == mark.span.path
        if same and mark.span.start.line - max(m.span.end.line for m in previous) <= NEAR:
            previous.append(mark)
        else:
            groups.append([mark])
    groups.sort(key=lambda marks: min(ordered.index(mark) for mark in marks))
    return groups


def digits(marks: Iterable[Mark]) -> int:
    """Width of the widest line number in any frame of these marks."""
    return len(str(max(mark.span.end.line for mark in marks) + CONTEXT))


def frame(
    source: Source, marks: Sequence[Mark], paint: Paint, pad: str, secret: Collection[tuple[str, int]] = ()
) -> list[str]:
    """The lines of one frame, without the ``-->`` line; every mark lies within the text.

    ``pad`` is as wide as line numbers are to be. Lines that ``secret`` holds (path, line) are replaced by a remark.
    """
    lines = source.lines
    bounds = [_bound(mark, lines) for mark in marks]
    tall = next((b for b in bounds if b.mark.severity is not None and b.last > b.first), None)
    numbers = _shown(bounds, lines)
    out = [paint.gutter(f"{pad} |")]
    previous = numbers[0]
    for number in numbers:
        if number > previous + 1:
            out.append(paint.gutter("..."))
        here = [b for b in bounds if b.first == number]
        row = _row(lines[number - 1], here, tall, number)
        if (source.path, number) in secret:
            row = withheld("not shown: a secret stands on this line")
        out.extend(_line(number, row, here, tall, paint, pad))
        previous = number
    out.append(paint.gutter(f"{pad} |"))
    return [line.rstrip() for line in out]


def _bound(mark: Mark, lines: Sequence[str]) -> _Bounds:
    start, end = mark.span.start, mark.span.end
    last, stop = end.line, end.column - 1
    if stop == 0 and last > start.line:  # the span takes the line end with it
        last, stop = last - 1, len(lines[last - 2])
    return _Bounds(mark, start.line, start.column - 1, last, stop)


def _shown(bounds: Sequence[_Bounds], lines: Sequence[str]) -> list[int]:
    """The numbers of the lines to show: marked ones and their context, without blank context at an edge."""
    numbers: set[int] = set()
    for bound in bounds:
        if bound.mark.severity is None:
            numbers.update(range(bound.first - CONTEXT, bound.first + CONTEXT + 1))
        elif bound.last - bound.first < TALL:
            numbers.update(range(bound.first - CONTEXT, bound.last + CONTEXT + 1))
        else:
            numbers.update(range(bound.first - CONTEXT, bound.first + 4))
            numbers.update(range(bound.last - 1, bound.last + CONTEXT + 1))
    marked = {number for bound in bounds for number in (bound.first, bound.last)}
    blank = {n for n in numbers if not (0 < n <= len(lines) and (lines[n - 1].strip() or n in marked))}
    numbers -= {n for n in blank if not {n - 1, n + 1} <= numbers}
    numbers |= {n + 1 for n in numbers if n + 2 in numbers}  # "..." would take as much room as the one line it hides
    return sorted(numbers)


def _row(line: str, here: Sequence[_Bounds], tall: _Bounds | None, number: int) -> Row:
    """The laid-out line, clipped around its most important mark."""
    focus = min(here, key=lambda b: b.mark.severity is None, default=None)
    if focus is not None:
        return lay_out(line, focus.start, focus.end if focus.last == number else focus.start + 1)
    if tall is not None and tall.last == number:
        return lay_out(line, max(tall.end - 1, 0), tall.end)
    return lay_out(line)


def _line(
    number: int, row: Row, here: Sequence[_Bounds], tall: _Bounds | None, paint: Paint, pad: str
) -> Iterator[str]:
    """A source line and the lines that underline it. A primary span over several lines runs down a bar."""
    gutter = paint.gutter(f"{pad} |")
    opens = tall is not None and number == tall.first and not row.text[: row.column(tall.start)].strip()
    inside = tall is not None and tall.first < number <= tall.last
    bar = _bar(tall, "|", paint)
    lead = _bar(tall, "/", paint) if opens else bar if inside else _bar(tall, " ", paint)
    yield f"{paint.gutter(f'{number:>{len(pad)}} |')} {lead}{row.text}"
    after = bar if opens or inside else _bar(tall, " ", paint)
    for bound in sorted(here, key=lambda b: b.mark.severity is None):
        if bound is not tall:
            yield f"{gutter} {after}{_underline(row, bound, number, paint)}"
        elif not opens:
            yield f"{gutter} {_painted(tall, ' ' + '_' * (row.column(tall.start) + 1) + '^', paint)}"
            after = bar
    if tall is not None and number == tall.last:
        tail = f"|{'_' * max(row.column(tall.end), 1)}^ {tall.mark.label}"
        yield f"{gutter} {_painted(tall, tail, paint)}"


def _bar(tall: _Bounds | None, char: str, paint: Paint) -> str:
    """The two columns before the code that the bar of a tall span takes; nothing in a frame without one."""
    return "" if tall is None else f"{_painted(tall, char, paint)} "


def _underline(row: Row, bound: _Bounds, number: int, paint: Paint) -> str:
    start = row.column(bound.start)
    end = row.column(bound.end) if bound.last == number else row.edges[-1]
    label = bound.mark.label if bound.last == number else f"{bound.mark.label} (to line {bound.last})".lstrip()
    marks = ("-" if bound.mark.severity is None else "^") * max(end - start, 1)
    return " " * start + _painted(bound, f"{marks} {label}", paint)


def _painted(bound: _Bounds, text: str, paint: Paint) -> str:
    """Marks and their label in the colour of the primary span, or of the others."""
    severity, text = bound.mark.severity, text.rstrip()
    if not text:
        return " "
    return paint.gutter(text) if severity is None else paint.severity(severity, text)
