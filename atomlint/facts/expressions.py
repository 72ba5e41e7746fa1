"""The notation of expressions, and what is recorded on the way: calls, lambdas, bindings inside of expressions."""

from __future__ import annotations

import ast
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from .mask import SHORT, mask, mask_named
from .records import Assign, Call, Exit, Expr, Facts, Frame, Param, Scope, Spans, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_ITEMS = 64
"""Items kept of a literal list or dict: longer ones are data, not wiring."""
MAX_CALLS = 1024
"""Items kept of a list that is mostly calls, such as a table of URLs: that is wiring, however long."""
MAX_NESTING = 40
"""Levels kept of an expression that nests: what lies deeper is no wiring either, and linking must be able to recurse."""

OPERATORS: dict[type, str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.FloorDiv: "//", ast.Pow: "**",
    ast.BitOr: "|", ast.BitAnd: "&", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>", ast.MatMult: "@",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip

NESTING = (
    ast.Subscript, ast.JoinedStr, ast.BoolOp, ast.UnaryOp, ast.Compare, ast.BinOp, ast.IfExp, ast.Dict, ast.List,
    ast.Tuple, ast.Set, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp, ast.Starred,
)  # fmt: skip
"""Expressions whose notation holds those of their parts."""


place_of: Callable[[Any], tuple[int, int, int, int]] = attrgetter(
    "lineno", "col_offset", "end_lineno", "end_col_offset"
)
"""The four ints of a node's span."""


class Expressions:
    """Visits expressions; ``facts`` and ``spans`` hold what was recorded."""

    def __init__(self, *, deep: bool = False) -> None:
        """``deep``: whether this file overflowed the usual stack, so that the nesting of its statements is measured."""
        self.deep = deep
        self.level = 0
        self.facts = Facts([], [], [], [], [], [Frame(0, "")])
        self.spans = Spans([], [], [], [], [])
        self.scope = 0
        self.frame = 0
        self.awaiting = False
        self.read: dict[type, Callable[[Any], Expr]] = dict.fromkeys(ast.expr.__subclasses__(), self.other)
        """What reads an expression, by its type: names, which are nearly half of all, without a call of Python's."""
        self.read |= {
            ast.Name: attrgetter("id"), ast.Attribute: self.attribute, ast.Call: self.call, ast.Constant: self.constant,
            ast.Await: self.awaited, ast.Subscript: self.subscript, ast.JoinedStr: self.fstring,
            ast.FormattedValue: self.formatted,
            ast.BoolOp: self.boolean, ast.UnaryOp: self.unary, ast.Compare: self.compare, ast.BinOp: self.binary,
            ast.IfExp: self.conditional, ast.Dict: self.mapping, ast.List: self.sequence, ast.Tuple: self.sequence,
            ast.Set: self.sequence, ast.ListComp: self.comprehension, ast.SetComp: self.comprehension,
            ast.GeneratorExp: self.comprehension, ast.DictComp: self.dict_comprehension, ast.Lambda: self.lambda_,
            ast.Starred: self.starred, ast.NamedExpr: self.walrus, ast.Yield: self.yield_, ast.YieldFrom: self.yield_,
        }  # fmt: skip
        for nests in NESTING:
            self.read[nests] = self.nesting(self.read[nests])

    def block(self, body: list[ast.stmt], units: int | None = None) -> bool:
        """Statements of a block; whoever walks statements says how."""
        raise NotImplementedError

    # --- structure -------------------------------------------------------------------------------------------------

    def push(self, kind: str, test: Expr = None) -> int:
        """Enter a frame; returns the one to go back to."""
        before = self.frame
        self.facts.frames.append(Frame(before, kind, test))
        self.frame = len(self.facts.frames) - 1
        return before

    def open(self, node: Any, scope: Scope, header: int) -> int:
        """Open a scope; returns the enclosing scope's ordinal."""
        outer = self.scope
        self.facts.scopes.append(scope)
        self.scope = len(self.facts.scopes) - 1
        decorators = getattr(node, "decorator_list", None)
        first = decorators[0].lineno if decorators else node.lineno
        self.spans.scopes += (node.lineno, node.col_offset, node.col_offset + header, first, node.end_lineno)
        return outer

    def leave(self, kind: str, value: Expr, node: ast.stmt | ast.expr) -> None:
        self.facts.exits.append(Exit(self.scope, kind, value, self.frame, len(self.facts.calls)))
        self.spans.exits += place_of(node)

    def parameters(self, args: ast.arguments) -> list[Param]:
        positional = [*args.posonlyargs, *args.args]
        defaults = [None] * (len(positional) - len(args.defaults)) + args.defaults
        result = [self.parameter(arg, "p", default) for arg, default in zip(positional, defaults, strict=True)]
        if args.vararg:
            result.append(self.parameter(args.vararg, "*", None))
        result += [
            self.parameter(arg, "k", default) for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
        ]
        if args.kwarg:
            result.append(self.parameter(args.kwarg, "**", None))
        return result

    def parameter(self, arg: ast.arg, kind: str, default: ast.expr | None) -> Param:
        annotation = self.visit(arg.annotation) if arg.annotation is not None else None
        return Param(arg.arg, kind, annotation, named(arg.arg, self.visit(default)) if default is not None else None)

    # --- expressions -----------------------------------------------------------------------------------------------

    def visit(self, node: ast.expr) -> Expr:
        """The notation of an expression; records its calls and bindings on the way."""
        return self.read[type(node)](node)

    def visit_all(self, nodes: list[Any]) -> list[Expr]:
        """The notations of expressions that stand in a row."""
        read = self.read
        return [read[type(node)](node) for node in nodes]

    def nesting(self, handler: Callable[[Any], Expr]) -> Callable[[Any], Expr]:
        """A handler whose notation holds those of the parts: beyond `MAX_NESTING` levels there is nothing to know."""

        def nested(node: ast.expr) -> Expr:
            self.level += 1
            value = handler(node)
            self.level -= 1
            return value if self.level < MAX_NESTING else "?"

        return nested

    def attribute(self, node: ast.Attribute) -> Expr:
        value = node.value
        if type(value) is ast.Name:
            return f"{value.id}.{node.attr}"
        base = self.read[type(value)](value)
        if type(base) is str and base[0] not in "'#?":
            return f"{base}.{node.attr}"
        links, inner = 0, base
        while type(inner) is list and inner[0] == ".":
            links, inner = links + 1, inner[1]
        return [".", base, node.attr] if links < MAX_NESTING else "?"

    def call(self, node: ast.Call) -> Expr:
        calls = self.facts.calls
        ordinal = len(calls)
        record = Call(self.scope, "?", [], [], self.frame, self.awaiting)
        self.awaiting = False
        calls.append(record)
        self.spans.calls += place_of(node)
        read, func, args, keywords = self.read, node.func, node.args, node.keywords
        record.callee = read[type(func)](func)
        if args and keywords and keywords[0].value.lineno <= args[-1].lineno:
            self.arguments_in_source_order(node, record)
        else:
            if args:
                record.args = [read[type(arg)](arg) for arg in args]
            if keywords:
                record.keywords = [(k.arg or "**", named(k.arg, self.visit(k.value))) for k in keywords]
        if len(args) == 2:  # os.getenv("API_KEY", "...")
            record.args[1] = named(record.args[0], record.args[1])
        return f"@{ordinal}"

    def arguments_in_source_order(self, node: ast.Call, record: Call) -> None:
        """``f(a=1, *rest)``: keywords may stand before positional arguments."""
        items: list[tuple[int, int, str | None, ast.expr]] = [(a.lineno, a.col_offset, None, a) for a in node.args]
        items += [(k.value.lineno, k.value.col_offset, k.arg or "**", k.value) for k in node.keywords]
        items.sort(key=lambda item: item[:2])
        for _, _, name, value in items:
            if name is None:
                record.args.append(self.visit(value))
            else:
                record.keywords.append((name, named(name, self.visit(value))))

    def constant(self, node: ast.Constant) -> Expr:
        value = node.value
        if type(value) is str:
            return "'" + (value if len(value) < SHORT and value.isascii() else mask(value))
        if type(value) is int and value.bit_length() > 64:
            return "?"
        return "?" if isinstance(value, bytes) else f"#{value}"

    def awaited(self, node: ast.Await) -> Expr:
        self.awaiting = type(node.value) is ast.Call
        if type(node.value) is ast.Name:
            self.facts.waits.append(Wait(self.scope, node.value.id, self.frame, len(self.facts.calls)))
        return self.visit(node.value)

    def subscript(self, node: ast.Subscript) -> Expr:
        base = self.visit(node.value)
        return ["sub", base, self.visit(node.slice)]

    def fstring(self, node: ast.JoinedStr) -> Expr:
        return ["f", *self.visit_all(node.values)]

    def formatted(self, node: ast.FormattedValue) -> Expr:
        value = self.visit(node.value)
        if node.format_spec is not None:
            self.visit(node.format_spec)
        return value

    def boolean(self, node: ast.BoolOp) -> Expr:
        first = self.visit(node.values[0])
        before = len(self.facts.calls)
        others = self.visit_all(node.values[1:])
        self.perhaps(before)
        return ["or" if type(node.op) is ast.Or else "and", first, *others]

    def perhaps(self, before: int) -> None:
        """Remember that the calls that were recorded since then do not always run."""
        after = len(self.facts.calls)
        if after > before:
            self.facts.perhaps.append((before, after))

    def unary(self, node: ast.UnaryOp) -> Expr:
        value = self.visit(node.operand)
        if type(node.op) is ast.Not:
            return ["not", value]
        if type(node.op) is ast.USub and type(value) is str and value[0] == "#":
            return "#-" + value[1:]
        return "?"

    def compare(self, node: ast.Compare) -> Expr:
        result: list[Expr] = ["cmp", self.visit(node.left)]
        before = None
        for op, right in zip(node.ops, node.comparators, strict=True):
            result += [OPERATORS[type(op)], named(result[-1], self.visit(right))]
            before = len(self.facts.calls) if before is None else before
        if before is not None:
            self.perhaps(before)
        return result

    def binary(self, node: ast.BinOp) -> Expr:
        spine = [node]
        while type(spine[-1].left) is ast.BinOp:
            spine.append(spine[-1].left)
        value = self.visit(spine[-1].left)
        if len(spine) > MAX_ITEMS and self.spans.units:
            unit = self.spans.units[-1]
            unit.depth = max(unit.depth, len(spine))
        for link in reversed(spine):
            right = self.visit(link.right)
            value = ["bin", OPERATORS[type(link.op)], value, right] if len(spine) <= MAX_ITEMS else "?"
        return value

    def conditional(self, node: ast.IfExp) -> Expr:
        before = len(self.facts.calls)
        body = self.visit(node.body)
        self.perhaps(before)
        test = self.visit(node.test)
        before = len(self.facts.calls)
        orelse = self.visit(node.orelse)
        self.perhaps(before)
        return ["if", test, body, orelse]

    def mapping(self, node: ast.Dict) -> Expr:
        result: list[Expr] = ["{}"]
        for key, value in zip(node.keys, node.values, strict=True):
            name = "**" if key is None else self.visit(key)
            result += [name, named(name, self.visit(value))]
        return result if len(result) <= 2 * MAX_ITEMS + 1 else "?"

    def sequence(self, node: ast.List | ast.Tuple | ast.Set) -> Expr:
        result = ["[]", *self.visit_all(node.elts)]
        return result if len(result) <= MAX_ITEMS + 1 or is_made_of_calls(result) else "?"

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Expr:
        # The element stands first in the source but runs in the loop: its frame is made before it is visited.
        before = self.push("comp")
        frame = self.frame
        element = self.visit(node.elt)
        iterable = self.generators(node.generators, frame, before)
        return ["comp", element, iterable]

    def dict_comprehension(self, node: ast.DictComp) -> Expr:
        before = self.push("comp")
        frame = self.frame
        key = self.visit(node.key)
        value = self.visit(node.value) if node.value is not None else "?"
        return ["comp", ["[]", key, value], self.generators(node.generators, frame, before)]

    def generators(self, generators: list[ast.comprehension], frame: int, before: int) -> Expr:
        first: Expr = "?"
        for index, generator in enumerate(generators):
            self.frame = before if index == 0 else frame
            target = self.visit(generator.target)
            iterable = self.visit(generator.iter)
            self.frame = frame
            if index == 0:
                first = self.facts.frames[frame].test = iterable
            if type(target) is str:
                self.facts.assigns.append(
                    Assign(self.scope, target, ["sub", iterable, "?"], "for", frame, len(self.facts.calls))
                )
                self.spans.assigns += place_of(generator.target)
            for test in generator.ifs:
                self.visit(test)
        self.frame = before
        return first

    def lambda_(self, node: ast.Lambda) -> Expr:
        scope = Scope("lambda", "<lambda>", self.scope, self.frame)
        outer = self.open(node, scope, 6)
        inner, frame = self.scope, self.frame
        self.scope = outer
        scope.first_call = len(self.facts.calls)
        scope.params = self.parameters(node.args)
        self.scope, self.frame = inner, 0
        self.leave("return", self.visit(node.body), node.body)
        scope.end_call = len(self.facts.calls)
        self.scope, self.frame = outer, frame
        return ["lambda", inner]

    def starred(self, node: ast.Starred) -> Expr:
        return ["*", self.visit(node.value)]

    def walrus(self, node: ast.NamedExpr) -> Expr:
        value = self.visit(node.value)
        self.facts.assigns.append(Assign(self.scope, node.target.id, value, "=", self.frame, len(self.facts.calls)))
        self.spans.assigns += place_of(node)
        return value

    def yield_(self, node: ast.Yield | ast.YieldFrom) -> Expr:
        self.facts.scopes[self.scope].yields = True
        value = self.visit(node.value) if node.value is not None else "#None"
        self.leave("yield", value, node)
        return "?"

    def other(self, node: ast.AST) -> Expr:
        self.generic(node)
        return "?"

    def generic(self, node: ast.AST) -> None:
        """Expressions below a node that has no handler, in field order."""
        for child in children(node):
            if isinstance(child, ast.expr):
                self.visit(child)
            elif isinstance(child, ast.stmt):
                self.block([child])
            else:
                self.generic(child)


def named(name: Expr, value: Expr) -> Expr:
    """A value as it may be kept under a name, a string constant or a reference: see `mask_named`."""
    if type(value) is str and value[:1] == "'" and type(name) is str:
        return "'" + mask_named(name, value[1:])
    return value


def is_made_of_calls(sequence: list[Expr]) -> bool:
    """Whether most items of a long list are calls."""
    calls = sum(type(item) is str and item[:1] == "@" for item in sequence)
    return len(sequence) <= MAX_CALLS + 1 and 2 * calls > len(sequence)


def nesting(root: ast.AST) -> int:
    """Levels of nodes below and with a node."""
    deepest = 0
    stack = [(root, 1)]
    while stack:
        node, level = stack.pop()
        deepest = max(deepest, level)
        stack += [(child, level + 1) for child in ast.iter_child_nodes(node)]
    return deepest


def children(node: ast.AST) -> Iterator[ast.AST]:
    """Child nodes in field order."""
    return ast.iter_child_nodes(node)
