"""Expressions of relationships that stand in the code, lambdas included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .evaluate import Evaluation
from .expressions import ClassRef, Ref
from .lookup import OpenError, RefusedError
from .names import BUILTINS
from .things import Function, TableRef, Thing, Unmapped

if TYPE_CHECKING:
    from ...facts.records import Call
    from ..value import Value
    from .records import Attribute, Column, Mapped, Site


RESERVED = frozenset({"metadata", "registry", "query", "c", "columns"})
"""What a declarative base gives every class."""


class CodeEvaluation(Evaluation):
    """Expressions that stand in the code, lambdas included."""

    waits = False
    """Whether a lambda was entered: what stands in it is evaluated late."""

    def name(self, site: Site, name: str) -> Thing:
        """What a bare name means."""
        return self.of_made(site.part(name))

    def _string(self, site: Site, expr: str) -> Thing:
        if expr[:1] in ("'", "#", "?", ""):
            return super()._string(site, expr)
        return self.of_made(site)

    def of_made(self, site: Site) -> Thing:
        """The value of what a name, or attributes of it, lead to."""
        found = self.builder.names.made(site)
        if found is None:
            self._check_bound(site)
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

    def _check_bound(self, site: Site) -> None:
        """A name that nothing binds: Python refuses it, in a lambda once mappers are configured."""
        name = site.expr.partition(".")[0]
        if not self.waits or not name.isidentifier() or name in BUILTINS or name.startswith("__"):
            return
        table = self.builder.linker.table(site.path)
        if not table.stars and not table.find(site.scope, name)[1]:
            message = f"name '{name}' is not defined"
            raise RefusedError("name-error-in-class-body", message, f"nothing in {site.path} binds {name}")

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
            if name in ("Column", "mapped_column"):
                return Ref(self._lost(site, ordinal))
            if name in ("Table", "relationship", "Field"):
                raise OpenError
            return None
        own = [column for column in columns if column.table is not None and column.table in self.owner.tables]
        some = own or (columns if len(columns) == 1 else [])
        if len(some) != 1:
            raise OpenError
        return Ref(some[0])

    def _lost(self, site: Site, ordinal: int) -> Column:
        """A column of the owner's body whose name is bound to something else below it: no table has it."""
        table = self.builder.linker.table(site.path)
        body = (self.owner.cls.path, self.owner.cls.ordinal)
        names = [a.target for a in table.facts.assigns if a.value == f"@{ordinal}" and (site.path, a.scope) == body]
        again = (
            [
                assign.value
                for assign in table.class_attributes.get((self.owner.cls.ordinal, names[0]), ())
                if assign.kind == "=" and assign.scope == self.owner.cls.ordinal
            ]
            if names and type(names[0]) is str
            else []
        )
        column = self.builder.columns.read(site, str(names[0])) if again and again[-1] != f"@{ordinal}" else None
        if column is None:
            raise OpenError
        return column

    def missing(self, mapped: Mapped, name: str) -> Thing:
        """An attribute that a class does not have: what a lambda says is only looked up when mappers are configured."""
        found = mapped.find(name)
        if found is not None:
            return self._in_tuple(found)
        if not self.waits or name in RESERVED or name.startswith("_"):
            raise OpenError
        raise RefusedError(
            "string-expression",
            f"type object '{mapped.name}' has no attribute '{name}'",
            f'{mapped.name} has no attribute "{name}"',
            (mapped,),
        )

    def _in_tuple(self, attribute: Attribute) -> Thing:
        """A column with a comma behind it: a tuple of a column that no table has."""
        site = attribute.site
        items = self.builder.names.items(site) if site is not None else None
        columns = [self.builder.columns.read(item, attribute.name) for item in items or () if str(item.expr)[:1] == "@"]
        found = [Ref(column) for column in columns if column is not None]
        if not found or len(found) != len(items or ()):
            raise OpenError
        return found

    def record(self, site: Site, ordinal: int) -> Call:
        """The n-th call."""
        return self.builder.linker.table(site.path).facts.calls[ordinal]

    def within(self, site: Site, call: Call) -> Site:
        """Where the parts of a call stand: in the call's own scope."""
        return site._replace(scope=call.scope)

    def returned(self, site: Site, scope: int) -> Site:
        """What a lambda returns."""
        exits = self.builder.linker.table(site.path).exits.get(scope, [])
        if len(exits) != 1:
            raise OpenError
        self.waits = True
        return site._replace(scope=scope, expr=exits[0].value)
