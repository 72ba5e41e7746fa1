"""Settings in effect as TOML that can be read back, each value with a comment that says where it comes from."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Any

from .errors import dotted, printable, shown
from .model import MERGED_DEPTHS, Settings, values

if TYPE_CHECKING:
    from collections.abc import Iterator


def to_toml(settings: Settings) -> str:
    """The settings as an ``atomlint.toml``; values that are not set are comments."""
    return "\n".join(_lines(settings)) + "\n"


def to_json(settings: Settings) -> dict[str, Any]:
    """``path``, ``root``, ``digest``, the ``values`` as a file would hold them, their ``origins`` by dotted key."""
    found = {key: value for key, value in values(settings).items() if value is not None}
    origins = {dotted([key]): settings.origin(key) for key in found}
    origins |= {dotted(keys): origin for keys, origin in settings.origins.items()}
    return {
        "path": None if settings.path is None else shown(settings.path),
        "root": shown(settings.root),
        "digest": settings.digest,
        "values": found,
        "origins": origins,
    }


def _lines(settings: Settings) -> Iterator[str]:
    file = "no file" if settings.path is None else shown(settings.path)
    yield printable(f"# configuration: {file}")
    yield printable(f"# root: {shown(settings.root)}")
    table = values(settings)
    for key, value in table.items():
        if key in (*MERGED_DEPTHS, "catalog") and value:
            continue
        if value is None:
            yield f"# {key} is not set"
        else:
            yield f"{key} = {toml(value)}  # {settings.origin(key)}"
    for key in ("per-file-ignores", "severities"):
        if table[key]:
            yield ""
            yield f"[{key}]"
            yield from _pairs(settings, (key,), table[key])
    for name, options in table["rules"].items():
        yield ""
        yield f"[{dotted(['rules', name])}]"
        yield from _pairs(settings, ("rules", name), options)
    for row in table["catalog"]:
        yield ""
        yield f"[[catalog]]  # {settings.origin('catalog')}"
        yield from (f"{dotted([key])} = {toml(value)}" for key, value in row.items())


def _pairs(settings: Settings, keys: tuple[str, ...], table: dict[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        yield f"{dotted([key])} = {toml(value)}  # {settings.origin(*keys, key)}"


def toml(value: Any) -> str:
    """A value as TOML writes it in one line."""
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{dotted([key])} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _string(text: str) -> str:
    """A JSON string is a TOML string, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
