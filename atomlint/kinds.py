"""Which kind of file a path names; by its name alone, because nothing has been read yet."""

from __future__ import annotations

from typing import Literal

Kind = Literal["python", "toml", "dotenv", "dockerfile", "markdown", "procfile", "yaml", "other"]

_SUFFIXES: dict[str, Kind] = {
    "py": "python",
    "pyi": "python",
    "toml": "toml",
    "md": "markdown",
    "yml": "yaml",
    "yaml": "yaml",
    "env": "dotenv",
    "dockerfile": "dockerfile",
}
_PREFIXES: dict[str, Kind] = {"dockerfile": "dockerfile", "procfile": "procfile"}


def kind_of(path: str) -> Kind:
    """The kind of a file: dotenv is ``.env``, ``.env.*`` and ``*.env``; a suffix outweighs what stands before it."""
    name = path.replace("\\", "/").rpartition("/")[2].lower()
    _, dot, suffix = name.rpartition(".")
    if dot and suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    if name.startswith(".env."):
        return "dotenv"
    return _PREFIXES.get(name.partition(".")[0], "other")
