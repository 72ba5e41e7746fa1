"""The code requires a variable that nothing in the project gives to the application on Fly.io.

## Why
`os.environ["API_URL"]` without the variable is a `KeyError`: at import, so that no machine starts, or in the one request
that needs it. The file that deploys the code is where one looks for what it needs. flyctl knows nothing of code.

## Bad
    import os

    API_URL = os.environ["API_URL"]

    --- fly.toml
    app = "harbour-desk"

    [env]
      LOG_LEVEL = "info"

## Good
    import os

    API_URL = os.environ["API_URL"]

    --- fly.toml
    app = "harbour-desk"

    [env]
      API_URL = "https://api.example.com"

## Configuration
The rule runs when it is selected by its id: most projects set their secrets and write it down nowhere.

## Limits
A variable counts as given by `[env]`, by the Dockerfile, by a command or start script, and by whatever names it as a secret:
a comment in the file, a script, a workflow or Markdown with `fly secrets set`. Variables that Fly.io sets itself are passed
over. Which process group runs the code is not looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Deployment, Document, Finding, Note, rule

from ._files import may_be_fly
from .mode_variable_missing import ASIDE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index, SettingRead

GIVEN = re.compile(r"FLY_\w+|PRIMARY_REGION|HOME|PATH|USER|PWD|HOSTNAME|LANG|TZ|VIRTUAL_ENV|PYTHON\w*")
"""Variables that every machine has."""
MAX_NAMED = 5


@rule(
    "fly-required-env-missing",
    needs=("environ", "BaseSettings", "decouple", "environs", "starlette.config", "django-environ"),
    severity="warning",
    confidence=Confidence.MEDIUM,
    status="preview",
    since="0.1",
)
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On ``[env]``, one finding a file with the names and the places that read them."""
    found = ctx.index.deployments.of(document)
    if found is None or not found.is_production:
        return
    missing = list(unset(ctx.index, found))
    if missing:
        names = ", ".join(read.name for read in missing[:MAX_NAMED])
        more = f" and {len(missing) - MAX_NAMED} more" if len(missing) > MAX_NAMED else ""
        yield ctx.finding(
            found.fly.place("env"),
            f"the code requires {names}{more}, and nothing in the project sets it for {found.path}",
        ).with_related(*(Note(read.span, f"requires {read.name}") for read in missing[:MAX_NAMED]))


def unset(index: Index, deployment: Deployment) -> Iterator[SettingRead]:
    """The first read of every variable that is required and not given."""
    told: set[str] = set()
    optional = {
        name for path in index.paths for read in index.settings.reads(path) if not read.required for name in read.names
    }
    for path in index.paths:
        if path in index.tests or ASIDE.intersection(path.lower().split("/")[:-1]) or not deployment.builds(path):
            continue
        for read in index.settings.reads(path):
            known = told.intersection(read.names) or optional.intersection(read.names)
            if not read.required or known or any(GIVEN.fullmatch(name) for name in read.names):
                continue
            told.update(read.names)
            if not deployment.sets(read.names):
                yield read
