from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atomlint.cache import Cache, NullCache
from atomlint.hashes import Hashes, signature
from atomlint.report import Trouble
from atomlint.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from pathlib import Path

OLD = 1_000_000_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    for name in ("a.py", "b.py", "c.py"):
        (root / name).write_text(name)
    return root


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache", "1")


def aged(root: Path, *changed: str) -> Workspace:
    """The project as if its files had been written long ago; ctime cannot be set, so the entries say so."""
    workspace = open_workspace(root)
    for path, entry in workspace.files.items():
        shift = 1 if path in changed else 0
        workspace.files[path] = msgspec.structs.replace(entry, mtime_ns=OLD + shift, ctime_ns=OLD)
    return workspace


def run(workspace: Workspace, cache: NullCache) -> tuple[str, int]:
    hashes = Hashes(cache)
    key = hashes.key(workspace)
    hashes.save()
    return key, hashes.read


def test_everything_is_read_once_and_nothing_when_nothing_changed(root, cache):
    key, read = run(aged(root), cache)
    assert read == 3
    assert run(aged(root), cache) == (key, 0)


def test_a_touched_file_is_read_and_leaves_the_key_as_it_was(root, cache):
    key, _ = run(aged(root), cache)
    assert run(aged(root, "b.py"), cache) == (key, 1)
    assert run(aged(root, "b.py"), cache) == (key, 0)


def test_a_changed_file_changes_the_key_and_its_old_content_brings_it_back(root, cache):
    key, _ = run(aged(root), cache)
    (root / "b.py").write_text("B.py")
    other, read = run(aged(root, "b.py"), cache)
    assert (other != key, read) == (True, 1)
    (root / "b.py").write_text("b.py")
    assert run(aged(root), cache) == (key, 1)


@pytest.mark.parametrize("field", ["size", "mtime_ns", "ctime_ns", "inode"])
def test_any_part_of_what_stat_says_makes_a_file_be_read_again(root, cache, field):
    run(aged(root), cache)
    workspace = aged(root)
    entry = workspace.files["a.py"]
    workspace.files["a.py"] = msgspec.structs.replace(entry, **{field: getattr(entry, field) + 1})
    assert run(workspace, cache)[1] == 1


def test_a_file_written_a_moment_ago_is_read_again_although_stat_says_the_same(root, cache):
    """An editor that saves twice within the clock's step leaves the same size and times."""
    workspace = open_workspace(root)
    key, _ = run(workspace, cache)
    (root / "b.py").write_text("B.py")
    other, read = run(workspace, cache)
    assert (other != key, read) == (True, 3)


@pytest.mark.parametrize(("age", "expected"), [(1.0, 1), (3600.0, 0), (-3600.0, 1)])
@pytest.mark.parametrize("field", ["mtime_ns", "ctime_ns"])
def test_timestamps_just_now_or_in_the_future_are_not_trusted(root, cache, age, expected, field):
    workspace = aged(root)
    stamp = time.time_ns() - int(age * 1e9)
    workspace.files["a.py"] = msgspec.structs.replace(workspace.files["a.py"], **{field: stamp})
    run(workspace, cache)
    assert run(workspace, cache)[1] == expected


def test_paths_are_part_of_the_key(root):
    key = signature(open_workspace(root))
    (root / "a.py").rename(root / "d.py")
    assert signature(open_workspace(root)) != key


def test_moving_content_between_files_changes_the_key(root):
    key = signature(open_workspace(root))
    (root / "a.py").write_text("b.py")
    (root / "b.py").write_text("a.py")
    assert signature(open_workspace(root)) != key


def test_unsaved_content_has_the_key_of_saved_content(root, cache):
    saved, _ = run(aged(root), cache)
    hashes = Hashes(cache)
    unsaved = hashes.key(open_workspace(root, overlay={"b.py": b"other"}))
    assert unsaved != saved
    assert hashes.key(open_workspace(root, overlay={"b.py": b"b.py"})) == saved
    (root / "b.py").write_text("other")
    assert signature(open_workspace(root)) == unsaved


def test_an_overlay_does_not_stay_after_it_is_gone(root, cache):
    saved, _ = run(aged(root), cache)
    overlaid = aged(root)
    overlaid.overlay = {"b.py": b"other"}
    run(overlaid, cache)
    assert run(aged(root), cache) == (saved, 0)


def test_the_bytes_of_what_is_read_are_handed_on(root, cache):
    seen: dict[str, bytes] = {}
    Hashes(cache).key(aged(root), seen.__setitem__)
    assert seen == {"a.py": b"a.py", "b.py": b"b.py", "c.py": b"c.py"}


def test_hashes_of_files_are_known_after_a_warm_key_without_reading(root, cache):
    hashes = Hashes(cache)
    hashes.key(aged(root))
    expected = {path: hashes.of(path) for path in ("a.py", "b.py", "c.py")}
    hashes.save()
    warm = Hashes(cache)
    warm.key(aged(root))
    assert {path: warm.of(path) for path in expected} == expected
    assert warm.read == 0
    assert warm.of("nowhere.py") is None


def test_a_file_that_cannot_be_read_is_a_trouble_every_time(root, cache):
    workspace = aged(root)
    (root / "b.py").unlink()
    first = Hashes(cache)
    first.key(workspace)
    first.save()
    assert [(t.kind, t.path) for t in first.troubles] == [("unreadable", "b.py")]
    second = Hashes(cache)
    second.key(workspace)
    assert (second.troubles, second.read) == (first.troubles, 0)


def test_what_could_not_be_looked_at_is_part_of_the_key(root, cache):
    """Else a directory that became unreadable would leave a cached clean answer standing."""
    key, _ = run(aged(root), cache)
    workspace = aged(root)
    workspace.troubles.append(Trouble("unreadable", "closed", "directory not read: Permission denied"))
    assert run(workspace, cache)[0] != key
    assert run(aged(root), cache) == (key, 0)


def test_hashes_that_live_on_take_the_next_workspace(root, cache):
    hashes = Hashes(cache)
    key = hashes.key(aged(root))
    assert (hashes.key(aged(root)), hashes.read) == (key, 0)
    (root / "a.py").write_text("new")
    assert hashes.key(aged(root, "a.py")) != key
    assert hashes.read == 1


@pytest.mark.parametrize("junk", [b"", b"\xc1", b"\x93\x01\x02\x03"])
def test_what_the_cache_holds_may_be_anything(root, cache, junk):
    key, _ = run(aged(root), cache)
    cache.put_many("hashes", {"quick": junk, "table": junk})
    assert run(aged(root), cache) == (key, 3)


def test_a_name_that_is_no_utf8_is_hashed_like_any_other(root, cache):
    path = os.fsdecode(b"latin-\xe9.py")
    (root / path).write_text("1")
    key, _ = run(aged(root), cache)
    assert run(aged(root), cache) == (key, 0)
    (root / path).write_text("2")
    assert run(aged(root, path), cache)[0] != key


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["a.py", "b.py"]), st.binary(max_size=3), st.booleans()), max_size=6))
def test_a_warm_key_is_always_the_cold_one(tmp_path_factory, steps):
    base = tmp_path_factory.mktemp("any")
    root = base / "project"
    root.mkdir()
    cache = Cache(base / "cache", "1")
    for path, data, removed in steps:
        if removed:
            (root / path).unlink(missing_ok=True)
        else:
            (root / path).write_bytes(data)
        assert run(open_workspace(root), cache)[0] == signature(open_workspace(root))
    cache.close()
