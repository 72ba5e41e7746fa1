"""A database URL silently becomes SQLite when its setting is unset.

## Why
A default makes a missing setting look like a working one. The process starts, creates an empty file and serves from it:
logins fail or meet an empty database, what is written lies on a machine's disk and is gone with the next deploy. A read
without a default stops the process with the variable's name instead.

## Bad
    import os
    from sqlalchemy import create_engine

    DATABASE_URL = os.getenv("DATABASE_URL", "sqlite:///./app.db")
    engine = create_engine(DATABASE_URL)

## Good
    import os
    from sqlalchemy import create_engine

    DATABASE_URL = os.environ["DATABASE_URL"]
    engine = create_engine(DATABASE_URL)

## For agents
Give a database URL no default: a missing setting stops the process.

## Limits
Quiet in tests, in branches that a flag chooses (`if TESTING:`), and where production refuses SQLite: by a raise that
looks at the URL, or by a mode variable that every Fly.io configuration deploying the code sets. When such a
configuration leaves the mode variable out, its default holds and the fallback is reported. Quiet, too, for a product
that is meant to run on SQLite: its guides call it the default, or its Compose file or Dockerfile sets it, and no Fly.io
configuration deploys the code, or the one that does sets such a URL. Where it is said in other words, ignore the line
with that reason. A project whose requirements name no driver of another database gets low confidence. A fallback for an
unknown URL scheme, one after a caught `KeyError`, and a settings class in a file without any call are not seen.
Scripts are reported with medium confidence, and not at all where they make a database named for development.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from atomlint import Call, Confidence, Context, Edit, Finding, Index, Note, Span, rule

from ._fallbacks import Fallback, engine_reads, fallbacks
from ._open import SCRIPTS, Opening, knows_no_other, opening

if TYPE_CHECKING:
    from collections.abc import Iterator


LITERAL = r"""[rbfRBF]{0,2}(?:"[^"\n]*"|'[^'\n]*')"""


@rule("database-sqlite-default", needs=("sqlite",), since="0.1")
def falls_back(call: Call) -> bool:
    """The read of a setting that falls back to SQLite, or a call near to a field or branch that does."""
    return call.ordinal in fallbacks(call.index, call.path)


@falls_back.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    """One finding for each place that takes SQLite, unless something keeps it from production."""
    for fallback in fallbacks(ctx.index, call.path)[call.ordinal]:
        found = opening(ctx.index, fallback)
        if found is not None:
            yield finding(ctx, fallback, found)


def finding(ctx: Context, fallback: Fallback, found: Opening) -> Finding:
    """What becomes SQLite, when, and what is made of it."""
    index, read = ctx.index, fallback.read
    place = read.span if fallback.place is None else index.place_span(fallback.path, fallback.place, "sqlite")
    if read.kind == "field" and fallback.place is not None:
        place = index.place_span(fallback.path, fallback.place)
    consumer = engine_reads(index).get(read)
    is_script = SCRIPTS.search(fallback.path) is not None
    declared = fallback.place is not None and fallback.place.kind == "assign" and not fallback.frame
    is_held = consumer is not None or declared
    confidence = Confidence.HIGH if is_held and not is_script else Confidence.MEDIUM
    if found.guard is None and knows_no_other(index):
        confidence = Confidence.LOW
    message = f"{read.name} silently becomes SQLite ({shown(fallback.text)}) when it is unset"
    notes = []
    if fallback.place is not None and read.kind != "field":
        notes.append(Note(read.span, f"{read.name} is read here"))
    if found.guard is not None and found.deployment is not None:
        document = found.deployment.document
        mode = found.guard.reads[0]
        message += f", and {document.path} does not set {mode.name}, which would keep it from that"
        notes.append(
            Note(mode.span, f"falls back to {mode.default_text!r}" if mode.default_text else "has no value when unset")
        )
        notes.append(Note(document.table("env") or document.span, f"{mode.name} is not set here"))
    if consumer is not None:
        notes.append(Note(index.call(*consumer).span, "the engine is made of it"))
    made = ctx.finding(place, message, confidence=confidence).with_related(*notes)
    made = made.with_help(f'Read it as os.environ["{read.name}"], so that a process without it does not start.')
    made = msgspec.structs.replace(made, symbol=index.project.linker.table(fallback.path).qualname(fallback.scope))
    edit = repair(index, fallback)
    return made if edit is None else made.with_fix(f"Require {read.name}", edit)


def shown(text: str) -> str:
    """A URL for a message, without credentials and not too long."""
    text = re.sub(r"(?<=://)[^/@]*@", "", text)
    return text if len(text) <= 48 else text[:45] + "..."


def repair(index: Index, fallback: Fallback) -> Edit | None:
    """The read without its default, where it is written out in one place."""
    read = fallback.read
    source = index.sources.source(fallback.path)
    if source is None or read.path != fallback.path:
        return None
    text = source.slice(read.span)
    if read.kind == "field":
        match = re.fullmatch(rf"(\w+\s*:[^=]*?)\s*=\s*{LITERAL}", text)
        return None if match is None else Edit(read.span, match[1])
    if fallback.place is not None or read.call is None or "\n" in text:
        return None
    if read.kind == "config":
        changed = re.sub(rf",\s*default\s*=\s*{LITERAL}", "", text)
        return None if changed == text else Edit(read.span, changed)
    if read.kind not in ("environ", "setdefault"):
        return None
    match = re.match(r"((?:\w+\.)?)(getenv|environ)\b", text)
    if match is None or (match[2] == "getenv" and not match[1]):
        return None
    quote = "'" if f"'{read.name}'" in text else '"'
    end = source.offset(read.span.end)
    if read.chained:
        rest = re.match(rf"\s+or\s+{LITERAL}", source.text[end:])
        if rest is None:
            return None
        end += rest.end()
    span = Span(fallback.path, read.span.start, source.position(end))
    return Edit(span, f"{match[1]}environ[{quote}{read.name}{quote}]")
