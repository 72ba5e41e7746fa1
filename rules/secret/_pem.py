"""Private keys with their body: a header alone, as in a check for one, is no key."""

from __future__ import annotations

import re

from ._value import entropy

# The body may stand in a string with written line ends, in several concatenated strings, or indented in YAML.
BODY = re.compile(
    r"""(?:[A-Z0-9 ]{0,40}-----)?(?P<body>(?:\\r|\\n|[\s"'+,(#]|[A-Za-z0-9+/=]"""
    r"""|(?:Proc-Type|DEK-Info|Version|Comment):[^\n]*){64,8000})"""
)
BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}")
MINIMUM = 64
"""Characters of base64 in the smallest real body (an Ed25519 key in PKCS#8)."""


def body_after(text: str, offset: int) -> tuple[str, int] | None:
    """The base64 of a key whose header ends at an offset, and the offset after it; None without a real body."""
    match = BODY.match(text, offset)
    if match is None:
        return None
    plain = match["body"].replace("\\n", "\n").replace("\\r", "\n")
    found = "".join(BASE64.findall(plain))
    if len(found) < MINIMUM or entropy(found) < 4.2:
        return None
    return found, match.end()
