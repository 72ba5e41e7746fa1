"""Rule packs made for one test: modules on disk, imported from there."""

from __future__ import annotations

import sys
from itertools import count
from typing import TYPE_CHECKING

from atomlint.registry import Pack, Registry

if TYPE_CHECKING:
    from pathlib import Path

_NUMBERS = count()


def rule_module(rule_id: str, body: str, **options: object) -> str:
    """A rule's module: its page, and what is nominated and reported."""
    given = "".join(f", {name}={value!r}" for name, value in options.items())
    return f'''"""{rule_id.replace("-", " ").capitalize()}.

## Why
Because.

## Bad
    bad()

## Good
    good()

## Limits
None.
"""

from atomlint import *
from atomlint import rule


@rule("{rule_id}"{given})
{body}
'''


def calls(rule_id: str, name: str, **options: object) -> str:
    """A rule that reports every call of a name, through LibCST."""
    return rule_module(rule_id, f'''\
def nominate(call: Call):
    return call.name == "{name}"


@nominate.on("Call")
def report(ctx, node):
    yield ctx.finding(node, "a call of {name}")
''', **{"needs": (name,), **options})  # fmt: skip


def words(rule_id: str, word: str, **options: object) -> str:
    """A rule that reports every line of a document that holds a word."""
    return rule_module(rule_id, f'''\
def nominate(document: Document):
    return document.kind in ("fly", "toml", "markdown", "dotenv")


@nominate.on("*")
def report(ctx, document):
    for number, line in enumerate(document.source.lines, 1):
        if "{word}" in line:
            at = line.index("{word}") + 1
            yield ctx.finding(Span(document.path, Position(number, at), Position(number, at + {len(word)})), "the word {word}")
''', **options)  # fmt: skip


def make_pack(place: Path, monkeypatch, rules: dict[str, str], name: str = "tests") -> Pack:
    """A pack of modules by path (``family/stem.py``); it is gone from the interpreter after the test."""
    package = f"pack_for_a_test_{next(_NUMBERS)}"
    directory = place / "packs" / package
    for path, text in {"__init__.py": "", **rules}.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        (file.parent / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(directory.parent))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return Pack(name, package, "1.0", directory)


def make_registry(place: Path, monkeypatch, rules: dict[str, str]) -> Registry:
    """A registry of one pack."""
    return Registry([make_pack(place, monkeypatch, rules)])


FAR = rule_module("far-away", '''\
def nominate(call: Call):
    return call.name == "far"


@nominate.on("*")
def report(ctx, call):
    here = Span("fly.toml", Position(1, 1), Position(1, 2))
    yield ctx.finding(call, "it is set elsewhere").with_related(Note(here, "here"))
''', needs=("far",))  # fmt: skip
RULES = {
    "call/bad.py": calls("call-bad", "bad"),
    "call/worse.py": calls("call-worse", "worse", severity="error"),
    "call/note.py": calls("call-note", "note", severity="info"),
    "call/maybe.py": calls("call-maybe", "maybe", confidence="medium"),
    "call/hidden.py": calls("call-hidden", "hidden", confidence="low"),
    "word/todo.py": words("word-todo", "todo", redirects=("word-fixme",)),
    "far/away.py": FAR,
}


def active(report) -> list[tuple[str, int, str]]:
    return [(f.span.path, f.span.start.line, f.rule) for f in report.active]
