"""What every key-value reader gives: items with the places of their keys and values, and the error of a broken file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ..finding import Position, Span

Keys = tuple[str | int, ...]
"""Path of a value: table and key names, and places in arrays from 0."""


class Item(NamedTuple):
    """One value of a document, with its place."""

    keys: Keys
    value: Any
    """As ``tomllib`` gives it; text, or None when nothing is assigned, in dotenv files and Procfiles."""
    key_span: Span
    """Of the key as it is written, dots included; of the value itself in arrays."""
    value_span: Span


class DocumentError(ValueError):
    """A document that cannot be parsed; ``str()`` is one readable line."""

    def __init__(self, message: str, position: Position) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
