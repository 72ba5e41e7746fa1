"""Work in a copy of this process, beside it: what is in memory need not be sent, only the answer comes back."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def can_fork() -> bool:
    """Whether a copy of this process is cheap and safe: Linux, and no other thread that may hold a lock."""
    if sys.platform != "linux":
        return False
    import threading

    return threading.active_count() == 1


def beside(work: Callable[[], bytes]) -> Callable[[], bytes]:
    """Start ``work`` in a copy of this process; calling what is returned waits for its answer.

    The work is done here after all when the copy cannot be made, or ends without an answer.
    """
    try:
        source, sink = os.pipe()
        pid = os.fork()
    except OSError:
        return work
    if pid == 0:
        _in_copy(work, source, sink)
    os.close(sink)

    def answer() -> bytes:
        with os.fdopen(source, "rb") as stream:
            data = stream.read()
        _, status = os.waitpid(pid, 0)
        return data if status == 0 and data else work()

    return answer


def _in_copy(work: Callable[[], bytes], source: int, sink: int) -> None:
    """Never returns: nothing of the copied process may run on, its clean-up least of all."""
    status = 1
    try:
        os.close(source)
        data = work()
        with os.fdopen(sink, "wb") as stream:
            stream.write(data)
        status = 0
    finally:
        os._exit(status)
