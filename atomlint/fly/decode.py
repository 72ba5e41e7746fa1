"""What flyctl's decoder takes from a configuration: the keys that it drops, and the values that it rejects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from .durations import seconds
from .hints import STRAY, TOP_SCALARS, Hint, hint
from .schema import LEFT_OVER, TABLES, Field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..syntax.item import Keys

AUTOSTOP = ("off", "stop", "suspend")
DURATIONS = ("duration", "seconds", "millis")
PAIR = re.compile(r"[+-]?\d+,[+-]?\d+")
EXPECTED = {
    "string": "text",
    "int": "a whole number",
    "uint": "a whole number that is not negative",
    "bool": "true or false",
    "float": "a number",
    "strings": "an array of texts",
    "port": "a whole number",
    "size": "text or a number",
    "duration": 'a duration such as "10s"',
    "seconds": 'a duration such as "10s"',
    "millis": 'a duration such as "10s"',
    "autostop": '"off", "stop" or "suspend"',
    "words": "text or an array of texts",
    "texts": "a table of texts",
    "numbers": "a table",
    "env": "a table",
    "headers": "a table",
    "table": "one table",
    "tables": "an array of tables, with double brackets",
    "either": "a table or an array of tables",
    "named": "tables with a name each",
    "processes": "a table of commands",
    "concurrency": "a table",
}


class Unknown(NamedTuple):
    """A key that no part of flyctl reads."""

    keys: Keys
    table: str
    """The table of the schema that it stands in."""
    value: Any

    @property
    def key(self) -> str:
        """Its own name."""
        return str(self.keys[-1])

    @property
    def is_left_over(self) -> bool:
        """Whether it meant something on Fly.io's former platform."""
        return (self.table, self.key) in LEFT_OVER

    @property
    def is_swallowed(self) -> bool:
        """Whether it is a key of the top level, and stands behind the header of a table."""
        return bool(self.table) and self.key in TOP_SCALARS and not isinstance(self.value, (dict, list))

    @property
    def hint(self) -> Hint:
        """What was meant."""
        return hint(self.table, self.key)


class Wrong(NamedTuple):
    """A value that makes flyctl reject the file."""

    keys: Keys
    field: Field
    value: Any

    @property
    def expected(self) -> str:
        """What the decoder takes instead, as words."""
        return EXPECTED[self.field.kind]


class Odd(NamedTuple):
    """A text that flyctl takes, and that is none of the few that mean something."""

    keys: Keys
    field: Field
    value: str


class Decoded(NamedTuple):
    """What does not arrive, and what arrives and says nothing."""

    unknown: tuple[Unknown, ...]
    wrong: tuple[Wrong, ...]
    odd: tuple[Odd, ...]


def decode(data: dict[str, Any]) -> Decoded:
    """Go through a configuration as flyctl does, in the order of its keys."""
    found = list(_table(data, "", ()))
    return Decoded(
        tuple(problem for problem in found if isinstance(problem, Unknown)),
        tuple(problem for problem in found if isinstance(problem, Wrong)),
        tuple(problem for problem in found if isinstance(problem, Odd)),
    )


def strays(data: dict[str, Any]) -> Iterator[Keys]:
    """Keys of flyctl under free names, where they are variables, arguments or process groups."""
    build = data.get("build")
    tables: list[tuple[Keys, Any]] = [(("env",), data.get("env")), (("processes",), data.get("processes"))]
    if isinstance(build, dict):
        tables.append((("build", "args"), build.get("args")))
    for above, table in tables:
        for key in table if isinstance(table, dict) else ():
            if key in STRAY or (key == "app" and above == ("env",)):
                yield (*above, key)


def known_field(table: str, key: str) -> Field | None:
    """The field of a key; Go's decoder passes over the case of letters."""
    fields = TABLES[table]
    found = fields.get(key)
    if found is None and key != key.lower():
        found = fields.get(key.lower())
    return found


def _table(data: dict[str, Any], table: str, above: Keys) -> Iterator[Unknown | Wrong | Odd]:
    for key, value in data.items():
        field = known_field(table, key)
        keys = (*above, key)
        if field is None:
            yield Unknown(keys, table, value)
        elif not accepts(field, value):
            yield Wrong(keys, field, value)
            if field.kind == "tables" and isinstance(value, dict):
                yield from _table(value, field.table, keys)
        else:
            yield from _within(field, value, keys)
            if isinstance(value, str) and value and field.choices and value.lower() not in field.choices:
                yield Odd(keys, field, value)


def _within(field: Field, value: Any, keys: Keys) -> Iterator[Unknown | Wrong | Odd]:
    if field.kind == "processes":
        if isinstance(value, dict):
            yield from _texts(value, keys)
    elif field.kind == "texts":
        yield from _texts(value, keys)
    elif field.kind == "strings":
        for place, item in enumerate(value):
            if not isinstance(item, str):
                yield Wrong((*keys, place), Field("string"), item)
            elif field.choices and item.lower() not in field.choices:
                yield Odd((*keys, place), field, item)
    elif field.kind == "named":
        for place, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(item, dict):
                yield from _table(item, field.table, (*keys, place))
            else:
                yield Wrong((*keys, place), Field("table"), item)
    elif field.table and isinstance(value, dict):
        yield from _table(value, field.table, keys)
    elif field.table and isinstance(value, list):
        for place, item in enumerate(value):
            yield from _table(item, field.table, (*keys, place))


def _texts(value: dict[str, Any], keys: Keys) -> Iterator[Wrong]:
    for name, item in value.items():
        if not isinstance(item, str):
            yield Wrong((*keys, name), Field("string"), item)


def accepts(field: Field, value: Any) -> bool:
    """Whether the decoder takes a value; what stands inside of tables is not looked at."""
    kind = field.kind
    if kind in ("any", "size"):
        return kind == "any" or not isinstance(value, (dict, list))
    if kind == "string":
        return isinstance(value, str) and (field.choices != ("never", "restart", "always") or value in field.choices)
    if kind == "bool":
        return isinstance(value, bool)
    if kind in ("int", "uint", "float"):
        return _is_number(value, whole=kind != "float") and (kind != "uint" or value >= 0)
    if kind == "port":
        whole = isinstance(value, str) and re.fullmatch(r"[+-]?\d+", value) is not None
        return whole or _is_number(value, whole=False)
    if kind in DURATIONS:
        return _accepts_duration(kind, value)
    if kind == "autostop":
        return isinstance(value, bool) or value in AUTOSTOP
    if kind == "words":
        return isinstance(value, str) or _is_list_of(value, str)
    if kind in ("tables", "strings"):
        return isinstance(value, list) if kind == "strings" else _is_list_of(value, dict)
    if kind == "concurrency":
        return isinstance(value, dict) or (isinstance(value, str) and PAIR.fullmatch(value) is not None)
    if kind in ("table", "texts", "numbers"):
        return isinstance(value, dict)
    return isinstance(value, dict) or (isinstance(value, list) and (kind == "named" or _is_list_of(value, dict)))


def _accepts_duration(kind: str, value: Any) -> bool:
    if isinstance(value, (bool, dict, list)):
        return kind != "duration"  # rewritten to nothing at all
    if isinstance(value, str):
        return seconds(value) is not None or (kind != "duration" and not value)
    return isinstance(value, (int, float))


def _is_number(value: Any, *, whole: bool) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and (not whole or value.is_integer()))


def _is_list_of(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)
