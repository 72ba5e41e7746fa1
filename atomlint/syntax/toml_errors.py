"""What is wrong with a TOML file, in words for people who do not know the parser: where, and for a double what it doubles.

``tomllib`` says what it could not do; the first places of names come from tree-sitter, which reads on past errors.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ..finding import Position

if TYPE_CHECKING:
    from collections.abc import Iterator

    import tree_sitter

    from ..source import Source

AT = re.compile(r" \((?:at line (\d+), column (\d+)|at end of document)\)$")
DOUBLE = re.compile(r"Cannot (?:declare|overwrite|mutate|redefine|namespace)\b|Duplicate inline table key")
SAID = {
    "Expected ']' at the end of a table declaration": "the header of the table is not closed: ] is missing",
    "Expected ']]' at the end of an array declaration": "the header of the table is not closed: ]] is missing",
    "Expected '=' after a key in a key/value pair": "the key has no = and no value",
    "Expected newline or end of document after a statement": "a new line must begin after the value",
    "Invalid statement": "neither a [table] nor a key with its value",
    "Invalid value": "not a value: text needs quotes",
    "Invalid initial character for a key part": "not a key: other characters than A-Z, a-z, 0-9, _ and - need quotes",
    r"Illegal character '\n'": "the quotes of the text are not closed on its line",
    "Unterminated string": "the quotes of the text are not closed",
    "Unclosed array": "the list is not closed: ] is missing",
    "Unclosed inline table": "the table is not closed: } is missing",
    r"Unescaped '\' in a string": r"a \ in double quotes must be written \\",
}
"""Messages of ``tomllib``, and what they mean."""
HEADERS = ("table", "table_array_element")
KEYS = ("bare_key", "quoted_key", "dotted_key")


class Name(NamedTuple):
    """A header or a key where it stands."""

    path: tuple[str, ...]
    is_table: bool
    node: tree_sitter.Node

    def __str__(self) -> str:
        text = ".".join(self.path)
        return f"[{text}]" if self.is_table else text

    @property
    def line(self) -> int:
        """From 1."""
        return int(self.node.start_point.row) + 1


def told(error: str, source: Source) -> tuple[str, Position]:
    """A message of ``tomllib`` as a sentence of our own, and the place that it is about."""
    place = AT.search(error)
    if place is None:
        return error, Position(1, 1)
    message = error[: place.start()]
    if place[1] is None:
        at = source.position(len(source.text))
        return "the file ends in the middle of a value" if message == "Invalid value" else SAID.get(
            message, message
        ), at
    at = Position(int(place[1]), int(place[2]))
    return (doubled(source, at) if DOUBLE.match(message) else None) or (SAID.get(message, message), at)


def doubled(source: Source, at: Position) -> tuple[str, Position] | None:
    """The name on the line of an error, and the nearest one before that it cannot stand beside."""
    from .toml import parsed

    found = list(names(parsed(source), ()))
    here = [name for name in found if name.line <= at.line <= name.node.end_point.row + 1]
    for name in reversed(here):
        before = found[: found.index(name)][::-1]
        start = source.from_utf8(name.line, name.node.start_point.column)
        for other in before:
            if other.path == name.path:
                return f"{name} is there twice: the first is in line {other.line}", start
        for other in before:
            if not other.is_table and name.path[: len(other.path)] == other.path:
                return f"{name} is below {other} of line {other.line}, which is no table to add to", start
            if other.path[: len(name.path)] == name.path:
                return f"{name} is a table already, by {other} in line {other.line}", start
    return None


def names(node: tree_sitter.Node, above: tuple[str, ...]) -> Iterator[Name]:
    """Headers and keys below a node in source order."""
    for child in node.children:
        key = (
            next((one for one in child.children if one.type in KEYS), None)
            if child.type in (*HEADERS, "pair")
            else None
        )
        path = above if key is None else (*(() if child.type in HEADERS else above), *parts(key))
        if key is not None:
            yield Name(path, child.type in HEADERS, key)
        yield from names(child, path)


def parts(key: tree_sitter.Node) -> list[str]:
    """The parts of a key as they are written, without quotes."""
    if key.type == "dotted_key":
        return [part for child in key.children if child.type in KEYS for part in parts(child)]
    return [(key.text or b"").decode("utf-8", "replace").strip("\"'")]
