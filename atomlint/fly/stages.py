"""Which stage a configuration deploys, by its name, its application's and its folder's."""

from __future__ import annotations

import re

WORD = re.compile(r"[^a-z0-9]+")
ELSEWHERE = frozenset(
    [
        *("staging", "stage", "stg", "dev", "develop", "development", "test", "tests", "testing", "preview", "qa"),
        *("uat", "sandbox", "local", "demo", "example", "examples", "sample", "ci", "review", "pr", "template"),
    ]
)
"""Words in the name of a file, an application or a folder that is no production."""
SHELVED = frozenset(
    [
        *("archive", "archived", "_archive", "old", "legacy", "deprecated", "backup", "backups", "examples"),
        *("example", "templates", "docs", "attic"),
    ]
)
"""Folders of files that nothing deploys."""


def stage_words(path: str, app: str | None) -> str | None:
    """The word by which a file deploys no production, or nothing at all; None when there is none."""
    *folders, name = path.lower().split("/")
    for folder in folders:
        if folder in SHELVED or folder in ELSEWHERE:
            return folder
    words = [*WORD.split(name.removesuffix(".toml")), *WORD.split((app or "").lower())]
    return next((word for word in words if word in ELSEWHERE), None)


def is_shelved(path: str) -> bool:
    """Whether a file lies in a folder of files that nothing deploys."""
    return not SHELVED.isdisjoint(path.lower().split("/")[:-1])
