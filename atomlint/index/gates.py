"""Gates: tests that let a call through only now and then, and those that stay open once they have opened.

A disjunction is as weak as its weakest part. A part of time holds when what it compares the clock with is set behind
the gate; a counter, when it is set back there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .bodies import outlives, shared
from .clocks import counted, elapsed, is_dated, rated, words
from .conditions import Joined, Leaf, absent, branches, describe, short, tree
from .keeping import LEAST
from .seconds import number
from .slots import Site, Slots
from .tables import call_number, dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .bodies import Bodies, Body
    from .conditions import Node
    from .tables import Table

BREAKERS = frozenset(
    {
        "backoff",
        "retry",
        "cooldown",
        "blocked",
        "failure",
        "failed",
        "error",
        "disabled",
        "suspended",
        "unavailable",
        "open",
    }
)
"""Words of deadlines that only a failure sets."""
FLAGS = frozenset({"force", "forced", "refresh", "reload", "bypass", "invalidate", "renew"})
KINDS = ("time", "rate", "count", "once", "item")


class Part(NamedTuple):
    """One thing that a test says about when it lets through.

    Kinds: ``time`` (every ``interval`` s), ``rate`` (a share ``rate`` of the calls), ``count`` (once a counter reaches
    ``limit``), ``once`` (until a value is kept), ``item`` (until one is kept for that key).
    """

    kind: str
    text: str
    name: str
    holds: bool
    """Whether it closes again behind the call."""
    interval: float | None = None
    rate: float | None = None
    limit: float | None = None
    slot: str = ""
    """Where what it depends on is kept."""
    asks: tuple[str, int] = ("", 0)
    """The function that looks there, as its file and scope."""
    is_short: bool = False
    """Whether it is written to let through again at once."""


class Gate(NamedTuple):
    """A test around a call."""

    path: str
    frame: int
    """The frame of the ``if`` statement that makes it."""
    text: str
    parts: tuple[Part, ...]
    known: bool
    """Whether every part of the test is understood."""
    name: str | None = None
    """The local name that the test was given first."""
    named: int | None = None
    """Place of that assignment."""

    @property
    def holds(self) -> bool:
        """Whether it keeps calls back."""
        return self.known and all(part.holds and not part.is_short for part in self.parts)

    @property
    def stuck(self) -> tuple[Part, ...]:
        """The parts that stay true, so that the gate stays open."""
        return tuple(part for part in self.parts if not part.holds)

    @property
    def interval(self) -> float | None:
        """Seconds between two calls, as far as time decides."""
        return next((part.interval for part in self.parts if part.interval is not None), None)

    @property
    def rate(self) -> float | None:
        """Share of the calls that it lets through, as far as counting decides."""
        return next((part.rate for part in self.parts if part.rate is not None), None)

    @property
    def kind(self) -> str:
        """The first kind of its parts, time before others."""
        return min((part.kind for part in self.parts), key=KINDS.index)


class Gates:
    """Finds gates around calls."""

    def __init__(self, bodies: Bodies) -> None:
        self.bodies = bodies
        self.slots = Slots(bodies)

    def around(self, body: Body, call: int) -> Iterator[Gate]:
        """The gates around a call, innermost first."""
        table = body.table
        for frame, test, positive in branches(table, table.facts.calls[call].frame):
            leaf = Leaf(body, test, positive, call, frame)
            judged = self._judge(tree(self.bodies, leaf), Site(body, frame, call))
            if judged is None or not judged[0]:
                continue
            parts, known = judged
            name, place = self._named(body, test, call)
            text = (
                " or ".join(part.text for part in parts)
                if len(parts) > 1
                else describe(test if known else name or test, table)
            )
            yield Gate(table.path, self._statement(body, frame), text, parts, known, name, place)

    def _named(self, body: Body, test: Expr, call: int) -> tuple[str | None, int | None]:
        """The local name that a test, or a part of it, was given before, and the place of that assignment."""
        parts = test[1:] if type(test) is list and test[:1] == ["and"] else [test]
        for part in parts:
            name = dotted(part)
            value = body.value(name, call) if name and "." not in name else None
            if value is not None and type(value.value) is list:
                places = body.table.assigns_in.get(body.scope, ())
                return name, next((p for p in places if body.table.facts.assigns[p] is value), None)
        return None, None

    def _statement(self, body: Body, frame: int) -> int:
        """The ``if`` frame that an ``else`` or ``after`` frame belongs to."""
        frames = body.table.facts.frames
        entry = frames[frame]
        tests = (entry.test, entry.test[1] if type(entry.test) is list and entry.test[:1] == ["not"] else None)
        for other in range(frame, 0, -1):
            if frames[other].kind == "if" and (
                other == frame or (body.table.block(other) == body.table.block(frame) and frames[other].test in tests)
            ):
                return other
        return frame

    # --- judging ---------------------------------------------------------------------------------------------------

    def _judge(self, node: Node, at: Site) -> tuple[tuple[Part, ...], bool] | None:
        """The parts that decide, and whether all is understood; None when a test says nothing of when."""
        if isinstance(node, Leaf):
            part = self._part(node, at)
            asks = (node.body.table.path, node.body.scope)
            return None if part is None else ((part._replace(asks=asks),), True)
        judged = [(inner, self._judge(inner, at)) for inner in node.parts]
        if node.kind == "and":
            known = [j for _, j in judged if j is not None]
            holding = [j for j in known if j[1] and all(part.holds and not part.is_short for part in j[0])]
            return min(holding or known, key=lambda j: KINDS.index(j[0][0].kind), default=None)
        parts: list[Part] = []
        understood = True
        for inner, answer in judged:
            if answer is not None:
                parts += answer[0]
                understood = understood and answer[1]
            elif not self._is_flag(inner):
                understood = False
        return (tuple(parts), understood) if parts else None

    def _is_flag(self, node: Node) -> bool:
        """Whether a part is a parameter by which callers ask for more than the usual: ``or force``."""
        if isinstance(node, Joined):
            return any(self._is_flag(part) for part in node.parts)
        name = dotted(node.expr)
        param = node.body.params.get(name) if name else None
        if param is None or not node.positive:
            return False
        return param.default in ("#False", "#None") or bool(FLAGS & set(param.name.split("_")))

    def _part(self, leaf: Leaf, at: Site) -> Part | None:
        body = leaf.body
        path, scope = body.table.path, body.scope
        text = describe(leaf.expr if leaf.positive else ["not", leaf.expr], body.table)
        spent = elapsed(leaf)
        if spent is not None:
            slot = body.slot(spent.last, spent.before) if spent.last is not None else None
            limit = number(body.linker, path, scope, spent.limit)
            if limit is None and spent.limit is None:
                limit = self._ahead(body, slot)
            part = self._timed(leaf, text, spent.last, slot, limit, at)
            short = limit is not None and limit < LEAST and _is_written(body.table, spent.limit)
            return part._replace(is_short=True) if part is not None and short else part
        share = rated(leaf)
        if share is not None:
            return Part("rate", text, text, holds=True, rate=share)
        count = counted(leaf)
        if count is not None:
            return self._count(leaf, text, count, at)
        return self._kept(leaf, text, at)

    def _timed(self, leaf: Leaf, text: str, last: Expr, slot: str | None, limit: float | None, at: Site) -> Part | None:
        if last is None:
            return Part("time", text, "it", holds=True, interval=limit)
        if slot is None or not outlives(slot):
            return None
        if BREAKERS & words(short(last)):
            return None  # set when something fails: until then it lets everything through
        written = self.slots.written(at, slot) or (leaf.body is not at.body and self.slots.sets(leaf.body, slot))
        if not written and (slot[0] == "$" or self.slots.set_elsewhere(leaf.body, slot)):
            return None if slot[0] == "$" else Part("time", text, short(last), holds=True, interval=limit, slot=slot)
        if not written and (not self.slots.made_here(leaf.body, slot) or self._is_of_start(leaf.body, slot)):
            return None
        return Part("time", text, short(last), holds=written, interval=limit, slot=slot)

    def _is_of_start(self, body: Body, slot: str) -> bool:
        """Whether a name of the module is when the process began, or will be warm: ``READY = time.time() + 10``."""
        path, _, name = slot.partition(":")
        if path != body.table.path or not name.isidentifier():
            return False
        module = self.bodies.of(body.table, 0)
        assigns = [binding.assign for binding in body.table.lookup(0, name) if binding.assign is not None]
        return bool(assigns) and all(is_dated(module, assign.value, assign.after) for assign in assigns)

    def _count(self, leaf: Leaf, text: str, count: tuple[Expr, float], at: Site) -> Part | None:
        body, (counter, limit) = leaf.body, count
        slot = self._length(body, counter) or body.slot(counter, leaf.before)
        if slot is None or not outlives(slot) or limit <= 1:
            return None
        if self.slots.written(at, slot, inside=True):
            return Part("count", text, short(counter), holds=True, rate=1 / limit, limit=limit, slot=slot)
        if not self.slots.grows(body, slot) or self.slots.set_elsewhere(body, slot):
            return None
        return Part("count", text, short(counter), holds=False, limit=limit, slot=slot)

    def _kept(self, leaf: Leaf, text: str, at: Site) -> Part | None:
        """``self.value is None``, ``key not in self.last``: what the call's result, or the clock, is then kept in."""
        body, expr = leaf.body, leaf.expr
        missing = absent(leaf)
        if missing is not None:
            slot = body.slot(missing, leaf.before)
            name = short(missing)
        elif type(expr) is list and expr[:1] == ["cmp"] and expr[2] == "not in" and leaf.positive:
            base = body.slot(expr[3], leaf.before)
            slot = None if base is None else f"{base}[*]"
            name = short(expr[3])
        else:
            return None
        if slot is None or not outlives(slot) or slot == "." or (slot[0] == "$" and not shared(slot)):
            return None
        if not self.slots.written(at, slot, kept=True):
            return None
        return Part("item" if "[*]" in slot else "once", text, name, holds=True, slot=slot)

    def _length(self, body: Body, counter: Expr) -> str | None:
        """The container whose length is compared."""
        if type(counter) is not str or counter[:1] != "@" or "." in counter:
            return None
        call = body.table.facts.calls[int(counter[1:])]
        if call.callee not in ("len", "sum") or not call.args:
            return None
        return body.slot(call.args[0])

    def _ahead(self, body: Body, slot: str | None) -> float | None:
        """How far ahead of the clock a deadline is set: 60 of ``self.next = now + 60``."""
        for other, assign in self.slots.assigns(body, slot) if slot is not None else ():
            value = assign.value
            if type(value) is list and value[:2] == ["bin", "+"] and other.slot(assign.target) == slot:
                spans = [n for part in value[2:4] if (n := number(body.linker, body.table.path, other.scope, part))]
                if len(spans) == 1:
                    return spans[0]
        return None


def _is_written(table: Table, expr: Expr) -> bool:
    """Whether an amount is a number in the code, or made of some: ``0.001``, ``timedelta(milliseconds=1)``."""
    call = call_number(expr)
    if call is None:
        return type(expr) is str and expr[:1] == "#"
    record = table.facts.calls[call]
    parts = [*record.args, *(value for _, value in record.keywords)]
    return bool(parts) and all(type(part) is str and part[:1] == "#" for part in parts)
