"""Expressions: what each can be, and the calls on the way."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING, Any

from .comprehensions import Comprehensions
from .core import ANY, Activation, Args, consts, text
from .objects import (
    NONE,
    NOTHING,
    Box,
    Builtin,
    Env,
    Function,
    Generator,
    Instance,
    Object,
    Pattern,
    Set,
    constant,
    join,
)  # fmt: skip
from .state import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable

BUILTINS = frozenset(dir(builtins)) - {"__doc__", "__name__", "__file__"}
CONSTANTS = {"__debug__": True, "NotImplemented": None, "Ellipsis": None}
OPERATORS = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.Mod: "mod", ast.FloorDiv: "floordiv",
    ast.Pow: "pow", ast.BitOr: "or", ast.BitAnd: "and", ast.BitXor: "xor", ast.LShift: "lshift", ast.RShift: "rshift",
    ast.MatMult: "matmul",
}  # fmt: skip
COMPARISONS = {
    ast.Eq: ("__eq__", "__eq__"), ast.NotEq: ("__ne__", "__ne__"), ast.Lt: ("__lt__", "__gt__"),
    ast.LtE: ("__le__", "__ge__"), ast.Gt: ("__gt__", "__lt__"), ast.GtE: ("__ge__", "__le__"),
}  # fmt: skip
UNARY = {ast.USub: "__neg__", ast.UAdd: "__pos__", ast.Invert: "__invert__"}


class Expressions(Comprehensions):
    """Evaluates expressions."""

    def __init__(self) -> None:
        super().__init__()
        self.visitors: dict[type, Callable[[Activation, Any], Set]] = {
            ast.Name: self.name, ast.Attribute: self.attribute_of, ast.Call: self.call_expression,
            ast.Constant: self.constant, ast.Lambda: self.lambda_, ast.BoolOp: self.boolean, ast.IfExp: self.conditional,
            ast.BinOp: self.binary, ast.UnaryOp: self.unary, ast.Compare: self.compare, ast.Subscript: self.subscript,
            ast.List: self.sequence, ast.Tuple: self.sequence, ast.Set: self.sequence, ast.Dict: self.mapping,
            ast.ListComp: self.comprehension, ast.SetComp: self.comprehension, ast.GeneratorExp: self.comprehension,
            ast.DictComp: self.comprehension, ast.Await: self.awaited, ast.Yield: self.yield_,
            ast.YieldFrom: self.yield_from, ast.JoinedStr: self.fstring, ast.NamedExpr: self.walrus,
            ast.Starred: self.starred,
        }  # fmt: skip

    def visit(self, act: Activation, node: ast.expr) -> Set:
        """What an expression can be."""
        visitor = self.visitors.get(type(node))
        if visitor is not None:
            return visitor(act, node) or ANY
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.visit(act, child)
        return ANY

    # --- names -----------------------------------------------------------------------------------------------------

    def name(self, act: Activation, node: ast.Name) -> Set:
        return self.lookup(act.env, node.id)

    def lookup(self, env: Env, name: str) -> Set:
        """What a name can be, by Python's scoping."""
        at: Env | None = env
        first = True
        while at is not None:
            if name in at.names.outer:
                at = at.globals
            if at.kind != "class" or first:
                found = at.vars.get(name)
                if found is not None:
                    return found
            first = first and at.kind == "comprehension"
            at = at.parent
        if name in CONSTANTS:
            return (constant(CONSTANTS[name]),)
        return (Builtin(name),) if name in BUILTINS else NOTHING

    def holder(self, env: Env, name: str) -> dict[str, Set]:
        """The variables that an assignment to a name goes to."""
        at: Env = env
        while at.kind == "comprehension" and at.parent is not None and name not in at.names.local:
            at = at.parent
        if name in at.names.outer:
            return at.globals.vars
        if at.kind == "function" and name not in at.names.local:  # nonlocal
            outer = at.parent
            while outer is not None:
                if outer.kind == "function" and name in outer.names.local:
                    return outer.vars
                outer = outer.parent
        return at.vars

    def assign_name(self, act: Activation, name: str, value: Set) -> None:
        """Bind a name."""
        self.state.write(self.holder(act.env, name), name, self.value(value))

    # --- plain expressions -----------------------------------------------------------------------------------------

    def constant(self, act: Activation, node: ast.Constant) -> Set:
        return (constant(node.value),)

    def attribute_of(self, act: Activation, node: ast.Attribute) -> Set:
        values = self.visit(act, node.value)
        if len(values) == 1:
            return self.attribute(act, values[0], node.attr)
        return join(found for value in values if (found := self.attribute(act, value, node.attr)) != ANY)

    def call_expression(self, act: Activation, node: ast.Call) -> Set:
        callee = self.visit(act, node.func)
        args = self.arguments(act, node)
        return self.call_all(act, callee, args, node)

    def lambda_(self, act: Activation, node: ast.Lambda) -> Set:
        return (self.function(act, node),)

    def function(self, act: Activation, node: Any) -> Function:
        """The function that a ``def`` or ``lambda`` makes."""

        def new() -> Function:
            made = Function(node, self.scopes.qualified[node], act.env, act.path)
            made.is_generator = self.scopes.names[node].yields
            return made

        function = self.make(act, node, new)
        function.defaults = [self.visit(act, default) for default in node.args.defaults]
        function.kw_defaults = [self.visit(act, d) if d is not None else NOTHING for d in node.args.kw_defaults]
        return function

    def boolean(self, act: Activation, node: ast.BoolOp) -> Set:
        results: list[Set] = []
        is_or = isinstance(node.op, ast.Or)
        for place, part in enumerate(node.values):
            if place == 0:
                value = self.visit(act, part)
            else:
                self.state.begin()
                value = self.visit(act, part)
                self.state.merge(self.state.undo(), {})
            self.truth(act, value)
            certain = self.definitely(value)
            if certain is not None and certain == is_or:
                return join([*results, value])
            if certain is not None and place < len(node.values) - 1:
                continue
            if is_or and place < len(node.values) - 1:
                value = tuple(v for v in value if v is not NONE)
            results.append(value)
        return join(results)

    def conditional(self, act: Activation, node: ast.IfExp) -> Set:
        certain = self.test(act, node.test)
        results = []
        ends = []
        for branch, taken in ((node.body, True), (node.orelse, False)):
            self.state.begin()
            self.narrow(act, node.test, holds=taken)
            value = self.visit(act, branch)
            end = self.state.undo()
            if certain is None or certain == taken:
                results.append(value)
                ends.append(end)
        self.state.merge(*ends)
        return join(results)

    def binary(self, act: Activation, node: ast.BinOp) -> Set:
        left, right = self.visit(act, node.left), self.visit(act, node.right)
        return self.operate(act, node, OPERATORS[type(node.op)], left, right)

    def operate(
        self, act: Activation, node: ast.AST, name: str, left: Set, right: Set, *, inplace: bool = False
    ) -> Set:
        """The result of an operator on values."""
        results: list[Set] = []
        for value in left:
            found = self.special(act, value, f"__i{name}__", Args([right], {})) if inplace else None
            if found is None:
                found = self.special(act, value, f"__{name}__", Args([right], {}))
            if found is not None:
                results.append(found)
        if not results:
            results = [r for v in right if (r := self.special(act, v, f"__r{name}__", Args([left], {}))) is not None]
        if results:
            return join(results)
        if name == "add":
            return self._plus(act, node, left, right)
        if name in ("or", "mod") and left:
            return self._other(act, node, name, left, right)
        return ANY

    def _plus(self, act: Activation, node: ast.AST, left: Set, right: Set) -> Set:
        one, two = self._known_text(left), self._known_text(right)
        if one is not None or two is not None:
            return (pattern((one or "*") + (two or "*")),)
        columns = [self.iterate(act, values) for values in (left, right)]
        if left and isinstance(left[0], Box):
            if all(isinstance(column, list) for column in columns):
                return (self.box(act, node, left[0].kind, [*columns[0], *columns[1]]),)
            made = self.box(act, node, left[0].kind)
            for column in columns:
                self.add_rest(made, join(column) if isinstance(column, list) else column)
            return (made,)
        return ANY

    def _other(self, act: Activation, node: ast.AST, name: str, left: Set, right: Set) -> Set:
        if name == "mod" and (template := self._known_text(left)) is not None:
            known = self._known_text(right)
            return (pattern(template.replace("%s", known or "*")),)
        if name == "or" and isinstance(left[0], Box) and left[0].kind == "dict":
            made = self.copy(act, left[0], node)
            for value in right:
                if isinstance(value, Box):
                    self.merge_boxes(act, made, value)
            return (made,)
        return ANY

    @staticmethod
    def _known_text(values: Set) -> str | None:
        if len(values) == 1 and isinstance(values[0], Pattern):
            return values[0].text
        return text(values)

    def unary(self, act: Activation, node: ast.UnaryOp) -> Set:
        values = self.visit(act, node.operand)
        if isinstance(node.op, ast.Not):
            self.truth(act, values)
            return ANY
        known = consts(values)
        if known is not None and len(known) == 1 and isinstance(known[0], int) and isinstance(node.op, ast.USub):
            return (constant(-known[0]),)
        found = [self.special(act, v, UNARY[type(node.op)], Args([], {})) for v in values]
        return join(f for f in found if f is not None)

    def compare(self, act: Activation, node: ast.Compare) -> Set:
        left = self.visit(act, node.left)
        results: list[Set] = []
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.visit(act, comparator)
            if isinstance(op, (ast.In, ast.NotIn)):
                for value in right:
                    if self.special(act, value, "__contains__", Args([left], {})) is None and isinstance(
                        value, Instance
                    ):
                        self.elements(act, (value,))
            elif type(op) in COMPARISONS:
                straight, mirrored = COMPARISONS[type(op)]
                found = [self.special(act, v, straight, Args([right], {})) for v in left]
                if not any(f is not None for f in found):
                    found = [self.special(act, v, mirrored, Args([left], {})) for v in right]
                if not any(f is not None for f in found) and isinstance(op, ast.NotEq):
                    found = [self.special(act, v, "__eq__", Args([right], {})) for v in left]
                results += [f for f in found if f is not None]
            left = right
        return join(results)

    def subscript(self, act: Activation, node: ast.Subscript) -> Set:
        values = self.visit(act, node.value)
        if isinstance(node.slice, ast.Slice):
            return join(self.slice(act, value, node.slice, node) for value in values)
        key = self.visit(act, node.slice)
        return join(self.get_item(act, value, key, node) for value in values)

    def sequence(self, act: Activation, node: Any) -> Set:
        kind = type(node).__name__.lower()
        elements: list[Set] = []
        rest: list[Set] = []
        for element in node.elts:
            if not isinstance(element, ast.Starred):
                (rest if rest else elements).append(self.visit(act, element))
                continue
            values = self.iterate(act, self.visit(act, element.value))
            if isinstance(values, list) and not rest:
                elements += values
            else:
                rest += values if isinstance(values, list) else [values]
        box = self.box(act, node, kind, elements)
        for value in rest:
            self.add_rest(box, value)
        return (box,)

    def mapping(self, act: Activation, node: ast.Dict) -> Set:
        box = self.box(act, node, "dict")
        for key, item in zip(node.keys, node.values, strict=True):
            if key is None:
                for value in self.visit(act, item):
                    self._merge_any(act, box, value)
                continue
            found = self.visit(act, key)
            self.set_item(act, box, found, self.visit(act, item), strong=True)
        return (box,)

    def _merge_any(self, act: Activation, box: Any, value: Object) -> None:
        if isinstance(value, Box):
            self.merge_boxes(act, box, value)

    def awaited(self, act: Activation, node: ast.Await) -> Set:
        values = self.visit(act, node.value)
        found = [self.special(act, v, "__await__", Args([], {})) for v in values]
        results = [
            v.yields if isinstance(v, Generator) else (v,) for f in found if f is not None for v in f
        ] or [values]  # fmt: skip
        return join(results)

    def yield_(self, act: Activation, node: ast.Yield) -> Set:
        value = self.visit(act, node.value) if node.value is not None else (NONE,)
        if not act.dead:
            act.yields.append(value)
        return ANY

    def yield_from(self, act: Activation, node: ast.YieldFrom) -> Set:
        values = self.visit(act, node.value)
        if not act.dead:
            act.yields.append(self.elements(act, values))
        return ANY

    def fstring(self, act: Activation, node: ast.JoinedStr) -> Set:
        parts = []
        for part in node.values:
            if isinstance(part, ast.Constant):
                parts.append(str(part.value))
                continue
            if isinstance(part, ast.FormattedValue):
                values = self.visit(act, part.value)
                known = consts(values)
                parts.append(str(known[0]) if known is not None and len(known) == 1 else "*")
                method = {114: ("__repr__",), 115: ("__str__", "__repr__")}.get(part.conversion)
                for value in values:
                    for name in method or ("__format__", "__str__", "__repr__"):
                        if self.special(act, value, name, Args([ANY] if name == "__format__" else [], {})) is not None:
                            break
        return (pattern("".join(parts)),)

    def walrus(self, act: Activation, node: ast.NamedExpr) -> Set:
        value = self.visit(act, node.value)
        env = act.env
        while env.kind == "comprehension" and env.parent is not None:
            env = env.parent
        self.state.write(self.holder(env, node.target.id), node.target.id, value)
        return value

    def starred(self, act: Activation, node: ast.Starred) -> Set:
        return self.visit(act, node.value)

    def forget(self, env: Env, name: str) -> None:
        """Unbind a name."""
        self.state.write(self.holder(env, name), name, MISSING)


def pattern(value: str) -> Object:
    """A string of which some parts may be unknown."""
    return Pattern(value) if "*" in value else constant(value)
