"""The call graph of a project as it is printed: who calls whom, by dotted names from the project's root."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from .calls import Calls

Graph = dict[str, list[str]]


MAX_LINES = 200_000
"""Lines of a project above which its code is not run: the edges are those of the index."""
MAX_STEPS = 150_000
"""Statements that are run at most, several rounds of the same one included."""


class Unclear(Exception):  # noqa: N818 - the user's words are unclear
    """An entry that names nothing, or several things."""

    def __init__(self, found: list[str], known: list[str]) -> None:
        super().__init__()
        self.found, self.known = found, known


class TooMuch(Exception):  # noqa: N818 - it is no mistake
    """The project is too large to be run."""


def call_graph(
    paths: Sequence[str],
    read: Callable[[str], str | None],
    *,
    project: Iterable[str] = (),
    src: Sequence[str] = (),
    carriers: Mapping[str, tuple[int | None, str | None]] | None = None,
    entry: str | None = None,
    problems: dict[str, str] | None = None,
    max_steps: int = MAX_STEPS,
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
        entry: a function or module, by its name or the end of it: nothing is run but what it reaches.
        problems: takes what is wrong with files that do not parse, by path.
        max_steps: statements to run at most.

    Raises:
        TooMuch: there is more to run than that.
        Unclear: the entry names nothing, or several things.
    """
    from ..deep import with_deep_stack
    from .run.core import Exhausted
    from .run.machine import Machine

    machine = Machine(project or paths, read, src, carriers)
    machine.max_steps = max_steps
    name = chosen(machine.known(paths), entry) if entry is not None else None
    try:
        with_deep_stack(lambda: machine.trace(paths) if name is None else machine.trace_from(paths, name))
    except Exhausted:
        raise TooMuch from None
    finally:
        if problems is not None:
            problems.update({path: text for path, text in machine.problems.items() if path in set(paths)})
    graph: Graph = {}
    for path in paths:
        module = machine.modules[path]
        if module.tree is None:
            continue
        for caller in (module.name, *(known for known, _, _ in machine.scopes.functions[module.name])):
            graph[caller] = sorted(machine.edges.get(caller, ()))
    return reachable(graph, name) if name is not None else closed(graph)


def closed(graph: Graph) -> Graph:
    """A graph with everything that is called as a key, sorted."""
    for callees in list(graph.values()):
        for callee in callees:
            graph.setdefault(callee, [])
    return dict(sorted(graph.items()))


def chosen(known: list[str], entry: str) -> str:
    """The one name that a user means.

    Raises:
        Unclear: it is none, or several.
    """
    found = matching(known, entry)
    if len(found) != 1:
        raise Unclear(found, known)
    return found[0]


def fact_graph(calls: Calls, paths: Sequence[str], entry: str | None = None) -> Graph:
    """The graph as `call_graph` gives it, made of the index's edges: coarser, and for projects of any size.

    Raises:
        Unclear: the entry names nothing, or several things.
    """
    from ..deep import with_deep_stack
    from .projection import Projection

    projection = Projection(calls)
    name = None
    if entry is not None:
        name = chosen([known for path in paths for known in projection.names(path).values()], entry)
    edges = with_deep_stack(lambda: projection.graph(paths) if name is None else projection.reached(paths, name))
    graph = {caller: sorted(callees) for caller, callees in edges.items()}
    return reachable(graph, name) if name is not None else closed(graph)


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


def matching(known: Collection[str], name: str) -> list[str]:
    """Names that a user may mean: the name itself, else those that end in it."""
    return [name] if name in known else [one for one in known if one.endswith(f".{name}")]


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
