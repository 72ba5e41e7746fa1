"""Expressions of relationships evaluated to classes, tables, columns and join conditions: what code and strings share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..expressions import receiver
from ..tables import text_of
from .expressions import ClassRef, Clause, Node, Ref
from .lookup import OpenError, RefusedError
from .things import Bound, ColumnsOf, Function, Package, TableRef, Text, Thing, as_clause, marked

if TYPE_CHECKING:
    from ...facts.records import Call
    from .builder import Builder
    from .records import Attribute, Expr, Mapped, Site

METHODS = {
    "is_": "is", "is_not": "is not", "isnot": "is not", "in_": "in", "not_in": "in", "notin_": "in", "like": "like",
    "ilike": "like", "contains": "like", "startswith": "like", "endswith": "like", "__eq__": "==", "__ne__": "!=",
    "is_distinct_from": "is", "between": "like", "regexp_match": "like",
}  # fmt: skip
"""Methods of columns that compare."""
COMPARES = {"==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
SUBQUERIES = frozenset(
    {"select", "exists", "aliased", "alias", "text", "literal_column", "join", "outerjoin", "union", "subquery"}
)  # fmt: skip


class Evaluation:
    """Evaluates the notation; subclasses say what names and calls are."""

    def __init__(self, builder: Builder, owner: Mapped) -> None:
        self.builder = builder
        self.owner = owner

    def name(self, site: Site, name: str) -> Thing:
        """What a bare name means.

        Raises:
            OpenError: it is not known.
        """
        raise NotImplementedError

    def record(self, site: Site, ordinal: int) -> Call:
        """The n-th call."""
        raise NotImplementedError

    def made(self, site: Site, ordinal: int) -> Thing | None:
        """The column or table that a call makes."""
        raise NotImplementedError

    def within(self, site: Site, call: Call) -> Site:
        """Where the parts of a call stand."""
        raise NotImplementedError

    # --- expressions -----------------------------------------------------------------------------------------------

    def of(self, site: Site) -> Thing:
        """The value of an expression.

        Raises:
            OpenError: it is not known.
            RefusedError: SQLAlchemy would refuse it.
        """
        expr = site.expr
        if type(expr) is str:
            return self._string(site, expr)
        if type(expr) is not list or not expr:
            raise OpenError
        kind = expr[0]
        if kind == "[]":
            return [self.of(site.part(item)) for item in expr[1:]]
        if kind == "cmp":
            return self._compared(site, expr)
        if kind == "bin":
            parts = [self.clause(site.part(part)) for part in expr[2:4]]
            return Node({"&": "and", "|": "or"}.get(str(expr[1]), str(expr[1])), parts)
        if kind == "not":
            return Node("not", [self.clause(site.part(expr[1]))])
        if kind == ".":
            return self.attribute(self.of(site.part(expr[1])), expr[2])
        if kind == "sub":
            return self._subscript(site, expr)
        if kind == "lambda":
            return self.of(self.returned(site, expr[1]))
        raise OpenError

    def returned(self, site: Site, scope: int) -> Site:  # noqa: ARG002
        """What a lambda returns."""
        raise OpenError

    def clause(self, site: Site) -> Clause:
        """The value of an expression as a part of a condition."""
        return as_clause(self.of(site))

    def _string(self, site: Site, expr: str) -> Thing:
        if expr[:1] == "'":
            return Text(expr[1:])
        if expr[:1] == "#":
            return Node("constant")
        if expr[:1] in ("?", ""):
            raise OpenError
        head, *rest = expr.split(".")
        value = self._call(site, int(head[1:])) if head[0] == "@" else self.name(site, head)
        for name in rest:
            value = self.attribute(value, name)
        return value

    def _compared(self, site: Site, expr: Expr) -> Thing:
        sides = [self.clause(site.part(part)) for part in expr[1::2]]
        found: list[Clause] = [
            Node(COMPARES[operator], [sides[at], sides[at + 1]])
            for at, operator in enumerate(expr[2::2])
            if operator in COMPARES
        ]
        if len(found) != len(sides) - 1:
            raise OpenError
        return found[0] if len(found) == 1 else Node("and", found)

    def _subscript(self, site: Site, expr: Expr) -> Thing:
        base = self.of(site.part(expr[1]))
        key = text_of(expr[2])
        if isinstance(base, ColumnsOf) and key is not None:
            return self.attribute(base, key)
        raise OpenError

    # --- attributes ------------------------------------------------------------------------------------------------

    def attribute(self, value: Thing, name: str) -> Thing:
        """An attribute of a value."""
        if isinstance(value, ClassRef):
            return self.of_class(value.mapped, name)
        if isinstance(value, TableRef):
            if name in ("c", "columns"):
                return ColumnsOf(value.table)
            raise OpenError
        if isinstance(value, ColumnsOf):
            column = value.table.columns.get(name)
            if column is not None:
                return Ref(column)
            if value.table.open:
                raise OpenError
            raise RefusedError("string-expression", f"{name}", f'table "{value.table.fullname}" has no column "{name}"')
        if isinstance(value, Function):
            return Function(f"{value.name}.{name}")
        if isinstance(value, (Ref, Node)):
            return Bound(value, name)
        if isinstance(value, Package):
            return self.in_package(value, name)
        raise OpenError

    def in_package(self, package: Package, name: str) -> Thing:  # noqa: ARG002
        """A class or a module below a module of the registry."""
        raise OpenError

    def of_class(self, mapped: Mapped, name: str) -> Thing:
        """A mapped attribute of a class."""
        if name == "__table__" and mapped.table is not None:
            return TableRef(mapped.table)
        found = mapped.find(name)
        if found is not None and found.kind == "synonym" and found.target:
            found = mapped.find(found.target)
        if found is not None and found.columns:
            return Ref(found.columns[0])
        if found is not None and found.kind == "relationship":
            return self.of_relationship(mapped, name)
        if (found is None or (found.kind == "plain" and _is_tuple(found))) and not mapped.is_open:
            return self.missing(mapped, name)
        raise OpenError

    def of_relationship(self, mapped: Mapped, name: str) -> Thing:  # noqa: ARG002
        """A relationship where a column is wanted."""
        raise OpenError

    def missing(self, mapped: Mapped, name: str) -> Thing:  # noqa: ARG002
        """An attribute that a class does not have."""
        raise OpenError

    # --- calls -----------------------------------------------------------------------------------------------------

    def _call(self, site: Site, ordinal: int) -> Thing:
        found = self.made(site, ordinal)
        if found is not None:
            return found
        call = self.record(site, ordinal)
        if any(name == "**" for name, _ in call.keywords):
            raise OpenError
        within = self.within(site, call)
        on = receiver(call.callee)
        callee = self.of(within.part(call.callee)) if on is None or on[0][:1] != "@" else None
        if on is not None and callee is None:
            callee = self.attribute(self.of(within.part(on[0])), on[1])
        if isinstance(callee, Bound):
            return self._method(within, callee, call)
        if isinstance(callee, Function):
            return self._function(within, callee.name, call)
        raise OpenError

    def _arguments(self, site: Site, call: Call) -> list[Clause]:
        found: list[Clause] = []
        for argument in call.args:
            if type(argument) is list and argument[:1] == ["*"]:
                raise OpenError
            value = self.of(site.part(argument))
            found += [as_clause(item) for item in value] if isinstance(value, list) else [as_clause(value)]
        return found

    def _method(self, site: Site, bound: Bound, call: Call) -> Clause:
        if bound.name == "op":
            raise OpenError
        arguments = self._arguments(site, call)
        if bound.name in METHODS and arguments:
            right = arguments[0] if len(arguments) == 1 else Node("list", arguments)
            return Node(METHODS[bound.name], [bound.clause, right])
        return Node(bound.name, [bound.clause, *arguments])

    def _function(self, site: Site, name: str, call: Call) -> Thing:
        last = name.rpartition(".")[2]
        if name in SUBQUERIES or last in SUBQUERIES:
            raise OpenError
        arguments = self._arguments(site, call)
        if name in ("foreign", "remote") and len(arguments) == 1:
            return marked(arguments[0], name)
        if name in ("and_", "or_", "not_"):
            return Node(name.rstrip("_"), arguments)
        return Node(last, arguments)


def _is_tuple(attribute: Attribute) -> bool:
    """Whether an attribute is a literal tuple or list: a column with a comma behind it is none."""
    expr = attribute.site.expr if attribute.site is not None else None
    return type(expr) is list and expr[:1] == ["[]"]
