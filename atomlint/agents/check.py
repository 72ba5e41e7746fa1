"""Everything wrong with a declared table, found by walking it along its types; what is right survives."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from ..config.errors import nearest
from ..option import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..syntax.item import Keys

Wrong = tuple["Keys", str]
DROPPED = object()
PLAIN = re.compile(r"[A-Za-z_.*/-]{1,40}")
"""A name or a path, and nothing that could be a secret."""


def checked(table: Mapping[str, Any], kind: type) -> tuple[dict[str, Any], list[Wrong]]:
    """A copy of a table without what does not fit a struct's type, and each thing wrong: its keys and the reason."""
    from msgspec import inspect

    wrongs: list[Wrong] = []
    kept = _walk(dict(table), inspect.type_info(kind), (), wrongs)
    return (kept if isinstance(kept, dict) else {}), wrongs


def _walk(value: Any, kind: Any, keys: Keys, wrongs: list[Wrong]) -> Any:
    from msgspec import inspect

    kind, limits = _bare(kind)
    if isinstance(kind, inspect.StructType) and isinstance(value, dict):
        fields = {field.encode_name: field.type for field in kind.fields}
        unknown = sorted(value.keys() - fields.keys())
        wrongs += [((*keys, key), f"unknown key{nearest(key, fields) or _all(fields)}") for key in unknown]
        return _table({key: (item, fields[key]) for key, item in value.items() if key in fields}, keys, wrongs)
    if isinstance(kind, inspect.DictType) and isinstance(value, dict):
        return _table({key: (item, kind.value_type) for key, item in value.items()}, keys, wrongs)
    if isinstance(kind, inspect.VarTupleType) and isinstance(value, list):
        items = [_walk(item, kind.item_type, (*keys, place), wrongs) for place, item in enumerate(value)]
        return [item for item in items if item is not DROPPED]
    if isinstance(kind, inspect.UnionType):
        return _one_of(value, kind, keys, wrongs)
    if isinstance(kind, inspect.LiteralType):
        if value in kind.values and isinstance(value, str):
            return value
        given = f"{value!r}{nearest(value, map(str, kind.values))}" if isinstance(value, str) else describe(value)
        wrongs.append((keys, f"must be one of {', '.join(map(str, kind.values))}, not {given}"))
        return DROPPED
    if _fits(value, kind):
        reason = _limit(value, limits)
        if not reason:
            return value
        wrongs.append((keys, reason))
        return DROPPED
    wrongs.append((keys, f"must be {wanted(kind)}, not {describe(value)}{_repair(value, kind)}"))
    return DROPPED


def _table(items: Mapping[str, tuple[Any, Any]], keys: Keys, wrongs: list[Wrong]) -> dict[str, Any]:
    walked = {key: _walk(item, kind, (*keys, key), wrongs) for key, (item, kind) in items.items()}
    return {key: item for key, item in walked.items() if item is not DROPPED}


def _one_of(value: Any, kind: Any, keys: Keys, wrongs: list[Wrong]) -> Any:
    from msgspec import inspect

    for part in kind.types:
        bare, _ = _bare(part)
        if _fits(value, bare) or (isinstance(bare, inspect.VarTupleType) and isinstance(value, list)):
            return _walk(value, part, keys, wrongs)
    wrongs.append((keys, f"must be {wanted(kind)}, not {describe(value)}"))
    return DROPPED


def _all(names: Iterable[str]) -> str:
    return f"; the keys are {', '.join(names)}"


def _fits(value: Any, kind: Any) -> bool:
    from msgspec import inspect

    if isinstance(kind, inspect.FloatType):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    plain = {"StrType": str, "BoolType": bool, "IntType": int}.get(type(kind).__name__)
    return plain is not None and type(value) is plain


def _limit(value: Any, limits: Any) -> str:
    if isinstance(value, str):
        return "must not be empty" if not value.strip() else ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    if not math.isfinite(value):
        return "must be a finite number"
    if limits.ge is not None and value < limits.ge:
        return f"must be at least {limits.ge}"
    return "must be more than 0" if limits.gt is not None and value <= limits.gt else ""


def wanted(kind: Any, *, many: bool = False) -> str:
    """What a type is called: a string, a list of strings, a table of tables."""
    from msgspec import inspect

    kind, _ = _bare(kind)
    if isinstance(kind, inspect.UnionType):
        return " or ".join(wanted(part, many=many) for part in kind.types)
    if isinstance(kind, inspect.LiteralType):
        return " or ".join(f'`"{value}"`' for value in kind.values)
    names = {"StrType": "string", "BoolType": "boolean", "IntType": "integer", "FloatType": "number"}
    name = names.get(type(kind).__name__, "table")
    inner = None
    if isinstance(kind, inspect.VarTupleType):
        name, inner = "list", kind.item_type
    elif isinstance(kind, inspect.DictType):
        inner = kind.value_type
    article = "" if many else "an " if name[0] in "aeiou" else "a "
    return f"{article}{name}{'s' * many}{'' if inner is None else ' of ' + wanted(inner, many=True)}"


def _repair(value: Any, kind: Any) -> str:
    """The value as it should be written, where that is plain."""
    from msgspec import inspect

    if isinstance(kind, inspect.VarTupleType) and isinstance(value, str) and PLAIN.fullmatch(value):
        return f': write ["{value}"]'
    if isinstance(kind, inspect.IntType) and isinstance(value, str) and value.isdecimal():
        return f": write {value} without quotes"
    return ""


def _bare(kind: Any) -> tuple[Any, Any]:
    """A type without its documentation and without None, which TOML cannot say; and the type that holds its limits."""
    from msgspec import inspect

    if isinstance(kind, inspect.Metadata):
        return _bare(kind.type)
    if isinstance(kind, inspect.UnionType):
        parts = [part for part in kind.types if not isinstance(part, inspect.NoneType)]
        if len(parts) == 1:
            return _bare(parts[0])
        return inspect.UnionType(tuple(parts)), kind
    return kind, kind


def iter_fields(kind: type) -> Iterator[tuple[str, Any, str]]:
    """The keys of a struct for its documentation: name, type, sentence."""
    from msgspec import inspect

    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    for field in info.fields:
        extra = field.type.extra_json_schema or {} if isinstance(field.type, inspect.Metadata) else {}
        yield field.encode_name, field.type, str(extra.get("description", ""))
