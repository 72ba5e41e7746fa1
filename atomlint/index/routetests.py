"""Tests on the request's path and method, evaluated for one route."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from .registering import behind, elements
from .tables import Table, dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ..facts.records import Expr
    from .project import Project
    from .routes import Route

DEPTH = 8
PATHS = (".request.path", ".req.path", ".request.path_info", ".url.path", ".scope.path")
"""Ends of the names that a request's path has."""
METHODS = (".request.method", ".req.method", ".scope.method")
REQUESTS = ("request", "req", "scope", "connection", "conn", "environ")
SAME = frozenset({"lower", "rstrip", "strip", "upper", "lstrip", "decode", "casefold"})
PARAMETER = re.compile(r"\{[^{}]*\}")


class Text(NamedTuple):
    """A text of the request: a path with ``{name}`` for what only the request knows, or None when nothing is known."""

    value: str | None


class Frame(NamedTuple):
    """Where an expression is evaluated, and what its local names are bound to."""

    table: Table
    scope: int
    names: Mapping[str, object]


class RouteTests:
    """Evaluates tests and texts for a route, as far as path and method decide them."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker
        self._constants: dict[tuple[str, int, str], str | None] = {}
        self._listed: dict[tuple[str, int, str], list[str] | None] = {}
        self._turned: dict[tuple[str, int, str], list[str]] = {}
        self.asked = 0
        """How often a test hung on the route: what never asks is the same for all."""

    def test(self, here: Frame, expr: Expr, route: Route, depth: int = DEPTH) -> bool | None:
        """Whether a test holds for a route; None when that hangs on anything else."""
        if depth == 0 or expr is None:
            return None
        if type(expr) is list and expr:
            return self._combined(here, expr, route, depth)
        return self._plain(here, expr, route, depth) if type(expr) is str else None

    def _combined(self, here: Frame, expr: list[Expr], route: Route, depth: int) -> bool | None:
        kind = expr[0]
        if kind == "not":
            value = self.test(here, expr[1], route, depth)
            return None if value is None else not value
        if kind in ("and", "or"):
            decisive, open_ = kind == "or", False
            for part in expr[1:]:
                value = self.test(here, part, route, depth)
                if value is decisive:
                    return decisive
                open_ = open_ or value is None
            return None if open_ else not decisive
        if kind == "cmp":
            return self._compared(here, expr, route, depth)
        if kind == "if":
            choice = self.test(here, expr[1], route, depth)
            return None if choice is None else self.test(here, expr[2 if choice else 3], route, depth)
        return None

    def _plain(self, here: Frame, expr: str, route: Route, depth: int) -> bool | None:
        if expr in ("#True", "#False", "#None"):
            return expr == "#True"
        if expr[:1] == "@" and "." not in expr:
            return self._called(here, int(expr[1:]), route, depth)
        name = dotted(expr)
        if name is None:
            return None
        if name in here.names and type(here.names[name]) in (bool, type(None)):
            return here.names[name]  # type: ignore[return-value]
        local = self._local(here, name)
        return None if local is None else self.test(here, local, route, depth - 1)

    def _local(self, here: Frame, name: str) -> Expr:
        """What a local name was assigned, when that happens once."""
        if "." in name or name in here.names:
            return None
        owner, bindings = here.table.find(here.scope, name)
        if not owner or len(bindings) != 1 or bindings[0].assign is None or bindings[0].assign.kind != "=":
            return None
        return bindings[0].assign.value

    def _compared(self, here: Frame, expr: Expr, route: Route, depth: int) -> bool | None:
        if len(expr) != 4:
            return None
        left, op, right = expr[1:]
        if op in ("in", "not in"):
            found = self._contained(here, left, right, route, depth)
            return found if op == "in" or found is None else not found
        if op not in ("==", "!="):
            return None
        one, other = self.text(here, left, route, depth), self.text(here, right, route, depth)
        equal = same(one, other)
        return equal if op == "==" or equal is None else not equal

    def _contained(self, here: Frame, left: Expr, right: Expr, route: Route, depth: int) -> bool | None:
        item = self.text(here, left, route, depth)
        whole = self.text(here, right, route, depth)
        if whole is not None:
            return holds(whole, item)
        texts = self._texts(here, right)
        if item is None or texts is None:
            return None
        return anyhow(same(item, text) for text in texts)

    def _called(self, here: Frame, ordinal: int, route: Route, depth: int) -> bool | None:
        call = here.table.facts.calls[ordinal]
        callee = call.callee
        receiver, name = (callee[1], callee[2]) if type(callee) is list and callee[:1] == ["."] else _split(callee)
        if name in ("startswith", "endswith") and call.args:
            subject = self.text(here, receiver, route, depth)
            if subject is None:
                return None
            compare = begins if name == "startswith" else ends
            single = self.text(here, call.args[0], route, depth)
            texts = [single] if single is not None else self._texts(here, call.args[0])
            return None if texts is None else anyhow(compare(subject, text) for text in texts)
        if callee in ("any", "all") and call.args:
            return self._any(here, call.args[0], route, depth, whole=callee == "all")
        if callee == "bool" and call.args:
            return self.test(here, call.args[0], route, depth)
        if name in ("match", "search", "fullmatch") and call.args:
            return self._matched(here, receiver, name, call.args, route, depth)
        return self._helper(here, ordinal, route, depth)

    def _any(self, here: Frame, expr: Expr, route: Route, depth: int, *, whole: bool) -> bool | None:
        if type(expr) is not list or expr[:1] != ["comp"]:
            return None
        texts = self._texts(here, expr[2])
        names = self._turning(here, expr[2])
        if texts is None or not names:
            return None
        ended = self._of_end(here, expr[1], names)
        if ended is not None:  # one subject, many ends: by far the most frequent test
            compare, receiver = ended
            subject = self.text(here, receiver, route, depth - 1)
            answers = [None if subject is None else compare(subject, text) for text in texts]
            return self._of_all(answers) if whole else anyhow(answers)
        answers = [
            self.test(
                here._replace(names={**here.names, **dict.fromkeys(names, Text(text))}), expr[1], route, depth - 1
            )
            for text in texts
        ]
        return self._of_all(answers) if whole else anyhow(answers)

    @staticmethod
    def _of_all(answers: Sequence[bool | None]) -> bool | None:
        """``all`` of three values."""
        return False if False in answers else None if None in answers else True

    @staticmethod
    def _of_end(here: Frame, expr: Expr, names: Sequence[str]) -> tuple[Callable[[str, str], bool | None], Expr] | None:
        """The comparison of ``path.startswith(prefix)`` and what it asks, where nothing but the prefix is the loop's."""
        if type(expr) is not str or expr[:1] != "@" or "." in expr:
            return None
        call = here.table.facts.calls[int(expr[1:])]
        receiver, name = _split(call.callee)
        if name not in ENDS or len(call.args) != 1 or call.args[0] not in names or type(receiver) is not str:
            return None
        return None if receiver[:1] == "@" or receiver.partition(".")[0] in names else (ENDS[name], receiver)

    def _matched(
        self, here: Frame, receiver: Expr, name: str, args: list[Expr], route: Route, depth: int
    ) -> bool | None:
        pattern = self._pattern(here, receiver)
        subject = args[0]
        if pattern is None and len(args) > 1:
            pattern, subject = text_of(args[0]) or self._pattern(here, args[0]), args[1]
        value = self.text(here, subject, route, depth)
        if pattern is None or value is None or "{" in value:
            return None
        try:
            return getattr(re, name)(pattern, value) is not None
        except re.error:
            return None

    def _pattern(self, here: Frame, expr: Expr) -> str | None:
        """The pattern of a compiled regular expression, or a constant text."""
        for place, _, value in behind(self.linker, here.table.path, here.scope, expr) if expr is not None else ():
            if text_of(value) is not None:
                return text_of(value)
            if type(value) is str and value[:1] == "@" and "." not in value:
                call = self.linker.table(place).facts.calls[int(value[1:])]
                if call.callee in ("re.compile", "compile") and call.args:
                    return text_of(call.args[0])
        return None

    def _helper(self, here: Frame, ordinal: int, route: Route, depth: int) -> bool | None:
        """What a small function of the project answers: ``is_exempt(path)``, ``self._skip(request)``."""
        functions = [v for v in self.linker.values.callee(here.table.path, ordinal) if v.kind == "def"]
        if len(functions) != 1:
            return None
        table = self.linker.table(functions[0].place)
        scope = functions[0].scope
        record = table.facts.scopes[scope]
        if record.kind == "class" or len(table.calls_in.get(scope, ())) > SMALL:
            return None
        call = here.table.facts.calls[ordinal]
        names: dict[str, object] = {}
        shift = (
            1 if table.facts.scopes[record.parent].kind == "class" and "staticmethod" not in record.decorators else 0
        )
        params = [param.name for param in record.params][shift:]
        for name, given in (*zip(params, call.args, strict=False), *call.keywords):
            value = self.text(here, given, route, depth)
            if value is not None:
                names[name] = value
        return self._returned(Frame(table, scope, names), route, depth - 1)

    def _returned(self, inner: Frame, route: Route, depth: int) -> bool | None:
        """What a function returns first, as far as its tests can be evaluated."""
        undecided: list[bool | None] = []
        for exit_ in inner.table.exits.get(inner.scope, ()):
            if exit_.kind != "return":
                continue
            taken = self._taken(inner, exit_.frame, exit_.value, route, depth)
            for reached, value in taken:
                if reached is True and not undecided:
                    return value
                if reached is not False:
                    undecided.append(value)
                    if reached is True:
                        first = undecided[0]
                        return first if all(v is first for v in undecided) else None
        return None

    def _taken(
        self, inner: Frame, frame: int, value: Expr, route: Route, depth: int
    ) -> Iterator[tuple[bool | None, bool | None]]:
        """For each turn of the loops around a return: whether it is taken, and what it gives."""
        chain = inner.table.frames(frame)
        frames = [inner.table.facts.frames[at] for at in chain]
        bound: list[Mapping[str, object]] = [inner.names]
        for entry in reversed(frames):
            if entry.kind == "for":
                turns = list(self.turns(inner, entry.test))
                if not turns:
                    yield None, None
                    return
                bound = [{**known, **turn} for known in bound for turn in turns]
        for names in bound:
            at = inner._replace(names=names)
            reached: bool | None = True
            for entry in frames:
                if entry.kind in ("if", "else", "after"):
                    held = self.test(at, entry.test, route, depth)
                    held = (not held if held is not None else None) if entry.kind == "else" else held
                    reached = False if held is False or reached is False else None if held is None else reached
                elif entry.kind in ("except", "while"):
                    reached = False if reached is False else None
            yield reached, self.test(at, value, route, depth)

    # --- texts -----------------------------------------------------------------------------------------------------

    def text(self, here: Frame, expr: Expr, route: Route, depth: int = DEPTH) -> str | None:
        """The text that an expression is for a route: its path, its method, a constant; None when it is no known text."""
        if depth == 0 or expr is None:
            return None
        constant = text_of(expr)
        if constant is not None:
            return constant
        if type(expr) is list and expr:
            return self._compound(here, expr, route, depth)
        if type(expr) is not str or expr[:1] in ("#", "?"):
            return None
        if expr[:1] == "@":
            return self._text_of_call(here, expr, route, depth)
        bound = here.names.get(expr)
        if isinstance(bound, Text):
            return bound.value
        if isinstance(bound, str):
            return bound
        known = self._of_request(expr, route)
        if known is not None:
            return known
        local = self._local(here, expr)
        if local is not None:
            return self.text(here, local, route, depth - 1)
        return self._constant(here.table.path, here.scope, expr)

    def _constant(self, path: str, scope: int, name: str) -> str | None:
        """The text that a name is for every route; None when it is not known."""
        key = (path, scope, name)
        if key not in self._constants:
            text = self.project.mounts.text(path, scope, name)
            self._constants[key] = None if "{?}" in text else text
        return self._constants[key]

    def _compound(self, here: Frame, expr: list[Expr], route: Route, depth: int) -> str | None:
        if expr[0] == "sub" and text_of(expr[2]) in ("path", "method", "type", "PATH_INFO", "REQUEST_METHOD"):
            name = dotted(expr[1])
            if name is not None and name.rpartition(".")[2] in REQUESTS:
                return self._key(text_of(expr[2]) or "", route)
        if expr[0] == ".":
            inner = dotted(expr[1])
            return self._of_request(f"{inner}.{expr[2]}", route) if inner else None
        if expr[0] == "or":
            return self.text(here, expr[1], route, depth - 1)
        if expr[0] in ("f", "bin"):
            parts = [self.text(here, part, route, depth - 1) for part in expr[1 if expr[0] == "f" else 2 :]]
            if None not in parts and (expr[0] == "f" or expr[1] == "+"):
                return "".join(part for part in parts if part is not None)
        return None

    def _text_of_call(self, here: Frame, expr: str, route: Route, depth: int) -> str | None:
        head, _, rest = expr.partition(".")
        call = here.table.facts.calls[int(head[1:])]
        receiver, name = _split(call.callee)
        if rest:
            return (
                self._of_request(f"request.{rest}", route)
                if (name or "").lower().endswith(("request", "url"))
                else None
            )
        if name == "get" and call.args and receiver is not None:
            owner = dotted(receiver)
            if owner is not None and owner.rpartition(".")[2] in REQUESTS:
                return self._key(text_of(call.args[0]) or "", route)
        if name in SAME and receiver is not None:
            value = self.text(here, receiver, route, depth - 1)
            if value is None:
                return None
            chars = text_of(call.args[0]) if call.args else None
            if name == "decode":
                return value
            return str(getattr(value, name)(*([chars] if chars and name.endswith("strip") else []))) or "/"
        if call.callee == "str" and call.args:
            return self.text(here, call.args[0], route, depth - 1)
        return None

    def _key(self, key: str, route: Route) -> str | None:
        self.asked += 1
        if key in ("path", "PATH_INFO"):
            return self._path(route)
        if key in ("method", "REQUEST_METHOD"):
            return self._method(route)
        return ("websocket" if route.method == "WEBSOCKET" else "http") if key == "type" else None

    def _of_request(self, name: str, route: Route) -> str | None:
        lowered = "." + name
        if lowered.endswith(PATHS):
            self.asked += 1
            return self._path(route)
        if lowered.endswith(METHODS):
            self.asked += 1
            return self._method(route)
        return None

    @staticmethod
    def _path(route: Route) -> str | None:
        return None if route.path.startswith("{?}") else route.path or "/"

    @staticmethod
    def _method(route: Route) -> str | None:
        return None if route.method in ("*", "WEBSOCKET") else route.method

    def _texts(self, here: Frame, expr: Expr) -> list[str] | None:
        """Texts of a list, tuple, set or dict's keys, through names, attributes and imports; None when any is not known."""
        if type(expr) is list and expr[:1] == ["{}"]:
            keys = [text_of(key) for key in expr[1::2]]
            return None if None in keys else [key for key in keys if key is not None]
        name = dotted(expr)
        if name is not None and name in here.names:
            return None
        key = (here.table.path, here.scope, name if name is not None else str(expr))
        if key not in self._listed:
            self._listed[key] = self._list(here, expr, name)
        return self._listed[key]

    def _list(self, here: Frame, expr: Expr, name: str | None) -> list[str] | None:
        if name is not None:
            sources = list(behind(self.linker, here.table.path, here.scope, name))
            if len(sources) == 1 and type(sources[0][2]) is list and sources[0][2][:1] == ["{}"]:
                return self._texts(here, sources[0][2])
        found = [
            self.project.mounts.text(place, scope, item)
            for place, scope, item in elements(self.linker, here.table.path, here.scope, expr)
        ]
        return None if not found or any("{?}" in text for text in found) else found

    def turns(self, here: Frame, iterable: Expr) -> Iterator[dict[str, object]]:
        """What a loop's variable is on each turn over literals."""
        names = self._turning(here, iterable)
        for item in self._texts(here, iterable) or ():
            yield dict.fromkeys(names, Text(item))

    def _turning(self, here: Frame, iterable: Expr) -> list[str]:
        """The variables of loops over an expression."""
        key = (here.table.path, here.scope, str(iterable))
        if key not in self._turned:
            self._turned[key] = [
                a.target for a in here.table.facts.assigns
                if a.kind == "for" and a.scope == here.scope and a.value == ["sub", iterable, "?"] and type(a.target) is str
            ]  # fmt: skip
        return self._turned[key]


SMALL = 12
"""Calls of a helper that is small enough to be evaluated."""


def _split(callee: Expr) -> tuple[Expr, str]:
    if type(callee) is str and "." in callee:
        receiver, _, name = callee.rpartition(".")
        return receiver, name
    return None, callee if type(callee) is str else ""


def anyhow(answers: Iterable[bool | None]) -> bool | None:
    """``any`` of three values."""
    known = list(answers)
    return True if True in known else None if None in known else False


def same(one: str | None, other: str | None) -> bool | None:
    """Whether two texts are equal; of one with parameters only that it can be is known."""
    if one is None or other is None:
        return None
    if "{" not in one and "{" not in other:
        return one == other
    if one == other:
        return None
    pattern, text = (one, other) if "{" in one else (other, one)
    if "{" in text:
        return None
    return None if _regex(pattern).fullmatch(text) else False


@cache  # `re` keeps fewer than a project has routes
def _regex(path: str) -> re.Pattern[str]:
    parts = PARAMETER.split(path)
    return re.compile(
        "[^/]*".join(re.escape(part) for part in parts) if "path}" not in path else ".*".join(map(re.escape, parts))
    )


def begins(subject: str, prefix: str | None) -> bool | None:
    """Whether a path starts with a text."""
    return _at_end(subject, prefix, PARAMETER.split(subject)[0], str.startswith)


def ends(subject: str, suffix: str | None) -> bool | None:
    """Whether a path ends with a text."""
    return _at_end(subject, suffix, PARAMETER.split(subject)[-1], str.endswith)


def _at_end(subject: str, part: str | None, known: str, compare: Callable[[str, str], bool]) -> bool | None:
    if part is None:
        return None
    if "{" not in subject or len(part) <= len(known):
        return compare(subject if "{" not in subject else known, part)
    return None if compare(part, known) else False


ENDS = {"startswith": begins, "endswith": ends}


def holds(whole: str, part: str | None) -> bool | None:
    """Whether a path contains a text."""
    if part is None:
        return None
    if any(part in literal for literal in PARAMETER.split(whole)):
        return True
    return None if "{" in whole else False
