"""Edits that turn a loop of GETs into one MGET, and a transaction that nothing needs into a plain pipeline."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import Edit

from ._bulk import READS

if TYPE_CHECKING:
    from atomlint import Index

    from .._repeats import Repeat

SENDING = frozenset({"execute", "reset", "watch", "unwatch", "multi"})


class Repair(NamedTuple):
    """A fix before it is part of a finding."""

    title: str
    edits: tuple[Edit, ...]


def mget_fix(index: Index, repeat: Repeat) -> Repair | None:
    """One MGET for a comprehension or a simple loop of GETs; None for anything less simple."""
    (work, *others) = repeat.work
    if others or len(work.steps) > 1 or work.hit.what != "get":
        return None
    call = work.steps[0]
    effect = call.effect
    if effect is None or ("asyncio" in effect.receiver and not call.is_awaited):
        return None  # a coroutine that something else waits for
    tree = index.tree(call.path)
    place = call.span
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.ListComp) and _is_get(node.elt, index, call.path, place):
            return _of_comprehension(index, call.path, node)
        first = node.body[0] if isinstance(node, ast.For) else None
        if (
            isinstance(node, ast.For)
            and isinstance(first, ast.Assign)
            and _is_get(first.value, index, call.path, place)
        ):
            return _of_loop(index, call.path, node)
    return None


def _is_get(node: ast.expr, index: Index, path: str, place: Any) -> bool:
    inner = node.value if isinstance(node, ast.Await) else node
    return (
        isinstance(inner, ast.Call)
        and index.node_span(path, inner) == place
        and isinstance(inner.func, ast.Attribute)
        and len(inner.args) == 1
        and not inner.keywords
    )


def _parts(node: ast.expr) -> tuple[str, str, ast.expr]:
    """``await `` or nothing, the receiver's text, and the key."""
    wait = "await " if isinstance(node, ast.Await) else ""
    call: Any = node.value if isinstance(node, ast.Await) else node
    return wait, ast.unparse(call.func.value), call.args[0]


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _of_comprehension(index: Index, path: str, node: ast.ListComp) -> Repair | None:
    wait, receiver, key = _parts(node.elt)
    generator = node.generators[0]
    if len(node.generators) > 1 or generator.is_async or _names(generator.target) & _names(ast.parse(receiver)):
        return None
    keys = _source(index, path, generator.iter)
    if ast.dump(key) != ast.dump(_load(generator.target)) or generator.ifs:
        head = f"[{_source(index, path, key)} for {ast.unparse(generator.target)} in {keys}"
        keys = head + "".join(f" if {_source(index, path, test)}" for test in generator.ifs) + "]"
    text = f"{wait}{receiver}.mget({keys})"
    return Repair(
        "ask for all keys with one MGET (an empty list of keys is an error)", (Edit(index.node_span(path, node), text),)
    )


def _of_loop(index: Index, path: str, node: ast.For) -> Repair | None:
    first = node.body[0]
    if not isinstance(first, ast.Assign) or len(first.targets) > 1 or not isinstance(first.targets[0], ast.Name):
        return None
    wait, receiver, key = _parts(first.value)
    if not isinstance(node.iter, ast.Name) or not isinstance(node.target, ast.Name) or len(node.body) < 2:
        return None
    if node.target.id in _names(ast.parse(receiver)) or node.body[1].lineno == first.lineno:
        return None
    keys = node.iter.id
    if ast.dump(key) != ast.dump(_load(node.target)):
        keys = f"[{_source(index, path, key)} for {node.target.id} in {node.iter.id}]"
    header = Edit(index.node_span(path, node.target), f"{node.target.id}, {first.targets[0].id}")
    iterable = Edit(index.node_span(path, node.iter), f"zip({node.iter.id}, {wait}{receiver}.mget({keys}))")
    between = index.span(path, (first.lineno, first.col_offset, node.body[1].lineno, node.body[1].col_offset))
    return Repair(
        "ask for all keys with one MGET before the loop (an empty list of keys is an error)",
        (header, iterable, Edit(between, "")),
    )


def _load(target: ast.expr) -> ast.expr:
    """A target as it reads where it is used."""
    return ast.Name(target.id, ast.Load()) if isinstance(target, ast.Name) else target


def _source(index: Index, path: str, node: ast.expr) -> str:
    source = index.sources.source(path)
    text = ast.get_source_segment(source.text, node) if source is not None else None
    return text if text is not None else ast.unparse(node)


def pipeline_fix(index: Index, repeat: Repeat) -> Repair | None:
    """``transaction=False`` for a pipeline of reads in the loop: MULTI and EXEC are two commands more at each turn."""
    (work, *others) = repeat.work
    call = work.steps[-1]
    if others or work.hit.what != "pipeline" or type(call.callee) is not str:
        return None
    receiver = call.callee.rpartition(".")[0]
    queued = [c.name for c in call.function.calls if type(c.callee) is str and c.callee.rpartition(".")[0] == receiver]
    if not all(name in READS or name in SENDING for name in queued):
        return None
    for assign in call.function.assigns:
        if assign.target == receiver and type(assign.value) is str and assign.value[:1] == "@":
            made = index.call(call.path, int(assign.value[1:].partition(".")[0]))
            if made.name == "pipeline" and not made.args and not made.keywords:
                end = made.span.end
                before = type(end)(end.line, end.column - 1)
                return Repair(
                    "leave out MULTI and EXEC", (Edit(type(made.span)(made.path, before, before), "transaction=False"),)
                )
    return None
