"""Colour, only where it is asked for."""

from __future__ import annotations

from ..finding import Severity

CODES = {"red": 31, "yellow": 33, "blue": 34, "cyan": 36}
"""Select Graphic Rendition of ECMA-48: the foreground colours that are used."""
SEVERITY_COLOR = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


class Paint:
    """Styles text for a terminal when ``on``; otherwise gives it back as it stands."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, text: str, color: str | None = None, *, bold: bool = False, dim: bool = False) -> str:
        """The styled text."""
        if not self.on or not text:
            return text
        codes = [*([CODES[color]] if color else []), *([1] if bold else []), *([2] if dim else [])]
        return f"\x1b[{';'.join(map(str, codes))}m{text}\x1b[0m" if codes else text

    def severity(self, severity: Severity, text: str) -> str:
        """The text in the colour of a severity."""
        return self(text, SEVERITY_COLOR[severity], bold=True)

    def gutter(self, text: str) -> str:
        """Line numbers, bars and arrows of a code frame."""
        return self(text, "blue", bold=True)
