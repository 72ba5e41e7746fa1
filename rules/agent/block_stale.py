"""The declared architecture names a file or a kill switch that the project no longer has.

## Why
A declaration that fell behind is worse than none: agents and people act on it, and the checks that rest on it are about
files that are gone. A kill switch that no code asks switches nothing off on the day when it is needed.

## Bad
    def start() -> None: ...

    --- CLAUDE.md
    <!-- BEGIN:atomlint-deploy v1 -->
    ```toml
    config = ["fly.toml", "fly.worker.toml"]
    ```
    <!-- END:atomlint-deploy -->

    --- fly.toml
    app = "harbour-desk"

## Good
    def start() -> None: ...

    --- CLAUDE.md
    <!-- BEGIN:atomlint-deploy v1 -->
    ```toml
    config = "fly.toml"
    ```
    <!-- END:atomlint-deploy -->

    --- fly.toml
    app = "harbour-desk"

## For agents
When you rename or delete a Fly.io configuration or a kill switch that a block in this document declares, change the block
in the same commit.

## Limits
Process groups and variables that a configuration lacks are `fly-topology-drift` and `fly-env-contract`. A pattern of
`also-allowed` that matches nothing is of medium confidence. A kill switch counts as read when its name stands in any code,
a comment of it included. Secrets are not looked for in the code: libraries read many by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Document, Finding, match_any, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.agents.declared import Declaration


@rule("agent-block-stale", severity="warning", since="0.1")
def may_hold_a_block(document: Document) -> bool:
    """Markdown; instructions that cannot be read may hold one too."""
    return document.kind == "markdown"


@may_hold_a_block.on("markdown")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """One finding for each name without a counterpart."""
    for declaration in ctx.index.instructions.declarations:
        if declaration.path == document.path:
            yield from files(ctx, declaration)
            yield from patterns(ctx, declaration)
            yield from switches(ctx, declaration)


def files(ctx: Context, declaration: Declaration) -> Iterator[Finding]:
    """Configurations that are not there."""
    for span, _, path in declaration.files:
        if path is not None and not ctx.index.inventory.has(path):
            yield ctx.finding(span, f"{path} is declared, and the project has no such file")


def patterns(ctx: Context, declaration: Declaration) -> Iterator[Finding]:
    """Patterns that match nothing, so that they may allow what nobody thought of."""
    prefix = f"{declaration.directory}/" if declaration.directory else ""
    names = [path[len(prefix) :] for path in ctx.index.files if path.startswith(prefix) and path.endswith(".toml")]
    for place, pattern in enumerate(declaration.architecture.also_allowed):
        if not pattern.startswith("!") and not any(map(match_any([pattern]), names)):
            span = declaration.span("also-allowed", place)
            text = f"also-allowed: {pattern} matches no file of the project"
            yield ctx.finding(span, text, confidence=Confidence.MEDIUM)


def switches(ctx: Context, declaration: Declaration) -> Iterator[Finding]:
    """Kill switches that no code asks."""
    for what, name in declaration.architecture.kill_switches.items():
        if not ctx.index.inventory.mentions(name):
            text = f"{name} is declared to switch {what} off, and no code reads it"
            yield ctx.finding(declaration.span("kill-switches", what), text)
