"""Attributes that are read of what has no name: ``(await session.get(User, 1)).posts``, ``users[0].posts``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import dotted, expressions, inside

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from atomlint import Function, Index, Span

    Expr = Any


class DirectReading(NamedTuple):
    """One such reading."""

    function: Function
    scope: int
    row: Expr
    """What it is read of."""
    attribute: str

    @property
    def name(self) -> str:
        """The reading, as far as it can be said in a few words."""
        if type(self.row) is list and dotted(self.row[1]) and str(self.row[2])[:1] == "#":
            return f"{self.row[1]}[{self.row[2][1:]}].{self.attribute}"
        return self.attribute

    def span(self) -> Span:
        """Where it stands; the function's header when its text is not at hand."""
        function = self.function
        index, spans = function.index, function.index.project.spans(function.path)
        if spans is None:
            return function.span
        five = spans.scopes[5 * function.ordinal : 5 * function.ordinal + 5]
        return index.find_node(function.path, (five[3], 0, five[4] + 1, 0), self._is_it) or function.span

    def _is_it(self, node: ast.AST) -> bool:
        if not isinstance(node, ast.Attribute) or node.attr != self.attribute:
            return False
        row = node.value.value if isinstance(node.value, ast.Await) else node.value
        if type(self.row) is list:
            return isinstance(row, ast.Subscript) and (not dotted(self.row[1]) or ast.unparse(row.value) == self.row[1])
        called = self.function.index.call(self.function.path, int(self.row[1:]))
        return isinstance(row, ast.Call) and ast.unparse(row.func).rpartition(".")[2] == called.name.rpartition(".")[2]


def direct_readings(index: Index, path: str, attributes: Container[str]) -> Iterator[DirectReading]:
    """Those of a file that read one of some attributes."""
    functions = {function.ordinal: function for function in index.functions(path)}
    table = index.project.linker.table(path)
    found = [(place.scope, item) for place, expr in expressions(table) for item in inside(expr)]
    found += [(call.scope, call.callee) for call in table.facts.calls if type(call.callee) is str]
    for scope, item in found:
        row, attribute = _parts(item)
        function = functions.get(table.enclosing_function(scope))
        if attribute in attributes and function is not None:
            yield DirectReading(function, scope, row, attribute)


def _parts(item: Expr) -> tuple[Expr, str]:
    """What is read, and its attribute; no attribute where nothing is."""
    if type(item) is list:
        is_item = len(item) == 3 and item[0] == "." and type(item[1]) is list and item[1][:1] == ["sub"]
        return (item[1], str(item[2]).partition(".")[0]) if is_item else (None, "")
    if type(item) is not str or item[:1] != "@" or "." not in item:
        return None, ""
    row, attribute, *_ = item.split(".")
    return (row, attribute) if row[1:].isdigit() else (None, "")
