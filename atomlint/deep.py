"""A deep stack, for the rare code whose expressions nest thousands of levels: generated code, mostly."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

STACKS = (512 * 1024 * 1024, 64 * 1024 * 1024)
"""Bytes of stack to try, the first that the system grants; only what is used is ever touched."""
BYTES_A_LEVEL = 4096
"""What a level of recursion takes of the stack, with room to spare: the recursion limit follows from it."""
_ONE_AT_A_TIME = threading.Lock()


def with_deep_stack(work: Callable[[], T]) -> T:
    """Do work in a thread of its own with a deep stack: the usual recursion limit and C stack are both too small.

    Raises:
        RecursionError: it nests too deep even for that, or the system grants no deep stack.
        Exception: whatever else the work raises.
    """
    done: list[T] = []
    raised: list[Exception] = []

    def run() -> None:
        try:
            done.append(work())
        except Exception as error:
            raised.append(error)

    with _ONE_AT_A_TIME:
        _run(run)
    if done:
        return done[0]
    error = raised[0] if raised else RecursionError("the system grants no deep stack")
    if isinstance(error, MemoryError):  # what the compiler raises when its own stack runs out
        raise RecursionError("nests too deep") from None
    raise error


def _run(work: Callable[[], None]) -> None:
    """Run in a thread with the largest stack that the system grants; not at all when it grants none."""
    limit = sys.getrecursionlimit()
    for size in STACKS:
        try:
            usual = threading.stack_size(size)
        except (ValueError, RuntimeError):
            continue
        try:
            sys.setrecursionlimit(max(limit, size // BYTES_A_LEVEL))
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            threading.stack_size(usual)
            thread.join()
        except (RuntimeError, MemoryError):  # no room for the stack
            continue
        else:
            return
        finally:
            threading.stack_size(usual)
            sys.setrecursionlimit(limit)
