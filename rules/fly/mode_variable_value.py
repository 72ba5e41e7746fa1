"""A Fly.io configuration sets the mode variable to a value that the code does not take for production.

## Why
`ENVIRONMENT = "prod"` in the file, `ENVIRONMENT == "production"` in the code: the variable is set, and every check that
hangs on it is off. The process starts as a development server in production, as if the line were missing. flyctl takes any
value.

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
      ENVIRONMENT = "prod"

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

## Limits
The case of letters is passed over. `staging` and its like are a stage of their own, and reported only in files that are
named for production; `development` and `test` are reported with medium confidence in others. Files whose name, folder
or `app` is of another stage (`staging`, `dev`, `preview`) may set what they like. Values that the Dockerfile sets are
not compared.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Deployment, Document, Edit, Finding, Note, rule

from ._files import may_be_fly, quoted
from .mode_variable_missing import consequence, worst_guards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import ModeGuard
    from atomlint.fly.records import Variable

STAGES = frozenset(["dev", "develop", "development", "local", "test", "testing", "debug"])
OTHERS = frozenset(["staging", "stage", "stg", "preview", "qa", "uat", "sandbox", "demo", "review"])
NAMED = re.compile(r"(?<![a-z])prod(?:uction)?(?![a-z])", re.IGNORECASE)


@rule(
    "fly-mode-variable-value",
    needs=('"production"', "'production'", '"prod"', "'prod'", '"development"', "'development'", '"dev"', "'dev'"),
    severity="error",
    since="0.1",
)
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On the value, with the guard that hurts most."""
    found = ctx.index.deployments.of(document)
    if found is None or not found.is_production:
        return
    for guard in worst_guards(ctx.index, found):
        for name in (guard.name, *guard.aliases):
            variable = found.fly.env.get(name)
            if variable is None or is_other_stage(found, variable):
                continue
            if guard.is_production(variable.value) is False:
                yield finding(ctx, found, guard, variable)
                break


def is_other_stage(deployment: Deployment, variable: Variable) -> bool:
    """Whether the file says by the value that it deploys another stage, and by no name that it deploys production."""
    return variable.value.lower() in OTHERS and not NAMED.search(f"{deployment.path} {deployment.fly.app}")


def finding(ctx: Context, deployment: Deployment, guard: ModeGuard, variable: Variable) -> Finding:
    """The value, the test, and what follows."""
    is_plain = variable.value.lower() not in STAGES or NAMED.search(f"{deployment.path} {deployment.fly.app}")
    confidence = Confidence.HIGH if is_plain and guard.consequence != "setting" else Confidence.MEDIUM
    made = ctx.finding(
        variable.value_span,
        f"the code does not take {variable.name} = {variable.value!r} for production: {consequence(guard)}",
        confidence=confidence,
    ).with_related(Note(guard.span, f"knows {guard.value!r}"), Note(guard.read.span, f"{guard.name} is read here"))
    edit = Edit(variable.value_span, quoted(deployment.document, guard.value))
    return made.with_fix(f"Set {variable.name} to {guard.value!r}", edit)
