"""Generated models, spoilt by what people do to models: atomlint says of them what SQLAlchemy says."""

from __future__ import annotations

import sys

import pytest

from .agreement import Tally
from .generated import disagreements, drawn
from .judge import Judge, own_version
from .specs import written
from .strategies import MUTATIONS

SEEDS, EXAMPLES = (1, 2, 3, 4), 500
"""The examples of a run of the tests: the same ones each time. ``python -m tests.orm.long_run`` makes more."""
SPOKEN_OF = {"table-cycle"}
"""What SQLAlchemy says of models that are valid: tables may refer to each other."""
pytestmark = [
    pytest.mark.needs("hypothesis", "sqlalchemy"),
    pytest.mark.skipif(sys.platform == "win32", reason="only on systems that fork"),
]


@pytest.fixture(scope="module")
def judge():
    one = Judge(sys.executable)
    yield one
    one.close()


@pytest.mark.parametrize("run", SEEDS)
def test_atomlint_and_sqlalchemy_agree_on_generated_models(judge, run, record_property):
    tally = Tally()
    graphs = drawn(EXAMPLES, start=run)
    found = list(disagreements(judge, graphs, tally))
    title = f"SQLAlchemy {own_version()} and atomlint on {len(graphs)} generated models (seed {run}): {len(found)} disagreements"
    record_property("summary", "\n".join([title, *tally.lines()]))
    told = "\n\n".join(f"{', '.join(one.done) or 'valid'}\n{one.agreement}" for one in found[:5])
    assert len(graphs) >= EXAMPLES * 0.9
    assert found == [], told


def test_models_without_a_mutation_are_valid(judge):
    graphs = [graph for graph in drawn(EXAMPLES, start=SEEDS[0]) if not graph.done]
    for graph, verdict in zip(graphs, judge.verdicts(map(written, graphs)), strict=True):
        assert {one.kind for one in verdict.outcomes} <= SPOKEN_OF, written(graph)


def test_every_mutation_is_drawn_and_some_models_stay_valid():
    graphs = [graph for run in SEEDS for graph in drawn(EXAMPLES, start=run)]
    assert {name for graph in graphs for name in graph.done} == {mutation.__name__ for mutation in MUTATIONS}
    assert sum(not graph.done for graph in graphs) > len(graphs) / 20
    assert {len(graph.models) for graph in graphs} >= set(range(2, 11))
