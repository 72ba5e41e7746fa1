"""What the tests of the configuration share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from atomlint.config import ConfigErrors, load

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = """
select = ["redis", "orm-duplicate-class"]
ignore = ["secret"]
exclude = ["build/"]
extend-exclude = ["gen/*.py"]
src = ["backend"]
tests = ["checks/**"]
severity = "error"
confidence = "medium"
require-reason = true
baseline = "known.json"
tenant-models = ["Customer"]
fly-files = ["deploy/fly.toml"]
agent-rules = ["redis"]

[per-file-ignores]
"scripts/**" = ["purge"]

[severities]
redis = "info"
redis-per-request = "error"

[rules.runtime-tight-poll]
budget = 60

[[catalog]]
kind = "client"
type = "tab\\t del\\u007f"
methods = { get = { trips = 1 }, "b c" = { commands = 2 } }
"""


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def messages(path: Path | None, **overrides) -> list[str]:
    with pytest.raises(ConfigErrors) as caught:
        load(path, overrides)
    assert all("\n" not in line for line in caught.value.messages)
    return list(caught.value.messages)


def outcome(path: Path | None, overrides=None) -> tuple[str, ...]:
    try:
        load(path, overrides or {})
    except ConfigErrors as error:
        return error.messages
    return ()


def complaints(project: Path, text: str) -> list[str]:
    return messages(write(project / "atomlint.toml", text))
