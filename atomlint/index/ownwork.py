"""Commands that no client of the source sends: those of cached functions whose store is shared, and of libraries' own calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .rows import operation_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .effects import Effect
    from .project import Project
    from .rows import CacheDecorator
    from .value import Value


class OwnWork:
    """Finds them on request paths, each at the call of the project's code that decides on it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker
        self.libraries = project.effects.libraries

    def of(self, resource: str) -> Iterator[tuple[Value, int, Effect]]:
        """(function, ordinal of the call in it, what it costs), for functions that requests reach."""
        if resource != "redis":
            return
        libraries, table = self.libraries, self.linker.table
        inheritable, called = libraries.inheritable, libraries.called
        for function, ordinal in self.project.reached_calls():
            name = table(function.place).lasts[ordinal]
            if name not in inheritable and name not in called:
                continue
            effect = libraries.inherited(function.place, ordinal) if name in inheritable else None
            if effect is None and name in called:
                effect = libraries.of_call(function.place, ordinal)
            if effect is not None and effect.operation.resource == resource:
                yield function, ordinal, effect
        for function in self.project.reach.reached:
            if self.linker.table(function.place).facts.scopes[function.scope].decorators:
                yield from self._looked_up(function)

    def _looked_up(self, function: Value) -> Iterator[tuple[Value, int, Effect]]:
        """The calls of a function whose answers a shared store keeps: each looks there first."""
        from .effects import Effect

        row, name, certainty = self._kept(function)
        operation = operation_from("redis", "get", row.hit) if row is not None else None
        if operation is None:
            return
        for caller, edge in self.project.reach.callers.get(function, ()):
            if edge.call >= 0 and edge.kind in ("call", "carried"):
                yield caller, edge.call, Effect(caller.place, edge.call, operation, name, None, certainty)

    def _kept(self, function: Value) -> tuple[CacheDecorator | None, str, str]:
        """The row of the cache decorator on a function, its name, and how sure it is that the store is shared."""
        for decorator in self.linker.table(function.place).facts.scopes[function.scope].decorators:
            for name in self._names(function, decorator):
                row = self.linker.catalog.cache_decorator(name)
                if row is None:
                    continue
                remote = self.project.effects.backends.is_remote(row.backend) if row.backend else row.store == "remote"
                return (None if remote is False else row), name, "high" if remote else "medium"
        return None, "", ""

    def _names(self, function: Value, decorator: object) -> Iterator[str]:
        """What a decorator is, or what one of the project puts around the function: ``return cache.memoize(60)(f)``."""
        scope = self.linker.table(function.place).facts.scopes[function.scope].parent
        for value in self.linker.evaluate(function.place, scope, decorator):
            if value.kind == "ext":
                yield value.place.removesuffix("()")
            elif value.kind == "def":
                for made in self.linker.values.returned(value):
                    if made.kind == "ext" and made.place.endswith("()"):
                        yield made.place.removesuffix("()").removesuffix("()")
