"""Places that the table of spans leaves out, found in the text when a finding needs them: tests, subscripts, defaults.

One file is parsed with stdlib ``ast`` for every question; only findings ask.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .. import deep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..finding import Span
    from .facade import Index

Four = tuple[int, int, int, int]
"""First line, byte column, last line, byte column, as ``ast`` counts them."""


def parse(index: Index, path: str) -> ast.Module | None:
    """The tree of a file; None when its text is not at hand or does not parse."""
    source = index.sources.source(path)
    if source is None:
        return None
    try:
        return deep.parse(source.text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def span_of(index: Index, path: str, node: ast.expr | ast.stmt) -> Span:
    """The span of a node."""
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    return index.span(path, (node.lineno, node.col_offset, end_line, end_column))


def within(tree: ast.AST, place: Four | None) -> Iterator[ast.AST]:
    """Nodes inside of a place, in source order; all of them for None."""
    found = [node for node in ast.walk(tree) if hasattr(node, "lineno") and (place is None or _inside(node, place))]
    return iter(sorted(found, key=_order))


def _order(node: Any) -> Four:
    return (node.lineno, node.col_offset, -node.end_lineno, -node.end_col_offset)


def _inside(node: Any, place: Four) -> bool:
    start, end = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
    return bool(place[:2] <= start and end <= place[2:])


def first(index: Index, path: str, place: Four | None, wanted: Callable[[ast.AST], bool]) -> Span | None:
    """The first node inside of a place that fits."""
    tree = parse(index, path)
    for node in within(tree, place) if tree is not None else ():
        if wanted(node):
            return span_of(index, path, node)  # type: ignore[arg-type]
    return None


def subscript(name: str) -> Callable[[ast.AST], bool]:
    """Whether a node is ``something["name"]``."""
    return lambda node: (
        isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == name
    )


def attribute(name: str) -> Callable[[ast.AST], bool]:
    """Whether a node is ``something.name``."""
    return lambda node: isinstance(node, ast.Attribute) and node.attr == name


def text(prefix: str, *, whole: bool = False) -> Callable[[ast.AST], bool]:
    """Whether a node is a string or f-string that starts so; ``whole``: a string that is this."""

    def wanted(node: ast.AST) -> bool:
        if whole:
            return isinstance(node, ast.Constant) and node.value == prefix
        if isinstance(node, ast.JoinedStr) and node.values:
            node = node.values[0]
        return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.lower().startswith(prefix)

    return wanted


def test(index: Index, path: str, number: int) -> Span | None:
    """The test of the n-th ``if`` statement of a file, from 0; ``elif`` counts."""
    tree = parse(index, path)
    if tree is None:
        return None
    statements = sorted(
        (node for node in ast.walk(tree) if isinstance(node, ast.If)), key=lambda node: (node.lineno, node.col_offset)
    )
    return span_of(index, path, statements[number].test) if number < len(statements) else None
