"""Django's tables of URLs: which prefix leads to a ``path(...)`` or to a router's ``urls``."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from .expressions import expressions, inside
from .pathtexts import clean
from .registering import callables, elements, is_class
from .tables import call_number, dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .linker import Linker
    from .mounts import Mounts, Place
    from .value import Value

PATTERNS = frozenset({"path", "re_path", "url"})
NAME = re.compile(r"<(?:([^<>:]+):)?[^<>:]+>")
"""A parameter: ``<int:pk>`` and ``<int:order_id>`` match the same."""
MAX_PREFIXES = 12
DEPTH = 8


class Urlconf:
    """Follows ``include`` from the root's ``urlpatterns`` down."""

    def __init__(self, linker: Linker, mounts: Mounts) -> None:
        self.linker = linker
        self.mounts = mounts

    def prefixes(self, place: Place) -> list[tuple[str, Place]]:
        """What leads to a call: full prefixes, each with the call at the root that it begins with; ``/`` when nothing does."""
        return self._found.get(place) or [("/", place)]

    def is_taken(self, place: Place) -> bool:
        """Whether another ``path(...)`` answers all that a call would: the same pattern, which the root leads to before."""
        own = self._shapes(place)
        return bool(own) and all(shape is not None and self._first.get(shape, place) != place for shape in own)

    @cached_property
    def _first(self) -> dict[tuple[str, str], Place]:
        """The call that answers for each pattern below a root, in the order in which Django asks them."""
        found: dict[tuple[str, str], Place] = {}
        for place in self._found:
            for shape in self._shapes(place) if not self._is_include(place) else ():
                if shape is not None:
                    found.setdefault(shape, place)
        return found

    def _shapes(self, place: Place) -> list[tuple[str, str] | None]:
        """What a call answers for, by the root's file; None where that is not known, or in a branch, which may not be there."""
        branch = self.linker.table(place[0]).facts.calls[place[1]].frame
        shapes: list[tuple[str, str] | None] = []
        for prefix, (path, call) in self._found.get(place, ()):
            known = "{?}" not in prefix and not branch and not self.linker.table(path).facts.calls[call].frame
            shapes.append((path, NAME.sub(r"<\1>", prefix + self._pattern(place))) if known else None)
        return shapes

    def _pattern(self, place: Place) -> str:
        """The text of a ``path(...)``; one that is not known is that of no other."""
        call = self.linker.table(place[0]).facts.calls[place[1]]
        text = text_of(call.args[0]) if call.args else None
        return text if text is not None else f"{{{place}}}"

    def _is_include(self, place: Place) -> bool:
        view = self.linker.table(place[0]).facts.calls[place[1]].args[1:2]
        number = call_number(view[0]) if view else None
        return number is not None and self.linker.table(place[0]).lasts[number] == "include"

    def registered(self, path: str, ordinal: int, routers: tuple[Place, ...]) -> Iterator[tuple[str, Place]]:
        """Where ``router.register("items", ViewSet)`` puts a view set: (path, what includes the router)."""
        call = self.linker.table(path).facts.calls[ordinal]
        own = clean(self.mounts.text(path, call.scope, call.args[0])) if call.args else ""
        for router in routers or ((path, ordinal),):
            for prefix, place in self.prefixes(router):
                yield f"{clean(prefix)}{own.strip('/')}/", place

    def of(self, viewset: Value) -> list[tuple[str, Place]]:
        """Where routers put a view set, or a class that extends it."""
        return self._viewsets.get(viewset, [])

    @cached_property
    def _viewsets(self) -> dict[Value, list[tuple[str, Place]]]:
        found: dict[Value, dict[tuple[str, Place], None]] = defaultdict(dict)
        for path, ordinal in self.linker.call_sites("register"):
            call = self.linker.table(path).facts.calls[ordinal]
            receiver = (dotted(call.callee) or "").rpartition(".")[0]
            given = dict(call.keywords).get("viewset", call.args[1] if len(call.args) > 1 else None)
            routers = tuple(self.mounts.made(path, call.scope, receiver)) if receiver and given is not None else ()
            for value in callables(self.linker, path, call.scope, given) if routers else ():
                if value.kind == "def" and is_class(self.linker, value):
                    for base in self.linker.mro(value.place, value.scope):
                        found[base].update(dict.fromkeys(self.registered(path, ordinal, routers)))
        return {value: list(places) for value, places in found.items()}

    @cached_property
    def _found(self) -> dict[Place, list[tuple[str, Place]]]:
        found: dict[Place, list[tuple[str, Place]]] = defaultdict(list)
        modules = {path for name in PATTERNS for path, _ in self.linker.call_sites(name)}
        tables = [path for path in self.linker.linked if path in modules or self._patterns(path)]
        tables = [path for path in tables if self._patterns(path)]
        included = {target for path in tables for target in self._included(path)}
        named = self._roots()
        for path in [p for p in tables if p in named] or [p for p in tables if p not in included] or tables:
            for scope, expr in self._patterns(path):
                self._walk(path, scope, expr, "/", None, found, (path,))
        for path in tables:  # what the root does not lead to still has its own part
            for scope, expr in self._patterns(path):
                for place in self._calls(path, scope, expr):
                    if place not in found and path not in included:
                        self._walk(path, scope, expr, "/", None, found, (path,))
                        break
        return dict(found)

    @cached_property
    def aside(self) -> frozenset[str]:
        """Tables of URLs that nothing leads to: all roots are known, and so is everything that is included."""
        tables = {path for name in PATTERNS for path, _ in self.linker.call_sites(name)}
        tables = {path for path in tables if self._patterns(path)}
        named = self._named("urlconf") if tables else set()
        if None in named or not named:
            return frozenset()
        waiting = [path for path in named if path is not None]
        reached = set(waiting)
        while waiting:
            path = waiting.pop()
            if self._includes_unknown(path):
                return frozenset()
            below = {*self._included(path), *self._imported(path)} - reached
            reached |= below
            waiting += below
        left = tables - reached
        if left and any(text.startswith(".") and text.endswith(("urls", "urlpatterns")) for text in self._texts):
            return frozenset()  # f"{app}.urls"
        said = {path: {by for name in _names(path) for by in self._texts.get(name, ())} for path in left}
        while kept := {path for path in left if not said[path] <= left}:  # what only tables aside include is aside, too
            left -= kept
        return frozenset(left)

    @cached_property
    def _texts(self) -> dict[str, set[str]]:
        """All texts of the code, some of which may name a table, of a setting, a list, a host of its own: files that say each."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for path in self.linker.linked:
            for _, expr in expressions(self.linker.table(path)):
                for part in inside(expr):
                    if (text := text_of(part)) is not None and "." in text:
                        found[text].add(path)
        return dict(found)

    def _includes_unknown(self, path: str) -> bool:
        """Whether a file includes what only running it tells: ``include(f"{app}.urls")``."""
        calls = self.linker.table(path).facts.calls
        includes = (call for call in calls if (dotted(call.callee) or "").rpartition(".")[2] == "include" and call.args)
        return any(not self._is_known(path, call.scope, call.args[0]) for call in includes)

    def _is_known(self, path: str, scope: int, given: Expr) -> bool:
        """Whether it is seen what an ``include`` is given: a name, a module, a list, what a router has."""
        if type(given) is list:
            return given[:1] == ["[]"]
        if text_of(given) is not None or "." in str(given):
            return True
        return bool(self.linker.evaluate(path, scope, given)) or any(
            True for _ in elements(self.linker, path, scope, given)
        )

    def _imported(self, path: str) -> Iterator[str]:
        """Files of the project that a table imports, whose lists it may add: ``from .extra import urlpatterns``."""
        modules = self.linker.modules
        for record in self.linker.table(path).facts.imports:
            target = modules.target(path, record)
            below = modules.submodule(target, record.attribute or "") if target is not None else None
            yield from (found for found in (target, below) if found is not None and found.endswith(".py"))

    def _roots(self) -> set[str]:
        """Modules that ``ROOT_URLCONF`` names."""
        return {path for path in self._named("ROOT_URLCONF") if path is not None}

    def _named(self, ending: str) -> set[str | None]:
        """Modules that settings or attributes name which end so; None where one is computed, or not in the project."""
        found: set[str | None] = set()
        for path in self.linker.linked:
            for assign in self.linker.table(path).facts.assigns:
                target = dotted(assign.target) or ""
                if target.endswith(ending) or target.lower().endswith(ending):
                    name = text_of(assign.value)
                    found.add(self.linker.modules.absolute(path, name) if name is not None else None)
        return found

    def _patterns(self, path: str) -> list[tuple[int, Expr]]:
        table = self.linker.table(path)
        return [
            (a.scope, a.value)
            for a in table.facts.assigns
            if a.target == "urlpatterns" and a.kind in ("=", "+=") and a.value is not None
        ]

    def _calls(self, path: str, scope: int, expr: Expr) -> Iterator[Place]:
        for place, _, item in elements(self.linker, path, scope, expr):
            if type(item) is str and item[:1] == "@" and "." not in item:
                yield place, int(item[1:])

    def _included(self, path: str) -> Iterator[str]:
        """Modules that any ``include`` of a file names."""
        for call in self.linker.table(path).facts.calls:
            if (dotted(call.callee) or "").rpartition(".")[2] == "include" and call.args:
                yield from (
                    module for module, _, _ in self._targets(path, call.scope, call.args[0]) if module is not None
                )

    def _targets(self, path: str, scope: int, expr: Expr) -> Iterator[tuple[str | None, int, Expr]]:
        """What an ``include`` takes: a module by name or import, a list of patterns, or a router's urls."""
        text = text_of(expr)
        if text is not None:
            target = self.linker.modules.absolute(path, text)
            if target is not None:
                yield target, 0, None
            return
        if type(expr) is list and expr[:1] == ["[]"] and len(expr) > 1:
            first = expr[1]
            if text_of(first) is not None or (type(first) is str and dotted(first)):
                found = list(self._targets(path, scope, first))
                if found:
                    yield from found
                    return
            yield None, scope, first if type(first) is list else expr
            return
        for value in self.linker.evaluate(path, scope, expr):
            if value.kind == "module" and value.place.endswith(".py"):
                yield value.place, 0, None
                return
        yield None, scope, expr

    def _walk(
        self, path: str, scope: int, expr: Expr, prefix: str, root: Place | None,
        found: dict[Place, list[tuple[str, Place]]], seen: tuple[str, ...],
    ) -> None:  # fmt: skip
        if len(seen) > DEPTH:
            return
        name = dotted(expr)
        if name is not None and name.endswith(".urls"):
            for router in self.mounts.made(path, scope, name[:-5]):
                self._note(found, router, prefix, root or router)
            return
        for place, at, item in elements(self.linker, path, scope, expr):
            if type(item) is list and item[:1] == ["if"]:
                self._walk(place, at, ["[]", *item[2:]], prefix, root, found, (*seen, place))
            if type(item) is not str:
                continue
            if item[:1] != "@" or "." in item:
                if item != expr:
                    self._walk(place, at, item, prefix, root, found, (*seen, place))
                continue
            ordinal = int(item[1:])
            call = self.linker.table(place).facts.calls[ordinal]
            if (dotted(call.callee) or "").rpartition(".")[2] not in PATTERNS or len(call.args) < 2:
                continue
            here = (place, ordinal)
            if here not in found or len(found[here]) < MAX_PREFIXES:
                self._note(found, here, prefix, root or here)
            view = call.args[1]
            inner = None
            if type(view) is str and view[:1] == "@" and "." not in view:
                inner = self.linker.table(place).facts.calls[int(view[1:])]
            text = self.mounts.text(place, call.scope, call.args[0]).removeprefix("^").removesuffix("$")
            below = prefix + text
            if inner is not None and (dotted(inner.callee) or "").rpartition(".")[2] == "include" and inner.args:
                for module, where, patterns in self._targets(place, inner.scope, inner.args[0]):
                    if module is None:
                        self._walk(place, where, patterns, below, root or here, found, (*seen, place))
                    elif seen.count(module) < 2:
                        for inner_scope, listed in self._patterns(module):
                            self._walk(module, inner_scope, listed, below, root or here, found, (*seen, module))
            elif (name := dotted(view)) is not None and name.endswith(".urls"):
                self._walk(place, call.scope, view, below, root or here, found, (*seen, place))

    @staticmethod
    def _note(found: dict[Place, list[tuple[str, Place]]], place: Place, prefix: str, root: Place) -> None:
        entry = (prefix, root)
        if entry not in found[place] and len(found[place]) < MAX_PREFIXES:
            found[place].append(entry)


def _names(path: str) -> set[str]:
    """What a file may be called, from any directory on the path of imports: ``books.urls`` of ``apps/books/urls.py``."""
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    return {".".join(parts[start:]) for start in range(len(parts) - 1)}
