"""The table that compares validators: fresh, and every fault found on its line and nowhere else."""

from __future__ import annotations

from collections import Counter

import pytest
from fly_validators import DATA, PAGE, VERDICTS, atomlint_says, faults, page, schema_says

from atomlint.testing import MARK

FILES = faults()
FOUND = atomlint_says(FILES)


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == page()


def test_there_are_more_than_forty_faults_and_each_says_what_flyctl_says() -> None:
    assert len(FILES) >= 40
    assert {fault.flyctl for fault in FILES} == set(VERDICTS)
    assert Counter(fault.flyctl for fault in FILES)["silent"] > 30


@pytest.mark.parametrize("fault", FILES, ids=lambda fault: fault.name)
def test_a_fault_is_found_on_its_line_by_its_rule_alone(fault) -> None:
    lines = enumerate(fault.text.splitlines(), 1)
    marked = {(rule.strip(), n) for n, line in lines for _, rules in MARK.findall(line) for rule in rules.split(",")}
    assert set(FOUND[fault.name]) == marked


def test_the_schema_is_the_one_of_the_store_and_takes_what_it_should() -> None:
    assert (DATA / "schemastore.LICENSE").read_text("utf-8").lstrip().startswith("Apache License")
    assert schema_says('app = "harbour-desk"\n\n[http_service]\n  internal_port = 8080\n') == "nothing"
    assert schema_says("app = 1\n") != "nothing"
