"""The fixture harness: what rule authors test their rules with.

A rule's fixtures lie in a folder of their own: ``bad*.py`` and ``good*.py`` (or files of any other kind), and
``project_*/`` trees. A line that must be reported ends in ``# expect: rule-id``, a documented miss in
``# todo-expect: rule-id``; every other line must be quiet. ``fixed*.py`` is what ``bad*.py`` becomes when its fixes are applied.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .edits import fix_to_fixpoint
from .engine import Engine, Request
from .source import Files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .finding import Finding
    from .report import Report

MARK = re.compile(r"(?:#|<!--|//)\s*(todo-)?expect:\s*([a-z][a-z0-9-]*(?:\s*,\s*[a-z][a-z0-9-]*)*)")
TEXT = 4_000_000


class Expectation(NamedTuple):
    """One mark: path, line (from 1), rule, and whether it is a documented miss."""

    path: str
    line: int
    rule: str
    todo: bool


def expectations(directory: Path) -> Iterator[Expectation]:
    """The marks in all text files below a directory; paths relative to it, with ``/``."""
    for file in sorted(directory.rglob("*")):
        if not file.is_file() or file.stat().st_size > TEXT or "__pycache__" in file.parts:
            continue
        text = file.read_bytes().decode("utf-8", "replace")
        for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
            for todo, rules in MARK.findall(line):
                for rule in rules.split(","):
                    yield Expectation(file.relative_to(directory).as_posix(), number, rule.strip(), bool(todo))


def check_directory(directory: Path, *, select: Sequence[str] | None = None, **overrides: Any) -> Report:
    """Check a directory as a project of its own, at every confidence, without cache; ``overrides`` are configuration keys."""
    engine = Engine()
    settings = {"confidence": "low", "select": tuple(select) if select else None, **overrides}
    request = Request(cwd=directory, paths=(str(directory),), overrides=settings, use_cache=False, jobs=1)
    try:
        return engine.check(request)
    finally:
        engine.close()


def check_files(files: Mapping[str, str | bytes], *, select: Sequence[str] | None = None, **overrides: Any) -> Report:
    """Check a project given as contents by path."""
    with tempfile.TemporaryDirectory(prefix="atomlint-") as place:
        root = Path(place).resolve()
        (root / "atomlint.toml").write_text("", encoding="utf-8")  # the project begins here
        for path, content in files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        report = check_directory(root, select=select, **overrides)
        for finding in report.findings:  # the texts are gone with the directory
            for span in finding.spans:
                report.sources.source(span.path)
        return report


def check_fixture(fixture: Path, rule: str) -> list[str]:
    """Check one fixture (a file or a ``project_*`` tree) against its marks; returns what is wrong, one line each."""
    with tempfile.TemporaryDirectory(prefix="atomlint-") as place:
        root = Path(place).resolve() / "project"
        if fixture.is_dir():
            shutil.copytree(fixture, root)
        else:
            root.mkdir()
            shutil.copy(fixture, root / fixture.name)
        if not (root / "atomlint.toml").exists() and not (root / "pyproject.toml").exists():
            (root / "atomlint.toml").write_text("", encoding="utf-8")
        report = check_directory(root, select=(rule, "atomlint"))
        wrong = [f"{error.path}: {error.kind}: {error.message}" for error in report.errors if error.kind != "syntax"]
        wrong += compare(
            report.active, [mark for mark in expectations(root) if mark.rule in (rule, "atomlint-syntax-error")]
        )
        expected = fixture.with_name(fixture.name.replace("bad", "fixed", 1))
        if fixture.is_file() and fixture.name.startswith("bad") and expected.exists():
            wrong += _compare_fixed(root, fixture.name, expected.read_bytes(), rule)
        return wrong


def compare(findings: Sequence[Finding], marks: Sequence[Expectation]) -> list[str]:
    """Findings that no mark expects, and marks that no finding meets; a documented miss that is found now is wrong too."""
    found = {(f.span.path, f.span.start.line, f.rule): f.message for f in findings}
    expected = {mark[:3] for mark in marks if not mark.todo}
    todo = {mark[:3] for mark in marks if mark.todo}
    wrong = [f"{p}:{n}: {r} is expected and not reported" for p, n, r in sorted(expected - found.keys())]
    wrong += [
        f"{p}:{n}: {r} is reported now: make its todo-expect an expect" for p, n, r in sorted(todo & found.keys())
    ]
    wrong += [
        f"{p}:{n}: {r} is reported and not expected: {found[p, n, r]}"
        for p, n, r in sorted(found.keys() - expected - todo)
    ]
    return wrong


def fix_directory(directory: Path, *, select: Sequence[str] | None = None) -> dict[str, bytes]:
    """What files become when all fixes, unsafe ones too, are applied until none is left; the disk stays as it is."""

    def check(files: Mapping[str, bytes]) -> list[Finding]:
        engine = Engine()
        overlay = {str(directory / path): data for path, data in files.items()}
        settings = {"confidence": "low", "select": tuple(select) if select else None}
        request = Request(cwd=directory, overrides=settings, use_cache=False, jobs=1, overlay=overlay)
        return engine.check(request).active

    return fix_to_fixpoint(check, Files(directory), unsafe=True).changed


def _compare_fixed(root: Path, name: str, expected: bytes, rule: str) -> list[str]:
    changed = fix_directory(root, select=(rule,))
    actual = changed.get(name, (root / name).read_bytes())
    if strip_marks(actual) == strip_marks(expected):
        return []
    import difflib

    lines = difflib.unified_diff(
        strip_marks(expected).splitlines(), strip_marks(actual).splitlines(), "expected", "fixed", lineterm="", n=2
    )
    return [f"{name}: the fix gives another text:", *lines]


def strip_marks(data: bytes) -> str:
    """A text without its marks and trailing blanks."""
    return "\n".join(MARK.sub("", line).rstrip() for line in data.decode("utf-8").splitlines())


def examples(body: str) -> dict[str, str]:
    """The files of a page's Bad or Good section: indented code, several files separated by lines ``--- path``."""
    import textwrap

    lines = textwrap.dedent(
        "\n".join(line for line in body.splitlines() if line.startswith("    ") or not line.strip())
    )
    files: dict[str, list[str]] = {}
    current = files.setdefault("app.py", [])
    for line in lines.splitlines():
        if line.startswith("--- "):
            current = files.setdefault(line[4:].strip(), [])
        else:
            current.append(line)
    return {path: "\n".join(content).strip() + "\n" for path, content in files.items() if any(map(str.strip, content))}
