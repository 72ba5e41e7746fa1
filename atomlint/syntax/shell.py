"""Shell scripts as far as literal commands go: each command with its words, its place and the folder it runs in.

The grammar is tree-sitter's for Bash. What a script computes is not followed: a word is unknown (None) when it holds
more than literal text, variables that the script sets to one literal, and the script's own folder
(``$(dirname "$0")`` and its forms).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from posixpath import join, normpath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import tree_sitter

    from ..finding import Span
    from ..source import Source

HERE = "<script>"
"""What a path begins with that is relative to the script's own folder."""
ROOT = "<root>"
"""What a path begins with that is relative to the root of the repository."""
OWN = re.compile(r"\$(?:0\b|\{0\b|\{?BASH_SOURCE\b)")
BRANCHES = frozenset(["if_statement", "while_statement", "for_statement", "case_statement", "function_definition"])
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
ARGUMENTS = frozenset(["word", "string", "raw_string", "number", "concatenation", "simple_expansion", "expansion"])
PARTS = frozenset([*ARGUMENTS, "command_substitution", "ansi_c_string", "string_content"])
EXPANSION = re.compile(r"\$\{(\w+)(?::?-[\"']?([\w./:-]*)[\"']?)?\}|\$(\w+)")
WRAPPERS = frozenset(["exec", "sudo", "env", "nohup", "command", "time", "tini", "dumb-init", "--"])
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)


class Command(NamedTuple):
    """One simple command."""

    words: tuple[str | None, ...]
    """The name and its arguments without quotes; None for what is not known."""
    places: tuple[Span, ...]
    """Of each word, quotes included."""
    assigned: tuple[str, ...]
    """Names that are set before it, for it alone."""
    span: Span
    folder: str | None
    """Where it runs: relative to where the script starts, or after `HERE` or `ROOT`; None once it is not known."""


@dataclass
class _State:
    folder: str | None = ""
    kept: list[str | None] = field(default_factory=list)
    """What ``pushd`` keeps."""
    variables: dict[str, str | None] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)


def read_commands(
    source: Source, text: str | None = None, start: int = 0, variables: dict[str, str | None] | None = None
) -> tuple[Command, ...]:
    """The commands of a script in source order, those of its functions where they are defined.

    Args:
        source: the file.
        text: the script, when it is only a part of the file that stands there as it is.
        start: where the part begins, in code points.
        variables: what is known of the environment that it starts with.
    """
    import tree_sitter
    import tree_sitter_bash

    script = source.text if text is None else text
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))
    walk = _Walk(source, script, start)
    walk.state.variables.update(variables or {})
    try:
        walk.visit(parser.parse(walk.data).root_node)
    except RecursionError:
        return ()
    return tuple(walk.state.commands)


class _Walk:
    def __init__(self, source: Source, script: str, start: int) -> None:
        self.source = source
        self.data = script.encode("utf-8", "surrogatepass")
        self.start = start
        self.state = _State()

    def visit(self, node: tree_sitter.Node) -> None:
        if node.type == "command":
            self.command(node)
        elif node.type == "variable_assignment":
            self.assign(node)
        elif node.type == "subshell":
            folder = self.state.folder
            self.children(node)
            self.state.folder = folder
        elif node.type in BRANCHES:
            folder = self.state.folder
            self.children(node)
            if self.state.folder != folder:  # it may have been left, or not
                self.state.folder = folder if node.type == "function_definition" else None
        elif node.type in ("heredoc_body", "comment", "string", "raw_string"):
            return
        else:
            self.children(node)

    def children(self, node: tree_sitter.Node) -> None:
        for child in node.children:
            self.visit(child)

    def command(self, node: tree_sitter.Node) -> None:
        words: list[str | None] = []
        places: list[Span] = []
        assigned: list[str] = []
        for child in node.children:
            if child.type == "variable_assignment":
                name = child.child_by_field_name("name")
                assigned.append(self.text(name) if name is not None else "")
            elif child.type == "command_name" or child.type in PARTS:
                words.append(self.word(child))
                places.append(self.span(child))
        if words:
            found = Command(tuple(words), tuple(places), tuple(assigned), self.span(node), self.state.folder)
            self.state.commands.append(found)
            self.move(found)

    def assign(self, node: tree_sitter.Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None:
            return
        key = self.text(name)
        found = "" if value is None else self.word(value)
        known = self.state.variables.get(key, found)
        self.state.variables[key] = found if known == found else None

    def move(self, command: Command) -> None:
        name, *arguments = command.words
        state = self.state
        if name == "popd":
            state.folder = state.kept.pop() if state.kept else None
        elif name in ("cd", "pushd"):
            if name == "pushd":
                state.kept.append(state.folder)
            targets = [a for a in arguments if a is None or not a.startswith("-")]
            state.folder = below(state.folder, targets[0]) if targets else None

    def word(self, node: tree_sitter.Node) -> str | None:
        """The text that a word stands for."""
        text = self.text(node)
        if node.type in ("word", "number"):
            return ESCAPED.sub(r"\1", text)
        if node.type == "raw_string":
            return text[1:-1]
        if node.type == "string_content":
            return text
        if node.type in ("simple_expansion", "expansion"):
            match = EXPANSION.fullmatch(text)
            if match is None:
                return None
            return self.state.variables.get(match[1] or match[3], match[2])
        if node.type == "command_substitution":
            return self.substituted(node)
        if node.type not in ("command_name", "concatenation", "string"):
            return None
        parts = [self.word(child) for child in node.children if child.type in PARTS]
        if node.type == "string" and not parts:
            return text[1:-1]
        return None if None in parts else "".join(part for part in parts if part is not None)

    def substituted(self, node: tree_sitter.Node) -> str | None:
        """The folder that ``$(dirname "$0")``, ``$(cd FOLDER && pwd)`` or ``$(git rev-parse ...)`` prints."""
        commands = [child for child in _below(node) if child.type == "command"]
        words = [[c for c in command.children if c.type == "command_name" or c.type in PARTS] for command in commands]
        names = [self.text(found[0]) if found else "" for found in words]
        if names == ["dirname"] and OWN.search(self.text(commands[0])):
            return HERE
        if names == ["git"] and "--show-toplevel" in self.text(commands[0]):
            return ROOT
        if names == ["cd", "pwd"] and len(words[0]) > 1:
            return self.word(words[0][-1])
        return None

    def text(self, node: tree_sitter.Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def span(self, node: tree_sitter.Node) -> Span:
        first = self.start + len(self.data[: node.start_byte].decode("utf-8", "replace"))
        return self.source.span(first, first + len(self.text(node)))


def _below(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """The commands of a substitution, without those of substitutions inside of them."""
    for child in node.children:
        yield child
        if child.type in ("list", "pipeline", "redirected_statement"):
            yield from _below(child)


def below(folder: str | None, path: str | None) -> str | None:
    """A path seen from a folder; None when either is not known, or the path is absolute."""
    if path is None or path.startswith(("/", "~")):
        return None
    for mark in (HERE, ROOT):
        if path.startswith(mark):
            return mark + _normal(path[len(mark) :].lstrip("/"))
        if folder is not None and folder.startswith(mark):
            return mark + _normal(join(folder[len(mark) :], path))
    return None if folder is None else _normal(join(folder, path))


def _normal(path: str) -> str:
    found = normpath(path or ".")
    return "" if found == "." else found


def program(words: Sequence[str | None]) -> list[str | None]:
    """The words from the program on: without ``exec``, ``sudo`` and the like, and assignments before it."""
    rest = list(words)
    while rest and rest[0] is not None:
        if rest[0].rpartition("/")[2] not in WRAPPERS and not ASSIGNMENT.fullmatch(rest[0]):
            break
        rest.pop(0)
    return rest
