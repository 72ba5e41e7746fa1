"""What a removal is aimed at: the literals that pick a tenant, found backwards from the call that removes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import Call, Span, dotted, text_of

from ._literals import Literal, literals
from ._names import TENANT, is_somebody, is_tenant_column, is_tenant_model
from ._removals import EXECUTORS, Removal, sql_of
from ._statements import sql_aims

if TYPE_CHECKING:
    from collections.abc import Iterator

    Expr = Any

FILTERS = frozenset(
    [
        "filter",
        "filter_by",
        "where",
        "having",
        "get",
        "get_or_404",
        "get_object_or_404",
        "first_or_404",
        "get_one",
        "aget",
        "update_or_create",
        "with_for_update",
    ]
)
COMPARISONS = frozenset(
    ["in_", "any_", "like", "ilike", "contains", "icontains", "startswith", "endswith", "is_", "op", "match"]
)
FUNCTIONS = frozenset({"lower", "upper", "trim", "coalesce", "cast", "str", "int"})
WRAPPERS = frozenset({"lower", "upper", "strip", "casefold"})
PLACED = re.compile(rf"(?:{TENANT})[s]?[:/_-]+([\w@.-]+)", re.IGNORECASE)
MAX_STEPS = 300


class Aim(NamedTuple):
    """One literal that picks whom a removal hits."""

    literal: Literal
    column: str
    span: Span
    """Where the literal stands: its assignment, or the call that holds it."""


def aims_of(removal: Removal) -> Iterator[Aim]:
    """Every literal that names a tenant to the removal."""
    for literal, column, call in _Search(removal).run():
        if is_somebody(literal.value, literal.name):
            yield Aim(literal, column, literal.span or call.span)


class _Search:
    """Walks from a removal back through variables and query chains of its function and module."""

    def __init__(self, removal: Removal) -> None:
        self.removal = removal
        self.call = removal.call
        self.index = removal.call.index
        self.table = removal.call.table
        self.work: list[tuple[int, Expr, Call]] = []
        self.seen: set[object] = set()

    def run(self) -> Iterator[tuple[Literal, str, Call]]:
        """Literals with the column they are compared to and the call that holds them."""
        call = self.call
        if self.removal.kind == "sql":
            for literal, column in sql_aims(call, self.removal.sql, self.removal.holes):
                yield literal, column, call
        elif self.removal.kind in ("files", "keys"):
            yield from self._placed()
            return
        elif self.removal.kind == "call":
            yield from self._given()
            return
        elif self.removal.kind == "documents":
            yield from self._keyed(call.args[0])
        yield from self._branches()
        self.work = [(call.scope, f"@{ordinal}", call) for ordinal in self._upwards()]
        for _ in range(MAX_STEPS):
            if not self.work:
                return
            scope, expr, holder = self.work.pop()
            yield from self._step(scope, expr, holder)

    def _upwards(self) -> list[int]:
        """The call and those that go on from it: ``delete(T).where(...)``."""
        chain = [self.call.ordinal]
        for ordinal in reversed(self.table.calls_in.get(self.call.scope, ())):  # outer calls come first in the source
            callee = self.table.facts.calls[ordinal].callee
            if (
                type(callee) is str
                and callee.startswith(tuple(f"@{known}." for known in chain))
                and ordinal not in chain
            ):
                chain.append(ordinal)
        return chain

    def _step(self, scope: int, expr: Expr, holder: Call) -> Iterator[tuple[Literal, str, Call]]:
        if type(expr) is list and expr:
            if expr[0] == "cmp":
                yield from self._compared(scope, expr, holder)
            if expr[0] != "not":
                self.work += [(scope, part, holder) for part in expr[1:]]
        elif type(expr) is str and expr[:1] == "@":
            ordinal = int(expr[1:].partition(".")[0])
            if ("call", ordinal) not in self.seen:
                self.seen.add(("call", ordinal))
                yield from self._visit(Call(self.index, self.call.path, ordinal))
        elif (name := dotted(expr)) is not None:
            head = name.partition(".")[0]
            if ("name", scope, head) in self.seen:
                return
            self.seen.add(("name", scope, head))
            for binding in self.table.lookup(scope, head):
                if binding.assign is not None and binding.assign.value is not None:
                    self.work.append((binding.scope, binding.assign.value, holder))

    def _visit(self, call: Call) -> Iterator[tuple[Literal, str, Call]]:
        name = call.name
        if name in ("exclude", "notin_", "not_in", "not_"):
            return
        receiver = call.callee.rpartition(".")[0] if type(call.callee) is str else ""
        if name in FILTERS:
            model = self._model(call)
            for keyword, value in call.keywords.items():
                if is_tenant_column(keyword, model):
                    yield from self._values(call.scope, value, keyword, call)
            if (
                name in ("get", "get_one", "aget")
                and len(call.args) > 1
                and is_tenant_model(dotted(call.args[0]) or "")
            ):
                yield from self._values(call.scope, call.args[1], "id", call)
        elif name in EXECUTORS and call.args and call != self.call:
            for literal, column in sql_aims(call, *sql_of(call, call.args[0])):
                yield literal, column, call
        elif name in ("eq", "in_", "match") and len(call.args) == 2:
            column = text_of(call.args[0]) or ""
            if is_tenant_column(column):
                yield from self._values(call.scope, call.args[1], column, call)
        elif name in COMPARISONS and call.args:
            column = self._column(call.scope, receiver)
            if column:
                yield from self._values(call.scope, call.args[0], column, call)
        if receiver:
            self.work.append((call.scope, receiver, call))
        elif type(call.callee) is list:
            self.work.append((call.scope, call.callee, call))
        self.work += [(call.scope, value, call) for value in (*call.args, *call.keywords.values())]

    def _values(self, scope: int, expr: Expr, column: str, call: Call) -> Iterator[tuple[Literal, str, Call]]:
        for literal in literals(self.index, self.call.path, scope, expr):
            yield literal, column, call

    def _compared(
        self, scope: int, test: Expr, holder: Call, *, equal: tuple[str, ...] = ("==", "in")
    ) -> Iterator[tuple[Literal, str, Call]]:
        for left, operator, right in zip(test[1::2], test[2::2], test[3::2], strict=False):
            if operator not in equal:
                continue
            for column_side, value_side in ((left, right), (right, left)) if operator != "in" else ((left, right),):
                column = self._column(scope, column_side)
                if column:
                    yield from self._values(scope, value_side, column, holder)

    def _keyed(self, query: Expr) -> Iterator[tuple[Literal, str, Call]]:
        """``delete_many({"tenant_id": "acme"})``."""
        if type(query) is list and query[:1] == ["{}"]:
            for key, value in zip(query[1::2], query[2::2], strict=True):
                column = text_of(key) or ""
                if is_tenant_column(column):
                    yield from self._values(self.call.scope, value, column, self.call)

    def _column(self, scope: int, expr: Expr) -> str:
        """The column that an expression reads, when it names a tenant; empty otherwise."""
        if type(expr) is list and expr[:1] == ["sub"]:
            column = text_of(expr[2]) or ""
            return column if is_tenant_column(column, dotted(expr[1]) or "") else ""
        if type(expr) is str and expr[:1] == "@":
            inner = Call(self.index, self.call.path, int(expr[1:].partition(".")[0]))
            if (
                inner.name in WRAPPERS
                and type(inner.callee) is str
                and inner.callee.rpartition(".")[0]
                and not inner.args
            ):
                return self._column(scope, inner.callee.rpartition(".")[0])
            return self._column(inner.scope, inner.args[0]) if inner.name in FUNCTIONS and inner.args else ""
        name = dotted(expr)
        if name is None or "." not in name:
            return ""
        model, _, column = name.rpartition(".")
        model = model.removesuffix(".c")
        return column if is_tenant_column(column, model) else ""

    def _model(self, call: Call) -> str:
        """The class at the head of a query chain."""
        expr = call.callee
        if call.name == "get_object_or_404" and call.args:
            return dotted(call.args[0]) or ""
        for _ in range(30):
            if type(expr) is not str:
                return ""
            if expr[:1] != "@":
                parts = expr.split(".")
                return next((part for part in parts[:-1] if part[:1].isupper()), "")
            inner = Call(self.index, self.call.path, int(expr[1:].partition(".")[0]))
            if inner.name in ("query", "select", "delete", "get_model") and inner.args:
                return dotted(inner.args[0]) or text_of(inner.args[-1]) or ""
            expr = inner.callee
        return ""

    def _branches(self) -> Iterator[tuple[Literal, str, Call]]:
        """``if tenant.slug == "acme":`` around the removal, and ``if tenant.slug != "acme": continue`` before it."""
        for kind, test in self.call.frames:
            if kind == "if" and type(test) is list:
                for part in test[1:] if test[0] in ("and", "or") else [test]:
                    if type(part) is list and part[:1] == ["cmp"]:
                        yield from self._compared(self.call.scope, part, self.call)
            if (
                kind == "after"
                and type(test) is list
                and test[:1] == ["not"]
                and type(test[1]) is list
                and test[1][:1] == ["cmp"]
            ):
                yield from self._compared(self.call.scope, test[1], self.call, equal=("!=", "not in"))

    def _placed(self) -> Iterator[tuple[Literal, str, Call]]:
        """A directory or a key that holds a tenant's name: ``data/tenants/acme``, ``tenant:acme:settings``."""
        for expr in self.call.args:
            for literal in literals(self.index, self.call.path, self.call.scope, expr):
                for name in PLACED.findall(literal.value):
                    yield literal._replace(value=name), "path" if self.removal.kind == "files" else "key", self.call

    def _given(self) -> Iterator[tuple[Literal, str, Call]]:
        """``delete_tenant("acme")``."""
        for name, expr in (*((None, arg) for arg in self.call.args[:2]), *self.call.keywords.items()):
            if name is None or is_tenant_column(name) or name in ("slug", "name", "id"):
                for literal in literals(self.index, self.call.path, self.call.scope, expr):
                    yield literal, name or self.call.name, self.call
