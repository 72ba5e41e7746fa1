"""Calls that remove data: rows, tables, databases, directories, keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import dotted, text_of

from ._names import TENANT_WORD, says_removal, words

if TYPE_CHECKING:
    from atomlint import Call

    Expr = Any

DELETE_FUNCTIONS = ("sqlalchemy.delete", "sqlmodel.delete", "sqlalchemy.sql.expression.delete", "sqlalchemy.sql.delete")
SQL_REMOVAL = re.compile(r"\b(?:DELETE\s+FROM|DROP\s+(?:DATABASE|SCHEMA)|TRUNCATE)\b", re.IGNORECASE)
EXECUTORS = frozenset(
    [
        "execute",
        "executemany",
        "executescript",
        "exec",
        "exec_driver_sql",
        "fetch",
        "fetchval",
        "fetchrow",
        "fetch_all",
        "scalar",
        "run",
        "raw",
        "query",
        "do",
    ]
)
QUERIES = frozenset(
    [
        "query",
        "filter",
        "filter_by",
        "where",
        "select",
        "objects",
        "exclude",
        "all",
        "get",
        "first",
        "one",
        "one_or_none",
        "scalar_one",
        "scalar_one_or_none",
        "order_by",
        "table",
        "from_",
    ]
)
SESSIONS = re.compile(r"(?:^|_)(?:session|sess|db|database|s|tx|conn|connection|em|store)\Z", re.IGNORECASE)
OUTPUT = frozenset({"print", "echo", "info", "debug", "warning", "error", "log", "write", "secho"})
HOLE = "\x00"
"""Stands in an SQL text for a part that is computed; its number follows, and another one."""
MAX_LINKS = 30


class Removal(NamedTuple):
    """One call that removes something."""

    call: Call
    kind: str
    """``rows``, ``documents``, ``sql``, ``files``, ``keys`` or ``call`` (a function whose name says so)."""
    sql: str = ""
    holes: tuple[Expr, ...] = ()


def removal_of(call: Call) -> Removal | None:
    """What a call removes, or None."""
    name = call.name
    if name in EXECUTORS and call.args:
        sql, holes = sql_of(call, call.args[0])
        return Removal(call, "sql", sql, holes) if SQL_REMOVAL.search(sql) else None
    if name in ("delete", "adelete", "hard_delete"):
        return _delete(call)
    if (
        name in ("delete_many", "delete_one", "remove")
        and call.args
        and type(call.args[0]) is list
        and call.args[0][:1] == ["{}"]
    ):
        return Removal(call, "documents")
    if name == "rmtree" and call.args:
        return Removal(call, "files")
    if says_removal(name) and TENANT_WORD.search(words(name).replace("_", " ")) and (call.args or call.keywords):
        return Removal(call, "call")
    return None


def _delete(call: Call) -> Removal | None:
    callee = call.callee
    if callee == "delete":
        return Removal(call, "rows") if not call.external.isdisjoint(DELETE_FUNCTIONS) else None
    first = call.args[0] if call.args else None
    if call.effect is not None:
        return Removal(call, "keys")
    receiver = callee.rpartition(".")[0] if type(callee) is str else ""
    if first is None:
        return (
            Removal(call, "rows") if _is_query(call, receiver) or (dotted(receiver) and "." not in receiver) else None
        )
    if text_of(first) is not None or (type(first) is list and first[:1] == ["f"]):
        return None  # an address: a request to some service
    typed = call.database is not None or any("sqlalchemy" in place or "sqlmodel" in place for place in call.external)
    return Removal(call, "rows") if typed or SESSIONS.search(receiver.rpartition(".")[2].strip("_")) else None


def _is_query(call: Call, receiver: str) -> bool:
    for _ in range(MAX_LINKS):
        if receiver[:1] != "@":
            return ".objects" in receiver or ".query" in receiver
        inner = call.index.call(call.path, int(receiver[1:].partition(".")[0]))
        if inner.name in QUERIES:
            return True
        receiver = inner.callee.rpartition(".")[0] if type(inner.callee) is str else ""
    return False


def sql_of(call: Call, expr: Expr, depth: int = 5) -> tuple[str, tuple[Expr, ...]]:
    """The text of an SQL argument, through ``text(...)``, names and f-strings; computed parts are numbered holes."""
    text = text_of(expr)
    if text is not None:
        return text, ()
    if type(expr) is list and expr[:1] == ["f"]:
        parts: list[str] = []
        holes: list[Expr] = []
        for part in expr[1:]:
            constant = text_of(part)
            parts.append(f"{HOLE}{len(holes)}{HOLE}" if constant is None else constant)
            holes += [part] if constant is None else []
        return "".join(parts), tuple(holes)
    if type(expr) is list and expr[:2] in (["bin", "%"], ["bin", "+"]) and depth:
        return _composed(call, expr, depth)
    if type(expr) is not str or depth == 0:
        return "", ()
    if expr[:1] == "@":
        inner = call.index.call(call.path, int(expr[1:].partition(".")[0]))
        receiver = inner.callee.rpartition(".")[0] if type(inner.callee) is str else ""
        if inner.name in ("text", "SQL", "strip", "dedent", "bindparams"):
            return sql_of(
                call, inner.args[0] if inner.name not in ("strip", "bindparams") and inner.args else receiver, depth - 1
            )
        return "", ()
    for binding in call.table.lookup(call.scope, expr) if dotted(expr) and "." not in expr else ():
        if binding.assign is not None and binding.assign.kind in ("=", "for"):
            value = binding.assign.value
            if binding.assign.kind == "for" and type(value) is list and value[:1] == ["sub"]:
                return _joined(call, value[1], depth)
            found = sql_of(call, value, depth - 1)
            if found[0]:
                return found
    return "", ()


def _composed(call: Call, expr: Expr, depth: int) -> tuple[str, tuple[Expr, ...]]:
    """``"... = '%s'" % name`` and ``"... = '" + name + "'"``."""
    left, holes = sql_of(call, expr[2], depth - 1)
    if expr[1] == "%":
        given = expr[3][1:] if type(expr[3]) is list and expr[3][:1] == ["[]"] else [expr[3]]
        for number, _ in enumerate(given):
            left = left.replace("%s", f"{HOLE}{len(holes) + number}{HOLE}", 1)
        return left, (*holes, *given)
    right = text_of(expr[3])
    if right is not None:
        return left + right, holes
    return f"{left}{HOLE}{len(holes)}{HOLE}", (*holes, expr[3])


def _joined(call: Call, iterable: Expr, depth: int) -> tuple[str, tuple[Expr, ...]]:
    """The statements of a list that a loop runs, as one text."""
    items = call.index.project.linker.values.items(call.path, call.scope, iterable)
    texts = [sql_of(call, item[2], depth - 1) for item in items if item[0] == call.path]
    if len(texts) < len(items):
        return "", ()  # some are written in another file
    if len(texts) == 1:
        return texts[0]
    return ";\n".join(sql for sql, holes in texts if not holes), ()
