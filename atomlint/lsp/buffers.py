"""What editors have open: texts that stand for the disk's until they are closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..source import DecodeError, Source, encoding_of
from .places import key_of, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Buffer:
    """One open document, at one version."""

    uri: str
    """As the client spells it."""
    path: str
    version: int
    data: bytes
    """What saving it would write."""


class Buffers:
    """The open documents that are files, by `key_of` their path."""

    def __init__(self) -> None:
        self._open: dict[str, Buffer] = {}

    def put(self, uri: str, version: int, text: str) -> str | None:
        """Take a document's text; its key, or None when it is no file (and stays unknown)."""
        path = path_of(uri)
        if path is None:
            return None
        key = key_of(path)
        self._open[key] = Buffer(uri, path, version, written(path, text))
        return key

    def drop(self, uri: str) -> str | None:
        """Forget a document that was closed; its key."""
        path = path_of(uri)
        if path is None:
            return None
        key = key_of(path)
        self._open.pop(key, None)
        return key

    def get(self, key: str) -> Buffer | None:
        """The open document of a key."""
        return self._open.get(key)

    def snapshot(self) -> dict[str, Buffer]:
        """All of them as they are now."""
        return dict(self._open)

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._open))


def written(path: str, text: str) -> bytes:
    """The bytes that saving a text would write: in the encoding that a Python file declares, else in UTF-8."""
    data = text.encode("utf-8", "surrogatepass")
    source = Source(path.replace("\\", "/"), data)
    if not source.python:
        return data
    try:
        return text.encode(encoding_of(data, python=True))
    except (DecodeError, UnicodeError, LookupError):
        return data
