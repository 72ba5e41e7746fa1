"""Work on many files in several processes. A worker that dies costs one file, and says which."""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future, ProcessPoolExecutor

T = TypeVar("T")
R = TypeVar("R")

SERIAL = 96
"""Fewer tasks than this are done in this process: starting others costs more."""
CHUNK = 48
"""Tasks sent at a time: enough that sending costs nothing, few enough that progress shows."""


class Died:
    """What a task gave when its worker died."""


class Pool:
    """Processes that are started when first needed and kept until `close`. Functions and tasks must be picklable."""

    def __init__(
        self, jobs: int = 0, *, start: Callable[..., None] | None = None, arguments: Sequence[Any] = ()
    ) -> None:
        """Args:
        jobs: processes; 0 for one a core.
        start: called once in every process (and in this one) before its first task, with ``arguments``.
        """
        self.jobs = jobs or cores()
        self._start = start
        self._arguments = tuple(arguments)
        self._executor: ProcessPoolExecutor | None = None
        self._started_here = False
        self.is_serial = True
        """Whether the last `run` stayed in this process."""

    def run(
        self, work: Callable[[T], R], tasks: Sequence[T], done: Callable[[int], None] | None = None
    ) -> Iterator[tuple[T, R | Died]]:
        """Results in the order of the tasks."""
        self.is_serial = self.jobs == 1 or len(tasks) < SERIAL or not self._can_start()
        if not self.is_serial:
            yield from self._spread(work, tasks, done)
            return
        if self._start is not None and not self._started_here:
            self._start(*self._arguments)
            self._started_here = True
        for place, task in enumerate(tasks):
            yield task, work(task)
            if done is not None and place % CHUNK == 0:
                done(place)

    def _can_start(self) -> bool:
        """Whether this system lets processes be started: some sandboxes have no semaphores, or no room."""
        try:
            self._processes()
        except (OSError, ImportError, NotImplementedError):
            self.jobs = 1
        return self.jobs != 1

    def _spread(
        self, work: Callable[[T], R], tasks: Sequence[T], done: Callable[[int], None] | None
    ) -> Iterator[tuple[T, R | Died]]:
        from concurrent.futures.process import BrokenProcessPool

        chunks = [tasks[start : start + CHUNK] for start in range(0, len(tasks), CHUNK)]
        count = 0
        try:
            futures = self._submit(work, chunks)
            for place, chunk in enumerate(chunks):
                try:
                    results: list[R | Died] = list(futures[place].result())
                except BrokenProcessPool:
                    results = self._one_by_one(work, chunk)
                    futures[place + 1 :] = self._submit(work, chunks[place + 1 :])
                yield from zip(chunk, results, strict=True)
                count += len(chunk)
                if done is not None:
                    done(count)
        except BaseException:  # Ctrl-C, above all: nobody waits for what the others are doing
            self._kill()
            raise

    def _submit(self, work: Callable[[T], R], chunks: Sequence[Sequence[T]]) -> list[Future[list[R]]]:
        from concurrent.futures import Future
        from concurrent.futures.process import BrokenProcessPool

        executor = self._processes()
        futures: list[Future[list[R]]] = []
        with _no_interrupts():  # processes start here, and must not meet Ctrl-C before they can ignore it
            for chunk in chunks:
                try:
                    futures.append(executor.submit(_chunk, work, chunk))
                except BrokenProcessPool as error:  # noqa: PERF203 - one has died already
                    futures.append(Future())
                    futures[-1].set_exception(error)
        return futures

    def _one_by_one(self, work: Callable[[T], R], chunk: Sequence[T]) -> list[R | Died]:
        """After a death: each task in a process of its own, to learn which one kills."""
        from concurrent.futures.process import BrokenProcessPool

        results: list[R | Died] = []
        self.close()
        for task in chunk:
            try:
                results += self._submit(work, [[task]])[0].result()
            except BrokenProcessPool:  # noqa: PERF203 - it is what is looked for
                self.close()
                results.append(Died())
        self.close()
        return results

    def _processes(self) -> ProcessPoolExecutor:
        if self._executor is None:
            import multiprocessing
            from concurrent.futures import ProcessPoolExecutor

            # A fork keeps locks that other threads held, for ever; a language server checks beside its main thread.
            alone = threading.current_thread() is threading.main_thread()
            method = "fork" if sys.platform == "linux" and alone else "spawn"
            context = multiprocessing.get_context(method)
            arguments = (os.getpid(), self._start, self._arguments)
            self._executor = ProcessPoolExecutor(self.jobs, context, _begin, arguments)
        return self._executor

    def _kill(self) -> None:
        for process in list((getattr(self._executor, "_processes", None) or {}).values()):
            process.terminate()
        self.close()

    def close(self) -> None:
        """End the processes, and wait for that: the interpreter's own waiting at its end may meet them half closed."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None


def cores() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Ctrl-C waits, here and in the processes that are started meanwhile."""
    import signal

    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(parent: int, start: Callable[..., None] | None, arguments: Sequence[Any]) -> None:
    import gc
    import signal

    if os.name == "posix":
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    gc.disable()  # trees are dropped at once and hold no cycles
    if start is not None:
        start(*arguments)


def _watch(parent: int) -> None:
    """End this process when its parent is gone, even if that was killed and could not say so."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _chunk(work: Callable[[T], R], tasks: Sequence[T]) -> list[R]:
    return [work(task) for task in tasks]
