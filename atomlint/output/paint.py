"""Colour, only where it is asked for."""

from __future__ import annotations

from ..finding import Severity

SEVERITY_COLOR = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


class Paint:
    """Styles text through click when ``on``; otherwise gives it back as it stands."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, text: str, color: str | None = None, *, bold: bool = False, dim: bool = False) -> str:
        """The styled text."""
        if not self.on or not text:
            return text
        import click

        return click.style(text, fg=color, bold=bold or None, dim=dim or None)

    def severity(self, severity: Severity, text: str) -> str:
        """The text in the colour of a severity."""
        return self(text, SEVERITY_COLOR[severity], bold=True)

    def gutter(self, text: str) -> str:
        """Line numbers, bars and arrows of a code frame."""
        return self(text, "blue", bold=True)
