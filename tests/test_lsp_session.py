"""The engine of a language server: what one changed buffer costs, and what is kept of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from atomlint import hashes, pipeline
from atomlint.cache import NullCache, open_cache
from atomlint.engine import Request
from atomlint.lsp.session import AGES, FEW, Layer, Recent, Session

if TYPE_CHECKING:
    from pathlib import Path

APP = 'import redis\n\nclient = redis.Redis()\nkey = "a"  # atomlint: ignore[redis-per-request] polled\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATOMLINT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(hashes, "RACY", 0)  # the files are older than they look
    root = tmp_path / "project"
    root.mkdir()
    for number in range(5):
        (root / f"m{number}.py").write_text(APP)
    return root


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths of the files that are scanned or parsed."""
    done: list[str] = []
    look = pipeline.look

    def counting(task: Any) -> Any:
        done.append(task.path)
        return look(task)

    monkeypatch.setattr(pipeline, "look", counting)
    return done


def rows(project: Path) -> int:
    """Entries in the cache on disk."""
    import sqlite3

    (file,) = (project.parent / "cache").glob("*/cache.sqlite")
    with sqlite3.connect(file) as db:
        return int(db.execute("SELECT count(*) FROM entry WHERE kind <> 'hashes'").fetchone()[0])


def test_a_changed_buffer_reads_and_parses_no_other_file(project: Path, tasks: list[str]) -> None:
    session = Session()
    session.check(Request(cwd=project))
    assert sorted(set(tasks)) == [f"m{number}.py" for number in range(5)]
    tasks.clear()
    changed = (APP + "other = 1\n").encode()
    session.check(Request(cwd=project, overlay={str(project / "m1.py"): changed}))
    assert set(tasks) == {"m1.py"}
    (hashes_of,) = [known for _, known in session._caches.values()]
    assert hashes_of.read == 0


def test_a_state_that_was_seen_before_is_answered_from_memory(project: Path, tasks: list[str]) -> None:
    session = Session()
    overlay = {str(project / "m1.py"): (APP + "other = 1\n").encode()}
    before = session.check(Request(cwd=project, overlay=overlay))
    session.check(Request(cwd=project))
    tasks.clear()
    again = session.check(Request(cwd=project, overlay=overlay))
    assert again.looked.cached
    assert not tasks
    assert list(again.findings) == list(before.findings)


def test_what_is_being_typed_is_not_written_to_disk(project: Path) -> None:
    session = Session()
    session.check(Request(cwd=project))
    before = rows(project)
    for number in range(3):
        session.check(Request(cwd=project, overlay={str(project / "m1.py"): APP.encode() + b"#\n" * number + b"x = 1"}))
    assert rows(project) == before
    (project / "m1.py").write_text(APP + "x = 1\n")
    session.check(Request(cwd=project))
    assert rows(project) > before


def test_a_closed_session_can_be_used_again(project: Path) -> None:
    session = Session()
    first = session.check(Request(cwd=project))
    session.close()
    again = session.check(Request(cwd=project))
    assert again.looked.cached
    assert list(again.findings) == list(first.findings)


def test_a_layer_keeps_what_was_used_last_within_its_limit() -> None:
    layer = Layer(NullCache(), unsaved=True, limit=100)
    for name in ("a", "b"):
        layer.put_many("scan", {name: name.encode() * 40})
    layer.put_many("scan", {"b": b"b" * 50})
    assert layer.get("scan", "a") == b"a" * 40
    layer.put_many("scan", {"c": b"c" * 20})
    assert layer.get_many("scan", ["a", "b", "c"]) == {"a": b"a" * 40, "c": b"c" * 20}
    assert layer.get("facts", "a") is None


def test_a_layer_hands_on_a_project_that_nobody_has_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOMLINT_CACHE_DIR", str(tmp_path / "cache"))
    behind = open_cache(tmp_path, "1")
    layer = Layer(behind, unsaved=True)
    layer.put_many("scan", {"one": b"1"})
    many = {str(number): b"x" for number in range(FEW + 1)}
    layer.put_many("scan", many)
    assert behind.get("scan", "one") is None
    assert behind.get_many("scan", many) == many
    assert layer.get_many("scan", ["one", "2"]) == {"one": b"1", "2": b"x"}
    assert layer.clear() > 0
    assert layer.get("scan", "one") is None
    behind.close()


def test_values_are_dropped_in_the_order_of_their_last_use() -> None:
    recent: Recent[str, int] = Recent()
    for number, name in enumerate("abc"):
        recent[name] = number
    assert recent.get("a") == 0
    assert recent.get("z") is None
    recent["b"] = 5
    assert (recent.drop(), recent.drop(), recent.drop()) == (2, 0, 5)


def test_only_an_age_that_brought_something_new_makes_values_old() -> None:
    recent: Recent[str, int] = Recent()
    recent["old"] = 1
    recent.age(2)
    for _ in range(5):
        recent.age(2)
    recent["new"] = 2
    recent.age(2)
    assert set(recent) == {"old", "new"}
    recent["newer"] = 3
    recent.get("new")
    recent.age(2)
    assert set(recent) == {"new", "newer"}


def test_facts_of_half_typed_texts_do_not_pile_up(project: Path) -> None:
    session = Session()
    for number in range(AGES * 2):
        session.check(Request(cwd=project, overlay={str(project / "m1.py"): APP.encode() + b"x = %d\n" % number}))
    assert AGES <= len(session._memo) <= 4 + AGES, "the other files, and the last states of this one"
