"""The declared architecture of a project: the blocks of its instructions for agents, typed, with their places."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..finding import Span
from ..source import Source
from ..syntax.item import DocumentError
from .blocks import DEPLOY, Block, Problem, read_blocks
from .imports import resolve, with_imports
from .model import Architecture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..declare import Rule
    from ..document import Document
    from ..syntax.item import Item, Keys
    from ..syntax.markdown import Fence
    from .blocks import Blocks

NAMES = frozenset({"CLAUDE.md", "AGENTS.md"})
HIDDEN = ".claude"
"""A folder whose instructions are about the folder that it lies in."""


class Declaration:
    """One block: what it declares, and where each key stands."""

    def __init__(self, path: str, directory: str, block: Block, fence: Fence | None, text: str) -> None:
        self.path = path
        """The document that holds the block."""
        self.directory = directory
        """What the block is about: the folder of the instructions, relative to the root; empty for the root."""
        self.block = block
        self._fence = fence
        self._text = text

    def __repr__(self) -> str:
        return f"<Declaration {self.path}:{self.block.begin.start.line}>"

    @cached_property
    def _read(self) -> tuple[Architecture, tuple[Problem, ...], dict[Keys, Item]]:
        import msgspec

        from ..config.errors import dotted
        from ..config.globs import wrong
        from ..syntax.toml import read_toml
        from .check import checked

        if self._fence is None:
            return Architecture(), (Problem(self.block.begin, "the block holds no ```toml code"),), {}
        above = "\n" * self._fence.span.start.line  # so that lines and columns are those of the document
        try:
            toml = read_toml(Source.from_text(self.path, above + self._text))
        except DocumentError as error:
            place = error.position
            return Architecture(), (Problem(Span(self.path, place, place), f"no TOML: {error.message}"),), {}
        items = {item.keys: item for item in toml.items}
        headers = {header.keys: header.span for header in toml.headers}
        data, wrongs = checked(toml.data, Architecture)
        problems = []
        for keys, reason in wrongs:
            item = items.get(keys)
            unknown = reason.startswith("unknown key")
            span = headers.get(keys) if item is None else item.key_span if unknown else item.value_span
            problems.append(Problem(span or self._near(keys, items), f"{dotted(keys)}: {reason}"))
        declared = msgspec.convert(data, Architecture)
        for number, pattern in enumerate(declared.also_allowed):
            why = wrong(pattern)
            if why is not None:
                item = items.get(("also-allowed", number))
                where = self.block.begin if item is None else item.value_span
                problems.append(Problem(where, f"also-allowed: the pattern {pattern!r} {why}"))
        return declared, tuple(problems), items

    def _near(self, keys: Keys, items: dict[Keys, Item]) -> Span:
        """Of what stands nearest below keys that have no line of their own, such as ``a`` of ``[a.b]``."""
        below = (item.key_span for of, item in items.items() if of[: len(keys)] == keys)
        return next(below, self.block.begin)

    @property
    def architecture(self) -> Architecture:
        """What is declared; keys that are wrong are left out."""
        return self._read[0]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong inside of the block."""
        return self._read[1]

    def span(self, *keys: str | int) -> Span:
        """Where a value stands; of the block's begin when it does not stand there."""
        item = self._read[2].get(keys)
        return self.block.begin if item is None else item.value_span

    def key_span(self, *keys: str | int) -> Span:
        """Where a key stands; of the block's begin when it does not stand there."""
        item = self._read[2].get(keys)
        return self._near(keys, self._read[2]) if item is None else item.key_span

    def value(self, key: str) -> Any:
        """What is declared under a dotted key, such as ``budget.poll-seconds``; None where nothing is."""
        at: Any = self.architecture
        for part in key.split("."):
            at = at.get(part) if isinstance(at, dict) else getattr(at, part.replace("-", "_"), None)
        return at

    def file(self, written: str) -> str | None:
        """A path that the block names, relative to the project's root; None when it leads out of it."""
        return resolve(self.directory, written)

    @cached_property
    def files(self) -> tuple[tuple[Span, str, str | None], ...]:
        """Every configuration that is named: where, as it is written, and as `file` has it."""
        config = self.architecture.config
        named: list[tuple[Span, str]] = (
            [(self.span("config"), config)]
            if isinstance(config, str)
            else [(self.span("config", place), one) for place, one in enumerate(config)]
        )
        apps = self.architecture.apps.items()
        named += [(self.span("apps", name, "file"), app.file) for name, app in apps if app.file is not None]
        return tuple((span, written, self.file(written)) for span, written in named)

    @property
    def configs(self) -> tuple[str, ...]:
        """The canonical Fly.io configurations, relative to the project's root."""
        return tuple(dict.fromkeys(path for _, _, path in self.files if path is not None))

    def governs(self, path: str) -> bool:
        """Whether a file lies where the block has a say."""
        return not self.directory or path.startswith(f"{self.directory}/")

    def is_allowed(self, path: str) -> bool:
        """Whether a Fly.io configuration is one of those that are declared."""
        if path in self.configs:
            return True
        from ..config.globs import match_any, wrong

        below = path[len(self.directory) + 1 :] if self.directory else path
        return match_any([p for p in self.architecture.also_allowed if wrong(p) is None])(below)


def directory_of(path: str) -> str:
    """The folder that a document's instructions are about."""
    folder = path.rpartition("/")[0]
    if folder.rpartition("/")[2] == HIDDEN:
        return folder.rpartition("/")[0]
    return folder


def is_agent_document(path: str) -> bool:
    """Whether a path names instructions for agents."""
    return path.rpartition("/")[2] in NAMES


class Instructions:
    """The instructions for agents of one project, and what they declare."""

    def __init__(self, files: Iterable[str], find: Callable[[str], Document | None]) -> None:
        self._files = files
        self._find = find

    @cached_property
    def documents(self) -> tuple[tuple[str, Document], ...]:
        """Every document with the folder that it is about, the outermost folders first; imported ones follow."""
        roots = sorted(filter(is_agent_document, self._files), key=lambda path: (path.count("/"), path))
        listed = frozenset(self._files) if roots else frozenset()
        found: dict[str, tuple[str, Document]] = {}
        for path in roots:
            document = self._find(path)
            for one in [] if document is None else with_imports(document, self._find, listed):
                found.setdefault(one.path, (directory_of(path), one))
        return tuple(found.values())

    @cached_property
    def _all(self) -> tuple[Declaration, ...]:
        return tuple(
            Declaration(document.path, directory, block, *toml_of(document, block))
            for directory, document in self.documents
            for block in read_blocks(document.markdown).named(DEPLOY)
        )

    @cached_property
    def declarations(self) -> tuple[Declaration, ...]:
        """The first block of every folder, the outermost first."""
        first: dict[str, Declaration] = {}
        for declaration in self._all:
            first.setdefault(declaration.directory, declaration)
        return tuple(first.values())

    def all_of(self, document: Document) -> list[Declaration]:
        """Every block of one document, those among them that do not count because their folder has one already."""
        return [declaration for declaration in self._all if declaration.path == document.path]

    @staticmethod
    def blocks(document: Document) -> Blocks:
        """The managed blocks of any Markdown file, and the markers that make none."""
        return read_blocks(document.markdown)

    @staticmethod
    def stale_rules(document: Document, rules: Sequence[Rule]) -> list[tuple[Block, str]]:
        """The blocks of rules that say something else than these rules do, with the text that belongs there."""
        from .told import stale

        return stale(document, rules)

    def declaration_for(self, path: str) -> Declaration | None:
        """The block that has a say over a file: of the nearest folder above it."""
        return next((one for one in reversed(self.declarations) if one.governs(path)), None)

    @property
    def root(self) -> Declaration | None:
        """The block of the whole project; the only block, where that is another's."""
        found = self.declarations
        return found[0] if found and (found[0].directory == "" or len(found) == 1) else None


def toml_of(document: Document, block: Block) -> tuple[Fence | None, str]:
    """The TOML code in a block, and its text."""
    inside = fences_in(document.markdown.fences, block)
    found = next((fence for fence in inside if fence.language in ("toml", "")), None)
    return found, found.text if found is not None else ""


def fences_in(fences: Sequence[Fence], block: Block) -> list[Fence]:
    """The fenced code inside of a block."""
    return [f for f in fences if block.begin.end <= f.span.start and f.span.end <= block.end.start]
