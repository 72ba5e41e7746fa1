"""Whether a row that was read is used for more than that there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atomlint import Function
    from atomlint.index.requestwork import Use

    Expr = Any


def is_shown(function: Function, use: Use) -> bool:
    """Whether anything of the row is used, other than that there is one; what an ``if`` asks of it does not count."""
    rows = {f"@{use.effect.call}"}
    before = 0
    while len(rows) > before:  # result = session.execute(...); tenant = result.scalars().first()
        before = len(rows)
        rows |= {
            f"@{c.ordinal}" for c in function.calls if type(c.callee) is str and c.callee.rpartition(".")[0] in rows
        }
        rows |= {
            a.target for a in function.assigns if type(a.target) is str and type(a.value) is str and a.value in rows
        }
    values = [v for call in function.calls if call.name != "bool" for v in (*call.args, *call.keywords.values())]
    values += [exit_.value for exit_ in function.exits]
    values += [a.value for a in function.assigns if type(a.value) is not str or a.value not in rows]
    return any(is_told(value, rows) for value in values)


def is_told(expr: Expr, rows: set[str], *, is_test: bool = False) -> bool:
    """Whether an expression holds a row or, when it is a test, more of a row than that there is one."""
    if type(expr) is list:
        parts = expr[2:] if expr[0] == "if" else expr[1:]
        return any(is_told(part, rows, is_test=is_test or expr[0] in ("cmp", "not")) for part in parts)
    return type(expr) is str and any((expr == row and not is_test) or expr.startswith(f"{row}.") for row in rows)
