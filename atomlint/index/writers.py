"""Which mapped classes an expression holds rows of, and who writes to a mapped class."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from .provenance import called_on, last_name
from .tables import dotted
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..facts.records import Call, Expr
    from .project import Project
    from .tables import Table

COPIES = frozenset(
    {"dict", "list", "tuple", "set", "frozenset", "sorted", "str", "int", "dumps", "dump", "asdict", "jsonable_encoder"}
    | {
        "model_validate",
        "from_orm",
        "parse_obj",
        "copy",
        "deepcopy",
        "vars",
        "model_to_dict",
        "next",
        "reversed",
        "cast",
    }
)
"""Calls whose result holds the data of what they are given."""
RUNS = frozenset({"execute", "scalar", "scalars", "exec", "scalar_one", "scalar_one_or_none"})
INSERTS = frozenset({"add", "add_all", "merge", "bulk_save_objects"})
WRITING = INSERTS | {"update", "delete", "save", "setattr"}
"""Last names of the calls that can write."""
MAX_STEPS = 150
"""Expressions that are followed to find what one holds."""
Here = tuple[str, int, Any]
"""An expression, seen from a scope of a file."""


class Write(NamedTuple):
    """One place that changes rows of a mapped class."""

    model: Value
    path: str
    function: Value
    kind: str
    """``update``, ``delete`` or ``insert``."""
    call: int
    """Ordinal of the call; -1 for an assignment."""
    assign: int
    """Place in the list of assignments; -1 for a call."""


class Writers:
    """Rows and writes of mapped classes; every answer is kept."""

    def __init__(self, project: Project, ignored: Iterable[str] = ()) -> None:
        """``ignored``: files whose writes do not count, such as tests."""
        self.project = project
        self.linker = project.linker
        self.effects = project.effects
        self.ignored = frozenset(ignored)
        self._rows: dict[tuple[str, int, str], frozenset[Value]] = {}
        self._of_files: dict[str, tuple[Write, ...]] = {}

    # --- rows ------------------------------------------------------------------------------------------------------

    def rows(self, path: str, scope: int, expr: Expr) -> frozenset[Value]:
        """Mapped classes whose rows, or data of whose rows, an expression holds."""
        key = (path, scope, str(expr))
        known = self._rows.get(key)
        if known is not None:
            return known
        found: set[Value] = set()
        work: list[Here] = [(path, scope, expr)]
        seen = {key}
        while work and len(seen) < MAX_STEPS:
            for item in self._held(*work.pop()):
                if isinstance(item, Value):
                    found.add(item)
                elif (item[0], item[1], str(item[2])) not in seen:
                    seen.add((item[0], item[1], str(item[2])))
                    work.append(item)
        self._rows[key] = frozenset(found)
        return self._rows[key]

    def _held(self, path: str, scope: int, expr: Expr) -> Iterator[Value | Here]:
        """The mapped class that an expression is of, and the expressions whose rows it holds."""
        if type(expr) is list:
            parts = expr[2:] if expr[:1] == ["if"] else expr[1:2] if expr[:1] in (["."], ["sub"]) else expr[1:]
            if expr[:1] not in (["cmp"], ["not"], ["lambda"]):
                yield from ((path, scope, part) for part in parts)
        elif type(expr) is str and expr[:1] == "@":
            yield from self._of_call(self.linker.table(path), int(expr[1:].partition(".")[0]))
        elif (name := dotted(expr)) is not None:
            yield from self._of_name(self.linker.table(path), scope, name)

    def _of_name(self, table: Table, scope: int, name: str) -> Iterator[Value | Here]:
        head = name.partition(".")[0]
        owner, bindings = table.find(scope, head)
        for value in self.linker.evaluate(table.path, scope, head):
            if value.kind == "inst":
                model = value._replace(kind="def")
                if self.effects.is_mapped(model) and table.receiver_class(scope, head) is None:
                    yield model
        if owner == 0:
            return
        for binding in bindings:
            assign = binding.assign
            if assign is not None and assign.value is not None:
                value = assign.value[1] if assign.kind == "for" and type(assign.value) is list else assign.value
                yield table.path, binding.scope, value
        for place in table.assigns_in.get(owner, ()):
            assign = table.facts.assigns[place]
            if type(assign.target) is list and assign.target[:2] == ["sub", head] and assign.kind == "=":
                yield table.path, owner, assign.value

    def _of_call(self, table: Table, ordinal: int) -> Iterator[Value | Here]:
        call = table.facts.calls[ordinal]
        model = self.queried(table, call)
        if model is not None:
            yield model
            return
        method = last_name(call.callee)
        above = called_on(call.callee)
        values = self.linker.values.callee(table.path, ordinal)
        if above is not None and not any(v.kind == "def" for v in values):
            yield table.path, call.scope, above
        makes = any(
            v.kind == "def" and self.linker.table(v.place).facts.scopes[v.scope].kind == "class" for v in values
        )
        if method in COPIES or makes or (method in RUNS and above is not None):
            yield from ((table.path, call.scope, given) for given in (*call.args, *(v for _, v in call.keywords)))
        for value in values:
            if value.kind == "def" and not makes:
                for exit_ in self.linker.table(value.place).exits.get(value.scope, ()):
                    if exit_.kind == "return":
                        yield value.place, value.scope, exit_.value

    def queried(self, table: Table, call: Call) -> Value | None:
        """The mapped class that a call starts a query on: ``query(M)``, ``select(M)``, ``get(M, key)``, ``M.objects.f()``."""
        method = last_name(call.callee)
        if method in self.effects.builders | self.effects.select_names | self.effects.getters and call.args:
            if method in self.effects.getters and len(call.args) < 2:
                return self._manager(table, call)
            model = self.effects._model(table.path, call.scope, call.args[0])
            return model[0] if model is not None else None
        return self._manager(table, call)

    def _manager(self, table: Table, call: Call) -> Value | None:
        name = dotted(call.callee)
        if name is None or not (".objects." in name or ".query." in name):
            return None
        owner = name.partition(".objects." if ".objects." in name else ".query.")[0]
        for value in sorted(self.linker.evaluate(table.path, call.scope, owner)):
            if value.kind == "def" and self.effects.is_mapped(value):
                return value
        return None

    # --- writes ----------------------------------------------------------------------------------------------------

    def of(self, model: Value) -> tuple[Write, ...]:
        """Everything that writes a mapped class, in file order."""
        return tuple(self._writes.get(model, ()))

    def in_file(self, path: str) -> tuple[Write, ...]:
        """Everything that a file writes, in its order."""
        if path not in self._of_files:
            self._of_files[path] = tuple(self._in_file(self.linker.table(path)))
        return self._of_files[path]

    @cached_property
    def _writes(self) -> dict[Value, list[Write]]:
        found: dict[Value, list[Write]] = defaultdict(list)
        for path in self.project.linked:
            if path not in self.ignored:
                for write in self.in_file(path):
                    found[write.model].append(write)
        return dict(found)

    def _in_file(self, table: Table) -> Iterator[Write]:
        for place, assign in enumerate(table.facts.assigns):
            target = assign.target
            if assign.kind not in ("=", "+=") or type(target) is not str or "." not in target or target[:1] == "@":
                continue
            if table.receiver_class(assign.scope, target.partition(".")[0]) is not None or target.count(".") > 1:
                continue
            row = target.partition(".")[0]
            for model in self._loaded(table, assign.scope, row):
                yield self._write(model, table, assign.scope, "update", -1, place)
        for ordinal, call in enumerate(table.facts.calls):
            for model, kind in self._of_write(table, call) if last_name(call.callee) in WRITING else ():
                yield self._write(model, table, call.scope, kind, ordinal, -1)

    def _write(self, model: Value, table: Table, scope: int, kind: str, call: int, assign: int) -> Write:
        function = Value("def", table.path, table.enclosing_function(scope))
        return Write(model, table.path, function, kind, call, assign)

    def _loaded(self, table: Table, scope: int, row: str) -> frozenset[Value]:
        """Classes that a variable holds a stored row of: one that the function has just made is no update."""
        owner, bindings = table.find(scope, row)
        made = [b.assign.value for b in bindings if b.assign is not None]
        if owner == 0 or any(self._is_new(table, value) for value in made):
            return frozenset()
        return self.rows(table.path, scope, row)

    def _is_new(self, table: Table, value: Expr) -> bool:
        if type(value) is not str or not value[1:].isdigit() or value[:1] != "@":
            return False
        callees = self.linker.values.callee(table.path, int(value[1:]))
        return any(
            v.kind == "def" and self.linker.table(v.place).facts.scopes[v.scope].kind == "class" for v in callees
        )

    def _of_write(self, table: Table, call: Call) -> Iterator[tuple[Value, str]]:
        method, above = last_name(call.callee), called_on(call.callee)
        if method in INSERTS and above is not None:
            for given in call.args[:1]:
                parts = given[1:] if type(given) is list and given[:1] == ["[]"] else [given]
                for part in parts:
                    held = self.rows(table.path, call.scope, part) | self._made(table, call.scope, part)
                    yield from ((model, "insert") for model in held)
        elif method in ("update", "delete"):
            kind = method
            if above is None or (call.args and self._is_statement(table, call)):
                model = self.effects._model(table.path, call.scope, call.args[0]) if call.args else None
                if model is not None:
                    yield model[0], kind
            elif method == "delete" and len(call.args) == 1 and not call.keywords:
                yield from ((m, kind) for m in self.rows(table.path, call.scope, call.args[0]))
            elif type(above) is str and (above[:1] == "@" or method == "delete" or call.keywords):
                yield from ((m, kind) for m in self.rows(table.path, call.scope, above))
        elif method == "save" and type(above) is str and dotted(above) is not None:
            yield from ((m, "update") for m in self._loaded(table, call.scope, above.partition(".")[0]))
        elif call.callee == "setattr" and call.args and dotted(call.args[0]) is not None:
            yield from ((m, "update") for m in self._loaded(table, call.scope, call.args[0].partition(".")[0]))

    def _made(self, table: Table, scope: int, expr: Expr) -> frozenset[Value]:
        values = self.linker.evaluate(table.path, scope, expr)
        models = (value._replace(kind="def") for value in values if value.kind == "inst")
        return frozenset(model for model in models if self.effects.is_mapped(model))

    def _is_statement(self, table: Table, call: Call) -> bool:
        values = self.linker.evaluate(table.path, call.scope, call.callee)
        return any(v.kind == "ext" and v.place.startswith("sql") and "()" not in v.place for v in values)


def changes(writes: Iterable[Write]) -> list[Write]:
    """Writes that make a kept row wrong: a new row is in no cache yet."""
    return [write for write in writes if write.kind != "insert"]
