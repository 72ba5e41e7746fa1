"""What a function's body adds up to, over its branches, loops, handlers and early exits.

A path that ends in an exception counts for the upper bound alone: the lower bound is that of the cheapest path that
returns. Handlers of errors are such paths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Union

from .terms import NOTHING, WIDTH, added, exceptional, joined, scaled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..facts.records import Expr
    from .loops import Loops
    from .tables import Table
    from .terms import Amount

    Decide = Callable[[Expr], "bool | None"]

LOOPS = frozenset({"for", "while", "comp"})
PASSES = WIDTH - 1
"""Where an amount counts how often a request is handed on."""


class Leave(NamedTuple):
    """A ``return`` or ``raise``."""

    raises: bool
    value: Expr


class Block:
    """What stands in one frame, in source order."""

    __slots__ = ("frame", "items")

    def __init__(self, frame: int) -> None:
        self.frame = frame
        self.items: list[Item] = []


Item = Union[int, Leave, Block]  # noqa: UP007 - evaluated at run time on 3.10
State = tuple["Amount | None", "Amount | None"]
"""What was spent when control goes on, and when it has left; None where there is no such path."""


def skeleton(table: Table, scope: int, calls: Mapping[int, object]) -> Block:
    """The frames of a function that hold calls of interest or exits, as a tree."""
    items: list[tuple[int, int, int, Item]] = [
        (ordinal, 1, table.facts.calls[ordinal].frame, ordinal)
        for ordinal in calls
        if table.facts.calls[ordinal].scope == scope
    ]
    for exit_ in table.exits.get(scope, ()):
        if exit_.kind in ("return", "raise"):
            items.append((exit_.after, 0, exit_.frame, Leave(exit_.kind == "raise", exit_.value)))  # noqa: PERF401
    items.sort(key=lambda item: item[:3])
    root = Block(0)
    blocks = {0: root}
    for _, _, frame, item in items:
        missing = []
        at = frame
        while at not in blocks:
            missing.append(at)
            at = table.facts.frames[at].parent
        for inner in reversed(missing):
            block = blocks[inner] = Block(inner)
            blocks[table.facts.frames[inner].parent].items.append(block)
        blocks[frame].items.append(item)
    return root


class Flow:
    """Adds up one function.

    Args:
        table: the function's file.
        amounts: what each call costs, by ordinal.
        loops: how often loops turn.
        decide: says whether a test holds, where that is known.
        rejects: whether a value that is returned ends a request that a middleware was to hand on.
    """

    def __init__(
        self,
        table: Table,
        amounts: Mapping[int, Amount],
        loops: Loops,
        decide: Decide | None = None,
        rejects: Callable[[Expr], bool] | None = None,
    ) -> None:
        self.table = table
        self.amounts = amounts
        self.loops = loops
        self.decide = decide
        self.rejects = rejects
        self.hands_on = any(amount[PASSES] for amount in amounts.values())

    def total(self, scope: int) -> Amount:
        """What a call of the function costs."""
        ended, left = self._block(skeleton(self.table, scope, self.amounts), NOTHING)
        if ended is not None:
            left = joined(left, self._leaving(ended, Leave(False, "#None")))
        return left if left is not None else NOTHING

    def _leaving(self, spent: Amount, leave: Leave) -> Amount:
        rejected = (self.hands_on and spent[WIDTH + PASSES] == 0) or (
            self.rejects is not None and not leave.raises and self.rejects(leave.value)
        )
        return exceptional(spent) if leave.raises or rejected else spent

    def _block(self, block: Block, spent: Amount | None) -> State:
        left: Amount | None = None
        place = 0
        ended = False
        items = block.items
        while place < len(items) and spent is not None:
            item = items[place]
            place += 1
            if type(item) is int:
                spent = added(spent, self.amounts[item])
            elif type(item) is Leave:
                left = joined(left, self._leaving(spent, item))
                spent = None
            else:
                group = [item]
                while place < len(items) and self._belongs(group, items[place]):
                    group.append(items[place])
                    place += 1
                spent, gone, ended = self._group(group, spent, ended)  # type: ignore[arg-type]
                left = joined(left, gone)
        return spent, left

    def _belongs(self, group: list[Item], item: Item) -> bool:
        """Whether a block is another side of the same statement: an ``else``, a handler, the next case."""
        if type(item) is not Block or type(group[0]) is not Block:
            return False
        first, other = self.table.facts.frames[group[0].frame], self.table.facts.frames[item.frame]
        if first.parent != other.parent:
            return False
        if first.kind == "if":
            is_case = type(first.test) is list and first.test[:1] == ["cmp"] and first.test[2:3] == ["match"]
            if is_case:
                return other.kind == "if" and other.test == first.test
            return other.kind == "else" and other.test == first.test and len(group) == 1
        return first.kind == "try" and other.kind == "except"

    def _group(self, group: list[Block], spent: Amount, ended: bool) -> tuple[Amount | None, Amount | None, bool]:
        """Spent after a statement, spent by those who left in it, and whether one of its sides always leaves."""
        entry = self.table.facts.frames[group[0].frame]
        if entry.kind in ("if", "else"):
            return self._branches(group, spent)
        if entry.kind == "after":
            known = self.decide(entry.test) if self.decide is not None else None
            if known is False:
                return None, None, False
            on, left = self._block(group[0], spent)
            if not ended and known is not True:  # something left the block in a way that is no exit: break, continue
                on = joined(on, spent)
            return on, left, False
        if entry.kind in LOOPS:
            return (*self._loop(group[0], spent), False)
        if entry.kind == "try":
            return (*self._try(group, entry.test, spent), False)
        if entry.kind == "except":  # of a try that holds nothing of interest
            on, left = self._block(group[0], exceptional(spent))
            return joined(spent, on), left, False
        return (*self._block(group[0], spent), False)

    def _branches(self, group: list[Block], spent: Amount) -> tuple[Amount | None, Amount | None, bool]:
        frames = self.table.facts.frames
        kinds = [frames[block.frame].kind for block in group]
        test = frames[group[0].frame].test
        known = self.decide(test) if self.decide is not None else None
        on, left, one_left = None, None, False
        if kinds not in (["if", "else"], ["else"]) and (len(group) > 1 or known is not True):
            on = spent  # none of the cases, or no else
        if kinds == ["else"] and known is not False:
            on = spent
        for block, kind in zip(group, kinds, strict=True):
            if known is not None and known is not (kind == "if"):
                if kinds == ["if"] and known is False:
                    on = spent
                continue
            through, gone = self._block(block, spent)
            one_left = one_left or through is None
            on, left = joined(on, through), joined(left, gone)
        if known is not None:
            one_left = True  # the frame behind is judged by its own test
        return on, left, one_left

    def _loop(self, block: Block, spent: Amount) -> State:
        least, most = self._turns(block)
        body, gone = self._block(block, NOTHING)
        once = body if body is not None else gone
        if once is None:
            return spent, None
        if body is None:  # leaves in its first turn
            return spent, added(spent, once)
        after = added(spent, scaled(body, least, most))
        if gone is None:
            return after, None
        return after, added(added(spent, scaled(body, 0, most)), gone)

    def _turns(self, block: Block) -> tuple[int, int | None]:
        call = first_call(block)
        loops = self.loops.around(self.table.path, call) if call is not None else []
        loop = next((loop for loop in loops if loop.frame == block.frame), None)
        if loop is None:
            return 0, None
        if loop.kind == "constant" and loop.count is not None:
            return loop.count, loop.count
        if loop.kind == "retry":
            return 1, loop.count
        return 0, None

    def _try(self, group: list[Block], caught: Expr, spent: Amount) -> State:
        on, left = self._block(group[0], spent)
        within = joined(joined(on, left), spent) or spent
        failed = exceptional(within)
        if on is None and type(caught) is list and len(caught) > 1:
            on = failed
        for handler in group[1:]:
            through, gone = self._block(handler, failed)
            on, left = joined(on, through), joined(left, gone)
        return on, left


def first_call(block: Block) -> int | None:
    """The first call of interest in a block."""
    for item in block.items:
        if type(item) is int:
            return item
        found = first_call(item) if type(item) is Block else None
        if found is not None:
            return found
    return None
