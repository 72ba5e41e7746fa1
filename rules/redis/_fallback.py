"""Local copies that are only asked once Redis has been: where they are read, and that they were filled all along."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from atomlint import Index
    from atomlint.index.fallbacks import Fallback
    from atomlint.index.requestwork import Use


class Found(NamedTuple):
    """A local copy behind a command."""

    fallback: Fallback
    path: str
    call: int
    """The command's call."""


def fallback_of(index: Index, use: Use) -> Found | None:
    """The local copy that is only asked after the command of a use, or None."""
    for step in use.chain:
        found = index.project.fallbacks.behind(step.function.place, step.call)
        if found is not None:
            return Found(found, step.function.place, step.call)
    return None
