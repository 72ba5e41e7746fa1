"""Everything wrong with a table of settings, found by walking it along the types of ``Config``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from ..option import describe
from .errors import Keys, nearest
from .globs import wrong
from .model import GLOB_KEYS, Config

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Problem = tuple[Keys, str]

DEPTH = 30
"""How deep a value may lie in the tables whose content is free."""


def problems(table: object) -> Iterator[Problem]:
    """Each thing wrong: the keys that lead to it, and the reason. Nothing when the table is a good ``Config``."""
    try:
        msgspec.convert(table, Config, strict=True)
    except msgspec.ValidationError as error:
        yield from _explained(table, str(error))
    if isinstance(table, dict):
        yield from _globs(table)
        yield from _catalog(table.get("catalog"))
        for key in ("rules", "catalog"):
            yield from _limits(table.get(key), (key,))


def right_form(key: str, text: str) -> str:
    """How to write a bare word as the value of a key: quoted, and in brackets where the key takes a list."""
    import json

    quoted = json.dumps(text, ensure_ascii=False)
    return f"[{quoted}]" if _is_list(_fields().get(key)) else quoted


def _fields() -> dict[str, Any]:
    from msgspec import inspect

    kind = inspect.type_info(Config)
    return {field.encode_name: field.type for field in kind.fields} if isinstance(kind, inspect.StructType) else {}


def _explained(table: object, fallback: str) -> Iterator[Problem]:
    if not isinstance(table, dict):
        yield (), f"must be a table, not {describe(table)}"
        return
    fields = _fields()
    found = False
    for key, value in table.items():
        wrongs = _walk(value, fields[key], (key,)) if key in fields else iter([((key,), _unknown(key, value, fields))])
        for problem in wrongs:
            found = True
            yield problem
    if not found:
        yield (), fallback[0].lower() + fallback[1:]


def _unknown(key: str, value: object, fields: Mapping[str, Any]) -> str:
    if key == "tool" and isinstance(value, dict) and "atomlint" in value:
        return "unknown key; outside pyproject.toml the keys stand at the top level, without tool.atomlint"
    return f"unknown key{nearest(key, fields) or '; the keys are ' + ', '.join(fields)}"


def _walk(value: object, kind: Any, keys: Keys) -> Iterator[Problem]:
    from msgspec import inspect

    kind = _bare(kind)
    if isinstance(kind, inspect.VarTupleType) and isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _walk(item, kind.item_type, (*keys, index))
    elif isinstance(kind, inspect.DictType) and isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, kind.value_type, (*keys, key))
    elif isinstance(kind, inspect.EnumType):
        choices = [member.value for member in kind.cls]
        if value not in choices:
            given = repr(value) if isinstance(value, str) else describe(value)
            near = nearest(value, choices) if isinstance(value, str) else ""
            yield keys, f"must be one of {', '.join(choices)}, not {given}{near}"
    elif not _fits(value, kind):
        yield keys, f"must be {_wanted(kind)}, not {describe(value)}{_repair(value, kind)}"


def _fits(value: object, kind: Any) -> bool:
    from msgspec import inspect

    if isinstance(kind, inspect.AnyType):
        return True
    plain = str if isinstance(kind, inspect.StrType) else bool if isinstance(kind, inspect.BoolType) else None
    return plain is not None and isinstance(value, plain)


def _wanted(kind: Any, form: Literal["one", "many"] = "one") -> str:
    """What a type is called: a list of strings, a table of lists of strings."""
    from msgspec import inspect

    kind = _bare(kind)
    article = "a " if form == "one" else ""
    end = "" if form == "one" else "s"
    if isinstance(kind, inspect.VarTupleType):
        return f"{article}list{end} of {_wanted(kind.item_type, 'many')}"
    if isinstance(kind, inspect.DictType):
        inner = _bare(kind.value_type)
        return f"{article}table{end}" + ("" if isinstance(inner, inspect.AnyType) else f" of {_wanted(inner, 'many')}")
    if isinstance(kind, inspect.EnumType):
        return kind.cls.__name__.lower().removesuffix("y") + ("y" if form == "one" else "ies")
    return f"{article}{'boolean' if isinstance(kind, inspect.BoolType) else 'string'}{end}"


def _repair(value: object, kind: Any) -> str:
    """The value as it should be written, where that is plain and it is nothing but words."""
    from msgspec import inspect

    if not isinstance(value, str):
        return ""
    if isinstance(kind, inspect.BoolType) and value.lower() in ("true", "false"):
        return f": write {value.lower()} without quotes"
    if _is_list(kind) and re.fullmatch(r"[a-zA-Z_.*/-]{1,60}", value):
        return f': write ["{value}"]'
    return ""


def _bare(kind: Any) -> Any:
    """A type without its documentation, and without None, which TOML cannot say."""
    from msgspec import inspect

    if isinstance(kind, inspect.Metadata):
        return _bare(kind.type)
    if isinstance(kind, inspect.UnionType):
        return next(_bare(part) for part in kind.types if not isinstance(part, inspect.NoneType))
    return kind


def _is_list(kind: Any) -> bool:
    from msgspec import inspect

    return isinstance(_bare(kind), inspect.VarTupleType)


def _globs(table: dict[str, Any]) -> Iterator[Problem]:
    for key in GLOB_KEYS:
        value = table.get(key)
        for index, pattern in enumerate(value if isinstance(value, (list, tuple, dict)) else ()):
            reason = wrong(pattern) if isinstance(pattern, str) else None
            if reason is not None:
                yield (key, pattern if isinstance(value, dict) else index), f"the pattern {pattern!r} {reason}"


def _catalog(rows: object) -> Iterator[Problem]:
    for index, row in enumerate(rows if isinstance(rows, (list, tuple)) else ()):
        if not isinstance(row, dict):
            continue
        if "kind" not in row:
            yield ("catalog", index), f"has no kind{_misspelled(row)}"
        elif not isinstance(row["kind"], str):
            yield ("catalog", index, "kind"), f"must be a string, not {describe(row['kind'])}"


def _limits(value: object, keys: Keys) -> Iterator[Problem]:
    """What TOML allows where anything goes, and no reader of the value expects."""
    if len(keys) > DEPTH:
        yield keys[:3], "is nested too deep"
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        yield keys, "is an integer of more than 64 bits"
    else:
        items = (
            value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, (list, tuple)) else ())
        )
        for key, item in items:
            yield from _limits(item, (*keys, key))


def _misspelled(row: dict[str, Any]) -> str:
    from ..didyoumean import nearest as near

    close = near("kind", row)
    return f"; its key {close[0]!r} may be meant" if close else ""
