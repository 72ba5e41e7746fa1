"""Shared by rules about deployment: which Fly.io files deploy which code, and which variables they set for it."""

from __future__ import annotations

import re
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING, Any

from atomlint import Document, document_kind, match_any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from atomlint import Index
    from atomlint.syntax.dockerfile import Stage

ELSEWHERE = frozenset(
    [
        "staging",
        "stage",
        "stg",
        "dev",
        "develop",
        "development",
        "test",
        "tests",
        "testing",
        "preview",
        "qa",
        "uat",
        "sandbox",
        "local",
        "demo",
        "example",
        "examples",
        "sample",
        "ci",
        "review",
        "pr",
        "template",
    ]
)
"""Words in the name of a file or application that is no production."""
SHELVED = frozenset(
    [
        "archive",
        "archived",
        "_archive",
        "old",
        "legacy",
        "deprecated",
        "backup",
        "backups",
        "examples",
        "example",
        "templates",
        "docs",
        "attic",
    ]
)
"""Folders of files that nothing deploys."""
RUNS_PYTHON = re.compile(
    r"python|\bpip3?\b|\buv\b|uvicorn|gunicorn|hypercorn|granian|poetry|celery|django|fastapi|flask|conda|pdm|pypy"
)
FOREIGN_IMAGE = re.compile(
    r"(?:.*/)?(?:postgres|postgis|nginx|caddy|redis|valkey|mysql|mariadb|mongo|nats|searxng|grafana|prom)[^/]*"
)
WORD = re.compile(r"[^a-z0-9]+")
SCRIPT = re.compile(r"(?:^|[\s/\"'\[,])([\w.-]+\.sh)\b")


def fly_files(index: Index) -> list[Document]:
    """The project's Fly.io configurations that parse: those configured, else those named so."""

    def find() -> Iterator[Document]:
        for path in index.files:
            if is_fly_file(index, path):
                document = index.document(path)
                if document is not None and document.error is None:
                    yield document

    found: list[Document] = index.keep("fly-files", lambda: list(find()))
    return found


def is_fly_file(index: Index, path: str) -> bool:
    """Whether a path is a Fly.io configuration, by the project's patterns or by its name."""
    if not index.fly_files:
        return document_kind(path) == "fly"
    return document_kind(path) in ("fly", "toml") and match_any(index.fly_files)(path)


def is_production(document: Document) -> bool:
    """Whether a file deploys production: neither it nor its application is of another stage, nor is it shelved."""
    if SHELVED.intersection(document.path.lower().split("/")[:-1]):
        return False
    item = document.get("app")
    app = item.value if item is not None and isinstance(item.value, str) else ""
    words = {*WORD.split(document.name.lower().removesuffix(".toml")), *WORD.split(app.lower())}
    return not words & ELSEWHERE


def value(document: Document, *keys: str | int) -> Any:
    """A value of a document, or None."""
    item = document.get(*keys)
    return None if item is None else item.value


class Deployment:
    """What one Fly.io file builds and starts."""

    def __init__(self, index: Index, document: Document) -> None:
        self.index = index
        self.document = document
        self.folder = document.directory
        named = value(document, "build", "dockerfile")
        self.image = value(document, "build", "image")
        self.is_dockerfile_named = isinstance(named, str)
        self.dockerfile = self._dockerfile(named if isinstance(named, str) else "Dockerfile")

    def _dockerfile(self, named: str) -> Document | None:
        """flyctl looks beside the configuration, then in the working directory."""
        for folder in dict.fromkeys((self.folder, "")):
            path = normpath(join(folder, named)).removeprefix("./")
            source = None if path.startswith("..") else self.index.sources.source(path)
            if source is not None:
                return Document(path, "dockerfile", source)
        return None

    @property
    def stage(self) -> Stage | None:
        """The stage of the Dockerfile that is built."""
        target = value(self.document, "build", "build-target")
        return (
            self.dockerfile.dockerfile.stage(target if isinstance(target, str) else None) if self.dockerfile else None
        )

    @property
    def runs_python(self) -> bool:
        """Whether what is deployed can run the project's Python: no finished image, no image of something else."""
        if isinstance(self.image, str):
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
        tables = self.document.data.get("env")
        for table in tables if isinstance(tables, list) else [tables]:
            if isinstance(table, dict) and name in table:
                return True
        stage = self.stage
        if stage is not None and name in stage.environment and self._has_value(name, stage):
            return True
        assigned = re.compile(rf"(?<![\w$]){re.escape(name)}=")
        commands = list(self._commands(stage))
        scripts = [self._script(match) for command in commands for match in SCRIPT.findall(command)]
        return any(map(assigned.search, [*commands, *scripts])) or is_secret(self.document, name)

    def _has_value(self, name: str, stage: Stage) -> bool:
        if stage.environment[name].value:
            return True
        given = value(self.document, "build", "args")
        return isinstance(given, dict) and any(argument.name in given for argument in stage.arguments)

    def _commands(self, stage: Stage | None) -> Iterator[str]:
        processes = self.document.data.get("processes")
        if isinstance(processes, dict):
            yield from (command for command in processes.values() if isinstance(command, str))
        for keyword in ("CMD", "ENTRYPOINT"):
            instruction = stage.last(keyword) if stage is not None else None
            if instruction is not None:
                yield instruction.text
        for key in ("cmd", "entrypoint", "exec"):
            given = value(self.document, "experimental", key)
            yield given if isinstance(given, str) else " ".join(map(str, given)) if isinstance(given, list) else ""

    def _script(self, name: str) -> str:
        """The text of a start script of that name, the nearest to the configuration."""
        found = [p for p in self.index.files if basename(p) == name and _below(p, self.folder)]
        source = self.index.sources.source(min(found, key=len)) if found else None
        return source.text if source is not None else ""


def deployments(index: Index) -> list[Deployment]:
    """What the project's production files deploy."""
    found: list[Deployment] = index.keep(
        "deployments", lambda: [Deployment(index, document) for document in fly_files(index) if is_production(document)]
    )
    return found


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
