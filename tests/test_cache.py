from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from git_repository import public_directory, without_root

from atomlint.cache import DAY, OTHERS, Cache, NullCache, directory, open_cache

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "caches" / "project"


def stored(place: Path, version: str = "1", **items: bytes) -> None:
    with Cache(place, version) as cache:
        cache.put_many("facts", items)
        assert cache.notes == []


def read(place: Path, key: str = "a", version: str = "1") -> bytes | None:
    with Cache(place, version) as cache:
        value = cache.get("facts", key)
        assert cache.notes == []
        return value


def age(place: Path, seconds: int, key: str) -> None:
    with sqlite3.connect(place / "cache.sqlite") as db:
        db.execute("UPDATE entry SET used = used - ? WHERE key = ?", (seconds, key.encode()))
    db.close()


def rows(place: Path) -> int:
    db = sqlite3.connect(place / "cache.sqlite")
    (count,) = db.execute("SELECT count(*) FROM entry").fetchone()
    db.close()
    return int(count)


def python(code: str, *arguments: str, wait: bool = True) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code), *arguments], stdout=subprocess.PIPE)
    if wait:
        process.communicate(timeout=60)
    return process


def test_what_one_run_put_the_next_one_gets(place):
    stored(place, a=b"1", b=b"")
    with Cache(place, "1") as cache:
        assert cache.get("facts", "a") == b"1"
        assert cache.get_many("facts", ["a", "b", "c"]) == {"a": b"1", "b": b""}
        assert cache.get("findings", "a") is None


def test_keys_are_text_or_bytes_even_what_is_no_utf8(place):
    with Cache(place, "1") as cache:
        cache.put_many("facts", {b"\xff\x00": b"1"})
        cache.put_many("facts", {os.fsdecode(b"latin-\xe9"): b"2"})
        assert cache.get("facts", b"\xff\x00") == b"1"
        assert cache.get("facts", os.fsdecode(b"latin-\xe9")) == b"2"


def test_a_later_value_replaces_an_earlier_one(place):
    stored(place, a=b"1")
    stored(place, a=b"2")
    assert read(place) == b"2"
    assert rows(place) == 1


def test_thousands_of_keys_are_read_at_once(place):
    items = {f"k{n}": b"%d" % n for n in range(2500)}
    stored(place, **items)
    with Cache(place, "1") as cache:
        assert cache.get_many("facts", [*items, "other"]) == items


def test_another_version_sees_nothing_of_it_and_both_may_take_turns(place):
    stored(place, "1", a=b"1")
    assert read(place, version="2") is None
    stored(place, "2", a=b"2")
    assert (read(place, version="1"), read(place, version="2")) == (b"1", b"2")


def test_rows_that_another_version_has_not_used_for_long_are_dropped(place):
    stored(place, "1", a=b"1")
    age(place, OTHERS + DAY, "a")
    stored(place, "2", b=b"2")
    assert rows(place) == 1
    assert read(place, "b", "2") == b"2"


def test_the_least_recently_used_rows_go_when_the_file_grows_over_its_limit(place):
    with Cache(place, "1", limit=400_000) as cache:
        cache.put_many("facts", {f"k{n}": b"x" * 30_000 for n in range(10)})
    for n in range(10):
        age(place, (10 + n) * DAY, f"k{n}")
    with Cache(place, "1", limit=400_000) as cache:
        assert cache.get("facts", "k9") is not None  # the oldest, until now
        cache.put_many("facts", {"new": b"y" * 150_000})
    assert (place / "cache.sqlite").stat().st_size <= 400_000
    with Cache(place, "1") as cache:
        left = cache.get_many("facts", [*(f"k{n}" for n in range(10)), "new"])
    assert {"new", "k0", "k9"} <= set(left)
    assert "k8" not in left


def test_using_a_value_is_not_written_down_more_than_once_a_day(place):
    stored(place, a=b"1")
    before = (place / "cache.sqlite").read_bytes()
    assert read(place) == b"1"
    assert (place / "cache.sqlite").read_bytes() == before


def test_opening_and_closing_a_cache_touches_nothing(place):
    Cache(place, "1").close()
    assert not place.exists()


def test_only_its_owner_may_read_the_cache(place):
    stored(place, a=b"1")
    assert place.stat().st_mode & 0o777 == 0o700
    with Cache(place, "1") as cache:
        cache.put_many("facts", {"a": b"1"})
        assert {path.name for path in place.iterdir()} >= {"cache.sqlite", "cache.sqlite-wal"}
        assert {path.stat().st_mode & 0o077 for path in place.glob("cache.*")} == {0}


def test_git_ignores_a_cache_in_the_repository(place):
    stored(place, a=b"1")
    assert (place / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize("damage", ["junk", "truncated", "page"])
def test_a_damaged_file_is_made_anew_with_a_note(place, damage):
    stored(place, **{f"k{n}": b"x" * 3000 for n in range(50)})
    path = place / "cache.sqlite"
    data = path.read_bytes()
    path.write_bytes(
        {"junk": b"not a database at all" * 99, "truncated": data[:5000], "page": data[:4096] + b"\xff" * 16384}[damage]
    )
    with Cache(place, "1") as cache:
        assert cache.get_many("facts", [f"k{n}" for n in range(50)]) == {}
        cache.put_many("facts", {"a": b"1"})
        assert len(cache.notes) == 1
        assert cache.notes[0].startswith("the cache was damaged and has been made anew (")
    assert read(place) == b"1"


def test_a_file_of_another_kind_is_made_anew(place):
    place.mkdir(parents=True)
    with sqlite3.connect(place / "cache.sqlite") as db:
        db.execute("CREATE TABLE other (x)")
        db.execute("PRAGMA user_version = 77")
    db.close()
    with Cache(place, "1") as cache:
        cache.put_many("facts", {"a": b"1"})
        assert len(cache.notes) == 1
    assert read(place) == b"1"


def test_a_directory_that_cannot_be_made_is_one_note(tmp_path):
    (tmp_path / "file").touch()
    with Cache(tmp_path / "file" / "cache", "1") as cache:
        cache.put_many("facts", {"a": b"1"})
        assert cache.get("facts", "a") is None
        assert cache.notes == [f"running without a cache (Not a directory): {tmp_path / 'file/cache/cache.sqlite'}"]


def test_a_read_only_directory_is_one_note():
    with public_directory() as root:
        place = root / "cache"
        place.mkdir()
        place.chmod(0o555)
        with without_root(), Cache(place, "1") as cache:
            cache.put_many("facts", {"a": b"1"})
            assert cache.get("facts", "a") is None
            assert len(cache.notes) == 1
            assert "Permission denied" in cache.notes[0]
        place.chmod(0o700)


def test_a_file_that_may_only_be_read_is_one_note():
    with public_directory() as root:
        stored(root / "cache", a=b"1")
        (root / "cache").chmod(0o555)
        (root / "cache/cache.sqlite").chmod(0o444)
        with without_root(), Cache(root / "cache", "1") as cache:
            cache.put_many("facts", {"b": b"2"})
            assert len(cache.notes) == 1
        (root / "cache").chmod(0o700)


def test_a_full_disk_is_one_note_and_keeps_what_was_there(place):
    stored(place, a=b"1")
    with Cache(place, "1") as cache:
        cache._file.do(lambda db: db.execute("PRAGMA max_page_count = 12").fetchone(), None)
        cache.put_many("facts", {"big": b"x" * 1_000_000})
        cache.put_many("facts", {"bigger": b"x" * 2_000_000})
        assert len(cache.notes) == 1
        assert "full" in cache.notes[0]
    assert (read(place, "a"), read(place, "big")) == (b"1", None)


def test_without_shared_memory_a_rollback_journal_does(place, monkeypatch):
    connect = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda path, **options: connect(f"file:{path}?vfs=unix-dotfile", uri=True, **options)
    )
    stored(place, a=b"1")
    with Cache(place, "1") as cache:
        assert cache.get("facts", "a") == b"1"
        assert cache._file.do(lambda db: db.execute("PRAGMA journal_mode").fetchone(), None) == ("delete",)


def test_a_python_without_sqlite_is_one_note(place, monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlite3", None)
    with Cache(place, "1") as cache:
        cache.put_many("facts", {"a": b"1"})
        assert cache.get("facts", "a") is None
        assert [note.partition(":")[0] for note in cache.notes] == [
            "running without a cache (this Python has no sqlite3)"
        ]


def test_a_file_that_another_run_keeps_locked_is_one_note(place, monkeypatch):
    monkeypatch.setattr("atomlint.database.BUSY", 0.05)
    stored(place, a=b"1")
    other = sqlite3.connect(place / "cache.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Cache(place, "1") as cache:
        cache.put_many("facts", {"b": b"2"})
        cache.put_many("facts", {"b": b"2"})
        assert len(cache.notes) == 1
        assert cache.get("facts", "a") == b"1"
        other.close()
        cache.put_many("facts", {"b": b"2"})
    assert read(place, "b") == b"2"


WRITER = """
import sys, pathlib
from atomlint.cache import Cache
with Cache(pathlib.Path(sys.argv[1]), "1") as cache:
    for n in range(60):
        cache.put_many("facts", {f"{sys.argv[2]}-{n}-{m}": b"x" * 500 for m in range(20)})
    assert cache.notes == [], cache.notes
"""


def test_several_runs_may_fill_one_new_cache_at_once(place):
    running = [python(WRITER, str(place), str(n), wait=False) for n in range(3)]
    for process in running:
        process.communicate(timeout=120)
    assert [process.returncode for process in running] == [0, 0, 0]
    assert rows(place) == 3 * 60 * 20


def test_a_run_that_is_killed_while_it_writes_leaves_a_cache_that_works(place):
    stored(place, a=b"1")
    code = """
    import os, pathlib, sys
    from atomlint.cache import Cache
    cache = Cache(pathlib.Path(sys.argv[1]), "1")
    cache.put_many("facts", {"b": b"2"})
    def killed(db):
        db.execute("BEGIN IMMEDIATE")
        db.execute("DELETE FROM entry")
        os.kill(os.getpid(), 9)
    cache._file.do(killed, None)
    """
    assert python(code, str(place)).returncode == -signal.SIGKILL
    assert (read(place, "a"), read(place, "b")) == (b"1", b"2")


def test_a_forked_process_has_an_empty_cache_and_does_not_harm_its_parents(place):
    code = """
    import os, pathlib, sys
    from atomlint.cache import Cache
    cache = Cache(pathlib.Path(sys.argv[1]), "1")
    cache.put_many("facts", {"a": b"1"})
    child = os.fork()
    if not child:
        ok = cache.get("facts", "a") is None
        cache.close()
        os._exit(0 if ok else 1)
    assert os.waitpid(child, 0)[1] == 0
    cache.put_many("facts", {"b": b"2"})
    assert cache.get("facts", "a") == b"1"
    cache.close()
    """
    assert python(code, str(place)).returncode == 0
    assert (read(place, "a"), read(place, "b")) == (b"1", b"2")


def test_clearing_removes_the_file_and_says_how_much_that_freed(place):
    stored(place, a=b"x" * 100_000)
    cache = Cache(place, "1")
    assert cache.size() > 100_000
    assert cache.clear() > 100_000
    assert cache.size() == 0
    assert not place.exists()


def test_clearing_under_another_run_leaves_both_a_working_cache(place):
    with Cache(place, "1") as other:
        other.put_many("facts", {"a": b"x" * 500_000})
        freed = Cache(place, "1").clear()
        assert freed > 400_000
        assert other.get("facts", "a") is None
        other.put_many("facts", {"b": b"2"})
    assert read(place, "b") == b"2"


def test_clearing_removes_a_damaged_file_too(place):
    place.mkdir(parents=True)
    (place / "cache.sqlite").write_bytes(b"junk" * 999)
    assert Cache(place, "1").clear() == 4 * 999
    assert not place.exists()


def test_clearing_leaves_what_is_not_the_caches(place):
    stored(place, a=b"1")
    (place / "mine.txt").touch()
    Cache(place, "1").clear()
    assert [path.name for path in place.iterdir()] == ["mine.txt"]


def test_no_cache_remembers_nothing(tmp_path):
    with NullCache() as cache:
        cache.put_many("facts", {"a": b"1"})
        assert cache.get("facts", "a") is None
        assert cache.get_many("facts", ["a"]) == {}
        assert (cache.size(), cache.clear(), cache.notes) == (0, 0, [])
    assert type(open_cache(tmp_path, "1", enabled=False)) is NullCache


@pytest.mark.parametrize(
    ("platform", "environ", "base"),
    [
        ("linux", {"HOME": "/home/ada"}, "/home/ada/.cache/atomlint"),
        ("linux", {"HOME": "/home/ada", "XDG_CACHE_HOME": "/var/ada"}, "/var/ada/atomlint"),
        ("linux", {"HOME": "/home/ada", "XDG_CACHE_HOME": "relative"}, "/home/ada/.cache/atomlint"),
        ("linux", {"HOME": "/home/ada", "XDG_CACHE_HOME": ""}, "/home/ada/.cache/atomlint"),
        ("darwin", {"HOME": "/Users/ada", "XDG_CACHE_HOME": "/x"}, "/Users/ada/Library/Caches/atomlint"),
        ("win32", {"LOCALAPPDATA": "/c/Local"}, "/c/Local/atomlint"),
        ("linux", {"ATOMLINT_CACHE_DIR": "/ci/cache", "HOME": "/home/ada"}, "/ci/cache"),
        ("win32", {"ATOMLINT_CACHE_DIR": "/ci/cache"}, "/ci/cache"),
    ],
)
def test_the_place_is_the_platforms_unless_a_variable_names_one(tmp_path, platform, environ, base):
    place = directory(tmp_path, environ, platform)
    assert place is not None
    assert place.parent.as_posix() == base
    assert len(place.name) == 16


def test_a_relative_place_counts_from_the_projects_root(tmp_path):
    place = directory(tmp_path, {"ATOMLINT_CACHE_DIR": ".cache"}, "linux")
    assert place is not None
    assert place.parent == tmp_path.resolve() / ".cache"


def test_every_root_has_a_place_of_its_own_however_it_is_reached(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "link").symlink_to("a")
    one, two, same = (directory(tmp_path / name, {"HOME": "/home/ada"}, "linux") for name in ("a", "b", "link"))
    assert one == same != two


def test_a_machine_without_a_home_has_no_cache_and_a_note_says_so(tmp_path, monkeypatch):
    for name in ("ATOMLINT_CACHE_DIR", "XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # what it answers for a user without an entry
    cache = open_cache(tmp_path, "1")
    assert type(cache) is NullCache
    assert len(cache.notes) == 1
    assert "ATOMLINT_CACHE_DIR" in cache.notes[0]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATOMLINT_CACHE_DIR", str(tmp_path / "caches"))
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (project / "inner").mkdir()
    return project


def test_the_command_prints_the_place_of_the_project_around_a_path(project):
    from atomlint.cli.cache import cache

    result = CliRunner().invoke(cache, ["dir", str(project / "inner")])
    assert (result.exit_code, result.output) == (0, f"{directory(project)}\n")


def test_the_command_clears_and_says_what_it_removed(project):
    from atomlint.cli.cache import cache

    place = directory(project)
    assert place is not None
    stored(place, a=b"x" * 2_000_000)
    result = CliRunner().invoke(cache, ["clear", str(project)])
    assert (result.exit_code, result.output) == (0, f"removed 2.0 MB from {place}\n")
    again = CliRunner().invoke(cache, ["clear", str(project)])
    assert (again.exit_code, again.output) == (0, f"nothing to remove in {place}\n")


def test_the_command_needs_a_place(project, monkeypatch):
    from atomlint.cli.cache import cache

    monkeypatch.setattr("atomlint.cache.directory", lambda root: None)
    result = CliRunner().invoke(cache, ["dir", str(project)])
    assert result.exit_code == 1
    assert "ATOMLINT_CACHE_DIR" in result.output
