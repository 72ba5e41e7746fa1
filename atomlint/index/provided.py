"""Where settings are given a value: ``[env]`` of fly.toml, Dockerfiles, dotenv files, and secrets that are documented.

Secrets are declared where something shows them being set: ``fly secrets set NAME=...`` in a document, a script, a workflow
or a comment of the configuration, and comments that list them.
"""

from __future__ import annotations

import re
from posixpath import basename
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..finding import Span
    from ..source import Source
    from .facade import Index

Kind = Literal["fly", "dockerfile", "secret", "dotenv"]
SECRETS_SET = re.compile(r"\bfly(?:ctl)?\s+secrets\s+(?:set|import|stage)\b(?P<rest>[^\n]*(?:\\\r?\n[^\n]*)*)")
NAME = re.compile(r"(?<![\w$])([A-Z][A-Z0-9_]+)(?==)")
WORD = re.compile(r"(?<![\w$.-])([A-Z][A-Z0-9]*_[A-Z0-9_]*|[A-Z]{5,})(?![\w.-])")
EXAMPLE = re.compile(r"example|sample|template|dist|default|schema", re.IGNORECASE)
TOLD = (".sh", ".bash", ".md", ".yml", ".yaml")
"""Files that may show how secrets are set; of YAML only workflows."""


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

    def find() -> dict[str, tuple[Provided, ...]]:
        found: dict[str, list[Provided]] = {}
        for name, place in (*_of_fly(index), *_of_documents(index), *_of_texts(index)):
            found.setdefault(name, []).append(place)
        return {name: tuple(dict.fromkeys(places)) for name, places in found.items()}

    result: dict[str, tuple[Provided, ...]] = index.keep("provided", find)
    return result


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
        document = index.document(path)
        if document is None:
            continue
        if document.kind == "dotenv":
            for item in document.items:
                yield str(item.keys[0]), Provided("dotenv", path, item.key_span, item.value)
        elif document.kind == "dockerfile":
            for stage in document.dockerfile.stages:
                for setting in stage.settings:
                    yield setting.name, Provided("dockerfile", path, setting.span, setting.value)


def _of_texts(index: Index) -> Iterator[tuple[str, Provided]]:
    for path in index.files:
        if not path.endswith(TOLD) or (path.endswith((".yml", ".yaml")) and ".github/workflows/" not in path):
            continue
        source = index.sources.source(path)
        if source is not None and "secrets" in source.text:
            yield from _told(path, source)


def _told(path: str, source: Source) -> Iterator[tuple[str, Provided]]:
    for match in SECRETS_SET.finditer(source.text):
        start = match.start("rest")
        for name in NAME.finditer(match["rest"]):
            yield name[1], Provided("secret", path, source.span(start + name.start(1), start + name.end(1)), None)


def shown_value(name: str, place: Provided) -> str | None:
    """A value that may be printed: not of a secret, not from a dotenv file that is no example, no credentials of a URL."""
    from .contract import is_secret_name, without_credentials

    if place.value is None or is_secret_name(name) or (place.kind == "dotenv" and not place.is_example):
        return None
    return without_credentials(place.value)
