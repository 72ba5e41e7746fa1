"""Caches that are broken, processes that die or are stopped, readers that leave, configurations that are no TOML."""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import atomlint, environment
from projects import LIMITER, RULE, check, concerning, put, said, write

from atomlint import pipeline, pool
from atomlint.report import Trouble
from atomlint.scan import _look, look

GOOD = ("good.py", 10, RULE)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux")
POSIX = pytest.mark.skipif(os.name != "posix", reason="only on POSIX")


@pytest.fixture
def project(tmp_path):
    return write(tmp_path, {"good.py": LIMITER})


# --- the cache ---------------------------------------------------------------------------------------------------------


def findings(root: Path, **environment: str) -> tuple[int, str, str]:
    done = atomlint("check", "-o", "concise", cwd=root, **environment)
    return done.returncode, done.stdout.partition("\nFound")[0], done.stderr


FOUND = (1, "good.py:10:5: redis-per-request warning[high]")


def test_a_cache_that_cannot_be_written_is_a_note(project):
    status, out, err = findings(project, ATOMLINT_CACHE_DIR=str(project / "good.py"))
    assert (status, out[: len(FOUND[1])]) == FOUND
    assert err.startswith("note: running without a cache (")


@pytest.mark.parametrize("damage", [b"", b"garbage" * 1000], ids=["emptied", "overwritten"])
def test_a_damaged_cache_is_made_anew(project, damage):
    cold = findings(project)
    (cache,) = Path(f"{project}-cache").rglob("cache.sqlite")
    for file in cache.parent.glob("cache.sqlite-*"):
        file.unlink()
    cache.write_bytes(damage)
    status, out, err = findings(project)
    assert (status, out) == cold[:2]
    assert err.startswith("note: the cache was damaged") or not damage
    assert findings(project) == cold


def test_flipped_bits_in_a_cache_change_no_answer(project):
    import sqlite3

    cold = findings(project)
    (cache,) = Path(f"{project}-cache").rglob("cache.sqlite")
    with sqlite3.connect(cache) as db:
        rows = db.execute("SELECT id, value FROM entry").fetchall()
        assert len(rows) > 5
        for row, value in rows:
            at = row % len(value)
            db.execute("UPDATE entry SET value = ? WHERE id = ?", (value[:at] + b"\x7f" + value[at + 1 :], row))
    db.close()
    assert findings(project) == cold


def test_two_runs_at_once_on_one_cache_say_the_same(project):
    write(project, {f"m{n}.py": LIMITER for n in range(20)})
    runs = [start(project, "check", "-o", "concise", "--jobs", "1") for _ in range(3)]
    outputs = [run.communicate(timeout=60) for run in runs]
    assert {run.returncode for run in runs} == {1}
    assert {err for _, err in outputs} == {b""}
    assert len({out.partition(b"\nFound")[0] for out, _ in outputs}) == 1
    assert outputs[0][0].count(b"redis-per-request") == 21


# --- processes ---------------------------------------------------------------------------------------------------------


def start(root: Path, *arguments: str, **options) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "atomlint", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(command, cwd=root, env=environment(Path(f"{root}-cache")), **pipes)


def deadly_look(task):
    """Look at a file, or die of it."""
    if task.path == "deadly.py":
        faulthandler.disable()
        os.kill(os.getpid(), int(os.environ["DEADLY_SIGNAL"]))
    return look(task)


@LINUX
@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV"])
def test_a_killed_worker_costs_its_file_alone_and_only_once(project, monkeypatch, name):
    write(project, {f"m{n}.py": LIMITER for n in range(5)} | {"deadly.py": LIMITER, "z.py": LIMITER})
    monkeypatch.setenv("ATOMLINT_CACHE_DIR", f"{project}-cache")
    monkeypatch.setenv("DEADLY_SIGNAL", str(int(signal.Signals[name])))
    monkeypatch.setattr(pool, "SERIAL", 0)
    monkeypatch.setattr(pool, "CHUNK", 3)
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "look", deadly_look)
        report = check(project, jobs=2, use_cache=True)
    every = sorted([GOOD, ("z.py", 10, RULE), *((f"m{n}.py", 10, RULE) for n in range(5))])
    assert said(report) == every
    assert list(report.errors) == [Trouble("worker", "deadly.py", "the process that read it died")]
    assert (report.status, report.looked.out_of_reach) == (2, 1)
    again = check(project, jobs=2, use_cache=True)
    assert said(again) == sorted([*every, ("deadly.py", 10, RULE)])
    assert (list(again.errors), again.status) == ([], 1)


def breaking(task, source):
    if task.path == "deadly.py":
        raise MemoryError("no room")
    return _look(task, source)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_that_breaks_the_engine_costs_itself_alone(project, monkeypatch, jobs):
    put(project, "deadly.py", LIMITER)
    monkeypatch.setattr(pool, "SERIAL", 0)
    monkeypatch.setattr("atomlint.scan._look", breaking)
    report = check(project, jobs=jobs)
    assert said(report) == [GOOD]
    assert concerning(report, "deadly.py") == [("worker", "could not be looked at: MemoryError: no room")]
    assert report.status == 2


@POSIX
@pytest.mark.parametrize("output", ["full", "concise", "json", "sarif"])
def test_a_reader_that_has_gone_is_no_traceback(project, output):
    read, written = os.pipe()
    os.close(read)
    run = start(project, "check", "-o", output, stdout=written)
    os.close(written)
    _, err = run.communicate(timeout=60)
    assert err == b""
    assert run.returncode == 1


@LINUX
def test_ctrl_c_is_one_line_and_leaves_no_process(project):
    run = start(busy(project), "check", "--jobs", "2", "--no-cache", start_new_session=True)
    wait_for(lambda: len(children(run.pid)) == 2)
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=30)
    assert (run.returncode, out, err) == (130, b"", b"atomlint: interrupted\n")
    wait_for(lambda: not is_there(run.pid))


@LINUX
def test_ctrl_c_that_only_the_command_gets_ends_its_processes_too(project):
    run = start(busy(project), "check", "--jobs", "2", "--no-cache", start_new_session=True)
    wait_for(lambda: len(children(run.pid)) == 2)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=30)
    assert (run.returncode, err) == (130, b"atomlint: interrupted\n")
    wait_for(lambda: not is_there(run.pid))


@LINUX
def test_no_process_outlives_a_command_that_was_killed(project):
    run = start(busy(project), "check", "--jobs", "2", "--no-cache", start_new_session=True)
    wait_for(lambda: len(children(run.pid)) == 2)
    run.kill()
    run.communicate(timeout=30)
    wait_for(lambda: not is_there(run.pid))


def busy(root: Path) -> Path:
    """A project that keeps two processes busy for a while."""
    text = LIMITER + "".join(f"x{n} = f(g({n}), client.get(a[{n}].b), key='{n}')\n" for n in range(4000))
    return write(root, {f"m{n}.py": f"{text}# {n}\n" for n in range(120)})


def children(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []


def is_there(group: int) -> bool:
    """Whether a process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(happens) -> None:
    for _ in range(600):
        if happens():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen in 30 seconds")


# --- configurations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "content", "line"),
    [
        ("atomlint.toml", b"select = [\n", "atomlint.toml:2:1: "),
        ("atomlint.toml", b"select = '\xff'\n", "atomlint.toml: "),
        ("atomlint.toml", b"a = '\0'\n", "atomlint.toml:1:6: "),
        ("atomlint.toml", b"a = " + b"[" * 5000, "atomlint.toml: "),
    ],
    ids=["cut off", "not UTF-8", "a null byte", "nested"],
)
def test_a_configuration_that_is_no_toml_is_one_line_and_status_2(project, path, content, line):
    put(project, path, content)
    done = atomlint("check", cwd=project)
    assert done.stderr.startswith(f"atomlint: {line}")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
