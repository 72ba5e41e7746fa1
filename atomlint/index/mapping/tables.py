"""Tables: those of ``Table(...)`` calls, what ``__table_args__`` gives, and imperative mappings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..tables import dotted
from .columns import COLUMNS, place_of
from .records import Column, Constraint, ForeignKey, MetaData, Registry, Site, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..value import Value
    from .builder import Builder

CONSTRAINTS = {
    "ForeignKeyConstraint": "foreign key", "UniqueConstraint": "unique", "Index": "index",
    "PrimaryKeyConstraint": "primary key", "CheckConstraint": "check", "ExcludeConstraint": "check",
}  # fmt: skip


class Tables:
    """Every table outside of tests."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.names = builder.names
        self.texts = builder.texts
        self.made: dict[tuple[str, int], Table] = {}
        """Tables by the call that makes them."""
        self.all: list[Table] = []
        self.clashes: list[tuple[Table, Table]] = []
        """Pairs of definitions of one table, of which not both are classes."""

    def add(self, table: Table) -> Table:
        """Put a table into its collection; what ``extend_existing`` or ``keep_existing`` makes of it when it is there already."""
        known = table.metadata.tables.setdefault(table.fullname, [])
        for other in known:
            if other.owner is None or table.owner is None:
                self._clashing(other, table)
            if self._meet(other, table):
                if table.extends or (other.extends and _apart(other, table)):
                    return self._merged(other, table)
                if table.keeps:
                    return other
                if table.owner is not None:
                    table.owner.refused = True
        self.all.append(table)
        known.append(table)
        return table

    def _clashing(self, known: Table, table: Table) -> None:
        """A table that ``Table(...)`` makes and another definition of it."""
        if not table.extends and not table.keeps and self._meet(known, table):
            self.clashes.append((known, table))

    def _meet(self, one: Table, other: Table) -> bool:
        if one.place is None or other.place is None or any(t.owner and t.owner.conditional for t in (one, other)):
            return False
        return self.builder.programs.together(one.place.path, other.place.path)

    def _merged(self, known: Table, table: Table) -> Table:
        """The table that is there already with the columns of a second definition, which replace those of the first."""
        first = known.owner
        if first is not None and self.builder.own_tables.get(first) is known:
            self.builder.own_tables[first] = replace(
                known, columns=dict(known.columns), constraints=list(known.constraints)
            )
        is_later = table.extends and not (known.extends and _apart(known, table))
        for key, column in table.columns.items():
            old = known.columns.get(key)
            column.extends, column.replaced = is_later, old
            gone = {id(reference.constraint) for reference in old.foreign_keys} if old is not None else set()
            known.constraints = [c for c in known.constraints if id(c) not in gone]
            known.columns[key] = column
            column.table = known
        for constraint in table.constraints:
            constraint.table = known
        known.constraints += table.constraints
        known.open = known.open or table.open
        return known

    # --- Table(...) ------------------------------------------------------------------------------------------------

    def read_calls(self) -> None:
        """Tables of calls that stand outside of functions, or that functions return."""
        for path, ordinal in self.builder.linker.call_sites("Table"):
            if path in self.builder.index.tests:
                continue
            call = self.builder.linker.table(path).facts.calls[ordinal]
            site = Site(path, call.scope, f"@{ordinal}")
            if self.builder.columns.library(site) == "Table":
                self._read(site, ordinal)

    def _read(self, site: Site, ordinal: int) -> None:
        args, keywords, known = self.names.arguments(site)
        name = self.texts.of(args[0] if args else keywords.get("name"))
        flask = (dotted(self.names.record(site).callee) or "").partition(".")[0]
        metadata: MetaData | None = None
        items = args[1:]
        given = args[1] if len(args) > 1 else keywords.get("metadata")
        metadata = self.builder.bases.metadata_of(given)
        if metadata is not None and len(args) > 1:
            items = args[2:]
        if metadata is None:
            holder = self.names.made(Site(site.path, site.scope, flask)) if flask else None
            registry = self.builder.bases.registry_made(holder) if holder is not None and holder.call else None
            metadata = registry.metadata if registry is not None else None
        if metadata is None:
            metadata = self.builder.bases.metadata(("unknown", site.path, str(ordinal)), None)
        table = Table(name or "?", metadata, place=place_of(site), open=not known or name is None)
        self.made[site.path, ordinal] = table
        table.variable = self.builder.linker.table(site.path).bound_to.get(ordinal, "")
        self.options(table, keywords)
        for item in items:
            self.item(table, item)
        if self.builder.linker.table(site.path).facts.scopes[site.scope].kind == "function":
            return
        if name is None:
            metadata.open = True
        else:
            self.add(table)

    def options(self, table: Table, keywords: dict[str, Site]) -> None:
        """Keywords of a table."""
        schema = self.texts.of(keywords["schema"]) if "schema" in keywords else table.metadata.schema
        if schema is None and keywords["schema"].expr != "#None":
            table.open = True
        table.schema = schema or ""
        table.extends = bool(self.names.flag(keywords.get("extend_existing")))
        table.keeps = bool(self.names.flag(keywords.get("keep_existing")))
        if "autoload_with" in keywords or "autoload" in keywords or "autoload_replace" in keywords:
            table.open = True

    def item(self, table: Table, item: Site) -> None:
        """A column or constraint that a table is given."""
        made = self.names.made(item)
        if made is None or made.call is None or made.rest or made.site is None:
            table.open = True
            return
        name = self.builder.columns.library(made.site)
        if name in COLUMNS:
            column = self.builder.columns.read(made.site, "?")
            if column is None or column.key == "?":
                table.open = True
            else:
                self.append(table, column)
        elif name in CONSTRAINTS:
            self.constraint(table, made.site, CONSTRAINTS[name])
        elif name not in ("DDL", "Computed", "Identity", "Comment"):
            table.open = True

    def append(self, table: Table, column: Column) -> None:
        """Give a table a column."""
        column.table = table
        table.columns[column.key] = column
        self.builder.remember(column)
        for key in column.foreign_keys:
            if key.open:
                table.open = True
            key.constraint.table = table
            table.constraints.append(key.constraint)

    def constraint(self, table: Table, site: Site, kind: str) -> None:
        """A constraint or index of a table."""
        args, keywords, known = self.names.arguments(site)
        found = Constraint(
            kind, self.texts.of(keywords.get("name")) or "", place=place_of(site), table=table, open=not known
        )
        table.constraints.append(found)
        if kind == "foreign key":
            self._references(table, found, args, keywords)
        elif kind == "index":
            found.name = (self.texts.of(args[0]) if args else found.name) or found.name
            found.columns = [self._column_key(argument) for argument in args[1:]]
        elif kind != "check":
            found.columns = [self._column_key(argument) for argument in args]
        if kind == "primary key" and (not known or "" in found.columns):
            table.open = True

    def _column_key(self, argument: Site) -> str:
        text = self.texts.of(argument)
        if text is not None:
            return text
        made = self.names.made(argument)
        if made is not None and made.call is not None and not made.rest:
            for column in self.builder.columns_made(*made.call):
                return column.key
        name = dotted(argument.expr)
        return name.rpartition(".")[2] if name is not None else ""

    def _references(self, table: Table, found: Constraint, args: list[Site], keywords: dict[str, Site]) -> None:
        sources = self.names.items(args[0] if args else keywords.get("columns", Site("", 0, None)))
        targets = self.names.items(args[1] if len(args) > 1 else keywords.get("refcolumns", Site("", 0, None)))
        found.use_alter = bool(self.names.flag(keywords.get("use_alter")))
        if sources is None or targets is None:
            table.open = found.open = True
            return
        found.columns = [self._column_key(source) for source in sources]
        found.targets = [self.texts.of(target) or "" for target in targets]
        for target, name in zip(targets, found.columns, strict=False):
            key = ForeignKey(Column(name, name), place=found.place, constraint=found)
            text = self.texts.of(target)
            if text is not None:
                key.target = text
            else:
                key.target_site = target
            found.keys.append(key)

    def finish(self, table: Table) -> None:
        """What can be told once all columns are there: primary keys, and the columns of composite references."""
        for found in table.constraints:
            if found.kind == "primary key":
                for name in found.columns:
                    column = self.column_named(table, name)
                    if column is not None:
                        column.primary_key = True
            elif found.kind == "foreign key":
                for key in found.keys:
                    column = self.column_named(table, key.column.name) if key.column.table is None else key.column
                    if column is not None and key not in column.foreign_keys:
                        key.column = column
                        column.foreign_keys.append(key)

    @staticmethod
    def column_named(table: Table, name: str) -> Column | None:
        """A column by its key, else by its name."""
        found = table.columns.get(name)
        return found or next((column for column in table.columns.values() if column.name == name), None)

    # --- __table_args__ --------------------------------------------------------------------------------------------

    def arguments(self, table: Table, site: Site) -> bool:
        """What ``__table_args__`` gives a table; whether all of it is known."""
        items = self.names.items(site)
        if items is None:
            entries = self.names.entries(site)
            if entries is None:
                return bool(self.names.constant(site) == "#None")
            self.options(table, entries)
            return True
        options = self.names.entries(items[-1]) if items else None
        if options is not None:
            items = items[:-1]
            self.options(table, options)
        elif items and not self._is_call(items[-1]):
            return False  # it may be a dict of options
        for item in items:
            self.item(table, item)
        return True

    def _is_call(self, item: Site) -> bool:
        made = self.names.made(item)
        return made is not None and made.call is not None and not made.rest

    # --- imperative mappings ---------------------------------------------------------------------------------------

    def imperative(self) -> Iterator[tuple[Value, Registry, Table | None, dict[str, Site] | None]]:
        """``registry.map_imperatively(Class, table, properties={...})`` and 1.4's ``mapper(Class, table)``."""
        for name in ("map_imperatively", "mapper"):
            for path, ordinal in self.builder.linker.call_sites(name):
                if path in self.builder.index.tests:
                    continue
                call = self.builder.linker.table(path).facts.calls[ordinal]
                site = Site(path, call.scope, f"@{ordinal}")
                callee = self.names.callee(site)
                if callee is None or (name == "mapper" and callee.library != "mapper"):
                    continue
                args, keywords, known = self.names.arguments(site)
                target = self.names.made(args[0] if args else keywords.get("class_"))
                if target is None or target.kind != "def" or target.value is None or target.rest:
                    continue
                holder = (
                    self.builder.bases.registry_made(callee._replace(rest=callee.rest[:-1])) if callee.rest else None
                )
                table = self.table_of(args[1] if len(args) > 1 else keywords.get("local_table"))
                registry = holder or self.builder.bases.registry(("mapper", path), table.metadata if table else None)
                properties = self.names.entries(keywords["properties"]) if "properties" in keywords else {}
                yield target.value, registry, table, properties if known else None

    def table_of(self, site: Site | None) -> Table | None:
        """The table that an expression is."""
        made = self.names.made(site)
        if made is None or made.call is None or made.rest:
            if made is not None and made.kind == "def" and made.rest == ("__table__",) and made.value is not None:
                mapped = self.builder.mapped(made.value)
                return None if mapped is None else mapped.table
            return None
        return self.made.get(made.call)


def _apart(one: Table, other: Table) -> bool:
    """Whether two tables stand in different files: either may be made first."""
    return one.place is not None and other.place is not None and one.place.path != other.place.path
