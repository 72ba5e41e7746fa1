"""Relationships that a schema of pydantic reads of a row: ``Schema.model_validate(row)``, ``response_model=Schema``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call, Function, Index, Span
    from atomlint.index.tables import Table
    from atomlint.index.value import Value

    Expr = Any

VALIDATES = frozenset({"model_validate", "from_orm"})
VERBS = frozenset({"get", "post", "put", "patch", "delete", "api_route"})
GROUPS = frozenset({"list", "List", "Sequence", "Optional"})
OWN_WAYS = ("validator", "alias", "getter_dict", "field_serializer", "computed_field", "exclude")
"""What a schema that does not simply read its fields says somewhere."""


class SchemaReading(NamedTuple):
    """A row that a schema is made of."""

    function: Function
    row: Expr
    schema: Value
    call: int
    """-1 where it is returned."""
    exit: int
    """In the file's list; -1 where it is a call."""

    @property
    def name(self) -> str:
        """The schema's name."""
        table = self.function.index.project.linker.table(self.schema.place)
        return table.facts.scopes[self.schema.scope].name

    def span(self) -> Span:
        """Where the row is given to it."""
        index, path = self.function.index, self.function.path
        return index.call(path, self.call).span if self.call >= 0 else index.exit_span(path, self.exit)


def schema_readings(index: Index, path: str) -> Iterator[SchemaReading]:
    """All of a file, in its coroutines."""
    for function in index.functions(path):
        if not function.is_async:
            continue
        for call in function.calls:
            schema = schema_of(call)
            if schema is not None:
                yield SchemaReading(function, call.args[0], schema, call.ordinal, -1)
        yield from answer_readings(function)


def schema_of(call: Call) -> Value | None:
    """The schema that a call makes of a row, its only argument: ``Schema.model_validate(row)``."""
    owner, _, name = (dotted(call.callee) or "").rpartition(".")
    if name not in VALIDATES or not owner or len(call.args) != 1:
        return None
    schema = _class(call.index, call.path, call.scope, owner)
    reads = schema is not None and _reads_attributes(call.index, schema, dict(call.keywords))
    return schema if reads else None


def answer_readings(function: Function) -> Iterator[SchemaReading]:
    """What a handler of FastAPI answers with, by its ``response_model``."""
    schema = _answer(function.index, function)
    if schema is not None:
        for number, leave in enumerate(function.table.facts.exits):
            if leave.scope == function.ordinal and leave.kind == "return":
                yield SchemaReading(function, leave.value, schema, -1, number)


def fields(index: Index, schema: Value) -> frozenset[str]:
    """Fields of a schema; none when it may read them in ways of its own."""
    found: set[str] = set()
    for cls in index.project.linker.mro(schema.place, schema.scope):
        if cls.kind == "def":
            table = index.project.linker.table(cls.place)
            scope = table.facts.scopes[cls.scope]
            said = [scope.decorators, scope.keywords]
            for assign in (table.facts.assigns[place] for place in table.assigns_in.get(cls.scope, ())):
                if type(assign.target) is str and assign.annotation is not None and assign.target[:1] != "_":
                    found.add(assign.target)
                said += [[assign.target, assign.value, assign.annotation]]
            inner = [s for s in table.facts.scopes if s.parent == cls.scope]
            said += [s.decorators for s in inner]
            if any(s.kind == "function" and s.name in (*VALIDATES, "__init__") for s in inner):
                return frozenset()
            if any(way in text for text in _texts(table, said) for way in OWN_WAYS):
                return frozenset()
        elif not cls.place.startswith(("pydantic.", "builtins", "object", "typing.")):
            return frozenset()
    return frozenset(found)


def _texts(table: Table, expr: Expr) -> Iterator[str]:
    """Names and texts in an expression, in the calls in it too."""
    stack = [expr]
    while stack:
        item = stack.pop()
        if isinstance(item, (list, tuple)):
            stack += item
        elif type(item) is str:
            yield item
            number = item[1:].partition(".")[0]
            if item[:1] == "@" and number.isdigit():
                call = table.facts.calls[int(number)]
                stack += [call.callee, call.args, call.keywords]


def _class(index: Index, path: str, scope: int, expr: Expr) -> Value | None:
    """The one class of pydantic that an expression is."""
    values = [v for v in index.project.linker.evaluate(path, scope, expr) if type(expr) is str]
    if len(values) != 1 or values[0].kind != "def":
        return None
    bases = index.project.linker.mro(values[0].place, values[0].scope)
    return values[0] if any(b.kind == "ext" and b.place.startswith("pydantic.") for b in bases) else None


def _reads_attributes(index: Index, schema: Value, keywords: dict[str, Expr]) -> bool:
    """Whether a schema may be made of an object."""
    if keywords:
        return keywords == {"from_attributes": "#True"}
    for cls in index.project.linker.mro(schema.place, schema.scope):
        if cls.kind != "def":
            continue
        table = index.project.linker.table(cls.place)
        inner = table.members.get((cls.scope, "Config"))
        said = [assign.value for assign in table.class_attributes.get((cls.scope, "model_config"), ())]
        said += [table.facts.scopes[cls.scope].keywords]
        texts = {text.strip("'") for text in _texts(table, said)}
        if "from_attributes" in texts and "#False" not in texts:
            return True
        if inner is not None and any(
            assign.value == "#True"
            for name in ("orm_mode", "from_attributes")
            for assign in table.class_attributes.get((inner, name), ())
        ):
            return True
    return False


def _answer(index: Index, function: Function) -> Value | None:
    """The schema that a handler of FastAPI answers with."""
    table = function.table
    record = table.facts.scopes[function.ordinal]
    for decorator in record.decorators:
        if type(decorator) is not str or not decorator[1:].isdigit() or decorator[:1] != "@":
            continue
        call = index.call(function.path, int(decorator[1:]))
        if call.name.rpartition(".")[2] not in VERBS or not any(n.startswith("fastapi.") for n in call.external):
            continue
        asked = call.keywords.get("response_model", record.returns)
        while type(asked) is list and len(asked) == 3 and asked[0] == "sub" and asked[1] in GROUPS:
            asked = asked[2]
        return _class(index, function.path, record.parent, asked)
    return None
