"""From a file and the command line to the settings in effect."""

from __future__ import annotations

import hashlib
import os.path
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from .check import problems, right_form
from .errors import ConfigError, ConfigErrors, dotted
from .find import repository
from .model import MERGED_DEPTHS, Config, Origin, Settings, values
from .read import parse, read

Origins = dict[tuple[str, ...], Origin]


def load(
    path: Path | None,
    overrides: Mapping[str, Any] = {},
    *,
    start: Path | None = None,
    root: Path | None = None,
) -> Settings:
    """The settings of a configuration file (None: the defaults) under those of the command line.

    ``overrides`` are values by their kebab-case keys; None means not given. The root is ``root``, else the file's
    directory, else the repository that holds ``start`` (the current directory), else ``start``.

    Raises:
        ConfigErrors: everything wrong with the file and with the overrides.
    """
    table: Any = {}
    errors: list[ConfigError] = []
    if path is not None:
        path = path.absolute()
        document = read(path)
        table = document.table
        errors = [document.error(keys, reason) for keys, reason in problems(table)]
        errors.sort(key=lambda error: error.line or sys.maxsize)
    given = _given(overrides)
    errors += _wrong(given)
    if errors:
        raise ConfigErrors(errors)
    origins: Origins = {(key,): "file" for key in table}
    start = (start or Path()).absolute()
    if root is None:
        root = path.parent if path is not None else repository(start) or start
    own = msgspec.convert(table, Config, strict=True)
    return _settings(_merged(table, given, origins), root.absolute(), path, origins, own)


def override(settings: Settings, pairs: Iterable[str] | Mapping[str, Any]) -> Settings:
    """The settings under more of the command line: ``KEY=VALUE`` texts whose value is TOML, or values by their keys.

    Keys may be dotted (``rules.runtime-tight-poll.budget=60``). Tables gain the entries given,
    other values are replaced.

    Raises:
        ConfigErrors: a text is no TOML, or a key or value is wrong.
    """
    errors: list[ConfigError] = []
    given: dict[str, Any] = {}
    if isinstance(pairs, Mapping):
        given = _given(pairs)
        errors += _wrong(given)
    else:
        for pair in pairs:
            try:
                parsed = parse(pair)
            except (ValueError, RecursionError):
                errors.append(ConfigError(None, f"--config {pair}", f"not KEY=VALUE in TOML{_quoted(pair)}"))
                continue
            errors += _wrong(parsed)
            given = _merged(given, parsed, {})
    if errors:
        raise ConfigErrors(errors)
    origins = dict(settings.origins)
    table = {key: value for key, value in values(settings).items() if value is not None}
    return _settings(_merged(table, given, origins), settings.root, settings.path, origins, settings.own)


def divide(arguments: Iterable[str]) -> tuple[Path | None, list[str]]:
    """The arguments of ``--config``: at most one path of a file, and any number of ``KEY=VALUE`` texts.

    Raises:
        ConfigErrors: more than one file is named.
    """
    paths: list[Path] = []
    pairs: list[str] = []
    for argument in arguments:
        if "=" in argument and not os.path.isfile(argument):  # noqa: PTH113 - pathlib raises when it is long
            pairs.append(argument)
        else:
            paths.append(Path(argument))
    if len(paths) > 1:
        names = ", ".join(str(path) for path in paths)
        raise ConfigErrors([ConfigError(None, "--config", f"names more than one file: {names}")])
    return (paths[0] if paths else None), pairs


def _given(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The overrides as TOML would give them: without what is not given, enums and tuples as strings and lists."""
    built: dict[str, Any] = msgspec.to_builtins({key: value for key, value in overrides.items() if value is not None})
    return built


def _wrong(given: Mapping[str, Any]) -> Iterator[ConfigError]:
    return (ConfigError(None, dotted(keys), reason) for keys, reason in problems(given))


def _quoted(pair: str) -> str:
    """The likely right form, when the shell or the writer left the quotes out."""
    bare = re.fullmatch(r"\s*([\w.-]+)\s*=\s*([\w.*/-]+)\s*", pair)
    return f": write --config '{bare[1]}={right_form(bare[1], bare[2])}'" if bare else ""


def _merged(table: Mapping[str, Any], given: Mapping[str, Any], origins: Origins) -> dict[str, Any]:
    """One table of settings over another, noting in ``origins`` what came from the upper one."""
    result = dict(table)
    for key, value in given.items():
        depth = MERGED_DEPTHS.get(key, 0)
        result[key] = _over(result.get(key), value, depth, (key,), origins)
    return result


def _over(lower: Any, upper: Any, depth: int, keys: tuple[str, ...], origins: Origins) -> Any:
    """The upper value, with what a lower table has besides, down to a depth."""
    if not (depth and lower and isinstance(lower, dict) and isinstance(upper, dict)):
        origins[keys] = "command line"
        return upper
    merged = dict(lower)
    for key, value in upper.items():
        merged[key] = _over(lower.get(key), value, depth - 1, (*keys, key), origins)
    return merged


def _settings(table: Mapping[str, Any], root: Path, path: Path | None, origins: Origins, own: Config) -> Settings:
    config = msgspec.convert(table, Config, strict=True)
    plain = msgspec.to_builtins(config, order="sorted")
    digest = hashlib.blake2b(repr(plain).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    typed = {name: getattr(config, name) for name in Config.__struct_fields__}
    return Settings(**typed, root=root, path=path, digest=digest, origins=origins, own=own)
