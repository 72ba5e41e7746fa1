"""Edits of one relationship's call: one more argument, another text, more words in a text."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from ...finding import Edit, Position, Span
from .records import Site

if TYPE_CHECKING:
    from .graph import Mapping
    from .records import Relationship

COMMA = re.compile(r"\s*,\s*(#.*)?")
"""What follows an argument that ends its line, with the comma that lets another line follow."""


class Written(NamedTuple):
    """A call as its file has it."""

    path: str
    node: ast.Call
    """Its tree; its lines and columns count from where it begins."""
    lines: list[str]
    """Of the file."""
    line: int
    column: int
    """Where it begins: the line from 1, the column from 0 in bytes."""

    def position(self, line: int | None, column: int | None) -> Position:
        """A place of the tree in the file."""
        assert line is not None
        assert column is not None
        at = self.line + line - 1
        text = self.lines[at - 1].encode("utf-8")[: column + (self.column if line == 1 else 0)]
        return Position(at, len(text.decode("utf-8")) + 1)

    def between(self, start: Position, end: Position) -> str:
        """The text of a stretch, without comments."""
        lines = self.lines[start.line - 1 : end.line]
        lines[-1] = lines[-1][: end.column - 1]
        lines[0] = lines[0][start.column - 1 :]
        return "\n".join(line.partition("#")[0] for line in lines)


class CallEdits:
    """Makes edits; None where the form of the call leaves doubt."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.index = mapping.index

    def is_sqlmodel(self, made: Relationship) -> bool:
        """Whether SQLModel's ``Relationship(...)`` makes it, which takes few of the arguments."""
        path, _, ordinal = made.place
        scope = self.index.call(path, ordinal).scope
        return self.mapping.builder.columns.library(Site(path, scope, f"@{ordinal}")) == "Relationship"

    def written(self, made: Relationship) -> Written | None:
        """The call that makes a relationship itself: not the one that its backref is made by."""
        path, kind, ordinal = made.place
        spans, source = self.index.project.spans(path), self.index.sources.source(path)
        if made.generated or kind != "call" or spans is None or source is None:
            return None
        first, start, last, end = spans.calls[4 * ordinal : 4 * ordinal + 4]
        some = [line.encode("utf-8") for line in source.lines[first - 1 : last]]
        some[-1] = some[-1][:end]
        some[0] = some[0][start:]
        try:
            node = ast.parse(b"\n".join(some), mode="eval").body
        except (SyntaxError, ValueError, RecursionError):
            return None
        return Written(path, node, list(source.lines), first, start) if isinstance(node, ast.Call) else None

    def argument(self, made: Relationship, argument: str) -> Edit | None:
        """One more argument, ``keyword=value``, behind the others."""
        call = self.written(made)
        if call is None or self.is_sqlmodel(made):
            return None
        node = call.node
        if any(keyword.arg in (None, argument.partition("=")[0]) for keyword in node.keywords):
            return None
        close = call.position(node.end_lineno, (node.end_col_offset or 0) - 1)
        given: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
        given.sort(key=lambda item: (item.lineno, item.col_offset))
        if not given:
            return Edit(Span(call.path, close, close), argument)
        start = call.position(given[-1].lineno, given[-1].col_offset)
        end = call.position(given[-1].end_lineno, given[-1].end_col_offset)
        if ")" in call.between(end, close):
            return None  # parentheses of its own around the last one
        line, indent = call.lines[end.line - 1], call.lines[start.line - 1][: start.column - 1]
        if indent.strip():
            return Edit(Span(call.path, end, end), f", {argument}")
        if COMMA.fullmatch(line[end.column - 1 :]):
            at = Position(end.line, len(line) + 1)
            return Edit(Span(call.path, at, at), f"\n{indent}{argument},")
        return Edit(Span(call.path, end, end), f",\n{indent}{argument}")

    def text(self, made: Relationship, keyword: str, text: str) -> Edit | None:
        """Another text for a keyword that is given one."""
        call = self.written(made)
        for given in call.node.keywords if call is not None else ():
            value = given.value
            if given.arg == keyword and isinstance(value, ast.Constant) and isinstance(value.value, str):
                assert call is not None
                start = call.position(value.lineno, value.col_offset)
                return Edit(Span(call.path, start, call.position(value.end_lineno, value.end_col_offset)), f'"{text}"')
        return None

    def words(self, made: Relationship, keyword: str, words: list[str]) -> Edit | None:
        """Some words for a keyword that takes them separated by commas, behind those that it has."""
        if keyword not in made.arguments:
            return self.argument(made, f'{keyword}="{",".join(words)}"')
        known = self.mapping.builder.texts.of(made.arguments[keyword])
        if known is None:
            return None
        have = [word.strip() for word in known.split(",") if word.strip()]
        return self.text(made, keyword, ",".join(dict.fromkeys([*have, *words])))
