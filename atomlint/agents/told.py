"""The block that tells coding agents what the project's rules forbid, made of what the rules say of themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..source import LINE_END
from .blocks import RULES, begin_marker, end_marker, read_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..declare import Rule
    from ..document import Document
    from .blocks import Block

SENTENCE = re.compile(r".+?[.!?](?=\s+(?:[A-Z`]|$)|$)", re.DOTALL)
LONG = 320
"""Characters of a line that is still read."""
HEAD = """\
<!-- Written by `atomlint agents sync`: change the configuration, then run it again. -->
## What atomlint forbids here

`atomlint check` holds the project to each of these rules. Repair the code rather than silence a finding;
`atomlint explain RULE` shows why, and how it is done instead."""


def told(rules: Sequence[Rule]) -> str:
    """The block with its markers, in lines that end with ``\\n``; the last one does not."""
    lines = [begin_marker(RULES), HEAD, "", *(f"- `{rule.id}`: {lesson(rule)}" for rule in rules), end_marker(RULES)]
    return "\n".join(lines)


def lesson(rule: Rule) -> str:
    """What a rule has to say to an agent in one line: its page's "For agents", else its summary and the first reason."""
    own = rule.sections.get("for agents", "")
    if own.strip():
        return " ".join(own.split())
    summary = " ".join(rule.sections[""].split()).rstrip(".")
    reason = SENTENCE.match(" ".join(rule.why.split()))
    whole = f"{summary}. {reason[0]}" if reason else ""
    return whole if reason and len(whole) <= LONG else f"{summary}."


def end_of_lines(text: str) -> str:
    """How the lines of a text end: as most of them do."""
    ends = LINE_END.findall(text)
    return max(("\n", "\r\n", "\r"), key=ends.count)


def stale(document: Document, rules: Sequence[Rule]) -> list[tuple[Block, str]]:
    """The blocks of a document that say something else than they should, with the text that belongs there."""
    end = end_of_lines(document.source.text)
    right = told(rules).replace("\n", end)
    found = []
    for block in read_blocks(document.markdown).named(RULES):
        source = document.source
        start, stop = source.offset(block.span.start), source.offset(block.span.end)
        if source.text[start:stop] != right:
            found.append((block, right))
    return found


def synced(document: Document, rules: Sequence[Rule]) -> str:
    """A document's text with its block brought up to date, or with one at its end; every other character stays."""
    text = document.source.text
    if read_blocks(document.markdown).named(RULES):
        for block, right in reversed(stale(document, rules)):
            start, stop = document.source.offset(block.span.start), document.source.offset(block.span.end)
            text = text[:start] + right + text[stop:]
        return text
    end = end_of_lines(text)
    gap = "" if not text else end if text.endswith(("\n", "\r")) else end + end
    return text + gap + f"{told(rules)}\n".replace("\n", end)
