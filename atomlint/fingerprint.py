"""What identifies a finding from one run to the next, wherever its lines have moved to meanwhile."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from .kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .finding import Finding, Span
    from .source import Source, SourceReader

SECRET_RULES = "secret-"
"""Rules whose findings are identified by a keyed digest of the value, never by code."""

_START = re.compile(r"[\"'#]")
_INSIDE = {quote: re.compile(rf"(?:\\.|[^{quote}\\\r\n])*", re.DOTALL) for quote in "\"'"}
_LINE = re.compile(r"[^\r\n]*")
_ANGLE = re.compile(r"<!--.*?-->", re.DOTALL)
_SIZE = 16
"""Bytes of a digest; twice as many hexadecimal characters."""


def fingerprint(finding: Finding, *, source: Source | None, key: bytes | None = None) -> str:
    """32 hexadecimal characters for rule, path, normalised code and enclosing symbol of a finding; never a line number.

    Two equal places have one fingerprint here; :func:`assign` tells them apart. A finding of a ``secret-`` rule keeps
    the digest that the rule gave it; without one, rule, path and symbol identify it, under the repository's ``key``.
    """
    if finding.rule.startswith(SECRET_RULES):
        return finding.fingerprint or _digest(finding.rule, finding.span.path, finding.symbol, key=key or b"")
    code = _normalised(source, finding.span) if source else ""
    return _digest(finding.rule, finding.span.path, finding.symbol, code)


def assign(findings: Iterable[Finding], sources: SourceReader, *, key: bytes | None = None) -> list[Finding]:
    """Give every finding its fingerprint, in output order; equal ones differ by their occurrence in that order.

    Takes findings as rules made them: a fingerprint that is already set counts for ``secret-`` rules only.
    """
    seen: Counter[str] = Counter()
    done: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (f.order, f.symbol)):
        base = fingerprint(finding, source=sources.source(finding.span.path), key=key)
        occurrence = seen[base]
        seen[base] += 1
        own = _digest(base, str(occurrence)) if occurrence else base
        done.append(msgspec.structs.replace(finding, fingerprint=own))
    return done


def secret_digest(value: str, key: bytes) -> str:
    """HMAC-SHA256 of a detected value under a repository's key, as 32 hexadecimal characters.

    Raises:
        ValueError: the key is shorter than 16 bytes, so that values could be guessed from digests.
    """
    import hmac

    if len(key) < 16:
        raise ValueError("the key of a secret's digest needs at least 16 bytes")
    return hmac.new(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[: 2 * _SIZE]


def _normalised(source: Source, span: Span) -> str:
    """The lines of a span without comments, white space collapsed; an end before a line's first character is not in."""
    last = span.end.line - 1 if span.end.column == 1 and span.end.line > span.start.line else span.end.line
    try:
        code = "\n".join(source.lines[span.start.line - 1 : last])
    except ValueError:  # no text
        return ""
    kind = kind_of(source.path)
    if kind in ("python", "toml", "dotenv"):
        code = _without_comments(code)
    elif kind == "markdown":
        closed = code.rfind("-->") + 3  # or every comment that is not closed would be read to the end
        code = _ANGLE.sub("", code[:closed]) + code[closed:]
    return " ".join(code.split())


def _without_comments(code: str) -> str:
    """Code without what stands after a ``#`` that is in no quotes, in linear time whatever is not closed."""
    kept: list[str] = []
    done = at = 0
    open_to = {'"': 0, "'": 0}  # a quote is not closed up to here: neither is any further one before
    while start := _START.search(code, at):
        at, sign = start.start(), start[0]
        if sign == "#":
            kept.append(code[done:at])
            done = at = _end(_LINE, code, at)
        elif code.startswith(sign * 3, at) and (close := code.find(sign * 3, at + 3)) >= 0:
            at = close + 3
        elif at < open_to[sign]:
            at += 1
        else:
            end = _end(_INSIDE[sign], code, at + 1)
            is_closed = code.startswith(sign, end)
            open_to[sign] = 0 if is_closed else end
            at = end + 1 if is_closed else at + 1
    return "".join([*kept, code[done:]])


def _end(pattern: re.Pattern[str], code: str, start: int) -> int:
    match = pattern.match(code, start)
    return match.end() if match else start


def _digest(*parts: str, key: bytes = b"") -> str:
    digest = hashlib.blake2b(digest_size=_SIZE, key=hashlib.sha256(key).digest() if key else b"")
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
