"""Where scripts and workflows of a project run flyctl: with which configuration, and which secrets they set."""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, NamedTuple

from ..document import document_kind
from ..syntax.shell import HERE, ROOT, program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..document import Document
    from ..finding import Span
    from ..syntax.shell import Command
    from .facade import Index

FLYCTL = frozenset(["fly", "flyctl", "fly.exe", "flyctl.exe"])
MENTIONS = re.compile(rb"flyctl|\bfly\s")
SECRETS = re.compile(r"\b(?:fly|flyctl)\s+secrets\s+(?:set|deploy)\b((?:[^\n\\]|\\.|\\\n)*)")
NAME = re.compile(r"(?:^|[\s\"'])([A-Za-z_][A-Za-z0-9_]*)=")
APP = re.compile(r"(?:\s-a|\s--app)[\s=]+[\"']?([\w.-]+)")


class Invocation(NamedTuple):
    """One call of flyctl."""

    document: Document
    words: tuple[str | None, ...]
    """What follows ``fly``."""
    config: str | None
    """What is given with ``--config``, when it is literal."""
    config_span: Span | None
    command: Command

    def candidates(self) -> list[str]:
        """The paths, from the project's root, that the configuration can be at."""
        if self.config is None or self.config.startswith(("/", "~", "-")):
            return []
        folder = self.command.folder
        if folder is None:
            return []
        here = self.document.directory
        if self.document.kind == "workflow":
            bases = [folder]
        elif folder.startswith(HERE):
            bases = [join(here, folder[len(HERE) :])]
        elif folder.startswith(ROOT):
            bases = [folder[len(ROOT) :]]
        else:
            bases = [join(base, folder) for base in ("", *_above(here))]
        target = self._working_directory()
        if target is not None:
            bases = [*(join(base, target) for base in bases), *bases]
        if self.config.startswith((HERE, ROOT)):
            bases = [here if self.config.startswith(HERE) else ""]
        named = self.config.removeprefix(HERE).removeprefix(ROOT).lstrip("/")
        return list(dict.fromkeys(normpath(join(base, named)) for base in bases))

    def _working_directory(self) -> str | None:
        """The folder that ``fly deploy FOLDER`` names."""
        following = self.words[1:2]
        word = following[0] if following else None
        return None if word is None or word.startswith("-") else word


def _above(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = dirname(folder)


def mentions_flyctl(document: Document) -> bool:
    """A cheap look at a file's bytes."""
    return MENTIONS.search(document.source.data) is not None


def invocations(document: Document) -> Iterator[Invocation]:
    """The calls of flyctl in one script or workflow that say which configuration they use.

    Raises:
        DocumentError: the file cannot be parsed.
    """
    if not mentions_flyctl(document):
        return
    for command in document.commands:
        words = program(command.words)
        if not words or words[0] is None or words[0].rpartition("/")[2] not in FLYCTL:
            continue
        skipped = len(command.words) - len(words)
        rest = words[1:]
        config, place = _config(rest)
        span = None if place is None else command.places[skipped + 1 + place]
        yield Invocation(document, tuple(rest), config, span, command)


def _config(words: list[str | None]) -> tuple[str | None, int | None]:
    for place, word in enumerate(words):
        if word in ("-c", "--config") and place + 1 < len(words):
            return words[place + 1], place + 1
        if word is not None and word.startswith(("--config=", "-c=")):
            return word.partition("=")[2], place
    return None, None


def secrets(index: Index) -> dict[str, set[str | None]]:
    """Names that the project's scripts, workflows and Markdown set by ``fly secrets set``, with the applications named.

    None among the applications: one that the command does not name.
    """
    found: dict[str, set[str | None]] = {}
    for path in index.files:
        if document_kind(path) not in ("shell", "workflow", "markdown"):
            continue
        source = index.sources.source(path)
        if source is None or b"secrets " not in source.data:
            continue
        try:
            text = source.text
        except ValueError:
            continue
        for match in SECRETS.finditer(text):
            app = APP.search(match[1])
            for name in NAME.findall(match[1]):
                found.setdefault(name, set()).add(app[1] if app is not None else None)
    return found
