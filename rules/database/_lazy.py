"""Relationships that a loop over rows reads one row at a time, in its body and in what it calls with a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import Function, dotted, inside

from .._readings import readings
from .._repeats import in_frames, is_refusal
from .._schemas import fields, schema_of
from .._turns import flags_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from atomlint import Index
    from atomlint.index.loops import Loop
    from atomlint.index.relationships import Relationship
    from atomlint.index.rowsets import Rows
    from atomlint.index.value import Value

    from .._readings import Reading
    from .._turns import Flags

    Expr = Any

CHANGES = frozenset(
    {"append", "remove", "add", "extend", "clear", "set", "create", "insert", "discard", "pop", "add_all"}
)
NARROWS = frozenset(
    {"filter", "filter_by", "exclude", "get", "where", "annotate", "aggregate", "values", "values_list", "order_by"}
    | {"first", "last", "latest", "earliest", "distinct", "select_related", "prefetch_related", "only", "iterator"}
)
DEPTH = 3


class LazyRead(NamedTuple):
    """A relationship that a loop reads from each row, with the way to where it is read."""

    relationship: Relationship
    steps: tuple[tuple[Function, str], ...]
    """Functions from the loop's on, each with the attribute or call in it that goes on."""
    sure: bool
    narrowed: bool = False
    """Whether only some of its rows are asked for, which no eager option brings: ``row.tags.filter(title=title)``."""
    through: tuple[Relationship, ...] = ()
    """What leads to the row that it is read of, where that is none of the loop's: ``order`` in ``row.order.customer``."""

    @property
    def names(self) -> tuple[str, ...]:
        """Attributes from a row of the loop on."""
        return (*(one.attribute for one in self.through), self.relationship.attribute)


class LazyLoop(NamedTuple):
    """A loop over rows and the relationships that it reads."""

    loop: Loop
    rows: Rows
    target: str
    reads: tuple[LazyRead, ...]


def lazy_loops(function: Function) -> Iterator[LazyLoop]:
    """Loops of a function over rows whose relationships are loaded one row at a time."""
    project, table = function.index.project, function.table
    loaded: dict[str, set[str]] = {}
    for frame in _loops(function):
        entry = table.facts.frames[frame]
        bound = project.loops.targets(function.path, frame)
        if not bound:
            continue
        loop = project.loops.of(function.path, function.ordinal, frame)
        rows = project.rowsets.of(function.path, function.ordinal, entry.test) if loop.kind == "each" else None
        if (
            rows is None
            or is_refusal(function, table.frames(entry.parent))
            or rows.awaited
            or "*" in rows.loaded
            or (len(bound) > 1 and not _is_enumerated(function, entry.test))
        ):
            continue
        before = loaded.setdefault(entry.test, set()) if dotted(entry.test) else set()  # rows keep what they loaded
        found = [r for r in _reads(function, bound[-1], frame, rows, DEPTH, ()) if ".".join(r.names) not in before]
        before |= {".".join(r.names) for r in found if r.sure and r.relationship.lazy != "dynamic"}
        if found:
            yield LazyLoop(loop, rows, bound[-1], tuple(_best(found)))


def row_reads(function: Function, name: str, rows: Rows) -> list[LazyRead]:
    """Relationships that a function reads of a row that it is given, or functions that it hands it to."""
    return _best(_reads(function, name, 0, rows, DEPTH, ()))


def schema_relationships(index: Index, schema: Value, rows: Rows) -> list[Relationship]:
    """Relationships that a schema of pydantic reads of a row, each with a query of its own."""
    known = index.project.relationships.of(rows.model)
    asked = [known[name] for name in sorted(fields(index, schema) & known.keys() - rows.loaded)]
    return [r for r in asked if r.queries and r.lazy != "dynamic" and not r.django and not _is_fixed(index, r, rows)]


def _is_fixed(index: Index, relationship: Relationship, rows: Rows) -> bool:
    """Whether all rows lead to the same one: a query asks for those of one parent."""
    if relationship.uselist is not False:
        return False
    attribute, key = relationship.attribute, index.project.relationships.key_of(relationship)
    return not rows.filters.isdisjoint((attribute, f"{attribute}_id", key or attribute))


def member_reads(index: Index, rows: Rows, attribute: str) -> list[LazyRead]:
    """Relationships that a method or property of a row reads."""
    members = list(_members(index, rows, attribute, called=True))
    return _best(read for member in members for read in _reads(member, _self(member), 0, rows, DEPTH, ()))


def _best(reads: Iterable[LazyRead]) -> list[LazyRead]:
    """Of each relationship the surest and nearest reading, in the order of the first."""
    found = list(reads)
    best = {r.names: r for r in sorted(found, key=lambda r: (r.sure, -len(r.steps)))}
    return [read for read in found if best[read.names] is read]


def _loops(function: Function) -> list[int]:
    """Frames of the loops and comprehensions of a function that bind something, in source order."""
    kept: dict[int, list[int]] = function.index.keep(("binding loops", function.path), lambda: _loops_of(function))
    return kept.get(function.ordinal, [])


def _loops_of(function: Function) -> dict[int, list[int]]:
    table = function.table
    found: dict[int, list[int]] = {}
    for frame, entry in enumerate(table.facts.frames):
        if entry.kind in ("for", "comp"):
            bound = function.index.project.loops.bindings(function.path, frame)
            for scope in {table.enclosing_function(assign.scope) for assign in bound}:
                found.setdefault(scope, []).append(frame)
    return found


def _is_enumerated(function: Function, iterable: Expr) -> bool:
    return (
        type(iterable) is str
        and iterable[:1] == "@"
        and function.index.call(function.path, int(iterable[1:].partition(".")[0])).name == "enumerate"
    )


def _reads(
    function: Function,
    name: str,
    frame: int,
    rows: Rows,
    depth: int,
    steps: tuple[tuple[Function, str], ...],
    flags: Flags = (),
) -> Iterator[LazyRead]:
    """Relationships of a row, called ``name`` in a function, that are read in a frame of it; 0 for the whole function.

    ``flags`` are the function's parameters that are known to be constants.
    """
    index = function.index
    relationships = index.project.relationships.of(rows.model)
    for reading in readings(function):
        chain = function.table.frames(reading.frame)
        if (frame and frame not in chain) or not reading.name.startswith(f"{name}."):
            continue
        first, _, rest = reading.name[len(name) + 1 :].partition(".")
        inside = chain[: chain.index(frame)] if frame else chain
        if any(function.table.facts.frames[f].kind in ("for", "while") for f in inside):
            continue  # an inner loop may have no turn, and its own finding
        sure = in_frames(function, chain, frame, f"{name}.{first}", flags)
        if sure is None:
            continue
        sure = sure and reading.sure and not (not frame and _leaves_before(function, reading, name))
        step = (*steps, (function, f"{name}.{first}"))
        relationship = relationships.get(first)
        if relationship is not None:
            if _counts(index, relationship, rest, reading, rows):
                plural = relationship.uselist is not False
                narrowed = plural and (rest.partition(".")[0] in NARROWS or _narrows_later(function, reading.name))
                yield LazyRead(relationship, step, sure, narrowed)
            yield from _behind(function, relationship, reading, rows, LazyRead(relationship, step, sure))
        elif depth:
            for member in _members(index, rows, first, called=reading.called and not rest):
                given = _constants(function, reading, member, flags)
                for read in _reads(member, _self(member), 0, rows, depth - 1, step, given):
                    yield read._replace(sure=read.sure and sure)
    for call in function.calls if depth else ():
        if frame and frame not in call.frame_ids:
            continue
        sure = in_frames(function, call.frame_ids, frame, name, flags) if name in call.args else None
        schema = schema_of(call) if sure is not None and call.args == [name] else None
        for made in schema_relationships(index, schema, rows) if schema is not None else ():
            yield LazyRead(made, (*steps, (function, f"{call.name}({name})")), bool(sure))
        for value, param in _passed(index, call, name):
            sure = in_frames(function, call.frame_ids, frame, name, flags)
            if sure is None or any(f.value == value for f, _ in steps):
                continue
            step = (*steps, (function, f"{call.name}({name})"))
            given = flags_of(index.project.linker, call, value, flags)
            for read in _reads(index.function(value), param, 0, rows, depth - 1, step, given):
                yield read._replace(sure=read.sure and sure)


def _leaves_before(function: Function, reading: Reading, row: str) -> bool:
    """Whether a function that is given a row may have returned before, for what the row has: ``if row.shape: ... return``."""
    table = function.table
    chain = table.frames(reading.frame)
    return any(
        exit_.kind == "return"
        and 0 < exit_.frame < reading.frame
        and any(
            table.facts.frames[at].kind == "if"
            and any(str(p).startswith(f"{row}.") for p in inside(table.facts.frames[at].test))
            for at in table.frames(exit_.frame)
            if at not in chain
        )
        for exit_ in function.exits
    )


def _behind(
    function: Function, first: Relationship, reading: Reading, rows: Rows, read: LazyRead
) -> Iterator[LazyRead]:
    """What is read of the row that a foreign key leads to, ``row.order.customer.name``: Django asks for it anew each time."""
    rest = reading.name.partition(f".{first.attribute}.")[2]
    through: tuple[Relationship, ...] = ()
    step: Relationship | None = first
    while step is not None and rest and step.django and step.uselist is False and step.target is not None:
        rows = rows.behind(step.attribute, step.target)
        through = (*through, step)
        name, _, rest = rest.partition(".")
        found = function.index.project.relationships.of(step.target).get(name)
        if found is None or not found.django or (found.path, found.call) == (step.path, step.call):
            return
        if _counts(function.index, found, rest, reading, rows):
            narrowed = found.uselist is not False and rest.partition(".")[0] in NARROWS
            yield read._replace(relationship=found, narrowed=narrowed, through=through)
        step = found


def _narrows_later(function: Function, name: str) -> bool:
    """Whether a local name for what is read is narrowed: ``tags = book.tags.all()``, then ``tags.filter(...)``."""
    if not name.endswith(".all"):
        return False
    table = function.table
    made = [table.facts.assigns[place] for place in table.assigns_in.get(function.ordinal, ())]
    calls = table.facts.calls
    bound = {
        assign.target
        for assign in made
        if type(assign.target) is str
        and type(assign.value) is str
        and assign.value[:1] == "@"
        and assign.value[1:].isdigit()
        and calls[int(assign.value[1:])].callee == name
    }
    callees = (calls[number].callee for number in table.calls_in.get(function.ordinal, ()))
    split = (callee.rpartition(".") for callee in callees if type(callee) is str)
    return any(receiver in bound and method in NARROWS for receiver, _, method in split)


def _constants(function: Function, reading: Reading, member: Function, flags: Flags) -> Flags:
    """Parameters of a row's method that are constants wherever a frame calls it: ``row.present(details=False)``."""
    calls = [c for c in function.calls if c.callee == reading.name and reading.frame in (*c.frame_ids[:1], 0)]
    given = {flags_of(function.index.project.linker, call, member.value, flags) for call in calls}
    return given.pop() if len(given) == 1 else ()


def _counts(index: Index, relationship: Relationship, rest: str, reading: Reading, rows: Rows) -> bool:
    """Whether reading a relationship sends a query that nothing saved."""
    attribute = relationship.attribute
    anew = relationship.django and relationship.uselist and rest.partition(".")[0] in NARROWS
    if not relationship.queries or (attribute in rows.loaded and not anew):  # what filters is not served by a prefetch
        return False
    if rest.partition(".")[0] in CHANGES or (relationship.lazy == "dynamic" and not rest):
        return False
    if relationship.django and rest in ("pk", "id") and relationship.uselist is False:
        return not reading.called
    return not _is_fixed(index, relationship, rows)


def _members(index: Index, rows: Rows, name: str, *, called: bool) -> Iterator[Function]:
    """The method that is called on a row, or the property that is read."""
    linker = index.project.linker
    for cls in linker.mro(rows.model.place, rows.model.scope):
        if cls.kind != "def":
            continue
        member = linker.table(cls.place).members.get((cls.scope, name))
        if member is not None:
            view = Function(index, cls.place, member)
            if linker.table(cls.place).facts.scopes[member].kind == "function" and (
                called or linker.is_property(view.value)
            ):
                yield view
            return


def _self(function: Function) -> str:
    params = function.table.facts.scopes[function.ordinal].params
    return params[0].name if params else "?"


def _passed(index: Index, call: Any, name: str) -> Iterator[tuple[Any, str]]:
    """Functions of the project that get the row, with the name that it has there."""
    if name not in call.args and name not in call.keywords.values():
        return
    targets_of = [v for v in call.targets if v.kind == "def"]
    if len(targets_of) != 1:
        return
    (value,) = targets_of
    table = index.project.linker.table(value.place)
    record = table.facts.scopes[value.scope]
    if record.kind != "function":
        return
    params = [p.name for p in record.params if p.kind in ("p", "k")]
    if table.facts.scopes[record.parent].kind == "class" and params[:1] in (["self"], ["cls"]):
        params = params[1:]
    for place, arg in enumerate(call.args):
        if arg == name and place < len(params):
            yield value, params[place]
    for keyword, arg in call.keywords.items():
        if arg == name and keyword in params:
            yield value, keyword
