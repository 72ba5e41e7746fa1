"""Managers of Django: what they load with each query, and the methods that the project gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import call_number, dotted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..facts.records import Expr
    from .linker import Linker
    from .tables import Table
    from .value import Value

EAGERLY = ("select_related", "prefetch_related")
MANAGING = ("Manager", "QuerySet", "Queryset", "Query")
"""How classes of them, or what they inherit from, are called."""
QUERYSET = "QuerySet"
"""Django's class of querysets."""


def manager_loads(linker: Linker, manager: Iterable[Value]) -> bool:
    """Whether a manager of Django loads related rows with each query, by its own ``get_queryset``."""
    for value in manager:
        for cls in linker.mro(value.place, value.scope) if value.kind == "inst" else ():
            table = linker.table(cls.place) if cls.kind == "def" else None
            method = table.members.get((cls.scope, "get_queryset")) if table is not None else None
            if table is not None and method is not None:
                return any(
                    str(call.callee).endswith(EAGERLY)
                    for call in (table.facts.calls[n] for n in table.calls_in.get(method, ()))
                )
    return False


def is_manager(linker: Linker, value: Value) -> bool:
    """Whether a value is a manager of Django, of the project's or of the library's."""
    if value.kind == "ext":
        return value.place.endswith(("Manager()", ".as_manager()"))
    own = linker.mro(value.place, value.scope) if value.kind == "inst" else ()
    return any(cls.kind == "ext" and cls.place.startswith("django.db.models") for cls in own)


def manager_methods(linker: Linker) -> frozenset[str]:
    """Names of the methods that the project gives managers and querysets, by what their classes are called."""
    names: set[str] = set()
    for path in linker.linked:
        table = linker.table(path)
        for scope, record in enumerate(table.facts.scopes):
            bases = [dotted(base) for base in record.bases if call_number(base) is None]
            made = len(bases) < len(record.bases)  # class Orders(Manager.from_queryset(OrderSet))
            if record.kind == "class" and (made or any(str(base).endswith(MANAGING) for base in (record.name, *bases))):
                names.update(table.members_of.get(scope, {}))
    return frozenset(names)


def manager_method(linker: Linker, model: Value, manager: str, name: str) -> Value | None:
    """The project's own method that ``Model.objects.paid()`` calls: of its manager, or of the querysets that this gives."""
    assign = next(linker.class_attribute(model, manager), None)
    if assign is None:
        return None
    table, made = assign
    number = call_number(made.value)
    if number is None:
        return None
    for cls in _made_by(linker, table, table.facts.calls[number].scope, table.facts.calls[number].callee):
        member = linker.member(cls, name)
        if member is not None:
            return member
    return None


def _made_by(linker: Linker, table: Table, scope: int, maker: Expr) -> Iterator[Value]:
    """Classes whose methods a manager has: ``Orders()``, ``OrderSet.as_manager()``, ``Manager.from_queryset(OrderSet)()``."""
    number = call_number(maker)
    name = dotted(maker) or ""
    if number is not None:
        yield from _from_queryset(linker, table, number)
        return
    for cls in linker.evaluate(table.path, scope, name.removesuffix(".as_manager")) if name else ():
        if cls.kind == "def":
            yield cls
            yield from _behind(linker, cls)


def _behind(linker: Linker, manager: Value) -> Iterator[Value]:
    """The querysets that a manager hands its methods from, or that its ``get_queryset`` makes."""
    for base in linker.mro(manager.place, manager.scope):
        if base.kind != "def":
            continue
        table = linker.table(base.place)
        for written in table.facts.scopes[base.scope].bases:
            number = call_number(written)
            if number is not None:
                yield from _from_queryset(linker, table, number)
        method = table.members.get((base.scope, "get_queryset"))
        for number in table.calls_in.get(method, ()) if method is not None else ():
            callee = dotted(table.facts.calls[number].callee)
            for cls in linker.evaluate(base.place, method or 0, callee) if callee else ():
                if cls.kind == "def" and any(v.place.endswith(QUERYSET) for v in linker.mro(cls.place, cls.scope)):
                    yield cls


def _from_queryset(linker: Linker, table: Table, number: int) -> Iterator[Value]:
    record = table.facts.calls[number]
    head, _, method = (dotted(record.callee) or "").rpartition(".")
    if method == "from_queryset":
        for expr in (head, *record.args[:1]):
            name = dotted(expr)
            yield from (v for v in linker.evaluate(table.path, record.scope, name) if v.kind == "def") if name else ()
