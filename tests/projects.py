"""Projects made of files, checked in this process; and what stands in them that one finding is known of."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from commands import LIMITER, QUIET

from atomlint.engine import Engine, Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from atomlint.registry import Registry
    from atomlint.report import Report

__all__ = ["LIMITER", "QUIET", "RULE", "check", "check_with", "concerning", "engine", "put", "said", "write"]

RULE = "redis-per-request"
"""What `LIMITER` is found by, on its tenth line."""


def put(root: Path, path: str, content: str | bytes) -> Path:
    """One file, its directories made; texts are UTF-8 with line ends as they stand."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)
    return file


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """A project: its files, and an empty configuration where there is none."""
    for path, content in {"atomlint.toml": "", **files}.items():
        put(root, path, content)
    return root


@contextmanager
def engine(registry: Registry | None = None) -> Iterator[Engine]:
    """An engine that is closed in the end."""
    made = Engine(registry)
    try:
        yield made
    finally:
        made.close()


def check(root: Path, *paths: str, registry: Registry | None = None, **request: Any) -> Report:
    """One run over a project, without a cache and in one process unless told otherwise."""
    with engine(registry) as made:
        return check_with(made, root, *paths, **request)


def check_with(made: Engine, root: Path, *paths: str, **request: Any) -> Report:
    """The same with an engine that goes on living; keys of the configuration are given as ``overrides``."""
    given = {"use_cache": False, "jobs": 1, **request}
    return made.check(Request(cwd=root, paths=paths, **given))


def said(report: Report) -> list[tuple[str, int, str]]:
    """Path, line and rule of every finding, in output order."""
    return [(finding.span.path, finding.span.start.line, finding.rule) for finding in report.findings]


def concerning(report: Report, path: str) -> list[tuple[str, str]]:
    """Kind and message of the troubles of a file."""
    return [(error.kind, error.message) for error in report.errors if error.path == path]
