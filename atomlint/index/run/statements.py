"""Statements: branches, loops, handlers, contexts, and leaving them."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Any

from .bindings import Bindings
from .core import ANY, Activation, Args, Exhausted, Turn
from .objects import NONE, NOTHING, UNKNOWN, Class, Generator, Instance, Object, Set, join
from .state import MISSING, Delta

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_ROUNDS = 3
"""Rounds of a loop until its state is taken to be stable."""


class Statements(Bindings):
    """Runs statements; a block says whether control falls through its end."""

    def __init__(self) -> None:
        super().__init__()
        self.runners: dict[type, Callable[[Activation, Any], bool]] = {
            ast.Expr: self.expression, ast.Assign: self.assign, ast.AnnAssign: self.annotated_assign,
            ast.AugAssign: self.augmented, ast.Return: self.return_, ast.Raise: self.raise_, ast.If: self.if_,
            ast.For: self.for_, ast.AsyncFor: self.for_, ast.While: self.while_, ast.Try: self.try_, ast.With: self.with_,
            ast.AsyncWith: self.with_,
            ast.Delete: self.delete, ast.Assert: self.assert_, ast.Break: self.break_, ast.Continue: self.continue_,
            ast.Match: self.match,
        }  # fmt: skip
        if sys.version_info >= (3, 11):
            self.runners[ast.TryStar] = self.try_

    def block(self, act: Activation, body: list[ast.stmt]) -> bool:
        """Run statements; False when control leaves before their end. What stands behind that is run for its calls."""
        falls = True
        self.steps += len(body)
        if self.steps > self.max_steps:
            raise Exhausted
        for statement in body:
            runner = self.runners.get(type(statement))
            if runner is not None and not runner(act, statement) and falls:
                falls = False
                break
        return falls

    def snapshot(self, base: int) -> Delta:
        """What the cells written since a branch was opened hold now."""
        found: Delta = {}
        for journal in self.state.journals[base:]:
            for cell, (holder, _) in journal.items():
                found[cell] = (holder, holder.get(cell[1], MISSING))
        return found

    # --- leaving ---------------------------------------------------------------------------------------------------

    def return_(self, act: Activation, node: ast.Return) -> bool:
        value = self.visit(act, node.value) if node.value is not None else (NONE,)
        if act.dead:
            return False
        act.returns.append(value)
        if len(self.state.journals) == act.base + 1:
            act.ended = True
        else:
            act.ends.append(self.snapshot(act.base))
        return False

    def raise_(self, act: Activation, node: ast.Raise) -> bool:
        values: Set = NOTHING
        if node.exc is not None:
            values = self.visit(act, node.exc)
            made = [v for v in values if isinstance(v, Class)]
            for cls in made:
                if self.find(cls, "__init__") is not None or self.outside(cls) is not None:
                    values = join([values, self.instantiate(act, cls, Args([], {}), node)])
        if node.cause is not None:
            self.visit(act, node.cause)
        if act.tries and not act.dead:
            base, ends, raised = act.tries[-1]
            ends.append(self.snapshot(base))
            raised.append(values)
        return False

    def break_(self, act: Activation, node: ast.Break) -> bool:
        if act.loops and not act.dead:
            act.loops[-1].breaks.append(self.snapshot(act.loops[-1].base))
        return False

    def continue_(self, act: Activation, node: ast.Continue) -> bool:
        if act.loops and not act.dead:
            act.loops[-1].continues.append(self.snapshot(act.loops[-1].base))
        return False

    def assert_(self, act: Activation, node: ast.Assert) -> bool:
        self.test(act, node.test)
        if node.msg is not None:
            self.visit(act, node.msg)
        self.narrow(act, node.test, holds=True)
        return True

    # --- branches --------------------------------------------------------------------------------------------------

    def if_(self, act: Activation, node: ast.If) -> bool:
        certain = self.test(act, node.test)
        ends: list[Delta] = []
        for body, holds in ((node.body, True), (node.orelse, False)):
            dead = certain is not None and certain != holds
            act.dead += dead
            self.state.begin()
            self.narrow(act, node.test, holds=holds)
            falls = self.block(act, body)
            end = self.state.undo()
            act.dead -= dead
            if falls and not dead:
                ends.append(end)
        if not ends:
            return False
        self.state.merge(*ends)
        return True

    def match(self, act: Activation, node: ast.Match) -> bool:
        subject = self.visit(act, node.subject)
        ends: list[Delta] = []
        closed = False
        for case in node.cases:
            self.state.begin()
            self._capture(act, case.pattern, subject)
            if case.guard is not None:
                self.test(act, case.guard)
            elif isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None:
                closed = True
            if self.block(act, case.body):
                ends.append(self.state.undo())
            else:
                self.state.undo()
        if not closed:
            ends.append({})
        if not ends:
            return False
        self.state.merge(*ends)
        return True

    def _capture(self, act: Activation, pattern: Any, subject: Set) -> None:
        if isinstance(pattern, ast.MatchAs):
            if pattern.pattern is not None:
                self._capture(act, pattern.pattern, subject)
                subject = self._matched(act, pattern.pattern, subject)
            if pattern.name:
                self.assign_name(act, pattern.name, subject)
        elif isinstance(pattern, ast.MatchClass):
            fitting = self._matched(act, pattern, subject)
            for name, inner in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
                self._capture(act, inner, join(self.attribute(act, v, name) for v in fitting))
            for inner in pattern.patterns:
                self._capture(act, inner, ANY)
        elif isinstance(pattern, ast.MatchSequence):
            parts = self.iterate(act, subject)
            for place, inner in enumerate(pattern.patterns):
                known = isinstance(parts, list) and place < len(parts)
                self._capture(act, inner, parts[place] if known else ANY)  # type: ignore[arg-type]
        elif isinstance(pattern, ast.MatchMapping):
            for key, inner in zip(pattern.keys, pattern.patterns, strict=True):
                self._capture(act, inner, join(self.get_item(act, v, self.visit(act, key), key) for v in subject))
            if pattern.rest:
                self.assign_name(act, pattern.rest, ANY)
        elif isinstance(pattern, ast.MatchOr):
            for inner in pattern.patterns:
                self._capture(act, inner, subject)
        elif isinstance(pattern, ast.MatchValue):
            self.visit(act, pattern.value)
        elif isinstance(pattern, ast.MatchStar) and pattern.name:
            self.assign_name(act, pattern.name, ANY)

    def _matched(self, act: Activation, pattern: Any, subject: Set) -> Set:
        if not isinstance(pattern, ast.MatchClass):
            return subject
        types = self.visit(act, pattern.cls)
        fitting = tuple(v for v in subject if self._fits(v, types) is not False and v is not UNKNOWN)
        if fitting:
            return fitting
        return tuple(self.instance_of(t) for t in types if isinstance(t, Class)) or subject

    def while_(self, act: Activation, node: ast.While) -> bool:
        forever = isinstance(node.test, ast.Constant) and bool(node.test.value)
        turn = Turn(len(self.state.journals))
        for _ in range(MAX_ROUNDS):
            self.test(act, node.test)
            if not self._round(act, turn, node.body, None, none=not forever):
                break
        return self._after(act, turn, node.orelse, falls=not forever)

    def for_(self, act: Activation, node: Any) -> bool:
        values = self.iterate(act, self.visit(act, node.iter))
        turn = Turn(len(self.state.journals))
        if isinstance(values, list):
            turns = act.turns
            for place, value in enumerate(values):
                act.turns = (*turns, place)
                self._round(act, turn, node.body, (node.target, value), none=False)
            act.turns = turns
            if not values:  # what a loop over nothing would call is listed all the same
                act.dead += 1
                self.state.begin()
                self._round(act, turn, node.body, (node.target, ANY), none=False)
                self.state.undo()
                act.dead -= 1
        else:
            for _ in range(MAX_ROUNDS):
                if not self._round(act, turn, node.body, (node.target, values), none=True):
                    break
        return self._after(act, turn, node.orelse, falls=True)

    def _round(self, act: Activation, turn: Turn, body: list[ast.stmt], bound: Any, *, none: bool) -> bool:
        """One turn of a loop; whether it changed the state. ``none``: the loop may have no such turn."""
        act.loops.append(turn)
        self.state.begin()
        if bound is not None:
            self.assign_target(act, *bound)
        falls = self.block(act, body)
        end = self.state.undo()
        act.loops.pop()
        ends = [*turn.continues, *([end] if falls else []), *([{}] if none else [])]
        turn.continues = []
        before = {cell: holder.get(cell[1], MISSING) for e in ends for cell, (holder, _) in e.items()}
        if not ends:
            return False
        self.state.merge(*ends)
        return any(
            holder.get(cell[1], MISSING) != before[cell] for e in ends for cell, (holder, _) in e.items()
        )  # fmt: skip

    def _after(self, act: Activation, turn: Turn, orelse: list[ast.stmt], *, falls: bool) -> bool:
        if turn.breaks:
            self.state.begin()
            falls = self.block(act, orelse) and falls
            end = self.state.undo()
            ends = [*turn.breaks, *([end] if falls else [])]
            if falls:
                self.state.merge(*ends)
                return True
            self.state.merge(*turn.breaks)
            return True
        return self.block(act, orelse) and falls

    def try_(self, act: Activation, node: Any) -> bool:
        raised: list[Set] = []
        early: list[Delta] = []
        self.state.begin()
        act.tries.append((len(self.state.journals) - 1, early, raised))
        falls = self.block(act, node.body)
        act.tries.pop()
        middle = self.snapshot(len(self.state.journals) - 1)
        if falls:
            falls = self.block(act, node.orelse)
        end = self.state.undo()
        ends: list[Delta] = [end] if falls else []
        for handler in node.handlers:
            self.state.begin()
            self.state.weaken(middle)
            for delta in early:
                self.state.weaken(delta)
            self._caught(act, handler, raised)
            if self.block(act, handler.body):
                ends.append(self.state.undo())
            else:
                self.state.undo()
        if not node.handlers and not falls:
            ends += early
        if ends:
            self.state.merge(*ends)
        return self.block(act, node.finalbody) and bool(ends)

    def _caught(self, act: Activation, handler: ast.ExceptHandler, raised: list[Set]) -> None:
        if handler.type is None:
            return
        types = self.types(act, handler.type)
        if not handler.name:
            return
        found = [v for values in raised for v in values if isinstance(v, Instance) and self._fits(v, types)]
        if not found:
            found = [i for t in types if isinstance(t, Class) for i in (t.instances or [self.instance_of(t)])]
        self.assign_name(act, handler.name, tuple(dict.fromkeys(found)))

    def with_(self, act: Activation, node: Any) -> bool:
        left = []
        for item in node.items:
            values = self.visit(act, item.context_expr)
            entered: list[Set] = []
            for value in values:
                entered.append(self._entered(act, value))
                left.append(value)
            if item.optional_vars is not None:
                self.assign_target(act, item.optional_vars, join(entered))
        falls = self.block(act, node.body)
        for value in reversed(left):
            for name in ("__exit__", "__aexit__"):
                if self.special(act, value, name, Args([ANY, ANY, ANY], {})) is not None:
                    break
        return falls

    def _entered(self, act: Activation, value: Object) -> Set:
        for name in ("__enter__", "__aenter__"):
            found = self.special(act, value, name, Args([], {}))
            if found is not None:
                return found
        return value.yields if isinstance(value, Generator) else (value,)
