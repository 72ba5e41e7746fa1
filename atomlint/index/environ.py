"""Calls, subscripts and tests that read a setting from the environment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .expressions import Place, inside
from .readers import CONFIGS, ENVS, GETTERS, call_reads
from .settings import SettingRead
from .tables import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .settings import Settings
    from .tables import Table

ENVIRON = "os.environ"

__all__ = ["CONFIGS", "ENVS", "GETTERS", "environ_reads"]


def environ_reads(settings: Settings, table: Table) -> Iterator[SettingRead]:
    """The reads of a file: calls first, subscripts and tests after them, each in source order."""
    found: dict[int, SettingRead] = {}
    each: list[SettingRead] = []
    for ordinal, call in enumerate(table.facts.calls):
        for read in call_reads(settings, table, ordinal, call):
            if read.kind == "each":
                each.append(read)
            else:
                found[ordinal] = read
    others: list[SettingRead] = []
    for place, expr in table.compounds:
        for item in inside(expr):
            if type(item) is not list or not item:
                continue
            if item[0] == "or":
                _chain(found, item)
            elif item[0] == "sub":
                others += _subscript(settings, table, place, item, expr)
            elif item[0] == "cmp":
                others += _presence(settings, table, place, item)
    for ordinal in sorted(found, reverse=True):
        # os.getenv("APP_ENV", os.getenv("ENV", "dev")): the inner one stands later
        found[ordinal] = _nested(found, found[ordinal])
    yield from (found[ordinal] for ordinal in sorted(found))
    yield from each
    asked = {(read.name, read.scope) for read in others if read.kind == "presence"}
    for read in others:
        is_met = read.kind != "presence" and (read.name, read.scope) in asked
        yield replace(read, required=False) if is_met else read


def _nested(found: dict[int, SettingRead], read: SettingRead) -> SettingRead:
    """A read whose default is another read falls back to what that one falls back to, and either name would do."""
    default = read.default
    inner = (
        found.get(int(default[1:])) if type(default) is str and default[:1] == "@" and default[1:].isdigit() else None
    )
    if inner is None:
        return read
    aliases = tuple(dict.fromkeys((*read.aliases, *inner.names)))
    return replace(read, default=inner.default, required=inner.required, aliases=aliases)


def _chain(found: dict[int, SettingRead], chain: list[Expr]) -> None:
    """``read or read or default``: every read falls back to the last part, and the other names would do, too."""
    parts = [
        int(p[1:]) for p in chain[1:] if type(p) is str and p[:1] == "@" and p[1:].isdigit() and int(p[1:]) in found
    ]
    for ordinal in parts:
        read = found[ordinal]
        if read.chained or read.required:  # one that raises never comes to what stands behind it
            continue
        place = chain.index(f"@{ordinal}")
        if place == len(chain) - 1 or (read.default_text or "") != "":
            if place == len(chain) - 1 and len(parts) > 1:
                others = tuple(found[p].name for p in parts if found[p].name != read.name)
                found[ordinal] = replace(read, aliases=others)
            continue
        last = chain[-1]
        if type(last) is str and last[:1] == "@" and last[1:].isdigit() and int(last[1:]) in found:
            fallback = found[int(last[1:])]
            default, required = fallback.default, fallback.required
        elif type(last) is list and last[:1] == ["sub"] and "environ" in str(last[1]).lower():
            default, required = None, True
        else:
            default, required = last, False
        names = tuple(dict.fromkeys(found[p].name for p in parts if found[p].name != read.name))
        found[ordinal] = replace(read, default=default, required=required, aliases=names, chained=True)


def is_environ(settings: Settings, path: str, scope: int, expr: Expr) -> bool:
    """Whether an expression is ``os.environ``, under any name."""
    name = dotted(expr)
    if name is None or "env" not in name.lower():
        return False
    return any(value.place == ENVIRON for value in settings.linker.evaluate(path, scope, expr))


def _subscript(settings: Settings, table: Table, place: Place, item: list[Expr], whole: Expr) -> Iterator[SettingRead]:
    """``os.environ["X"]``, and ``os.environ[name]`` where a loop or a constant says which."""
    path = table.path
    if type(item[2]) is not str or not is_environ(settings, path, place.scope, item[1]):
        return
    names = settings.names(path, place.scope, item[2], place.frame, whole)
    for name in names:
        yield SettingRead(
            name, path, place.scope, None, None, required=not _is_met(table, place, name),
            kind="subscript" if len(names) == 1 else "each", place=place, index=settings.index,
        )  # fmt: skip


def _is_met(table: Table, place: Place, name: str) -> bool:
    """Whether a subscript cannot fail or its failure is met: the file sets the variable, or asks for it, or catches KeyError."""
    facts = table.facts
    text = f"'{name}"
    for number in table.frames(place.frame):
        entry = facts.frames[number]
        if entry.kind == "try" and any(
            frame.kind == "except" and frame.parent == entry.parent and "KeyError" in str(frame.test)
            for frame in facts.frames[number:]
        ):
            return True
        if entry.kind in ("if", "else", "after") and any(
            text in (item, *_arguments(table, item)) for item in inside(entry.test)
        ):
            return True
    return any(
        type(assign.target) is list and assign.target[:1] == ["sub"] and assign.target[2:] == [text]
        for assign in facts.assigns
    ) or any(
        type(call.callee) is str and call.callee.endswith("environ.setdefault") and call.args[:1] == [text]
        for call in facts.calls
    )


def _arguments(table: Table, item: Expr) -> list[Expr]:
    if type(item) is str and item[:1] == "@" and item[1:].isdigit():
        return table.facts.calls[int(item[1:])].args
    return []


def _presence(settings: Settings, table: Table, place: Place, item: list[Expr]) -> Iterator[SettingRead]:
    """``"X" in os.environ``; required where ``if "X" not in os.environ`` raises."""
    path = table.path
    if len(item) != 4 or item[2] not in ("in", "not in") or not is_environ(settings, path, place.scope, item[3]):
        return
    refuses = item[2] == "not in" and any(
        table.facts.frames[number].kind == "if" and table.facts.frames[number].test == item
        for exit_ in table.exits.get(place.scope, ())
        if exit_.kind == "raise"
        for number in table.frames(exit_.frame)
    )
    for name in settings.names(path, place.scope, item[1], place.frame):
        yield SettingRead(
            name, path, place.scope, None, None, required=refuses, kind="presence", place=place, index=settings.index
        )
