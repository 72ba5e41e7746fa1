"""What a value looks like: random as a machine makes it, chosen as a person does, or made up for an example."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
CHUNK = re.compile(r"[A-Za-z0-9]+")
HEX = re.compile(r"(?:[0-9a-f]+|[0-9A-F]+)\Z")
LEET = str.maketrans("0134579@$!", "oleastgasi")
SPELLED = re.compile(r"pass|word|secure?|admin|welcome|login|secret")
RANDOM_MASS = 16
"""Characters in random-looking chunks that make a value machine-made: 16 hexadecimal digits are 64 bits."""


def charset(value: str) -> str:
    """The classes of characters in a value, in words: all that a message may say about it beside its length."""
    if HEX.match(value):
        return "hexadecimal digits"
    classes = (
        ("letters", any(char.isalpha() for char in value)),
        ("digits", any(char.isdigit() for char in value)),
        ("symbols", any(not char.isalnum() for char in value)),
    )
    present = [name for name, found in classes if found]
    return present[0] if len(present) == 1 else f"{', '.join(present[:-1])} and {present[-1]}"


def entropy(value: str) -> float:
    """Shannon entropy in bits a character."""
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values()) if value else 0.0


def looks_random(value: str, *, mass: int = RANDOM_MASS) -> bool:
    """Whether a machine made the value: at least ``mass`` characters, and most of all, that no word explains."""
    if any(char.isspace() for char in value) or looks_made_up(value):
        return False
    if UUID.search(value):
        return entropy(value) >= 3
    chunks = CHUNK.findall(value)
    found = sum(len(chunk) for chunk in chunks if _random_chunk(chunk))
    return found >= mass and found >= 0.4 * len(value) and entropy(value) >= 2.8


def looks_spelled(value: str) -> bool:
    """Whether a word of passwords shines through letters replaced by digits and signs (``P4ssw0rd``)."""
    return bool(SPELLED.search(value.lower().translate(LEET)))


def looks_chosen(value: str) -> bool:
    """Whether a person could have picked the value as a password: 6 to 64 characters, letters and something else."""
    if not 6 <= len(value) <= 64 or any(char.isspace() for char in value):
        return False
    letters = sum(char.isalpha() for char in value)
    return letters >= 3 and letters < len(value) and len(set(value.lower())) >= 5


def looks_made_up(value: str) -> bool:
    """Whether the characters run in sequence, repeat, or are too few for a real value (``abc123def456``, ``xxxx``)."""
    plain = "".join(CHUNK.findall(value)).lower()
    if len(plain) < 6:
        return True
    if len(set(plain)) < min(7, len(plain) // 2 + 1):
        return True
    period = (plain + plain).find(plain, 1)
    if period <= len(plain) // 2:
        return True
    codes = [ord(char) for char in plain]
    beside = sum(abs(b - a) <= 1 for a, b in pairwise(codes)) / (len(codes) - 1)
    apart = sum(abs(b - a) <= 1 for a, b in zip(codes, codes[2:], strict=False)) / (len(codes) - 2)
    return beside >= 0.45 or apart >= 0.6


def _random_chunk(chunk: str) -> bool:
    if len(chunk) < 6:
        return False
    kinds = ["d" if char.isdigit() else "u" if char.isupper() else "l" for char in chunk]
    present = set(kinds)
    if present == {"d"} or len(present) == 1:
        return False
    changes = sum(a != b for a, b in pairwise(kinds)) / (len(kinds) - 1)
    # Expected changes of random text: hex 0.47, base 36 0.40, base 62 0.62. Words and dates change seldom.
    if "d" not in present:
        return len(chunk) >= 16 and changes >= 0.42
    return changes >= (0.34 if len(present) == 3 else 0.22)
