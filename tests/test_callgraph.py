"""The call graph of small programs, each of which states every call that can happen in it.

A program is a file ``callgraph/<feature>/<case>.py``, or a directory whose ``main.py`` states the calls. Under ``# calls:``
stand the edges that the graph must have, under ``# misses:`` true ones that it is known not to find, and under ``# extra:``
false ones that it is known to claim. Precision and recall count both against it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from atomlint.facts.extract import extract
from atomlint.index.catalog import Catalog, parse_rows
from atomlint.index.graph import Graph, call_graph, fact_graph
from atomlint.index.project import Project
from atomlint.index.projection import Projection
from atomlint.toml import loads

ROOT = Path(__file__).parent / "callgraph"
LEAST = 0.97
RULES_PRECISION, RULES_RECALL = 0.95, 0.86
"""Of the edges between the project's own functions that rules follow, hung where the calls stand."""
CATALOG = Path(__file__).parent.parent / "rules" / "catalog"
Edges = frozenset[tuple[str, str]]


class Case(NamedTuple):
    name: str
    base: Path
    files: tuple[str, ...]
    stated: dict[str, Edges]


def stated(path: Path) -> dict[str, Edges]:
    """The edges in the comment at the top of a program, by what they are stated as."""
    found: dict[str, set[tuple[str, str]]] = {"calls": set(), "misses": set(), "extra": set()}
    kind = ""
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            break
        text = line[1:].strip()
        if text[:-1] in found:
            kind = text[:-1]
        elif text != "(none)":
            caller, _, callee = text.partition(" -> ")
            found[kind].add((caller, callee))
    return {kind: frozenset(edges) for kind, edges in found.items()}


def cases() -> list[Case]:
    found = []
    for feature in sorted(ROOT.iterdir()):
        for place in sorted(feature.iterdir()):
            name = f"{feature.name}/{place.stem}"
            if place.suffix == ".py":
                found.append(Case(name, feature, (place.name,), stated(place)))
            elif (place / "main.py").is_file():
                files = tuple(sorted(path.relative_to(place).as_posix() for path in place.rglob("*.py")))
                found.append(Case(name, place, files, stated(place / "main.py")))
    return found


CASES = cases()


def graph_of(case: Case) -> Graph:
    return call_graph(case.files, lambda path: (case.base / path).read_text("utf-8"))


def edges_of(graph: Graph) -> Edges:
    return frozenset((caller, callee) for caller, callees in graph.items() for callee in callees)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_program_calls_what_it_states(case):
    expected = case.stated["calls"] - case.stated["misses"] | case.stated["extra"]
    assert sorted(edges_of(graph_of(case))) == sorted(expected)


def test_nearly_every_call_is_found_and_nearly_nothing_else(capsys):
    right = claimed = true = 0
    for case in CASES:
        found = edges_of(graph_of(case))
        truth = case.stated["calls"] | case.stated["misses"]
        right += len(found & truth)
        claimed += len(found)
        true += len(truth)
    precision, recall = right / claimed, right / true
    with capsys.disabled():
        print(  # noqa: T201
            f"\ncall graph: {len(CASES)} programs, {true} edges, precision {precision:.3f}, recall {recall:.3f}"
        )
    assert len(CASES) >= 160
    assert precision >= LEAST
    assert recall >= LEAST


def test_the_edges_that_rules_follow_are_nearly_all_right_and_most_of_them():
    rows = [parse_rows(loads(file.read_text("utf-8")), file.name) for file in sorted(CATALOG.glob("*.toml"))]
    right = claimed = true = 0
    for case in CASES:
        facts = {path: extract((case.base / path).read_text("utf-8")) for path in case.files}
        project = Project(
            case.files,
            lambda path, facts=facts: facts[path][0] if path in facts else None,
            lambda path, facts=facts: facts[path][1] if path in facts else None,
            case.files,
            Catalog(rows),
        )
        projection = Projection(project.calls)
        own = {name for path in case.files for name in projection.names(path).values()}
        found = {edge for edge in edges_of(fact_graph(project.calls, case.files)) if edge[1] in own}
        truth = {edge for edge in case.stated["calls"] | case.stated["misses"] if edge[1] in own}
        right += len(found & truth)
        claimed += len(found)
        true += len(truth)
    assert right / claimed >= RULES_PRECISION
    assert right / true >= RULES_RECALL


def test_some_programs_state_what_cannot_be_found():
    assert any(case.stated["misses"] for case in CASES)
