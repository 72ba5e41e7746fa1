"""Dockerfiles: instructions with places, stages, and the environment that a stage's container starts with.

Facts of the format: Docker's Dockerfile reference (escape directive, continuation lines with comments between them,
here-documents, exec and shell form, ``ENV`` in both forms, stages by name and by number).
"""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..finding import Span
    from ..source import Source

DIRECTIVE = re.compile(r"\s*#\s*(\w+)\s*=\s*(\S+)", re.ASCII)
WORD = re.compile(r"\s*([A-Za-z]+)(?:[ \t]+|$)")
HEREDOC = re.compile(r"<<-?[ \t]*(['\"]?)([A-Za-z_][A-Za-z0-9_]*)\1")
FLAGS = re.compile(r"^(?:--[a-z][a-z.-]*(?:=\S+)?[ \t]+)+")
PAIR = re.compile(r"""([A-Za-z_][A-Za-z0-9_.-]*)=((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])*)""", re.DOTALL)
BARE = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*)[ \t]+(.*\S)", re.DOTALL)
FROM = re.compile(r"(\S+)(?:\s+[Aa][Ss]\s+(\S+))?\s*$")
VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?:(:?[-+])([^}]*))?\}|([A-Za-z_]\w*))")
UNQUOTE = re.compile(r"""\\(.)|["']""", re.DOTALL)


class Setting(NamedTuple):
    """One name of an ``ENV`` or ``ARG``; the value is None for an ``ARG`` without a default."""

    name: str
    value: str | None
    span: Span


class Instruction(NamedTuple):
    """One instruction; ``text`` is what follows its keyword, continuation lines joined by blanks."""

    keyword: str
    """In capitals."""
    text: str
    span: Span

    @property
    def command(self) -> list[str] | str:
        """Arguments of the exec form, or the text of the shell form."""
        text = FLAGS.sub("", self.text.strip())
        if text.startswith("["):
            try:
                parts = json.loads(text)
            except ValueError:
                return text
            if isinstance(parts, list) and all(isinstance(part, str) for part in parts):
                return parts
        return text


@dataclass
class Stage:
    """One ``FROM`` and what follows it."""

    image: str
    """The image or the earlier stage that it starts from, variables substituted where they are known."""
    name: str | None
    span: Span
    settings: list[Setting] = field(default_factory=list)
    """``ENV`` in source order, values with known variables substituted."""
    arguments: list[Setting] = field(default_factory=list)
    instructions: list[Instruction] = field(default_factory=list)
    base: Stage | None = None
    """The earlier stage that it starts from."""

    @property
    def environment(self) -> dict[str, Setting]:
        """What ``ENV`` leaves behind, that of earlier stages it starts from included."""
        inherited = self.base.environment if self.base is not None else {}
        return {**inherited, **{setting.name: setting for setting in self.settings}}

    def last(self, keyword: str) -> Instruction | None:
        """The last instruction of a keyword (``CMD``, ``ENTRYPOINT``), inherited ones included."""
        for instruction in reversed(self.instructions):
            if instruction.keyword == keyword:
                return instruction
        return self.base.last(keyword) if self.base is not None else None

    @property
    def workdir(self) -> str:
        """The folder that its container starts in, by ``WORKDIR``; that of what it starts from where it has none."""
        folder = self.base.workdir if self.base is not None else ""
        for instruction in self.instructions:
            if instruction.keyword == "WORKDIR":
                folder = posixpath.normpath(posixpath.join(folder or "/", instruction.text.strip().strip("\"'")))
        return folder

    @property
    def ports(self) -> list[str]:
        """What ``EXPOSE`` names, as written."""
        return [port for i in self.instructions if i.keyword == "EXPOSE" for port in i.text.split()]


class Dockerfile(NamedTuple):
    """One Dockerfile."""

    instructions: tuple[Instruction, ...]
    stages: tuple[Stage, ...]

    def stage(self, target: str | None = None) -> Stage | None:
        """The stage that a build makes: the named one, else the last; None when there is none of that name."""
        if target is None:
            return self.stages[-1] if self.stages else None
        for place, stage in enumerate(self.stages):
            if (stage.name or "").lower() == target.lower() or str(place) == target:
                return stage
        return None


def read_dockerfile(source: Source) -> Dockerfile:
    """Parse a file; lines that are no instruction are passed over."""
    instructions = tuple(_instructions(source))
    stages: list[Stage] = []
    outside: list[Setting] = []
    for instruction in instructions:
        if instruction.keyword == "FROM":
            stages.append(_stage(instruction, outside, stages))
            continue
        if not stages:
            if instruction.keyword == "ARG":
                outside += _settings(instruction, {})
            continue
        stage = stages[-1]
        stage.instructions.append(instruction)
        if instruction.keyword in ("ENV", "ARG"):
            known = {a.name: a.value for a in stage.arguments}
            known.update({name: setting.value for name, setting in stage.environment.items()})
            found = list(_settings(instruction, known))
            if instruction.keyword == "ENV":
                stage.settings += found
            else:  # an ARG without a default takes the one before the first FROM
                defaults = {setting.name: setting.value for setting in outside}
                stage.arguments += [s._replace(value=defaults.get(s.name)) if s.value is None else s for s in found]
    return Dockerfile(instructions, tuple(stages))


def _stage(instruction: Instruction, outside: list[Setting], stages: list[Stage]) -> Stage:
    match = FROM.match(FLAGS.sub("", instruction.text.strip()))
    image, name = (match[1], match[2]) if match else (instruction.text.strip(), None)
    image = substitute(image, {setting.name: setting.value for setting in outside})
    base = next((stage for stage in reversed(stages) if (stage.name or "").lower() == image.lower()), None)
    return Stage(image, name, instruction.span, base=base)


def _settings(instruction: Instruction, known: dict[str, str | None]) -> Iterator[Setting]:
    text = instruction.text.strip()
    pairs = [(match[1], match[2]) for match in PAIR.finditer(text)]
    first = text.split(None, 1)[0] if text else ""
    if "=" not in first:
        if instruction.keyword == "ARG":
            for name in text.split():
                key, equal, value = name.partition("=")
                yield Setting(key, substitute(_unquoted(value), known) if equal else None, instruction.span)
            return
        bare = BARE.match(text)
        pairs = [(bare[1], bare[2])] if bare else []
    for name, value in pairs:
        yield Setting(name, substitute(_unquoted(value), known), instruction.span)


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1]
    return UNQUOTE.sub(lambda match: match[1] or "", value)


def substitute(text: str, known: dict[str, str | None]) -> str:
    """``$NAME``, ``${NAME}``, ``${NAME:-word}`` and ``${NAME:+word}`` from known values; unknown ones become empty."""

    def value(match: re.Match[str]) -> str:
        given = known.get(match[1] or match[4])
        if match[2] in (":-", "-"):
            return given or match[3]
        if match[2] in (":+", "+"):
            return match[3] if given else ""
        return given or ""

    return VARIABLE.sub(value, text)


def _instructions(source: Source) -> Iterator[Instruction]:
    escape = _escape(source.lines)
    line = 0
    lines = source.lines
    while line < len(lines):
        first = line
        text = lines[line].rstrip()
        line += 1
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        parts = []
        while text.endswith(escape) and line < len(lines):
            parts.append(text[: -len(escape)])
            text = escape  # comments and blank lines inside an instruction are dropped
            while line < len(lines):
                text = lines[line].rstrip()
                line += 1
                if text and not text.lstrip().startswith("#"):
                    break
                text = escape
        parts.append(text.removesuffix(escape) if line >= len(lines) else text)
        joined = " ".join(part.strip() for part in parts)
        last = line
        for _, word in HEREDOC.findall(joined) if joined[:4].upper() in ("RUN ", "COPY", "ADD ") else ():
            while line < len(lines) and lines[line].strip() != word:
                line += 1
            line = min(line + 1, len(lines))
        match = WORD.match(joined)
        if match is not None:
            begin = source.starts[first] + len(lines[first]) - len(lines[first].lstrip())
            end = source.starts[last - 1] + len(lines[last - 1].rstrip())
            yield Instruction(match[1].upper(), joined[match.end() :], source.span(begin, max(begin, end)))


def _escape(lines: list[str]) -> str:
    for text in lines:
        match = DIRECTIVE.match(text)
        if match is None:
            break
        if match[1].lower() == "escape":
            return match[2][:1]
    return "\\"
