"""A Fly.io configuration does not set the variable by which the code it deploys knows that it is in production.

## Why
The code asks `ENVIRONMENT == "production"` before it refuses to start without a database, a secret or a signature. On a
machine where the variable is missing its default holds, so none of these checks fires: the process starts as a
development server in production. With a database URL that falls back to SQLite it starts on an empty database, and
customers see their account gone. flyctl calls such a file valid: it does not know what the code reads.

## Bad
    import os
    from sqlalchemy import create_engine

    ENVIRONMENT = os.getenv("ENVIRONMENT", "development")

    def database_url():
        if ENVIRONMENT == "production":
            return os.environ["DATABASE_URL"]
        return "sqlite:///./dev.db"

    engine = create_engine(database_url())

    --- fly.toml
    app = "harbour-desk"

    [env]
      LOG_LEVEL = "info"

## Good
    import os
    from sqlalchemy import create_engine

    ENVIRONMENT = os.getenv("ENVIRONMENT", "development")

    def database_url():
        if ENVIRONMENT == "production":
            return os.environ["DATABASE_URL"]
        return "sqlite:///./dev.db"

    engine = create_engine(database_url())

    --- fly.toml
    app = "harbour-desk"

    [env]
      ENVIRONMENT = "production"
      LOG_LEVEL = "info"

## For agents
Never remove from `[env]` of a Fly.io configuration the variable by which the code knows that it is in production.

## Limits
Quiet where the variable may come from elsewhere: the Dockerfile's final stage, a start command or the start script that
it names, and a comment that lists it among the application's secrets (`fly secrets set ENVIRONMENT=production`).
Secrets that are set and nowhere documented cannot be seen. Files whose name, folder or `app` is of another stage
(`staging`, `dev`, `preview`, `archive`) are passed over. Which process group imports the guarded module is not looked
at: the file is taken to deploy what its Dockerfile copies. A value other than the one that the code compares with is
no finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import (
    Confidence,
    Context,
    Deployment,
    Document,
    Edit,
    Finding,
    Index,
    Item,
    ModeGuard,
    Note,
    Position,
    Span,
    rule,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

RANK = ("database", "abort", "secret", "setting")
ASIDE = frozenset(
    [
        "scripts",
        "script",
        "tools",
        "bin",
        "examples",
        "example",
        "docs",
        "archive",
        "archived",
        "_archive",
        "legacy",
        "old",
        "deprecated",
        "benchmarks",
        "demo",
        "migrations",
        "alembic",
        "notebooks",
    ]
)
"""Folders of Python that no machine serves."""


@rule(
    "fly-mode-variable-missing",
    needs=('"production"', "'production'", '"prod"', "'prod'", '"development"', "'development'", '"dev"', "'dev'"),
    severity="error",
    since="0.1",
)
def configures(document: Document) -> bool:
    """A TOML file; whether it is a Fly.io configuration is for the project's settings to say."""
    return document.kind in ("fly", "toml")


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """One finding for each variable that the file leaves unset, with the guard that hurts most."""
    found = ctx.index.deployments.of(document)
    if found is None or not found.is_production:
        return
    for guard in worst_guards(ctx.index, found):
        if not found.sets((guard.name, *guard.aliases)):
            yield finding(ctx, found, guard)


def worst_guards(index: Index, deployment: Deployment) -> list[ModeGuard]:
    """The guard with the worst consequence for each variable, among those that the file deploys."""
    worst: dict[str, ModeGuard] = {}
    for guard in index.mode_guards:
        if ASIDE.intersection(guard.path.lower().split("/")[:-1]) or not deployment.builds(guard.path):
            continue
        known = worst.get(guard.name)
        if known is None or RANK.index(guard.consequence) < RANK.index(known.consequence):
            worst[guard.name] = guard
    return list(worst.values())


def finding(ctx: Context, deployment: Deployment, guard: ModeGuard) -> Finding:
    """On the ``[env]`` line, or on the first one where there is none."""
    document = deployment.document
    place = document.table("env") or document.span
    fallback = f"falls back to {guard.default!r}" if guard.default else "does without it"
    confidence = Confidence.MEDIUM if guard.consequence == "setting" else Confidence.HIGH
    made = ctx.finding(
        place,
        f"{document.path} does not set {guard.name}: the code {fallback}, and {consequence(guard)}",
        confidence=confidence,
    )
    read, test, effect = guard.read.span, guard.span, guard.effect_span
    notes = [Note(read, f"{fallback} when {guard.name} is unset"), Note(test, "is decided as outside of production")]
    if guard.consequence == "database":
        notes.append(Note(effect, "is the database then"))
    made = made.with_related(*notes).with_help(
        f"Set {guard.name} = {guard.value!r} in [env], or name it in a comment if it is set with `fly secrets`."
    )
    edit = insertion(document, guard.name, guard.value)
    return made if edit is None else made.with_fix(f"Set {guard.name} to {guard.value!r} in [env]", edit)


def consequence(guard: ModeGuard) -> str:
    """What a machine without the variable does."""
    where = guard.path
    if guard.consequence == "database":
        return f"{where} takes a SQLite file for the database"
    if guard.consequence == "abort":
        return f"{where} skips the check that raises {guard.detail} in production"
    if guard.consequence == "secret":
        return f"{where} takes another {guard.detail} than in production"
    return f"{where} decides {guard.detail} as outside of production"


def insertion(document: Document, name: str, value: str) -> Edit | None:
    """A first line of ``[env]`` in the file's quotes, indentation and line ends; a new table where there is none."""
    source = document.source
    quote = "'" if source.text.count("'") > source.text.count('"') else '"'
    end = "\r\n" if "\r\n" in source.text else "\n"
    header = document.table("env")
    if header is None:
        if "env" in document.data:
            return None
        last = source.position(len(source.text))
        lead = "" if source.text.endswith("\n") or not source.text else end
        return Edit(Span(document.path, last, last), f"{lead}{end}[env]{end}  {name} = {quote}{value}{quote}{end}")
    first = next((item for item in document.items if len(item.keys) == 2 and item.keys[0] == "env"), None)
    line = header.start.line
    text = source.lines[line - 1]
    if line == len(source.lines):
        here = Position(line, len(text) + 1)
        return Edit(Span(document.path, here, here), f"{end}  {name} = {quote}{value}{quote}")
    indent = " " * (header.start.column + 1) if first is None else indentation(document, first)
    start = Position(line + 1, 1)
    return Edit(Span(document.path, start, start), f"{indent}{name} = {quote}{value}{quote}{end}")


def indentation(document: Document, item: Item) -> str:
    """The blanks before an item."""
    text = document.source.lines[item.key_span.start.line - 1]
    return text[: len(text) - len(text.lstrip())]
