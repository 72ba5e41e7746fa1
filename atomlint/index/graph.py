"""The call graph of a project as it is printed: who calls whom, by dotted names from the project's root."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Graph = dict[str, list[str]]


def call_graph(
    paths: Sequence[str],
    read: Callable[[str], str | None],
    *,
    project: Iterable[str] = (),
    src: Sequence[str] = (),
    carriers: Mapping[str, tuple[int | None, str | None]] | None = None,
) -> Graph:
    """Callees by caller, both sorted.

    Every module, function, method and lambda of ``paths`` is a key; so is everything that is called, with an empty list
    when it lies outside. A module's body is under the module's name, ``len`` is ``<builtin>.len``, lambdas are
    ``f.<lambda1>``, counted in source order within what they stand in.

    Args:
        paths: files whose calls are listed, relative to the root.
        read: the text of a file, None when it cannot be read.
        project: every Python file that imports can name; ``paths`` when left out.
        src: configured import roots.
        carriers: functions of libraries that call an argument: its place and its name.
    """
    from ..deep import with_deep_stack
    from .run.machine import Machine

    machine = Machine(project or paths, read, src, carriers)
    with_deep_stack(lambda: machine.trace(paths))
    graph: Graph = {}
    for path in paths:
        module = machine.modules[path]
        if module.tree is None:
            continue
        for caller in (module.name, *(name for name, _, _ in machine.scopes.functions[module.name])):
            graph[caller] = sorted(machine.edges.get(caller, ()))
    for callees in list(graph.values()):
        for callee in callees:
            graph.setdefault(callee, [])
    return dict(sorted(graph.items()))


def reachable(graph: Graph, entry: str) -> Graph:
    """The part of a graph that a function or module reaches, itself included."""
    found: dict[str, None] = {entry: None}
    queue = [entry]
    while queue:
        for callee in graph.get(queue.pop(), ()):
            if callee not in found:
                found[callee] = None
                queue.append(callee)
    return {name: graph.get(name, []) for name in sorted(found)}


def matching(graph: Graph, name: str) -> list[str]:
    """Names of a graph that a user may mean: the name itself, else those that end in it."""
    return [name] if name in graph else [known for known in graph if known.endswith(f".{name}")]


def to_json(graph: Graph) -> str:
    """``{caller: [callees]}``."""
    return json.dumps(graph, indent=2, ensure_ascii=False)


def to_dot(graph: Graph) -> str:
    """A Graphviz digraph."""
    lines = ["digraph calls {", "  rankdir=LR;", "  node [shape=box, fontname=monospace];"]
    lines += [f"  {_quoted(name)};" for name in graph]
    lines += [f"  {_quoted(caller)} -> {_quoted(callee)};" for caller, callees in graph.items() for callee in callees]
    return "\n".join([*lines, "}"])


def to_mermaid(graph: Graph) -> str:
    """A Mermaid flowchart."""
    place = {name: f"n{number}" for number, name in enumerate(graph)}
    lines = ["flowchart LR"]
    lines += [f'  {place[name]}["{_escaped(name)}"]' for name in graph]
    lines += [f"  {place[caller]} --> {place[callee]}" for caller, callees in graph.items() for callee in callees]
    return "\n".join(lines)


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _escaped(name: str) -> str:
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
