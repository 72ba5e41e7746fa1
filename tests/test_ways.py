"""Ways to a function: in what order they come, and that what stands before a later one is not looked for."""

from __future__ import annotations

from itertools import islice

import pytest
from atomlint_rules import _ways
from index_project import index_of

APP = """
from cachetools import TTLCache, cached
from fastapi import FastAPI

app = FastAPI()

@app.post("/written")
def written():
    return target()

@app.get("/kept")
@cached(TTLCache(100, 60))
def kept():
    return target()

@app.get("/far")
def far():
    return between()

@app.get("/near")
def near():
    return target()

def between():
    return target()

def target():
    return 1
"""


@pytest.fixture
def target():
    index = index_of({"app.py": APP})
    return next(function for function in index.functions("app.py") if function.name == "target")


def routes(paths):
    return [path.entry.function for path in paths]


def test_ways_that_read_come_first_then_those_without_a_cache_then_the_shortest(target):
    names = [target.index.function(value).name for value in routes(_ways.paths_to(target))]
    assert names == ["near", "far", "kept", "written"]


def test_only_the_ways_that_are_asked_for_are_looked_at(target, monkeypatch):
    seen = []
    is_kept = _ways.is_kept
    monkeypatch.setattr(_ways, "is_kept", lambda path, index: seen.append(path) or is_kept(path, index))
    assert [target.index.function(value).name for value in routes(islice(_ways.paths_to(target), 1))] == ["near"]
    looked_at = {target.index.function(path.entry.function).name for path in seen}
    assert looked_at.isdisjoint({"far", "written"})
