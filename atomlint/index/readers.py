"""What a single call reads from the environment, by the library that it belongs to.

Facts of the libraries: the signatures of python-decouple's and Starlette's ``Config``, django-environ's and environs'
``Env`` (their methods take a default second, ``env(...)`` of django-environ takes a cast first), click's and typer's
``envvar``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .expressions import receiver
from .settings import SettingRead
from .tables import dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Call, Expr
    from .settings import Settings
    from .tables import Table

GETTERS = frozenset({"os.getenv", "os.environ.get", "os.environ.pop", "os.environ.setdefault"})
CONFIGS = frozenset(
    {"decouple.config", "decouple.AutoConfig()", "decouple.Config()", "starlette.config.Config()", "prettyconf.config"}
)
ENVS = ("environ.Env()", "environ.FileAwareEnv()", "environs.Env()", "environs.env", "environs.FileAwareEnv()")
URLS = frozenset({"dj_database_url.config", "environ.Env().db", "environ.Env().db_url", "environs.Env().dj_db_url"})
"""Callables whose variable is ``DATABASE_URL`` when none is named."""
OPTIONS = frozenset(
    {"click.option", "click.argument", "click.Option", "typer.Option", "typer.Argument", "asyncclick.option"}
)
NO_READS = frozenset(
    {"prefixed", "read_env", "read_envfile", "seal", "dump", "parser_for", "add_parser", "get_value", "prefix"}
)
"""Methods of readers that read no variable."""
MAX_NAMES = 64
"""Names that one loop may go through."""


def call_reads(settings: Settings, table: Table, ordinal: int, call: Call) -> Iterator[SettingRead]:
    """What one call reads: one setting, or several where it stands in a loop over their names."""
    keywords = call.keywords
    if any(name == "envvar" for name, _ in keywords):
        yield from _option(settings, table, ordinal, call)
        return
    callee = call.callee
    given = call.args[0] if call.args else next((v for k, v in keywords if k in ("key", "name", "var")), None)
    literal = text_of(given)
    last = callee.rpartition(".")[2] if type(callee) is str else ""
    getter = last == "getenv" or (type(callee) is str and "environ" in callee.lower())
    urls = last in ("config", "db", "db_url", "dj_db_url")
    if literal is None and not getter and not (urls and given is None and keywords):
        return
    if literal is not None and not getter and (not literal.isidentifier() or literal.upper() != literal):
        return
    for value in sorted(settings.linker.values.callee(table.path, ordinal)):
        if value.kind == "ext":
            reads = list(_library(settings, table, ordinal, call, value.place, given))
        elif value.kind == "def" and literal is not None:
            read = settings.helpers.read(table, ordinal, call, value)
            reads = [] if read is None else [read]
        else:
            reads = []
        if reads:
            yield from reads
            return


def _library(
    settings: Settings, table: Table, ordinal: int, call: Call, place: str, given: Expr
) -> Iterator[SettingRead]:
    keywords = dict(call.keywords)
    default: Expr = None
    cast: Expr = keywords.get("cast")
    if place in GETTERS:
        default = keywords.get("default", call.args[1] if len(call.args) > 1 else None)
        required = place == "os.environ.pop" and default is None
        kind = "setdefault" if place.endswith("setdefault") else "environ"
    elif place in CONFIGS or (place.startswith(ENVS) and place.rpartition(".")[2] not in NO_READS):
        takes_cast = place in ("starlette.config.Config()", "environ.Env()", "environ.FileAwareEnv()")
        at = 2 if takes_cast else 1
        default = keywords.get("default", call.args[at] if len(call.args) > at else None)
        if cast is None and takes_cast and len(call.args) > 1:
            cast = call.args[1]
        elif cast is None and place in CONFIGS and not takes_cast and len(call.args) > 2:
            cast = call.args[2]
        elif cast is None and place.startswith(ENVS) and "()." in place:
            cast = place.rpartition(".")[2]
        required, kind = default is None, "config"
    elif place in URLS:
        default, required, kind = keywords.get("default"), False, "config"
        given = keywords.get("env", "'DATABASE_URL") if place.startswith("dj_") else given
    else:
        return
    if place in URLS:
        given, cast = "'DATABASE_URL" if given is None else given, "db_url"
    names = settings.names(table.path, call.scope, given, call.frame)
    if len(names) > 1:
        kind = "each"
    before = prefix(table, call) if place.startswith("environs") else ""
    for name in names[:MAX_NAMES]:
        declared = settings.schemes.get(name) if place.startswith("environ.") else None
        if declared is not None:
            cast = declared[0] if cast is None else cast
            default = declared[1] if default is None else default
            required = default is None
        if name.isidentifier():
            yield SettingRead(
                before + name, table.path, call.scope, ordinal, default, required, kind, cast=cast, index=settings.index
            )


def prefix(table: Table, call: Call) -> str:
    """What ``with env.prefixed("APP_"):`` puts before the names read inside of it."""
    found = ""
    for number in table.frames(call.frame):
        entry = table.facts.frames[number]
        if entry.kind == "with" and type(entry.test) is str and entry.test[:1] == "@" and entry.test[1:].isdigit():
            opened = table.facts.calls[int(entry.test[1:])]
            if (receiver(opened.callee) or ("", ""))[1] == "prefixed" and opened.args:
                found = (text_of(opened.args[0]) or "") + found
    return found


def _option(settings: Settings, table: Table, ordinal: int, call: Call) -> Iterator[SettingRead]:
    """``click.option("--url", envvar="APP_URL", default=...)``."""
    if not any(v.place in OPTIONS for v in settings.linker.values.callee(table.path, ordinal)):
        return
    keywords = dict(call.keywords)
    given = keywords["envvar"]
    items = given[1:] if type(given) is list and given[:1] == ["[]"] else [given]
    names = [name for item in items if (name := settings.constant(table.path, call.scope, item)) is not None]
    typer = (dotted(call.callee) or "").rpartition(".")[2] in ("Option", "Argument")
    default = keywords.get("default", call.args[0] if typer and call.args else None)
    if names:
        default = None if default == "#Ellipsis" else default
        yield SettingRead(
            names[0], table.path, call.scope, ordinal, default, False, "option", tuple(names[1:]),
            cast=keywords.get("type"), index=settings.index,
        )  # fmt: skip
