"""The progress line: on a terminal, for runs over a second."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_shown = False


def progress() -> Callable[[str, int, int], None] | None:
    """A progress line on a terminal for runs over a second; None elsewhere."""
    if not sys.stderr.isatty():
        return None
    import time

    start = time.monotonic()
    last = 0.0

    def tell(stage: str, done: int, total: int) -> None:
        global _shown  # noqa: PLW0603 - one terminal
        nonlocal last
        now = time.monotonic()
        if now - start < 1 or now - last < 0.1:
            return
        last = now
        _shown = True
        click.echo(f"\r\x1b[K{stage} {done}/{total} files" if total else f"\r\x1b[K{stage}", nl=False, err=True)

    return tell


def progress_done() -> None:
    """Clear the progress line."""
    global _shown  # noqa: PLW0603
    if _shown:
        click.echo("\r\x1b[K", nl=False, err=True)
        _shown = False
