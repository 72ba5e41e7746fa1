"""What tests say, as text and as a tree: negations pushed inward, local names and small helper functions seen through."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .tables import dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .bodies import Bodies, Body
    from .tables import Table

INVERSE = {
    "<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "==", "is": "is not", "is not": "is", "in": "not in",
    "not in": "in",
}  # fmt: skip
MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
TESTS = ("and", "or", "not", "cmp")
MAX_DEPTH = 5
BRANCHES = ("if", "else", "after")
CLIENTS = (
    "client", "redis", "enabled", "available", "cache", "pool", "connected", "connection", "conn", "db", "session",
)  # fmt: skip


class Leaf(NamedTuple):
    """One part of a test: it holds when ``expr`` is true (``positive``) or false."""

    body: Body
    expr: Expr
    positive: bool
    before: int
    """Calls before it in the file: assignments up to here count."""
    frame: int
    """The frame that the test makes; what is assigned in it comes later."""


class Joined(NamedTuple):
    """Parts that must all hold (``and``), or of which one must (``or``)."""

    kind: str
    parts: tuple[Node, ...]


Node = Leaf | Joined


def tree(bodies: Bodies, leaf: Leaf, depth: int = MAX_DEPTH) -> Node:
    """A test taken apart."""
    body, expr, positive, before, frame = leaf
    if type(expr) is list and expr:
        if expr[0] == "not":
            return tree(bodies, leaf._replace(expr=expr[1], positive=not positive), depth)
        if expr[0] in ("and", "or"):
            kind = expr[0] if positive else {"and": "or", "or": "and"}[expr[0]]
            return Joined(kind, tuple(tree(bodies, leaf._replace(expr=part), depth) for part in expr[1:]))
        opposite = None if positive else contrary(expr)
        return leaf if opposite is None else leaf._replace(expr=opposite, positive=True)
    if type(expr) is not str or not depth:
        return leaf
    name = dotted(expr)
    if name is not None and "." not in name:
        value = body.value(name, before, outside=frame)
        if value is not None and type(value.value) is list and value.value[:1] and value.value[0] in TESTS:
            inner = leaf._replace(expr=value.value, before=min(before, value.after), frame=0)
            return tree(bodies, inner, depth - 1)
    elif expr[:1] == "@" and "." not in expr:
        return _called(bodies, leaf, int(expr[1:]), depth)
    return leaf


def _called(bodies: Bodies, leaf: Leaf, call: int, depth: int) -> Node:
    """``bool(x)``, and small functions of the project that only answer a question: ``self._is_due(now)``."""
    record = leaf.body.table.facts.calls[call]
    if record.callee == "bool" and record.args:
        return tree(bodies, leaf._replace(expr=record.args[0]), depth - 1)
    targets = [v for v in bodies.linker.values.callee(leaf.body.table.path, call) if v.kind == "def"]
    if len(targets) != 1:
        return leaf
    table = bodies.linker.table(targets[0].place)
    exits = [e for e in table.exits.get(targets[0].scope, ()) if e.kind == "return"]
    if not exits or len(exits) > 4 or table.facts.scopes[targets[0].scope].kind == "class":
        return leaf
    if not all((type(e.value) is list and e.value[0] in TESTS) or e.value in ("#True", "#False") for e in exits):
        return leaf
    body = bodies.of(table, targets[0].scope)
    ways = []
    for exit_ in exits:
        if exit_.value == "#False":
            continue
        tests = [Leaf(body, e, p, exit_.after, f) for f, e, p in reversed(list(branches(table, exit_.frame)))]
        if exit_.value != "#True":
            tests.append(Leaf(body, exit_.value, True, exit_.after, exit_.frame))
        ways.append(tests)
    if not leaf.positive:
        parts = [_joined("or", [tree(bodies, t._replace(positive=not t.positive), depth - 1) for t in w]) for w in ways]
        return _joined("and", parts)
    return _joined("or", [_joined("and", [tree(bodies, test, depth - 1) for test in way]) for way in ways])


def _joined(kind: str, parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else Joined(kind, tuple(parts))


def branches(table: Table, frame: int) -> Iterator[tuple[int, Expr, bool]]:
    """The tests that hold at a frame, innermost first: (frame, test, whether it is true there)."""
    for around in table.frames(frame):
        entry = table.facts.frames[around]
        if entry.kind in BRANCHES and entry.test is not None:
            yield around, entry.test, entry.kind != "else"


def leaves(node: Node) -> Iterator[Leaf]:
    """The leaves of a tree, in source order."""
    if isinstance(node, Leaf):
        yield node
    else:
        for part in node.parts:
            yield from leaves(part)


def atoms(test: Expr) -> Iterator[Expr]:
    """The parts of a boolean test, negations dropped."""
    if type(test) is list and test and test[0] in ("and", "or", "not"):
        for part in test[1:]:
            yield from atoms(part)
    elif test is not None:
        yield test


def inverse(leaf: Leaf) -> Leaf:
    """The contrary of a leaf: ``age >= limit`` of ``age < limit``."""
    opposite = contrary(leaf.expr) if leaf.positive else None
    return leaf._replace(positive=not leaf.positive) if opposite is None else leaf._replace(expr=opposite)


def contrary(test: Expr) -> Expr:
    """What is so where a comparison is not: ``role in STAFF`` of ``role not in STAFF``; None for what has no contrary."""
    is_comparison = type(test) is list and test[:1] == ["cmp"] and len(test) == 4
    return ["cmp", test[1], INVERSE[test[2]], test[3]] if is_comparison and test[2] in INVERSE else None


def absent(leaf: Leaf) -> Expr:
    """What a leaf finds absent or false: ``not x``, ``x is None``, ``x == False``; None when it says no such thing."""
    expr = leaf.expr
    if type(expr) is list:
        if expr[:1] != ["cmp"] or len(expr) != 4 or expr[3] not in ("#None", "#False", "#0"):
            return None
        return expr[1] if expr[2] in (("is", "==") if leaf.positive else ("is not", "!=")) else None
    return None if leaf.positive else expr


def availability(test: Expr) -> bool:
    """Whether a test only asks if a client is there: ``if self.client``, ``if redis and self.enabled``."""
    return all(_is_client(part[1] if type(part) is list and part[:1] == ["cmp"] else part) for part in atoms(test))


def _is_client(expr: Expr) -> bool:
    name = dotted(expr)
    return name is not None and name.lower().rpartition(".")[2].strip("_").endswith(CLIENTS)


def describe(test: Expr, table: Table) -> str:
    """A short text for a test: as it is written, where the facts keep that; calls by their names, ``gate.due()``."""
    if type(test) is list and test:
        if test[0] == "cmp":
            return f"{describe(test[1], table)} {test[2]} {describe(test[3], table)}"
        if test[0] == "bin":
            return f"{describe(test[2], table)} {test[1]} {describe(test[3], table)}"
        if test[0] == "sub":
            return f"{describe(test[1], table)}[{describe(test[2], table)}]"
        if test[0] in ("and", "or"):
            return f" {test[0]} ".join(describe(part, table) for part in test[1:])
        if test[0] == "not":
            inner = test[1]
            twice = type(inner) is list and inner[:1] == ["not"]
            return describe(inner[1], table) if twice else f"not {describe(inner, table)}"
        return "..."
    text = text_of(test)
    if text is not None:
        return f"'{text}'"
    if type(test) is str and test[:1] == "@":
        number, _, attribute = test[1:].partition(".")
        call = table.facts.calls[int(number)]
        inside = "..." if call.args or call.keywords else ""
        return f"{describe(call.callee, table)}({inside}){'.' * bool(attribute)}{attribute}"
    return test.lstrip("#") if type(test) is str and test[:1] != "?" else "..."


def short(expr: Expr) -> str:
    """The last name of a counter or a clock: ``day_count`` of ``local["day_count"]`` and of ``self.day_count``."""
    if type(expr) is list and expr[:1] == ["sub"]:
        return text_of(expr[2]) or short(expr[1])
    if type(expr) is list and expr[:1] == ["."]:
        return str(expr[2])
    return expr.rpartition(".")[2] if type(expr) is str and expr[:1] not in ("@", "?", "#") else "it"
