"""Which router is put below which, under what prefix, and whether an application serves it."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from .behind import THROUGH, given
from .copies import is_marked
from .left import Left
from .pathtexts import UNKNOWN
from .registering import external_bases, is_class
from .tables import dotted, text_of
from .urlconf import Urlconf
from .values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .catalog import RouterRow
    from .linker import Linker
    from .tables import Table

Place = tuple[str, int]
"""A call: path and ordinal. Of an application or a router, the call that made it."""
MAX_CHAINS = 16
"""Ways from an application down to one router that are looked at."""
MAX_CALLERS = 60
"""Calls of a name that are looked at to find what a function is passed."""
DEPTH = 8
FRAMEWORKS = ("starlette.", "fastapi.", "fastapi_users.", "flask.", "werkzeug.middleware.")
"""Packages whose applications and files are no routers of the project's."""
ROUTES = (".routes.extend", ".routes.append", ".routes.insert", ".add_api_route", ".host")
"""Calls that take routes of one router to another, as far as anybody knows."""


class Mount(NamedTuple):
    """One router put below another."""

    call: Place
    parent: Place | None
    """None when what it is put below is not known: an application, then."""
    prefix: str


class Chain(NamedTuple):
    """One way from an application to a router: the prefix so far, and every router and including call on it."""

    prefix: str
    places: tuple[Place, ...]


class Mounts:
    """Follows names to the calls that made applications and routers; every answer is kept."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self._made: dict[tuple[str, int, str], list[Place]] = {}
        self._served: dict[Place, bool] = {}
        self._rows: dict[Place, RouterRow | None] = {}
        self._routers: dict[tuple[Place, ...], tuple[frozenset[Place], frozenset[Place]]] = {}
        self._unknown = False
        self._tails: frozenset[str] = frozenset()
        """Modules that routers are imported from and that are not found, which may be some of the project all the same."""
        self._foreign = False
        self._partly: set[tuple[str, int, str]] = set()
        """Names that have other values than the calls that are known to have made them."""
        self._lost = False
        self.left = Left(linker)

    # --- what made a router ----------------------------------------------------------------------------------------

    def made(self, path: str, scope: int, expr: Expr, depth: int = DEPTH) -> list[Place]:
        """The calls that made what an expression is: an application or a router."""
        if type(expr) is not str:
            return list(dict.fromkeys(self._behind(path, scope, expr, depth)))
        key = (path, self.linker.table(path).find(scope, expr.partition(".")[0])[0] if "." not in expr else scope, expr)
        known = self._made.get(key)
        if known is None:
            self._made[key] = []
            outer, self._lost = self._lost, False
            known = self._made[key] = list(dict.fromkeys(self._behind(path, scope, expr, depth)))
            if self._lost:
                self._partly.add(key)
            self._lost = outer
            if depth < DEPTH:
                del self._made[key]
        self._lost = self._lost or key in self._partly
        return known

    def _one_of(self, path: str, scope: int, expr: Expr, depth: int) -> list[Place]:
        """The calls that made one of several values; it is remembered when that is not known of it."""
        found = self.made(path, scope, expr, depth)
        self._lost = self._lost or not (found or self._is_of_library(path, scope, expr))
        return found

    def _behind(self, path: str, scope: int, expr: Expr, depth: int) -> Iterator[Place]:
        if depth == 0 or expr is None:
            return
        if type(expr) is list and expr:
            if expr[0] in ("or", "and", "if"):
                for part in expr[1:]:
                    yield from self._one_of(path, scope, part, depth - 1)
            elif expr[0] == "sub":
                yield from self._item(path, scope, expr, depth)
            return
        if type(expr) is not str:
            return
        if expr[:1] == "@":
            if "." not in expr:
                yield from self._called(path, int(expr[1:]), depth)
            return
        name = dotted(expr)
        if name is None:
            return
        head, _, last = name.rpartition(".")
        if head:
            yield from self._attribute(path, scope, head, last, depth)
            return
        for binding in self.linker.table(path).lookup(scope, last):
            if binding.assign is not None and binding.assign.value is not None:
                yield from self.made(path, binding.scope, binding.assign.value, depth - 1)
            elif binding.imported is not None and binding.imported.attribute:
                target = self.linker.modules.target(path, binding.imported)
                if target is not None and target.endswith(".py") and target != path:
                    yield from self.made(target, 0, binding.imported.attribute, depth - 1)
            elif binding.param is not None:
                yield from self._passed(path, binding.scope, last, depth)

    def _item(self, path: str, scope: int, expr: Expr, depth: int) -> Iterator[Place]:
        """``for router in [a, b]`` and ``for router, prefix in [(a, "/a")]``."""
        inner, index = expr[1], expr[2]
        if type(inner) is list and inner[:1] == ["sub"] and type(index) is str and index[1:].isdigit():
            for place, at, item in self.linker.values.items(path, scope, inner[1]):
                if type(item) is list and item[:1] == ["[]"] and len(item) > int(index[1:]) + 1:
                    yield from self._one_of(place, at, item[int(index[1:]) + 1], depth - 1)
            return
        for place, at, item in self.linker.values.items(path, scope, inner):
            yield from self._one_of(place, at, item, depth - 1)

    def _called(self, path: str, ordinal: int, depth: int) -> Iterator[Place]:
        callees = self.linker.values.callee(path, ordinal)
        functions = [v for v in callees if v.kind == "def" and not is_class(self.linker, v)]
        if any(v.kind == "ext" and v.place in THROUGH for v in callees):
            record = self.linker.table(path).facts.calls[ordinal]
            yield from self.made(path, record.scope, given(record), depth - 1)
            return
        found = False
        for function in functions:
            for exit_ in self.linker.table(function.place).exits.get(function.scope, ()):
                if exit_.kind == "return":
                    for place in self.made(function.place, function.scope, exit_.value, depth - 1):
                        found = True
                        yield place
        if not found and self.row((path, ordinal)) is not None:
            yield path, ordinal

    def _attribute(self, path: str, scope: int, head: str, last: str, depth: int) -> Iterator[Place]:
        if last in ("router", "urls"):  # app.router, router.urls
            above = self.made(path, scope, head, depth - 1)
            if above:
                yield from above
                return
        for value in self.linker.evaluate(path, scope, head):
            if value.kind == "module" and value.place.endswith(".py"):
                yield from self.made(value.place, 0, last, depth - 1)
            elif value.kind in ("inst", "def") and is_class(self.linker, value):
                for cls in self.linker.mro(value.place, value.scope):
                    if cls.kind != "def":
                        continue
                    table = self.linker.table(cls.place)
                    for assign in (
                        *table.attributes.get((cls.scope, last), ()), *table.class_attributes.get((cls.scope, last), ()),
                    ):  # fmt: skip
                        yield from self.made(cls.place, assign.scope, assign.value, depth - 1)

    def _passed(self, path: str, scope: int, name: str, depth: int) -> Iterator[Place]:
        """What callers pass for a parameter: ``register(app)``."""
        record = self.linker.table(path).facts.scopes[scope]
        params = [param.name for param in record.params]
        owner = self.linker.table(path).facts.scopes[record.parent]
        position = params.index(name) - (1 if owner.kind == "class" else 0)
        called = owner.name if record.name == "__init__" else record.name
        for site, ordinal in self.linker.call_sites(called)[:MAX_CALLERS]:
            call = self.linker.table(site).facts.calls[ordinal]
            passed = dict(call.keywords).get(name, call.args[position] if 0 <= position < len(call.args) else None)
            if passed is not None and any(v.place == path for v in self.linker.values.callee(site, ordinal)):
                yield from self._one_of(site, call.scope, passed, depth - 1)

    # --- mounts ----------------------------------------------------------------------------------------------------

    def row(self, place: Place) -> RouterRow | None:
        """The catalog's row of what a call makes; None when it makes no router."""
        if place not in self._rows:
            self._rows[place] = self._row(place)
        return self._rows[place]

    def routers(self, places: tuple[Place, ...]) -> tuple[frozenset[Place], frozenset[Place]]:
        """The routers among some calls, and of these the applications; many routes have the same calls around them."""
        if places not in self._routers:
            rows = {place: row for place in places if (row := self.row(place)) is not None}
            self._routers[places] = frozenset(rows), frozenset(place for place, row in rows.items() if row.served)
        return self._routers[places]

    def _row(self, place: Place) -> RouterRow | None:
        """Of several that it may make, an application: a class of its own stands in where the library is not there."""
        routers = self.linker.catalog.routers
        found = []
        for value in sorted(self.linker.values.call(*place)):
            names = [value.place[:-2]] if value.kind == "ext" and value.place.endswith("()") else []
            if value.kind == "inst":
                names = list(external_bases(self.linker, Value("def", value.place, value.scope)))
            found += [routers[name] for name in names if name in routers][:1]
        return next((row for row in found if row.served), found[0] if found else None)

    @cached_property
    def mounts(self) -> dict[Place, list[Mount]]:
        """What each router is put below."""
        found: dict[Place, list[Mount]] = defaultdict(list)
        for row in self.linker.catalog.mounts:
            for method in row.methods:
                for path, ordinal in self.linker.call_sites(method):
                    call = self.linker.table(path).facts.calls[ordinal]
                    receiver = call.callee if type(call.callee) is str else ""  # create_app() may be one, too
                    keywords = dict(call.keywords)
                    child = next((keywords[name] for name in row.keywords if name in keywords), None)
                    if len(call.args) > row.argument:
                        child = call.args[row.argument]
                    if "." not in receiver or child is None:
                        self._unknown = True
                        continue
                    parents: list[Place | None] = [*self.made(path, call.scope, receiver.rpartition(".")[0])]
                    if parents and self._is_left(path, call.scope):
                        continue
                    self._lost = False
                    children = self._one_of(path, call.scope, child, DEPTH)
                    if self._lost:
                        missing = self._missing(path, call.scope, child)
                        self._unknown, self._tails = self._unknown or not missing, self._tails | missing
                    self._foreign = self._foreign or not children
                    prefix = keywords.get(row.prefix)
                    if 0 <= row.prefix_argument < len(call.args):
                        prefix = call.args[row.prefix_argument]
                    text = "" if prefix is None else self.text(path, call.scope, prefix)
                    for inner in children:
                        own = None if prefix is None else text
                        found[inner] += [
                            Mount((path, ordinal), parent, self._below(inner, own))
                            for parent in (parents or [None])
                            if parent != inner
                        ]
        return dict(found)

    def _missing(self, path: str, scope: int, child: Expr) -> frozenset[str]:
        """Modules by whose import a name is bound that no router is found for: ``api/orders``; none for other names."""
        name = dotted(child)
        bindings = self.linker.table(path).lookup(scope, name.partition(".")[0]) if name is not None else []
        records = [binding.imported for binding in bindings if binding.imported is not None]
        if len(records) < len(bindings):
            return frozenset()
        found = {target for one in records if (target := self.linker.modules.target(path, one)) is not None}
        said = {one.module.replace(".", "/") for one in records}
        return frozenset(
            {*map(_stem, found), *said, *(f"{one.module.replace('.', '/')}/{one.attribute}" for one in records)}
        )

    def _is_left(self, path: str, scope: int) -> bool:
        """Whether a mount stands in a function that nobody calls: one that makes an application is for its server to call."""
        at = self.left.around(path, scope)
        table = self.linker.table(path)
        calls = range(table.facts.scopes[at].first_call, table.facts.scopes[at].end_call) if at else ()
        return at != 0 and not any((row := self.row((path, n))) is not None and row.served for n in calls)

    def _below(self, child: Place, prefix: str | None) -> str:
        """The prefix of a mount; a blueprint's own one only counts where it is registered without another."""
        row = self.row(child)
        if prefix is None:
            return self.own_prefix(child)
        return prefix if row is not None and row.prefix == "url_prefix" else prefix + self.own_prefix(child)

    def own_prefix(self, place: Place) -> str:
        """The prefix that a router was made with."""
        row = self.row(place)
        call = self.linker.table(place[0]).facts.calls[place[1]]
        expr = dict(call.keywords).get(row.prefix) if row is not None and row.prefix else None
        return "" if expr is None else self.text(place[0], call.scope, expr)

    def _is_of_library(self, path: str, scope: int, child: Expr) -> bool:
        """Whether what is put below a router is made by its framework, and is no router of unknown origin: ``StaticFiles()``."""
        values = self.linker.evaluate(path, scope, child)
        made = [value.place[:-2] for value in values if value.kind == "ext" and value.place.endswith("()")]
        known = all(name.startswith(FRAMEWORKS) for name in made)
        return known and 0 < len(values) == len(made) and self.linker.catalog.routers.keys().isdisjoint(made)

    @cached_property
    def urlconf(self) -> Urlconf:
        """Django's tables of URLs."""
        return Urlconf(self.linker, self)

    @cached_property
    def complete(self) -> bool:
        """Whether it is known what is put below every router: what nothing includes then is not served."""
        return bool(self.mounts) and not self._unknown and not self._passes_by

    @cached_property
    def takes_unknown(self) -> bool:
        """Whether something is put below a router whose routes are not known: a library's, one by a computed name."""
        return self.mounts is not None and (self._unknown or self._foreign)

    @cached_property
    def _passes_by(self) -> bool:
        """Whether routers may be put below others in another way: ``add = app.include_router``, ``app.routes.extend(...)``."""
        methods = {method for row in self.linker.catalog.mounts for method in row.methods if "_" in method}
        return any(self._names(self.linker.table(path), methods) for path in self.linker.linked)

    @staticmethod
    def _names(table: Table, methods: set[str]) -> bool:
        facts = table.facts
        given = [value for call in facts.calls for value in (*call.args, *(value for _, value in call.keywords))]
        values = (*given, *(assign.value for assign in facts.assigns))
        if any((dotted(value) or "").rpartition(".")[2] in methods or text_of(value) in methods for value in values):
            return True
        if any((dotted(call.callee) or "").endswith(ROUTES) for call in facts.calls):
            return True
        return any((dotted(assign.target) or "").endswith(".routes") for assign in facts.assigns)

    def unserved(self, path: str) -> str:
        """How sure it is that something runs that a file's router holds which no application is seen to serve."""
        stem = f"/{_stem(path)}"
        known = self.complete and not any(
            stem.endswith(f"/{tail}") or f"/{tail}".endswith(stem) for tail in self._tails
        )
        return "low" if known or is_marked(path) else "medium"

    def served(self, places: tuple[Place, ...]) -> bool:
        """Whether an application, or something that may be one, leads to any of the routers."""
        return any(self._is_served(place, frozenset()) for place in places)

    def _is_served(self, place: Place, seen: frozenset[Place]) -> bool:
        if place not in self._served:
            row = self.row(place)
            above = self.mounts.get(place, ())
            answer = row is None or row.served or any(
                mount.parent is None or (mount.parent not in seen and self._is_served(mount.parent, seen | {place}))
                for mount in above
            )  # fmt: skip
            if seen:
                return answer
            self._served[place] = answer
        return self._served[place]

    def chains(self, place: Place, seen: frozenset[Place] = frozenset()) -> list[Chain]:
        """Every way from an application down to a router; a router that nothing includes is where its own way begins."""
        row = self.row(place)
        if row is not None and row.served and place not in self.mounts:
            return [Chain("", (place,))]
        found: list[Chain] = []
        for mount in self.mounts.get(place, ()):
            if mount.parent in seen:
                continue
            above = [Chain("", ())] if mount.parent is None else self.chains(mount.parent, seen | {place})
            found += [Chain(chain.prefix + mount.prefix, (*chain.places, mount.call, place)) for chain in above]
        return found[:MAX_CHAINS] or [Chain("" if row is not None and row.served else self.own_prefix(place), (place,))]

    def text(self, path: str, scope: int, expr: Expr, depth: int = 5) -> str:
        """The text that an expression makes, with ``{?}`` for what is not known."""
        known = text_of(expr)
        if known is not None:
            return known
        if type(expr) is list and expr and depth:
            if expr[0] == "f":
                return "".join(self.text(path, scope, part, depth - 1) for part in expr[1:])
            if expr[0] == "bin" and expr[1] == "+":
                return "".join(self.text(path, scope, part, depth - 1) for part in expr[2:])
            if expr[0] == "or":
                return self.text(path, scope, expr[-1], depth - 1)
            if expr[0] == "sub":
                return self._unpacked(path, scope, expr, depth)
        texts = {
            v.place[1:] for v in self.linker.evaluate(path, scope, expr) if v.kind == "const" and v.place[:1] == "'"
        }
        if len(texts) == 1:
            return texts.pop()
        name = dotted(expr)
        if name is not None and depth:
            from .registering import behind

            found = list(behind(self.linker, path, scope, name))
            if len(found) == 1 and type(found[0][2]) is list:
                return self.text(*found[0], depth - 1)
        return UNKNOWN

    def _unpacked(self, path: str, scope: int, expr: Expr, depth: int) -> str:
        """``for router, prefix in [(a, "/a"), ...]``: one text only when all are the same."""
        inner, index = expr[1], expr[2]
        if type(inner) is not list or inner[:1] != ["sub"] or type(index) is not str or not index[1:].isdigit():
            return UNKNOWN
        at = int(index[1:]) + 1
        found = {
            self.text(place, here, item[at], depth - 1)
            for place, here, item in self.linker.values.items(path, scope, inner[1])
            if type(item) is list and len(item) > at
        }
        return found.pop() if len(found) == 1 else UNKNOWN


def _stem(path: str) -> str:
    """A file as a module is spelled: ``api/orders`` of ``api/orders/__init__.py``."""
    return path.removesuffix(".py").removesuffix("/__init__")
