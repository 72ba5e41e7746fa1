"""Dotenv files and Procfiles: names, values and their places.

The dialect is python-dotenv's (its ``parser.py``): ``export`` before a name, single quotes literal, double quotes with
escapes, both over several lines, a comment after a blank and ``#``. Lines that are nothing of this are passed over, as
there; no variable is expanded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .item import Item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..source import Source

LINE = re.compile(
    r"""^[^\S\r\n]*(?:export[^\S\r\n]+)?(?:'(?P<quoted>[^'\r\n]+)'|(?P<name>[^=\#\s'"]+))[^\S\r\n]*
    (?:=[^\S\r\n]*(?P<value>'(?:\\'|[^'])*'|"(?:\\.|[^"\\])*"|[^\r\n]*?))?
    (?:(?:[^\S\r\n]+\#[^\r\n]*)|[^\S\r\n]*)(?=\r|\n|\Z)""",
    re.MULTILINE | re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r"\\([\\'\"abfnrtv])")
ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
PROCESS = re.compile(r"^(?P<name>[A-Za-z0-9_-]+):[^\S\r\n]*(?P<value>[^\r\n]*?)[^\S\r\n]*(?=\r|\n|\Z)", re.MULTILINE)


def read_dotenv(source: Source) -> Iterator[Item]:
    """Every assignment in source order; a value span covers the quotes."""
    text = source.text
    for match in LINE.finditer(text):
        group = "quoted" if match["quoted"] else "name"
        raw = match["value"]
        start, end = match.span("value") if raw is not None else (match.end(group), match.end(group))
        yield Item((match[group],), _value(raw), source.span(*match.span(group)), source.span(start, end))


def read_procfile(source: Source) -> Iterator[Item]:
    """``name: command`` lines."""
    for match in PROCESS.finditer(source.text):
        yield Item(
            (match["name"],), match["value"], source.span(*match.span("name")), source.span(*match.span("value"))
        )


def _value(raw: str | None) -> str | None:
    if raw is None:
        return None
    if raw[:1] == "'" and len(raw) > 1:
        return raw[1:-1].replace("\\'", "'").replace("\\\\", "\\")
    if raw[:1] == '"' and len(raw) > 1:
        return ESCAPE.sub(lambda match: ESCAPED.get(match[1], match[1]), raw[1:-1])
    return raw
