"""A block of CLAUDE.md or AGENTS.md that atomlint cannot read, or that nothing reads.

## Why
A declared architecture with a misspelt key looks like a promise and checks nothing. So does a block that is not closed,
stands in a file that no agent reads, or is the second one for its folder.

## Bad
    def start() -> None: ...

    --- CLAUDE.md
    <!-- BEGIN:atomlint-deploy v1 -->
    ```toml
    config = "fly.toml"
    also_allowed = ["fly.staging.toml"]
    ```
    <!-- END:atomlint-deploy -->

## Good
    def start() -> None: ...

    --- CLAUDE.md
    <!-- BEGIN:atomlint-deploy v1 -->
    ```toml
    config = "fly.toml"
    also-allowed = ["fly.staging.toml"]
    ```
    <!-- END:atomlint-deploy -->

## For agents
Keep the markers and the keys of blocks that begin with `BEGIN:atomlint-` as they are; `atomlint check` says what is wrong
with one.

## Limits
The keys are in the [reference of the block](../agents.md). What is right in a block counts, whatever else is wrong in it.
Markers inside of code are text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Document, Finding, Note, rule

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("agent-block-invalid", severity="error", since="0.1")
def may_hold_a_block(document: Document) -> bool:
    """Markdown; instructions that cannot be read may hold one too."""
    return document.kind == "markdown"


@may_hold_a_block.on("markdown")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """Markers first, then what stands between them."""
    instructions = ctx.index.instructions
    read = {one.path for _, one in instructions.documents}
    if b"atomlint-" not in document.source.data:
        return
    blocks = instructions.blocks(document)
    if document.path not in read:
        for block in blocks.named("atomlint-deploy"):
            text = "nothing reads this block: it is in no CLAUDE.md or AGENTS.md, and none of them imports this file"
            yield ctx.finding(block.begin, text, confidence=Confidence.MEDIUM)
        return
    for _, problem in blocks.problems:
        yield ctx.finding(problem.span, problem.message)
    for declaration in instructions.all_of(document):
        for problem in declaration.problems:
            yield ctx.finding(problem.span, problem.message)
        for span, written, path in declaration.files:
            if path is None:
                yield ctx.finding(span, f"{written} leads out of the project: paths count from this document's folder")
        first = next(one for one in instructions.declarations if one.directory == declaration.directory)
        if first.block.span != declaration.block.span:
            folder = declaration.directory or "the project"
            yield ctx.finding(
                declaration.block.begin, f"a second block for {folder}: only the one in {first.path} counts"
            ).with_related(Note(first.block.begin, "counts"))
