"""What a Fly.io configuration deploys keeps its database in a SQLite file that no volume holds.

## Why
A machine's own disk is made anew from the image with every deployment, and with every machine that is started: the file
is empty again, each machine has one of its own, and nothing fails. flyctl knows nothing of databases.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [env]
      DATABASE_URL = "sqlite:///./desk.db"

## Good
    --- fly.toml
    app = "harbour-desk"

    [env]
      DATABASE_URL = "sqlite:////data/desk.db"

    [[mounts]]
      source = "data"
      destination = "/data"

## Limits
Read are `[env]`, the `ENV` of the Dockerfile, and, where neither they nor a documented secret (`fly secrets set
DATABASE_URL=...`) set the variable, the value that the code falls back to. A secret wins over both, and one that is set
and nowhere documented cannot be seen. Variables of caches, tests and tools (`CACHE_URL`, `MLFLOW_...`) are passed over.
What the code falls back to is reported with high confidence only when the project requires no driver of another
database, and the Dockerfile's value with medium confidence. Whether the file is written to is not known. A relative
path is taken from the Dockerfile's `WORKDIR`.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Deployment, Document, Finding, Note, rule

from ..database._fallbacks import OTHER, fallbacks, is_chosen, is_used
from ..database._refusals import refused
from ._files import may_be_fly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index, Span
    from atomlint.index.settings import SettingRead

URL = re.compile(r"sqlite(?:\+\w+)?:///(?P<path>[^?#]+)", re.IGNORECASE)
DRIVER = re.compile(
    r"\b(?:psycopg\w*|asyncpg|pg8000|mysqlclient|pymysql|aiomysql|asyncmy|oracledb|pyodbc|libsql\w*)\b", re.IGNORECASE
)
REQUIREMENTS = re.compile(r"(?:.*[-_.])?requirements?.*\.(?:txt|in)|pyproject\.toml|(?:uv|poetry|pdm)\.lock")


@rule("fly-sqlite-fallback-ephemeral", needs=("sqlite:", "sqlite+"), severity="error", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On the variable in ``[env]``, else on the table that could set it."""
    found = ctx.index.deployments.of(document)
    if found is None or not found.is_production:
        return
    for variable in found.fly.env.values():
        file = database_file(variable.value)
        if file and not OTHER.search(variable.name.upper()) and is_ephemeral(found, file):
            yield ctx.finding(variable.value_span, message(variable.name, found))
    yield from of_image(ctx, found)
    yield from of_code(ctx, found)


def of_image(ctx: Context, deployment: Deployment) -> Iterator[Finding]:
    """``ENV DATABASE_URL=sqlite:...`` of the Dockerfile."""
    stage = deployment.stage
    for name, setting in (stage.environment if stage is not None else {}).items():
        file = database_file(setting.value or "")
        if (
            file
            and name not in deployment.fly.env
            and not deployment.is_secret(name)
            and is_ephemeral(deployment, file)
        ):
            yield ctx.finding(place(deployment), message(name, deployment), confidence=Confidence.MEDIUM).with_related(
                Note(setting.span, f"sets {name}")
            )


def of_code(ctx: Context, deployment: Deployment) -> Iterator[Finding]:
    """What the code falls back to when a variable is unset, one finding a variable."""
    index = ctx.index
    told: set[str] = set()
    for read, text, span in defaults(index):
        file = database_file(text)
        if read.name in told or not file or not deployment.builds(read.path) or deployment.sets(read.names):
            continue
        if is_ephemeral(deployment, file):
            told.add(read.name)
            confidence = Confidence.LOW if has_driver(index) else Confidence.HIGH
            yield ctx.finding(
                place(deployment),
                f"{deployment.path} does not set {read.name}: the code falls back to SQLite, and no volume holds the file",
                confidence=confidence,
            ).with_related(Note(span, f"is taken when {read.name} is unset"))


def defaults(index: Index) -> list[tuple[SettingRead, str, Span]]:
    """The reads of production code that fall back to SQLite whatever the mode is."""

    def find() -> Iterator[tuple[SettingRead, str, Span]]:
        for path in index.paths:
            source = index.sources.source(path) if path not in index.tests else None
            if source is None or b"sqlite" not in source.data:
                continue
            for fallback in (fallback for found in fallbacks(index, path).values() for fallback in found):
                if is_chosen(index, fallback) or not is_used(index, fallback):
                    continue
                if index.mode_branches(path, fallback.scope, fallback.frame):
                    continue
                if refused(index, fallback.read, path, fallback.scope, fallback.targets):
                    continue
                span = fallback.read.span
                if fallback.place is not None:
                    span = index.place_span(path, fallback.place, "sqlite")
                yield fallback.read, fallback.text, span

    found: list[tuple[SettingRead, str, Span]] = index.keep("sqlite-defaults", lambda: list(find()))
    return found


def database_file(url: str) -> str:
    """The file of a SQLite URL; empty for other databases and for those in memory."""
    match = URL.match(url.strip())
    return "" if match is None or ":memory:" in match["path"] or "$" in match["path"] else match["path"]


def is_ephemeral(deployment: Deployment, file: str) -> bool:
    """Whether no volume holds a file; one with a relative path in a folder that is not known is taken to be held."""
    mounts = deployment.fly.mounts
    if not file.startswith("/"):
        folder = deployment.stage.workdir if deployment.stage is not None else ""
        if not folder:
            return not mounts
        file = posixpath.join(folder, file)
    file = posixpath.normpath(file)
    return not any(mount.holds(file) for mount in mounts)


def has_driver(index: Index) -> bool:
    """Whether the project requires a driver of another database."""
    for path in index.files:
        if REQUIREMENTS.fullmatch(path.rpartition("/")[2]):
            source = index.sources.source(path)
            if source is not None and DRIVER.search(source.data.decode("utf-8", "replace")):
                return True
    return False


def message(name: str, deployment: Deployment) -> str:
    """What is wrong, with the volumes that there are."""
    mounts = ", ".join(mount.destination for mount in deployment.fly.mounts)
    held = f"only {mounts} is on a volume" if mounts else "there is no volume"
    return f"{name} is a SQLite file on the machine's own disk, which every deployment empties: {held}"


def place(deployment: Deployment) -> Span:
    """Where the variable would be set."""
    return deployment.document.table("env") or deployment.document.span
