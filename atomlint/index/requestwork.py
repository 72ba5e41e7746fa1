"""Remote work on request paths, as it is told: the effects, what stands in front of each, and the ways to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .effects import Effect, Lookup
from .paths import frequency, shares
from .reach import CERTAINTIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .gates import Gate
    from .guard import Guard
    from .reach import Path
    from .value import Value


class Step(NamedTuple):
    """One call on the way down to an effect: the function that holds it, and the call's ordinal in that file."""

    function: Value
    call: int


class Use(NamedTuple):
    """One effect, as the place that decides on it sees it."""

    chain: tuple[Step, ...]
    """From the deciding call down to the call with the effect."""
    effect: Effect | Lookup
    guard: Guard | None = None
    """What keeps it from running every time, on the path of its work; None where nothing does."""
    gate: Gate | None = None
    """The gate that was meant to, and stays open."""
    conditional: bool = False
    """Whether some branch on that path, other than that gate, may not be taken."""
    rank: int = 0
    """That of the weakest call between the decision and the effect; see `reach.EDGES`."""

    @property
    def status(self) -> str:
        """``open`` (runs every time), ``stuck`` (behind a gate that stays open), ``leaky`` (a cache with holes), ``guarded``."""
        if self.gate is not None:
            return "stuck"
        if self.guard is None:
            return "open"
        return "leaky" if self.guard.holes else "guarded"

    @property
    def decision(self) -> Step:
        """The call that decides."""
        return self.chain[0]

    @property
    def is_command(self) -> bool:
        """Whether it is work on a client, not a one-row read."""
        return isinstance(self.effect, Effect)

    @property
    def command(self) -> Effect:
        """The effect of work on a client.

        Raises:
            TypeError: it is a lookup.
        """
        if not isinstance(self.effect, Effect):
            raise TypeError("a lookup is no command")
        return self.effect

    @property
    def lookup(self) -> Lookup:
        """The effect of a one-row read.

        Raises:
            TypeError: it is a command.
        """
        if not isinstance(self.effect, Lookup):
            raise TypeError("a command is no lookup")
        return self.effect


class RequestWork(NamedTuple):
    """All remote work of one kind that one function decides on, while requests are handled."""

    function: Value
    uses: tuple[Use, ...]
    """In source order of the deciding calls."""
    paths: tuple[Path, ...]
    """Shortest path from each entry point to the function, the one to show first, then those of most requests."""
    after_response: bool = False
    """Whether it only runs once the response is sent: in background tasks."""
    share: tuple[int, int] | None = None
    """Routes that it runs for, and all routes, where a middleware leaves some out."""
    routes: int = 1
    """Entry points that reach it as surely as that of the path to show; through the same dependency where it has one."""
    lazily: str = ""
    """The place on the request whose reader it waits for: ``request.tenant = SimpleLazyObject(load)``; empty for none."""

    def of(self, *statuses: str) -> tuple[Use, ...]:
        """The uses of some statuses; see `Use.status`."""
        return tuple(use for use in self.uses if use.status in statuses)

    @property
    def guard(self) -> Guard | None:
        """The guard of the first use, those that run every time before others; None when it has none."""
        return min(self.uses, key=lambda use: ORDER.index(use.status)).guard

    @property
    def conditional(self) -> bool:
        """Whether some branch on the way to its first use may not be taken."""
        return min(self.uses, key=lambda use: ORDER.index(use.status)).conditional

    @property
    def path(self) -> Path:
        """The path to show."""
        return self.paths[0]

    def along(self, paths: tuple[Path, ...]) -> RequestWork:
        """The same work on some of its paths alone; the first of them is shown."""
        if paths[0] is self.path:
            return self
        routes = len({path.entry.function for path in paths if shares(path, paths[0])})
        return self._replace(paths=paths, routes=routes)

    def sites(self, use: Use) -> tuple[tuple[str, int], ...]:
        """Every call from the entry point to show down to an effect: (file, ordinal)."""
        return tuple(sites(self.path, use))

    @property
    def confidence(self) -> str:
        """That of the weakest call from the entry point to the effect of its first use: ``high``, ``medium`` or ``low``."""
        use = min(self.uses, key=lambda use: ORDER.index(use.status))
        return CERTAINTIES[max(CERTAINTIES.index(self.path.confidence), use.rank)]

    @property
    def frequency(self) -> str:
        """``every-request``, ``dependency`` or ``route``: the most frequent entry that reaches it."""
        return frequency(self.path)


def sites(path: Path, use: Use) -> Iterator[tuple[str, int]]:
    """Every call from an entry point down to an effect: (file, ordinal)."""
    for function, edge in path.steps:
        if edge.call >= 0 and edge.kind in ("call", "carried"):
            yield function.place, edge.call
    for step in use.chain:
        yield step.function.place, step.call


ORDER = ("open", "stuck", "leaky", "guarded")
