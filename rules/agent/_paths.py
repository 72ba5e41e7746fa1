"""Paths that a document names: code in its prose, links, imports."""

from __future__ import annotations

import re
from posixpath import join, normpath
from typing import TYPE_CHECKING, NamedTuple

from ._quiet import is_made, is_placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Document, Index, Span

KNOWN = [
    "py",
    "pyi",
    "toml",
    "md",
    "mdx",
    "rst",
    "txt",
    "yml",
    "yaml",
    "json",
    "jsonc",
    "json5",
    "sh",
    "bash",
    "zsh",
    "sql",
    "html",
    "htm",
    "css",
    "scss",
    "sass",
    "less",
    "js",
    "jsx",
    "ts",
    "tsx",
    "mjs",
    "cjs",
    "mts",
    "cts",
    "vue",
    "svelte",
    "go",
    "rs",
    "java",
    "kt",
    "kts",
    "swift",
    "rb",
    "php",
    "c",
    "h",
    "cc",
    "cpp",
    "hpp",
    "cs",
    "ex",
    "exs",
    "erl",
    "lua",
    "r",
    "jl",
    "ipynb",
    "tf",
    "hcl",
    "proto",
    "graphql",
    "gql",
    "xml",
    "ini",
    "cfg",
    "conf",
    "lock",
    "mako",
    "jinja",
    "j2",
    "tmpl",
    "ps1",
    "bat",
    "prisma",
    "cue",
    "nix",
    "dockerfile",
    "gradle",
    "properties",
    "env",
    "example",
    "svg",
]
"""Suffixes of what people write by hand."""
SUFFIX = re.compile(rf"\.(?:{'|'.join(KNOWN)})$", re.IGNORECASE)
PATH = re.compile(r"(?:\./)?(?:[\w@.+()~-]+/)*[\w@.+-]+/?")
AFTER = re.compile(r"(?:::?[\w.:()\[\]-]+|#[\w./-]*|:\d+(?:-\d+)?)$")
LINK = re.compile(r"\[[^\[\]\n]{0,400}\]\(<?([^)\s>]+)>?(?:\s+[\"'][^)\n]*)?\)")
FLY = re.compile(r"fly(?:[._-][\w.-]+)?\.toml", re.IGNORECASE)


class Named(NamedTuple):
    """A path that a document names."""

    path: str
    """Normalised; a folder ends with ``/``."""
    span: Span
    how: str
    """``code``, ``link`` or ``import``."""


def named(document: Document) -> Iterator[Named]:
    """What is written as a path of the project, in source order within each kind."""
    for code in document.markdown.codes:
        path = as_path(code.text)
        if path is not None:
            yield Named(path, code.span, "code")
    prose = document.markdown.prose
    for match in LINK.finditer(prose):
        target = match[1].partition("#")[0].partition("?")[0]
        if target and "://" not in target and ":" not in target and not target.startswith(("/", "~", "@")):
            yield Named(target, document.source.span(*match.span(1)), "link")


def as_path(text: str) -> str | None:
    """The path that a piece of code is, without a place in the file; None when it is none."""
    bare = AFTER.sub("", text)
    if not PATH.fullmatch(bare) or bare.startswith(("/", "~", "@", "-")) or is_placeholder(bare):
        return None
    is_folder = bare.endswith("/")
    if "/" not in bare.rstrip("/") and not FLY.fullmatch(bare):
        return None
    if not is_folder and not SUFFIX.search(bare):
        return None
    path = normpath(bare)
    if path.startswith("../"):
        return None
    return f"{path}/" if is_folder else path


def missing(index: Index, document: Document, named: Named) -> bool:
    """Whether the project lacks a path wherever it could count from, and does not ignore it."""
    tree = index.inventory
    path = named.path.rstrip("/")
    if normpath(join(document.directory, path)).startswith("../"):
        return False
    while path.startswith(("../", "./")):
        path = path.partition("/")[2]
    below_first = path.partition("/")[2]  # of a path that begins with the repository's own name
    if not path or tree.ends(path) or (below_first and tree.has(below_first)) or is_made(path):
        return False
    below = [f"{folder}/{path}" for folder in (document.directory, *tops(document)) if folder]
    whole = [path, *below] + ([f"{one}/" for one in (path, *below)] if named.path.endswith("/") else [])
    return not any(tree.is_ignored(one) or tree.has(one) for one in whole)


def tops(document: Document) -> list[str]:
    """The folders above a document's own, the deepest first."""
    found = []
    above = document.directory.rpartition("/")[0]
    while above:
        found.append(above)
        above = above.rpartition("/")[0]
    return found


def is_anchored(index: Index, path: str) -> bool:
    """Whether the folder that a path names right above its end is in the project."""
    parent = path.rstrip("/").rpartition("/")[0]
    return bool(parent) and index.inventory.ends(parent)
