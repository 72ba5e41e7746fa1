"""The terms of a budget of connections in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.index.connections import Connections, Share
    from atomlint.index.engines import Engine
    from atomlint.index.figures import Figure


NAMED = 5
"""Engines that are named although they are not counted."""


def shown(value: float | None) -> str:
    """A number without decimals it does not have."""
    return "unknown" if value is None else f"{value:g}"


def sum_of(found: Connections) -> str:
    """The sum as it is written by hand: ``api 2 x 1 x 15 + worker 1 x 1 x 15``."""
    parts = [part for share in found.shares for part in _products(share)]
    return " + ".join([*parts, *([f"release_command {shown(found.released)}"] if found.released else [])])


def _products(share: Share) -> Iterator[str]:
    for program in share.programs:
        if not program.engines:
            continue
        pools = " + ".join(shown(one.most) for one in program.engines)
        factors = [_machines(share)] if share.group else []
        factors += [str(share.overlap.factor)] if share.overlap.factor != 1 else []
        if share.group or program.processes.value != 1:
            factors.append(shown(program.processes.value))
        each = shown(sum(one.most or 0 for one in program.engines))
        factors.append(f"{each} ({pools})" if len(program.engines) > 1 else pools)
        name = f"{share.group} " if share.group else ""
        yield name + " x ".join(factors)


def _machines(share: Share) -> str:
    machines, extra = shown(share.machines.value), share.overlap.extra
    return f"({machines} + {extra})" if extra and share.machines.value != 0 else machines


def table(found: Connections) -> str:
    """Every term with its source, in one line; and what is no term."""
    parts = []
    for share in found.shares:
        of = f" of {share.group}" if share.group else ""
        if share.group:
            parts.append(f"machines{of}: {term(share.machines)}")
        if share.overlap.factor != 1:
            parts.append(f"overlap{of}: {share.overlap.factor} ({share.overlap.strategy})")
        if share.overlap.extra:
            parts.append(f"more machines{of} while a deployment runs: {share.overlap.extra} ({share.overlap.strategy})")
        programs = [program for program in share.programs if program.engines and share.group]
        parts += [f"processes{of}: {term(program.processes)}" for program in programs]
    parts += [f"{place(one)}: {pool(one)}" for one in found.engines]
    parts += [f"one more connection: {release.source}" for release in found.releases]
    if found.left:
        named = [f"{place(one)} ({shown(one.most)})" for one in found.left[:NAMED]]
        named += [f"{len(found.left) - NAMED} more"] if len(found.left) > NAMED else []
        parts.append(f"not counted, as no process here imports and uses them: {', '.join(named)}")
    return "; ".join(parts)


def place(one: Engine) -> str:
    """Where an engine is made."""
    return f"{one.call.path}:{one.call.span.start.line}"


def pool(one: Engine) -> str:
    """The figures of an engine's pool."""
    if one.pool == "none":
        return "NullPool, as many as are in use: unknown"
    if one.pool == "single":
        return "one connection"
    if one.is_unbounded:
        return "without bound"
    if one.overflow.source == "no overflow":
        return f"pool {term(one.size)}"
    return f"pool {term(one.size)} + overflow {term(one.overflow)}"


def term(figure: Figure) -> str:
    """A figure with its source."""
    return f"{shown(figure.value)} ({figure.source})"


def notes(found: Connections) -> Iterator[Note]:
    """The places of the terms."""
    seen = set()
    for one in found.engines:
        yield Note(one.call.span, f"opens up to {shown(one.most)} in each process: {pool(one)}")
        for figure in (one.size, one.overflow):
            if figure.span is not None and figure.span not in seen:
                seen.add(figure.span)
                yield Note(figure.span, f"{shown(figure.value)}: {figure.source}")
    for share in found.shares:
        for figure in (share.machines, *found.releases, *(program.processes for program in share.programs)):
            if figure.span is not None and figure.span not in seen:
                seen.add(figure.span)
                yield Note(figure.span, f"{shown(figure.value)}: {figure.source}")
