"""Where the parts of a TOML document are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..document import Document
    from ..finding import Span
    from ..syntax.item import Keys


def place(document: Document, keys: Keys) -> Span:
    """A table's header or a value's key; else the first place below it; the first line when there is none."""
    header = document.table(*keys)
    if header is not None:
        return header
    item = document.get(*keys)
    if item is not None:
        return item.key_span
    below = [
        *(header.span for header in document.toml.headers if header.keys[: len(keys)] == keys),
        *(item.key_span for item in document.items if item.keys[: len(keys)] == keys),
    ]
    return min(below, key=lambda span: span.start, default=document.span)


def tables(document: Document, *keys: str | int) -> Iterator[tuple[Keys, dict[str, Any]]]:
    """A table, or those of an array, with their paths."""
    value: Any = document.data
    try:
        for key in keys:
            value = value[key]
    except (KeyError, IndexError, TypeError):
        return
    if isinstance(value, dict):
        yield keys, value
    elif isinstance(value, list):
        for number, table in enumerate(value):
            if isinstance(table, dict):
                yield (*keys, number), table
