"""Which lines belong together: the statement, header or value that a comment on one of its lines speaks about."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING

from .comments import lex
from .deep import parse
from .kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .source import Source

LineRange = tuple[int, int]
"""First and last line, both from 1 and inclusive."""


def statement_ranges(source: Source) -> Callable[[int], LineRange]:
    """From a line to the range of the innermost simple statement, or header of a compound one, that holds it.

    A header goes from the first decorator to the line of its colon. In TOML and dotenv files a value that runs over
    lines, in a Dockerfile an instruction, is one range. Any other line, and every line of a file with a syntax error,
    is a range of its own. The file is parsed at the first call.
    """

    @cache
    def table() -> dict[int, LineRange]:
        try:
            ranges = list(_python(source) if source.python else _document(source))
        except ValueError:  # no text
            return {}
        found: dict[int, LineRange] = {}
        for first, last in ranges:
            # `if x: call(` or `a = 1; b = (` puts two on one line: the line then speaks about both.
            wide = (min(first, found.get(first, (first, last))[0]), max(last, found.get(last, (first, last))[1]))
            found.update(dict.fromkeys(range(first, last + 1), wide))
        return found

    return lambda line: table().get(line, (line, line))


def syntax_tree(text: str) -> ast.Module | None:
    """The tree of a Python text, or None when this interpreter cannot parse it; its warnings go nowhere."""
    try:
        return parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _document(source: Source) -> Iterator[LineRange]:
    for start, end in lex(source, kind_of(source.path)).statements:
        yield source.position(start).line, source.position(end).line


def _python(source: Source) -> Iterator[LineRange]:
    tree = syntax_tree(source.text)
    todo: list[ast.AST] = [tree] if tree else []
    while todo:
        node = todo.pop()
        blocks = list(_blocks(node))
        for block in blocks:
            todo.extend(block)
        if isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            first = _first_line(node)
            if not blocks:
                yield first, getattr(node, "end_lineno", first) or first
            else:
                yield first, _colon_line(source, node, first)


def _blocks(node: ast.AST) -> Iterator[list[ast.AST]]:
    """The lists of statements, handlers or cases that a node holds; an expression's ``body`` is no list."""
    for name in ("body", "handlers", "orelse", "finalbody", "cases"):
        block = getattr(node, name, None)
        if isinstance(block, list) and block:
            yield block


def _first_line(node: ast.stmt | ast.ExceptHandler | ast.match_case) -> int:
    if isinstance(node, ast.match_case):
        return node.pattern.lineno
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _colon_line(source: Source, node: ast.AST, first: int) -> int:
    """The line of a header's colon: after its last expression there is only punctuation, names and comments."""
    line, column = max(_ends(_header(node)), default=(0, 0))
    own = (getattr(node, "lineno", first), getattr(node, "col_offset", 0))
    line, column = max((line, column), own)
    text = source.lines[line - 1].encode("utf-8", "surrogatepass")[column:].decode("utf-8", "replace")
    while ":" not in text.partition("#")[0] and line < len(source.lines):
        line += 1
        text = source.lines[line - 1]
    return line


def _header(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in a header: every child but the blocks, with the parts of arguments and items one by one."""
    blocks = {id(child) for block in _blocks(node) for child in block}
    for child in ast.iter_child_nodes(node):
        if id(child) in blocks:
            continue
        if hasattr(child, "end_lineno"):
            yield child
        else:  # arguments, withitem
            yield from ast.iter_child_nodes(child)


def _ends(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, int]]:
    for node in nodes:
        line: int | None = getattr(node, "end_lineno", None)
        column: int | None = getattr(node, "end_col_offset", None)
        if line is not None and column is not None:
            yield line, column
