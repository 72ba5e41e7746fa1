"""Rows that an `AsyncSession` loaded: which mapped class they are of, and which relationships came with them.

A relationship that did not come with its row cannot be read later: its query would have to be awaited.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from .expressions import inside
from .loadoptions import ALL_RELATED, option_loads
from .provenance import called_on, last_name
from .rowsets import THROUGH
from .tables import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from ..facts.records import Call, Expr, Param
    from .facade import Index
    from .mapping.records import Mapped
    from .tables import Binding, Table
    from .value import Value

Kind = Literal["tuples", "entities", "rows", "row", "many", "one", "none"]
DEPTH = 6
ASYNC = "AsyncSession"
FETCHES: dict[str, Kind] = {
    "execute": "tuples", "stream": "tuples", "scalars": "entities", "stream_scalars": "entities", "exec": "entities",
    "scalar": "one",
}  # fmt: skip
"""Awaited methods of a session, and what they give for ``select(Model)``."""
RESULTS: dict[tuple[Kind, str], Kind] = {
    ("tuples", "unique"): "tuples", ("tuples", "scalars"): "entities", ("tuples", "scalar"): "one",
    ("tuples", "scalar_one"): "one", ("tuples", "scalar_one_or_none"): "one",
    ("tuples", "all"): "rows", ("tuples", "fetchall"): "rows",
    ("tuples", "first"): "row", ("tuples", "one"): "row", ("tuples", "one_or_none"): "row",
    ("entities", "unique"): "entities", ("entities", "all"): "many", ("entities", "fetchall"): "many",
    ("entities", "first"): "one", ("entities", "one"): "one", ("entities", "one_or_none"): "one",
}  # fmt: skip
"""Methods of a result."""
EACH: dict[Kind, Kind] = {"tuples": "row", "rows": "row", "entities": "one", "many": "one"}
"""What going through it gives."""
AT: dict[Kind, Kind] = {"rows": "row", "entities": "one", "many": "one"}
"""What a number in brackets gives; of a row, the first is the object."""
ALL: dict[Kind, Kind] = {"row": "rows", "one": "many"}
"""What a list of them is."""


class Loaded(NamedTuple):
    """What an expression is: a result, many rows or one row, of one class."""

    kind: Kind
    model: Mapped | None
    """None for ``None`` alone."""
    loaded: frozenset[str]
    """Attributes that some query of it loads."""
    proven: bool
    """Whether the session's type is known; else its name tells."""
    path: str
    call: int
    """The awaited call that loads it."""


NONE = Loaded("none", None, frozenset(), True, "", -1)


class AsyncRows:
    """Follows expressions back to awaited queries; every answer is kept."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.project = index.project
        self.linker = index.project.linker
        self._kept: dict[tuple[str, int, str], Loaded | None] = {}
        self._open: set[tuple[str, int, str]] = set()

    @cached_property
    def holders(self) -> frozenset[tuple[str, int]]:
        """Functions, as (path, scope), that can hold such rows: they ask a session, or what they wait for or depend on does."""
        names = {*FETCHES, "get", "get_one"}
        wanted = [site for name in names for site in self.linker.call_sites(name) if self._asks(*site)]
        found: set[tuple[str, int]] = set()
        while wanted:
            new = {place for site in wanted for place in self._around(*site)} - found
            found |= new
            called = {self.linker.table(path).facts.scopes[scope].name for path, scope in new} - {""}
            sites = [site for name in called for site in self.linker.call_sites(name)]
            wanted = [site for site in sites if self._record(*site).awaited and self._waits_for(new, *site)]
            wanted += [site for site in self._injections if self._injected(*site) in called]
        return frozenset(found)

    @cached_property
    def _injections(self) -> list[tuple[str, int]]:
        return [site for name in ("Depends", "Security") for site in self.linker.call_sites(name)]

    def _injected(self, path: str, ordinal: int) -> str:
        """The last name of what a ``Depends`` asks for."""
        return last_name(next(iter(self._record(path, ordinal).args), None))

    def _asks(self, path: str, ordinal: int) -> bool:
        record = self._record(path, ordinal)
        return record.awaited and self._is_session(self.linker.table(path), ordinal, record) is not None

    def _waits_for(self, functions: Set[tuple[str, int]], path: str, ordinal: int) -> bool:
        return any((value.place, value.scope) in functions for value in self.linker.values.callee(path, ordinal))

    def _record(self, path: str, ordinal: int) -> Call:
        return self.linker.table(path).facts.calls[ordinal]

    def _around(self, path: str, ordinal: int) -> Iterator[tuple[str, int]]:
        """The function that a call stands in; those that have the parameter when it is of a default or an annotation."""
        table = self.linker.table(path)
        record = table.facts.calls[ordinal]
        mine = f"@{ordinal}"
        for scope, other in enumerate(table.facts.scopes):
            if other.parent == record.scope and any(_names_call(param, mine) for param in other.params):
                yield path, scope
                return
        scope = table.enclosing_function(record.scope)
        if scope:
            yield path, scope
            return
        for assign in table.facts.assigns:
            if assign.scope == 0 and any(item == mine for item in inside(assign.value)):
                yield from self._annotated.get(assign.target, ())

    @cached_property
    def _annotated(self) -> dict[str, list[tuple[str, int]]]:
        """Functions by the last names of their parameters' annotations, as far as a ``Depends`` of a module may be in these."""
        tables = {path: self.linker.table(path) for path, _ in self._injections}
        names = {
            assign.target
            for table in tables.values()
            for assign in table.facts.assigns
            if assign.scope == 0 and type(assign.value) is list and assign.value[:1] == ["sub"]
        }
        found: dict[str, list[tuple[str, int]]] = {}
        for path in self.index.paths if names else ():
            facts = self.linker.table(path).facts
            if path not in tables and not any(record.attribute in names for record in facts.imports):
                continue
            for scope, record in enumerate(facts.scopes):
                for name in {last_name(param.annotation) for param in record.params} & names:
                    found.setdefault(name, []).append((path, scope))
        return found

    def of(self, path: str, scope: int, expr: Expr, depth: int = DEPTH, at: int = -1) -> Loaded | None:
        """What an expression is; None for what is not proven to be rows of one class that awaited queries load.

        Args:
            at: the call that it stands in, which tells what a name was bound to by then; -1 for anywhere in its function.
        """
        key = (path, scope, f"{expr} {at}")
        if key in self._kept:
            return self._kept[key]
        if key in self._open or depth == 0:
            return None
        self._open.add(key)
        found = self._find(self.linker.table(path), scope, expr, depth, at)
        self._open.discard(key)
        if depth == DEPTH or found is not None:
            self._kept[key] = found
        return found

    def _find(self, table: Table, scope: int, expr: Expr, depth: int, at: int) -> Loaded | None:
        if expr == "#None":
            return NONE
        if type(expr) is list:
            return self._composed(table, scope, expr, depth)
        if type(expr) is not str or "." in expr:
            return None
        if expr[:1] == "@":
            return self._call(table, int(expr[1:]), depth)
        return self._name(table, scope, expr, depth, at) if dotted(expr) else None

    def _composed(self, table: Table, scope: int, expr: Expr, depth: int) -> Loaded | None:
        if expr[:1] == ["sub"] and type(expr[2]) is str and expr[2][1:].isdigit():
            rows = self.of(table.path, scope, expr[1], depth)
            return _first(rows) if rows is not None and rows.kind == "row" and expr[2] == "#0" else _turned(rows, AT)
        if expr[:1] == ["comp"] and type(expr[1]) in (str, list):
            return _turned(self.of(table.path, scope, expr[1], depth - 1), ALL)
        if expr[:1] == ["if"]:
            return _merged([self.of(table.path, scope, part, depth - 1) for part in expr[2:]])
        return None

    # --- names -----------------------------------------------------------------------------------------------------

    def _name(self, table: Table, scope: int, name: str, depth: int, at: int) -> Loaded | None:
        owner, bindings = table.find(scope, name)
        if owner == 0 or not bindings:
            return None
        if at >= 0 and owner == scope:
            bindings = self._before(table, bindings, at)
        found: list[Loaded | None] = []
        for binding in bindings:
            if binding.param is not None:
                found.append(self._parameter(table, owner, name, depth))
            elif binding.assign is not None and binding.assign.kind != ":":
                found.append(self._bound(table, binding, depth))
            elif binding.assign is None:
                return None
        return _merged(found)

    @staticmethod
    def _before(table: Table, bindings: list[Binding], at: int) -> list[Binding]:
        """The bindings of a name that can hold where a call is made: the last one, and earlier ones that it may leave."""
        around = table.frames(table.facts.calls[at].frame)
        found: list[Binding] = []
        for binding in reversed(bindings):
            assign = binding.assign
            if assign is not None and assign.after > at:
                continue
            found.append(binding)
            if assign is not None and (not assign.frame or assign.frame in around):
                break
        return found or bindings

    def _bound(self, table: Table, binding: Binding, depth: int) -> Loaded | None:
        assign = binding.assign
        assert assign is not None
        if assign.kind == "=":
            return self.of(table.path, assign.scope, assign.value, depth - 1)
        return self._turn(table, assign.scope, assign.value, depth) if assign.kind == "for" else None

    def _turn(self, table: Table, scope: int, expr: Expr, depth: int) -> Loaded | None:
        """What the name of a loop holds, one of several names too: ``for (user,) in result``."""
        if type(expr) is not list or expr[:1] != ["sub"]:
            return None
        if expr[2] == "?":
            return _turned(self.of(table.path, scope, expr[1], depth - 1), EACH)
        return _first(self._turn(table, scope, expr[1], depth)) if expr[2] == "#0" else None

    def _parameter(self, table: Table, scope: int, name: str, depth: int) -> Loaded | None:
        """What a dependency gives; callers are asked where the row is, not here."""
        record = table.facts.scopes[scope]
        param = next((p for p in record.params if p.name == name), None)
        if param is None or param.kind in ("*", "**"):
            return None
        injected = self.linker.values.parameters.injected(table.path, record.parent, param)
        return _merged([self._returned(value, depth) for value in injected])

    # --- calls -----------------------------------------------------------------------------------------------------

    def _call(self, table: Table, ordinal: int, depth: int) -> Loaded | None:
        record = table.facts.calls[ordinal]
        name, above = last_name(record.callee), called_on(record.callee)
        if name == "cast" and len(record.args) == 2 and not self._functions(table, ordinal):
            return self.of(table.path, record.scope, record.args[1], depth - 1, ordinal)
        if above is None:
            if name in THROUGH and record.args and name != "enumerate" and not self._functions(table, ordinal):
                rows = self.of(table.path, record.scope, record.args[-1 if name == "filter" else 0], depth - 1, ordinal)
                each = _turned(rows, EACH)
                return _turned(each, ALL)
        elif record.awaited and name in (*FETCHES, "get", "get_one"):
            fetched = self._fetched(table, ordinal, record, name)
            if fetched is not None:
                return fetched
        elif any(name == method for _, method in RESULTS):
            result = self.of(table.path, record.scope, above, depth - 1, ordinal)
            kind = None if result is None else RESULTS.get((result.kind, name))
            if result is not None:
                return None if kind is None else result._replace(kind=kind)
        return _merged([self._returned(value, depth) for value in self._functions(table, ordinal)])

    def _functions(self, table: Table, ordinal: int) -> list[Value]:
        found = list(self.linker.values.callee(table.path, ordinal))
        functions = [v for v in found if v.kind == "def" and self._is_function(v)]
        return functions if len(functions) == len(found) else []

    def _is_function(self, value: Value) -> bool:
        return self.linker.table(value.place).facts.scopes[value.scope].kind == "function"

    def _returned(self, value: Value, depth: int) -> Loaded | None:
        """What a function of the project returns, or a dependency yields."""
        if value.kind != "def" or not self._is_function(value):
            return None
        table = self.linker.table(value.place)
        if any("cache" in str(decorator) for decorator in table.facts.scopes[value.scope].decorators):
            return None
        exits = [e for e in table.exits.get(value.scope, ()) if e.kind in ("return", "yield")]
        return _merged([self.of(value.place, value.scope, e.value, depth - 1) for e in exits])

    def _fetched(self, table: Table, ordinal: int, record: Call, name: str) -> Loaded | None:
        """What an awaited call of a session gives."""
        proven = self._is_session(table, ordinal, record)
        if proven is None or not record.args:
            return None
        kind: Kind
        if name in ("get", "get_one"):
            found, kind = self._got(table, record), "one"
        else:
            rows = self.project.rowsets.of(table.path, record.scope, record.args[0])
            found, kind = (None if rows is None else (rows.model, rows.loaded)), FETCHES[name]
        if found is None or ALL_RELATED in found[1]:
            return None
        mapped = self.index.mapping.by_place.get((found[0].place, found[0].scope))
        return None if mapped is None else Loaded(kind, mapped, found[1], proven, table.path, ordinal)

    def _got(self, table: Table, record: Call) -> tuple[Value, frozenset[str]] | None:
        """The class of ``session.get(Model, key)``, and what its options load."""
        values = self.linker.evaluate(table.path, record.scope, record.args[0])
        classes = [v for v in values if v.kind == "def"]
        if len(classes) != 1 or len(values) != 1 or len(record.args) < 2:
            return None
        options = dict(record.keywords).get("options", ["[]"])
        if type(options) is not list or options[:1] != ["[]"]:
            return None
        return classes[0], frozenset(name for option in options[1:] for name in option_loads(table, option))

    def _is_session(self, table: Table, ordinal: int, record: Call) -> bool | None:
        """Whether a call is one of an asynchronous session: None for no, False when its name alone tells."""
        above = called_on(record.callee)
        query = self.project.effects.database(table.path, ordinal)
        if query is not None and query.receiver.rpartition(".")[2].startswith(ASYNC):
            return True
        if type(above) is not str or above[:1] == "@":
            return None
        if (query is not None and query.receiver.startswith("sqlalchemy.")) or self.linker.evaluate(
            table.path, record.scope, above
        ):
            return None
        return False if "session" in above.lower() or above.rpartition(".")[2] == "db" else None


def _names_call(param: Param, reference: str) -> bool:
    """Whether a parameter's default or annotation is, or holds, a call."""
    return any(item == reference for given in (param.default, param.annotation) for item in inside(given))


def _turned(rows: Loaded | None, kinds: dict[Kind, Kind]) -> Loaded | None:
    """Rows as something else that has them."""
    kind = None if rows is None else kinds.get(rows.kind)
    return None if rows is None or kind is None else rows._replace(kind=kind)


def _first(rows: Loaded | None) -> Loaded | None:
    """The object of a row."""
    return _turned(rows, {"row": "one"})


def _merged(found: list[Loaded | None]) -> Loaded | None:
    """One answer for alternatives: of one class and kind, with everything that any of them loads."""
    known = [one for one in found if one is not None]
    if not found or len(known) != len(found):
        return None
    rows = [one for one in known if one.kind != "none"]
    if not rows:
        return NONE
    first = rows[0]
    if any(one.model is not first.model or one.kind != first.kind for one in rows):
        return None
    loaded = frozenset(name for one in rows for name in one.loaded)
    return first._replace(loaded=loaded, proven=all(one.proven for one in rows))
