"""When to check: soon after a change, at once after a save, and never twice at the same time."""

from __future__ import annotations

import asyncio
import gc
import queue
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .buffers import Buffer
    from .runs import Run, Runner

DEBOUNCE = 0.3
"""Seconds without a further change after which a change is looked at."""
THAW = 32
"""Batches after which objects that were taken for permanent are looked at again."""


@dataclass
class Batch:
    """Checks to make with one state of the buffers, and what came of them."""

    directories: tuple[str, ...]
    buffers: Mapping[str, Buffer]
    runs: list[Run] = field(default_factory=list)


class Checks:
    """Runs batches in one thread, the newest state first; ``done`` is told of each on the event loop."""

    def __init__(
        self, runner: Runner, snapshot: Callable[[], Mapping[str, Buffer]], done: Callable[[Batch], None]
    ) -> None:
        self._runner = runner
        self._snapshot = snapshot
        self._done = done
        self._wanted: dict[str, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._due = False
        self._batches: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self.busy = False
        """Whether a batch is being checked."""
        # A daemon: a client that leaves does not wait for a check to end.
        self._thread = threading.Thread(target=self._work, name="atomlint-check", daemon=True)
        self._thread.start()

    def want(self, directories: Iterable[str], delay: float = DEBOUNCE) -> None:
        """Check these directories' projects after a delay in which nothing more is wanted; 0 is now."""
        self._wanted.update(dict.fromkeys(directories))
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if delay > 0 and not self._due:
            self._timer = self._loop.call_later(delay, self._start)
        else:
            self._start()

    def close(self) -> None:
        """Begin nothing more; a batch that runs is finished by the time that the thread has ended, if it gets there."""
        self._wanted.clear()
        if self._timer is not None:
            self._timer.cancel()
        self._batches.put(None)

    def _start(self) -> None:
        self._timer = None
        if self.busy:
            self._due = True
            return
        if self._wanted:
            self.busy, self._due = True, False
            self._batches.put(Batch(tuple(self._wanted), self._snapshot()))
            self._wanted.clear()

    def _finished(self, batch: Batch) -> None:
        self.busy = False
        try:
            self._done(batch)
        finally:
            if self._due:
                self._start()

    def _work(self) -> None:
        gc.disable()
        number = 0
        while (batch := self._batches.get()) is not None:
            batch.runs = [self._runner.run(directory, batch.buffers) for directory in batch.directories]
            with suppress(RuntimeError):  # the loop has ended, and nobody waits for this any more
                self._loop.call_soon_threadsafe(self._finished, batch)
            del batch
            number += 1
            tidy(thaw=number % THAW == 0)


def tidy(*, thaw: bool) -> None:
    """Free what a run left in cycles.

    A linked project is millions of objects that die together: collecting while they are made costs as much as making
    them. So the collector rests during a run, and what is alive after one (facts that are kept) is set aside until a
    ``thaw``.
    """
    if thaw:
        gc.unfreeze()
    gc.collect()
    gc.freeze()
