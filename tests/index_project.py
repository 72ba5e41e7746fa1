"""An index over files given as texts, without the engine."""

from __future__ import annotations

import textwrap
from functools import cache
from pathlib import Path

from atomlint.facts.extract import extract
from atomlint.index.catalog import Catalog, Rows, parse_rows
from atomlint.index.facade import Index
from atomlint.index.project import Project
from atomlint.source import Files
from atomlint.toml import loads

CATALOG = Path(__file__).parent.parent / "rules" / "catalog"


@cache
def rows() -> tuple[Rows, ...]:
    """The rows of the built-in pack."""
    return tuple(parse_rows(loads(file.read_text("utf-8")), file.name) for file in sorted(CATALOG.glob("*.toml")))


@cache
def builtin() -> Catalog:
    """The catalog of the built-in pack."""
    return Catalog(list(rows()))


def catalog(*extra: Rows) -> Catalog:
    """The catalog of the built-in pack with further rows."""
    return Catalog([*rows(), *extra]) if extra else builtin()


def index_of(files: dict[str, str], *extra: Rows) -> Index:
    """Every Python file is linked; the texts are dedented. ``extra`` are further rows of the catalog."""
    texts = {path: textwrap.dedent(text).lstrip("\n") for path, text in files.items()}
    python = sorted(path for path in texts if path.endswith(".py"))
    records = {path: extract(texts[path]) for path in python}
    project = Project(python, lambda p: records[p][0] if p in records else None,
                      lambda p: records[p][1] if p in records else None, python, catalog(*extra))  # fmt: skip
    overlay = {path: text.encode("utf-8") for path, text in texts.items()}
    index = Index(project, Files("/nowhere", overlay))
    index.files = tuple(sorted(texts))
    return index
