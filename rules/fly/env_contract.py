"""A Fly.io configuration does not set what CLAUDE.md or AGENTS.md declares for it, or holds what is declared a secret.

## Why
The line that is missing in `[env]` is found by the outage: a process that does not know that it is in production takes
the defaults of a development machine. A secret in `[env]` is in every clone of the repository. Where the project has
written down what production needs, a machine can hold every configuration to it.

## Bad
    def start() -> None: ...

    --- CLAUDE.md
    <!-- BEGIN:atomlint-deploy v1 -->
    ```toml
    config = "fly.toml"
    secrets = ["DATABASE_URL"]

    [env]
    ENVIRONMENT = "production"
    ```
    <!-- END:atomlint-deploy -->

    --- fly.toml
    app = "harbour-desk"

    [env]
      LOG_LEVEL = "info"

## Good
    def start() -> None: ...

    --- CLAUDE.md
    <!-- BEGIN:atomlint-deploy v1 -->
    ```toml
    config = "fly.toml"
    secrets = ["DATABASE_URL"]

    [env]
    ENVIRONMENT = "production"
    ```
    <!-- END:atomlint-deploy -->

    --- fly.toml
    app = "harbour-desk"

    [env]
      ENVIRONMENT = "production"
      LOG_LEVEL = "info"

## For agents
Do not remove or change a variable of `[env]` that this document declares, and put no secret into `[env]`: secrets are set
with `fly secrets set`.

## Configuration
What is declared stands in the [block `atomlint-deploy`](../agents.md): `env` and `secrets` at the top for every
configuration of `config`, `env` of an app for that app's alone.

## Limits
Silent where no block declares anything, and for the files of `also-allowed`. A variable that the Dockerfile or the
start command sets counts as set, whatever its value. Whether a secret is set on Fly.io cannot be seen. A kill switch
that no code asks is `agent-block-stale`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Document, Edit, Finding, Note, rule

from .mode_variable_missing import insertion
from .topology_drift import apps_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.agents.declared import Declaration
    from atomlint.index.deployments import Deployment

ANY = "*"
Wanted = tuple[str, tuple[str, ...], tuple[str, ...]]
"""A variable, the values of which one holds, and the keys of the declaration."""


@rule("fly-env-contract", severity="error", since="0.1")
def configures(document: Document) -> bool:
    """A TOML file; whether it is a Fly.io configuration is for the project's settings to say."""
    return document.kind in ("fly", "toml")


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """One finding for each variable."""
    declaration = ctx.index.instructions.declaration_for(document.path)
    if declaration is None or document.path not in declaration.configs:
        return
    deployment = ctx.index.deployments.at(document.path)
    if deployment is None:
        return
    for name, values, keys in wanted(deployment, declaration):
        variable = deployment.fly.env.get(name)
        if variable is None:
            if not deployment.sets((name,)):
                yield absent(ctx, deployment, declaration, (name, values, keys))
        elif (ANY in values and not variable.value) or (ANY not in values and variable.value not in values):
            text = f"{name} is not {choice(values)}, which {declaration.path} declares"
            made = ctx.finding(variable.value_span, text).with_related(
                Note(declaration.span(*keys), "is declared here")
            )
            yield repaired(made, name, values, Edit(variable.value_span, f'"{values[0]}"'))
    for place, name in enumerate(declaration.architecture.secrets):
        if name in deployment.fly.env:
            text = (
                f"{name} is declared as a secret, and stands in [env], where everybody reads it who has the repository"
            )
            yield (
                ctx.finding(deployment.fly.env[name].key_span, text)
                .with_related(Note(declaration.span("secrets", place), "is declared here"))
                .with_help(f"Remove it here and set it with `fly secrets set {name}=...`.")
            )


def wanted(deployment: Deployment, declaration: Declaration) -> Iterator[Wanted]:
    """What a file must set: for its app, and for every file where the app does not say otherwise."""
    apps = apps_of(deployment.path, declaration)
    name = deployment.fly.app if deployment.fly.app in apps else next(iter(apps), None)
    own = apps[name].env if name is not None else {}
    for variable, values in own.items():
        yield variable, several(values), ("apps", name or "", "env", variable)
    for variable, values in declaration.architecture.env.items():
        if variable not in own:
            yield variable, several(values), ("env", variable)


def several(values: str | tuple[str, ...]) -> tuple[str, ...]:
    """The values of which one holds."""
    return (values,) if isinstance(values, str) else values


def absent(ctx: Context, deployment: Deployment, declaration: Declaration, want: Wanted) -> Finding:
    """On the ``[env]`` line, or on the first one where there is none."""
    name, values, keys = want
    document = deployment.document
    value = "" if ANY in values else f" as {choice(values)}"
    text = f"{document.path} does not set {name}, which {declaration.path} declares{value}"
    made = ctx.finding(document.table("env") or document.span, text)
    made = made.with_related(Note(declaration.span(*keys), "is declared here"))
    edit = insertion(document, name, values[0]) if values else None
    return made if edit is None else repaired(made, name, values, edit)


def repaired(made: Finding, name: str, values: tuple[str, ...], edit: Edit) -> Finding:
    """With the declared value, where that is one."""
    if ANY in values or len(values) != 1 or not values[0].isprintable() or {'"', "'", "\\"} & set(values[0]):
        return made
    return made.with_fix(f"Set {name} to {values[0]!r} in [env]", edit, safe=True)


def choice(values: tuple[str, ...]) -> str:
    """The declared values in words."""
    return "set" if ANY in values else " or ".join(map(repr, values))
