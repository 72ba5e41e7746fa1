"""Which Python a file needs that this interpreter cannot parse: known by the syntax that LibCST finds in it."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Version = tuple[int, int]

LONGEST = 2_000_000
"""Characters of the longest text that is looked at."""
LINKS = 1_000
"""Tokens between two separators at most: LibCST's time and memory grow with the square of what nests."""
BRACKETS = 200
"""Brackets inside of each other at most: LibCST's parser overflows the stack in the end, and CPython's gives up here."""
_BRACKET = re.compile(r"([(\[{])|[)\]}]")
_TOKEN = re.compile(
    r"(?P<string>'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\r\n])*'|\"(?:\\.|[^\"\\\r\n])*\")|#[^\r\n]*"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<end>[,;\r\n])|\w+|[^\w\s]",
    re.DOTALL,
)
_HINTS: tuple[tuple[Version, re.Pattern[str]], ...] = (
    ((3, 15), re.compile(r"\blazy[ \t]")),
    ((3, 14), re.compile(r"\b[rR]?[tT][rR]?[\"']|\bexcept\b[^:\r\n(]*,")),
    ((3, 13), re.compile(r"\b(?:def|class|type)[ \t\\]+\w+\s*\[[^=]*=")),
    ((3, 12), re.compile(r"\b(?:def|class|type)[ \t\\]+\w+\s*[\[=]")),
    ((3, 11), re.compile(r"\bexcept\s*\*|[\[,:]\s*\*")),
    ((3, 10), re.compile(r"\bmatch\b")),
)
"""What a text holds in which the syntax of a version can stand."""


def needed(text: str, message: str, running: Version = sys.version_info[:2]) -> str:
    """The Python that a text needs, such as ``3.14``; empty when it is wrong in any, or that is not known.

    Args:
        text: what the running interpreter rejects.
        message: why.
        running: the interpreter's version.
    """
    if "f-string" not in message and not any(v > running and hint.search(text) for v, hint in _HINTS):
        return ""
    if len(text) > LONGEST or deepest_brackets(text) > BRACKETS or longest_chain(text) > LINKS:
        return ""
    import libcst

    from .statements import walk

    try:
        module = libcst.parse_module(text)
    except Exception:  # whatever LibCST says, it does not parse
        return ""
    found = [version for node in walk(module) for version in _versions(node)]
    if "f-string" in message:  # PEP 701: quotes, backslashes and comments inside of the braces
        found.append((3, 12))
    newest = max((version for version in found if version > running), default=None)
    return "" if newest is None else ".".join(map(str, newest))


def _versions(node: Any) -> Iterator[Version]:
    """The versions of Python in which the syntax of one node came up."""
    kind = type(node).__name__
    if kind.startswith("LazyImport"):
        yield 3, 15  # PEP 810
    elif kind == "TemplatedString":
        yield 3, 14  # PEP 750
    elif kind in ("ExceptHandler", "ExceptStarHandler"):
        if type(node.type).__name__ == "Tuple" and not node.type.lpar:
            yield 3, 14  # PEP 758
        if kind == "ExceptStarHandler":
            yield 3, 11  # PEP 654
    elif kind == "TypeAlias" or getattr(node, "type_parameters", None):
        yield 3, 12  # PEP 695
        parameters = getattr(node, "type_parameters", None)
        if parameters and any(parameter.default is not None for parameter in parameters.params):
            yield 3, 13  # PEP 696
    elif (kind == "Subscript" and any(getattr(element.slice, "star", None) for element in node.slice)) or (
        kind == "Annotation" and type(node.annotation).__name__ == "StarredElement"
    ):
        yield 3, 11  # PEP 646
    elif kind == "Match":
        yield 3, 10  # PEP 634


def deepest_brackets(text: str) -> int:
    """How deep brackets nest; those in strings and comments count too, as nobody knows yet what is one."""
    deepest = depth = 0
    for match in _BRACKET.finditer(text):
        depth = depth + 1 if match[1] else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def longest_chain(text: str) -> int:
    """Tokens of the longest stretch between commas, line ends and brackets, what stands inside of brackets left out."""
    longest = 0
    levels = [0]
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "open":
            levels.append(0)
        elif kind == "close":
            if len(levels) > 1:
                levels.pop()
        elif kind == "end":
            if len(levels) == 1 or match[0] in ",;":
                levels[-1] = 0
        else:
            levels[-1] += 1
            longest = max(longest, levels[-1])
    return longest
