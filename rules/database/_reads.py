"""Which database calls read, and what they read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from atomlint import dotted, inside, text_of

from .._repeats import Hit

if TYPE_CHECKING:
    from atomlint import Call

    Expr = Any

READS = frozenset(
    [
        "first", "one", "one_or_none", "scalar", "scalars", "scalar_one", "scalar_one_or_none", "all", "get", "get_one", "count",
        "exists", "iterate", "fetch", "fetchrow", "fetchval", "fetch_one", "fetch_all", "fetch_val", "paginate", "first_or_404",
        "one_or_404", "get_or_404", "aggregate", "earliest", "last", "latest", "in_bulk", "aget", "afirst", "acount", "aexists",
        "alast", "stream", "stream_scalars", "get_or_create", "update_or_create",
    ]
)  # fmt: skip
RUNS = frozenset(
    {
        "execute",
        "exec",
        "scalar",
        "scalars",
        "stream",
        "stream_scalars",
        "fetch",
        "fetchrow",
        "fetchval",
        "fetch_one",
        "fetch_all",
        "fetch_val",
    }
)
ROWS = ("scalar", "first", "one", "all", "fetch", "mappings", "partitions", "unique")
SELECT = re.compile(
    r"\s*(?:SELECT(?!\s+(?:set_config|setval|pg_notify|pg_(?:try_)?advisory_\w+)\b)|WITH)\b", re.IGNORECASE
)
SQL = re.compile(r"\s*[A-Za-z]+\b")
WRITES = frozenset({"insert", "update", "delete"})
LOCKS = frozenset({"with_for_update", "select_for_update"})
LOOPS = frozenset({"for", "comp", "while"})
MAX_LINKS = 40


def read_of(call: Call) -> Hit | None:
    """The read that a call sends to a database; a hit without a name for other statements, None for no statement."""
    database = call.database
    if database is None:
        return None
    name = database.operation
    if name in RUNS and call.args:
        kind = statement_kind(call, call.args[0])
        if kind == "write" or (not kind and name in ("execute", "exec") and not _is_consumed(call)):
            return Hit("")
        return Hit("" if _takes_many(call) or takes_rows(call) else name, bool(kind) and database.proven)
    if name == "iterate" and not _is_iterated_here(call):
        return Hit("")
    if name not in READS or _is_held(call) or _takes_many(call) or takes_rows(call):
        return Hit("")
    return Hit(name, database.proven and not _is_shared(call))


def _is_iterated_here(call: Call) -> bool:
    """Whether a query that a loop goes through is gone through where it is made: not ``q = q.filter(...)``, turn by turn."""
    frames = call.table.facts.frames
    reference = f"@{call.ordinal}"
    names = {a.target for a in call.function.assigns if a.value == reference and type(a.target) is str}
    around = next((frame for frame in call.frame_ids if frames[frame].kind in LOOPS), 0)
    return any(
        type(frame.test) is str
        and frame.kind in LOOPS
        and (frame.test == reference or (frame.test in names and (not around or around in call.table.frames(number))))
        for number, frame in enumerate(frames)
    )


def _is_shared(call: Call) -> bool:
    """Whether a ``get`` follows a foreign key, ``get(Tenant, order.tenant_id)``: the session asks once for each other row."""
    key = call.args[-1] if call.args and call.name in ("get", "get_one") else None
    name = dotted(key)
    return name is not None and "." in name and name.endswith("_id")


def takes_rows(call: Call) -> bool:
    """Whether the function takes rows for itself: one transaction for each of them is what it is for."""
    return any(other.name in LOCKS for other in call.function.calls)


def _is_held(call: Call) -> bool:
    """Whether a ``get`` by key asks for rows that the function queried before: the session has them while they are held."""
    lookup = call.lookup
    if lookup is None or call.name not in ("get", "get_one") or lookup.call != lookup.start or len(call.args) < 2:
        return False  # Django's rows are not held by anything
    for assign in call.function.assigns:
        if assign.kind == "=" and assign.after <= call.ordinal and type(assign.target) is str:
            rows = call.index.project.rowsets.of(call.path, call.scope, assign.value)
            if rows is not None and rows.model == lookup.model and type(assign.value) is not list:
                return True
    return False


def _is_consumed(call: Call) -> bool:
    """Whether rows are taken from the result of a statement."""
    names = {f"@{call.ordinal}"}
    names |= {a.target for a in call.function.assigns if a.value == f"@{call.ordinal}" and type(a.target) is str}
    names |= {call.callee.rpartition(".")[0]} if type(call.callee) is str and "cursor" in call.callee.lower() else set()
    return any(
        type(other.callee) is str and other.callee.rpartition(".")[0] in names and other.name.startswith(ROWS)
        for other in call.function.calls
    )


def _is_fixed(call: Call, expr: Expr) -> bool:
    """Whether a list is the same for all rows: ``["open", "paid"]``, ``(State.OPEN, State.PAID)``, ``OPEN_STATES``."""
    if type(expr) is list:
        return expr[:1] == ["[]"] and all(map(_is_constant, expr[1:]))
    name = dotted(expr)
    if name is None or name.rpartition(".")[2].isupper():
        return name is not None
    values = [b.assign.value if b.assign is not None else None for b in call.table.lookup(call.scope, name)]
    return bool(values) and all(type(value) is list and _is_fixed(call, value) for value in values)


def _is_constant(expr: Expr) -> bool:
    if text_of(expr) is not None or (type(expr) is str and expr[:1] == "#"):
        return True
    return any(part.isupper() for part in (dotted(expr) or "").split(".")[1:])


def _takes_many(call: Call) -> bool:
    """Whether the query asks for a list of keys: ``column.in_(keys)``, ``id__in=keys``; not for a few states."""
    table, facts = call.table, call.table.facts
    stack: list[Expr] = [f"@{call.ordinal}"]
    seen: set[int] = set()
    while stack and len(seen) < MAX_LINKS:
        part = stack.pop()
        if type(part) is list:
            stack += part[1:]
            continue
        if type(part) is not str:
            continue
        if part[:1] != "@":
            if "." not in part and dotted(part):
                values = [
                    b.assign
                    for b in call.table.lookup(call.scope, part)
                    if b.assign is not None and b.assign.kind == "="
                ]
                stack += [
                    a.value for a in values if a.scope == call.scope and type(a.value) is str and a.value[:1] == "@"
                ]
            continue
        ordinal = int(part[1:].partition(".")[0])
        if ordinal in seen:
            continue
        seen.add(ordinal)
        record = facts.calls[ordinal]
        method = record.callee[-1] if type(record.callee) is list else table.lasts[ordinal]
        if method == "in_" and not all(_is_fixed(call, arg) for arg in record.args):
            return True
        if type(record.callee) is str:
            stack.append(record.callee.rpartition(".")[0])
        elif type(record.callee) is list:
            stack.append(record.callee)
        if any(name.endswith("__in") and not _is_fixed(call, value) for name, value in record.keywords):
            return True
        stack += record.args
    return False


def statement_kind(call: Call, expr: Expr) -> str:
    """``select``, ``write`` or empty for a statement that is handed to something that runs it."""
    table, scope = call.table, call.scope
    for _ in range(MAX_LINKS):
        text = text_of(expr[1] if type(expr) is list and expr[:1] == ["f"] and len(expr) > 1 else expr)
        if text is not None:
            return "select" if SELECT.match(text) else "write" if SQL.match(text) else ""
        if type(expr) is not str:
            return ""
        if expr[:1] == "@":
            record = table.facts.calls[int(expr[1:].partition(".")[0])]
            callee = record.callee
            receiver, _, method = callee.rpartition(".") if type(callee) is str else ("", "", "")
            if method in ("text", "SQL") and record.args:
                expr = record.args[0]
                continue
            if receiver[:1] != "@":
                last = method.lower()
                if last == "select" or receiver.rpartition(".")[2] == "func":
                    return "select"
                if last in WRITES or last.endswith("insert"):
                    return "write"
                if not dotted(receiver) or "." in receiver:
                    return ""
            expr = receiver
            continue
        assigned = [
            b.assign.value
            for b in (table.lookup(scope, expr) if dotted(expr) and "." not in expr else ())
            if b.assign is not None and b.assign.kind == "=" and b.assign.after <= call.ordinal
        ]
        expr = next((value for value in reversed(assigned) if not _refers(table, value, expr)), None)
        if expr is None:
            return ""
    return ""


def _refers(table: Any, value: Expr, name: str) -> bool:
    """Whether a value is made from the name that it is assigned to: ``statement = statement.where(...)``."""
    for part in inside(value):
        if part == name or (type(part) is str and part.startswith(f"{name}.")):
            return True
        if type(part) is str and part[:1] == "@":
            callee = table.facts.calls[int(part[1:].partition(".")[0])].callee
            if type(callee) is str and (
                callee.startswith(f"{name}.") or (callee[:1] == "@" and _refers(table, callee, name))
            ):
                return True
    return False
