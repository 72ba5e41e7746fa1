"""The block that tells coding agents of the project's rules is not what `atomlint agents sync` would write.

## Why
An agent reads CLAUDE.md and not the configuration. A rule that was enabled since the block was written is a rule that the
agent breaks first and repairs after.

## Bad
    def start() -> None: ...

    --- CLAUDE.md
    # Harbour desk

    <!-- BEGIN:atomlint-rules v1 -->
    - `purge-hardcoded-tenant`: no hardcoded cleanup targets.
    <!-- END:atomlint-rules -->

## Good
    def start() -> None: ...

    --- CLAUDE.md
    # Harbour desk

    Nothing is told to agents here, and nothing can be out of date.

## For agents
Do not edit the block between `BEGIN:atomlint-rules` and its END by hand: run `atomlint agents sync`.

## Configuration
`agent-rules` of `[tool.atomlint]` chooses the rules that the block tells of, by id or family. What it says comes from each
rule's page: the section "For agents", else the summary and the first sentence of "Why".

## Limits
Silent in a document without the block; `atomlint agents sync` writes one. The rules that count are those that the
configuration file enables, whatever a run selects on its command line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Document, Edit, Finding, rule

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("agent-rules-stale", severity="warning", since="0.1")
def may_hold_the_block(document: Document) -> bool:
    """Markdown; instructions that cannot be read may hold one too."""
    return document.kind == "markdown"


@may_hold_the_block.on("markdown")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On the block, with the text that belongs there."""
    if all(one.path != document.path for _, one in ctx.index.instructions.documents):
        return
    for block, right in ctx.index.instructions.stale_rules(document, ctx.index.told()):
        made = ctx.finding(block.begin, "the block of rules is not what `atomlint agents sync` would write")
        yield made.with_fix("Write what the enabled rules forbid", Edit(block.span, right), safe=True)
