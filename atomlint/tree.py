"""Which files a project has, of every kind, and which it ignores: for rules about what a text names.

A question and its answer are kept, so that a kept result can be checked against another state of the project without
another look at the texts.
"""

from __future__ import annotations

import re
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pathspec import GitIgnoreSpec

    from .report import Trouble

Asked = tuple[str, str, str]
"""A question's kind, the path that it is about, and the answer: ``yes``, a path or a digest; empty for no."""
CODE = tuple(f".{suffix}" for suffix in "py ts tsx js jsx mjs cjs go rb rs java kt php ex exs sh cs".split())  # noqa: SIM905
"""Suffixes of code in which a name is looked for."""


class Files(Protocol):
    """What a tree asks the project's files, where it knows more than their names."""

    is_whole: bool

    def read(self, file: str) -> bytes | Trouble:
        """The bytes of a file, or what prevents it."""

    def excluded(self, path: str) -> bool:
        """Whether the configuration leaves a path out."""


class _Ignore(NamedTuple):
    below: str
    spec: GitIgnoreSpec


class Tree:
    """Paths relative to the project's root, with ``/``; ``ignores`` are contents of ``.gitignore`` files by their paths."""

    def __init__(
        self,
        names: Iterable[str],
        ignores: Mapping[str, bytes] | None = None,
        project: Files | None = None,
    ) -> None:
        self._names = names
        self._project = project
        self._ignores = ignores or {}
        self._answers: dict[tuple[str, str], str] = {}

    @property
    def asked(self) -> list[Asked]:
        """Every question so far with its answer."""
        return [(kind, path, answer) for (kind, path), answer in self._answers.items()]

    def agrees(self, asked: Sequence[Asked]) -> bool:
        """Whether this tree gives the same answers as another one of the same configuration did."""
        told = any(kind == "ignores" and self._ask(kind, path) == answer for kind, path, answer in asked)
        follows = {"ignores", "ignored"} if told else {"ignores"}  # from the same texts
        return all(self._ask(kind, path) == answer for kind, path, answer in asked if kind not in follows)

    def has(self, path: str) -> bool:
        """Whether a file or a directory is at a path; what lies below a link or a submodule counts as being there."""
        return bool(self._ask("has", path))

    def ends(self, path: str) -> bool:
        """Whether the path of some file or directory is this one or ends with ``/`` and this one; case does not matter."""
        return bool(self._ask("ends", path))

    def begins(self, path: str) -> bool:
        """Whether the path of some file or directory begins with this text: ``shop/_fast.`` of ``shop/_fast.cpython-312.so``."""
        return bool(self._ask("begins", path))

    @property
    def is_whole(self) -> bool:
        """Whether the project is a repository, or in none: else a text in it may name what lies above its root."""
        return bool(self._ask("whole", ""))

    def is_ignored(self, path: str) -> bool:
        """Whether ``.gitignore`` files or the configuration leave a path, or a directory above it, out of the project."""
        self._ask("ignores", "")
        return bool(self._ask("ignored", path))

    def mentions(self, word: str) -> bool:
        """Whether a word stands in some file of code; costs a look at all of them."""
        return bool(self._ask("word", word))

    def elsewhere(self, path: str) -> str:
        """The one file that has the same name as a path; empty when there is none, or more than one."""
        return self._ask("elsewhere", path)

    def _ask(self, kind: str, path: str) -> str:
        key = (kind, path)
        if key not in self._answers:
            self._answers[key] = self._found(kind, path)
        return self._answers[key]

    def _found(self, kind: str, path: str) -> str:
        if kind == "elsewhere":
            return self._elsewhere(path)
        if kind == "whole":
            return "yes" if self._project is None or self._project.is_whole else ""
        if kind == "ignores":
            return blake2b(repr(sorted(self._ignores.items())).encode(), digest_size=16).hexdigest()
        questions = {
            "has": self._has, "ends": self._ends, "begins": self._begins, "ignored": self._ignored, "word": self._word
        }  # fmt: skip
        return "yes" if questions[kind](path) else ""

    @cached_property
    def _files(self) -> frozenset[str]:
        return frozenset(self._names)

    @cached_property
    def _folders(self) -> frozenset[str]:
        found: set[str] = set()
        for path in self._files:
            above = path.rpartition("/")[0]
            while above and above not in found:
                found.add(above)
                above = above.rpartition("/")[0]
        return frozenset(found)

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        """Paths of files and directories by their own names, in small letters."""
        found: dict[str, list[str]] = {}
        for path in (*self._files, *self._folders):
            low = path.lower()
            found.setdefault(low.rpartition("/")[2], []).append(low)
        return found

    def _has(self, path: str) -> bool:
        if path in self._files or path in self._folders:
            return True
        above = path.rpartition("/")[0]
        while above:
            if above in self._files:
                return True
            above = above.rpartition("/")[0]
        return False

    def _ends(self, path: str) -> bool:
        low = path.lower()
        tail = f"/{low}"
        named = self._by_name.get(low.rpartition("/")[2], ())
        return any(one == low or one.endswith(tail) for one in named) or self._has(path)

    def _begins(self, path: str) -> bool:
        return any(one.startswith(path) for one in (*self._files, *self._folders))

    def _elsewhere(self, path: str) -> str:
        name = path.rpartition("/")[2]
        found = [one for one in self._files if one == name or one.endswith(f"/{name}")]
        return found[0] if len(found) == 1 else ""

    def _word(self, word: str) -> bool:
        wanted = re.compile(rb"(?<!\w)" + re.escape(word).encode() + rb"(?!\w)")
        if self._project is None:
            return False
        for path in self._files:
            if path.endswith(CODE):
                data = self._project.read(path)
                if isinstance(data, bytes) and word.encode() in data and wanted.search(data):
                    return True
        return False

    @cached_property
    def _specs(self) -> list[_Ignore]:
        """The deepest first: it decides."""
        from pathspec import GitIgnoreSpec

        from .walk import usable

        found = []
        for path in sorted(self._ignores, key=lambda path: -path.count("/")):
            lines = self._ignores[path].decode("utf-8", "surrogateescape").splitlines()
            found.append(_Ignore(path.removesuffix(".gitignore"), GitIgnoreSpec.from_lines(usable(lines))))
        return found

    def _ignored(self, path: str) -> bool:
        if self._project is not None and self._project.excluded(path):
            return True
        parts = path.rstrip("/").split("/")
        folders = ["/".join(parts[:end]) + "/" for end in range(1, len(parts))]
        return any(map(self._decided, [*folders, path]))

    def _decided(self, path: str) -> bool:
        for below, spec in self._specs:
            if path.startswith(below):
                verdict = spec.check_file(path[len(below) :]).include
                if verdict is not None:
                    return verdict
        return False
