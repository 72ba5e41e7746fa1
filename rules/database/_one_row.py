"""Loops through what a single row has: the machines of one application, the owners of one backup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atomlint import text_of

if TYPE_CHECKING:
    from atomlint import Function, Index

    from .._repeats import Repeat

    Expr = Any

VIEWS = frozenset({"all", "list", "tuple", "set", "sorted", "reversed", "enumerate"})
"""Calls that give what they are called on, or given, as it is."""


def is_of_one_row(repeat: Repeat) -> bool:
    """Whether a loop goes through a relationship of one row, or what a method of it gives.

    Around it no loop may go through many such rows. One row mostly has a handful of others: what is much more is read by
    the page, with a query of its own.
    """
    if any(loop.kind == "each" for loop in repeat.outer):
        return False
    function = repeat.first.function
    return _is_held(function, function.table.facts.frames[repeat.loop.frame].test)


def _is_held(function: Function, expr: Expr) -> bool:
    index = function.index
    if type(expr) is str and expr[:1] == "@" and expr[1:].isdecimal():
        call = index.call(function.path, int(expr[1:]))
        if call.name in VIEWS and type(call.callee) is str:
            receiver = call.callee.rpartition(".")[0]
            return _is_held(function, receiver or (call.args[0] if call.args else None))
        return any(value.kind == "def" and _is_of_row(index, value) for value in call.targets)
    if type(expr) is list and expr[:1] == ["."]:
        return expr[2] in index.project.relationships.of_many
    if type(expr) is not str or text_of(expr) is not None:
        return False
    if "." in expr:
        return expr.rpartition(".")[2] in index.project.relationships.of_many
    given = [assign.value for assign in function.assigns if assign.target == expr]
    return bool(given) and all(value != expr and _is_held(function, value) for value in given)


def _is_of_row(index: Index, value: Any) -> bool:
    """Whether a function is a method that rows of a mapped class have: not one of the class."""
    table = index.project.linker.table(value.place)
    record = table.facts.scopes[value.scope]
    if record.kind != "function" or table.facts.scopes[record.parent].kind != "class":
        return False
    owner = value._replace(scope=record.parent)
    return index.project.effects.is_mapped(owner) and not {"classmethod", "staticmethod"}.intersection(
        name for name in record.decorators if type(name) is str
    )
