"""TOML with places: values as ``tomllib`` reads them, spans of table headers, keys and values from tree-sitter."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from ..finding import Position, Span
from .item import DocumentError, Item, Keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    import tree_sitter

    from ..source import Source

KEYS = ("bare_key", "quoted_key", "dotted_key")


class Header(NamedTuple):
    """A ``[table]`` or ``[[table]]`` line."""

    keys: Keys
    """With the place in the array, from 0, where a table of an array is meant."""
    span: Span
    """From the first bracket to the last."""


class Toml(NamedTuple):
    """One parsed file; ``items`` and ``headers`` in source order."""

    data: dict[str, Any]
    items: tuple[Item, ...]
    headers: tuple[Header, ...]


def read_toml(source: Source) -> Toml:
    """Parse a file.

    Raises:
        DocumentError: it is no TOML 1.0.
    """
    data = load_toml(source)
    places = _Places(source, data)
    try:
        places.document(parsed(source))
    except RecursionError:
        raise DocumentError("keys nest too deep", Position(1, 1)) from None
    return Toml(data, tuple(places.items), tuple(places.headers))


def load_toml(source: Source) -> dict[str, Any]:
    """Values alone.

    Raises:
        DocumentError: it is no TOML 1.0.
        DecodeError: its bytes are no text.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    text = source.text
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        from .toml_errors import told

        message, position = told(str(error), source)
        raise DocumentError(message, position) from None
    except (ValueError, RecursionError, OverflowError) as error:
        what = "arrays or tables nest too deep" if isinstance(error, RecursionError) else str(error)
        raise DocumentError(what.partition(";")[0], Position(1, 1)) from None


def parsed(source: Source) -> tree_sitter.Node:
    """The syntax tree, with error nodes where the text is no TOML."""
    import tree_sitter
    import tree_sitter_toml

    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
    return parser.parse(source.text.encode("utf-8", "surrogatepass")).root_node


class _Places:
    """Walks a tree and looks every value up in the data, so that only one reader decides what a value is."""

    def __init__(self, source: Source, data: dict[str, Any]) -> None:
        self.source = source
        self.data = data
        self.items: list[Item] = []
        self.headers: list[Header] = []
        self._counts: dict[Keys, int] = {}

    def document(self, root: tree_sitter.Node) -> None:
        for node in root.children:
            if node.type == "pair":
                self.pair(node, ())
            elif node.type in ("table", "table_array_element"):
                self.table(node)

    def table(self, node: tree_sitter.Node) -> None:
        key = next((child for child in node.children if child.type in KEYS), None)
        if key is None:
            return
        *parents, last = self.keys(key)
        path = (*self.resolved(parents), last)
        if node.type == "table_array_element":
            count = self._counts.get(path, 0)
            self._counts[path] = count + 1
            path = (*path, count)
        first = node.children[0]
        close = next((c for c in node.children if c.type in ("]", "]]")), first)
        self.headers.append(Header(path, self.between(first, close)))
        for child in node.children:
            if child.type == "pair":
                self.pair(child, path)

    def resolved(self, keys: list[str]) -> Keys:
        """A table's path, with the newest element of every array of tables on the way."""
        path: Keys = ()
        for key in keys:
            path = (*path, key)
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path

    def pair(self, node: tree_sitter.Node, above: Keys) -> None:
        named = [child for child in node.children if child.is_named and child.type != "comment"]
        if len(named) != 2 or named[0].type not in KEYS:
            return
        key, value = named
        self.value(value, (*above, *self.keys(key)), self.between(key, key))

    def value(self, node: tree_sitter.Node, keys: Keys, key_span: Span | None) -> None:
        found, value = self.look_up(keys)
        if not found:
            return
        span = self.between(node, node)
        self.items.append(Item(keys, value, key_span or span, span))
        children = [child for child in node.children if child.is_named and child.type != "comment"]
        if node.type == "inline_table":
            for child in children:
                if child.type == "pair":
                    self.pair(child, keys)
        elif node.type == "array":
            for place, child in enumerate(children):
                self.value(child, (*keys, place), None)

    def look_up(self, keys: Keys) -> tuple[bool, Any]:
        value: Any = self.data
        try:
            for key in keys:
                value = value[key]
        except (KeyError, IndexError, TypeError):
            return False, None
        return True, value

    def keys(self, node: tree_sitter.Node) -> list[str]:
        return [self.text(part) for part in self._parts(node)]

    def _parts(self, node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
        if node.type == "dotted_key":
            for child in node.children:
                if child.type in KEYS:
                    yield from self._parts(child)
        else:
            yield node

    def text(self, node: tree_sitter.Node) -> str:
        raw = (node.text or b"").decode("utf-8", "surrogatepass")
        if node.type == "bare_key":
            return raw
        if raw[:1] == "'" or "\\" not in raw:
            return raw[1:-1]
        from ..source import Source

        return next(iter(load_toml(Source.from_text("key", f"{raw} = 0"))))

    def between(self, first: tree_sitter.Node, last: tree_sitter.Node) -> Span:
        source = self.source
        (row, column), (end_row, end_column) = first.start_point, last.end_point
        return Span(source.path, source.from_utf8(row + 1, column), source.from_utf8(end_row + 1, end_column))
