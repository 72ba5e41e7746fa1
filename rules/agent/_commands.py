"""Commands that a document tells to run, and what each needs of the project: a target, a script, a module, a file."""

from __future__ import annotations

import re
import shlex
import sys
from typing import TYPE_CHECKING, NamedTuple

from ._quiet import is_placeholder

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from atomlint import Document, Span

SHELLS = frozenset({"bash", "sh", "shell", "zsh", "console", "shell-session", "terminal", ""})
STARTS = re.compile(
    r"(?:make|npm|pnpm|just|python3?|bash|sh|node|tsx|ts-node|pytest|uvicorn|gunicorn|hypercorn|docker|docker-compose|fly|"
    r"flyctl|pip3?|uv|poetry|pipenv|pdm|hatch|rye|cd|sudo|time|source|\./[\w./-]+)\s"
)
"""How a line of code that names no shell begins when it is a command of interest."""
JOINS = re.compile(r"&&|\|\||;|\||\s/\s|,\s|\sor\s|\sand\s")
ASSIGNED = re.compile(r"[A-Za-z_]\w*=")
WRAPPERS = frozenset({"sudo", "time", "nohup", "exec", "env", "command", "nice"})
RUNNERS = frozenset({"uv", "poetry", "pipenv", "pdm", "hatch", "rye"})
INTERPRETERS = frozenset({"bash", "sh", "zsh", "source", ".", "node", "tsx", "ts-node"})
SERVERS = frozenset({"uvicorn", "gunicorn", "hypercorn"})
WITH_VALUE = frozenset(
    {"--with", "--extra", "--group", "--python", "-p", "--directory", "--project", "--package", "--env-file"}
)
FILE = re.compile(r"(?:\./)?[\w.@+-]+(?:/[\w.@+-]+)*\.(?:py|sh|js|ts|mjs|cjs|mts|tsx|toml|ya?ml|txt|ini|sql)")
NAME = re.compile(r"[\w][\w.:-]*")
PLAIN = re.compile(r"-{0,2}[a-z]{1,12}(?:-[a-z]{1,12})?")
"""A subcommand or the name of an option."""
MODULE = re.compile(r"[a-z_]\w*(?:\.\w+)+", re.IGNORECASE)


class Need(NamedTuple):
    """What a command needs of the project."""

    kind: str
    """``make``, ``npm``, ``just``, ``module``, ``server`` or ``file``."""
    name: str
    span: Span
    command: str
    """As it may be shown."""
    folder: str
    """Where it runs, as far as a ``cd`` says; empty when nothing does."""


class _Line(NamedTuple):
    text: str
    span: Span
    """Of the text."""


def needs(document: Document) -> Iterator[Need]:
    """What the commands of a document need, in source order: of fenced code, then of code in prose."""
    for fence in document.markdown.fences:
        if fence.language in SHELLS:
            folder = ""
            for line in _lines(document, fence.span):
                if fence.language or STARTS.match(line.text):
                    folder = yield from _of_line(line, folder)
    for code in document.markdown.codes:
        if STARTS.match(code.text):
            yield from _of_line(_Line(code.text, code.span), "")


def _lines(document: Document, fence: Span) -> Iterator[_Line]:
    """Whole commands; a here-document ends what is read."""
    source = document.source
    last = fence.end.line - 1
    number = fence.start.line + 1
    while number <= last:
        raw = source.lines[number - 1]
        start = number
        text = raw
        while text.endswith("\\") and number < last:
            number += 1
            text = text[:-1] + " " + source.lines[number - 1].strip()
        number += 1
        if "<<" in text:
            return
        bare = re.sub(r"^\s*(?:[$%>]\s+)?", "", text)
        begin = source.starts[start - 1] + len(raw) - len(raw.lstrip())
        end = source.starts[start - 1] + len(raw.rstrip())
        if bare.strip() and not bare.lstrip().startswith("#") and begin < end:
            yield _Line(bare, source.span(begin, end))


def _of_line(line: _Line, folder: str) -> Generator[Need, None, str]:
    """What the commands of one line need; returns the folder that later lines run in."""
    code = re.sub(r"(?:^|\s)#.*", "", line.text)
    for part in JOINS.split(code):
        try:
            words = shlex.split(part)
        except ValueError:
            return folder
        words = _unwrapped(words)
        if not words:
            continue
        if words[0] == "cd" and len(words) == 2:
            folder = "" if words[1].startswith(("/", "~", "$", "-")) else f"{folder}/{words[1]}".strip("/")
            continue
        for kind, name in _of_words(words):
            if name and not is_placeholder(name.replace("::", "/")):
                yield Need(kind, name, line.span, shown(words, name), folder)
    return folder


def shown(words: list[str], name: str) -> str:
    """A command as far as what it needs, without arguments that may be anything, secrets among them."""
    before = [words[0]]
    for word in words[1:]:
        if name in word:
            break
        before.append(word if PLAIN.fullmatch(word) else "…")
    return " ".join([*before, name])


def _unwrapped(words: list[str]) -> list[str]:
    """A command without variables, ``sudo`` and what runs it in an environment."""
    while words and (ASSIGNED.match(words[0]) or words[0] in WRAPPERS):
        words = words[1:]
    if len(words) > 2 and words[0] in RUNNERS and words[1] == "run":
        words = words[2:]
        while words and words[0].startswith("-"):
            words = words[2:] if words[0] in WITH_VALUE else words[1:]
    return words


def _of_words(words: list[str]) -> Iterator[tuple[str, str]]:
    head, rest = words[0], words[1:]
    if head == "make":
        if not {"-C", "-f", "--directory", "--file"}.intersection(rest):
            yield from (("make", word) for word in rest if NAME.fullmatch(word) and "=" not in word)
    elif head in ("npm", "pnpm"):
        yield from _scripts(head, rest)
    elif head == "just":
        yield from (("just", word) for word in rest[:1] if NAME.fullmatch(word))
    elif head in ("python", "python3"):
        yield from _python(rest)
    elif head in INTERPRETERS:
        yield from (("file", word) for word in rest[:1] if FILE.fullmatch(word))
    elif head == "pytest":
        yield from (("file", word.partition("::")[0]) for word in rest if FILE.fullmatch(word.partition("::")[0]))
    elif head in SERVERS:
        found = next((word for word in rest if re.fullmatch(r"[\w.]+:\w+(?:\(\))?", word)), "")
        if not {"--app-dir", "--chdir", "--factory"}.intersection(rest):
            yield "server", found.partition(":")[0]
    elif head.startswith("./") and FILE.fullmatch(head):
        yield "file", head
    else:
        yield from _configured(head, rest)


def _scripts(head: str, rest: list[str]) -> Iterator[tuple[str, str]]:
    """``npm run x``; of the short forms only ``npm test`` and ``npm start`` are scripts for certain."""
    words = [word for word in rest if not word.startswith("-")]
    if rest and rest[0] in ("run", "run-script") and len(rest) > 1 and NAME.fullmatch(rest[1]):
        yield "npm", rest[1]
    elif head == "npm" and words[:1] == ["test"] and rest[:1] == ["test"]:
        yield "npm", "test"


def _python(rest: list[str]) -> Iterator[tuple[str, str]]:
    for place, word in enumerate(rest):
        if word == "-m":
            module = rest[place + 1] if place + 1 < len(rest) else ""
            if MODULE.fullmatch(module) and module.partition(".")[0] not in sys.stdlib_module_names:
                yield "module", module
            return
        if word == "-c":
            return
        if not word.startswith("-"):
            if FILE.fullmatch(word):
                yield "file", word
            return


def _configured(head: str, rest: list[str]) -> Iterator[tuple[str, str]]:
    """Files that options of known commands name."""
    options: tuple[str, ...] = ()
    if head in ("docker", "docker-compose") and (
        "compose" in rest[:1] or head == "docker-compose" or "build" in rest[:2]
    ):
        options = ("-f", "--file")
    elif head in ("fly", "flyctl"):
        options = ("-c", "--config")
    elif head in ("pip", "pip3") or (head == "uv" and rest[:1] == ["pip"]):
        options = ("-r", "--requirement")
    for place, word in enumerate(rest):
        name, equal, value = word.partition("=")
        if name in options:
            given = value if equal else rest[place + 1] if place + 1 < len(rest) else ""
            if FILE.fullmatch(given):
                yield "file", given
