"""Machines that commands give to process groups: ``fly scale count api=2 worker=1`` in comments, scripts and Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ..document import document_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..finding import Span
    from ..source import Source
    from .deployments import Deployment
    from .facade import Index

COMMAND = re.compile(r"\bfly(?:ctl)?\s+scale\s+count\b(?P<rest>[^\n#;&|`]*)")
PAIR = re.compile(r"(?<![\w=-])([A-Za-z][\w-]*)=(\d+)(?![\w.])")
PLAIN = re.compile(r"^\s*(\d+)(?![\w.=])")
APP = re.compile(r"(?:\s-a|\s--app)[\s=]+[\"']?([\w.-]+)")
GROUP = re.compile(r"--process-group[\s=]+[\"']?([\w-]+)")


class Scaled(NamedTuple):
    """Machines of one group."""

    group: str
    """Empty for the default group."""
    machines: int
    app: str | None
    path: str
    span: Span


def scaled(index: Index, deployment: Deployment, group: str) -> Scaled | None:
    """What the last command says of a group: those in the configuration's own comments win over those elsewhere."""
    fly = deployment.fly
    wanted = {group, ""} if group == fly.default_group else {group}
    own = [one for one in _of(deployment.path, deployment.document.source) if one.group in wanted]
    if own:
        return own[-1]
    named = [one for one in _elsewhere(index) if one.group in wanted and one.app == fly.app]
    loose = [one for one in _elsewhere(index) if one.group in wanted and one.app is None and one.group]
    single = len(index.deployments.production) == 1
    return next(iter([*named, *(loose if single else [])]), None)


def _elsewhere(index: Index) -> list[Scaled]:
    def find() -> Iterator[Scaled]:
        for path in index.files:
            if document_kind(path) in ("shell", "workflow", "markdown"):
                source = index.sources.source(path)
                if source is not None and b"scale count" in source.data:
                    yield from _of(path, source)

    found: list[Scaled] = index.keep("scaled", lambda: list(find()))
    return found


def _of(path: str, source: Source) -> Iterator[Scaled]:
    for match in COMMAND.finditer(source.text):
        rest = match["rest"]
        app = APP.search(rest)
        name = app[1] if app is not None else None
        span = source.span(match.start(), match.start() + len(match[0].rstrip()))
        plain = PLAIN.match(rest)
        if plain is not None:
            group = GROUP.search(rest)
            yield Scaled(group[1] if group is not None else "", int(plain[1]), name, path, span)
        for pair in PAIR.finditer(rest):
            yield Scaled(pair[1], int(pair[2]), name, path, span)
