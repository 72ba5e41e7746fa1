"""Names of scopes: what a function or class is called from the project's root, and which names are its own."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


class Names(NamedTuple):
    """Names that a scope binds itself, and those that it declares as ``global``."""

    local: frozenset[str]
    outer: frozenset[str]
    yields: bool


class Scopes:
    """Names by node of the modules looked at."""

    def __init__(self) -> None:
        self.qualified: dict[ast.AST, str] = {}
        self.names: dict[ast.AST, Names] = {}
        self.functions: dict[str, list[tuple[str, ast.AST, str | None]]] = {}
        """(qualified name, node, name of the enclosing function or None) of every function, by module."""
        self.used: set[str] = set()
        """Names and attributes that are read anywhere."""

    def add(self, tree: ast.Module, module: str) -> None:
        """Name everything in a module."""
        self.functions[module] = []
        self.names[tree] = names_of(tree.body)
        self._walk(tree, module, module, {}, None)

    def _walk(self, node: ast.AST, prefix: str, module: str, counter: dict[str, int], inside: str | None) -> None:
        stack: list[tuple[ast.AST, str, str | None]] = [(child, prefix, inside) for child in _children(node)]
        stack.reverse()
        while stack:
            child, prefix, inside = stack.pop()
            inner, within = prefix, inside
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._outside(child, prefix, module, counter, inside)
                inner = within = f"{prefix}.{child.name}"
                self._function(child, inner, module, inside, child.body, child.args)
                self._walk_body(child.body, inner, module, counter, within)
                continue
            if isinstance(child, ast.Lambda):
                counter[prefix] = counter.get(prefix, 0) + 1
                inner = within = f"{prefix}.<lambda{counter[prefix]}>"
                for part in (*child.args.defaults, *(d for d in child.args.kw_defaults if d)):
                    self._walk(ast.Expr(part), prefix, module, counter, inside)
                self._function(child, inner, module, inside, [ast.Expr(child.body)], child.args)
                self._walk(ast.Expr(child.body), inner, module, counter, within)
                continue
            if isinstance(child, ast.ClassDef):
                for part in (*child.decorator_list, *child.bases, *(k.value for k in child.keywords)):
                    self._walk(ast.Expr(part), prefix, module, counter, inside)
                inner = f"{prefix}.{child.name}"
                self.qualified[child] = inner
                self.names[child] = names_of(child.body)
                self._walk_body(child.body, inner, module, counter, inside)
                continue
            if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load):
                self.used.add(child.id)
            elif isinstance(child, ast.Attribute) and isinstance(child.ctx, ast.Load):
                self.used.add(child.attr)
            elif isinstance(child, COMPREHENSIONS):
                self.names[child] = Names(
                    frozenset(
                        n.id for g in child.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)
                    ),
                    frozenset(), False,
                )  # fmt: skip
            stack += reversed([(c, prefix, inside) for c in _children(child)])

    def _outside(self, node: Any, prefix: str, module: str, counter: dict[str, int], inside: str | None) -> None:
        parts = [*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)]
        parts += [a.annotation for a in arguments(node.args) if a.annotation is not None]
        for part in parts:
            self._walk(ast.Expr(part), prefix, module, counter, inside)

    def _walk_body(self, body: list[ast.stmt], prefix: str, module: str, counter: dict[str, int], inside: Any) -> None:
        for statement in body:
            self._walk(ast.Module([statement], []), prefix, module, counter, inside)

    def _function(self, node: Any, name: str, module: str, inside: str | None, body: Any, args: ast.arguments) -> None:
        self.qualified[node] = name
        found = names_of(body)
        own = frozenset(a.arg for a in arguments(args))
        self.names[node] = Names(found.local | own, found.outer, found.yields)
        self.functions[module].append((name, node, inside))


def arguments(args: ast.arguments) -> list[ast.arg]:
    """Every parameter."""
    rest = [a for a in (args.vararg, args.kwarg) if a is not None]
    return [*args.posonlyargs, *args.args, *args.kwonlyargs, *rest]


def _children(node: ast.AST) -> list[ast.AST]:
    return list(ast.iter_child_nodes(node))


def names_of(body: list[Any]) -> Names:
    """Names bound by the statements of a scope, without those of the scopes inside it."""
    local: set[str] = set()
    outer: set[str] = set()
    declared: set[str] = set()
    yields = False
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            local.add(node.name)
            stack += node.decorator_list
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, COMPREHENSIONS):
            stack += [w for w in ast.walk(node) if isinstance(w, ast.NamedExpr)]
            stack.append(node.generators[0].iter)
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            local.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            local |= {a.asname or a.name.partition(".")[0] for a in node.names}
        elif isinstance(node, ast.ExceptHandler) and node.name:
            local.add(node.name)
        elif isinstance(node, ast.Global):
            outer |= set(node.names)
        elif isinstance(node, ast.Nonlocal):
            declared |= set(node.names)
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            local.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            local.add(node.rest)
        elif isinstance(node, (ast.Yield, ast.YieldFrom)):
            yields = True
        stack += ast.iter_child_nodes(node)
    return Names(frozenset(local - outer - declared), frozenset(outer), yields)
