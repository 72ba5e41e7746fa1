"""What atomlint says of the incident: every marked mistake at its line, and nothing of the repaired code."""

from __future__ import annotations

from pathlib import Path

import pytest

from atomlint.report import Report
from atomlint.testing import check_directory, compare, expectations

INCIDENT = Path(__file__).parent.parent / "examples" / "incident"


@pytest.fixture(scope="module")
def before() -> Report:
    return check_directory(INCIDENT / "before")


def test_every_marked_mistake_is_found_at_its_line_and_nothing_else(before: Report) -> None:
    assert compare(before.active, list(expectations(INCIDENT / "before"))) == []
    assert list(before.errors) == []


def test_the_repaired_code_is_clean_at_every_confidence() -> None:
    report = check_directory(INCIDENT / "after")
    assert [finding.message for finding in report.findings] == []
    assert report.status == 0


def test_redis_is_reached_through_four_modules_and_the_path_is_shown(before: Report) -> None:
    finding = next(f for f in before.findings if f.rule == "redis-per-request")
    files = list(dict.fromkeys(step.span.path.rpartition("/")[2] for step in finding.trace))
    assert files == ["main_api_app.py", "middleware.py", "limiter.py", "cache.py"]


def test_the_missing_environment_names_the_line_whose_default_it_triggers(before: Report) -> None:
    finding = next(f for f in before.findings if f.rule == "fly-mode-variable-missing")
    assert "backend_saas/core/database.py" in {note.span.path for note in finding.related}
    assert any("ENVIRONMENT" in edit.text for fix in finding.fixes for edit in fix.edits)


def test_no_output_holds_a_secret_of_the_example(before: Report) -> None:
    import io

    from atomlint.output import FORMATS, render

    lines = [f for f in before.findings if f.rule == "secret-hardcoded"]
    values = {before.sources.source(f.span.path).slice(f.span).strip("\"'") for f in lines}
    assert len(values) >= 2
    for name in FORMATS:
        stream = io.StringIO()
        render(name, before, stream, show_suppressed=True, verbose=2)
        for value in values - {"change-me"}:
            assert value not in stream.getvalue(), name


@pytest.mark.parametrize(
    ("rule", "path", "figures"),
    [
        ("redis-per-request", "core/security/limiter.py", ["2 Redis commands", "-96.7 %", "733,000 requests an hour"]),
        ("runtime-tight-poll", "workers/availability_worker.py", ["every 60 s", "1,440 queries a day", "288 at 300 s"]),
        ("tenant-uncached-lookup", "api/routes/tenant_routes.py", ["288 queries a day", "-99.8 %"]),
        ("tenant-uncached-lookup", "core/tenancy.py", ["288 queries a day", "-99.8 %"]),
        (
            "database-pool-budget",
            "fly.toml",
            ["45 database connections", "the limit is 40", "api 2 x 1 x 15", "worker 1 x 1 x 15"],
        ),
        ("runtime-startup-reads", "core/startup.py", ["390 Redis commands", "561,600 a day"]),
    ],
)
def test_a_message_gives_the_figures_of_the_incident(before: Report, rule: str, path: str, figures: list[str]) -> None:
    found = next(f for f in before.findings if f.rule == rule and f.span.path.endswith(path))
    assert [figure for figure in figures if figure not in found.message] == []


def test_the_repaired_pools_come_to_36_connections(tmp_path: Path) -> None:
    import shutil

    after = tmp_path / "after"
    shutil.copytree(INCIDENT / "after", after)
    block = after / "CLAUDE.md"
    text = block.read_text("utf-8")
    assert "database-connections = 40" in text
    block.write_text(text.replace("database-connections = 40", "database-connections = 35"), "utf-8")
    found = [f for f in check_directory(after).findings if f.rule == "database-pool-budget"]
    assert [f.message.partition(":")[0] for f in found] == [
        "fly.toml can open 36 database connections, and the limit is 35"
    ]
    assert "pool 12 (DB_POOL_SIZE in fly.toml) + overflow 0 (DATABASE_MAX_OVERFLOW in fly.toml)" in found[0].help
    assert "machines of api: 2 (CLAUDE.md); processes of api: 1 (uvicorn without a count)" in found[0].help
    assert "declares the limit" in {note.message for note in found[0].related if note.span.path == "CLAUDE.md"}


def test_the_engine_is_marked_where_a_check_would_have_stopped_the_start(before: Report) -> None:
    finding = next(f for f in before.findings if f.rule == "database-sqlite-no-abort")
    assert {note.span.path for note in finding.related} == {"backend_saas/core/database.py", "fly.toml"}
