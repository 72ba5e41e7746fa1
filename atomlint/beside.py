"""Work in copies of this process, beside it: what is in memory need not be sent, only the answer comes back."""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

T = TypeVar("T")
MAX_LOTS = 64


def can_fork() -> bool:
    """Whether a copy of this process is cheap and safe: Linux, and no other thread that may hold a lock."""
    if sys.platform != "linux":
        return False
    import threading

    return threading.active_count() == 1


class Lots(Generic[T]):
    """Lots of work in a row that this process and its copies share out among themselves: whoever is done takes another.

    One takes them from the front and one from the back, so that each does neighbours, which may have much in common.

    Raises:
        ValueError: there are more than 64, each of which is a descriptor.
    """

    def __init__(self, lots: Sequence[T]) -> None:
        if len(lots) > MAX_LOTS:
            raise ValueError(f"{len(lots)} lots are more than {MAX_LOTS}")
        self._lots = lots
        self._tokens: list[int] = []
        """Of each lot a pipe with one byte: whoever gets it has the lot."""
        for _ in lots:
            source, sink = os.pipe()
            os.write(sink, b".")
            os.close(sink)
            self._tokens.append(source)
        self._taken: set[int] = set()

    def __iter__(self) -> Iterator[T]:
        """The lots that nobody has taken yet, from the front."""
        return self._take(range(len(self._lots)))

    def __reversed__(self) -> Iterator[T]:
        """The lots that nobody has taken yet, from the back."""
        return self._take(range(len(self._lots) - 1, -1, -1))

    def _take(self, numbers: Iterable[int]) -> Iterator[T]:
        for number in numbers:
            if os.read(self._tokens[number], 1):
                self._taken.add(number)
                yield self._lots[number]

    def others(self) -> list[T]:
        """The lots that this process has not taken: what to do again when a copy died."""
        return [lot for number, lot in enumerate(self._lots) if number not in self._taken]

    def close(self) -> None:
        """No lot can be taken any more."""
        for token in self._tokens:
            os.close(token)


def beside(work: Callable[[], bytes], otherwise: Callable[[], bytes] | None = None) -> Callable[[], bytes]:
    """Start ``work`` in a copy of this process; calling what is returned waits for its answer.

    When the copy cannot be made, or ends without an answer, ``otherwise`` is done here instead: the work itself, unless given.
    """
    from tempfile import TemporaryFile

    otherwise = otherwise or work
    try:
        answer_file = TemporaryFile()  # noqa: SIM115 - a pipe would keep the copy, and its memory, until somebody reads
    except OSError:
        return otherwise
    try:
        pid = os.fork()
    except OSError:
        answer_file.close()
        return otherwise
    if pid == 0:
        _in_copy(work, answer_file)

    def answer() -> bytes:
        _, status = os.waitpid(pid, 0)
        with answer_file:
            answer_file.seek(0)
            data = answer_file.read()
        return data if status == 0 and data else otherwise()

    return answer


def _in_copy(work: Callable[[], bytes], answer_file: IO[bytes]) -> None:
    """Never returns: nothing of the copied process may run on, its clean-up least of all."""
    status = 1
    try:
        answer_file.write(work())
        answer_file.flush()
        status = 0
    finally:
        os._exit(status)
