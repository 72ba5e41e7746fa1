"""Whether a mapped class has an attribute, wherever it may come from."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from atomlint import Class, Index, dotted, text_of

from ._models import MADE, Model
from ._relationships import relationships

if TYPE_CHECKING:
    Value = Any

KNOWN_BASES = (
    "sqlalchemy.", "sqlmodel.", "flask_sqlalchemy.", "pydantic.", "builtins.", "abc.", "enum.", "typing.",
    "typing_extensions.",
)  # fmt: skip
"""Libraries whose base classes bring no relationship."""
ADDERS = frozenset({"setattr", "add_property", "add_properties", "__setattr__"})


def may_have(index: Index, model: Model, name: str) -> bool:
    """Whether a class has the attribute, or could get it in a way that the index does not see."""
    linker = index.project.linker
    views = []
    for value in model.cls.mro:
        if value.kind == "ext":
            if not value.place.startswith(KNOWN_BASES) and not value.place.endswith(MADE):
                return True
            continue
        views.append(Class(index, value.place, value.scope))
    for view in views:
        if view.attribute(name) or view.method(name) is not None or view.method("__getattr__") is not None:
            return True
        if view.method("__init_subclass__") is not None or _is_open(index, view):
            return True
        table = linker.table(view.path)
        if any(
            call.name in ("locals", "vars", "exec")
            for call in (index.call(view.path, n) for n in table.calls_in.get(view.ordinal, ()))
        ):
            return True
    places = {(view.path, view.ordinal) for view in views} | {(model.cls.path, model.cls.ordinal)}
    names = {view.name for view in views}
    return _assigned_later(index, name, places, names) or _backref(index, name, places)


def _is_open(index: Index, view: Class) -> bool:
    """Whether a base of the class is nothing that the index knows."""
    for base in view.bases:
        expr = base[1] if type(base) is list and base[:1] == ["sub"] else base
        if not index.project.linker.evaluate(view.path, view.parent, expr) and dotted(expr) not in (
            "object",
            "Exception",
        ):
            return True
    return False


def _assigned_later(index: Index, name: str, places: set[tuple[str, int]], names: set[str]) -> bool:
    """``Target.name = ...`` or ``setattr(Target, "name", ...)`` anywhere; unresolved holders count by their name."""
    later: dict[str, list[tuple[str, int, Any]]] = index.keep("orm late attributes", lambda: _late(index))
    for path, scope, holder in (*later.get(name, ()), *later.get("", ())):
        values = index.project.linker.evaluate(path, scope, holder)
        if any((value.place, value.scope) in places for value in values):
            return True
        if not values and (dotted(holder) or "").rpartition(".")[2] in names:
            return True
    return False


def _late(index: Index) -> dict[str, list[tuple[str, int, Any]]]:
    """Attributes given to classes after their bodies, by name; under the empty name those whose name is computed."""
    table: dict[str, list[tuple[str, int, Any]]] = defaultdict(list)
    for path in index.paths:
        facts = index.project.linker.table(path).facts
        for assign in facts.assigns:
            if type(assign.target) is str and assign.kind == "=":
                holder, _, attribute = assign.target.rpartition(".")
                if holder.rpartition(".")[2][:1].isupper():
                    table[attribute].append((path, assign.scope, holder))
        for call in facts.calls:
            method = call.callee.rpartition(".")[2] if type(call.callee) is str else ""
            if method not in ADDERS or not call.args:
                continue
            if method == "setattr" and len(call.args) > 1:
                table[text_of(call.args[1]) or ""].append((path, call.scope, call.args[0]))
            elif method == "add_property" and (name := text_of(call.args[0])):
                table[name].append((path, call.scope, call.callee.rpartition(".")[0].removesuffix(".__mapper__")))
    return dict(table)


def _backref(index: Index, name: str, places: set[tuple[str, int]]) -> bool:
    """Whether a relationship of another class creates the attribute."""
    return any(
        found.target is None or (found.target.cls.path, found.target.cls.ordinal) in places
        for found in relationships(index).backrefs.get(name, ())
    )
