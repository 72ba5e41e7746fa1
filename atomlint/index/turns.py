"""How often a loop turns, by what it goes through or by its test."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .tables import Table, dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..facts.records import Assign, Expr
    from .linker import Linker

Turns = tuple[str, "int | None", str]
"""Kind, count and name, as `loops.Loop` has them."""

WRAPPERS = frozenset(
    {"enumerate", "reversed", "sorted", "list", "tuple", "set", "frozenset", "iter", "filter", "tqdm", "unique", "as_completed",
     "track", "aiter", "islice", "deepcopy", "copy", "dict", "fromkeys"}
)  # fmt: skip
"""Callables that go through their first argument (``filter``: the last)."""
VIEWS = frozenset({"items", "keys", "values", "copy"})
BATCH = re.compile(
    r"(?:^|_)(?:i?chunk(?:s|ed|ify)?|batch(?:es|ed)?|grouper|windowed|partitions?|partition_all|sliced|split_every|slices)(?:$|_)"
)
BATCHES = re.compile(r"(?:^|_)(?:batches|chunks|partitions|slices|windows)$")
CHUNK = re.compile(r"(?:^|_)(?:chunk|batch|slice|window)(?:_(?:ids|keys|rows|items))?$")
PAGE = re.compile(
    r"(?:^|_)(?:page|pages|paginate|paginator|paginated|offset|cursor|next|continuation|marker|skip|start_after|last_(?:id|index|pk|key|seen))(?:$|_)"
)
TRY = re.compile(r"(?:^|_)(?:attempts?|retry|retries|tries|tried|trial)(?:$|_|\d)|max_?(?:tries|retries|attempts)")
STREAM = re.compile(
    r"(?:^|_)(?:listen|subscribe|consume|consumer|iter_messages|iter_text|iter_bytes|iter_json|receive|messages_stream|"
    r"iter_lines|aiter_lines|aiter_bytes|aiter_text|watch|astream|stream|poll|count|cycle|repeat|stdin)$"
)
GIVEN = [["session"], ["db"], ["conn"], ["connection"], ["db_session"], ["redis"], ["client"]]
"""What a generator gives once, to be used and closed."""
HELD = frozenset(
    {"smembers", "hgetall", "hkeys", "hvals", "lrange", "zrange", "keys", "scan_iter", "scalars", "fetchall"}
)
"""Methods that read what a store holds: ``for session in client.smembers(key)`` goes through all of it."""
SPLITS = frozenset({"split", "splitlines", "partition"})
TAKERS = frozenset({"pop", "popleft", "popitem", "get_nowait", "get", "popright", "heappop"})
MAX_HOPS = 6


def of_iterable(linker: Linker, table: Table, scope: int, iterable: Expr, bound: Sequence[str]) -> Turns:
    """Kind, count and name of a loop over an iterable, with the names that it binds."""
    call, expr = _unwrapped(table, iterable)
    name = describe(table, expr)
    plain = name.removesuffix("()").rpartition(".")[2].lower()
    if call is not None and call[0] == "range":
        return _range(linker, table, scope, call[1], bound)
    count = count_of(linker, table, scope, expr)
    if any(TRY.search(part) for part in (plain, *bound)):
        return ("retry", count, name)
    if count is not None:
        return ("constant", count, name)
    owned = call is None and "." in name and not name.startswith("self.")  # order.batches: things that are called so
    batch = BATCH if call is not None else BATCHES
    if not owned and (batch.search(plain) or any(CHUNK.search(target.lower()) for target in bound)):
        return ("batch", None, name)
    if PAGE.search(plain) and (call is not None or plain.endswith("pages")):
        return ("paging", None, name)
    if any(target in ("page", "page_num", "page_number", "offset", "cursor") for target in bound):
        return ("paging", None, name)
    if (call is not None or plain == "stdin" or plain.endswith("consumer")) and STREAM.search(plain):
        return ("forever", None, name)
    if call is not None and list(bound) in GIVEN and call[0] not in HELD:
        return ("constant", 1, name)  # for session in get_db()
    if call is not None and call[0] == "iter" and len(call[1]) == 2:
        return ("forever", None, name)  # iter(queue.get, None)
    return ("each", None, name)


def _unwrapped(table: Table, expr: Expr) -> tuple[tuple[str, list[Expr]] | None, Expr]:
    """What is gone through behind ``enumerate``, ``sorted``, ``.items()``, a slice: (name and arguments of its call, it)."""
    for _ in range(MAX_HOPS):
        if type(expr) is list and expr[:1] == ["sub"]:
            if text_of(expr[2]) is not None:
                return None, expr
            expr = expr[1]
            continue
        if type(expr) is list and expr[:1] == ["or"] and len(expr) == 3:
            expr = expr[1]  # items or []
            continue
        if type(expr) is list and expr[:1] == ["*"]:
            expr = expr[1]
            continue
        if type(expr) is not str or expr[:1] != "@" or "." in expr:
            return None, expr
        record = table.facts.calls[int(expr[1:])]
        if type(record.callee) is list and record.callee[:1] == ["."] and record.callee[2] in VIEWS:
            expr = record.callee[1]
            continue
        if type(record.callee) is not str:
            return None, expr
        receiver, _, method = record.callee.rpartition(".")
        if method in WRAPPERS and record.args and not (method == "iter" and len(record.args) == 2):
            expr = record.args[-1 if method == "filter" else 0]
        elif method == "zip" and record.args:
            expr = next((arg for arg in record.args if count_literal(arg) is None and dotted(arg)), record.args[0])
        elif method in VIEWS and receiver and not record.args:
            expr = receiver
        else:
            return (method, list(record.args)), expr
    return None, expr


def _range(linker: Linker, table: Table, scope: int, args: list[Expr], bound: Sequence[str]) -> Turns:
    numbers = [_number(linker, table, scope, arg) for arg in args]
    name = describe(table, args[1] if len(args) > 1 else args[0]) if args else ""
    if any(TRY.search(part.lower()) for part in (name, *bound)):
        return ("retry", numbers[0] if len(numbers) == 1 else None, name)
    if numbers and all(number is not None for number in numbers):
        return ("constant", len(range(*[n for n in numbers if n is not None][:3])) if numbers[2:] != [0] else 0, name)
    if len(args) == 3 and numbers[2] not in (1, -1):
        return ("batch", None, name)
    if BATCHES.search(name.lower()) or any(CHUNK.search(part.lower()) for part in bound):
        return ("batch", None, name)
    if any(PAGE.search(part.lower()) for part in (name, *bound)):
        return ("paging", None, name)
    return ("each", None, name)


def of_while(table: Table, scope: int, frame: int) -> tuple[str, str]:
    """Kind and name of a ``while``."""
    test = table.facts.frames[frame].test
    changed = _changed(table, scope, frame)
    words = " ".join(str(part) for part in _words(table, test)).lower()
    if TRY.search(words.replace(" ", "_")):
        return "retry", ""
    for part in _names(test):
        if _taken(table, scope, frame, part):
            return "each", part
    moved = {name.rpartition(".")[2].lower() for name in changed}
    if test in ("#True", "#1"):
        return ("paging" if any(PAGE.search(name) for name in moved) else "forever"), ""
    if any(PAGE.search(name) for name in (*moved, *words.split())):
        return "paging", ""
    if any(name in changed for name in _names(test)) and not _steps(table, frame):
        return "paging", ""  # while node: node = node.parent
    return "forever", ""


def _taken(table: Table, scope: int, frame: int, name: str) -> bool:
    """Whether a turn takes an item out of a collection: a list of work."""
    return any(
        record.callee.rpartition(".")[0] == name and record.callee.rpartition(".")[2] in TAKERS
        for record in (table.facts.calls[ordinal] for ordinal in table.calls_in.get(scope, ()))
        if type(record.callee) is str and frame in table.frames(record.frame)
    )


def _changed(table: Table, scope: int, frame: int) -> dict[str, Assign]:
    """Names that a loop's body assigns to."""
    found = {}
    for place in table.assigns_in.get(scope, ()):
        assign = table.facts.assigns[place]
        if frame in table.frames(assign.frame) and dotted(assign.target):
            found[assign.target] = assign
    return found


def _steps(table: Table, frame: int) -> bool:
    """Whether what the test asks for is a number that is counted."""
    test = table.facts.frames[frame].test
    return type(test) is list and test[:1] == ["cmp"] and test[2] in ("<", "<=", ">", ">=")


def _names(test: Expr) -> list[str]:
    if type(test) is list:
        return [name for part in test[1:] for name in _names(part)]
    name = dotted(test)
    return [name] if name else []


def _words(table: Table, test: Expr) -> list[str]:
    """Names in a test, and of what it calls."""
    if type(test) is list:
        return [word for part in test[1:] for word in _words(table, part)]
    if type(test) is str and test[:1] == "@":
        record = table.facts.calls[int(test[1:].partition(".")[0])]
        return [dotted(record.callee) or "", *(word for arg in record.args for word in _words(table, arg))]
    return [dotted(test) or ""]


def is_count(table: Table, expr: Expr) -> bool:
    """Whether an expression is a number of things: ``len(x)``, ``count``, a limit."""
    if type(expr) is str and expr[:1] == "@":
        return bool(table.facts.calls[int(expr[1:].partition(".")[0])].callee == "len")
    if type(expr) is list and expr[:1] == ["bin"]:
        return any(is_count(table, part) for part in expr[2:])
    name = (dotted(expr) or "").lower().rpartition(".")[2]
    return name.endswith(("count", "limit", "total", "max_results")) or name.startswith(("max_", "num_"))


def split_callee(callee: Expr) -> tuple[str, str]:
    """What a method is called on, a string constant too, and its name."""
    if type(callee) is list and callee[:1] == ["."] and type(callee[1]) is str:
        return callee[1], callee[2]
    receiver, _, method = callee.rpartition(".") if type(callee) is str else ("", "", "")
    return receiver, method


# --- counts ------------------------------------------------------------------------------------------------------------


def count_literal(expr: Expr) -> int | None:
    """Items of a literal list, tuple, set or dict without unpacking."""
    if type(expr) is not list or expr[:1] not in (["[]"], ["{}"]):
        return None
    if any(type(item) is list and item[:1] == ["*"] for item in expr[1:]) or "**" in expr[1::2]:
        return None
    return len(expr) - 1 if expr[0] == "[]" else (len(expr) - 1) // 2


def count_of(linker: Linker, table: Table, scope: int, expr: Expr, hops: int = MAX_HOPS) -> int | None:
    """Items of an expression that the source states: a literal, a name for one that nothing adds to, an enumeration."""
    literal = count_literal(expr)
    if literal is not None:
        return literal
    if hops == 0:
        return None
    if type(expr) is list and expr[:1] == ["if"]:
        sides = [count_of(linker, table, scope, side, hops - 1) for side in expr[2:]]
        return max(n for n in sides if n is not None) if None not in sides else None
    if type(expr) is str and expr[:1] == "@" and "." not in expr:
        record = table.facts.calls[int(expr[1:])]
        receiver, method = split_callee(record.callee)
        if method in WRAPPERS and record.args:
            return count_of(linker, table, scope, record.args[0], hops - 1)
        if method in VIEWS and receiver and not record.args:
            return count_of(linker, table, scope, receiver, hops - 1)
        if method in SPLITS and receiver[:1] == "'":
            return len(receiver[1:].split())
        if method == "sample" and len(record.args) + len(record.keywords) > 1:
            return _at_most(table, dict(record.keywords).get("k", record.args[-1]))
        return None
    name = dotted(expr)
    return None if name is None else _named_count(linker, table, scope, name, hops)


def _at_most(table: Table, expr: Expr) -> int | None:
    """The number that an expression is at most: ``3``, ``min(3, len(x))``."""
    if type(expr) is str and expr[:1] == "@" and "." not in expr:
        record = table.facts.calls[int(expr[1:])]
        numbers = [_at_most(table, arg) for arg in record.args] if record.callee == "min" else []
        return min((number for number in numbers if number is not None), default=None)
    return int(expr[1:]) if type(expr) is str and expr[:1] == "#" and expr[1:].isdecimal() else None


def _named_count(linker: Linker, table: Table, scope: int, name: str, hops: int) -> int | None:
    owner, _, last = name.rpartition(".")
    if not owner:
        bindings = table.lookup(scope, name)
        if len(bindings) == 1 and bindings[0].assign is not None:
            assign = bindings[0].assign
            if assign.kind == "=" and name not in table.loops.growing:
                return count_of(linker, table, assign.scope, assign.value, hops - 1)
            return None
        if len(bindings) == 1 and (record := bindings[0].imported) is not None and record.attribute:
            target = linker.modules.target(table.path, record)
            if target is not None and target.endswith(".py"):
                return count_of(linker, linker.table(target), 0, record.attribute, hops - 1)
    for value in sorted(linker.evaluate(table.path, scope, name)):
        if value.kind == "def":
            return _members(linker, value.place, value.scope)
    for value in sorted(linker.evaluate(table.path, scope, owner)) if owner else ():
        inner = linker.table(value.place)
        if value.kind == "module" and value.place.endswith(".py"):
            return count_of(linker, inner, 0, last, hops - 1)
        if value.kind not in ("def", "inst") or inner.attributes.get((value.scope, last)):
            continue
        for assign in inner.class_attributes.get((value.scope, last), ()):
            if assign.kind == "=" and last not in inner.loops.growing:
                return count_of(linker, inner, value.scope, assign.value, hops - 1)
    return None


def _members(linker: Linker, path: str, scope: int) -> int | None:
    """Members of an enumeration."""
    table = linker.table(path)
    if table.facts.scopes[scope].kind != "class":
        return None
    bases = [base.place for base in linker.mro(path, scope) if base.kind == "ext"]
    if not any(base.startswith("enum.") or base.endswith("Enum") for base in bases):
        return None
    return sum(1 for (owner, name) in table.class_attributes if owner == scope and not name.startswith("_"))


def _number(linker: Linker, table: Table, scope: int, expr: Expr) -> int | None:
    """The whole number that an expression is, through names that are assigned once."""
    for _ in range(MAX_HOPS):
        if type(expr) is str and expr[:1] == "#":
            return int(expr[1:]) if expr[1:].lstrip("-").isdecimal() else None
        if type(expr) is str and expr[:1] == "@" and "." not in expr:
            record = table.facts.calls[int(expr[1:])]
            return (
                count_of(linker, table, record.scope, record.args[0])
                if record.callee == "len" and record.args
                else None
            )
        name = dotted(expr)
        if name is None:
            if type(expr) is list and expr[:1] == ["bin"] and expr[1] in ("+", "-"):
                left, right = (_number(linker, table, scope, part) for part in expr[2:])
                return None if left is None or right is None else left + right if expr[1] == "+" else left - right
            return None
        owner = name.rpartition(".")[0]
        if owner:
            return None
        bindings = table.lookup(scope, name)
        if len(bindings) != 1:
            return None
        if (record_ := bindings[0].imported) is not None and record_.attribute:
            target = linker.modules.target(table.path, record_)
            if target is None or not target.endswith(".py"):
                return None
            table, scope, expr = linker.table(target), 0, record_.attribute
            continue
        assign = bindings[0].assign
        if (
            assign is None
            or assign.kind != "="
            or any(a.kind == "+=" and a.target == name for a in table.facts.assigns)
        ):
            return None
        scope, expr = assign.scope, assign.value
    return None


# --- names -------------------------------------------------------------------------------------------------------------


def describe(table: Table, expr: Expr) -> str:
    """What a person would call an expression: ``emails``, ``get_users()``, ``get_shop().items``; else empty."""
    for _ in range(40):
        if type(expr) is list and expr[:1] in (["sub"], ["or"], ["*"]):
            key = text_of(expr[2]) if expr[0] == "sub" and len(expr) > 2 else None
            if key is not None and dotted(expr[1]):
                return f'{expr[1]}["{key}"]'
            expr = expr[1]
        elif type(expr) is str and expr[:1] == "@":
            ordinal, _, attributes = expr[1:].partition(".")
            record = table.facts.calls[int(ordinal)]
            name = dotted(record.callee)
            if name is not None and attributes:
                return f"{name}().{attributes}"
            if name is not None:
                receiver, _, method = name.rpartition(".")
                if method == "len" and record.args:
                    expr = record.args[0]
                    continue
                if method == "get" and record.args and text_of(record.args[0]) and receiver:
                    return f'{receiver}["{text_of(record.args[0])}"]'
                return f"{name}()"
            return _queried(table, expr)
        else:
            return dotted(expr) or ""
    return ""


def _queried(table: Table, expr: Expr) -> str:
    """``query(User)`` for a chain of calls that begins with one over a class."""
    for _ in range(40):
        if type(expr) is not str or expr[:1] != "@":
            return ""
        record = table.facts.calls[int(expr[1:].partition(".")[0])]
        if type(record.callee) is not str:
            return ""
        receiver, _, method = record.callee.rpartition(".")
        if record.args and method in ("query", "select", "execute", "scalars", "exec"):
            first = record.args[0]
            if type(first) is str and first[:1] == "@":
                expr = first
                continue
            name = dotted(first) or ""
            return f"{method}({name})" if name.rpartition(".")[2][:1].isupper() else ""
        if receiver[:1] != "@":
            return f"{receiver}.{method}()" if dotted(receiver) else ""
        expr = receiver
    return ""
