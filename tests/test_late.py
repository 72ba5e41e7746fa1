"""Files that only text rules look at, and who looks at them while the project is linked."""

from __future__ import annotations

import os
import random
import string
import sys

import pytest
from projects import LIMITER, RULE, check, said, write

from atomlint.late import Late
from atomlint.scan import Setup, Task

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="copies of a process are for Linux")
SELECT = (RULE, "tenant-lru-cache", "secret-hardcoded")
"""One rule about call paths, one that asks the index for something else, and one about texts."""
RANDOM = random.Random(2605)
WAITING = 90


def secret() -> str:
    """A line with a value as a machine makes it, of no issuer."""
    value = "".join(RANDOM.choice(string.ascii_letters + string.digits) for _ in range(40))
    return f'CRM_API_KEY = "{value}7q"\n'


FILES = {
    "shop/app.py": LIMITER,
    "shop/settings.py": secret(),
    **{f"tests/test_page{number}.py": secret() for number in range(WAITING // 2)},
    **{f"docs/page{number}.md": secret() for number in range(WAITING // 2)},
    "docs/quiet.md": "nothing\n",
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Checks the project, in several processes unless told otherwise."""
    monkeypatch.setattr("atomlint.linking.WORTH_A_COPY", 1)
    monkeypatch.setattr("threading.active_count", lambda: 1)  # servers of other tests do not count
    monkeypatch.setattr("atomlint.pool.SERIAL", 8)
    root = write(tmp_path / "project", FILES)
    return lambda jobs=2: check(root, jobs=jobs, overrides={"select": SELECT})


def late(root, paths) -> Late:
    tasks = [Task(path, None, is_test=False, scan=True, facts=False) for path in paths]
    return Late(Setup(str(root), (), (), {}, b""), tasks)


def test_every_file_is_taken_once_and_none_before_and_after(tmp_path):
    paths = sorted(path for path in FILES if path.endswith(".md"))
    files = late(write(tmp_path, FILES), paths)
    assert files.look() == {}
    files.open()
    assert list(files.look()) == paths
    assert files.look() == {}
    files.close()
    assert files.look() == {}


def test_no_files_are_none_to_take(tmp_path):
    files = late(tmp_path, [])
    files.open()
    assert files.look() == {}
    files.close()


def test_what_waits_is_found_all_the_same(run, monkeypatch):
    made = []
    monkeypatch.setattr(Late, "open", lambda files, real=Late.open: (made.append(files), real(files)))
    one = said(run(jobs=1))
    assert made == []
    assert said(run()) == one
    assert [rule for _, _, rule in one].count("secret-hardcoded") == WAITING + 1
    assert ("shop/app.py", 10, RULE) in one
    assert set(made[0].results) - {"atomlint.toml"} == {path for path in FILES if path.startswith(("tests/", "docs/"))}


def test_files_that_a_dying_copy_has_taken_are_looked_at_after_all(run, monkeypatch):
    here, real = os.getpid(), Late.look

    def look(files):
        found = real(files)
        if os.getpid() != here:
            os._exit(9)
        return found

    expected = said(run(jobs=1))
    monkeypatch.setattr(Late, "look", look)
    report = run()
    assert said(report) == expected
    assert not report.errors


def test_a_file_that_is_gone_by_then_is_a_trouble(run, monkeypatch, tmp_path):
    def lose(files, real=Late.open):
        (tmp_path / "project/docs/quiet.md").unlink()
        real(files)

    monkeypatch.setattr(Late, "open", lose)
    report = run()
    assert [(error.kind, error.path) for error in report.errors] == [("unreadable", "docs/quiet.md")]
    assert [rule for _, _, rule in said(report)].count("secret-hardcoded") == WAITING + 1
