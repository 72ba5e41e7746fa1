"""What holds for every project: no bytes crash a run, and a file's findings depend on nothing but the project's content."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from commands import BEFORE
from hypothesis import HealthCheck, given, settings
from hypothesis import example as instance
from hypothesis import strategies as st
from projects import LIMITER, check, check_with, engine, write

from atomlint import pool
from atomlint.facts.extract import extract
from atomlint.facts.mask import mask
from atomlint.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.finding import Finding
    from atomlint.report import Report

REGISTRY = Registry()
EXAMPLE = {
    file.relative_to(BEFORE).as_posix(): file.read_bytes() for file in sorted(BEFORE.rglob("*")) if file.is_file()
}
PATHS = sorted(EXAMPLE)
PYTHON = [path for path in PATHS if path.endswith(".py")]
NAMES = [
    "a.py",
    "pkg/b.py",
    "test_c.py",
    "fly.toml",
    "x.toml",
    ".env",
    "Dockerfile",
    "README.md",
    "Procfile",
    "run.sh",
    "c.yaml",
]

few = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
some = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@contextmanager
def directory() -> Iterator[Path]:
    """A place of its own for every example."""
    with tempfile.TemporaryDirectory() as place:
        yield Path(os.path.realpath(place))


def everything(report: Report) -> tuple[list[Finding], list[object]]:
    return list(report.findings), list(report.errors)


@pytest.fixture(scope="module")
def example() -> tuple[list[Finding], list[object]]:
    """What is said of the incident example by one process without a cache."""
    with directory() as root:
        return everything(check(write(root, EXAMPLE), registry=REGISTRY))


def test_the_example_has_findings_of_many_rules_and_files(example):
    assert len({finding.rule for finding in example[0]}) >= 8
    assert len({finding.span.path for finding in example[0]}) >= 8


# --- any bytes ---------------------------------------------------------------------------------------------------------

FRAGMENTS = [
    b"import redis\n", b"from sqlalchemy import select\n", b"def f(:\n", b"class A(Base):\n    x = 1\n", b"redis.Redis().get('k')\n",
    b"\xff\xfe", b"\x00", b"\xef\xbb\xbf", b"# coding: latin-1\n", b"# coding: utf-16\n", b"'''", b"(", b")", b"\r", b"\x0c", b"\\\n",
    b"[env]\n", b"KEY = 'value'\n", b"\xc3\xa9", b"\xed\xa0\x80", b"# atomlint: ignore[", b"# atomlint: ignore[redis-per-request] so\n",
    b"<!-- atomlint: ignore-file[", b"FROM x\n", b"f'{a!r:>{b}}'", b"while True:\n    time.sleep(1)\n", b"\t", b"    ", b"lambda: ",
    b"password = 'x", b"postgres://u:p@h/d\n", b"-----BEGIN PRIVATE KEY-----\n", b"sqlite:///x.db", b"'production'", b"async ", b"@",
]  # fmt: skip
BYTES = st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(FRAGMENTS), max_size=12).map(b"".join))


@some
@given(st.dictionaries(st.sampled_from(NAMES), BYTES, min_size=1, max_size=5))
def test_no_bytes_crash_a_run_or_hide_what_another_file_holds(files):
    with directory() as root:
        report = check(write(root, {"good.py": LIMITER, **files}), registry=REGISTRY)
    assert [error.kind for error in report.errors if error.kind not in ("syntax", "config")] == []
    assert ("good.py", 10) in [
        (f.span.path, f.span.start.line) for f in report.findings if f.rule == "redis-per-request"
    ]
    broken = {finding.span.path for finding in report.active if finding.rule == "atomlint-syntax-error"}
    assert {error.path for error in report.errors} == broken
    assert report.status == (2 if broken else 1)


@few
@given(st.sampled_from(PYTHON), st.randoms(use_true_random=False), BYTES)
def test_no_damage_to_a_real_file_crashes_a_run(path, random, bytes_):
    data = EXAMPLE[path]
    at = random.randrange(len(data) + 1)
    damaged = data[:at] + bytes_ + data[at + random.randrange(20) :]
    with directory() as root:
        report = check(write(root, {**EXAMPLE, path: damaged}), registry=REGISTRY)
    assert {error.kind for error in report.errors} <= {"syntax"}


# --- independence ------------------------------------------------------------------------------------------------------


@few
@given(st.randoms(use_true_random=False))
def test_findings_do_not_depend_on_the_order_in_which_files_were_made_or_listed(example, random):
    shuffled = PATHS.copy()
    random.shuffle(shuffled)
    real = os.scandir

    class Shuffled(list):
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

    def scandir(place):
        with real(place) as entries:
            found = Shuffled(entries)
        random.shuffle(found)
        return found

    with directory() as root, pytest.MonkeyPatch.context() as patch:
        write(root, {path: EXAMPLE[path] for path in shuffled})
        patch.setattr(os, "scandir", scandir)
        assert everything(check(root, registry=REGISTRY)) == example


@few
@given(st.lists(st.sampled_from(PATHS), min_size=1, max_size=6, unique=True))
def test_a_files_findings_do_not_depend_on_which_other_paths_were_named(example, named):
    expected = [f for f in example[0] if any(span.path in named for span in f.spans)]
    with directory() as root:
        report = check(write(root, EXAMPLE), *named, registry=REGISTRY)
    assert list(report.findings) == expected


def test_findings_do_not_depend_on_the_number_of_processes(example, monkeypatch):
    monkeypatch.setattr(pool, "SERIAL", 0)
    monkeypatch.setattr(pool, "CHUNK", 5)
    monkeypatch.setattr("atomlint.linking.WORTH_A_COPY", 1)
    with directory() as root:
        write(root, EXAMPLE)
        assert everything(check(root, registry=REGISTRY, jobs=2)) == example
        assert everything(check(root, registry=REGISTRY, jobs=3)) == example


# --- the cache ---------------------------------------------------------------------------------------------------------

CHANGES = st.lists(
    st.tuples(
        st.sampled_from(PATHS),
        st.sampled_from(
            [
                "touch",
                "comment above",
                "comment below",
                "remove",
                "restore",
                "break",
                "empty",
                "blank",
                "quotes",
                "half",
                "twice",
                "rename",
            ]
        ),
    ),
    min_size=1,
    max_size=4,
)


def change(root: Path, path: str, how: str) -> None:
    """Do something to a file of the example."""
    file = root / path
    if how == "remove":
        file.unlink(missing_ok=True)
        return
    data = file.read_bytes() if file.exists() else EXAMPLE[path]
    made = {
        "touch": data,
        "comment above": b"# a note\n" + data,
        "comment below": data + b"\n# a note\n",
        "restore": EXAMPLE[path],
        "break": b"x = = 1\n" + data,
        "empty": b"",
        "blank": data.replace(b"\n\n", b"\n\n\n"),
        "quotes": data.replace(b'"', b"'"),
        "half": b"".join(data.splitlines(keepends=True)[: data.count(b"\n") // 2]),
        "twice": data + b"\n" + data,
        "rename": data.replace(b"redis", b"cache").replace(b"Tenant", b"Customer").replace(b"production", b"staging"),
    }[how]
    file.write_bytes(made)
    os.utime(file, ns=(0, 10**18 + len(made)))


@few
@given(CHANGES)
@instance([("backend_saas/api/__init__.py", "break"), ("backend_saas/api/__init__.py", "break")])
def test_a_warm_cache_gives_what_a_cold_one_gives_after_any_change(changes):
    with directory() as root, directory() as cache, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATOMLINT_CACHE_DIR", str(cache))
        write(root, EXAMPLE)
        check(root, registry=REGISTRY, use_cache=True)
        with engine(REGISTRY) as living:
            for path, how in changes:
                change(root, path, how)
                expected = everything(check(root, registry=REGISTRY))
                assert everything(check(root, registry=REGISTRY, use_cache=True)) == expected, "a new process, warm"
                assert everything(check_with(living, root, use_cache=True)) == expected, "a process that lives on"
                assert everything(check_with(living, root, use_cache=False)) == expected, "the same without a cache"


def test_findings_are_the_same_when_nothing_changed_but_the_timestamps(example, monkeypatch):
    with directory() as root, directory() as cache:
        monkeypatch.setenv("ATOMLINT_CACHE_DIR", str(cache))
        write(root, EXAMPLE)
        assert everything(check(root, registry=REGISTRY, use_cache=True)) == example
        for file in root.rglob("*"):
            os.utime(file)
        again = check(root, registry=REGISTRY, use_cache=True)
        assert (everything(again), again.looked.cached) == (example, True)


def test_a_cache_of_one_checkout_says_nothing_about_another(example, monkeypatch):
    with directory() as one, directory() as two, directory() as cache:
        monkeypatch.setenv("ATOMLINT_CACHE_DIR", str(cache))
        write(one, {"app.py": LIMITER})
        shutil.copytree(one, two, dirs_exist_ok=True)
        check(one, registry=REGISTRY, use_cache=True)
        write(two, EXAMPLE)
        (two / "app.py").unlink()
        assert everything(check(two, registry=REGISTRY, use_cache=True)) == example


# --- unsaved content ---------------------------------------------------------------------------------------------------


@few
@given(st.sampled_from(PATHS), st.sampled_from(["comment above", "empty", "break", "blank", "quotes", "restore"]))
def test_unsaved_content_gives_what_the_saved_file_gives(path, how):
    with directory() as root, directory() as other:
        write(root, EXAMPLE)
        write(other, EXAMPLE)
        change(other, path, how)
        overlay = {str(root / path): (other / path).read_bytes()}
        (root / path).write_bytes(b"x = (\n")
        assert everything(check(root, registry=REGISTRY, overlay=overlay)) == everything(
            check(other, registry=REGISTRY)
        )


# --- facts -------------------------------------------------------------------------------------------------------------

TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from([piece.decode("utf-8", "surrogateescape") for piece in FRAGMENTS]), max_size=15).map(
        "".join
    ),
)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_extraction_raises_nothing_but_a_syntax_error_whatever_the_text(text):
    try:
        facts, spans = extract(text)
    except SyntaxError:
        return
    assert msgspec.msgpack.encode([facts, spans])
    assert len(spans.calls) == 4 * len(facts.calls)
    assert len(spans.scopes) == 5 * len(facts.scopes)


ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
SECRETS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "ghp_", "sk_live_", "xoxb-", "AKIA"]),
    st.text(ALPHABET, min_size=24, max_size=44),
    st.sampled_from(["1a", "Z9"]),
)
PLACES = [
    'x = "{}"', 'client = Client(token="{}")', 'f("a", "{}")', 'x = ["{}", {{"k": "{}"}}]', 'def f(key="{}"): return key',
    'x = f"Bearer {{y}} {} z"', 'HEADERS = {{"Authorization": "Bearer {}"}}', 'url = "https://user:{}@example.com/"',
    'url = "https://example.com/hook/{}"', 'assert x == "{}"', 'x = "a" "{}"', '@d("{}")\nclass A:\n    k: str = "{}"',
    'os.environ.setdefault("KEY", "{}")', 'x["{}"] = 1', 'match x:\n    case "{}": pass', 'raise E("no {} here")', "x = '''\n{}\n'''",
]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(SECRETS, st.sampled_from(PLACES))
def test_facts_hold_no_string_that_looks_like_a_secret(secret, place):
    facts, spans = extract(place.replace("{}", secret).replace("{{", "{").replace("}}", "}"))
    assert secret.encode() not in msgspec.msgpack.encode([facts, spans])


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_masking_twice_is_masking_once(text):
    assert mask(mask(text)) == mask(text)
    assert len(mask(text)) <= 220
