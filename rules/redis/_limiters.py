"""Limiters of libraries that keep their counts in a Redis, and wait for it as long as it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from atomlint import call_number, dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call, Function, Index
    from atomlint.index.rows import Backend, WorkRow

NAMES = frozenset({"slowapi.Limiter", "slowapi.extension.Limiter", "flask_limiter.Limiter"})
OPTIONS = "storage_options"
"""The argument that goes on to the client, in all of them."""
SETTING = "RATELIMIT_STORAGE_OPTIONS"
TIMEOUT = "socket_timeout"
LIMITS = ("limit", "shared_limit")
"""Decorators of a limiter."""
STATE = ".state.limiter"
"""Where slowapi's middlewares and decorators look for it on an application."""
HOPS = 4


class Limited(NamedTuple):
    """What a limiter counts."""

    always: bool
    """Whether every request is counted."""
    routes: int
    """Routes that are decorated, where not every one is."""


def waits_without_end(call: Call) -> bool:
    """Whether a limiter's storage is a Redis, and nothing says how long to wait for it."""
    if call.name != "Limiter" or "**" in call.keywords:
        return False
    if not is_installed(call):
        return False
    row = _row(call)
    backends = call.index.project.effects.backends
    if row is None or backends.is_remote(row.backend, "", (call.path, call.ordinal)) is not True:
        return False
    options = call.keywords.get(OPTIONS)
    if options is not None and (type(options) is not list or options[:1] != ["{}"]):
        return False  # what another place says is not known
    stated = [text_of(key) for key in options[1::2]] if options is not None else []
    return TIMEOUT not in stated and None not in stated and not backends.setting(SETTING)


def is_installed(call: Call) -> bool:
    """Whether an application has a limiter: by an argument, ``init_app`` or its state; and whether something names it.

    One that nothing names counts nothing; of Flask's, neither does one without an application.
    """
    bound = next((a.target for a in call.table.facts.assigns if a.value == f"@{call.ordinal}"), None)
    name = dotted(bound)
    is_slowapi = "flask_limiter.Limiter" not in call.external
    if name is None:
        return not is_slowapi or not _is_another_asked(call, "")  # handed on as it is made
    last = name.rpartition(".")[2]
    if is_slowapi:
        if _is_another_asked(call, last):
            return False
        handed = call.index.project.unused.is_handed_over(call.table, last)
        return name.endswith(STATE) or handed or _decorates(call, last)
    if "app" in call.keywords:
        return True
    sites = call.index.project.linker.call_sites("init_app")
    tables = (call.index.table(path).facts.calls[ordinal].callee for path, ordinal in sites)
    return any(type(callee) is str and callee.split(".")[-2:-1] == [last] for callee in tables)


def _is_another_asked(call: Call, name: str) -> bool:
    """Whether functions are decorated by other limiters alone: slowapi counts with the one whose decorator it is.

    Its middlewares count with the one that the application's state has.
    """
    index = call.index
    if any("SlowAPI" in effect.receiver for effect in index.project.effects.libraries.middlewares()):
        return False
    if next(decorated(index, "Limiter()"), None) is None:
        return False
    if name:
        return not _decorates(call, name)
    return _counts_with(index).isdisjoint({None, (call.path, call.ordinal)})


def _counts_with(index: Index) -> frozenset[tuple[str, int] | None]:
    """Where the limiters are made whose decorators functions have; None among them where that is not known for one."""

    def find() -> Iterator[tuple[str, int] | None]:
        for function in decorated(index, "Limiter()"):
            calls = function.table.facts.calls
            decorators = function.table.facts.scopes[function.ordinal].decorators
            for record in (calls[number] for each in decorators if (number := call_number(each)) is not None):
                limiter, _, method = str(record.callee).rpartition(".")
                if method in LIMITS:
                    made = index.project.effects.made(function.path, record.scope, limiter)
                    yield made if made is not None and not NAMES.isdisjoint(index.call(*made).external) else None

    found: frozenset[tuple[str, int] | None] = index.keep("limiters of decorators", lambda: frozenset(find()))
    return found


def _decorates(call: Call, name: str) -> bool:
    """Whether functions of its own file, or of one that imports it, are decorated by it: ``@limiter.limit("5/minute")``."""
    linker = call.index.project.linker
    for path, ordinal in (site for kind in LIMITS for site in linker.call_sites(kind)):
        callee = linker.table(path).facts.calls[ordinal].callee
        is_named = type(callee) is str and callee.split(".")[-2:-1] == [name]
        if is_named and call.path in _sources(call.index, path, name):
            return True
    return False


def _sources(index: Index, path: str, name: str) -> set[str]:
    """The file itself, and those that it imports a name from, one by the other."""
    linker, found = index.project.linker, {path}
    for _ in range(HOPS):
        bindings = linker.table(path).lookup(0, name)
        imported = next((binding.imported for binding in bindings if binding.imported is not None), None)
        target = linker.modules.target(path, imported) if imported is not None else None
        if target is None or not target.endswith(".py"):
            break
        path = target
        found.add(path)
    return found


def _row(call: Call) -> WorkRow | None:
    names = call.external & NAMES
    works = call.index.project.catalog.works
    return next((w for w in works if w.backend is not None and not names.isdisjoint(w.backend.constructors)), None)


def limited(index: Index) -> Limited:
    """What the limiters of a project count."""
    middlewares = index.project.effects.libraries.middlewares()
    always = any("imiter" in effect.receiver or "SlowAPI" in effect.receiver for effect in middlewares)
    return Limited(always, sum(1 for _ in decorated(index, "Limiter()")))


def count_here(index: Index, library: str) -> bool:
    """Whether all limiters of a library are made, with the settings as committed, for counts in the process."""
    made = constructions(index, library)
    return bool(made) and not any(index.idle.makes(*site) for site in made)


def constructions(index: Index, library: str) -> dict[tuple[str, int], Backend]:
    """Where limiters of a library are made, each with what a row says of where it keeps its counts."""
    return {
        (table.path, ordinal): row.backend
        for row in index.project.catalog.works
        if row.library == library and row.backend is not None and not NAMES.isdisjoint(row.backend.constructors)
        for table, ordinal in index.project.effects.backends.constructions(row.backend)
    }


def decorated(index: Index, receiver: str) -> Iterator[Function]:
    """Handlers of routes whose requests a decorator counts, by a part of the name of what it is a method of."""
    libraries = index.project.effects.libraries
    for value, own in index.project.reach.entries.items():
        if any(entry.kind == "route" for entry in own) and any(
            receiver in effect.receiver for effect in libraries.decorating(value)
        ):
            yield index.function(value)
