"""Where the value of an expression is written down as a literal, if it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import Function, Position, Span, dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index

    Expr = Any

MAX_DEPTH = 6
CONVERSIONS = frozenset(
    {"str", "int", "UUID", "uuid.UUID", "list", "set", "tuple", "sorted", "frozenset", "text", "sqlalchemy.text"}
)
MAX_CALLERS = 8


class Literal(NamedTuple):
    """One literal value."""

    value: str
    span: Span | None
    """The assignment or call that holds it; None when it stands in the expression itself."""
    direct: bool
    """False for what a caller, a setting's default or another module gives."""
    name: str = ""
    """The variable that it is bound to."""


def literals(index: Index, path: str, scope: int, expr: Expr, depth: int = MAX_DEPTH) -> Iterator[Literal]:
    """The literals that an expression can be; nothing for what comes from outside."""
    if depth == 0 or expr is None:
        return
    text = text_of(expr)
    if text is not None:
        yield Literal(text, None, direct=True)
    elif type(expr) is list and expr:
        if expr[0] in ("[]", "or", "*"):
            for part in expr[1:]:
                yield from literals(index, path, scope, part, depth - 1)
        elif expr[0] == "sub" and expr[2] == "?":  # the variable of a loop
            yield from literals(index, path, scope, expr[1], depth - 1)
        elif expr[0] == "sub" and type(expr[1]) is list and expr[1][:1] == ["sub"] and expr[1][2] == "?":
            yield from _unpacked(index, path, scope, expr[1][1], expr[2], depth)
        elif expr[0] == "bin" and expr[1] in ("/", "+"):
            parts = [next(literals(index, path, scope, part, depth - 1), None) for part in expr[2:4]]
            found = [part for part in parts if part is not None]
            if found:
                yield found[-1]._replace(value=("/" if expr[1] == "/" else "").join(part.value for part in found))
        elif expr[0] == "if":
            for part in expr[2:4]:
                yield from literals(index, path, scope, part, depth - 1)
        elif expr[0] == "f":
            yield from _formatted(index, path, scope, expr, depth)
    elif expr[:1] == "#" and expr[1:].isdigit() and expr != "#0":
        yield Literal(expr[1:], None, direct=True)
    elif expr[:1] == "@" and "." not in expr:
        yield from _called(index, path, int(expr[1:]), depth)
    elif dotted(expr):
        yield from _named(index, path, scope, expr, depth)


def _unpacked(index: Index, path: str, scope: int, iterable: Expr, place: Expr, depth: int) -> Iterator[Literal]:
    """One variable of ``for slug, number in [...]`` or ``in {...}.items()``."""
    number = int(place[1:]) if type(place) is str and place[1:].isdigit() else None
    if type(iterable) is str and iterable[:1] == "@" and iterable[1:].isdigit() and number in (0, 1):
        call = index.call(path, int(iterable[1:]))
        name = call.callee.rpartition(".")[0] if call.name == "items" and type(call.callee) is str else ""
        for binding in index.project.linker.table(path).lookup(scope, name) if name else ():
            value = binding.assign.value if binding.assign is not None else None
            if type(value) is list and value[:1] == ["{}"]:
                for item in value[1 + number :: 2]:
                    for found in literals(index, path, scope, item, depth - 1):
                        yield found._replace(
                            span=found.span or assignment(index, path, _place(index, path, binding.assign)), name=name
                        )
        return
    for file, at, item in index.project.linker.values.items(path, scope, iterable):
        if type(item) is list and item[:1] == ["[]"] and number is not None and len(item) > number + 1:
            yield from literals(index, file, at, item[number + 1], depth - 1)


def _place(index: Index, path: str, assign: Any) -> int:
    return index.project.linker.table(path).facts.assigns.index(assign)


def _formatted(index: Index, path: str, scope: int, expr: Expr, depth: int) -> Iterator[Literal]:
    """An f-string of literals: ``f"%{SLUG}%"``."""
    parts = [
        text_of(part) if text_of(part) is not None else next(literals(index, path, scope, part, depth - 1), None)
        for part in expr[1:]
    ]
    found = [part for part in parts if isinstance(part, Literal)]
    if found and all(part is not None for part in parts):
        value = "".join(part.value if isinstance(part, Literal) else str(part) for part in parts)
        yield found[0]._replace(value=value)


def _called(index: Index, path: str, ordinal: int, depth: int) -> Iterator[Literal]:
    call = index.call(path, ordinal)
    name = dotted(call.callee) or ""
    if name in CONVERSIONS and call.args:
        yield from literals(index, path, call.scope, call.args[0], depth - 1)
    elif call.name in ("scan_iter", "keys", "glob") and (call.args or call.keywords):
        yield from literals(index, path, call.scope, call.argument(0, "match"), depth - 1)
    elif name in ("Path", "pathlib.Path", "os.path.join") and call.args:
        parts = [next(literals(index, path, call.scope, arg, depth - 1), None) for arg in call.args]
        found = [part for part in parts if part is not None]
        if found:
            yield found[-1]._replace(value="/".join(part.value for part in found))
    elif call.name in ("getenv", "get") and "env" in name and len(call.args) > 1:
        for default in literals(index, path, call.scope, call.args[1], depth - 1):
            yield default._replace(direct=False, span=default.span or call.span)
    elif call.name in ("lower", "upper", "strip", "title", "format") and type(call.callee) is str:
        yield from literals(index, path, call.scope, call.callee.rpartition(".")[0], depth - 1)


def _named(index: Index, path: str, scope: int, name: str, depth: int) -> Iterator[Literal]:
    table = index.project.linker.table(path)
    head, _, attribute = name.rpartition(".")
    if head:
        owner = table.receiver_class(scope, head)
        given = (
            [*table.attributes.get((owner, attribute), ()), *table.class_attributes.get((owner, attribute), ())]
            if owner
            else []
        )
        for assign in given:
            for found in literals(index, path, assign.scope, assign.value, depth - 1):
                yield found._replace(
                    span=found.span or assignment(index, path, _place(index, path, assign)), name=attribute
                )
        if not given:
            for value in index.project.linker.evaluate(path, scope, name):
                if value.kind == "const" and value.place[:1] in "'#" and value.place not in ("#True", "#False"):
                    yield Literal(value.place[1:], None, direct=False, name=attribute)
        return
    for binding in table.lookup(scope, name):
        if binding.assign is not None:
            for found in literals(index, path, binding.scope, binding.assign.value, depth - 1):
                yield found._replace(
                    span=found.span or assignment(index, path, _place(index, path, binding.assign)), name=name
                )
        elif binding.param is not None:
            yield from _given(index, path, binding.scope, binding.param, depth)
        elif binding.imported is not None and binding.imported.attribute:
            target = index.project.linker.modules.target(path, binding.imported)
            if target is not None and target.endswith(".py"):
                for found in _named(index, target, 0, binding.imported.attribute, depth - 1):
                    yield found._replace(direct=False, name=name)


def _given(index: Index, path: str, scope: int, param: Any, depth: int) -> Iterator[Literal]:
    """What the callers of a function, or its default, give to a parameter."""
    linker = index.project.linker
    table = linker.table(path)
    record = table.facts.scopes[scope]
    for found in literals(index, path, record.parent, param.default, depth - 1):
        yield found._replace(span=found.span or Function(index, path, scope).span, direct=False, name=param.name)
    method = table.facts.scopes[record.parent].kind == "class"
    position = [p.name for p in record.params].index(param.name) - method
    for site, ordinal in linker.call_sites(record.name)[:MAX_CALLERS]:
        if site in index.tests:
            continue
        call = index.call(site, ordinal)
        if not any(value.kind == "def" and (value.place, value.scope) == (path, scope) for value in call.targets):
            continue
        for found in literals(
            index, site, call.scope, call.argument(position if position >= 0 else None, param.name), depth - 2
        ):
            yield found._replace(span=found.span or call.span, direct=found.direct and site == path, name=param.name)


def assignment(index: Index, path: str, place: int) -> Span:
    """The span of an assignment; of a loop only the first line."""
    spans = index.project.spans(path)
    if spans is None:
        return Span(path, Position(1, 1), Position(1, 1))
    line, column, end, end_column = spans.assigns[4 * place : 4 * place + 4]
    if index.project.linker.table(path).facts.assigns[place].kind in ("for", "with") and end != line:
        source = index.sources.source(path)
        end, end_column = line, len(source.lines[line - 1].encode()) if source is not None else column
    return index.span(path, (line, column, end, end_column))
