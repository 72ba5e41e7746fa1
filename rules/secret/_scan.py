"""One text's secrets: anchors give lines, lines give hits, filters leave those that are secrets, one for a place."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ._anchors import anchored, fold, in_text, windows
from ._detectors import EXTRA, STOCK, deferred
from ._filters import keeps
from ._hit import Hit
from ._keyed import key_before, keyed
from ._pem import body_after
from ._urls import urls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.source import Source

SIGNATURE = re.compile(r"[\w.+/=-]*", re.ASCII)
RANK = {"pem": 0, "provider": 1, "url": 2, "keyed": 3}


def scan(source: Source, *, bare: bool) -> Iterator[Hit]:
    """Every secret of a text, in order; what a pragma allows is left out. Without an anchor nothing is decoded.

    Args:
        source: the text.
        bare: whether values may stand without quotes, as in dotenv and shell.

    Raises:
        DecodeError: the bytes are no text.
    """
    anchors = anchored(source.data, bare=bare)
    if not anchors:
        return
    text = source.text
    anchors = in_text(anchors, source.data, text, bare=bare)
    pragmas = "pragma" in text
    done = 0
    for start, end, has_form in windows(anchors, text):
        hits = [*keyed(text, start, end, bare=bare)]
        if has_form:
            hits += [*provided(text, start, end), *named_urls(text, start, end)]
        for hit in distinct(hit for hit in hits if keeps(hit, text[max(start, hit.start - 400) : hit.start])):
            if hit.start >= done and not (pragmas and allowed(source, hit)):
                done = hit.end
                yield hit


def provided(text: str, start: int, end: int) -> Iterator[Hit]:
    """What the plugins say about one line."""
    line = text[start:end]
    folded = fold(line)
    for detector in (*EXTRA, *STOCK):
        for found, until in detector.places(line, folded):
            yield from _placed(
                text, start, Hit(detector.kind, "provider", start + found, start + until, line[found:until])
            )


def named_urls(text: str, start: int, end: int) -> Iterator[Hit]:
    """The line's URLs with a password, with the name that each stands under."""
    for hit in urls(text[start:end], start):
        yield replace(hit, key=key_before(text, start, hit.start))


def distinct(hits: Iterator[Hit]) -> list[Hit]:
    """One hit for a place: a provider's word before a URL's before a name's, the longer one first."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (RANK[h.origin], h.kind == "bearer token", h.start - h.end, h.start, h.kind)):
        if all(hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda h: h.start)


def allowed(source: Source, hit: Hit) -> bool:
    """Whether detect-secrets' ``pragma: allowlist secret`` stands on the value's line, or its nextline form above."""
    first, last = source.position(hit.start).line, source.position(hit.end).line
    if not any("pragma" in line for line in source.lines[max(0, first - 2) : last]):
        return False  # the common case, without an import
    with deferred("requests"):
        from detect_secrets.filters.allowlist import is_line_allowlisted
        from detect_secrets.util.code_snippet import get_code_snippet

    return any(
        is_line_allowlisted(source.path, source.lines[number - 1], get_code_snippet(source.lines, number, 1))
        for number in range(first, last + 1)
    )


def _placed(text: str, start: int, hit: Hit) -> Iterator[Hit]:
    if hit.kind == "JSON web token":  # the stock pattern ends before the signature
        signature = SIGNATURE.match(text, hit.end)
        end = signature.end() if signature else hit.end
        hit = replace(hit, end=end, value=text[hit.start : end])
    if hit.kind != "private key":
        yield replace(hit, key=key_before(text, start, hit.start))
        return
    body = body_after(text, hit.end)
    if body is not None:
        yield replace(hit, origin="pem", value=body[0], end=body[1])
