"""What is said of what keeps a call from running every time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .stores import Hole


class Guard(NamedTuple):
    """Why a call does not run every time.

    Kinds: ``decorator`` (its function is cached), ``cache`` (a hit in ``name`` leaves first), ``gate`` (time has passed,
    or enough calls have), ``once`` (the result is kept where the guard looks), ``held`` (the request has it: see `held`).
    """

    kind: str
    name: str
    remote: bool = False
    """Whether the cache itself is a shared store."""
    holes: tuple[Hole, ...] = ()
    """Ways out that leave nothing in the cache."""
    interval: float | None = None
    """Seconds between two calls (for a cache, of one key), where they can be told."""
    rate: float | None = None
    """Share of the calls that pass, for a gate that counts."""
    path: str = ""
    call: int = -1
    """The call that it stands in front of; -1 for a decorator."""
    owner: int = 0
    """The class whose instances each keep what it looks at, as its scope in its file; 0 where the process shares it."""
    owner_path: str = ""
    """The file of that class, where it may be another."""
