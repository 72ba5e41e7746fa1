"""The operations of a revision's ``upgrade()``: ``op.create_table`` and its like, in the functions that it calls too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..mapping.columns import COLUMNS
from ..mapping.records import Site
from ..mapping.tables import CONSTRAINTS
from ..provenance import called_on, last_name
from ..tables import text_of
from .records import Made, MadeTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..facade import Index
    from .revisions import Revision

DEPTH = 4
MAX_CALLS = 3000
CHANGES = re.compile(r"\b(?:CREATE|ALTER|RENAME|EXCHANGE)\b", re.IGNORECASE)
DATA = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*(?:WITH|SELECT|INSERT|UPDATE|DELETE|SET|DROP|COMMENT|GRANT|REVOKE|LOCK|COPY|VACUUM|ANALYZE|PRAGMA"
    r"|TRUNCATE|REFRESH|SHOW)\b",
    re.IGNORECASE,
)
"""SQL that makes no table."""
EXECUTING = frozenset({"execute", "exec_driver_sql", "executescript"})
STATEMENTS = frozenset(
    {
        "update",
        "insert",
        "delete",
        "select",
        "values",
        "where",
        "text",
        "bindparams",
        "from_select",
        "exists",
        "returning",
    }
    | {
        "on_conflict_do_nothing",
        "on_conflict_do_update",
        "join",
        "select_from",
        "order_by",
        "limit",
        "union",
        "DropTable",
    }
    | {"CreateSequence", "DropSequence", "CreateIndex", "CreateSchema", "DropConstraint", "AddConstraint"}
)
"""Ends of expressions that are statements over rows."""
OPERATIONS = frozenset(
    {"create_table", "add_column", "drop_column", "drop_table", "rename_table", "alter_column", "batch_alter_table"}
    | {"create_all", "create"}
    | EXECUTING
)


class Reader:
    """Applies revisions, one after the other."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.linker = index.project.linker
        self.builder = index.mapping.builder
        self.names = self.builder.names
        self.texts = self.builder.texts

    def apply(self, revisions: Sequence[Revision]) -> Made:
        """What all of them leave behind."""
        made = Made()
        for revision in revisions:
            table = self.linker.table(revision.path)
            for scope, record in enumerate(table.facts.scopes):
                if record.kind == "function" and record.parent == 0 and record.name.startswith("upgrade"):
                    self._function(made, Site(revision.path, scope, None), DEPTH, set())
        return made

    def _function(self, made: Made, function: Site, depth: int, seen: set[tuple[str, int]]) -> None:
        if (function.path, function.scope) in seen:
            return
        seen = seen | {(function.path, function.scope)}
        table = self.linker.table(function.path)
        record = table.facts.scopes[function.scope]
        for ordinal in range(record.first_call, min(record.end_call, record.first_call + MAX_CALLS)):
            call = table.facts.calls[ordinal]
            site = Site(function.path, call.scope, f"@{ordinal}", function.given)
            name = last_name(call.callee)
            if name in OPERATIONS and (called_on(call.callee) is not None or self._is_operation(site)):
                self._operation(made, name, site)
                continue
            for value in self.linker.values.callee(function.path, ordinal) if depth else ():
                inner = self.linker.table(value.place) if value.kind == "def" else None
                if inner is not None and inner.facts.scopes[value.scope].kind == "function":
                    given = self.names.given(site, call, value)
                    self._function(made, Site(value.place, value.scope, None, given), depth - 1, seen)

    def _is_operation(self, site: Site) -> bool:
        """Whether a bare name is one that was imported from ``alembic.op``."""
        call = self.names.record(site)
        values = self.linker.evaluate(site.path, call.scope, call.callee)
        return any(value.kind == "ext" and value.place.startswith("alembic.") for value in values)

    # --- one operation ---------------------------------------------------------------------------------------------

    def _operation(self, made: Made, name: str, site: Site) -> None:
        args, keywords, known = self.names.arguments(site)
        if name == "create_all":
            made.open = True
        elif name == "create":
            self._made_of_model(made, site)
        elif name in EXECUTING:
            self._executed(made, args)
        elif name == "rename_table":
            self._renamed(made, [*args, *(keywords[k] for k in ("old_table_name", "new_table_name") if k in keywords)])
        elif name == "create_table":
            self._created(made, args[:1] or [keywords.get("table_name")], args[1:], known=known)
        elif name == "drop_table":
            for table in self._named(args[:1] or [keywords.get("table_name")]) or ():
                made.tables.pop(table, None)
        elif name in ("add_column", "drop_column", "alter_column"):
            self._column(made, name, site, args, keywords)

    def _created(self, made: Made, names: Sequence[Site | None], items: list[Site], *, known: bool) -> None:
        tables = self._named(names)
        if tables is None:
            made.open = True
            return
        columns = MadeTable(open=not known)
        for item in items:
            self._item(columns, item)
        for table in tables:  # one that is made again is made on one of two ways: what either makes may be there
            there = made.tables.setdefault(table, MadeTable())
            there.columns |= columns.columns
            there.open = there.open or columns.open

    def _item(self, table: MadeTable, item: Site) -> None:
        call = self.names.made(item)
        if call is None or call.call is None or call.rest or call.site is None:
            table.open = True
            return
        name = self.builder.columns.library(call.site)
        if name in COLUMNS:
            found = self._column_names(call.site)
            table.columns |= found or set()
            table.open = table.open or found is None
        elif name not in CONSTRAINTS:
            table.open = True

    def _column_names(self, site: Site | None) -> set[str] | None:
        """The names that a column can have; None when they are not known."""
        made = self.names.made(site)
        if made is None or made.call is None or made.rest or made.site is None:
            return None
        args, keywords, _ = self.names.arguments(made.site)
        names = self._named(args[:1] or [keywords.get("name")])
        return None if names is None else set(names)

    def _column(self, made: Made, name: str, site: Site, args: list[Site], keywords: dict[str, Site]) -> None:
        call = self.names.record(site)
        batch = self._batch(site)
        if batch is None and (name == "add_column" and len(args) < 2 and "column" not in keywords):
            batch = (None,)  # an object that nothing is known of
        tables = self._named(batch or args[:1] or [keywords.get("table_name")])
        rest = args if batch is not None else args[1:]
        if name == "add_column":
            columns = self._column_names(rest[0] if rest else keywords.get("column"))
            self._added(made, tables, columns)
            return
        old = self._named(rest[:1] or [keywords.get("column_name")])
        new = self._named([keywords["new_column_name"]]) if "new_column_name" in keywords else []
        if name == "drop_column":
            for table in tables or ():
                if table in made.tables and old is not None and not call.frame:
                    made.tables[table].columns -= set(old)
        elif "new_column_name" in keywords:
            self._added(made, tables, None if new is None else set(new))
            for table in tables or ():
                if table in made.tables and old is not None and new:
                    made.tables[table].columns -= set(old) - set(new)

    @staticmethod
    def _added(made: Made, tables: list[str] | None, columns: set[str] | None) -> None:
        if tables is None:
            made.columns |= columns or set()
            for known in made.tables.values() if columns is None else ():
                known.open = True
            return
        for table in tables:
            known = made.tables.setdefault(table, MadeTable(open=True))
            known.columns |= columns or set()
            known.open = known.open or columns is None

    def _batch(self, site: Site) -> tuple[Site | None, ...] | None:
        """The table of ``with op.batch_alter_table("t") as batch_op`` where a call is one of ``batch_op``."""
        call = self.names.record(site)
        above = called_on(call.callee)
        table = self.linker.table(site.path)
        found: tuple[Site | None, ...] | None = None
        for binding in table.lookup(call.scope, above) if type(above) is str and above.isidentifier() else ():
            assign = binding.assign
            if assign is None or assign.kind != "with" or type(assign.value) is not str or assign.value[:1] != "@":
                continue
            made = table.facts.calls[int(assign.value[1:].partition(".")[0])]
            if last_name(made.callee) == "batch_alter_table" and assign.after <= int(site.expr[1:]):
                args, keywords, _ = self.names.arguments(site._replace(scope=made.scope, expr=assign.value))
                found = (args[0] if args else keywords.get("table_name"),)
        return found

    def _renamed(self, made: Made, names: list[Site]) -> None:
        old, new = self._named(names[:1]), self._named(names[1:2])
        if new is None or old is None or len(old) != 1 or len(new) != 1:
            made.open = True
            return
        made.tables[new[0]] = made.tables.pop(old[0], MadeTable(open=True))

    def _made_of_model(self, made: Made, site: Site) -> None:
        """``Model.__table__.create(bind)``."""
        above = called_on(self.names.record(site).callee)
        table = self.builder.tables.table_of(site._replace(expr=above)) if above is not None else None
        if table is not None:
            made.tables[table.name.lower()] = MadeTable(open=True)
        elif type(above) is str and above.endswith("__table__"):
            made.open = True

    def _executed(self, made: Made, args: list[Site]) -> None:
        for site in args[:1]:
            text = self.texts.of(site) or self._within(site)
            if text is not None:
                if CHANGES.search(text):
                    made.texts.append(text.lower())
            elif not self._is_over_rows(site):
                made.doubtful = True

    def _within(self, site: Site) -> str | None:
        """The text of ``sa.text("...")``, and what is constant of an f-string that begins like SQL."""
        made = self.names.made(site)
        if made is None or made.site is None or made.kind != "expr":
            return None
        if made.call is not None:
            args, _, _ = self.names.arguments(made.site)
            name = last_name(self.names.record(made.site).callee)
            return (
                (self.texts.of(args[0]) or self._within(args[0]))
                if args and name in ("text", "DDL", "dedent")
                else None
            )
        expr = made.site.expr
        if type(expr) is list and expr[:1] == ["f"]:
            parts = [self.texts.of(made.site._replace(expr=part)) for part in expr[1:]]
            text = " ".join(part or "" for part in parts)
            return text if DATA.match(text) or (None not in parts) else None
        return None

    def _is_over_rows(self, site: Site) -> bool:
        made = self.names.made(site)
        if made is None or made.call is None or made.site is None:
            return False
        return last_name(self.names.record(made.site).callee) in STATEMENTS

    # --- names -----------------------------------------------------------------------------------------------------

    def _named(self, sites: Sequence[Site | None]) -> list[str] | None:
        """The texts that an expression can be: one, or those that a loop goes through; None when they are not known."""
        site = sites[0] if sites else None
        if site is None:
            return None
        text = self.texts.of(site)
        if text is not None:
            return [text.rpartition(".")[2].lower()]
        return [text.lower() for text in self._looped(site)] or None

    def _looped(self, site: Site) -> Iterator[str]:
        """What the name of a loop over texts is bound to."""
        for name, value in site.given:
            if name == site.expr:
                yield from self._looped(value)
                return
        table = self.linker.table(site.path)
        is_name = type(site.expr) is str and site.expr.isidentifier()
        bindings = table.lookup(site.scope, site.expr) if is_name else []
        for binding in bindings:
            assign = binding.assign
            if assign is None or assign.kind != "for" or type(assign.value) is not list or assign.value[:1] != ["sub"]:
                return
            over = assign.value[1]
            if type(over) is list and over[:1] == ["sub"]:
                return
            items = self.names.items(Site(site.path, assign.scope, over, site.given))
            for item in items or ():
                text = text_of(item.expr)
                if text is not None:
                    yield text
