"""Settings that are read through dynaconf: ``settings.DATABASE.URL`` is ``PREFIX_DATABASE__URL`` in the environment.

Facts of the library: ``envvar_prefix`` is ``DYNACONF`` when none is given, ``False`` for none; two underscores go down a level.
Values usually come from its files, so that nothing is required that no validator asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .expressions import expressions, references
from .tables import dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facade import Index
    from .settings import SettingRead
    from .tables import Table

MAKERS = ("Dynaconf", "LazySettings")


def dynaconf_reads(index: Index, table: Table) -> Iterator[SettingRead]:
    """The reads of a file; none where the project makes no such object."""
    if not objects(index):
        return
    from .settings import SettingRead

    for ordinal, call in enumerate(table.facts.calls):
        head, _, method = (dotted(call.callee) or "").rpartition(".")
        if (
            method in ("get", "get_fresh")
            and call.args
            and text_of(call.args[0])
            and is_it(index, table, call.scope, head)
        ):
            default = dict(call.keywords).get("default", call.args[1] if len(call.args) > 1 else None)
            name = prefixed(index, text_of(call.args[0]) or "")
            yield SettingRead(name, table.path, call.scope, ordinal, default, False, "dynaconf", index=index)
    for place, expr in expressions(table):
        for reference in references(expr):
            head, dot, rest = reference.partition(".")
            keys = rest.split(".") if dot else []
            if not keys or not keys[0].isupper() or not is_it(index, table, place.scope, head):
                continue
            kept = [key for key in keys if key.isidentifier() and key.upper() == key]
            name = prefixed(index, "__".join(kept))
            yield SettingRead(
                name, table.path, place.scope, None, None, False, "dynaconf", attribute=kept[-1], place=place, index=index
            )  # fmt: skip


def objects(index: Index) -> tuple[str, ...]:
    """The prefixes of the project's settings objects, with the underscore that follows; empty where there are none."""

    def find() -> tuple[str, ...]:
        linker = index.project.linker
        found = []
        for name in MAKERS:
            for path, ordinal in linker.call_sites(name):
                if any(v.place.startswith("dynaconf.") for v in linker.values.callee(path, ordinal)):
                    keywords = dict(linker.table(path).facts.calls[ordinal].keywords)
                    given = keywords.get("envvar_prefix", "'DYNACONF")
                    text = text_of(given)
                    found.append(f"{text.upper()}_" if text else "")
        return tuple(dict.fromkeys(found))

    result: tuple[str, ...] = index.keep("dynaconf-objects", find)
    return result


def prefixed(index: Index, name: str) -> str:
    """A setting's name in the environment."""
    return objects(index)[0] + name.upper().replace(".", "__")


def is_it(index: Index, table: Table, scope: int, head: str) -> bool:
    """Whether a name is a settings object."""
    if not head or head[:1] in "@'#?":
        return False
    return any(
        v.kind == "ext" and v.place in ("dynaconf.Dynaconf()", "dynaconf.LazySettings()", "dynaconf.settings")
        for v in index.project.linker.evaluate(table.path, scope, head)
    )
