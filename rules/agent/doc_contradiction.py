"""Instructions for coding agents name a file, a command or a Fly.io configuration that the project does not have.

## Why
An agent does what CLAUDE.md and AGENTS.md say. Where these name a module that was moved, it writes the module again; where
they name a target that is gone, it invents one; where they name a `fly.toml` that was split in two, it deploys the wrong
half. Nothing else in a repository notices when a document falls behind.

## Bad
    def start() -> None: ...

    --- backend/api/routes.py
    ROUTES = ()

    --- CLAUDE.md
    # Harbour desk

    - `backend/api/routes.py` holds the routes, `backend/api/limits.py` the limits.

## Good
    def start() -> None: ...

    --- backend/api/routes.py
    ROUTES = ()

    --- CLAUDE.md
    # Harbour desk

    - `backend/api/routes.py` holds the routes.

## For agents
When you move, rename or delete a file, a make target or a script that this document names, change the document in the same
commit.

## Configuration
`quiet-words` are words of your documents' language that say that what they stand beside may not be there, such as
`["entfernt", "anlegen*", "Beispiel*"]`; one that ends in `*` is the beginning of a word. Those of English are known.

## Limits
Read are `CLAUDE.md`, `AGENTS.md` and the Markdown files that they import with `@path`. A path is looked at when it stands
in backticks or is the target of a link, holds a `/` and ends in a suffix that people write by hand or in `/`; a name alone
only when it is a Fly.io configuration's. It counts as there when the path of any file of the project ends with it. Of
commands, those in shell code and in backticks are read: `make`, `just`, `npm run`, `pnpm run`, `python`, `pytest`,
`uvicorn` and its like, shell scripts, and the files that `fly`, `docker compose` and `pip` are given.

Quiet where the project ignores the path, where it is of a kind that is built, downloaded or kept on one machine
(`dist/`, `.env`), and where the sentence, its heading or the line before the list says that it may not be there:
"create", "for example", "removed", "instead of", "if it exists" and such words. A path whose folder is not in the
project either is of low confidence. Of medium confidence are a folder, because git keeps no empty ones, a script that
is run by its name alone, because a build may have made it, and what is named in a script other than Latin, whose words
for "create" are not known; of other languages in Latin script they are not known either, unless `quiet-words` says
them. A command that a Makefile includes from elsewhere is taken to be there. Drawings of folders are not read: most
show what is planned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Document, Finding, Option, rule

from ._commands import needs
from ._needs import unmet
from ._paths import FLY, is_anchored, missing, named
from ._quiet import is_apart, is_foreign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._paths import Named


QUIET: Option[list[str]] = Option(
    "quiet-words", [], "words, besides those of English, that say that a path may not be there"
)


@rule("agent-doc-contradiction", options=(QUIET,), severity="warning", since="0.1")
def instructs(document: Document) -> bool:
    """A Markdown file; which ones are instructions is for the index to say."""
    return document.kind == "markdown"


@instructs.on("markdown")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """One finding for each path or command, where it is named first."""
    if all(one.path != document.path for _, one in ctx.index.instructions.documents):
        return
    seen: set[str] = set()
    words = ctx.option(QUIET)
    for one in named(document):
        if one.path not in seen and missing(ctx.index, document, one) and not is_apart(document, one.span, words):
            seen.add(one.path)
            yield of_path(ctx, document, one)
    for need in needs(document):
        key = f"{need.kind} {need.name}"
        if key in seen or need.name in seen:
            continue
        reason = unmet(ctx.index, document, need)
        if reason and not is_apart(document, need.span, words):
            seen.add(key)
            bare = need.kind == "file" and "/" not in need.name.removeprefix("./")
            level = Confidence.MEDIUM if bare else Confidence.HIGH  # it may run where a build or a container put it
            yield ctx.finding(need.span, f"tells to run `{need.command}`, and {reason}", confidence=level)


def of_path(ctx: Context, document: Document, one: Named) -> Finding:
    """Sure where the folder above it is the project's own; git keeps no empty folder, so one may be there."""
    name = one.path.rstrip("/")
    what = "folder" if one.path.endswith("/") else "file"
    sure = one.how == "link" or FLY.fullmatch(name.rpartition("/")[2]) or is_anchored(ctx.index, one.path)
    likely = what == "folder" or is_foreign(document, one.span.start.line)
    level = Confidence.LOW if not sure else Confidence.MEDIUM if likely else Confidence.HIGH
    twin = "" if what == "folder" else ctx.index.inventory.elsewhere(name)
    message = f"names {one.path}, and the project has no such {what}{'; there is ' + twin if twin else ''}"
    return ctx.finding(one.span, message, confidence=level)
