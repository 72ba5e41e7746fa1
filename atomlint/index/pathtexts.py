"""Paths of which some parts are parameters: how they are spelled, and how they compare to texts."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

UNKNOWN = "{?}"
"""A part that could not be evaluated: any number of segments."""
PARAMETER = re.compile(r"\{[^{}]*\}")
GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
CONVERTER = re.compile(r"<(?:([^<>:]+):)?([^<>]+)>")
TYPES = frozenset(
    {"int", "str", "string", "float", "path", "uuid", "slug", "any", "alpha", "ymd", "ext", "strorempty", "number"}
)
FLAGS = re.compile(r"\(\?[aiLmsux]+\)")


def anyhow(answers: Iterable[bool | None]) -> bool | None:
    """``any`` of three values."""
    known = list(answers)
    return True if True in known else None if None in known else False


def same(one: str | None, other: str | None) -> bool | None:
    """Whether two texts are equal; of one with parameters only that it can be is known."""
    if one is None or other is None:
        return None
    if "{" not in one and "{" not in other:
        return one == other
    if one == other:
        return None
    pattern, text = (one, other) if "{" in one else (other, one)
    if "{" in text:
        return None
    literals = _literals(pattern)
    if not text.startswith(literals[0]) or not text.endswith(literals[-1]):
        return False  # by far the most, and an expression for each route is dear to make
    return None if _regex(pattern).fullmatch(text) else False


@cache
def _literals(path: str) -> list[str]:
    """What stands between the parameters."""
    return PARAMETER.split(path)


@cache  # `re` keeps fewer than a project has routes
def _regex(path: str) -> re.Pattern[str]:
    first, *parts = _literals(path)
    of_path = "path}" in path
    wild = (".*" if of_path or name == UNKNOWN else "[^/]*" for name in PARAMETER.findall(path))
    return re.compile(
        re.escape(first) + "".join(f"{one}{re.escape(part)}" for one, part in zip(wild, parts, strict=True))
    )


def begins(subject: str, prefix: str | None) -> bool | None:
    """Whether a path starts with a text."""
    return _at_end(subject, prefix, 0, str.startswith)


def ends(subject: str, suffix: str | None) -> bool | None:
    """Whether a path ends with a text."""
    return _at_end(subject, suffix, -1, str.endswith)


def _at_end(subject: str, part: str | None, place: int, compare: Callable[[str, str], bool]) -> bool | None:
    if part is None:
        return None
    if "{" not in subject:
        return compare(subject, part)
    known = _literals(subject)[place]
    if len(part) <= len(known):
        return compare(known, part)
    return None if compare(part, known) else False


ENDS = {"startswith": begins, "endswith": ends}


def holds(whole: str, part: str | None) -> bool | None:
    """Whether a path contains a text."""
    if part is None:
        return None
    if "{" not in whole:
        return part in whole
    if any(part in literal for literal in _literals(whole)):
        return True
    return None if _can_hold(whole, part) else False


@cache
def _can_hold(whole: str, part: str) -> bool:
    """Whether some values of a path's parameters make it contain a text: those between slashes hold none."""
    first, *literals = _literals(whole)
    pieces: list[str | None] = [*first]  # characters, "" for what is any text, None for any text without a slash
    for name, literal in zip(PARAMETER.findall(whole), literals, strict=True):
        rest = literal == "" or name == UNKNOWN or name.endswith("path}")  # what ends a path may be all that is left
        pieces += ["" if rest else None, *literal]
    at = set(range(len(pieces) + 1))
    for letter in part:
        at = {
            place + (pieces[place] == letter)
            for place in _passing(pieces, at)
            if pieces[place] in (letter, "") or (pieces[place] is None and letter != "/")
        }
    return bool(at)


def _passing(pieces: list[str | None], at: Iterable[int]) -> Iterator[int]:
    """Where the next character can stand: here, or behind parameters that are over."""
    for start in at:
        for place in range(start, len(pieces)):
            yield place
            if pieces[place]:
                break


def _parameter(match: re.Match[str]) -> str:
    """``<int:id>`` of Flask and Django, ``<id:int>`` of Sanic."""
    first, last = match[1], match[2]
    return f"{{{first}}}" if first and last in TYPES and first not in TYPES else f"{{{last}}}"


def clean(path: str) -> str:
    """A path with its parameters as ``{name}``: of Flask's and Django's converters, and of regular expressions."""
    if "(?" in path or path[:1] == "^" or path[-1:] == "$":
        path = FLAGS.sub("", GROUP.sub(r"{\1}", path))
        path = (
            path.removeprefix("^")
            .removesuffix("$")
            .removesuffix("\\Z")
            .removesuffix("/?")
            .replace("\\", "")
            .replace("(?:", "(")
        )
    if "<" in path:
        path = CONVERTER.sub(_parameter, path)
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", path) if "{" in path else path


def join(prefix: str, path: str) -> str:
    """A router's prefix and a route's path as one."""
    if prefix.endswith("/") and path.startswith("/"):
        return prefix + path[1:]
    return (
        f"{prefix}/{path}"
        if prefix and path and not prefix.endswith("/") and not path.startswith(("/", "{?}"))
        else prefix + path
    )
