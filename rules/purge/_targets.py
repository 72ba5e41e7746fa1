"""The places of a file where a removal names its tenant, each with everything that it makes removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ._aims import Aim, aims_of
from ._removals import Removal, removal_of
from ._scripts import asks_first, is_guarded, is_maintenance

if TYPE_CHECKING:
    from atomlint import Call, Index, Span


class Target(NamedTuple):
    """One place to repair."""

    span: Span
    aims: tuple[Aim, ...]
    removals: tuple[Removal, ...]
    """In source order."""
    proven: bool


def targets_of(index: Index, path: str) -> dict[Call, list[Target]]:
    """Targets by the first call that removes because of them."""
    found: dict[Call, list[Target]] = index.keep(("purge targets", path), lambda: _find(index, path))
    return found


def _find(index: Index, path: str) -> dict[Call, list[Target]]:
    places: dict[Span, list[tuple[Aim, Removal, bool]]] = {}
    for call in index.calls(path):
        removal = removal_of(call)
        if removal is None:
            continue
        maintenance = is_maintenance(call)
        if maintenance is False or is_guarded(call):
            continue
        for aim in aims_of(removal):
            span = aim.span if aim.span.path == path else call.span
            sure = aim.literal.direct and maintenance is True and removal.kind != "call" and not asks_first(call)
            places.setdefault(span, []).append((aim, removal, sure))
    result: dict[Call, list[Target]] = {}
    for span, found in places.items():
        removals = tuple(dict.fromkeys(removal for _, removal, _ in found))
        aims = tuple(dict.fromkeys(aim for aim, _, _ in found))
        target = Target(span, aims, removals, any(sure for _, _, sure in found))
        result.setdefault(removals[0].call, []).append(target)
    return result
