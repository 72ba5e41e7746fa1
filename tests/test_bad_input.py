"""Bad input is normal input: a clear line, the right exit status, and what the other files hold is found all the same."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from commands import atomlint
from git_repository import public_directory, without_root
from projects import LIMITER, RULE, check, concerning, put, said, write

from atomlint import deep

GOOD = ("good.py", 10, RULE)
SYNTAX = "atomlint-syntax-error"
RUNNING = f"{sys.version_info[0]}.{sys.version_info[1]}"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux")
POSIX = pytest.mark.skipif(os.name != "posix", reason="only on POSIX")


@pytest.fixture
def project(tmp_path):
    return write(tmp_path, {"good.py": LIMITER})


def head(text: str) -> str:
    """A file that a rule needs, so that it has to parse."""
    return f"import redis\n{text}\n"


# --- files that cannot be parsed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "content", "line", "message"),
    [
        ("bad.py", head("def f(:"), 2, "does not parse: "),
        ("bad.py", head("x = '\0'"), 2, "null bytes"),
        ("bad.py", "# -*- coding: latin-1 -*-\nimport redis\nx = (".encode("latin-1"), 3, "does not parse: "),
        ("bad.py", b"import redis\nx = '\xe9'\n", 2, "not UTF-8: invalid continuation byte at byte 18"),
        ("bad.py", b"# coding: ascii\nimport redis\nx = '\xe9'\n", 3, "not ascii"),
        ("bad.py", "import redis\n".encode("utf-16"), 1, "not UTF-8: it begins with the byte order mark of UTF-16"),
        ("bad.py", "import redis\n".encode("utf-16-le"), 1, "null bytes"),
        ("bad.py", "import redis\n".encode("utf-32-be"), 1, "null bytes"),
        ("bad.py", b"# coding: klingon\nimport redis\n", 1, "unknown encoding: klingon"),
        ("bad.py", b"# coding: utf-16\nimport redis\n", 1, "declares utf-16"),
        ("bad.py", b"\xef\xbb\xbf# coding: latin-1\nimport redis\n", 1, "its byte order mark says"),
        ("bad.py", head("x = " + "(" * 3000 + "1" + ")" * 3000), 2, "too many nested parentheses"),
        ("bad.py", head("x = " + "[" * 3000), 2, "too many nested parentheses"),
        ("bad.py", head("x = a" + ".b()" * 100_000), 1, "nest too deep"),
        ("bad.py", head("x = = " + "not " * 5000 + "1"), 2, "does not parse: "),
        ("bad.py", head("x = a" + ".b()" * 5000 + " = = 1"), 2, "does not parse: "),
        ("fly.toml", "app = \n", 1, "does not parse: "),
        ("fly.toml", b"app = '\xff'\n", 1, "not UTF-8"),
        ("CLAUDE.md", b"# Caf\xe9\n", 1, "not UTF-8"),
        ("docs/AGENTS.md", "# Notes\n".encode("utf-16"), 1, "not UTF-8"),
        ("deploy/fly.toml", "[env]\nA = 1\nA = 2\n", 3, "does not parse: "),
        ("fly.toml", "a = " + "[" * 3000 + "]" * 3000 + "\n", 1, "nest too deep"),
        ("fly.toml", "[" + ".".join(["a"] * 5000) + "]\n", 1, "nest too deep"),
    ],
)
def test_a_file_that_does_not_parse_is_a_finding_and_status_2(project, path, content, line, message):
    put(project, path, content)
    report = check(project)
    assert said(report) == sorted([GOOD, (path, line, SYNTAX)])
    assert [kind for kind, _ in concerning(report, path)] == ["syntax"]
    assert message in concerning(report, path)[0][1]
    assert (report.status, report.looked.out_of_reach) == (2, 1)


NEWER = [
    ("3.14", "try:\n    pass\nexcept KeyError, ValueError:\n    pass"),
    ("3.14", "x = t'{1}'"),
    ("3.13", "class Box[T = int]: pass"),
    ("3.12", "type X = int"),
    ("3.12", "def f[T](x: T): pass"),
    ("3.12", "x = f'{d['a']}'"),
    ("3.11", "try:\n    pass\nexcept* KeyError:\n    pass"),
]


@pytest.mark.parametrize(("needs", "code"), NEWER)
def test_newer_syntax_than_the_interpreters_is_said_with_the_python_it_needs(project, needs, code):
    put(project, "bad.py", head(code))
    report = check(project)
    if sys.version_info >= tuple(map(int, needs.split("."))):
        assert (said(report), report.status) == ([GOOD], 1)
        return
    assert said(report)[0][::2] == ("bad.py", SYNTAX)
    assert GOOD in said(report)
    assert f"needs Python {needs}, and atomlint runs on {RUNNING}: " in concerning(report, "bad.py")[0][1]
    assert report.status == 2


def test_a_file_that_is_wrong_in_every_python_is_not_said_to_need_a_newer_one(project):
    put(project, "bad.py", head("x = 1\nprint 'hello'"))
    assert "needs Python" not in concerning(check(project), "bad.py")[0][1]


def test_files_that_no_rule_needs_may_be_as_wrong_as_they_like(project):
    write(project, {"bad.py": "def f(:\n", "notes.md": b"caf\xe9\n", "other.toml": "a = [\n", "tests/test_x.py": "x ="})
    report = check(project)
    assert (said(report), list(report.errors), report.status) == ([GOOD], [], 1)


@pytest.mark.parametrize("rule", ["block-invalid", "block-stale", "rules-stale", "doc-contradiction"])
def test_instructions_that_are_no_text_are_wanted_by_every_rule_about_them(project, rule):
    write(project, {"CLAUDE.md": "See @notes.md for more.\n", "notes.md": b"caf\xe9\n", "README.md": b"caf\xe9\n"})
    report = check(project, overrides={"select": (f"agent-{rule}",)})
    assert (said(report), report.status) == ([("notes.md", 1, SYNTAX)], 2)


# --- files that can ----------------------------------------------------------------------------------------------------

ONE_MORE = [
    ("a byte order mark", b"\xef\xbb\xbf" + LIMITER.encode(), 10),
    ("a declared encoding", b"# coding: latin-1\n# caf\xe9\n" + LIMITER.encode(), 12),
    ("a declared UTF-8", b"# coding: utf-8\n# caf\xc3\xa9\n" + LIMITER.encode(), 12),
    ("line ends of Windows", LIMITER.replace("\n", "\r\n").encode(), 10),
    ("lone carriage returns", LIMITER.replace("\n", "\r").encode(), 10),
    ("mixed line ends", LIMITER.replace("\n", "\r\n", 3).replace("app = ", "\r\rapp = ").encode(), 12),
    ("form feeds", LIMITER.replace("\n@app", "\n\x0c\n@app").encode(), 11),
    ("no line end", LIMITER.rstrip().encode(), 10),
    ("separators that are no line ends", ("# a\u2028b\x0b\x1c\x85c\n" + LIMITER).encode(), 11),
    ("a long data table", (LIMITER + "ROWS = [\n" + f"    ('{'x' * 90}', 1),\n" * 50_000 + "]\n").encode(), 10),
    (
        "nested functions",
        (LIMITER + "".join(f"{' ' * n}def f():\n" for n in range(90)) + " " * 90 + "f()\n").encode(),
        10,
    ),
]


@pytest.mark.parametrize(("content", "line"), [case[1:] for case in ONE_MORE], ids=[case[0] for case in ONE_MORE])
def test_an_unusual_file_is_looked_at_like_any_other(project, content, line):
    put(project, "odd.py", content)
    report = check(project)
    assert (said(report), list(report.errors), report.status) == ([GOOD, ("odd.py", line, RULE)], [], 1)


CHAINS = [
    "x = " + "+".join(["a"] * 5000),
    "x = a" + ".b" * 5000,
    "x = a" + ".b()" * 5000,
    "x = a" + "[0]" * 5000,
    "x = " + "1 if a else " * 2000 + "2",
    "x = " + "not " * 1500 + "a",
    "if a: pass\n" + "elif a: pass\n" * 2500,
]


@pytest.mark.parametrize(
    "chain", CHAINS, ids=["sum", "attributes", "calls", "subscripts", "conditions", "nots", "branches"]
)
def test_a_file_with_a_long_chain_is_looked_at_where_python_itself_can_compile_it(project, chain):
    put(project, "odd.py", f"{LIMITER}{chain}\n")
    report = check(project)
    if can_compile(chain):
        assert (said(report), list(report.errors), report.status) == ([GOOD, ("odd.py", 10, RULE)], [], 1)
    else:  # Python 3.12 counts levels whatever the stack
        assert concerning(report, "odd.py") == [("syntax", "does not parse: expressions nest too deep to be read")]
        assert (GOOD in said(report), report.status) == (True, 2)


def can_compile(code: str) -> bool:
    """Whether the parser takes it, on a stack that is deep enough."""
    try:
        deep.parse(code)
    except RecursionError:
        assert sys.version_info >= (3, 12)
        return False
    return True


def test_empty_files_of_every_kind_say_nothing(project):
    names = [
        "empty.py",
        "fly.toml",
        "other.toml",
        "README.md",
        ".env",
        "Dockerfile",
        "Procfile",
        "pkg/__init__.py",
        "run.sh",
    ]
    write(project, dict.fromkeys(names, ""))
    report = check(project)
    assert (said(report), list(report.errors)) == ([GOOD], [])
    assert report.looked.read == len(names) + 2


def test_a_file_over_the_limit_is_a_trouble_and_is_not_read(project, monkeypatch):
    monkeypatch.setattr("atomlint.workspace.LIMIT", 1000)
    put(project, "huge.py", LIMITER + "#" * 1000)
    report = check(project)
    assert said(report) == [GOOD]
    assert concerning(report, "huge.py") == [("limit", "larger than 1,000 bytes")]
    assert report.status == 2


@LINUX
def test_a_name_that_is_not_utf_8_is_shown_escaped(project):
    put(project, "caf\udce9.py", LIMITER)
    put(project, "brok\udcffen.py", head("x = = 1"))
    for _ in ("cold", "warm"):
        done = atomlint("check", "-o", "concise", cwd=project)
        assert "caf\\xe9.py:10:5: redis-per-request" in done.stdout
        assert "brok\\xffen.py:2:5: atomlint-syntax-error" in done.stdout
        assert "good.py:10:5: redis-per-request" in done.stdout
        assert (done.returncode, done.stderr) == (2, "")
    named = atomlint("check", "-o", "json", "caf\udce9.py", cwd=project)
    assert (named.returncode, '"path": "caf\\\\xe9.py"' in named.stdout) == (1, True)


# --- the file system ---------------------------------------------------------------------------------------------------


@POSIX
def test_symlinks_that_go_round_in_circles_end(project):
    (project / "loop").symlink_to(project, target_is_directory=True)
    (project / "a.py").symlink_to("b.py")
    (project / "b.py").symlink_to("a.py")
    (project / "gone.py").symlink_to("nowhere.py")
    (project / "again.py").symlink_to("good.py")
    report = check(project)
    assert (said(report), list(report.errors), report.status) == ([GOOD], [], 1)
    named = check(project, "a.py", "gone.py", "loop/good.py")
    assert said(named) == [GOOD]
    assert {error.path for error in named.errors} == {"a.py", "gone.py"}
    assert named.status == 2


def test_a_directory_named_like_a_file_is_a_directory(project):
    write(project, {"pkg.py/inner.py": LIMITER, "fly.toml/notes.md": "", "uses.py": "import pkg\nimport redis\n"})
    report = check(project)
    assert (said(report), list(report.errors)) == ([GOOD, ("pkg.py/inner.py", 10, RULE)], [])
    assert said(check(project, "pkg.py")) == [("pkg.py/inner.py", 10, RULE)]


@POSIX
def test_a_file_that_may_not_be_read_is_one_trouble():
    with public_directory() as place:
        write(place, {"good.py": LIMITER, "secret.py": LIMITER, "uses.py": "import secret, redis\n"})
        (place / "secret.py").chmod(0)
        with without_root():
            report = check(place)
            elsewhere = check(place, "good.py")
        assert said(report) == [GOOD]
        assert concerning(report, "secret.py") == [("unreadable", "Permission denied")]
        assert (report.status, report.looked.out_of_reach) == (2, 1)
        assert (said(elsewhere), elsewhere.status) == ([GOOD], 1)


@POSIX
@pytest.mark.parametrize("named", [(), (".",)], ids=["nothing named", "the root named"])
def test_a_directory_that_may_not_be_read_is_one_trouble(named):
    with public_directory() as place:
        write(place, {"good.py": LIMITER, "inner/a.py": LIMITER})
        (place / "inner").chmod(0)
        with without_root():
            report = check(place, *named)
        assert said(report) == [GOOD]
        assert [error.kind for error in report.errors] == ["unreadable"]
        assert report.errors[0].path == "inner"
        assert report.status == 2


@POSIX
def test_a_fifo_with_the_name_of_a_file_is_left_alone(project):
    os.mkfifo(project / "pipe.py")
    assert said(check(project)) == [GOOD]
    named = check(project, "pipe.py", "good.py")
    assert (said(named), [e.message for e in named.errors]) == ([GOOD], ["not a regular file: pipe.py"])


def test_a_deleted_file_on_the_command_line_is_a_trouble_and_the_others_are_looked_at(project):
    write(project, {"also.py": LIMITER})
    done = atomlint("check", "-o", "concise", "good.py", "godo.py", cwd=project)
    assert "good.py:10:5: redis-per-request" in done.stdout
    assert "also.py" not in done.stdout
    assert "no such file or directory: godo.py; did you mean 'good.py'?" in done.stdout
    assert (done.returncode, done.stderr) == (2, "")


@pytest.mark.parametrize("named", [(), (".",), ("{}",)], ids=["nothing", "the root", "the root in full"])
def test_a_project_without_files_is_no_clean_project(tmp_path, named):
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    place = str(tmp_path)
    done = atomlint("check", *(name.format(place) for name in named), cwd=tmp_path)
    assert f"no files to look at in {place}" in done.stdout
    assert done.returncode == 2


def test_a_named_file_of_another_kind_is_skipped_with_a_note(project):
    put(project, "picture.png", b"\x89PNG")
    done = atomlint("check", "picture.png", cwd=project)
    assert (done.returncode, done.stderr) == (0, "note: skipped picture.png: nothing here is looked at\n")


# --- what a syntax error amounts to ------------------------------------------------------------------------------------


def broken(tmp_path: Path, configuration: str = "", code: str = "x = = 1") -> Path:
    return write(tmp_path, {"good.py": LIMITER, "bad.py": head(code), "atomlint.toml": configuration})


@pytest.mark.parametrize(
    ("configuration", "code"),
    [
        (f'ignore = ["{SYNTAX}"]', "x = = 1"),
        (f'[per-file-ignores]\n"bad.py" = ["{SYNTAX}"]', "x = = 1"),
        ('extend-exclude = ["bad.py"]', "x = = 1"),
        ("", f"x = = 1  # atomlint: ignore[{SYNTAX}] a template"),
        ("", f"# atomlint: ignore-file[{SYNTAX}] a template\nx = = 1"),
    ],
    ids=["ignored", "ignored for the file", "excluded", "suppressed", "suppressed for the file"],
)
def test_a_syntax_error_that_somebody_answers_for_is_no_trouble(tmp_path, configuration, code):
    report = check(broken(tmp_path, configuration, code))
    active = [(f.span.path, f.span.start.line, f.rule) for f in report.active]
    assert (active, list(report.errors), report.status) == ([GOOD], [], 1)


def test_a_syntax_error_in_the_baseline_is_no_trouble(tmp_path):
    from atomlint.baseline import write as write_baseline

    root = broken(tmp_path)
    write_baseline(root / "known.json", [f for f in check(root).findings if f.rule == SYNTAX])
    put(root, "atomlint.toml", 'baseline = "known.json"\n')
    report = check(root)
    assert ([f.rule for f in report.active], list(report.errors), report.status) == ([RULE], [], 1)
    assert report.looked.baselined == 1
    named = check(root, "good.py")
    assert (list(named.errors), named.status) == ([], 1)


def test_a_syntax_error_counts_whatever_is_selected(tmp_path):
    root = broken(tmp_path)
    report = check(root, overrides={"select": (RULE,)})
    assert said(report) == [("bad.py", 2, SYNTAX), GOOD]
    assert report.status == 2
    elsewhere = check(root, overrides={"select": ("secret",)})
    assert (said(elsewhere), elsewhere.status) == ([], 0), "that rule reads bytes: the file need not parse"


def test_a_syntax_error_elsewhere_is_a_note_when_paths_are_named(tmp_path):
    root = broken(tmp_path)
    done = atomlint("check", "-o", "concise", "good.py", cwd=root)
    assert "good.py:10:5: redis-per-request" in done.stdout
    assert "bad.py" not in done.stdout
    assert done.stderr == "note: bad.py: does not parse: invalid syntax\n"
    assert done.returncode == 1
    assert atomlint("check", "bad.py", cwd=root).returncode == 2
