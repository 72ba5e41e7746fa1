"""``atomlint check --fix``: repairs are made in files, and what is left is said."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from commands import atomlint, write

from atomlint.cli.fix import check_and_fix
from atomlint.engine import Engine, Request
from atomlint.finding import Fix

MODELS = """\
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()


class Shelf(Base):
    __tablename__ = "shelves"
    id = Column(Integer, primary_key=True)
    books = relationship("Book", back_populates="shelf")


class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)
    shelf_id = Column(ForeignKey("shelves.id"))
    shelf = relationship("Shelf", back_populates="book")
"""
REPAIRED = MODELS.replace('back_populates="book"', 'back_populates="books"')


@pytest.fixture
def project(tmp_path):
    """A project with one finding whose repair is unsafe."""
    return write(tmp_path, models_dot_py=MODELS, atomlint_dot_toml="")


def test_a_check_says_what_could_be_repaired_and_changes_nothing(project):
    done = atomlint("check", cwd=project)
    assert done.returncode == 1
    assert done.stderr == "note: can be repaired: 1 finding with --fix --unsafe-fixes\n"
    assert (project / "models.py").read_text() == MODELS


def test_unsafe_repairs_are_made_only_when_they_are_asked_for(project):
    done = atomlint("check", "--fix", cwd=project)
    assert (done.returncode, (project / "models.py").read_text()) == (1, MODELS)
    done = atomlint("check", "--fix", "--unsafe-fixes", cwd=project)
    assert (done.returncode, done.stderr) == (0, "note: made 1 repair in 1 file\n")
    assert done.stdout.startswith("No findings in ")
    assert (project / "models.py").read_text() == REPAIRED


def test_a_second_run_finds_nothing_to_repair_and_agrees_with_the_first(project):
    atomlint("check", "--fix", "--unsafe-fixes", cwd=project)
    done = atomlint("check", "--fix", "--unsafe-fixes", cwd=project)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_suppressed_finding_is_left_alone(project):
    ignored = "    # atomlint: ignore[orm-back-populates-missing] the other side comes later\n    shelf = relationship"
    text = MODELS.replace("    shelf = relationship", ignored)
    write(project, models_dot_py=text)
    atomlint("check", "--fix", "--unsafe-fixes", cwd=project)
    assert (project / "models.py").read_text() == text


def test_line_ends_and_the_rest_of_the_file_stay(project):
    (project / "models.py").write_bytes(MODELS.replace("\n", "\r\n").encode())
    atomlint("check", "--fix", "--unsafe-fixes", cwd=project)
    assert (project / "models.py").read_bytes() == REPAIRED.replace("\n", "\r\n").encode()


def test_only_findings_that_touch_a_named_file_are_repaired(project):
    write(project, other_dot_py="import os\n")
    atomlint("check", "--fix", "--unsafe-fixes", "other.py", cwd=project)
    assert (project / "models.py").read_text() == MODELS


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--unsafe-fixes"], "--unsafe-fixes needs --fix"),
        (["--fix", "--stdin-filename", "models.py"], "--fix does not go with --stdin-filename"),
        (["--fix", "--write-baseline", "known.json"], "--fix does not go with --write-baseline"),
    ],
)
def test_options_that_do_not_go_together_end_with_2(project, options, message):
    done = atomlint("check", *options, cwd=project)
    assert (done.returncode, done.stderr) == (2, f"atomlint: {message}\n")


@pytest.mark.parametrize("becomes", ["x = 1\n", None])
def test_a_file_that_another_program_changed_meanwhile_is_left_alone(project, becomes):
    class Watched(Engine):
        def check(self, request):
            report = super().check(request)
            if request.overlay and becomes is None:
                (project / "models.py").unlink()
            elif request.overlay:
                (project / "models.py").write_text(becomes)
            return report

    engine = Watched()
    fixed = check_and_fix(engine, Request(cwd=project, use_cache=False, jobs=1), unsafe=True)
    engine.close()
    assert fixed.notes == ["models.py: not fixed: it was changed meanwhile"]
    assert fixed.report.active == []
    assert becomes is None or (project / "models.py").read_text() == becomes


def test_a_file_that_cannot_be_written_keeps_nothing_from_the_others(project, monkeypatch):
    write(project, other_dot_py=MODELS.replace("shelves", "racks"))
    real = Path.write_bytes

    def refuse(path, data):
        if path.name == "models.py":
            raise PermissionError(13, "Permission denied")
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", refuse)
    engine = Engine()
    fixed = check_and_fix(engine, Request(cwd=project, use_cache=False, jobs=1), unsafe=True)
    engine.close()
    assert fixed.notes == [
        "made repairs in 1 file",
        "models.py: not fixed: it cannot be written: Permission denied",
    ]
    assert [finding.span.path for finding in fixed.report.active] == ["models.py"]


def test_projects_below_the_first_one_are_repaired_too(tmp_path):
    toml = 'app = "shop"\n\n[http_service]\ninternal_port = 8080\nauto_stop_machines = true\n'
    write(
        tmp_path, atomlint_dot_toml="", api__atomlint_dot_toml="", web__atomlint_dot_toml="",
        api__fly_dot_toml=toml, web__fly_dot_toml=toml,
    )  # fmt: skip
    done = atomlint("check", "--fix", cwd=tmp_path)
    assert "made 2 repairs in 2 files" in done.stderr
    for name in ("api", "web"):
        assert 'auto_stop_machines = "stop"' in (tmp_path / name / "fly.toml").read_text().replace("'", '"')


CACHE = """\
import redis
from fastapi import FastAPI

app = FastAPI()
cache = redis.Redis({arguments})


@app.get("/page")
def page():
    return cache.get("page")


@app.get("/next")
def next_page():
    return cache.get("next")


@app.get("/last")
def last_page():
    return cache.get("last")
"""


@pytest.mark.parametrize(
    ("arguments", "repaired"),
    [
        ('host="c"', 'host="c", socket_timeout=5, socket_connect_timeout=5'),
        ('host=("c")', 'host=("c"), socket_timeout=5, socket_connect_timeout=5'),
        ('host="c",', 'host="c", socket_timeout=5, socket_connect_timeout=5,'),
        ('host="c", socket_timeout=None', 'host="c", socket_timeout=5, socket_connect_timeout=5'),
        ("socket_connect_timeout=None, socket_timeout=None, db=1", "socket_connect_timeout=5, socket_timeout=5, db=1"),
        ("socket_connect_timeout=2, db=1", "socket_connect_timeout=2, db=1, socket_timeout=5"),
    ],
)
def test_a_client_gets_its_timeouts_whatever_stands_in_its_call(tmp_path, arguments, repaired):
    write(
        tmp_path,
        app_dot_py=CACHE.format(arguments=arguments),
        requirements_dot_txt="redis==5.0.1\n",
        atomlint_dot_toml="",
    )
    done = atomlint("check", "--fix", "--unsafe-fixes", "--select", "redis-no-timeout", cwd=tmp_path)
    assert (tmp_path / "app.py").read_text() == CACHE.format(arguments=repaired)
    assert done.returncode == 0


def test_a_keyword_that_would_stand_there_twice_is_not_written(project):
    class Twice(Engine):
        def check(self, request):
            report = super().check(request)
            for number, finding in enumerate(report.findings):
                edits = [
                    msgspec.structs.replace(edit, text='"books", lazy="raise", lazy="raise"')
                    for fix in finding.fixes
                    for edit in fix.edits
                ]
                report.findings[number] = msgspec.structs.replace(finding, fixes=(Fix("twice", "safe", tuple(edits)),))
            return report

    engine = Twice()
    fixed = check_and_fix(engine, Request(cwd=project, use_cache=False, jobs=1), unsafe=False)
    engine.close()
    assert fixed.notes == ["models.py: not fixed: it would not parse any more"]


def test_a_repair_that_would_break_a_file_is_told_and_not_made(project):
    class Wrong(Engine):
        def check(self, request):
            report = super().check(request)
            for number, finding in enumerate(report.findings):
                edits = tuple(msgspec.structs.replace(edit, text="(") for fix in finding.fixes for edit in fix.edits)
                report.findings[number] = msgspec.structs.replace(finding, fixes=(Fix("break it", "safe", edits),))
            return report

    engine = Wrong()
    fixed = check_and_fix(engine, Request(cwd=project, use_cache=False, jobs=1), unsafe=False)
    engine.close()
    assert fixed.notes == ["models.py: not fixed: it would not parse any more"]
    assert (project / "models.py").read_text() == MODELS
