"""A private copy of a project to time on: nothing that is timed ever touches the original."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
from collections import Counter
from typing import TYPE_CHECKING

from atomlint.lanes import test_matcher

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

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


def choose(root: Path, python: Iterable[str]) -> tuple[str, str]:
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
    changeable = [name for name in used if is_changeable(root / name)]
    if not changeable:
        raise UnfitError("no production file has a function to change")
    return changeable[len(changeable) // 2], changeable[-1]


def _module(name: str) -> bytes:
    parts = name.removesuffix(".py").removesuffix("/__init__").split("/")
    return ".".join(parts[-2:]).encode("utf-8", "surrogateescape")


def is_changeable(path: Path) -> bool:
    """Whether both changes can be made to a file."""
    try:
        text = path.read_bytes().decode("utf-8")
        with_comment(text, 0)
        ast.parse(with_code(text, 0))
    except (ValueError, SyntaxError, UnfitError):
        return False
    return True


def with_comment(text: str, number: int) -> str:
    """A comment line above the first function or class: every line below it moves, and nothing else changes.

    Raises:
        UnfitError: there is none at the top level.
    """
    for node in ast.parse(text).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            return _inserted(text, first, f"# benchmark: change {number}")
    raise UnfitError("nothing to comment")


def with_code(text: str, number: int) -> str:
    """One more statement, with a call, at the start of the first function.

    Raises:
        UnfitError: there is no function with lines of its own.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            documented = ast.get_docstring(node, clean=False) is not None
            body = node.body[1:] if documented else node.body
            if body and body[0].lineno > node.lineno:
                first = min([body[0].lineno, *(d.lineno for d in getattr(body[0], "decorator_list", []))])
                return _inserted(text, first, " " * body[0].col_offset + f'print("benchmark", {number})')
    raise UnfitError("no function to change")


def _inserted(text: str, line: int, new: str) -> str:
    lines = text.split("\n")
    lines.insert(line - 1, new)
    return "\n".join(lines)
