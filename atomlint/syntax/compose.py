"""Compose files: the variables that they give to their services.

Source: the Compose specification (``environment`` as a mapping or as an array of ``NAME=value``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..finding import Span
    from .item import Item


class ServiceVariable(NamedTuple):
    """One variable of one service."""

    service: str
    name: str
    value: str | None
    """As written, variables not substituted; None when it is handed on from whoever starts the service."""
    span: Span
    """Its name, or the whole entry of an array."""


def compose_environment(items: Iterable[Item]) -> Iterator[ServiceVariable]:
    """The variables of every service, in source order."""
    for item in items:
        if len(item.keys) != 4 or item.keys[0] != "services" or item.keys[2] != "environment":
            continue
        service, name = str(item.keys[1]), item.keys[3]
        if isinstance(name, str):
            yield ServiceVariable(service, name, item.value or None, item.key_span)
        else:
            key, equal, value = item.value.partition("=")
            yield ServiceVariable(service, key, value if equal else None, item.value_span)
