"""A private copy of a project to time on: nothing that is timed ever touches the original."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from atomlint.lanes import test_matcher

if TYPE_CHECKING:
    from collections.abc import Iterable

IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+([\w.]+)", re.MULTILINE)
SKIPPED = {".git", ".hg", "node_modules", "__pycache__", ".venv", "venv"}


class UnfitError(Exception):
    """A project that cannot be timed on; ``str()`` is one line."""


def listed(root: Path) -> list[str]:
    """Files below a directory, relative to it: what git tracks or would track, or all of them where there is no git."""
    command = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode == 0:
        names = dict.fromkeys(os.fsdecode(done.stdout).split("\0"))
        return [name for name in names if name and os.path.lexists(root / name) and not _is_directory(root / name)]
    found = []
    for directory, folders, files in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED)
        found += [os.path.relpath(os.path.join(directory, name), root) for name in sorted(files)]  # noqa: PTH118
    return found


def _is_directory(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def copy(root: Path, target: Path) -> list[str]:
    """Copy a project's listed files to a new git repository; its Python files, relative to it.

    Raises:
        UnfitError: there is no Python file in it.
    """
    names = listed(root)
    for name in names:
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, place, follow_symlinks=False)
    python = sorted(name for name in names if name.endswith(".py") and not (target / name).is_symlink())
    if not python:
        raise UnfitError(f"no Python files in {root}")
    plain = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for arguments in (["init", "--quiet"], ["add", "--all", "--force"]):
        subprocess.run(["git", *arguments], cwd=target, env=plain, check=True, capture_output=True)
    return python


def count_lines(root: Path, files: Iterable[str]) -> int:
    """Lines of all files together."""
    return sum((root / name).read_bytes().count(b"\n") for name in files)


@dataclass(frozen=True)
class Target:
    """A file that is changed between runs, and where: lines from 1, before which a line is put."""

    path: str
    lines: int
    comment: int
    """The line of the first function or class at the top level: every line from it on moves."""
    statement: int
    """The line of the first statement in the first function, behind its docstring."""
    indent: int

    def changed(self, text: str, words: int, comments: int, statements: int) -> str:
        """The file's text with a comment that says ``words``, so many comment lines more, and one statement more."""
        lines = text.split("\n")
        lines.insert(self.statement - 1, f"{' ' * self.indent}print('benchmark', {statements})")
        said = [f"# benchmark: {words}", *(f"# line {number}" for number in range(comments))]
        lines[self.comment - 1 : self.comment - 1] = said
        return "\n".join(lines)


def target(root: Path, name: str) -> Target:
    """Where a file can be changed.

    Raises:
        UnfitError: it cannot be parsed, or has no function with lines of its own.
    """
    try:
        text = (root / name).read_bytes().decode("utf-8")
        tree = ast.parse(text)
    except (OSError, ValueError, SyntaxError) as error:
        raise UnfitError(f"{name}: {error}") from None
    for top in tree.body:
        if not isinstance(top, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for node in ast.walk(top):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
                if body and body[0].lineno > node.lineno:
                    return Target(name, text.count("\n"), _first(top), _first(body[0]), body[0].col_offset)
    raise UnfitError(f"{name}: no function in it that could be changed")


def _first(node: ast.stmt) -> int:
    """A statement's first line, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def choose(root: Path, python: Iterable[str]) -> tuple[Target, Target]:
    """An ordinary file and the hub: of production files that something imports, the middle one and the most imported.

    Modules are told apart by the last two parts of their names, which is close enough to choose by.

    Raises:
        UnfitError: no production file has a function to change.
    """
    is_test = test_matcher(None)
    production = [name for name in python if not is_test(name)]
    imported: Counter[bytes] = Counter()
    for name in production:
        found = {module for module in IMPORT.findall((root / name).read_bytes()) if b"." in module}
        imported.update(b".".join(module.split(b".")[-2:]) for module in found)
    ranked = sorted(production, key=lambda name: (imported[_module(name)], name))
    used = [name for name in ranked if imported[_module(name)]] or ranked
    middle = len(used) // 2
    return _first_fit(root, used[middle:] + used[:middle]), _first_fit(root, used[::-1])


def _first_fit(root: Path, names: Iterable[str]) -> Target:
    for name in names:
        with suppress(UnfitError):
            return target(root, name)
    raise UnfitError("no production file has a function to change")


def _module(name: str) -> bytes:
    parts = name.removesuffix(".py").removesuffix("/__init__").split("/")
    return ".".join(parts[-2:]).encode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class Checkout:
    """The private copy."""

    python: list[str]
    lines: int
    """Of all Python files."""
    ordinary: Target
    hub: Target


def prepare(source: Path, copied: Path, changed: str | None) -> Checkout:
    """Copy a project and look at it, in a process of its own: what this one has in memory counts for those it starts.

    Raises:
        UnfitError: it cannot be timed on.
    """
    command = [sys.executable, __file__, str(source), str(copied), *([changed] if changed else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise UnfitError(done.stdout.strip() or "the project could not be copied")
    found = json.loads(done.stdout)
    return Checkout(found["python"], found["lines"], Target(**found["ordinary"]), Target(**found["hub"]))


def main(source: Path, copied: Path, changed: str | None = None) -> int:
    """What `prepare` runs; prints a `Checkout`, or a line that says why there is none."""
    copied.mkdir()
    try:
        python = copy(source, copied)
        ordinary, hub = (target(copied, changed),) * 2 if changed else choose(copied, python)
    except UnfitError as error:
        print(error)
        return 1
    print(json.dumps(asdict(Checkout(python, count_lines(copied, python), ordinary, hub))))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]))
