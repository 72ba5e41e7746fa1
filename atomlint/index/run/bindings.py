"""Assignments: names, attributes and elements, taken apart where they are tuples."""

from __future__ import annotations

import ast
from typing import Any

from .core import ANY, Activation, Args
from .expressions import OPERATORS, Expressions
from .objects import NONE, NOTHING, UNKNOWN, Bound, Box, External, Instance, Object, Set, Wrapped, join


class Bindings(Expressions):
    """Runs statements that bind and unbind."""

    def expression(self, act: Activation, node: ast.Expr) -> bool:
        self.visit(act, node.value)
        return True

    def assign(self, act: Activation, node: ast.Assign) -> bool:
        value = self.visit(act, node.value)
        for target in node.targets:
            self.assign_target(act, target, value)
        return True

    def annotated_assign(self, act: Activation, node: ast.AnnAssign) -> bool:
        if node.value is not None:
            value = self.visit(act, node.value)
            if all(v is UNKNOWN or v is NONE for v in value):
                value = join([value, self.annotated(act, act.env, node.annotation)])
            elif all(isinstance(v, External) and v.called for v in value):
                stated = self.annotated(act, act.env, node.annotation)
                value = stated if any(isinstance(v, Instance) for v in stated) else value
            self.assign_target(act, node.target, value)
        elif not isinstance(node.target, ast.Name):
            self.assign_target(act, node.target, self.annotated(act, act.env, node.annotation))
        return True

    def augmented(self, act: Activation, node: ast.AugAssign) -> bool:
        load = ast.copy_location(_loaded(node.target), node.target)
        left, right = self.visit(act, load), self.visit(act, node.value)
        if len(left) == 1 and isinstance(left[0], Box) and isinstance(node.op, ast.Add):
            self._any_extend(act, left[0], Args([right], {}), node)
            return True
        if len(left) == 1 and isinstance(left[0], Box) and isinstance(node.op, ast.BitOr):
            self._dict_update(act, left[0], Args([right], {}), node)
            return True
        value = self.operate(act, node, OPERATORS[type(node.op)], left, right, inplace=True)
        self.assign_target(act, node.target, value)
        return True

    def assign_target(self, act: Activation, target: ast.expr, value: Set) -> None:
        """Bind a target, taken apart where it is a tuple."""
        if isinstance(target, ast.Name):
            self.assign_name(act, target.id, value)
        elif isinstance(target, ast.Attribute):
            objects = self.visit(act, target.value)
            for obj in objects:
                self.set_attribute(act, obj, target.attr, value, strong=len(objects) == 1)
        elif isinstance(target, ast.Subscript):
            objects = self.visit(act, target.value)
            key = ANY if isinstance(target.slice, ast.Slice) else self.visit(act, target.slice)
            for obj in objects:
                self.set_item(act, obj, key, value, strong=len(objects) == 1)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(act, target, value)
        elif isinstance(target, ast.Starred):
            self.assign_target(act, target.value, value)

    def _unpack(self, act: Activation, target: Any, value: Set) -> None:
        columns: list[list[Set]] = [[] for _ in target.elts]
        star = next((i for i, e in enumerate(target.elts) if isinstance(e, ast.Starred)), None)
        for one in value:
            parts = self.iterate(act, (one,))
            count = len(target.elts)
            if not isinstance(parts, list) or (len(parts) != count if star is None else len(parts) < count - 1):
                held = join(parts) if isinstance(parts, list) else parts
                for place in range(count):
                    columns[place].append(self._rest_of(act, target, place, [held], star, loose=True))
                continue
            if star is None:
                for place, part in enumerate(parts):
                    columns[place].append(part)
                continue
            behind = count - star - 1
            middle = parts[star : len(parts) - behind]
            for place in range(count):
                if place < star:
                    columns[place].append(parts[place])
                elif place == star:
                    columns[place].append(self._rest_of(act, target, place, middle, star, loose=False))
                else:
                    columns[place].append(parts[len(parts) - count + place])
        for element, column in zip(target.elts, columns, strict=True):
            self.assign_target(act, element, join(column))

    def _rest_of(
        self, act: Activation, target: Any, place: int, parts: list[Set], star: int | None, *, loose: bool
    ) -> Set:
        if place != star:
            return parts[0]
        box = self.box(act, (target, "star"), "list", None if loose else parts)
        if loose:
            self.add_rest(box, parts[0])
        return (box,)

    def delete(self, act: Activation, node: ast.Delete) -> bool:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.forget(act.env, target.id)
            elif isinstance(target, ast.Subscript):
                key = self.visit(act, target.slice) if not isinstance(target.slice, ast.Slice) else ANY
                for obj in self.visit(act, target.value):
                    self.special(act, obj, "__delitem__", Args([key], {}))
            elif isinstance(target, ast.Attribute):
                for obj in self.visit(act, target.value):
                    self._delete_attribute(act, obj, target.attr)
        return True

    def _delete_attribute(self, act: Activation, obj: Object, name: str) -> None:
        if isinstance(obj, Instance):
            for prop in self.find(obj.cls, name) or NOTHING:
                if isinstance(prop, Wrapped):
                    self.call_all(act, tuple(Bound(f, (obj,)) for f in prop.deleter), Args([], {}), obj.cls.node)


def _loaded(target: Any) -> Any:
    """The same expression as it is read."""
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Attribute):
        return ast.Attribute(target.value, target.attr, ast.Load())
    return ast.Subscript(target.value, target.slice, ast.Load())
