"""The index of one project: every analysis over the linked facts, made when first asked."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from .calls import Calls
from .effects import Effects
from .entries import Dependency, Entry, find_dependencies, find_entries
from .guards import Guards
from .linker import Linker
from .reach import Reach
from .requests import Requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..facts.records import Facts, Spans
    from .catalog import Catalog
    from .values import Value


class Project:
    """Facts of a project, linked.

    Args:
        paths: every Python file of the project, relative to its root.
        load: facts of a path, None when it has none (not in reach, or not parseable).
        spans: spans of a path that has facts.
        linked: files whose statements count: entry points and callers are looked for in them.
        catalog: the merged library knowledge.
        src: configured import roots.
    """

    def __init__(
        self,
        paths: Iterable[str],
        load: Callable[[str], Facts | None],
        spans: Callable[[str], Spans | None],
        linked: Sequence[str],
        catalog: Catalog,
        src: Sequence[str] = (),
    ) -> None:
        self.catalog = catalog
        self.linker = Linker(paths, load, catalog, src)
        self.linker.linked = linked
        self.linked = linked
        self.spans = spans
        self.calls = Calls(self.linker)
        self.effects = Effects(self.linker, self.calls)
        self.guards = Guards(self.linker, self.calls)
        self.requests = Requests(self)
        self.memo: dict[Any, Any] = {}
        """Answers that views keep, by their own keys."""

    @cached_property
    def entries(self) -> list[Entry]:
        """Entry points, in file order."""
        return find_entries(self.linker, list(self.linked))

    @cached_property
    def dependencies(self) -> list[Dependency]:
        """Dependencies declared on apps, routers and routes."""
        return find_dependencies(self.linker, list(self.linked))

    @cached_property
    def reach(self) -> Reach:
        """What requests reach."""
        return Reach(self.linker, self.calls, self.entries, self.dependencies)

    def reached_calls(self) -> Iterator[tuple[Value, int]]:
        """Calls of functions that requests reach: (function, ordinal)."""
        for function in self.reach.reached:
            for ordinal in self.linker.table(function.place).calls_in.get(function.scope, ()):
                yield function, ordinal

    def keep(self, key: object, make: Callable[[], Any]) -> Any:
        """The kept answer for a key, made once."""
        if key not in self.memo:
            self.memo[key] = make()
        return self.memo[key]
