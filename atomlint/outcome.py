"""What one run of a project amounts to, and what it is measured and told by: light enough for a run from the cache."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from .finding import Finding
from .report import Looked, Trouble, UnresolvedCall

if TYPE_CHECKING:
    from .source import Source
    from .workspace import Workspace

Progress = Callable[[str, int, int], None]
"""Told the stage, how many files are done, and how many there are."""


class Outcome(msgspec.Struct, array_like=True):
    """Everything a project's run found: what the cache keeps of it."""

    findings: list[Finding]
    """All of them, hidden and suppressed ones too, in output order, with fingerprints."""
    troubles: list[Trouble]
    looked: Looked
    tracebacks: list[str] = []
    unresolved: list[UnresolvedCall] = []
    """Calls that are listed when that is asked for."""


class Clock:
    """CPU seconds a stage, of this process and of the workers that ended."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Charge the time of a block to a stage."""
        before = time.process_time()
        try:
            yield
        finally:
            self.add(name, time.process_time() - before)

    def add(self, name: str, seconds: float) -> None:
        """Charge seconds to a stage."""
        self.stages[name] = self.stages.get(name, 0.0) + seconds

    def move(self, source: str, target: str, seconds: float) -> None:
        """Charge to one stage what was measured inside of another."""
        self.add(source, -seconds)
        self.add(target, seconds)


class Sources:
    """Texts of the workspace, read when asked for and kept."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._kept: dict[str, Source | None] = {}

    def source(self, path: str) -> Source | None:
        """The file at a root-relative path, or None when it cannot be read or decoded."""
        if path not in self._kept:
            from .source import Source

            data = self.workspace.read(path)
            source = None if isinstance(data, Trouble) else Source(path, data)
            try:
                if source is not None:
                    _ = source.text
            except ValueError:
                source = None
            self._kept[path] = source
        return self._kept[path]

    def raw(self, path: str) -> Source | Trouble:
        """The file, whose text may turn out to be none when it is asked for; or what is in the way of its bytes."""
        from .source import Source

        data = self.workspace.read(path)
        return data if isinstance(data, Trouble) else Source(path, data)
