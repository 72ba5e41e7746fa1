"""What a detector found, before it becomes a finding."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Origin = Literal["provider", "pem", "url", "keyed"]


@dataclass(frozen=True)
class Hit:
    """A value and where it stands. The value never leaves the process: it is no part of the representation."""

    kind: str
    """What it is, as a message names it: ``Slack token``, ``password``."""
    origin: Origin
    start: int
    end: int
    """Offsets in code points of the value in the text."""
    value: str = field(repr=False)
    key: str = ""
    """The name it stands under; empty when there is none."""
    user: str = ""
    host: str = ""
    """Of a URL with a password."""
    fallback: bool = False
    """Whether it is what the program uses when a variable of the environment is not set."""
