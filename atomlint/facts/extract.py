"""From the text of one Python file to its facts, in one walk over stdlib ``ast`` in source order."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Any

from ..deep import needs_deep_stack, with_deep_stack
from .expressions import Expressions, named, nesting, place_of
from .records import Assign, Expr, Facts, Import, Scope, Spans, Unit

if TYPE_CHECKING:
    from collections.abc import Callable


def extract(text: str) -> tuple[Facts, Spans]:
    """Facts and spans of a file's text.

    Raises:
        SyntaxError: the running interpreter does not parse it; null bytes count as such.
    """
    if not needs_deep_stack(text):
        try:
            return _extract(text)
        except (RecursionError, MemoryError):
            pass
    try:
        return with_deep_stack(lambda: _extract(text, deep=True))
    except RecursionError:
        raise SyntaxError("expressions nest too deep to be read") from None


def _extract(text: str, *, deep: bool = False) -> tuple[Facts, Spans]:
    try:
        tree = ast.parse(text)
    except ValueError as error:  # null bytes, before 3.12; lone surrogates
        raise SyntaxError(str(error)) from None
    walker = Walker(deep=deep)
    walker.module(tree)
    return walker.facts, walker.spans


SWALLOW = ("suppress", "raises")
"""Last parts of the names of context managers behind which a program goes on after an exception."""


class Walker(Expressions):
    """Walks one module; ``facts`` and ``spans`` hold the result."""

    def __init__(self, *, deep: bool = False) -> None:
        """``deep``: whether this file overflowed the usual stack, so that the nesting of its statements is measured."""
        super().__init__(deep=deep)
        self.end = 0
        """The frame in which the last block ended."""
        self.statements: dict[type, Callable[[Any], bool | None]] = dict.fromkeys(
            ast.stmt.__subclasses__(), self.generic
        )
        """What reads a statement, by its type; it returns whether control never comes to the next one."""
        self.statements |= {
            ast.Expr: self.expression_statement, ast.Assign: self.assign, ast.AnnAssign: self.annotated,
            ast.AugAssign: self.augmented,
            ast.Return: self.return_, ast.Raise: self.raise_, ast.If: self.if_, ast.For: self.for_, ast.AsyncFor: self.for_,
            ast.While: self.while_, ast.Try: self.try_, ast.With: self.with_, ast.AsyncWith: self.with_,
            ast.FunctionDef: self.function, ast.AsyncFunctionDef: self.function, ast.ClassDef: self.class_,
            ast.Import: self.import_, ast.ImportFrom: self.import_from, ast.Global: self.global_, ast.Nonlocal: self.global_,
            ast.Delete: self.delete, ast.Assert: self.assert_, ast.Match: self.match,
            ast.Break: self.break_, ast.Continue: self.continue_,
        }  # fmt: skip
        if sys.version_info >= (3, 11):
            self.statements[ast.TryStar] = self.try_

    # --- structure -------------------------------------------------------------------------------------------------

    def module(self, tree: ast.Module) -> None:
        """The whole file."""
        self.facts.scopes.append(Scope("module", "", 0))
        last = tree.body[-1].end_lineno or 1 if tree.body else 1
        self.spans.scopes += (1, 0, 0, 1, last)
        self.block(tree.body, units=0)
        self.facts.scopes[0].end_call = len(self.facts.calls)

    def block(self, body: list[ast.stmt], units: int | None = None) -> bool:
        """Statements of a block; returns whether control never leaves it at its end. ``units`` is the owner's scope."""
        frame, statements = self.frame, self.statements
        leaves = False
        for statement in body:
            if units is not None:
                self.unit(statement, units)
            leaves = statements[type(statement)](statement) or leaves
        self.end, self.frame = self.frame, frame
        return leaves

    def unit(self, statement: ast.stmt, owner: int) -> None:
        decorators = getattr(statement, "decorator_list", None)
        first = decorators[0].lineno if decorators else statement.lineno
        depth = nesting(statement) if self.deep else 0
        last = statement.end_lineno or first
        self.spans.units.append(Unit(first, last, len(self.facts.calls), len(self.facts.scopes), owner, depth))

    # --- statements ------------------------------------------------------------------------------------------------

    def expression_statement(self, node: ast.Expr) -> None:
        value = node.value
        if type(value) is not ast.Constant:
            self.read[type(value)](value)

    def bind(self, node: ast.stmt, target: ast.expr, value: Expr, kind: str, annotation: Expr = None) -> None:
        """Record one target; tuples are taken apart."""
        after = len(self.facts.calls)
        if type(target) is ast.Name:
            reference: Expr = target.id
        elif type(target) is ast.Tuple or type(target) is ast.List:
            parts = value[1:] if type(value) is list and value and value[0] == "[]" else None
            if parts is not None and len(parts) != len(target.elts):
                parts = None
            for index, element in enumerate(target.elts):
                self.bind(node, element, parts[index] if parts else ["sub", value, f"#{index}"], kind)
            return
        else:
            reference = self.visit(target.value if type(target) is ast.Starred else target)
        value = named(reference, value)
        self.facts.assigns.append(Assign(self.scope, reference, value, kind, self.frame, after, annotation))
        self.spans.assigns += place_of(node)

    def assign(self, node: ast.Assign) -> None:
        targets = node.targets
        if any(map(has_call, targets)):  # these come first in the source
            references = self.visit_all(targets)
            value = self.visit(node.value)
            after = len(self.facts.calls)
            for reference in references:
                self.facts.assigns.append(Assign(self.scope, reference, value, "=", self.frame, after))
                self.spans.assigns += place_of(node)
            return
        value = self.visit(node.value)
        for target in targets:
            self.bind(node, target, value, "=")
            self.export(target, node.value)

    def export(self, target: ast.expr, value: ast.expr | None) -> None:
        """Remember the names of a literal ``__all__``, or that are added to it."""
        if (
            self.scope == 0
            and type(target) is ast.Name
            and target.id == "__all__"
            and isinstance(value, (ast.List, ast.Tuple))
        ):
            names = [
                item.value for item in value.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)
            ]
            self.facts.exports = [*(self.facts.exports or ()), *names]

    def annotated(self, node: ast.AnnAssign) -> None:
        if has_call(node.target):
            self.generic(node)
            return
        annotation = self.visit(node.annotation)
        value = self.visit(node.value) if node.value is not None else None
        self.bind(node, node.target, value, "=" if node.value is not None else ":", annotation)
        self.export(node.target, node.value)

    def augmented(self, node: ast.AugAssign) -> None:
        if has_call(node.target):
            self.generic(node)
            return
        self.bind(node, node.target, self.visit(node.value), "+=")
        self.export(node.target, node.value)

    def delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            reference = self.visit(target)
            self.facts.assigns.append(Assign(self.scope, reference, None, "del", self.frame, len(self.facts.calls)))
            self.spans.assigns += place_of(node)

    def return_(self, node: ast.Return) -> bool:
        self.leave("return", self.visit(node.value) if node.value is not None else "#None", node)
        return True

    def raise_(self, node: ast.Raise) -> bool:
        value = self.visit(node.exc) if node.exc is not None else "?"
        if node.cause is not None:
            self.visit(node.cause)
        self.leave("raise", value, node)
        return True

    def break_(self, node: ast.Break) -> bool:  # noqa: ARG002
        self.facts.breaks.append((self.frame, len(self.facts.calls)))
        return True

    def continue_(self, node: ast.Continue) -> bool:  # noqa: ARG002
        return True

    def assert_(self, node: ast.Assert) -> None:
        self.visit(node.test)
        if node.msg is not None:
            before = len(self.facts.calls)
            self.visit(node.msg)
            self.perhaps(before)

    def if_(self, node: ast.If) -> bool:
        test = self.visit(node.test)
        before = self.push("if", test)
        body_leaves = self.block(node.body)
        self.frame = before
        else_leaves = False
        if node.orelse:
            self.push("else", test)
            else_leaves = self.block(node.orelse)
            self.frame = before
        if body_leaves and not else_leaves:
            self.push("after", ["not", test])
        elif else_leaves and not body_leaves:
            self.push("after", test)
        return body_leaves and else_leaves

    def for_(self, node: ast.For | ast.AsyncFor) -> None:
        target_first = has_call(node.target)
        if target_first:
            self.visit(node.target)
        iterable = self.visit(node.iter)
        if not target_first:
            self.bind(node, node.target, ["sub", iterable, "?"], "for")
        before = self.push("for", iterable)
        self.block(node.body)
        self.frame = before
        self.block(node.orelse)

    def while_(self, node: ast.While) -> None:
        before = self.frame
        self.push("while")
        frame = self.frame
        self.facts.frames[frame].test = self.visit(node.test)
        self.block(node.body)
        self.frame = before
        self.block(node.orelse)

    def try_(self, node: ast.Try) -> None:
        before = self.push("try", ["[]"])
        frame = self.frame
        self.block(node.body)
        self.frame = before
        caught: list[Expr] = ["[]"]
        for handler in node.handlers:
            types = self.visit(handler.type) if handler.type is not None else "BaseException"
            caught += types[1:] if type(types) is list and types[0] == "[]" else [types]
            self.push("except", types)
            if handler.name:
                self.facts.assigns.append(
                    Assign(self.scope, handler.name, types, "except", self.frame, len(self.facts.calls))
                )
                self.spans.assigns += (handler.lineno, handler.col_offset, handler.lineno, handler.col_offset + 6)
            self.block(handler.body)
            self.frame = before
        self.facts.frames[frame].test = caught
        self.block(node.orelse)
        if node.finalbody:
            self.push("finally")
            self.block(node.finalbody)
            self.frame = before

    def with_(self, node: ast.With | ast.AsyncWith) -> bool:
        before = self.frame
        goes_on = False
        for item in node.items:
            value = self.visit(item.context_expr)
            if item.optional_vars is not None:
                self.bind(node, item.optional_vars, value, "with")
            self.push("with", value)
            goes_on = goes_on or self.goes_on(value)
        inner = self.frame
        leaves = self.block(node.body)
        passed = [] if goes_on else self.passed(inner)
        self.frame = before
        for test in passed:
            self.push("after", test)
        return leaves and not goes_on

    def passed(self, frame: int) -> list[Expr]:
        """The tests of the returns that a block has behind it at its end, outermost first."""
        tests = []
        at = self.end
        while at != frame:
            tests.append(self.facts.frames[at].test)
            at = self.facts.frames[at].parent
        return tests[::-1]

    def goes_on(self, value: Expr) -> bool:
        """Whether what is raised inside of a ``with`` may end there: ``with suppress(KeyError): return kept[key]``."""
        call = int(value[1:]) if type(value) is str and value[:1] == "@" and value[1:].isdecimal() else -1
        callee = self.facts.calls[call].callee if call >= 0 else value
        return type(callee) is str and callee.rpartition(".")[2].endswith(SWALLOW)

    def match(self, node: ast.Match) -> None:
        subject = self.visit(node.subject)
        before = self.frame
        for case in node.cases:
            self.push("if", ["cmp", subject, "match", "?"])
            for part in ast.walk(case.pattern):
                captured = getattr(part, "rest" if type(part) is ast.MatchMapping else "name", None)
                if captured is not None:
                    self.facts.assigns.append(
                        Assign(self.scope, captured, "?", "for", self.frame, len(self.facts.calls))
                    )
                    self.spans.assigns += place_of(part)
            if case.guard is not None:
                self.visit(case.guard)
            self.block(case.body)
            self.frame = before

    def import_(self, node: ast.Import) -> None:
        after = len(self.facts.calls)
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            attribute = None if alias.asname or "." not in alias.name else ""
            self.facts.imports.append(Import(self.scope, name, alias.name, 0, attribute, self.frame, after))
            self.spans.imports += place_of(node)

    def import_from(self, node: ast.ImportFrom) -> None:
        scope, frame, module, level, place = self.scope, self.frame, node.module or "", node.level, place_of(node)
        after = len(self.facts.calls)
        for alias in node.names:
            name = alias.name
            self.facts.imports.append(Import(scope, alias.asname or name, module, level, name, frame, after))
            self.spans.imports += place

    def global_(self, node: ast.Global | ast.Nonlocal) -> None:
        scope = self.facts.scopes[self.scope]
        scope.globals = [*scope.globals, *node.names]

    # --- definitions -----------------------------------------------------------------------------------------------

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        is_async = type(node) is ast.AsyncFunctionDef
        scope = Scope("function", node.name, self.scope, self.frame, is_async)
        outer = self.open(node, scope, width(node.name) + (10 if is_async else 4))
        inner = self.scope
        self.scope = outer
        scope.first_call = len(self.facts.calls)
        scope.decorators = self.visit_all(node.decorator_list)
        scope.params = self.parameters(node.args)
        scope.returns = self.visit(node.returns) if node.returns is not None else None
        self.body(node.body, inner, outer)

    def body(self, body: list[ast.stmt], inner: int, outer: int, units: int | None = None) -> None:
        frame = self.frame
        self.scope, self.frame = inner, 0
        self.block(body, units)
        self.facts.scopes[inner].end_call = len(self.facts.calls)
        self.scope, self.frame = outer, frame

    def class_(self, node: ast.ClassDef) -> None:
        scope = Scope("class", node.name, self.scope, self.frame)
        top = self.scope == 0 and node.col_offset == 0 and has_block(node)
        outer = self.open(node, scope, width(node.name) + 6)
        inner = self.scope
        self.scope = outer
        scope.first_call = len(self.facts.calls)
        scope.decorators = self.visit_all(node.decorator_list)
        scope.bases = self.visit_all(node.bases)
        scope.keywords = [(keyword.arg or "**", self.visit(keyword.value)) for keyword in node.keywords]
        self.body(node.body, inner, outer, inner if top else None)


def has_call(target: ast.expr) -> bool:
    """Whether a target holds a call, or a lambda; most are names, their attributes and items, and rows of these."""
    if type(target) is ast.Name or type(target) is ast.Constant:
        return False
    if type(target) is ast.Attribute or type(target) is ast.Starred:
        return has_call(target.value)
    if type(target) is ast.Subscript:
        return has_call(target.value) or has_call(target.slice)
    if type(target) is ast.Tuple or type(target) is ast.List:
        return any(map(has_call, target.elts))
    return any(type(child) in (ast.Call, ast.Lambda) for child in ast.walk(target))


def width(name: str) -> int:
    """Bytes that a name takes in UTF-8."""
    return len(name) if name.isascii() else len(name.encode())


def has_block(node: ast.ClassDef) -> bool:
    """Whether the members of a class can be parsed one by one: they do not begin on the line of its colon."""
    header = max([node.lineno, *(part.end_lineno or 0 for part in (*node.bases, *(k.value for k in node.keywords)))])
    first, last = node.body[0], node.body[-1]
    return first.lineno > header and last.end_lineno != first.lineno
