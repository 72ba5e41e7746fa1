"""Expressions of relationships, in code and in strings, evaluated to classes, tables, columns and join conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..expressions import receiver
from ..tables import Table as FactTable
from ..tables import text_of
from .expressions import ClassRef, Clause, Node, Ref
from .lookup import OpenError, RefusedError
from .names import BUILTINS
from .records import Attribute, Column, Expr, Mapped, Place, Site, Table

if TYPE_CHECKING:
    from ...facts.records import Call
    from ..value import Value
    from .builder import Builder

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
PLAIN = frozenset(
    {"foreign", "remote", "and_", "or_", "not_", "func", "cast", "coalesce", "desc", "asc", "nullslast", "nullsfirst",
     "nulls_last", "nulls_first", "case", "null", "true", "false", "literal", "collate", "extract", "type_coerce",
     "tuple_", "any_", "all_", "distinct", "between", "bindparam"}
)  # fmt: skip
"""Names of SQLAlchemy that strings commonly use."""


@dataclass(eq=False)
class TableRef:
    """A table that an expression names."""

    table: Table


@dataclass(eq=False)
class ColumnsOf:
    """``table.c``."""

    table: Table


@dataclass(eq=False)
class Text:
    """A string."""

    text: str


@dataclass(eq=False)
class Unmapped:
    """A class that is not mapped."""

    value: Value


@dataclass(eq=False)
class Function:
    """A function of SQLAlchemy, by its name; ``func.lower`` too."""

    name: str


@dataclass(eq=False)
class Bound:
    """A method of a clause."""

    clause: Clause
    name: str


@dataclass(eq=False)
class Package:
    """A module of the registry, by its partial path."""

    path: str


Thing = Any
"""One of the above, a `Clause`, a `ClassRef`, or a list of them."""


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
            return [self.of(site._replace(expr=item)) for item in expr[1:]]
        if kind == "cmp":
            return self._compared(site, expr)
        if kind == "bin":
            parts = [self.clause(site._replace(expr=part)) for part in expr[2:4]]
            return Node({"&": "and", "|": "or"}.get(str(expr[1]), str(expr[1])), parts)
        if kind == "not":
            return Node("not", [self.clause(site._replace(expr=expr[1]))])
        if kind == ".":
            return self.attribute(self.of(site._replace(expr=expr[1])), expr[2])
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
        sides = [self.clause(site._replace(expr=part)) for part in expr[1::2]]
        found: list[Clause] = [
            Node(COMPARES[operator], [sides[at], sides[at + 1]])
            for at, operator in enumerate(expr[2::2])
            if operator in COMPARES
        ]
        if len(found) != len(sides) - 1:
            raise OpenError
        return found[0] if len(found) == 1 else Node("and", found)

    def _subscript(self, site: Site, expr: Expr) -> Thing:
        base = self.of(site._replace(expr=expr[1]))
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
        within = site._replace(scope=call.scope) if not isinstance(self, StringEvaluation) else site
        on = receiver(call.callee)
        callee = self.of(within._replace(expr=call.callee)) if on is None or on[0][:1] != "@" else None
        if on is not None and callee is None:
            callee = self.attribute(self.of(within._replace(expr=on[0])), on[1])
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
            value = self.of(site._replace(expr=argument))
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


class CodeEvaluation(Evaluation):
    """Expressions that stand in the code, lambdas included."""

    def name(self, site: Site, name: str) -> Thing:
        """What a bare name means."""
        return self.of_made(site._replace(expr=name))

    def _string(self, site: Site, expr: str) -> Thing:
        if expr[:1] in ("'", "#", "?", ""):
            return super()._string(site, expr)
        return self.of_made(site)

    def of_made(self, site: Site) -> Thing:
        """The value of what a name, or attributes of it, lead to."""
        found = self.builder.names.made(site)
        if found is None:
            raise OpenError
        value: Thing
        if found.kind == "ext":
            if not found.library:
                raise OpenError
            inside = found.name.split(".")
            return Function(".".join(inside[inside.index("func") :]) if "func" in inside else found.library)
        if found.kind == "def" and found.value is not None:
            value = self._of_definition(found.value, callable_=bool(found.rest))
        elif found.kind == "expr" and found.site is not None:
            if found.call is None:
                if found.site == site:
                    raise OpenError
                value = self.of(found.site)
            else:
                value = self._made_or_called(found.site)
        else:
            raise OpenError
        for part in found.rest:
            value = self.attribute(value, part)
        return value

    def _made_or_called(self, site: Site) -> Thing:
        ordinal = int(site.expr[1:])
        return self._call(site, ordinal)

    def _of_definition(self, value: Value, *, callable_: bool) -> Thing:
        mapped = self.builder.mapped(value)
        if mapped is not None:
            return ClassRef(mapped)
        scope = self.builder.linker.table(value.place).facts.scopes[value.scope]
        if scope.kind == "class" and not callable_:
            return Unmapped(value)
        raise OpenError

    def made(self, site: Site, ordinal: int) -> Thing | None:
        """The column or table that a call makes."""
        table = self.builder.table_made(site.path, ordinal)
        if table is not None:
            return TableRef(table)
        columns = self.builder.columns_made(site.path, ordinal)
        if not columns:
            name = self.builder.columns.library(site)
            if name in ("Column", "mapped_column", "Table", "relationship", "Field"):
                raise OpenError
            return None
        own = [column for column in columns if column.table is not None and column.table in self.owner.tables]
        some = own or (columns if len(columns) == 1 else [])
        if len(some) != 1:
            raise OpenError
        return Ref(some[0])

    def record(self, site: Site, ordinal: int) -> Call:
        """The n-th call."""
        return self.builder.linker.table(site.path).facts.calls[ordinal]

    def returned(self, site: Site, scope: int) -> Site:
        """What a lambda returns."""
        exits = self.builder.linker.table(site.path).exits.get(scope, [])
        if len(exits) != 1:
            raise OpenError
        return site._replace(scope=scope, expr=exits[0].value)


class StringEvaluation(Evaluation):
    """Expressions in strings: names are those of the registry, then tables, modules, and SQLAlchemy's own."""

    def __init__(self, builder: Builder, owner: Mapped, text: str, place: Place, *, tables_first: bool = False) -> None:
        super().__init__(builder, owner)
        self.text = text
        self.place = place
        self.tables_first = tables_first
        self.facts: FactTable | None = None

    def value(self) -> Thing:
        """The value of the string.

        Raises:
            OpenError: it is not known.
            RefusedError: SQLAlchemy would refuse it.
        """
        from ...facts.extract import extract

        text = self.text.strip()
        if text.replace(".", "").replace("_", "").isalnum() and not text[:1].isdigit():
            return self._string(Site("", 0, text), text)
        try:
            facts, _ = extract(f"_ = (\n{text}\n)")
        except SyntaxError as error:
            message = f"invalid syntax in {self.text!r}: {error.msg}"
            raise RefusedError("string-expression", message, "the string does not parse") from None
        self.facts = FactTable("", facts)
        return self.of(Site("", 0, facts.assigns[-1].value))

    def record(self, site: Site, ordinal: int) -> Call:  # noqa: ARG002
        """The n-th call."""
        assert self.facts is not None
        return self.facts.facts.calls[ordinal]

    def made(self, site: Site, ordinal: int) -> Thing | None:  # noqa: ARG002
        """The column or table that a call makes."""
        return None

    def name(self, site: Site, name: str) -> Thing:  # noqa: ARG002
        """What a bare name means."""
        registry = self.owner.registry
        if self.tables_first:
            table = self._table(name)
            if table is not None:
                return table
        mapped = self.builder.lookup.class_named(self.owner, name)
        if mapped is not None:
            return ClassRef(mapped)
        table = self._table(name)
        if table is not None:
            return table
        if any(f".{cls.module}.".find(f".{name}.") >= 0 for some in registry.classes.values() for cls in some):
            return Package(name)
        if name in PLAIN:
            return Function(name)
        if name in BUILTINS:
            raise OpenError
        if registry.open or registry.metadata.open or self.builder.is_elsewhere(registry, name):
            raise OpenError
        if name in SUBQUERIES or self.builder.is_library_name(name):
            raise OpenError
        raise self.builder.unknown_name(self.owner, self.text, name)

    def _table(self, name: str) -> Thing | None:
        metadata = self.owner.registry.metadata
        found = self.builder.lookup.tables(metadata, name, self.owner.cls.path)
        if len(found) > 1:
            raise OpenError
        if found:
            return TableRef(found[0])
        if any(key.startswith(f"{name}.") for key in metadata.tables):
            return Package(f"schema:{name}")
        return None

    def in_package(self, package: Package, name: str) -> Thing:
        """A class, a table or a module below a module or a schema."""
        if package.path.startswith("schema:"):
            found = self._table(f"{package.path[7:]}.{name}")
            if found is None:
                raise OpenError
            return found
        mapped = self.builder.lookup.class_named(self.owner, f"{package.path}.{name}")
        if mapped is not None:
            return ClassRef(mapped)
        path = f"{package.path}.{name}"
        classes = [cls for some in self.owner.registry.classes.values() for cls in some]
        if any(f".{cls.module}.".find(f".{path}.") >= 0 for cls in classes):
            return Package(path)
        if self.owner.registry.open or self.builder.is_elsewhere(self.owner.registry, name):
            raise OpenError
        message = f"Module '{package.path}' has no mapped classes registered under the name '{name}'"
        raise self.builder.unknown_name(self.owner, self.text, message)

    def of_relationship(self, mapped: Mapped, name: str) -> Thing:
        """A relationship where a column is wanted is refused."""
        message = (
            f"Property '{name}' is not an instance of ColumnProperty (i.e. does not correspond directly to a Column)."
        )
        raise RefusedError("string-expression", message, f"{mapped.name}.{name} is a relationship", (mapped,))

    def missing(self, mapped: Mapped, name: str) -> Thing:
        """An attribute that a class does not have is refused."""
        message = f"Class {mapped.module}.{mapped.name} does not have a mapped column named '{name}'"
        raise RefusedError("string-expression", message, f'{mapped.name} has no column "{name}"', (mapped,))


def _is_tuple(attribute: Attribute) -> bool:
    """Whether an attribute is a literal tuple or list: a column with a comma behind it is none."""
    expr = attribute.site.expr if attribute.site is not None else None
    return type(expr) is list and expr[:1] == ["[]"]


def as_clause(value: Thing) -> Clause:
    """A value as a part of a condition; strings and lists are constants."""
    if isinstance(value, (Ref, Node)):
        return value
    if isinstance(value, Text):
        return Node("constant")
    if isinstance(value, Function):
        return Node(value.name)
    if isinstance(value, list):
        return Node("list", [as_clause(item) for item in value])
    raise OpenError


def marked(clause: Clause, mark: str) -> Clause:
    """A condition whose columns carry a mark."""
    if isinstance(clause, Ref):
        return Ref(clause.column, clause.marks | {mark})
    return Node(clause.operator, [marked(part, mark) for part in clause.parts])


def columns_in(value: Thing) -> list[Column]:
    """Columns that ``foreign_keys=`` or ``remote_side=`` gives: one, or a list of them.

    Raises:
        OpenError: something else is given.
    """
    items = value if isinstance(value, list) else [value]
    found: list[Column] = []
    for item in items:
        if not isinstance(item, Ref):
            raise OpenError
        found.append(item.column)
    return found
