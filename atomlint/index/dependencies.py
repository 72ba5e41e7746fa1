"""Dependencies of FastAPI that are declared for an application, a router or a route: ``dependencies=[Depends(f)]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .mounts import Mounts
from .registering import behind, called_functions, elements
from .tables import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..facts.records import Expr
    from .linker import Linker
    from .value import Value


class Dependency(NamedTuple):
    """A FastAPI dependency that a route, a router or the whole app declares."""

    function: Value
    path: str
    call: int
    kind: str
    """``every-request`` for the app, ``router`` for a router, ``route`` for one handler's decorator."""
    certainty: str = "high"
    """That of the entry: less for a router that no application is seen to serve, see `Entry.certainty`."""


def find_dependencies(linker: Linker, paths: Sequence[str], mounts: Mounts | None = None) -> list[Dependency]:
    """Dependencies declared as ``dependencies=[Depends(f)]`` on the app, on routers and on routes."""
    found = []
    mounts = mounts or Mounts(linker)
    for path in paths:
        table = linker.table(path)
        for ordinal, call in enumerate(table.facts.calls):
            if not call.keywords:
                continue
            declared = next((value for name, value in call.keywords if name == "dependencies"), None)
            name = dotted(call.callee) if declared is not None else None
            if name is None or type(declared) not in (list, str):
                continue
            kind = _dependency_kind(name.rpartition(".")[2])
            made = mounts.row((path, ordinal)) is not None if kind == "router" else False
            certainty = mounts.unserved(path) if made and not mounts.served(((path, ordinal),)) else "high"
            for place, scope, item in elements(linker, path, call.scope, declared):
                for inner, at in _injections(linker, place, scope, item):
                    injection = linker.values.parameters.injection(inner, at)
                    record = linker.table(injection[0]).facts.calls[injection[1]] if injection is not None else None
                    if injection is not None and record is not None and record.args:
                        found += [
                            Dependency(function, path, ordinal, kind, certainty)
                            for value in linker.evaluate(injection[0], record.scope, record.args[0])
                            for function in called_functions(linker, value)
                        ]
    return found


def _dependency_kind(last: str) -> str:
    if last == "FastAPI":
        return "every-request"
    return "router" if last == "include_router" or "Router" in last else "route"


def _injections(linker: Linker, path: str, scope: int, item: Expr) -> Iterator[tuple[str, int]]:
    """The ``Depends(...)`` call that an item of ``dependencies`` is or names: (path, ordinal)."""
    places = [(path, scope, item)] if type(item) is str and item[:1] == "@" else behind(linker, path, scope, item)
    for place, _, expr in places:
        if type(expr) is str and expr[:1] == "@" and "." not in expr:
            yield place, int(expr[1:])
