"""Conditions: whether they certainly hold, and what they rule out."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .calling import Calling
from .core import ANY, Activation, Args
from .objects import NO, NONE, YES, Class, Const, Env, Function, Instance, Object, Set, join

if TYPE_CHECKING:
    from collections.abc import Callable


class Conditions(Calling):
    """Decides and narrows."""

    def holder(self, env: Env, name: str) -> dict[str, Set]:
        raise NotImplementedError

    def truth(self, act: Activation, values: Set) -> None:
        """A test calls ``__bool__``, or else ``__len__``."""
        for value in values:
            if isinstance(value, Instance) and self.special(act, value, "__bool__", Args([], {})) is None:
                self.special(act, value, "__len__", Args([], {}))

    def test(self, act: Activation, node: ast.expr) -> bool | None:
        """Whether a condition certainly holds or fails, as far as ``None``, functions and types decide; else None."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.test(act, node.operand)
            return None if inner is None else not inner
        if isinstance(node, ast.BoolOp):
            found = [self.test(act, part) for part in node.values]
            decides = isinstance(node.op, ast.Or)
            if decides in found:
                return decides
            return None if None in found else not decides
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (ast.Is, ast.IsNot)):
            left, right = self.visit(act, node.left), self.visit(act, node.comparators[0])
            if right == (NONE,):
                certain = self.definitely(left)
                if certain is None and left and all(isinstance(v, (Const, Instance)) and v is not NONE for v in left):
                    certain = True
                return None if certain is None else certain == isinstance(node.ops[0], ast.IsNot)
            return None
        values = self.visit(act, node)
        self.truth(act, values)
        if isinstance(node, (ast.Name, ast.Attribute)) or all(v is YES or v is NO for v in values):
            return self.definitely(values)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance":
            return self._is_instance(act, node)
        return None

    def _is_instance(self, act: Activation, node: ast.Call) -> bool | None:
        if len(node.args) != 2:
            return None
        found = [self._fits(v, self.types(act, node.args[1])) for v in self.visit(act, node.args[0])]
        return found[0] if found and None not in found and len(set(found)) == 1 else None

    def types(self, act: Activation, node: ast.expr) -> Set:
        """Classes named by a class or a tuple of them."""
        parts = node.elts if isinstance(node, ast.Tuple) else [node]
        return join(self.visit(act, part) for part in parts)

    @staticmethod
    def _fits(value: Object, types: Set) -> bool | None:
        classes = [t for t in types if isinstance(t, Class)]
        if isinstance(value, Instance) and len(classes) == len(types):
            return any(cls in value.cls.mro for cls in classes)
        if isinstance(value, (Function, Const)) and len(classes) == len(types):
            return False
        return None

    def narrow(self, act: Activation, test: ast.expr, *, holds: bool) -> None:
        """Leave out of a name what a condition rules out."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            self.narrow(act, test.operand, holds=not holds)
            return
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) == holds:
            for part in test.values:
                self.narrow(act, part, holds=holds)
            return
        subject: ast.expr | None = None
        keep: Callable[[Object], bool] = bool
        if isinstance(test, ast.Name):
            subject, keep = test, lambda v: v is not NONE if holds else True
        elif isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Is, ast.IsNot)):
            right = test.comparators[0]
            if isinstance(right, ast.Constant) and right.value is None:
                is_none = isinstance(test.ops[0], ast.Is) == holds
                subject, keep = test.left, lambda v: v is NONE or v is ANY[0] if is_none else v is not NONE
        elif isinstance(test, ast.Call) and getattr(test.func, "id", "") == "isinstance" and len(test.args) == 2:
            types = self.types(act, test.args[1])
            subject, keep = test.args[0], lambda v: self._fits(v, types) in (None, holds)
        if isinstance(subject, ast.Name):
            holder = self.holder(act.env, subject.id)
            values = holder.get(subject.id)
            if values is not None:
                kept = tuple(v for v in values if keep(v))
                if len(kept) < len(values) and (kept or isinstance(test, ast.Call)):
                    self.state.write(holder, subject.id, self.value(kept))
