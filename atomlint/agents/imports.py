"""``@imports`` of instructions for agents: ``@docs/deploy.md`` stands for that file's text.

Facts of the format: Claude Code's memory documentation (relative to the file that imports, never in code, five hops).
"""

from __future__ import annotations

import re
from posixpath import join, normpath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from ..document import Document
    from ..finding import Span

IMPORT = re.compile(r"(?:^|(?<=[\s(]))@([^\s`'\"()<>,;@]*[\w-])")
MAX_HOPS = 5


class Import(NamedTuple):
    """One import."""

    written: str
    """As it is written, without the ``@``."""
    target: str | None
    """Relative to the project's root; None when it leads out of the project."""
    span: Span
    alone: bool
    """Whether nothing else stands on its line, a list's mark aside."""


def read_imports(document: Document) -> Iterator[Import]:
    """What looks like an import, in source order; whether it is one depends on whether the file is there."""
    if "@" not in document.source.text:
        return
    prose = document.markdown.prose
    for match in IMPORT.finditer(prose):
        start = prose.rfind("\n", 0, match.start()) + 1
        end = prose.find("\n", match.end())
        line = prose[start : len(prose) if end < 0 else end].strip().lstrip("-*+ ")
        span = document.source.span(match.start(), match.end())
        yield Import(match[1], resolve(document.directory, match[1]), span, line == match[0])


def resolve(directory: str, written: str) -> str | None:
    """A path from a directory of the project, relative to its root; None when it leads out of the project."""
    if written.startswith(("~", "/")) or "\\" in written or ":" in written:
        return None
    path = normpath(join(directory, written))
    return None if path == ".." or path.startswith(("../", "/")) else path


def with_imports(document: Document, find: Callable[[str], Document | None], files: Container[str]) -> list[Document]:
    """A document and what it imports, each once, in the order of reading; cycles and too many hops end a branch."""
    found = {document.path: document}
    pending = [(document, 0)]
    while pending:
        at, hops = pending.pop(0)
        for one in read_imports(at) if hops < MAX_HOPS else ():
            if one.target is None or one.target in found or one.target not in files:
                continue
            target = find(one.target)
            if target is not None and target.kind == "markdown":
                found[one.target] = target
                pending.append((target, hops + 1))
    return list(found.values())
