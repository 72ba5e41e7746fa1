"""Deployments: what each Fly.io configuration of a project builds and starts, and which variables it sets for it."""

from __future__ import annotations

import re
from functools import cached_property
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING

from ..config.globs import match_any
from ..document import Document, document_kind
from ..fly.file import FlyFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..document import DocumentError
    from ..source import Source
    from ..syntax.dockerfile import Instruction, Stage
    from .facade import Index
    from .flyctl import Invocation
    from .starts import Listener

RUNS_PYTHON = re.compile(
    r"python|\bpip3?\b|\buv\b|uvicorn|gunicorn|hypercorn|granian|poetry|celery|django|fastapi|flask|conda|pdm|pypy"
)
FOREIGN_IMAGE = re.compile(
    r"(?:.*/)?(?:postgres|postgis|nginx|caddy|redis|valkey|mysql|mariadb|mongo|nats|searxng|grafana|prom)[^/]*"
)
SCRIPT = re.compile(r"(?:^|[\s/\"'\[,])([\w.-]+\.sh)\b")

SCRIPT_NAME = re.compile(r"[\w.-]+\.(?:sh|bash)|[\w-]*entry-?point[\w-]*|start|run")


class Deployments:
    """The Fly.io configurations of a project; read when first asked for."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._matches = match_any(index.fly_files) if index.fly_files else None

    def is_fly_file(self, path: str) -> bool:
        """Whether a path is a Fly.io configuration: by the project's patterns, else by its name."""
        if self._matches is None:
            return document_kind(path) == "fly"
        return document_kind(path) in ("fly", "toml") and self._matches(path)

    @cached_property
    def _documents(self) -> dict[str, Document]:
        found = {}
        for path in self.index.files:
            document = self.index.document(path) if self.is_fly_file(path) else None
            if document is not None:
                found[path] = document
        return found

    @cached_property
    def broken(self) -> dict[str, DocumentError]:
        """Configurations that do not parse, and why."""
        return {path: d.error for path, d in self._documents.items() if d.error is not None}

    @cached_property
    def all(self) -> tuple[Deployment, ...]:
        """Every configuration that parses, in the order of paths."""
        return tuple(Deployment(self.index, d) for path, d in self._documents.items() if path not in self.broken)

    @cached_property
    def production(self) -> tuple[Deployment, ...]:
        """Those that deploy production: neither file nor application is of another stage, nor are they shelved."""
        return tuple(deployment for deployment in self.all if deployment.is_production)

    @cached_property
    def secrets(self) -> dict[str, set[str | None]]:
        """Names that scripts, workflows and Markdown set by ``fly secrets set``, with the applications named."""
        from .flyctl import secrets

        return secrets(self.index)

    def calls_in(self, document: Document) -> tuple[Invocation, ...]:
        """The calls of flyctl in a script or a workflow.

        Raises:
            DocumentError: it does not parse.
        """
        from .flyctl import invocations

        return tuple(invocations(document))

    @cached_property
    def _by_path(self) -> dict[str, Deployment]:
        return {deployment.path: deployment for deployment in self.all}

    def of(self, document: Document) -> Deployment | None:
        """The deployment of a document; None when it is no Fly.io configuration.

        Raises:
            DocumentError: it does not parse.
            DecodeError: its bytes are no text.
        """
        if not self.is_fly_file(document.path):
            return None
        found = self._by_path.get(document.path)
        if found is None:
            _ = document.items  # says what is wrong with it
        return found

    def at(self, path: str) -> Deployment | None:
        """The deployment of a configuration.

        Raises:
            DocumentError: the file is a configuration that does not parse.
        """
        error = self.broken.get(path)
        if error is not None:
            raise error
        return self._by_path.get(path)


class Deployment:
    """What one Fly.io configuration builds and starts."""

    def __init__(self, index: Index, document: Document) -> None:
        self.index = index
        self.document = document
        self.fly = FlyFile(document)
        self.folder = document.directory

    def __repr__(self) -> str:
        return f"<Deployment {self.path}>"

    @property
    def path(self) -> str:
        """The configuration's, relative to the project's root."""
        return self.document.path

    @property
    def is_production(self) -> bool:
        """Whether nothing in its name, application or folder tells of another stage."""
        return self.fly.other_stage is None

    @property
    def is_dockerfile_named(self) -> bool:
        """Whether the configuration says which Dockerfile it builds."""
        return self.fly.build.dockerfile is not None

    @cached_property
    def dockerfile(self) -> Document | None:
        """The Dockerfile: flyctl looks beside the configuration, then in the working directory; a builder goes before it."""
        if self.fly.build.builder is not None and not self.is_dockerfile_named:
            return None
        named = self.fly.build.dockerfile or "Dockerfile"
        for folder in dict.fromkeys((self.folder, "")):
            path = normpath(join(folder, named)).removeprefix("./")
            source = None if path.startswith("..") else self.index.sources.source(path)
            if source is not None:
                return Document(path, "dockerfile", source)
        return None

    @cached_property
    def procfile(self) -> Document | None:
        """The Procfile that a buildpack takes the commands from: where neither a Dockerfile nor an image is deployed."""
        if self.fly.build.image is not None or self.is_dockerfile_named or self.dockerfile is not None:
            return None
        path = join(self.folder, "Procfile")
        return self.index.document(path) if path in self.index.files else None

    @property
    def stage(self) -> Stage | None:
        """The stage of the Dockerfile that is built."""
        return self.dockerfile.dockerfile.stage(self.fly.build.target) if self.dockerfile else None

    @property
    def runs_python(self) -> bool:
        """Whether what is deployed can run the project's Python: no finished image, no image of something else."""
        if self.fly.build.image is not None:
            return False
        stage = self.stage
        if stage is None:
            return not self.is_dockerfile_named or self.dockerfile is None
        texts = []
        at: Stage | None = stage
        while at is not None:
            texts += [at.image, *(instruction.text for instruction in at.instructions)]
            at = at.base
        return FOREIGN_IMAGE.fullmatch(stage.image) is None and any(RUNS_PYTHON.search(text.lower()) for text in texts)

    def builds(self, path: str) -> bool:
        """Whether a file of the project gets into what is deployed."""
        if not self.runs_python:
            return False
        sources = self._copied()
        if sources is None:
            above = [self.folder]
            if self.dockerfile is not None and not (self.folder and self.dockerfile.directory == ""):
                above.append(self.dockerfile.directory)
            return any(_below(path, folder) for folder in above)
        contexts = (
            {self.folder, ""}
            if self.dockerfile is not None and self.dockerfile.directory != self.folder
            else {self.folder}
        )
        return any(_below(path, normpath(join(context, source))) for context in contexts for source in sources)

    def _copied(self) -> list[str] | None:
        """What the Dockerfile copies from the build's context; None when that is not known."""
        if self.dockerfile is None:
            return None
        found: list[str] = []
        for stage in self.dockerfile.dockerfile.stages:
            for instruction in stage.instructions:
                if instruction.keyword not in ("COPY", "ADD") or "--from=" in instruction.text:
                    continue
                command = instruction.command
                words = command if isinstance(command, list) else command.split()
                found += [
                    word.rstrip("/*").lstrip("/") or "." for word in words[:-1] if "://" not in word and "$" not in word
                ]
        return found or None

    def sets(self, names: Sequence[str]) -> bool:
        """Whether one of the variables is set for the processes, or documented as one of the application's secrets."""
        return any(self._sets(name) for name in names)

    def _sets(self, name: str) -> bool:
        if name in self.fly.env:
            return True
        stage = self.stage
        if stage is not None and name in stage.environment and self._has_value(name, stage):
            return True
        assigned = re.compile(rf"(?<![\w$]){re.escape(name)}=")
        commands = list(self._commands(stage))
        scripts = [self._script(match) for command in commands for match in SCRIPT.findall(command)]
        return any(map(assigned.search, [*commands, *scripts])) or self.is_secret(name)

    def is_secret(self, name: str) -> bool:
        """Whether a comment, a script, a workflow or Markdown says that a variable is a secret of the application."""
        if is_secret(self.document, name):
            return True
        apps = self.index.deployments.secrets.get(name, ())
        return None in apps or self.fly.app in apps

    def _has_value(self, name: str, stage: Stage) -> bool:
        if stage.environment[name].value:
            return True
        return any(argument.name in self.fly.build.args for argument in stage.arguments)

    def _commands(self, stage: Stage | None) -> Iterator[str]:
        yield from (group.command for group in self.fly.declared_groups if group.command)
        for keyword in ("CMD", "ENTRYPOINT"):
            instruction = stage.last(keyword) if stage is not None else None
            if instruction is not None:
                yield instruction.text
        yield from (" ".join(words) for words in self.fly.overrides.values())
        if self.procfile is not None:
            yield from (item.value for item in self.procfile.items)

    @property
    def entrypoint(self) -> tuple[str, ...]:
        """The words that stand before every command; of a Dockerfile's shell form with its ``sh -c``."""
        given = self.fly.overrides.get("entrypoint")
        if given is not None or self.fly.build.image is not None:
            return given or ()
        return docker_words(self.stage.last("ENTRYPOINT") if self.stage is not None else None)

    def listeners(self, group: str) -> list[Listener] | None:
        """The servers that a group's machines start; None when that is not known."""
        from .starts import listeners

        return listeners(self, group)

    def script_source(self, word: str) -> Source | None:
        """The script of the project that a word of a command names; None when there is none, or more than one."""
        name = basename(word)
        found = [path for path in self.index.files if basename(path) == name and _below(path, self.folder)]
        return self.index.sources.source(found[0]) if len(found) == 1 else None

    def script(self, word: str) -> str:
        """The text of the script that a word of a command names; empty when it names none of the project."""
        return self._script(basename(word)) if SCRIPT_NAME.fullmatch(basename(word)) else ""

    def _script(self, name: str) -> str:
        """The text of a start script of that name, the nearest to the configuration."""
        found = [p for p in self.index.files if basename(p) == name and _below(p, self.folder)]
        source = self.index.sources.source(min(found, key=len)) if found else None
        return source.text if source is not None else ""


def docker_words(instruction: Instruction | None) -> tuple[str, ...]:
    """The words of a ``CMD`` or ``ENTRYPOINT``."""
    if instruction is None:
        return ()
    command = instruction.command
    return ("/bin/sh", "-c", command) if isinstance(command, str) else tuple(command)


def is_secret(document: Document, name: str) -> bool:
    """Whether a file's comments name a variable among the application's secrets (``fly secrets set NAME=...``)."""
    word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    listed = False
    for line in document.source.lines:
        whole = line.lstrip().startswith("#")
        comment = line[line.find("#") :] if "#" in line else ""
        listed = "secret" in comment.lower() or (listed and whole)
        if listed and word.search(comment):
            return True
    return False


def _below(path: str, folder: str) -> bool:
    return folder in ("", ".") or path == folder or path.startswith(folder + "/") or dirname(path) == folder
