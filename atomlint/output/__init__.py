"""Outputs: one module per format, each turning a report into text; a format is imported when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, TextIO

from .options import Options

if TYPE_CHECKING:
    from ..report import Report

FORMATS: dict[str, str] = {
    "full": "code frames with every place, the call path, why and how to repair",
    "concise": "one line per finding",
    "json": "one JSON object with a published, versioned schema",
    "sarif": "SARIF 2.1.0, for code scanning",
    "github": "GitHub Actions annotations",
    "gitlab": "GitLab Code Quality report",
    "junit": "JUnit XML, for test report viewers",
    "markdown": "a Markdown page, for a CI job's summary",
}
"""Name to one line of description, in the order in which help lists them."""


def render(
    name: str,
    report: Report,
    stream: TextIO,
    *,
    color: bool = False,
    show_suppressed: bool = False,
    verbose: int = 0,
    quiet: bool = False,
) -> None:
    """Write a report to a stream in a format.

    ``json`` and ``sarif`` always hold suppressed and baselined findings, marked; the others list them only with
    ``show_suppressed``. ``color`` and ``quiet`` (no closing lines) concern ``full`` and ``concise``. No format shows
    source text of a secret finding.

    Raises:
        ValueError: there is no such format.
    """
    if name not in FORMATS:
        msg = f"unknown output format {name!r}; there are {', '.join(FORMATS)}"
        raise ValueError(msg)
    module = import_module(f".{name}", __name__)
    module.render(report, stream, Options(color, show_suppressed, verbose, quiet))


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the ``json`` format, as published with the package."""
    import json
    from importlib.resources import files

    loaded: dict[str, Any] = json.loads(files(__name__).joinpath("schema-1.0.json").read_text("utf-8"))
    return loaded
