"""Limiters of slowapi that ask a Redis on the event loop.

slowapi counts with the synchronous storages of limits: before a decorated coroutine in the coroutine that stands for it,
and in its middlewares for every request. A decorated plain function runs in a thread, and its count with it (slowapi
0.1.10, ``extension.py`` and ``middleware.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ._limiters import constructions, decorated, is_installed

if TYPE_CHECKING:
    from atomlint import Function, Index

SLOWAPI = "slowapi."


class Counted(NamedTuple):
    """What waits on the event loop for a limiter."""

    always: bool
    """Whether every request does, by a middleware."""
    handlers: tuple[Function, ...]
    """Coroutine functions of routes that it decorates."""


def counted_on_loop(index: Index) -> dict[tuple[str, int], Counted]:
    """Constructions of limiters with a Redis that something waits for on the event loop."""
    found: dict[tuple[str, int], Counted] = index.keep("counted on loop", lambda: _counted_on_loop(index))
    return found


def _counted_on_loop(index: Index) -> dict[tuple[str, int], Counted]:
    backends = index.project.effects.backends
    remote = [
        site
        for site, backend in constructions(index, "slowapi").items()
        if backends.is_remote(backend, "", site) is True
        and site[0] not in index.tests
        and is_installed(index.call(*site))
        and index.idle.makes(*site)
    ]
    counted = _counted(index) if remote else None
    if counted is None or not (counted.always or counted.handlers):
        return {}
    return dict.fromkeys(remote[:1], counted)  # which of several a decorator is of is not known


def _counted(index: Index) -> Counted:
    middlewares = index.project.effects.libraries.middlewares()
    always = any(effect.receiver.startswith(SLOWAPI) for effect in middlewares)
    handlers = (function for function in decorated(index, SLOWAPI) if function.is_async and not function.in_test)
    return Counted(always, tuple(handlers))
