"""One answer whatever order sets of strings have, which Python chooses anew for every process."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from commands import ROOT, atomlint

if TYPE_CHECKING:
    from pathlib import Path

ENOUGH = 1000
"""Findings in all fixtures together, of about every rule."""


def test_all_fixtures_as_one_project_say_the_same_under_every_hash_seed_and_in_several_processes(
    tmp_path: Path,
) -> None:
    project = tmp_path / "project"
    shutil.copytree(ROOT / "tests" / "fixtures", project)
    asked = ("check", "--isolated", "--no-cache", "--confidence", "low", "--quiet", "--output", "json", ".")
    runs = [
        json.loads(atomlint(*asked, "--jobs", jobs, cwd=project, PYTHONHASHSEED=seed).stdout)
        for seed, jobs in (("0", "1"), ("1", "2"), ("20", "1"))
    ]
    first = runs[0]["findings"]
    assert len(first) > ENOUGH
    for run in runs[1:]:
        assert [found for found in run["findings"] if found not in first] == []
        assert [found for found in first if found not in run["findings"]] == []
        assert run == runs[0]
