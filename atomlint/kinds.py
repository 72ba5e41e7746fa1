"""Which kind of file a path names, and which directories hold none; by names alone: nothing has been read yet."""

from __future__ import annotations

from typing import Literal

Kind = Literal["python", "toml", "dotenv", "dockerfile", "markdown", "procfile", "yaml", "shell", "ini", "other"]

_SUFFIXES: dict[str, Kind] = {
    "py": "python",
    "pyi": "python",
    "toml": "toml",
    "md": "markdown",
    "markdown": "markdown",
    "yml": "yaml",
    "yaml": "yaml",
    "env": "dotenv",
    "dockerfile": "dockerfile",
    **dict.fromkeys(("sh", "bash", "zsh"), "shell"),
    **dict.fromkeys(("ini", "cfg", "conf", "properties"), "ini"),
}
_NAMES: dict[str, Kind] = {
    **dict.fromkeys((".envrc", ".flaskenv"), "shell"),
    **dict.fromkeys((".npmrc", ".netrc", ".pgpass"), "ini"),
    **dict.fromkeys(("makefile", "gnumakefile", "justfile", ".justfile"), "ini"),
}
_PREFIXES: dict[str, Kind] = {"dockerfile": "dockerfile", "procfile": "procfile"}


NEVER = frozenset(
    ".git .hg .svn .jj node_modules .venv __pycache__ __pypackages__ site-packages"  # noqa: SIM905
    " .mypy_cache .ruff_cache .pytest_cache .hypothesis .tox .nox .eggs .direnv".split()
)
"""Directories that hold no file of a project unless they are tracked."""
PRUNED = tuple(f"{name}/" for name in sorted(NEVER - {".git"}))
"""The same as gitignore patterns, for git, which knows its own directory."""


def kind_of(path: str) -> Kind:
    """The kind of a file; a suffix outweighs what stands before it.

    dotenv is ``.env``, ``.env.*`` and ``*.env``; ini is every settings file of lines with ``#`` comments, Makefiles among them.
    """
    name = path.replace("\\", "/").rpartition("/")[2].lower()
    if name in _NAMES:
        return _NAMES[name]
    _, dot, suffix = name.rpartition(".")
    if dot and suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    if name.startswith(".env."):
        return "dotenv"
    return _PREFIXES.get(name.partition(".")[0], "other")
