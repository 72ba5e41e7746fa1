"""A Fly.io configuration differs from the architecture that CLAUDE.md or AGENTS.md declares.

## Why
A second configuration deploys a second app: with its own machines, its own connections to the database, and its own
`[env]`, in which a line can be missing that the first one has. An API and a worker that were split off the declared
single `fly.toml` run beside it, or instead of it, and nobody decided so. Many projects hold several configurations on
purpose, so this rule only speaks where the project declares which ones it means.

## Bad
    def start() -> None: ...

    --- CLAUDE.md
    <!-- BEGIN:atomlint-deploy v1 -->
    ```toml
    config = "fly.toml"
    ```
    <!-- END:atomlint-deploy -->

    --- fly.toml
    app = "harbour-desk"

    --- fly.worker.toml
    app = "harbour-desk-worker"

## Good
    def start() -> None: ...

    --- CLAUDE.md
    <!-- BEGIN:atomlint-deploy v1 -->
    ```toml
    config = "fly.toml"

    [apps.harbour-desk]
    groups = { api = { machines = 2 }, worker = { machines = 1 } }
    ```
    <!-- END:atomlint-deploy -->

    --- fly.toml
    app = "harbour-desk"

    [processes]
      api = "uvicorn main:app --host 0.0.0.0"
      worker = "python -m worker"

## For agents
Do not add, split or rename a `fly*.toml`, an app or a process group: change the declaration in this document first, and
only when you were asked to.

## Configuration
What is declared stands in the [block `atomlint-deploy`](../agents.md): the configurations, the apps, their process
groups, regions and `auto_stop_machines`. `fly-files` says which files are configurations at all.

## Limits
Silent where no block declares a `config`. How many machines run is not in the repository and is not compared. A file
of another stage (`fly.staging.toml`) that is not in `also-allowed` is reported at medium confidence. A configuration
without `primary_region` is not held to `regions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Document, Finding, Note, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.agents.declared import Declaration
    from atomlint.agents.model import App
    from atomlint.index.deployments import Deployment


@rule("fly-topology-drift", severity="error", since="0.1")
def configures(document: Document) -> bool:
    """A TOML file; whether it is a Fly.io configuration is for the project's settings to say."""
    return document.kind in ("fly", "toml")


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """One finding for a file that is not declared; for one that is, one for each thing that differs."""
    declaration = ctx.index.instructions.declaration_for(document.path)
    if declaration is None or not declaration.configs:
        return
    deployment = ctx.index.deployments.at(document.path)
    if deployment is None:
        return
    if not declaration.is_allowed(document.path):
        yield undeclared(ctx, deployment, declaration)
    elif document.path in declaration.configs:
        yield from differing(ctx, deployment, declaration)


def undeclared(ctx: Context, deployment: Deployment, declaration: Declaration) -> Finding:
    """On the app's name, which is what the file adds."""
    place = deployment.fly.place("app") if deployment.fly.app is not None else deployment.document.span
    files = declaration.configs
    said = f"{files[0]} is the only Fly.io configuration" if len(files) == 1 else f"those are {', '.join(files)}"
    made = ctx.finding(
        place,
        f"{deployment.path} is not declared: {declaration.path} says that {said}",
        confidence=Confidence.HIGH if deployment.is_production else Confidence.MEDIUM,
    )
    return made.with_related(Note(declaration.span("config"), "is declared here")).with_help(
        f"Make it a process group of {files[0]}, delete it, or list it under also-allowed."
    )


def differing(ctx: Context, deployment: Deployment, declaration: Declaration) -> Iterator[Finding]:
    """Name, groups, region and autostop of a declared file."""
    fly = deployment.fly
    apps = apps_of(deployment.path, declaration)
    if not apps:
        return
    if fly.app is not None and fly.app not in apps:
        names = " or ".join(apps)
        note = Note(declaration.key_span("apps", next(iter(apps))), "is declared here")
        yield ctx.finding(fly.place("app"), f"the app is {fly.app}, and {names} is declared").with_related(note)
        return
    name = fly.app if fly.app is not None else next(iter(apps))
    app = apps[name]
    yield from groups(ctx, deployment, declaration, name, app)
    note = Note(declaration.span("apps", name, "regions"), "is declared here")
    if app.regions and fly.primary_region is not None and fly.primary_region not in app.regions:
        text = f"primary_region is {fly.primary_region}, and {', '.join(app.regions)} is declared for {name}"
        yield ctx.finding(fly.place("primary_region"), text).with_related(note)
    for service in fly.services if app.auto_stop is not None else ():
        if service.autostop != app.auto_stop:
            text = f"auto_stop_machines is {service.autostop}, and {app.auto_stop} is declared for {name}"
            place = fly.place(*service.keys, "auto_stop_machines")
            yield ctx.finding(place, text).with_related(
                Note(declaration.span("apps", name, "auto-stop"), "is declared here")
            )


def groups(ctx: Context, deployment: Deployment, declaration: Declaration, name: str, app: App) -> Iterator[Finding]:
    """Process groups that only one side has."""
    fly = deployment.fly
    actual = {group.name: group for group in fly.groups}
    if not app.groups or actual.keys() == app.groups.keys():
        return
    for group in app.groups.keys() - actual.keys():
        place = deployment.document.table("processes") or deployment.document.span
        yield ctx.finding(place, f"the process group {group} is declared for {name}, and is not here").with_related(
            Note(declaration.key_span("apps", name, "groups", group), "is declared here")
        )
    for group in actual.keys() - app.groups.keys():
        yield ctx.finding(actual[group].span, f"the process group {group} is not declared for {name}").with_related(
            Note(declaration.key_span("apps", name, "groups"), "are declared here")
        )


def apps_of(path: str, declaration: Declaration) -> dict[str, App]:
    """The apps that are declared for a file: those that name it, and where it is the only one, those that name none."""
    only = len(declaration.configs) == 1
    return {
        name: app
        for name, app in declaration.architecture.apps.items()
        if (only if app.file is None else declaration.file(app.file) == path)
    }
