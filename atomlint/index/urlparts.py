"""The settings that a database's URL is made of: as a whole, or part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .provenance import last_name
from .tables import dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .facade import Index
    from .settings import SettingRead

DEPTH = 8
MAKERS = frozenset({"create", "build", "URL", "make_url", "str", "format", "quote_plus", "quote", "dict"})
"""Callables that put a URL together of what they are given."""
PEOPLE = frozenset({"user", "username", "password", "query"})
"""What does not choose a database."""
DJANGO = frozenset({"ENGINE", "NAME", "HOST", "PORT"})


def parts(index: Index, path: str, scope: int, expr: Expr, depth: int = DEPTH) -> Iterator[SettingRead]:
    """Reads whose values are in a URL, those of the user and the password left out."""
    whole = index.settings_behind(path, scope, expr)
    if whole or not depth:
        yield from (read for read in whole if not _names_people(read.name))
    elif type(expr) is list and expr:
        for part in expr[2 if expr[0] == "bin" else 1 :]:
            yield from parts(index, path, scope, part, depth - 1)
    elif type(expr) is str and expr[:1] == "@" and expr[1:].isdigit():
        yield from _of_call(index, path, int(expr[1:]), depth)
    elif dotted(expr) is not None:
        for place, at, value in index.origins.behind(path, scope, expr):
            yield from parts(index, place, at, value, depth - 1)


def _of_call(index: Index, path: str, ordinal: int, depth: int) -> Iterator[SettingRead]:
    call = index.call(path, ordinal)
    if last_name(call.callee) in MAKERS:
        given = [*call.args, *(value for name, value in call.keywords.items() if name not in PEOPLE)]
        for part in given:
            yield from parts(index, path, call.scope, part, depth - 1)
        return
    for value in call.targets:
        table = index.table(value.place) if value.kind == "def" else None
        if table is not None and table.facts.scopes[value.scope].kind == "function":
            for exit_ in table.exits.get(value.scope, ()):
                if exit_.kind == "return":
                    yield from parts(index, value.place, value.scope, exit_.value, depth - 1)


def _names_people(name: str) -> bool:
    last = name.upper().rpartition("_")[2]
    return last in ("USER", "USERNAME", "PASSWORD", "PASS", "PWD")


def of_django(index: Index, path: str) -> Iterator[SettingRead]:
    """Reads in ``DATABASES = {"default": {"NAME": ..., "HOST": ...}}`` of a settings module."""
    for assign in index.table(path).facts.assigns if "settings" in path else ():
        if assign.target == "DATABASES" and assign.scope == 0:
            for key, value in _entries(assign.value):
                if key in DJANGO:
                    yield from parts(index, path, 0, value)


def _entries(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """Keys and values of a literal mapping, and of those in it."""
    if type(expr) is list and expr[:1] == ["{}"]:
        for key, value in zip(expr[1::2], expr[2::2], strict=False):
            yield text_of(key) or "", value
            yield from _entries(value)
