"""What tells apart versions of the engine, and checkouts of a project."""

from __future__ import annotations

import contextlib
import functools
import os
from hashlib import blake2b
from typing import TYPE_CHECKING

from .report import Trouble

if TYPE_CHECKING:
    from .workspace import Workspace


def repository_key(workspace: Workspace) -> bytes:
    """The key of secrets' fingerprints: the same for every checkout of a project, so that reports can be compared."""
    name = b""
    data = workspace.read("pyproject.toml")
    if not isinstance(data, Trouble) and b"[project]" in data:
        from .toml import loads

        with contextlib.suppress(ValueError, AttributeError, RecursionError):
            name = str(loads(data.decode("utf-8")).get("project", {}).get("name", "")).encode()
    return blake2b(name, digest_size=32, person=b"atomlint secret").digest()


@functools.cache
def engine_stamp() -> str:
    """Changes whenever a file of the engine does: an editable install must not answer from an older engine's cache.

    Asked once: what a process has loaded stays what it was.
    """
    latest, count = 0, 0
    for directory, folders, files in os.walk(os.path.dirname(__file__)):  # noqa: PTH120 - walked at every start
        folders[:] = [folder for folder in folders if folder not in ("__pycache__", "lsp", "cli")]
        for name in files:
            if name.endswith(".py"):
                latest = max(latest, os.stat(os.path.join(directory, name)).st_mtime_ns)  # noqa: PTH116, PTH118
                count += 1
    return f"{latest:x}.{count}"
