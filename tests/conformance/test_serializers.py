"""`database-query-in-serializer` against Django REST framework: what it says of its fixture is what the views really send."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from atomlint.testing import check_files

RULE = "database-query-in-serializer"
LIBRARY = Path(__file__).parent.parent / "fixtures/database" / RULE / "project_library"
SAID = re.compile(r"that ([\w.]+) lists: (?:up to |some )?(\d+) queries for (?:a page of )?(\d+)(?: rows)?; .* (\d+)$")


@pytest.fixture(scope="module")
def observed() -> dict[str, list[int]]:
    """Statements of each list view for one row, and for three."""
    pytest.importorskip("rest_framework")
    script = Path(__file__).with_name("serialized.py")
    done = subprocess.run([sys.executable, script, LIBRARY], capture_output=True, text=True, check=True, timeout=120)
    found: dict[str, list[int]] = json.loads(done.stdout)
    return found


def said() -> dict[str, tuple[float, int]]:
    """Queries for each row, and what is left with the repair, by view."""
    files = {str(path.relative_to(LIBRARY)): path.read_text() for path in sorted(LIBRARY.rglob("*.py"))}
    matches = (SAID.search(finding.message) for finding in check_files(files, select=(RULE,)).findings)
    return {match[1]: ((int(match[2]) - 1) / int(match[3]), int(match[4])) for match in matches if match}


def test_each_list_view_sends_as_many_queries_a_row_as_is_said(observed: dict[str, list[int]]) -> None:
    queries = said()
    assert queries.keys() <= observed.keys()
    routed = {name: counts for name, counts in observed.items() if name != "RoutedViewSet"}
    assert {name: (three - one) / 2 for name, (one, three) in routed.items()} == {
        name: queries[name][0] if name in queries else 0 for name in routed
    }


def test_the_repair_leaves_as_many_queries_as_is_said(observed: dict[str, list[int]]) -> None:
    queries = said()
    assert queries["NestedViewSet"][1] == observed["LoadedViewSet"][1] == 2
    assert queries["DeepView"][1] == observed["AllDeepView"][1] == 1
    assert queries["CityView"][1] == observed["LoadedCityView"][1] == 1
    assert queries["KeptTagsView"][1] == observed["LoadedKeptTagsView"][1] == 3
    assert queries["NoteView"][1] == observed["LoadedNoteView"][1] == 2
    assert queries["OwnShopsView"][1] == observed["LoadedShopsView"][1] == 1
    assert queries["books"][1] == observed["loaded"][1] == 1
    assert queries["PlainView.get"][1] == observed["LoadedPlainView.get"][1] == 1
