"""LibCST by statement: one top-level statement or class member is parsed at a time, and its nodes find their facts.

The n-th call (function, class) of LibCST's tree is the n-th of ``ast``'s: both are walked in source order.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..finding import Position, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from ..facts.records import Facts, Spans
    from ..source import Source


MAX_DEPTH = 1_000
"""Nesting that LibCST's native parser is given at most: its time and memory grow with the square of it, and the
stack overflows in the end."""

FEEDS = re.compile(r"[ \t\f]*\f")
SCOPES = frozenset({"FunctionDef", "ClassDef", "Lambda"})
ORDER: dict[str, tuple[str, ...]] = {
    "FunctionDef": ("decorators", "params", "returns", "body"),
    "ClassDef": ("decorators", "bases", "keywords", "body"),
    "IfExp": ("body", "test", "orelse"),
    "Parameters": ("posonly_params", "params", "star_arg", "kwonly_params", "star_kwarg"),
    "Param": ("annotation", "default"),
    "AnnAssign": ("target", "annotation", "value"),
    "FormattedStringExpression": ("expression", "format_spec"),
    "Subscript": ("value", "slice"),
    "For": ("target", "iter", "body", "orelse"),
    "ExceptHandler": ("type", "name", "body"),
    "ExceptStarHandler": ("type", "name", "body"),
    "MatchCase": ("pattern", "guard", "body"),
    "With": ("items", "body"),
    "Call": ("func", "args"),
    "Arg": ("value",),
    "Attribute": ("value",),
    "Name": (),
    "SimpleString": (),
    "Integer": (),
    "Float": (),
}
"""Fields in source order where LibCST declares them in another one, and leaves."""
SKIPPED = (
    *(
        "whitespace",
        "lpar",
        "rpar",
        "lbracket",
        "rbracket",
        "lbrace",
        "rbrace",
        "leading_lines",
        "lines_after",
        "comma",
    ),
    *(
        "semicolon",
        "footer",
        "header",
        "asynchronous",
        "equal",
        "trailing",
        "newline",
        "type_parameters",
        "operator",
        "dot",
    ),
)
"""Beginnings of the names of fields that hold no expression or statement."""


class SyntaxDepthError(Exception):
    """The statement nests deeper than LibCST can be given."""


class Statement:
    """One parsed statement of a file. Node identity is what ties LibCST's nodes to facts."""

    def __init__(
        self, source: Source, facts: Facts, spans: Spans, call: int | None = None, scope: int | None = None
    ) -> None:
        """Parse the statement that holds a call or a scope, by ordinal.

        Raises:
            SyntaxDepthError: see the class.
            libcst.ParserSyntaxError: LibCST rejects what ``ast`` accepted.
        """
        self.source = source
        self.facts = facts
        units = spans.units
        if call is not None:
            place = bisect_right(units, call, key=lambda unit: unit.first_call) - 1
        else:
            place = bisect_right(units, scope or 0, key=lambda unit: unit.first_scope) - 1
        self.first = units[place].first_line
        last = units[place].last_line
        member = units[place].owner
        while place and units[place - 1].owner == member and units[place - 1].last_line >= self.first:
            place -= 1
            self.first = units[place].first_line
        after = place + 1
        while after < len(units) and units[after].first_line <= last:
            last = max(last, units[after].last_line)
            after += 1
        if max(unit.depth for unit in units[place:after]) > MAX_DEPTH:
            raise SyntaxDepthError
        self.first_call = units[place].first_call
        self.first_scope = units[place].first_scope
        self.offset = 1 if member else 0
        self.last = last

    @cached_property
    def module(self) -> cst.Module:
        """The statement as a module of its own; a class member stands below a bare ``class`` line."""
        import libcst

        lines = [line[feeds(line) :] for line in self.source.lines[self.first - 1 : self.last]]
        text = "\n".join(["class _:"] * self.offset + lines) + "\n"
        return libcst.parse_module(text)

    @cached_property
    def _nodes(self) -> dict[tuple[str, int], cst.CSTNode]:
        return {key: node for node, key in self._keys.values()}

    @cached_property
    def _keys(self) -> dict[int, tuple[cst.CSTNode, tuple[str, int]]]:
        keys: dict[int, tuple[cst.CSTNode, tuple[str, int]]] = {}
        call, scope = self.first_call, self.first_scope - self.offset
        for node in walk(self.module):
            kind = type(node).__name__
            if kind == "Call":
                keys[id(node)] = (node, ("call", call))
                call += 1
            elif kind in SCOPES:
                keys[id(node)] = (node, ("scope", scope))
                scope += 1
        return keys

    def node(self, kind: str, ordinal: int) -> cst.CSTNode:
        """The node of a ``call`` or ``scope`` by its ordinal in the file.

        Raises:
            KeyError: the statement does not hold it.
        """
        return self._nodes[kind, ordinal]

    def place(self, node: cst.CSTNode) -> tuple[str, int]:
        """``call`` or ``scope`` and the ordinal in the file, of a call, function, lambda or class node.

        Raises:
            KeyError: the node is none of these, or not of this statement.
        """
        return self._keys[id(node)][1]

    @cached_property
    def _positions(self) -> Any:
        from libcst.metadata import MetadataWrapper, PositionProvider

        wrapper = MetadataWrapper(self.module, unsafe_skip_copy=True)
        try:
            return wrapper.resolve(PositionProvider)
        except RecursionError:  # a visit takes several frames a level
            from ..deep import with_deep_stack

            return with_deep_stack(lambda: wrapper.resolve(PositionProvider))

    def span(self, node: cst.CSTNode) -> Span:
        """Where a node stands in the file."""
        place = self._positions[node]
        return Span(self.source.path, self._position(place.start), self._position(place.end))

    def _position(self, place: Any) -> Position:
        line = place.line + self.first - 1 - self.offset
        text = self.source.lines[line - 1] if 0 < line <= len(self.source.lines) else ""
        return Position(line, place.column + 1 + feeds(text))


def feeds(line: str) -> int:
    """Characters up to the last form feed of an indentation: Python counts from there, LibCST counts some of them."""
    match = FEEDS.match(line) if "\f" in line else None
    return 0 if match is None else match.end()


def walk(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Nodes below and with a root, in source order, without recursion and without whitespace."""
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        yield node
        children: list[Any] = []
        for name in _fields(node):
            value = getattr(node, name)
            if value is None or type(value) in (str, bool):
                continue
            if isinstance(value, (list, tuple)):
                children += [item for item in value if hasattr(item, "__dataclass_fields__")]
            elif hasattr(value, "__dataclass_fields__"):
                children.append(value)
        stack += reversed(children)


_FIELDS: dict[type, tuple[str, ...]] = {}


def _fields(node: cst.CSTNode) -> tuple[str, ...]:
    kind = type(node)
    fields = _FIELDS.get(kind)
    if fields is None:
        declared = ORDER.get(kind.__name__)
        fields = (
            declared
            if declared is not None
            else tuple(f for f in kind.__dataclass_fields__ if not f.startswith(SKIPPED))
        )
        _FIELDS[kind] = fields
    return fields
