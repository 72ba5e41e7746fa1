"""Texts of a request as code reads them, for one route: its path, its method, constants, and lists of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .registering import behind, elements
from .tables import Table, call_number, dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..facts.records import Expr
    from .project import Project
    from .routes import Route

DEPTH = 8
PATHS = (".request.path", ".req.path", ".request.path_info", ".url.path", ".scope.path")
"""Ends of the names that a request's path has."""
METHODS = (".request.method", ".req.method", ".scope.method")
ENDPOINTS = (".url_name", ".view_name", ".request.endpoint", ".request.resolver_match", ".url_rule.endpoint")
"""Ends of the names of what stands for a route, by names that are not followed."""
REQUESTS = ("request", "req", "scope", "connection", "conn", "environ")
SAME = frozenset({"lower", "rstrip", "strip", "upper", "lstrip", "decode", "casefold"})


class Text(NamedTuple):
    """A text of the request: a path with ``{name}`` for what only the request knows, or None when nothing is known."""

    value: str | None


class Frame(NamedTuple):
    """Where an expression is evaluated, and what its local names are bound to."""

    table: Table
    scope: int
    names: Mapping[str, object]


class RouteTexts:
    """Evaluates texts for a route, as far as path and method decide them."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker
        self._constants: dict[tuple[str, int, str], str | None] = {}
        self._listed: dict[tuple[str, int, str], list[str] | None] = {}
        self._turned: dict[tuple[str, int, str], list[str]] = {}
        self.asked = 0
        """How often a test hung on the route: what never asks is the same for all."""

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
        local = self.local(here, expr)
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
        receiver, name = split(call.callee)
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
        if call.callee == "getattr" and len(call.args) > 1:
            owner, attribute = dotted(call.args[0]), text_of(call.args[1])
            return self._of_request(f"{owner}.{attribute}", route) if owner and attribute else None
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
        self.asked += lowered.endswith(ENDPOINTS)
        return None

    @staticmethod
    def _path(route: Route) -> str | None:
        return route.path or "/"

    @staticmethod
    def _method(route: Route) -> str | None:
        return None if route.method in ("*", "WEBSOCKET") else route.method

    def texts(self, here: Frame, expr: Expr) -> list[str] | None:
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
                return self.texts(here, sources[0][2])
        found = [
            self.project.mounts.text(place, scope, item)
            for place, scope, item in elements(self.linker, here.table.path, here.scope, expr)
        ]
        return None if not found or any("{?}" in text for text in found) else found

    def turns(self, here: Frame, iterable: Expr) -> Iterator[dict[str, object]]:
        """What a loop's variable is on each turn over literals."""
        names = self.turning(here, iterable)
        for item in self.texts(here, iterable) or ():
            yield dict.fromkeys(names, Text(item))

    def turning(self, here: Frame, iterable: Expr) -> list[str]:
        """The variables of loops over an expression."""
        key = (here.table.path, here.scope, str(iterable))
        if key not in self._turned:
            self._turned[key] = [
                a.target for a in here.table.facts.assigns
                if a.kind == "for" and a.scope == here.scope and a.value == ["sub", iterable, "?"] and type(a.target) is str
            ]  # fmt: skip
        return self._turned[key]

    def local(self, here: Frame, name: str) -> Expr:
        """What a local name was assigned, when that happens once."""
        assign = here.table.only_assign(here.scope, name) if name not in here.names else None
        return (
            None if assign is None or assign.kind != "=" or not here.table.find(here.scope, name)[0] else assign.value
        )


def asks_for_route(table: Table, scope: int, expr: Expr) -> bool:
    """Whether an expression is a request's path or method, or a name that it was assigned to, once."""
    name = dotted(expr) or ""
    if f".{name}".endswith((*PATHS, *METHODS)):
        return True
    assign = table.only_assign(scope, name)
    if assign is None or assign.kind != "=":
        return False
    value = assign.value[1] if type(assign.value) is list and assign.value[:1] == ["or"] else assign.value
    number = call_number(value)
    if number is None:
        return f".{dotted(value)}".endswith((*PATHS, *METHODS))
    made = table.facts.calls[number]
    if made.callee == "getattr" and len(made.args) > 1:
        return f".{dotted(made.args[0])}.{text_of(made.args[1])}".endswith((*PATHS, *METHODS))
    owner, last = split(made.callee)
    holder = (dotted(owner) or "").rpartition(".")[2]
    return last == "get" and holder in REQUESTS and bool(made.args) and text_of(made.args[0]) in ("path", "method")


def split(callee: Expr) -> tuple[Expr, str]:
    """What a method is called on, and its name."""
    if type(callee) is str and "." in callee:
        receiver, _, name = callee.rpartition(".")
        return receiver, name
    return None, callee if type(callee) is str else ""
