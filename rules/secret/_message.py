"""What a finding says about a hit: what it is, its name, its length and its classes of characters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ._value import charset

if TYPE_CHECKING:
    from ._hit import Hit

WORDS = re.compile(r"[_-]*(?:(?:[A-Za-z]+\d{0,2}|\d{1,4})(?:[_-]+|\Z))+", re.ASCII)
LONGEST = 60


def is_a_name(key: str) -> bool:
    """Whether what stands before a value is made of words: in a table of tokens, or in prose, it may be one itself."""
    return len(key) <= LONGEST and WORDS.fullmatch(key) is not None


def message_of(hit: Hit) -> str:
    """One line without the value: a name that contains it is left out, and so is all else if it does still."""
    kind = f"hardcoded {hit.kind}" if hit.origin == "keyed" else hit.kind
    value = hit.value.lower()
    under = f" in {hit.key}" if is_a_name(hit.key) and value not in hit.key.lower() else ""
    message = f"{kind}{under} ({len(hit.value)} characters: {charset(hit.value)})"
    return kind if value in message.lower() else message
