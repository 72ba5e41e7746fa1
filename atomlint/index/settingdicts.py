"""Settings that are kept in a dict: ``LIMITS = {"ENABLED": env.bool("LIMITS_ENABLED", False)}``, ``cfg.get("ENABLED")``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .tables import call_number, dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .committed import Committed

DJANGO = "django.conf.settings"


class Source(NamedTuple):
    """An expression that a dict of settings may be, where it stands."""

    path: str
    scope: int
    expr: Expr
    django: bool
    """Whether it is a setting of Django, which nothing changes later."""


class SettingDicts:
    """Looks up entries of dicts that names, functions and the settings of Django lead to."""

    def __init__(self, committed: Committed) -> None:
        self.committed = committed
        self.linker = committed.linker

    def entry(self, path: str, scope: int, owner: Expr, key: str, depth: int) -> str | None:
        """The constant under a key; None where it is not known, or not the same in all that the owner may be.

        What stands in a dict of a module's own may be changed later, unless its name says that it is a constant, and what
        is written out there is rather the state of something at its start.
        """
        found: set[str | None] = set()
        for source in self._sources(path, scope, owner, depth):
            given = source.expr
            if type(given) is not list or given[:1] != ["{}"]:
                return None
            pairs = zip(given[1::2], given[2::2], strict=False)
            value = next((value for name, value in pairs if text_of(name) == key), None)
            before = self.committed.used
            said = self.committed.value(source.path, source.scope, value, depth - 1)
            self.committed.used += source.django and value == "#False"
            found.add(said if self.committed.used > before else None)
        return found.pop() if len(found) == 1 else None

    def _sources(self, path: str, scope: int, expr: Expr, depth: int, *, django: bool = False) -> Iterator[Source]:
        """What an expression may be: the expressions that are no name or call of the project, where they stand."""
        made, name = call_number(expr), dotted(expr)
        if depth <= 0:
            yield Source(path, scope, None, django)
        elif made is not None:
            yield from self._called(path, made, depth)
        elif name is not None:
            yield from self._named(path, scope, name, depth)
        else:
            yield Source(path, scope, expr, django)

    def _called(self, path: str, ordinal: int, depth: int) -> Iterator[Source]:
        call = self.linker.table(path).facts.calls[ordinal]
        name = text_of(call.args[1]) if call.callee == "getattr" and len(call.args) > 1 else None
        if name is not None and self._is_django(path, call.scope, call.args[0]):
            yield from self._of_django(path, name, depth)
            return
        callees = self.linker.values.callee(path, ordinal)
        only = next(iter(callees)) if len(callees) == 1 else None
        table = self.linker.table(only.place) if only is not None and only.kind == "def" else None
        exits = [e for e in table.exits.get(only.scope, ()) if e.kind == "return"] if table and only else []
        for exit_ in exits:
            yield from self._sources(table.path, exit_.scope, exit_.value, depth - 1) if table else ()
        if not exits:
            yield Source(path, call.scope, None, False)

    def _named(self, path: str, scope: int, name: str, depth: int) -> Iterator[Source]:
        head, _, last = name.rpartition(".")
        if head and last.isupper() and self._is_django(path, scope, head):
            yield from self._of_django(path, last, depth)
            return
        behind = list(self.committed.index.origins.behind(path, scope, name))
        for place, at, value in behind:
            if last.isupper() or type(value) is not list:
                yield from self._sources(place, at, value, depth - 1)
            else:
                yield Source(place, at, None, False)
        if not behind:
            yield Source(path, scope, None, False)

    def _of_django(self, path: str, name: str, depth: int) -> Iterator[Source]:
        """What modules bind to a setting's name; nothing is known of one that none does."""
        found = self.committed.bound(name)
        for place, at, value in found:
            yield from self._sources(place, at, value, depth - 1, django=True)
        if not found:
            yield Source(path, 0, None, False)

    def _is_django(self, path: str, scope: int, owner: Expr) -> bool:
        return any(value.place == DJANGO for value in self.linker.evaluate(path, scope, owner))
