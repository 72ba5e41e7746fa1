"""Where a document names something on purpose that the project does not have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atomlint import Document, Span

APART = re.compile(
    r"\b(?:creat\w*|generat\w*|writes?|writing|written|outputs?|sav(?:e|es|ed|ing)|produc\w+|emit\w*|scaffold\w*|"
    r"new\s+\w+|add(?:s|ed|ing)?\s+(?:an?|new|your|the|this)|examples?|e\.g|such as|for instance|placeholders?|templates?|sample|"
    r"plan(?:s|ned)?|future|todo|upcoming|propos\w*|roadmap|later|eventually|will|would|could|might|"
    r"deprecat\w*|remov\w*|delet\w*|renam\w*|moved|formerly|previous(?:ly)?|legacy|obsolete|old|historical\w*|was|were|used to|"
    r"no longer|replac\w*|supersed\w*|migrated|split|extracted|merged|"
    r"not|don'?t|doesn'?t|never|no|without|missing|absent|avoid|instead of|rather than|outside|"
    r"optional\w*|if (?:it |they |one )?(?:exists?|present|available)|when present|"
    r"git-?ignored?|ignored|untracked|uncommitted|private|personal|local(?:ly)?|machine|snapshots?|"
    r"download\w*|fetch\w*|install\w*|cop(?:y|ies|ied)|symlink\w*|mount\w*|runtime|compiled|built|build time|artifacts?|"
    r"container|server-side|remote|host|physical\w*|"
    r"repo|repos|repository|repositories|upstream|submodules?|fork|external|another|other|third-party|vendor\w*|"
    r"pattern|convention|naming|format|named|must be placed|put|place|goes?|belongs?|lives?|convert\w*|equivalent)\b",
    re.IGNORECASE,
)
"""Words in a sentence that say that a path in it may well not be there."""
TITLE = re.compile(
    r"\b(?:examples?|templates?|plan(?:s|ned)?|future|todo|upcoming|propos\w*|roadmap|deprecat\w*|remov\w*|delet\w*|legacy|"
    r"obsolete|old|histor\w*|migrat\w*|naming|conventions?|adding|new|creat\w*|generat\w*|outputs?|artifacts?|"
    r"anti-?patterns?|don'?ts?|never|avoid|not|phase|step|checklist|next|changelog|lessons?|workflow|how to)\b",
    re.IGNORECASE,
)
"""The same in the headings that it stands under, and in the line that introduces it."""
MARK = re.compile(r"❌|✗|✘|🚫|~~|\bBAD\b|\bWRONG\b|Bad:|Wrong:|\[ \]")
ARROW = re.compile(r"→|=>|->|⇒")
NEAR = 6
"""Characters between an arrow and a path that it changes."""
FOREIGN = re.compile(r"[\u0370-\u1fff\u2e80-\ud7ff\uf900-\ufaff]")
"""Letters of scripts in which none of these words is written."""
STOP = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\betc)[.;:!?](?=\s)|\|")
PLACEHOLDER = re.compile(
    r"(?:^|[/_.-])(?:foo|bar|baz|qux|xxx+|yyy+|my|your|some|path|specific|test_name|test_file|test_specific|test_something|test_module|test_feature|example|examples|sample|placeholder|name|module|feature|"
    r"component|entity|resource|model|table|slug|id|n+|x|y|path/to|file|filename|something|whatever|"
    r"yyyy\w*|hello|dummy|domain|todo)(?=$|[/_.-])|path/to|\.\.\.|…|[<>{}\[\]*?$%|\\^!`'\"=,;#]|X{2,}|N{2,}|_X_|YYYY",
    re.IGNORECASE,
)
"""Parts of a path that stand for another."""
FOLDERS = frozenset(
    "node_modules dist build out target .venv venv env __pycache__ .git .next .cache coverage htmlcov logs log tmp temp"  # noqa: SIM905
    " site-packages .pytest_cache .mypy_cache .ruff_cache .turbo .expo uploads cache output outputs results reports"
    " .svelte-kit .nuxt .vercel .output storybook-static playwright-report test-results models checkpoints".split()
)
"""Folders whose content is made, fetched or kept out of the repository."""


def is_placeholder(path: str) -> bool:
    """Whether a path stands for another one."""
    return PLACEHOLDER.search(path) is not None


def is_made(path: str) -> bool:
    """Whether a path lies where files are made and not written, or holds what stays on a machine."""
    parts = path.rstrip("/").split("/")
    name = parts[-1].lower()
    return (
        not FOLDERS.isdisjoint(part.lower() for part in parts)
        or name.startswith(".env")
        or ".local" in name
        or "generated" in path.lower()
    )


def is_apart(document: Document, span: Span, words: Sequence[str] = ()) -> bool:
    """Whether the sentence around a place, the line that introduces it, or its headings say that it may not be there.

    ``words`` say so besides those of English.
    """
    source = document.source
    lines, prose = source.lines, document.markdown.prose
    line = span.start.line
    first = source.starts[line - 1]
    text = prose[first : first + len(lines[line - 1])]
    start, end = source.offset(span.start) - first, source.offset(span.end) - first
    sentence = _sentence(text, start, end)
    if MARK.search(text) or APART.search(sentence) or _holds(sentence, words):
        return True
    if ARROW.search(text[max(start - NEAR, 0) : start] + text[end : end + NEAR]):
        return True
    around = titles(document, line)
    at = line - 2
    while at >= 0 and (not lines[at].strip() or _continues(lines[at], lines[line - 1])):
        at -= 1
    if at >= 0 and lines[at].rstrip().rstrip("*_").endswith(":"):
        around.append(lines[at])
        if APART.search(lines[at]):
            return True
    return any(TITLE.search(one) or _holds(one, words) for one in around)


def _holds(text: str, words: Sequence[str]) -> bool:
    """Whether one of some words, or the beginning of one that ends in ``*``, stands in a text, in capitals or not."""
    spelled = (
        re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in words if word.strip("* ")
    )
    return any(re.search(rf"(?<!\w){one}(?!\w)", text, re.IGNORECASE) for one in spelled)


def is_foreign(document: Document, line: int) -> bool:
    """Whether a line is written in a script whose words nobody here knows."""
    return FOREIGN.search(document.source.lines[line - 1]) is not None


def _sentence(text: str, start: int, end: int) -> str:
    """What stands between the ends of sentences, or the cells of a table, around a place of a line."""
    before = max((match.end() for match in STOP.finditer(text, 0, start)), default=0)
    after = STOP.search(text, end)
    return text[before : after.start() if after else len(text)]


def _continues(above: str, text: str) -> bool:
    """Whether a line is an item of the same list."""
    return above.lstrip()[:2] in ("- ", "* ") and text.lstrip()[:2] in ("- ", "* ")


def titles(document: Document, line: int) -> list[str]:
    """The headings that a line stands under, the nearest first."""
    found: list[str] = []
    level = 7
    for heading in reversed(document.markdown.headings):
        if heading.span.start.line < line and heading.level < level:
            found.append(heading.text)
            level = heading.level
    return found
