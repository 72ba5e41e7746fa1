"""The module that ``benchmarks/models.py`` times: large, of several styles, and right."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from .agreement import claims
from .judge import Judge

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def module(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from modelled import module

    return module


@pytest.mark.needs("sqlalchemy")
@pytest.mark.skipif(sys.platform == "win32", reason="only on systems that fork")
def test_it_configures_and_nothing_is_said_of_it(module):
    files = {"models.py": module(48)}
    assert Judge(sys.executable).verdict(files).outcomes == ()
    assert claims(files) == []


def test_it_is_as_large_as_it_says(module):
    text = module(400)
    assert text.count("(Base):") == 402  # tenants and users, to whom all others belong
    assert 12_000 < text.count("\n") < 13_000
    assert text == module(400)
