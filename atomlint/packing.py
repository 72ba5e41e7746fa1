"""Records to bytes and back, for caches and other processes: msgpack, which takes no name of a file that is not UTF-8.

Such names hold lone surrogates (PEP 383). A record with one is kept in a second form, told by its first byte.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

SECOND_FORM = b"\xc1"
"""The one byte that no msgpack value begins with."""
ESCAPE = "\0surrogates:"
"""Begins a string of the second form whose code points follow in hexadecimal."""
_ENCODER = msgspec.msgpack.Encoder()


def pack(record: Any) -> bytes:
    """A record as bytes."""
    try:
        return _ENCODER.encode(record)
    except UnicodeEncodeError:
        plain = msgspec.to_builtins(record, builtin_types=(bytes,))
        return SECOND_FORM + _ENCODER.encode(_mapped(plain, _escaped))


def unpack(data: bytes, kind: type[T]) -> T:
    """The record of a type that `pack` made bytes of.

    Raises:
        msgspec.DecodeError: they are no such record.
    """
    if data[:1] != SECOND_FORM:
        return msgspec.msgpack.decode(data, type=kind)
    plain = msgspec.msgpack.decode(data[1:])
    return msgspec.convert(_mapped(plain, _restored), kind)


def _mapped(value: Any, change: Any) -> Any:
    """A value with every string in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_mapped(key, change): _mapped(item, change) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mapped(item, change) for item in value]
    return value


def _escaped(text: str) -> str:
    if text.isascii() and not text.startswith(ESCAPE):
        return text
    return ESCAPE + text.encode("utf-8", "surrogatepass").hex()


def _restored(text: str) -> str:
    return bytes.fromhex(text[len(ESCAPE) :]).decode("utf-8", "surrogatepass") if text.startswith(ESCAPE) else text
