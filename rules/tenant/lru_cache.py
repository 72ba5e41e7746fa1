"""`functools.lru_cache` on what it cannot keep: a coroutine, a method of a view, a function given a session, or rows that change.

## Why
On an `async def` it keeps the coroutine: the second call that hits raises
`RuntimeError: cannot reuse already awaited coroutine`. With a session or a request among the arguments no other request
hits, and each of 128 entries keeps its session alive. So does a method of a view or a serializer, of which each request
makes one: `self` is part of the key. And it has no expiry: rows that it has read stay as they were until
the process ends.

## Bad
    from functools import lru_cache

    @lru_cache(maxsize=100)
    async def load_branding(host: str):
        return {"host": host}

## Good
    from async_lru import alru_cache

    @alru_cache(maxsize=100, ttl=60)
    async def load_branding(host: str):
        return {"host": host}

## Configuration
Nothing. A decorator of your own called `cache` or `lru_cache` is not meant: names are resolved by their imports.

## For agents
No `functools.lru_cache` on coroutines, on functions that take a session, on methods of views
or serializers, or on rows of the database.

## Limits
That kept rows go stale is reported with low confidence: a batch reads them once, and some never change. Rows count as
changing when something in the project updates or deletes them; `cache_clear()` on the function, anywhere, is taken to
be called when that happens. A cache of one entry may be meant to last as long as its request, and one of a request that
several places ask may be meant to serve it: both are low. A coroutine that nothing calls is of medium confidence. Only
reads in the function itself and in what it calls directly are seen. Methods are looked at where every request makes an
object of their class, by its base: views, serializers, forms, rows; a bound of 128 objects is little, and reported with
low confidence unless no object asks twice. The repair of a coroutine is offered where the project imports `async_lru`
already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Edit, Finding, Function, Note, Position, Severity, Span, dotted, rule

from ..redis._quiet import is_aside
from ._helpers import FACTORIES, mentions
from ._instances import Kept, is_asked_in_one_place, is_asked_once, kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from atomlint import Call, Index
    from atomlint.index.value import Value

HELD = ("Session()", "Connection()", "Request()", "HttpRequest()", "WebSocket()", "Cursor()")
"""Ends of the types of arguments that live as long as one request."""
NAMES = frozenset({"db", "session", "db_session", "conn", "connection", "cursor", "async_session"})


@rule(
    "tenant-lru-cache",
    needs=("lru_cache", "functools", "__tablename__", "table=True", "models.Model"),
    severity="warning",
    since="0.1",
    only_running=True,
)
def is_kept_for_ever(function: Function) -> bool:
    """A function that ``functools`` caches and should not."""
    if function.ordinal == 0 or function.in_test or not decorators(function):
        return False
    if function.is_async or yields(function):
        return True
    return not is_aside(function.path) and (
        bool(held(function)) or (kept(function) is not None and size(function) != 1) or bool(changing(function))
    )


@is_kept_for_ever.on("FunctionDef")
def report(ctx: Context, node: cst.FunctionDef) -> Iterator[Finding]:
    function: Function = ctx.fact(node)
    place, name = decorators(function)[0]
    decorator = node.decorators[place].decorator
    if function.is_async or yields(function):
        yield coroutine(ctx, function, decorator, name)
        return
    for parameter, proven in held(function)[:1]:
        yield ctx.finding(
            decorator,
            f"{name} takes {parameter} for part of the key: no other request hits, and {size(function)} of them stay alive",
            confidence=of_held(function, proven=proven),
        ).with_help("cache what the query returns, by the values that it depends on")
        return
    own = kept(function)
    if own is not None and size(function) != 1:
        yield instances(ctx, function, decorator, own)
        return
    yield from rows(ctx, function, decorator, name)


def of_held(function: Function, *, proven: bool) -> Confidence:
    """Low for one entry, and where a request asks several times: the cache may be meant to serve it, and is its memory."""
    if size(function) == 1 or not is_asked_in_one_place(function):
        return Confidence.LOW
    return Confidence.HIGH if proven else Confidence.MEDIUM


def coroutine(ctx: Context, function: Function, decorator: cst.CSTNode, name: str) -> Finding:
    if not function.is_async:
        text = f"{name} keeps the generator: the second call that hits gets it exhausted, and yields nothing"
        return ctx.finding(decorator, text, severity=Severity.ERROR).with_help("cache a list, not a generator")
    if yields(function):
        text = f"{name} keeps the generator: the second loop over it yields nothing"
        return ctx.finding(decorator, text, severity=Severity.ERROR).with_help("cache a list, not a generator")
    text = f"{name} keeps the coroutine, not its result: the second call that hits raises RuntimeError"
    level = Confidence.MEDIUM if function.is_unused else Confidence.HIGH  # what nobody calls harms nobody yet
    finding = ctx.finding(decorator, text, severity=Severity.ERROR, confidence=level)
    edits = replacement(ctx, function, decorator)
    if edits:
        return finding.with_fix("use async_lru.alru_cache", *edits)
    return finding.with_help("use a cache for coroutines, such as async_lru.alru_cache(ttl=60)")


def instances(ctx: Context, function: Function, decorator: cst.CSTNode, own: Kept) -> Finding:
    """What a method of one request's object keeps."""
    name = decorators(function)[0][1]
    entries = size(function)
    many = "every" if entries == "all" else f"the last {entries}"
    of = f"{own.noun}{'s' * (entries != 'all')} of {own.owner}"
    sure = entries == "all" or (not own.by_key and is_asked_once(function))
    if own.by_key:
        text = f"{name} keeps {many} {of} and the answer for each until restart, whatever the row comes to say"
    else:
        held = "" if entries != "all" else " with its request until restart" if own.noun == "view" else " until restart"
        text = f"{name} takes self for part of the key: it keeps {many} {of}{held}, and no other request hits"
    help_ = "functools.cached_property keeps the answer as long as the object lives"
    if len(function.table.facts.scopes[function.ordinal].params) > 1:
        help_ = "keep the answers in a dict of the object, or cache a function of the values that they depend on"
    finding = ctx.finding(decorator, text, confidence=Confidence.MEDIUM if sure else Confidence.LOW)
    return finding.with_help(help_)


def rows(ctx: Context, function: Function, decorator: cst.CSTNode, name: str) -> Iterator[Finding]:
    for model, call in changing(function)[:1]:
        writes = [write for write in ctx.index.writers.of(model) if write.kind != "insert"]
        model_name = ctx.index.function(model).name
        places = {(write.path, write.function.scope) for write in writes}
        functions = "1 function writes" if len(places) == 1 else f"{len(places)} functions write"
        finding = ctx.finding(
            decorator,
            f"{name} keeps {model_name} rows until restart; {functions} them and none calls {function.name}.cache_clear()",
            confidence=Confidence.LOW,
        )
        finding = finding.with_related(Note(call.span, f"{model_name} is read here"))
        yield finding.with_related(Note(ctx.index.function(writes[0].function).span, "is written here")).with_help(
            "use a cache with a TTL, or call cache_clear() where the rows are written"
        )


def decorators(function: Function) -> list[tuple[int, str]]:
    """Places and names of decorators that are ``functools.lru_cache`` or ``functools.cache``."""
    record = function.table.facts.scopes[function.ordinal]
    if record.kind != "function":
        return []
    found = []
    for place, decorator in enumerate(record.decorators):
        expr = decorator
        if type(decorator) is str and decorator[:1] == "@" and decorator[1:].isdigit():
            expr = function.table.facts.calls[int(decorator[1:])].callee
        name = dotted(expr)
        if name is None:
            continue
        values = function.index.project.linker.evaluate(function.path, record.parent, expr)
        if any(value.kind == "ext" and value.place in FACTORIES for value in values):
            found.append((place, name.rpartition(".")[2]))
    return found


def yields(function: Function) -> bool:
    record = function.table.facts.scopes[function.ordinal]
    return bool(record.yields) and not any("contextmanager" in str(d) for d in record.decorators)


def size(function: Function) -> int | str:
    """How many entries it keeps."""
    for decorator in function.table.facts.scopes[function.ordinal].decorators:
        if type(decorator) is str and decorator[:1] == "@" and decorator[1:].isdigit():
            call = function.index.call(function.path, int(decorator[1:]))
            given = call.argument(0, "maxsize")
            if type(given) is str and given[:1] == "#":
                return "all" if given == "#None" else int(given[1:]) if given[1:].isdigit() else 128
        elif type(decorator) is str and decorator.rpartition(".")[2] == "cache":
            return "all"
    return 128


def held(function: Function) -> list[tuple[str, bool]]:
    """Parameters that live as long as one request, and whether their type says so."""
    record = function.table.facts.scopes[function.ordinal]
    parameters = function.index.project.linker.values.parameters
    found = []
    for param in record.params:
        types = parameters.annotation(function.path, record.parent, param.annotation) if param.annotation else ()
        if any(
            v.kind == "ext" and v.place.endswith(HELD) and not v.place.startswith(("requests.", "aiohttp.", "boto"))
            for v in types
        ):
            found.append((param.name, True))
        elif param.annotation is None and param.name in NAMES and param.default is None:
            found.append((param.name, False))
    return found


def changing(function: Function) -> list[tuple[Value, Call]]:
    """Mapped classes whose rows it reads and something changes, with the call; nothing when ``cache_clear`` is called."""
    index = function.index
    if mentions(index, function.name, ("cache_clear",)):
        return []
    found = []
    inner = [edge.target for edge in index.project.calls.edges(function.value) if edge.kind == "call"]
    for at in (function, *map(index.function, inner)):
        for call in at.calls:
            model = read(index, call)
            if model is not None and any(write.kind != "insert" for write in index.writers.of(model)):
                found.append((model, call))
    return found


def read(index: Index, call: Call) -> Value | None:
    """The mapped class whose rows a call reads, or starts a query for."""
    lookup = call.lookup
    if lookup is not None:
        return lookup.model
    model: Value | None = index.writers.queried(call.table, call.table.facts.calls[call.ordinal])
    return model


def replacement(ctx: Context, function: Function, decorator: cst.CSTNode) -> list[Edit]:
    """Put ``async_lru.alru_cache`` in its place where the project uses it; nothing where it does not."""
    local = imported(function)
    if local is None and not any(
        record.module == "async_lru"
        for path in ctx.index.paths
        for record in ctx.index.project.linker.table(path).facts.imports
    ):
        return []
    span = ctx.span(decorator)
    text = ctx.statement.source.text if ctx.statement is not None else ""
    lines = text.splitlines()[span.start.line - 1 : span.end.line]
    if not lines or len(lines) > 1:
        return []
    written = lines[0][span.start.column - 1 : span.end.column - 1]
    _, bracket, arguments = written.partition("(")
    edits = [Edit(span, f"{local or 'alru_cache'}{bracket}{arguments}")]
    if local is None:
        places = ctx.index.project.spans(function.path)
        if places is None or not places.imports:
            return []
        line = next(
            (
                places.imports[4 * n]
                for n, record in enumerate(function.table.facts.imports)
                if record.module != "__future__"
            ),
            0,
        )
        if not line:
            return []
        start = Position(line, 1)
        edits.append(Edit(Span(function.path, start, start), "from async_lru import alru_cache\n"))
    return edits


def imported(function: Function) -> str | None:
    """The name that the file has ``alru_cache`` under."""
    for record in function.table.facts.imports:
        if record.module == "async_lru" and record.scope == 0:
            return record.name if record.attribute == "alru_cache" else f"{record.name}.alru_cache"
    return None
