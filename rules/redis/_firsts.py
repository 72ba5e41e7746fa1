"""Commands that a function sends on a client right after making it, to be kept: once for a client, not for a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._branches import sites_of

if TYPE_CHECKING:
    from atomlint import Call, Index
    from atomlint.index.requestwork import RequestWork, Use


def is_first_of_client(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether a command, or a call that leads to it, follows the making of a client that requests share.

    ``if not self.client: self.client = from_url(...); self.client.ping()``.
    """
    return any(_follows_the_making(index.call(function.place, call)) for function, call, _ in sites_of(work, use))


def _follows_the_making(call: Call) -> bool:
    """Whether a call always comes after one that makes a client, in the same function."""
    project = call.index.project
    return any(
        other.ordinal < call.ordinal
        and other.name in project.clients.names
        and set(other.frame_ids) <= set(call.frame_ids)
        and project.clients.construction(other.path, other.ordinal) is not None
        and not project.lifetimes.of(other.path, other.ordinal).paths
        for other in call.function.calls
    )
