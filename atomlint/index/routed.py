"""Views that a table of URLs or a router is given, and how likely it is that another one is served all the same."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from .expressions import expressions, inside, references
from .left import WORD
from .registering import behind, external_bases, is_class
from .tables import call_number, dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..facts.records import Call, Expr
    from .catalog import EntryRow
    from .entries import Entry
    from .linker import Linker
    from .mounts import Mounts

VIEWS = ("rest_framework.", "django.views.")
"""Libraries whose view classes nothing serves that is not registered."""


class Routed:
    """Is told of every registration, then asked about views."""

    def __init__(self, linker: Linker, mounts: Mounts) -> None:
        self.linker = linker
        self.left = mounts.left
        self.urlconf = mounts.urlconf
        self._given: set[Value] = set()
        self._unknown = False

    # --- what is registered ----------------------------------------------------------------------------------------

    def note(self, row: EntryRow, path: str, call: Call, expr: Expr, values: Iterable[Value]) -> None:
        """A call that registers views is given an expression, which is one of some values."""
        if "dispatch" not in row.enters or path in self.urlconf.aside:
            return
        found = [Value("def", v.place, v.scope) for v in values if v.kind in ("def", "inst")]
        self._given.update(found)
        if not found and not self._is_copied(path, call.scope, expr):
            self._unknown = self._unknown or not self.linker.evaluate(path, call.scope, expr)

    def unmatched(self, path: str, call: Call) -> None:
        """A call ``router.register(prefix, viewset)`` whose receiver is no known router."""
        receiver = (dotted(call.callee) or "").rpartition(".")[0]
        views = [*call.args[1:2], *(value for name, value in call.keywords if name == "viewset")]
        if receiver and views and not self.linker.evaluate(path, call.scope, receiver):
            self._unknown = self._unknown or not self.linker.evaluate(path, call.scope, views[0])

    def _is_copied(self, path: str, scope: int, expr: Expr) -> bool:
        """Whether it is what another router has: ``for prefix, viewset, name in other.registry``."""
        return any(
            (dotted(part) or "").endswith(".registry")
            for _, _, value in behind(self.linker, path, scope, expr)
            for part in inside(value)
        )

    # --- what is not -----------------------------------------------------------------------------------------------

    def certainty(self, view: Value) -> str:
        """How sure it is that a view class is served: ``medium`` when nothing registers it or a class that extends it, and
        ``low`` where nothing names these either and all that is registered is known."""
        if view in self._served:
            return "high"
        scope = self.linker.table(view.place).facts.scopes[view.scope]
        known = bool(self._given) and not self._unknown and scope.name not in self._mentioned
        return "low" if known and self._is_plain(view) else "medium"

    def settle(self, entry: Entry) -> Entry:
        """An entry point, less sure where it is declared by a decorator in a view class that nothing registers, or by one
        that a function makes which nothing names."""
        function = entry.function
        if entry.kind == "route-dependency" and entry.call >= 0:
            scope = self.linker.table(entry.path).facts.calls[entry.call].scope
            certainty = "low" if self._given else "medium"
            return entry._replace(proven=False, certainty=certainty) if self.left.around(entry.path, scope) else entry
        if entry.kind == "route" and entry.path in self.urlconf.aside:
            return entry._replace(proven=False, certainty="low")
        if entry.kind != "route" or entry.path != function.place or entry.call < 0 or not entry.proven:
            return entry
        scopes = self.linker.table(function.place).facts.scopes
        view = Value("def", function.place, scopes[function.scope].parent)
        if scopes[view.scope].kind != "class" or not self._is_view(view):
            return entry
        certainty = self.certainty(view)
        return entry if certainty == "high" else entry._replace(proven=False, certainty=certainty)

    def _is_view(self, cls: Value) -> bool:
        return any(base.startswith(VIEWS) for base in external_bases(self.linker, cls))

    def _is_plain(self, view: Value) -> bool:
        """Whether no decorator of the project, or an unknown one, can register a class."""
        table = self.linker.table(view.place)
        scope = table.facts.scopes[view.scope]
        for decorator in scope.decorators:
            number = call_number(decorator)
            name = decorator if number is None else table.facts.calls[number].callee
            values = self.linker.evaluate(view.place, scope.parent, name)
            if not values or any(value.kind != "ext" for value in values):
                return False
        return True

    @cached_property
    def _served(self) -> frozenset[Value]:
        """Everything that is registered, and what registered classes extend."""
        classes = [value for value in self._given if is_class(self.linker, value)]
        bases = (base for cls in classes for base in self.linker.mro(cls.place, cls.scope))
        return frozenset({*self._given, *bases})

    @cached_property
    def _mentioned(self) -> frozenset[str]:
        """Every name in the project's expressions and texts, and the names of what classes of such a name extend."""
        named: set[str] = set()
        bases: dict[str, set[str]] = {}
        for path in self.linker.linked:
            if path in self.urlconf.aside:
                continue
            table = self.linker.table(path)
            for scope in table.facts.scopes:
                if scope.kind == "class" and scope.bases:
                    extended = {(dotted(base) or "").rpartition(".")[2] for base in scope.bases}
                    bases.setdefault(scope.name, set()).update(extended)
            named.update(part for call in table.facts.calls for part in (dotted(call.callee) or "").split("."))
            for _, expr in expressions(table):
                named.update(part for name in references(expr) for part in name.split("."))
                for part in inside(expr):
                    named.update(WORD.findall(text_of(part) or ""))
        waiting = [name for name in bases if name in named]
        while waiting:
            more = bases.get(waiting.pop(), set()) - named
            named |= more
            waiting += more
        return frozenset(named)
