"""Options of rules: a name, a default, a sentence of documentation, and the check that a configured value passes."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T", bound="bool | int | float | str | list[str]")

NAMES: dict[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string", list: "list of strings"}


@dataclass(frozen=True, eq=False)
class Option(Generic[T]):
    """One setting of a rule; its type is the type of its default: bool, int, float, str or a list of strings.

    Raises:
        ValueError: the default is of another type, or does not pass the option's own check.
    """

    name: str
    """Kebab-case, as it stands in ``[tool.atomlint.rules.<id>]``."""
    default: T
    doc: str
    """One line: what it sets, with its unit."""
    _: KW_ONLY
    choices: Sequence[str] | None = None
    """The allowed strings, of a string or of each item of a list."""
    minimum: float | None = None
    """The smallest allowed number."""
    declared: str = ""
    """The key of the declared architecture (``budget.poll-seconds``) that stands for the default where it is set."""

    def __post_init__(self) -> None:
        if type(self.default) not in NAMES:
            raise ValueError(f"option {self.name}: a default cannot be of type {type(self.default).__name__}")
        try:
            self.check(self.default)
        except ValueError as error:
            raise ValueError(f"option {self.name}: the default {error}") from None

    @property
    def type_name(self) -> str:
        """boolean, integer, number, string, or list of strings."""
        return NAMES[type(self.default)]

    def check(self, value: object) -> T:
        """The value in the option's type: an int passes for a float, a bool for nothing but a bool.

        Raises:
            ValueError: a reason that reads on after the option's name, such as ``must be at least 1``.
        """
        wanted = type(self.default)
        if wanted is float and type(value) is int:
            value = _to_float(value)
        if type(value) is not wanted:
            article = "an" if self.type_name[0] in "aeiou" else "a"
            raise ValueError(f"must be {article} {self.type_name}, not {describe(value)}")
        if isinstance(value, list):
            wrong = next((item for item in value if type(item) is not str), None)
            if wrong is not None:
                raise ValueError(f"must be a {self.type_name}, but one item is {describe(wrong)}")
            value = list(value)
        self._check_choices(value)
        self._check_number(value)
        return cast("T", value)

    def json_schema(self) -> dict[str, Any]:
        """What the option allows, as JSON schema."""
        kind = {"list of strings": "array"}.get(self.type_name, self.type_name)
        schema: dict[str, Any] = {"type": kind, "description": self.doc, "default": self.default}
        items = schema
        if kind == "array":
            items = schema["items"] = {"type": "string"}
        if self.choices is not None:
            items["enum"] = list(self.choices)
        if self.minimum is not None:
            schema["minimum"] = self.minimum
        return schema

    def _check_choices(self, value: object) -> None:
        if self.choices is None:
            return
        for item in value if isinstance(value, list) else [value]:
            if item not in self.choices:
                from .didyoumean import suggestion

                raise ValueError(f"must be one of {', '.join(self.choices)}{suggestion(str(item), self.choices)}")

    def _check_number(self, value: object) -> None:
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError("must be a finite number")
        if self.minimum is not None and isinstance(value, (int, float)) and value < self.minimum:
            raise ValueError(f"must be at least {self.minimum:g}")


def describe(value: object) -> str:
    """What kind of TOML value this is, with its article; never the value itself."""
    kinds = {bool: "a boolean", int: "an integer", float: "a number", str: "a string", dict: "a table"}
    if isinstance(value, (list, tuple)):
        return "a list"
    return kinds.get(type(value), f"a {type(value).__name__}")


def _to_float(value: object) -> float:
    try:
        return float(cast("int", value))
    except OverflowError:
        raise ValueError("must be a finite number") from None
