"""Where a value comes from: what an expression is made of inside its function, and what callers gave for its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .tables import dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..facts.records import Call, Expr, Param
    from .calls import Edge
    from .effects import Lookup
    from .linker import Linker
    from .tables import Binding, Table
    from .values import Value

    Stop = Callable[[Value, "Leaf"], bool]

FILLS = frozenset({"append", "add", "update", "extend", "insert", "setdefault", "appendleft"})
"""Methods that put something into what a local variable holds."""
FILTERS = frozenset({"filter", "where", "filter_by", "get", "get_or_404", "get_one"})
CARRIES = frozenset(
    {"str", "int", "repr", "tuple", "frozenset", "lower", "upper", "strip", "rstrip", "lstrip", "casefold", "encode"}
    | {"decode", "format", "join", "replace", "split", "removeprefix", "removesuffix", "hexdigest", "digest", "md5"}
    | {"sha1", "sha256", "sha512", "blake2b", "hash", "dumps", "UUID", "quote", "unquote", "partition", "rpartition"}
    | {"sorted", "title", "hex", "cast"}
)
"""Calls whose result tells what they are given apart."""
MAX_PARTS = 400
MAX_NESTED = 4


class Leaf(NamedTuple):
    """One thing that an expression is made of.

    Kinds: ``param`` (a parameter, with attributes: ``request.state.tenant``), ``free`` (a name from outside of the function
    that is no constant), ``const`` (a literal, or a name that stands for one), ``call`` (a call: its arguments and what it
    is called on are leaves of their own), ``unknown`` (the facts keep nothing).
    """

    kind: str
    text: str
    call: int = -1

    @property
    def name(self) -> str:
        """The last part of a dotted text."""
        return self.text.rpartition(".")[2]


Leaves = tuple[Leaf, ...]
"""Each once, in one order whatever the process: what is told of the first one must not hang on hashes."""


class Provenance:
    """Takes expressions apart; every answer is kept."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self._kept: dict[tuple[str, int, str, bool], Leaves] = {}
        self._open: set[Value] = set()

    # --- inside of one function ------------------------------------------------------------------------------------

    def leaves(self, path: str, scope: int, expr: Expr, *, direct: bool = False) -> Leaves:
        """Everything that an expression is made of, through local variables and what was put into them.

        ``direct``: only what the expression tells apart. A call is left closed then, unless it carries its arguments on
        (``str(x)``, ``x.lower()``), or is a function of the project that returns what it is given.
        """
        key = (path, scope, str(expr), direct)
        known = self._kept.get(key)
        if known is None:
            known = self._kept[key] = tuple(
                sorted(set(self._walk(self.linker.table(path), scope, expr, direct=direct)))
            )
        return known

    def _walk(self, table: Table, scope: int, expr: Expr, *, direct: bool) -> Iterator[Leaf]:
        work: list[Expr] = [expr]
        seen: set[str] = set()
        while work and len(seen) < MAX_PARTS:
            part = work.pop()
            if str(part) in seen or part is None:
                continue
            seen.add(str(part))
            if type(part) is list:
                work += self._parts(part, direct=direct)
            elif text_of(part) is not None or part[:1] == "#":
                yield Leaf("const", part)
            elif part[:1] in ("?", ""):
                yield Leaf("unknown", "")
            elif part[:1] == "@":
                ordinal = int(part[1:].partition(".")[0])
                call = table.facts.calls[ordinal]
                yield Leaf("call", dotted(call.callee) or last_name(call.callee), ordinal)
                if direct:
                    work += self._carried(table, ordinal, call)
                    continue
                work += [*call.args, *(value for _, value in call.keywords)]
                work += [above] if (above := called_on(call.callee)) is not None else []
            else:
                yield from self._name(table, scope, part, work)

    def _carried(self, table: Table, ordinal: int, call: Call) -> Iterator[Expr]:
        """What the result of a call tells apart: see `leaves`."""
        name, above = last_name(call.callee), called_on(call.callee)
        if name in CARRIES:
            yield from (*call.args, *([above] if above is not None else []))
        elif name in ("get", "getlist", "get_json") and above is not None:
            yield above
        for value in self.linker.values.callee(table.path, ordinal):
            if value.kind != "def" or value in self._open or len(self._open) > MAX_NESTED:
                continue
            inner = self.linker.table(value.place)
            record = inner.facts.scopes[value.scope]
            if record.kind != "function":
                continue
            names = [param.name for param in record.params if param.kind == "p"][is_bound(inner, value.scope) :]
            self._open.add(value)
            returned = {
                leaf.text.partition(".")
                for exit_ in inner.exits.get(value.scope, ())
                if exit_.kind == "return"
                for leaf in self.leaves(value.place, value.scope, exit_.value, direct=True)
                if leaf.kind == "param"
            }
            self._open.discard(value)
            for head, dot, rest in sorted(returned):
                given = dict(call.keywords).get(head)
                if given is None and head in names and names.index(head) < len(call.args):
                    given = call.args[names.index(head)]
                if given is not None:
                    yield f"{given}{dot}{rest}" if dotted(given) else given

    @staticmethod
    def _parts(part: list[Expr], *, direct: bool) -> list[Expr]:
        kind = part[0] if part else ""
        if direct and kind in ("if", "cmp", "not"):
            return part[2:] if kind == "if" else []
        if kind == ".":
            return [part[1]]
        if kind == "lambda":
            return ["?"]
        if kind in ("cmp", "bin"):
            return [item for item in part[1:] if type(item) is list or item not in OPERATORS]
        if kind == "sub" and part[2] == "?":
            return [part[1]]
        return part[1:]

    def _name(self, table: Table, scope: int, name: str, work: list[Expr]) -> Iterator[Leaf]:
        head, dot, rest = name.partition(".")
        owner, bindings = table.find(scope, head)
        if any(binding.param is not None for binding in bindings):
            yield Leaf("param", name)
        assigned = [b.assign.value for b in bindings if b.assign is not None and b.assign.value is not None]
        if not bindings or owner == 0 or not assigned:
            if not any(binding.param is not None for binding in bindings):
                yield self._outside(table, scope, name, bindings)
            if owner == 0:
                return
        work += [f"{value}{dot}{rest}" if dot and dotted(value) else value for value in assigned]
        work += self._filled(table, owner, head)

    def _outside(self, table: Table, scope: int, name: str, bindings: list[Binding]) -> Leaf:
        values = self.linker.evaluate(table.path, scope, name)
        if values and all(value.kind == "const" for value in values):
            return Leaf("const", min(value.place for value in values))
        if any(binding.assign is not None or binding.imported is not None for binding in bindings):
            return Leaf("free", name)
        return Leaf("free" if bindings else "unknown", name)

    @staticmethod
    def _filled(table: Table, scope: int, name: str) -> Iterator[Expr]:
        """What is put into a local container: ``rows[k] = v``, ``rows.append(v)``, ``total += v``."""
        for place in table.assigns_in.get(scope, ()):
            assign = table.facts.assigns[place]
            target = assign.target
            if assign.kind == "+=" and target == name:
                yield assign.value
            elif type(target) is list and target[:1] == ["sub"] and target[1] == name and assign.kind != "del":
                yield from (assign.value, target[2])
        for ordinal in table.calls_in.get(scope, ()):
            if table.lasts[ordinal] in FILLS:
                call = table.facts.calls[ordinal]
                if type(call.callee) is str and call.callee.rpartition(".")[0] == name:
                    yield from call.args

    # --- across calls ----------------------------------------------------------------------------------------------

    def given(self, caller: Value, edge: Edge, name: str) -> Expr | None:
        """The expression that a call gives for a parameter of its target, in the caller's terms; None when it gives none."""
        if edge.call < 0 or edge.kind != "call":
            return None
        record = self.linker.table(caller.place).facts.calls[edge.call]
        for keyword, value in record.keywords:
            if keyword == name:
                return value
        table = self.linker.table(edge.target.place)
        scope = table.facts.scopes[edge.target.scope]
        names = [param.name for param in scope.params if param.kind == "p"]
        if name not in names:
            return None
        position = names.index(name) - is_bound(table, edge.target.scope)
        return record.args[position] if 0 <= position < len(record.args) else None

    def param(self, function: Value, name: str) -> Param | None:
        """The record of a function's parameter."""
        params = self.linker.table(function.place).facts.scopes[function.scope].params
        return next((param for param in params if param.name == name), None)

    def upward(
        self, steps: Sequence[tuple[Value, Edge]], function: Value, expr: Expr, *, stop: Stop | None = None
    ) -> list[tuple[Value, Leaf]]:
        """What an expression of the last function of a call path tells apart, each leaf in the function it belongs to.

        Parameters are followed to the calls that give them; one that nothing gives stays a leaf, and one that ``stop``
        holds for is dropped.
        """
        result: list[tuple[Value, Leaf]] = []
        first = self.leaves(function.place, function.scope, expr, direct=True)
        work = [(function, len(steps), leaf) for leaf in first]
        seen = set(work)
        while work:
            at, depth, leaf = work.pop()
            if stop is not None and stop(at, leaf):
                continue
            result.append((at, leaf))
            if leaf.kind != "param" or depth == 0:
                continue
            caller, edge = steps[depth - 1]
            head, dot, rest = leaf.text.partition(".")
            given = self.given(caller, edge, head)
            if given is None:
                continue
            result.pop()
            expr = f"{given}{dot}{rest}" if dot and (dotted(given) or str(given)[:1] == "@") else given
            for inner in self.leaves(caller.place, caller.scope, expr, direct=True):
                if (caller, depth - 1, inner) not in seen:
                    seen.add((caller, depth - 1, inner))
                    work.append((caller, depth - 1, inner))
        return result

    # --- queries ---------------------------------------------------------------------------------------------------

    def filters(self, lookup: Lookup) -> dict[str, Expr]:
        """The columns that a one-row read compares for equality, with what it compares them to."""
        table = self.linker.table(lookup.path)
        found: dict[str, Expr] = {}
        for call in chain(table, lookup.call):
            method = last_name(call.callee)
            if method not in FILTERS:
                continue
            if method in ("get", "get_or_404", "get_one"):
                given = call.args[-1] if call.args else None
                if given is not None and len(call.args) > 1:
                    found["id"] = given
                elif call.keywords:
                    found.update(call.keywords)
                continue
            found.update(call.keywords)
            for arg in call.args:
                found.update(equalities(arg, lookup.model_name))
        return found


OPERATORS = frozenset(
    {"==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in", "match", "+", "-", "*", "/", "%", "//", "**"}
    | {"|", "&", "^", "<<", ">>"}
)


def equalities(expr: Expr, model: str) -> Iterator[tuple[str, Expr]]:
    """Columns of a model that a filter sets equal to something, and to what."""
    if type(expr) is not list or not expr:
        return
    if expr[0] == "cmp" and len(expr) == 4 and expr[2] in ("==", "is"):
        for column, value in ((expr[1], expr[3]), (expr[3], expr[1])):
            name = dotted(column)
            if name is not None and name.rpartition(".")[0].rpartition(".")[2] == model:
                yield name.rpartition(".")[2], value
                return
    elif expr[0] == "and" or expr[:2] == ["bin", "&"]:
        for part in expr[1:]:
            yield from equalities(part, model)


def chain(table: Table, ordinal: int) -> Iterator[Call]:
    """The calls of a query from the one that runs it to the one that names the model, through local variables.

    A variable is what was last assigned to it before the place that it is read at.
    """
    scope = table.facts.calls[ordinal].scope
    work: list[tuple[Expr, int]] = [(f"@{ordinal}", ordinal)]
    seen: set[tuple[str, int]] = set()
    while work and len(seen) < 40:
        expr, at = work.pop()
        if type(expr) is not str or (expr, at) in seen:
            continue
        seen.add((expr, at))
        if expr[:1] == "@":
            number = int(expr[1:].partition(".")[0])
            call = table.facts.calls[number]
            yield call
            work += [(above, number) for above in [called_on(call.callee)] if above is not None]
            work += [(given, number) for given in call.args[:1] if number == ordinal]
        elif dotted(expr) is not None and "." not in expr:
            assigns = (table.facts.assigns[place] for place in table.assigns_in.get(scope, ()))
            values = [a.value for a in assigns if a.target == expr and a.kind == "=" and a.after <= at]
            work += [(value, at) for value in values[-1:]]


def called_on(callee: Expr) -> Expr | None:
    """What a method is called on; None for a plain name."""
    if type(callee) is list and callee[:1] == ["."]:
        return callee[1]
    if type(callee) is str and "." in callee and callee[:1] not in "'#?":
        return callee.rpartition(".")[0]
    return None


def last_name(callee: Expr) -> str:
    """The last part of a callee; empty when it has no name."""
    if type(callee) is list and callee[:1] == ["."]:
        return str(callee[2])
    return callee.rpartition(".")[2] if type(callee) is str and callee[:1] not in ("'", "#", "?") else ""


def is_bound(table: Table, scope: int) -> bool:
    """Whether the first parameter of a function is given by what it is called on."""
    record = table.facts.scopes[scope]
    return table.facts.scopes[record.parent].kind == "class" and "staticmethod" not in record.decorators
