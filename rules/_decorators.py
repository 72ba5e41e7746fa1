"""Decorators of the project that may answer for the function below them: caches of its own making."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atomlint import inside

if TYPE_CHECKING:
    from atomlint import Index
    from atomlint.index.value import Value

    Expr = Any


def is_answered(index: Index, function: Value) -> bool:
    """Whether what a decorator puts around a function may return something that the function did not give.

    ``if hit: return loads(hit)`` before ``return f(*args)``: who calls the function does not know whether it runs. A
    decorator that raises, or returns nothing, keeps nobody from asking.
    """
    kept: bool = index.keep(
        ("answered", function),
        lambda: any(
            _answers(index, wrapper) for layer in index.project.calls.layers(function) for wrapper in layer.wrappers
        ),
    )
    return kept


def _answers(index: Index, wrapper: Value) -> bool:
    view = index.function(wrapper)
    outer = view.table.facts.scopes[view.table.facts.scopes[wrapper.scope].parent]
    params = {param.name for param in outer.params}
    runs = {f"@{call.ordinal}" for call in view.calls if type(call.callee) is str and call.callee in params}
    given = runs | {a.target for a in view.assigns if type(a.target) is str and not runs.isdisjoint(_parts(a.value))}
    values = [exit_.value for exit_ in view.exits if exit_.kind == "return"]
    answers = [value for value in values if type(value) is not str or value[:1] not in ("#", "'")]
    return bool(runs) and any(value is not None and given.isdisjoint(_parts(value)) for value in answers)


def _parts(value: Expr) -> set[str]:
    return {part.partition(".")[0] for part in inside(value) if type(part) is str}
