"""Documents: files that are no Python but say how it runs, parsed when first asked."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from .finding import Position, Span
from .kinds import kind_of
from .syntax.item import DocumentError, Item, Keys

if TYPE_CHECKING:
    from .source import Source
    from .syntax.compose import ServiceVariable
    from .syntax.dockerfile import Dockerfile
    from .syntax.markdown import Markdown
    from .syntax.shell import Command
    from .syntax.toml import Toml

DocumentKind = Literal[
    "fly", "toml", "dotenv", "dockerfile", "markdown", "procfile", "shell", "workflow", "compose"
]  # fmt: skip
FLY = re.compile(r"(?:fly(?:[._-].+)?|.+\.fly)\.toml", re.IGNORECASE)
"""``fly.toml``, and the names of further ones: ``fly.staging.toml``, ``staging.fly.toml``, ``fly-worker.toml``."""
WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml", re.IGNORECASE)
"""Those of the repository's root: GitHub runs no others."""
COMPOSE = re.compile(
    r"(?:.*/)?(?:(?:[^/]+[._-])?compose(?:[._-][^/]+)?|(?:docker-)?compose/[^/]+)\.ya?ml", re.IGNORECASE
)
"""By name, as ``docker-compose.yml`` and ``local.compose.yaml``, or by folder, as ``compose/local.yml``."""


def document_kind(path: str) -> DocumentKind | None:
    """The kind of document that a path names, by its name alone; None for everything else."""
    kind = kind_of(path)
    if kind == "toml":
        return "fly" if FLY.fullmatch(path.replace("\\", "/").rpartition("/")[2]) else "toml"
    if kind == "yaml":
        given = path.replace("\\", "/")
        if WORKFLOW.fullmatch(given):
            return "workflow"
        return "compose" if COMPOSE.fullmatch(given) else None
    if kind in ("dotenv", "dockerfile", "markdown", "procfile", "shell"):
        return kind
    return None


class Document:
    """One document. What is asked of it may raise `DocumentError` when its text cannot be parsed.

    ``source.path`` is relative to the project root; ``path`` is the same.
    """

    def __init__(self, path: str, kind: DocumentKind, source: Source) -> None:
        self.path = path
        self.kind = kind
        self.source = source

    def __repr__(self) -> str:
        return f"<Document {self.kind} {self.path}>"

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rpartition("/")[2]

    @property
    def directory(self) -> str:
        """Directory of the file relative to the project root; empty for the root."""
        return self.path.rpartition("/")[0]

    @cached_property
    def error(self) -> DocumentError | None:
        """Why it cannot be parsed, or None."""
        try:
            _ = self.items
        except DocumentError as error:
            return error
        return None

    @cached_property
    def toml(self) -> Toml:
        """Values and places of a TOML file."""
        from .syntax.toml import read_toml

        return read_toml(self.source)

    @cached_property
    def data(self) -> dict[str, Any]:
        """The values: nested as ``tomllib`` nests them, or by name in dotenv files and Procfiles; else empty."""
        if self.kind in ("fly", "toml"):
            return self.toml.data
        if self.kind not in ("dotenv", "procfile"):
            return {}
        return {str(item.keys[0]): item.value for item in self.items}

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Every value with its place, in source order: elements of arrays and inline tables follow the whole."""
        if self.kind in ("fly", "toml"):
            return self.toml.items
        if self.kind == "dotenv":
            from .syntax.dotenv import read_dotenv

            return tuple(read_dotenv(self.source))
        if self.kind == "procfile":
            from .syntax.dotenv import read_procfile

            return tuple(read_procfile(self.source))
        if self.kind in ("workflow", "compose"):
            from .syntax.yaml import read_yaml

            return read_yaml(self.source)
        return ()

    @cached_property
    def _by_keys(self) -> dict[Keys, Item]:
        return {item.keys: item for item in self.items}

    def get(self, *keys: str | int) -> Item | None:
        """The value at a path of keys; the last one where a dotenv file assigns a name twice."""
        return self._by_keys.get(keys)

    def table(self, *keys: str | int) -> Span | None:
        """The span of the ``[table]`` line of a TOML file, brackets included."""
        if self.kind not in ("fly", "toml"):
            return None
        return next((header.span for header in self.toml.headers if header.keys == keys), None)

    @cached_property
    def dockerfile(self) -> Dockerfile:
        """Instructions and stages, for Dockerfiles."""
        from .syntax.dockerfile import read_dockerfile

        return read_dockerfile(self.source)

    @cached_property
    def markdown(self) -> Markdown:
        """Headings, fences and comments, for Markdown."""
        from .syntax.markdown import read_markdown

        return read_markdown(self.source)

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """Every command of a shell script, and of the steps of a workflow, in source order; else none."""
        from .syntax.shell import read_commands
        from .syntax.workflow import workflow_commands

        if self.kind == "shell":
            return read_commands(self.source)
        return tuple(workflow_commands(self.source, self.items)) if self.kind == "workflow" else ()

    @cached_property
    def environment(self) -> tuple[ServiceVariable, ...]:
        """The variables that a Compose file gives its services; else none."""
        from .syntax.compose import compose_environment

        return tuple(compose_environment(self.items)) if self.kind == "compose" else ()

    @property
    def span(self) -> Span:
        """Its first line: where findings about the whole document stand."""
        return Span(self.path, Position(1, 1), Position(1, len(self.source.lines[0]) + 1))

    @property
    def comments(self) -> str:
        """The text of its ``#`` comments, one a line, without the marks; lines of strings may be among them."""
        return "\n".join(match[1] for match in COMMENT.finditer(self.source.text))


COMMENT = re.compile(r"(?:^|(?<=\s))#+ ?([^\r\n]*)", re.MULTILINE)

__all__ = ["Document", "DocumentError", "DocumentKind", "Item", "document_kind"]
