"""Byte anchors: what a file or a line must hold before any detector looks at it.

Each anchor is a *necessary* condition of some detectors: a literal, of which one pass over the bytes finds all, and a
pattern for what follows. Only a Discord token holds no literal. The bytes are folded to lower case in ASCII only, which
keeps every offset. Measured on 109 MB of Python, prose and data: 0.7 s for all of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LONG_LINE = 8192
"""Lines over this many characters are scanned in windows."""
BEFORE, AFTER = 256, 2048
"""Characters before and after an anchor that belong to its window in a long line."""

# What follows a key's name when a quoted value belongs to it: closing quotes, an annotation, =, : or a comma, then
# perhaps a call (a getenv with its variable, a Field with default=) or an `or`, then six characters of a string.
QUOTED = (
    r"""(?=[\w-]{0,24}["'\])`*]{0,4}\s{0,8}(?::[^=\n"']{1,60})?(?:=(?!=)>?|[:,])\s{0,40}(?:\(\s{0,40})?"""
    r"""(?:[\w.]{1,60}[(\[]\s{0,40}(?:["'][\w.-]{1,60}["']\]?,?\s{0,40})?(?:default\s?=\s?)?)?"""
    r"""(?:[\w.()\["'\]]{1,80}\s{1,20}or\s{1,20})?[bru]{0,2}["'`][^\s"'<>{}$`]{6})"""
)
# In configuration and prose the value may stand bare, after a Dockerfile's blank too.
BARE = rf"""(?:{QUOTED}|(?=[\w-]{{0,24}}["'\])`*]{{0,4}}[ \t]{{0,40}}[=: \t][ \t*]{{0,40}}[^\s"'<>{{}}]{{6}}))"""

# Lower case, because the bytes are folded. After a name stands a quoted or bare value.
NAMES = (
    *("token", "secret", "pass", "pwd", "_key", "-key", "api key", "apikey", "accesskey", "privatekey"),
    *("cryptionkey", "signingkey", "masterkey", "authkey"),
)
# What a value begins with or holds, and what follows that.
FORMS = {
    "://": rb"""(?:hooks\.slack\.com/services|[^\s/"']{0,80}:[^\s/"']{1,200}@)""",
    ":_authtoken": rb"",
    "-us": rb"[0-9]",
    "aws": rb""".{0,20}(?:key|pwd|pw|pass|token).{0,20}["'][0-9a-z/+]{40}""",
    "accountkey=": rb"[a-z0-9+/]{20}",
    "private key": rb"",
    "putty-user-key-file": rb"",
    "k_live_": rb"[0-9a-z]{24}",
    "akc": rb"[a-z0-9]{10}",
    "akia": rb"[0-9a-z]{16}",
    "sk-": rb"(?:(?<=\bsk-)[a-z0-9_-]{20}|[a-z0-9_-]{20,400}t3blbkfj)",
    "xapp-": rb"\d",
    "sq0csp-": rb"",
    "pypi-ag": rb"",
    "gr1348941": rb"",
    "github_pat_": rb"",
    "gocspx-": rb"[\w-]{20}",
    "npg_": rb"[a-z0-9]{10}",
    "sg.": rb"[\w-]{22}\.[\w-]{27}",
    "eyj": rb"[\w=-]{1,2000}\.",
    "bearer ": rb"[\w.~+/-]{20}",
    **dict.fromkeys(("aaijcd", "aaincd"), rb""),
    **dict.fromkeys((f"fm{version}{kind}_" for version in "12" for kind in ("", "a", "r")), rb"[a-z0-9]{10}"),
    **dict.fromkeys((f"gh{kind}_" for kind in "pousr"), rb"[a-z0-9_]{36}"),
    **dict.fromkeys((f"xox{kind}-" for kind in "abpors"), rb"\d"),
    **dict.fromkeys(
        (f"gl{kind}-" for kind in ("rt", "dt", "ft", "pat", "cbt", "imt", "ptt", "oas", "soat", "agent")), rb"[\w-]{20}"
    ),
    **dict.fromkeys((f"{digit}:" for digit in range(10)), rb"[\w-]{32}"),  # Asana's and Telegram's tokens
}
# Upper-case prefixes that would be ordinary words when folded: AWS, Artifactory, Twilio.
CASED = {
    "A3T": rb"[A-Z0-9][0-9A-Z]{16}",
    **dict.fromkeys(("ABIA", "ACCA", "ASIA"), rb"[0-9A-Z]{16}"),
    **dict.fromkeys((f"AP{digit}" for digit in "0123456789ABCDEF"), rb"[a-zA-Z0-9]{8}"),
    **dict.fromkeys(("AC", "SK"), rb"[a-z0-9]{32}"),
}
DISCORD = re.compile(rb"\.[\w-]{6}\.[\w-]{27}")


class Anchor(NamedTuple):
    """Where a detector may find something."""

    offset: int
    is_form: bool
    """Whether the value's own form is promised, not the name that it stands under."""


class Literals:
    """Finds literals in one pass, and which of them are followed by what makes them anchors."""

    def __init__(self, literals: Mapping[str, bytes]) -> None:
        patterns = [literal.encode() for literal in literals]
        self._automaton = BytesAhoCorasick(patterns, implementation=Implementation.DFA)
        compiled = {follows: re.compile(follows).match for follows in literals.values()}
        self._follows = [(compiled[follows], literal not in NAMES) for literal, follows in literals.items()]

    def anchors(self, data: bytes) -> Iterator[Anchor]:
        """In the order of their ends."""
        for number, start, end in self._automaton.find_matches_as_indexes(data, overlapping=True):
            follows, is_form = self._follows[number]
            if follows(data, end):
                yield Anchor(start, is_form)


def anchored(data: bytes, *, bare: bool) -> list[Anchor]:
    """All anchors of some bytes, ascending; ``bare`` when values may stand without quotes."""
    folded, cased = _literals(bare)
    found = [*folded.anchors(data.lower()), *cased.anchors(data)]
    found += [Anchor(match.start(), True) for match in DISCORD.finditer(data)]
    return sorted(found)


def in_text(anchors: list[Anchor], data: bytes, text: str, *, bare: bool) -> list[Anchor]:
    """The anchors of some bytes with their offsets in the text that these spell, in code points."""
    if len(text) == len(data):
        return anchors
    encoded = text.encode("utf-8", "surrogatepass")
    if encoded != data:  # another encoding, or a byte order mark
        anchors = anchored(encoded, bare=bare)
    found = []
    done = length = 0
    for offset, is_form in anchors:
        length += len(encoded[done:offset].decode("utf-8", "surrogatepass"))
        done = offset
        found.append(Anchor(length, is_form))
    return found


def windows(anchors: Sequence[Anchor], text: str) -> Iterator[tuple[int, int, bool]]:
    """The stretches to scan, as offsets, and whether they hold an anchor that promises a form.

    They are the anchors' lines, or windows round the anchors of very long lines. ``anchors`` are ascending.
    """
    odd = "\r" in text  # a lone one ends a line too
    at = 0
    while at < len(anchors):
        offset = anchors[at].offset
        start = text.rfind("\n", 0, offset) + 1
        end = text.find("\n", offset)
        end = len(text) if end < 0 else end
        if odd:
            start = max(start, text.rfind("\r", start, offset) + 1)
            other = text.find("\r", offset, end)
            end = end if other < 0 else other
        if end - start > LONG_LINE:
            start, end = max(start, offset - BEFORE), min(end, offset + AFTER)
        following = bisect_left(anchors, (end,), at + 1)
        yield start, end, any(anchor.is_form for anchor in anchors[at:following])
        at = following


def fold(text: str) -> str:
    """Lower case of ASCII letters only, so that every offset stays (``"İ".lower()`` has two code points)."""
    if text.isascii():
        return text.lower()
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


@cache
def _literals(bare: bool) -> tuple[Literals, Literals]:
    return Literals({**dict.fromkeys(NAMES, (BARE if bare else QUOTED).encode()), **FORMS}), Literals(CASED)
