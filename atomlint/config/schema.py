"""The JSON schema of the configuration, made of the types that check it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from .model import Config

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..option import Option


class Configurable(Protocol):
    """What the schema needs to know of a rule."""

    @property
    def id(self) -> str:
        """Such as ``runtime-tight-poll``."""

    @property
    def summary(self) -> str:
        """One line."""

    @property
    def options(self) -> Sequence[Option[Any]]:
        """What can be configured in its table."""


def schema(rules: Iterable[Configurable] | None = None) -> dict[str, Any]:
    """JSON schema (draft 2020-12) of ``[tool.atomlint]``; with rules, only they and their options are allowed."""
    whole = msgspec.json.schema(Config)
    definitions = whole["$defs"]
    config = _without_null(definitions.pop("Config"))
    row = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}
    config["properties"]["catalog"]["items"] = row
    if rules is not None:
        config["properties"]["rules"]["additionalProperties"] = False
        config["properties"]["rules"]["properties"] = {
            rule.id: {
                "type": "object",
                "description": rule.summary,
                "properties": {option.name: option.json_schema() for option in rule.options},
                "additionalProperties": False,
            }
            for rule in sorted(rules, key=lambda rule: rule.id)
        }
    del config["required"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **config,
        "title": "atomlint",
        "$defs": definitions,
    }


def _without_null(config: dict[str, Any]) -> dict[str, Any]:
    """The schema without null, which TOML cannot say: a key that is not set is left out."""
    for found in config["properties"].values():
        for kind in found.pop("anyOf", ()):
            if kind != {"type": "null"}:
                found.update(kind)
        if found.get("default", ...) is None:
            del found["default"]
    return config
