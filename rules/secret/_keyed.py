"""Values under a name that promises a credential: assignments, arguments, entries, defaults, and bare ``KEY=value``.

Works on one line and, because formatters put long values on lines of their own, on the three that follow it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ._hit import Hit
from ._keys import family

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = re.compile(r"(?<![A-Za-z0-9_$-])[A-Za-z_][\w-]*", re.ASCII)
MENTIONED = re.compile(r"secret|token|pass|pwd|key|_pw\b", re.IGNORECASE)
STRING = (
    r"""(?P<prefix>[bBrRuUfF]{0,2})(?P<quote>\"{3}|'{3}|["'`])"""
    r"""(?P<value>(?:\\.|(?!(?P=quote))[^\n\\]){1,400})(?P=quote)"""
)
# Calls whose string is the value itself, or the fallback beside the name of a variable.
CALLS = (
    r"(?:(?:os\.)?getenv|(?:os\.)?environ(?:\.get|\.setdefault|\.pop)?|[\w.]{1,60}\.(?:get|getenv|setdefault|pop)"
    r"|config|env(?:\.str)?|SecretStr|SecretBytes|Secret|str|bytes|Field|Query|Form|fields?\.\w{1,40}|mapped_column"
    r"|Column|Fernet|(?:base64\.)?b64decode)"
)
QUOTED_VALUE = re.compile(
    rf"""
    (?P<close>["'`\])]{{0,3}})\s{{0,8}}
    (?::\s{{0,4}}[^=\n"'`(){{}}]{{1,60}}?\s{{0,4}}(?==))?                       # an annotation
    (?P<sign>=(?!=)>?|:=|:|,)\s{{0,60}}
    (?:\(\s{{0,60}})?
    (?:[\w.]{{1,60}}(?:\([^()\n]{{0,80}}\)|\[[^\]\n]{{1,80}}\])?\s{{1,20}}(?:or|\|\||\?\?)\s{{1,40}}(?:\(\s{{0,60}})?)?
    (?:{CALLS}\(\s{{0,60}}(?:["'][\w.-]{{1,80}}["']\s{{0,8}},\s{{0,60}})?(?:default\s{{0,2}}=\s{{0,2}})?)?
    {STRING}
    (?P<after>[ \t]{{0,4}}(?:%|\.format|\+|\|\s|if\b)?)                         # part of a longer expression
    """,
    re.VERBOSE,
)
BARE_VALUE = re.compile(
    r"""(?P<close>["'`*\])]{0,4})[ \t]{0,40}(?::=|=|:|(?<=\w)[ \t]{1,40}(?=\S+[ \t]*\Z))[ \t*]{0,40}["'`]?"""
    r"""(?P<value>[^\s"'`<>{}|;]{6,400})(?=["'`]|[ \t]|\Z|\\\Z|[;|,&#)])"""
)
FALLBACK = re.compile(
    r"(?:getenv|environ\.get|environ\.setdefault|config|env(?:\.str)?)\(\s*[\"'][^\"']+[\"']\s*,[^,]*\Z|\bor\s+[\"']\Z"
)
# A comma joins a name and its value only as the first arguments of a call, or as a pair.
OPENED = re.compile(r"\(\s{0,60}[\"'`]?\Z")
NAME = r"[A-Za-z_][\w-]{0,80}"
ASSIGNED = re.compile(rf"({NAME})[\"'`\])]{{0,3}}\s{{0,8}}(?::[^=\"']{{1,40}})?(?:=|:(?!//))", re.ASCII)
GIVEN = re.compile(
    rf"\b(?:getenv|environ|config|env|str|get|setdefault|pop|set|setenv|putenv)\(\s{{0,60}}[\"'`]({NAME})[\"'`]\s{{0,8}},",
    re.ASCII,
)
"""A name that is the first argument of a call, before the value: what else stands in front of a comma may be a value."""
URL_HEAD = re.compile(r"[a-z][a-z0-9+.-]{0,30}://\S*\Z", re.IGNORECASE)
EMPTY_NAMES = frozenset(("default", "value", "url"))


def keyed(text: str, start: int, end: int, *, bare: bool) -> Iterator[Hit]:
    """Every value under a credential's name whose name stands between two offsets."""
    line = text[start:end]
    if not MENTIONED.search(line):
        return
    ahead = text[start : _lines_on(text, end, 3)]
    for key in KEY.finditer(line):
        kind = family(key.group())
        if kind is None:
            continue
        before = text[max(0, start + key.start() - 80) : start + key.start()]
        match = QUOTED_VALUE.match(ahead, key.end())
        fallback = False
        if match is not None:
            if not _belongs(before, match):
                continue
            fallback = bool(FALLBACK.search(before + text[start + key.start() : start + match.start("value")]))
        elif bare:
            match = BARE_VALUE.match(line, key.end())
        if match is not None:
            found, until = match.span("value")
            yield Hit(kind, "keyed", start + found, start + until, match["value"], key.group(), fallback=fallback)


def key_before(text: str, start: int, offset: int) -> str:
    """The name under which a value at an offset stands, looking back to the start of its line; empty when none."""
    before = URL_HEAD.sub("", text[max(start, offset - 400) : offset])
    found = [match for pattern in (ASSIGNED, GIVEN) for match in pattern.finditer(before)]
    names = [match[1] for match in sorted(found, key=lambda match: match.end()) if match[1] not in EMPTY_NAMES]
    return names[-1] if names else ""


def _belongs(before: str, match: re.Match[str]) -> bool:
    """Whether the string is the value of the name: no f-string, no part of a longer expression, no list neighbour."""
    if "f" in match["prefix"].lower() and "{" in match["value"]:
        return False
    if match["after"].strip():
        return False
    if match["sign"] == ",":
        return match["close"][:1] in ('"', "'") and bool(OPENED.search(before))
    return True


def _lines_on(text: str, offset: int, count: int) -> int:
    """The offset some lines on, but no further than a few hundred characters."""
    limit = min(len(text), offset + 600)
    for _ in range(count):
        found = text.find("\n", offset, limit)
        if found < 0:
            return limit
        offset = found + 1
    return offset
