"""A deep stack, for the rare code whose expressions nest thousands of levels: generated code, mostly."""

from __future__ import annotations

import ast
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
LONG = 200_000
"""Characters of a text that Python 3.10 is not given on a usual stack: its parser dies of 100,000 chained calls."""
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
        except (RecursionError, MemoryError):  # the latter is what the compiler raises when its own stack runs out
            raised.append(RecursionError("nests too deep"))
        except Exception as error:
            error.__context__ = None
            raised.append(error.with_traceback(None))  # thousands of frames may hang on it: they are freed here

    with _ONE_AT_A_TIME:
        _run(run)
    if done:
        return done[0]
    raise raised[0] if raised else RecursionError("the system grants no deep stack")


def needs_deep_stack(text: str) -> bool:
    """Whether a Python text may take the process down when it is parsed on the usual stack."""
    return sys.version_info < (3, 11) and len(text) > LONG


def parse(text: str) -> ast.Module:
    """The tree of a Python text, however deep it nests; what the compiler warns of goes nowhere.

    Raises:
        SyntaxError: the running interpreter does not parse it.
        ValueError: it holds null bytes or lone surrogates.
        RecursionError: it nests too deep all the same.
    """
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not needs_deep_stack(text):
            try:
                return ast.parse(text)
            except (RecursionError, MemoryError):
                pass
        return with_deep_stack(lambda: ast.parse(text))


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
