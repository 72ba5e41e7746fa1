"""Standard streams that are closed, or cannot be written."""

from __future__ import annotations

import contextlib
import os
import sys
from io import UnsupportedOperation
from pathlib import Path


def open_closed() -> None:
    """Give a closed standard output or error a stream that goes nowhere; Python has None for it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for the process's life


def drop(*names: str) -> None:
    """Send what ``stdout`` or ``stderr`` still hold nowhere, or Python would fail to write it again when it exits."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.suppress(UnsupportedOperation):
        for name in names:
            os.dup2(nowhere.fileno(), getattr(sys, name).fileno())


def said(error: OSError) -> str:
    """What an error of writing or of the system says, without a path where it has none."""
    import errno

    why = error.strerror or str(error)
    if error.filename is not None:
        return f"{error.filename}: {why}"
    unwritten = {errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
    return f"cannot write the output: {why}" if error.errno in unwritten else why
