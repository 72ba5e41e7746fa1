"""Literals that pick a tenant in SQL: in its text, in the parts computed into it, and in its parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from atomlint import dotted, text_of

from ._literals import Literal, literals
from ._names import TENANT_WORD, is_tenant_column, words
from ._removals import HOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call

    Expr = Any

CONDITION = re.compile(
    r"(?P<column>[\w.\"`]+)\s*(?:=|\bIN\b|\bI?LIKE\b|=\s*ANY)\s*\(?\s*"
    r"(?P<value>'[^']*'(?:\s*,\s*'[^']*')*|\d+(?:\s*,\s*\d+)*|\x00\d+\x00|:\w+|%s|%\(\w+\)s|\?|\$\d+)",
    re.IGNORECASE,
)
SOURCE = re.compile(r"\b(?:FROM|UPDATE|INTO|TABLE)\s+(?:ONLY\s+)?[\"`]?([\w.]+)", re.IGNORECASE)
DROPPED = re.compile(r"\bDROP\s+(DATABASE|SCHEMA)\s+(?:IF\s+EXISTS\s+)?[\"`']?((?:[\w.-]|\x00\d+\x00)+)", re.IGNORECASE)
PARAMETER = re.compile(r"%s|\?|\$\d+")
NUMBERED = re.compile(r"\x00(\d+)\x00")


def sql_aims(call: Call, sql: str, holes: tuple[Expr, ...]) -> Iterator[tuple[Literal, str]]:
    """Literals with the column, or the kind of thing dropped, that they stand for."""
    for match in CONDITION.finditer(sql):
        column = match["column"].strip('"`').rpartition(".")[2].strip('"`')
        tables = SOURCE.findall(sql[: match.start()])
        if not is_tenant_column(column, tables[-1] if tables else ""):
            continue
        position = len(PARAMETER.findall(sql[: match.start("value")]))
        for literal in _values(call, match["value"], position, holes):
            yield literal, column
    for kind, name in DROPPED.findall(sql):
        for literal in _values(call, f"'{name}'", 0, holes):
            if _names_tenant(call, literal):
                yield literal, kind.lower()


def _names_tenant(call: Call, literal: Literal) -> bool:
    """Whether the database or schema that is dropped is a tenant's: name, variable or script say so."""
    texts = (literal.value, literal.name, call.path.rpartition("/")[2], call.function.name)
    return any(TENANT_WORD.search(words(text).replace("_", " ").replace("-", " ")) for text in texts)


def _values(call: Call, value: str, position: int, holes: tuple[Expr, ...]) -> Iterator[Literal]:
    if value[0] == HOLE:
        yield from literals(call.index, call.path, call.scope, holes[int(value.strip(HOLE))])
    elif value[0] == "'":
        for text in re.findall(r"'([^']*)'", value):
            computed = NUMBERED.search(text)
            if computed is None:
                yield Literal(text, None, direct=True)
            else:
                yield from literals(call.index, call.path, call.scope, holes[int(computed[1])])
    elif value[0].isdigit():
        yield from (Literal(number, None, direct=True) for number in re.findall(r"\d+", value))
    else:
        given = _parameter(call, value, position)
        if given is not None:
            yield from literals(call.index, call.path, call.scope, given)


def _parameter(call: Call, mark: str, position: int) -> Expr:
    """What is bound to a parameter of the statement."""
    given = call.argument(1, "parameters")
    if type(given) is str and dotted(given):
        assigned = [b.assign.value for b in call.table.lookup(call.scope, given) if b.assign is not None]
        given = assigned[-1] if assigned and type(assigned[-1]) is list else given
    if type(given) is list and given[:1] == ["{}"]:
        name = mark.removeprefix("%").removesuffix("s").strip("()") if mark[0] == "%" else mark[1:]
        pairs = zip(given[1::2], given[2::2], strict=True)
        return next((value for key, value in pairs if text_of(key) == name), None)
    if mark[0] == "$":
        return call.argument(int(mark[1:]))
    if type(given) is list and given[:1] == ["[]"]:
        return given[1 + position] if len(given) > 1 + position else None
    return None
