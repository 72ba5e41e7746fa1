"""Where settings are given a value: ``[env]`` of fly.toml, Dockerfiles, Compose and dotenv files, and declared secrets.

A secret is declared where something shows it being set: ``fly secrets set NAME=...`` in Markdown, a script or a workflow,
a comment of the configuration that lists it, and the block for agents.
"""

from __future__ import annotations

import re
from posixpath import basename
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..document import document_kind
from ..syntax.compose import compose_environment
from .flyctl import NAME, SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..document import Document
    from ..finding import Span
    from .facade import Index

Kind = Literal["fly", "dockerfile", "secret", "dotenv", "compose"]
WORD = re.compile(r"(?<![\w$.-])([A-Z][A-Z0-9]*_[A-Z0-9_]*|[A-Z]{5,})(?![\w.-])")
EXAMPLE = re.compile(r"example|sample|template|dist|default|schema", re.IGNORECASE)


class Provided(NamedTuple):
    """One place that gives a setting a value."""

    kind: Kind
    path: str
    span: Span
    value: str | None
    """None where it is not in the repository: of secrets."""

    @property
    def is_example(self) -> bool:
        """Whether it is a line of an example that someone copies."""
        return self.kind == "dotenv" and EXAMPLE.search(basename(self.path)) is not None


def provided(index: Index) -> dict[str, tuple[Provided, ...]]:
    """All places by the setting's name, in the order of the files."""

    found: dict[str, list[Provided]] = {}
    for name, place in (*_of_fly(index), *_of_documents(index), *_of_flyctl(index), *_declared(index)):
        found.setdefault(name, []).append(place)
    return {name: tuple(dict.fromkeys(places)) for name, places in found.items()}


def _of_fly(index: Index) -> Iterator[tuple[str, Provided]]:
    for deployment in index.deployments.all:
        for name, variable in deployment.fly.env.items():
            yield name, Provided("fly", deployment.path, variable.key_span, variable.value)
        source = deployment.document.source
        listed = False
        for number, line in enumerate(source.lines):
            start = source.starts[number] + max(line.find("#"), 0)
            comment = line[line.find("#") :] if "#" in line else ""
            listed = "secret" in comment.lower() or (listed and line.lstrip().startswith("#"))
            for match in WORD.finditer(comment) if listed else ():
                span = source.span(start + match.start(1), start + match.end(1))
                yield match[1], Provided("secret", deployment.path, span, None)


def _of_documents(index: Index) -> Iterator[tuple[str, Provided]]:
    for path in index.files:
        document = index.document(path) if document_kind(path) in ("dotenv", "dockerfile", "compose") else None
        if document is None or document.error is not None:
            continue
        if document.kind == "compose":
            yield from _of_compose(document)
        elif document.kind == "dotenv":
            for item in document.items:
                yield str(item.keys[0]), Provided("dotenv", path, item.key_span, item.value)
        elif document.kind == "dockerfile":
            for stage in document.dockerfile.stages:
                for setting in stage.settings:
                    yield setting.name, Provided("dockerfile", path, setting.span, setting.value)


def _of_compose(document: Document) -> Iterator[tuple[str, Provided]]:
    for variable in compose_environment(document.items):
        yield variable.name, Provided("compose", document.path, variable.span, variable.value)


def _of_flyctl(index: Index) -> Iterator[tuple[str, Provided]]:
    """``fly secrets set NAME=...`` in scripts, workflows and Markdown."""
    for path in index.files:
        if document_kind(path) not in ("shell", "workflow", "markdown"):
            continue
        source = index.sources.source(path)
        if source is None or b"secrets " not in source.data:
            continue
        for match in SECRETS.finditer(source.text):
            start = match.start(1)
            for name in NAME.finditer(match[1]):
                yield name[1], Provided("secret", path, source.span(start + name.start(1), start + name.end(1)), None)


def _declared(index: Index) -> Iterator[tuple[str, Provided]]:
    """``secrets`` of the blocks in CLAUDE.md and AGENTS.md."""
    for declaration in index.instructions.declarations:
        for place, name in enumerate(declaration.architecture.secrets):
            yield name, Provided("secret", declaration.path, declaration.span("secrets", place), None)


def shown_value(name: str, place: Provided) -> str | None:
    """A value that may be printed: not of a secret, not from a dotenv file that is no example, no credentials of a URL."""
    from .contract import is_secret_name, without_credentials

    if place.value is None or is_secret_name(name) or (place.kind == "dotenv" and not place.is_example):
        return None
    return without_credentials(place.value)
