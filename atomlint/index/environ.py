"""Calls and subscripts that read a setting from the environment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .expressions import Place, expressions, inside
from .settings import SettingRead
from .tables import dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Call, Expr
    from .settings import Settings
    from .tables import Table

ENVIRON = "os.environ"
GETTERS = frozenset({"os.getenv", "os.environ.get", "os.environ.pop", "os.environ.setdefault"})
CONFIGS = frozenset(
    {"decouple.config", "decouple.AutoConfig()", "decouple.Config()", "starlette.config.Config()", "prettyconf.config"}
)
ENVS = ("environ.Env()", "environ.FileAwareEnv()", "environs.Env()", "environs.env", "environs.FileAwareEnv()")
URLS = frozenset({"dj_database_url.config", "environ.Env().db", "environ.Env().db_url", "environs.Env().dj_db_url"})
"""Callables whose variable is ``DATABASE_URL`` when none is named."""


def environ_reads(settings: Settings, table: Table) -> Iterator[SettingRead]:
    """The reads of a file: calls first, subscripts after them, both in source order."""
    found: dict[int, SettingRead] = {}
    for ordinal, call in enumerate(table.facts.calls):
        read = _call(settings, table, ordinal, call)
        if read is not None:
            found[ordinal] = read
    subscripts: list[SettingRead] = []
    for place, expr in expressions(table):
        if type(expr) is not list:
            continue
        for item in inside(expr):
            if type(item) is not list or not item:
                continue
            if item[0] == "or":
                _chain(found, item)
            elif item[0] == "sub" and text_of(item[2]) and _is_environ(settings, table.path, place.scope, item[1]):
                subscripts.append(_subscript(settings, table.path, place, item[2][1:]))
    for ordinal in sorted(
        found, reverse=True
    ):  # os.getenv("APP_ENV", os.getenv("ENV", "dev")): the inner one stands later
        found[ordinal] = _nested(found, found[ordinal])
    yield from (found[ordinal] for ordinal in sorted(found))
    yield from subscripts


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
        if read.chained:
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


def _is_environ(settings: Settings, path: str, scope: int, expr: Expr) -> bool:
    name = dotted(expr)
    if name is None or "env" not in name.lower():
        return False
    return any(value.place == ENVIRON for value in settings.linker.evaluate(path, scope, expr))


def _call(settings: Settings, table: Table, ordinal: int, call: Call) -> SettingRead | None:
    callee = call.callee
    given = call.args[0] if call.args else next((v for k, v in call.keywords if k in ("key", "name", "var")), None)
    literal = text_of(given)
    last = callee.rpartition(".")[2] if type(callee) is str else ""
    getter = last == "getenv" or (type(callee) is str and "environ" in callee.lower())
    urls = last in ("config", "db", "db_url", "dj_db_url")
    if literal is None and not getter and not (urls and given is None and call.keywords):
        return None
    if literal is not None and not getter and (not literal.isidentifier() or literal.upper() != literal):
        return None
    for value in sorted(settings.linker.values.callee(table.path, ordinal)):
        if value.kind == "ext":
            read = _library(settings, table, ordinal, call, value.place, given)
        elif value.kind == "def" and literal is not None:
            read = settings.helpers.read(table, ordinal, call, value)
        else:
            read = None
        if read is not None:
            return read
    return None


def _library(settings: Settings, table: Table, ordinal: int, call: Call, place: str, given: Expr) -> SettingRead | None:
    keywords = dict(call.keywords)
    default: Expr = None
    if place in GETTERS:
        default = keywords.get("default", call.args[1] if len(call.args) > 1 else None)
        required = place == "os.environ.pop" and default is None
        kind = "setdefault" if place.endswith("setdefault") else "environ"
    elif place in CONFIGS or place.startswith(ENVS):
        default = keywords.get("default")
        at = 1 if place.startswith("environs") else 2  # the others take a cast first
        if default is None and len(call.args) > at:
            default = call.args[at]
        required, kind = default is None, "config"
    elif place in URLS:
        default, required, kind = keywords.get("default"), False, "config"
        given = keywords.get("env", "'DATABASE_URL") if place.startswith("dj_") else given
    else:
        return None
    if place in URLS and given is None:
        given = "'DATABASE_URL"
    name = settings.constant(table.path, call.scope, given)
    if name is None or not name.isidentifier():
        return None
    return SettingRead(name, table.path, call.scope, ordinal, default, required, kind, index=settings.index)


def _subscript(settings: Settings, path: str, place: Place, name: str) -> SettingRead:
    return SettingRead(
        name, path, place.scope, None, None, required=True, kind="subscript", place=place, index=settings.index
    )
