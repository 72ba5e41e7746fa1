"""What can be configured: the keys, their types, their defaults and their docs. The JSON schema is made of this."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ..finding import Confidence, Severity

Origin = Literal["default", "file", "command line"]

DEFAULT_EXCLUDE = (
    ".eggs/",
    ".git/",
    ".hg/",
    ".mypy_cache/",
    ".nox/",
    ".pytest_cache/",
    ".ruff_cache/",
    ".tox/",
    ".venv/",
    "__pycache__/",
    "node_modules/",
    "site-packages/",
    "venv/",
)

GLOB_KEYS = ("exclude", "extend-exclude", "tests", "fly-files", "per-file-ignores")
"""The keys whose items (or, of a table, keys) are gitignore patterns relative to the root."""

MERGED_DEPTHS = {"per-file-ignores": 1, "severities": 1, "rules": 2}
"""The tables that the command line adds to, and how many levels of them; any other value it replaces."""


class Config(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Settings of atomlint: `[tool.atomlint]` of pyproject.toml, or atomlint.toml with the same keys at its top."""

    select: Annotated[
        tuple[str, ...] | None,
        Meta(description="Rules to run: rule ids, families, or `all`. Not set: every stable rule."),
    ] = None
    ignore: Annotated[
        tuple[str, ...], Meta(description="Rules not to run: rule ids, families, or `all`. Wins over `select`.")
    ] = ()
    per_file_ignores: Annotated[
        dict[str, tuple[str, ...]],
        Meta(description="Rules not to report in files that match a gitignore pattern relative to the root."),
    ] = {}
    exclude: Annotated[
        tuple[str, ...],
        Meta(description="Gitignore patterns of files that are not part of the project. Replaces the default."),
    ] = DEFAULT_EXCLUDE
    extend_exclude: Annotated[tuple[str, ...], Meta(description="More patterns, in addition to `exclude`.")] = ()
    src: Annotated[
        tuple[str, ...],
        Meta(
            description="Directories that exist, relative to the root, that absolute imports start from. "
            "Empty: the ancestors of the importing file, nearest first."
        ),
    ] = ()
    tests: Annotated[
        tuple[str, ...] | None,
        Meta(description="Gitignore patterns of files that count as tests. Not set: recognised by name and place."),
    ] = None
    severity: Annotated[
        Severity, Meta(description="The failing severity: findings below it are shown and do not fail the run.")
    ] = Severity.WARNING
    confidence: Annotated[
        Confidence, Meta(description="The failing confidence: findings below it do not fail the run.")
    ] = Confidence.HIGH
    severities: Annotated[
        dict[str, Severity],
        Meta(description="Severities other than the rules' own, by rule id, family or `all`; the narrowest wins."),
    ] = {}
    require_reason: Annotated[bool, Meta(description="Whether a suppression without a reason is itself a finding.")] = (
        False
    )
    baseline: Annotated[
        str | None,
        Meta(description="File, relative to the root, with the fingerprints of known findings that do not fail."),
    ] = None
    tenant_models: Annotated[
        tuple[str, ...],
        Meta(description="Names of the mapped classes that stand for a customer. Empty: recognised by themselves."),
    ] = ()
    fly_files: Annotated[
        tuple[str, ...], Meta(description="Gitignore patterns of Fly.io configurations. Empty: `fly*.toml`.")
    ] = ()
    agent_rules: Annotated[
        tuple[str, ...],
        Meta(
            description="Rules that `atomlint agents sync` tells coding agents of: rule ids, families, or `all`. "
            "Empty: every enabled rule that can fail a run."
        ),
    ] = ()
    rules: Annotated[dict[str, dict[str, Any]], Meta(description="Options of rules: a table for each rule id.")] = {}
    catalog: Annotated[
        tuple[dict[str, Any], ...],
        Meta(description="Knowledge of libraries in addition to the packs': one row each, told apart by `kind`."),
    ] = ()

    def severity_of(self, rule: str, family: str) -> Severity | None:
        """The configured severity of a rule, narrowest selector first: its id, its family, ``all``."""
        return next((self.severities[name] for name in (rule, family, "all") if name in self.severities), None)


class Settings(Config, frozen=True, kw_only=True):
    """A configuration in effect: the typed values of ``Config``, and where they come from."""

    root: Path
    """Absolute directory that globs and relative paths count from."""
    path: Path | None
    """The file that was read, if any."""
    digest: str
    """Hexadecimal hash of the values; not of the root, the file's name or the order of keys."""
    origins: dict[tuple[str, ...], Origin]
    """Where values that are not defaults come from, by their keys; read it through ``origin``."""
    own: Config = Config()
    """What the file alone says, without the command line."""

    @property
    def excluded(self) -> tuple[str, ...]:
        """``exclude`` and ``extend-exclude`` together."""
        return self.exclude + self.extend_exclude

    def origin(self, *keys: str) -> Origin:
        """Where the value at these keys comes from; an entry that says nothing else comes from where its table does."""
        for end in range(len(keys), 0, -1):
            if keys[:end] in self.origins:
                return self.origins[keys[:end]]
        return "default"


def values(config: Config) -> dict[str, Any]:
    """The values by their keys, enums as strings, with TOML's dates as they are; ``None`` where nothing is set."""
    import datetime

    plain = {field: getattr(config, field) for field in Config.__struct_fields__}
    kept = (datetime.datetime, datetime.date, datetime.time)
    built: dict[str, Any] = msgspec.to_builtins(plain, builtin_types=kept)
    return {field.replace("_", "-"): value for field, value in built.items()}
