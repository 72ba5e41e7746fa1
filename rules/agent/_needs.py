"""Whether the project has what a command needs."""

from __future__ import annotations

import re
from posixpath import normpath
from typing import TYPE_CHECKING

from ._paths import Named as NamedPath
from ._paths import missing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atomlint import Document, Index

    from ._commands import Need

TARGET = re.compile(r"^([^\s:#=][^:#=\n]*?)\s*&?::?(?![=:])", re.MULTILINE)
PHONY = re.compile(r"^\.PHONY\s*:(.*)$", re.MULTILINE)
INCLUDE = re.compile(r"^\s*-?s?include\s|\$\(eval|\$\{eval|^\s*import\??\s|^\s*mod\s", re.MULTILINE)
RECIPE = re.compile(r"^@?([\w-]+)(?:[ \t]+[^:=\n]*)?:(?!=)|^alias\s+([\w-]+)\s*:=", re.MULTILINE)
MADE_BY = ("CMakeLists.txt", "configure", "configure.ac", "Makefile.in", "Makefile.am", "Makefile.PL", "meson.build")
SCRIPT = re.compile(r'"([\w:./-]+)"\s*:\s*"')


def unmet(index: Index, document: Document, need: Need) -> str:
    """What is missing, as the end of a sentence; empty when it is there or nobody can know."""
    if need.kind in ("make", "just", "npm") and not index.inventory.is_whole:
        return ""  # what they read may lie above the project
    if need.kind == "make":
        return _no_target(index, need.name)
    if need.kind == "just":
        return _no_recipe(index, need.name)
    if need.kind == "npm":
        return _no_script(index, need.name)
    if need.kind in ("module", "server"):
        return _no_module(index, need)
    path = normpath(need.name)
    if path.startswith("../") and not index.inventory.is_whole:
        return ""
    while path.startswith("../"):
        path = path[3:]
    named = NamedPath(f"{need.folder}/{path}" if need.folder else path, need.span, "command")
    gone = missing(index, document, named) and missing(index, document, named._replace(path=path))
    return f"the project has no such file: {path}" if gone else ""


def texts(index: Index, names: Iterable[str]) -> list[str]:
    """The texts of the project's files of certain names, in small letters."""
    wanted = frozenset(names)
    paths = [path for path in index.files if path.rpartition("/")[2].lower() in wanted]
    return [text for path in paths if (text := index.text(path)) is not None]


def _no_target(index: Index, name: str) -> str:
    found: list[str] = index.keep("agent-makefiles", lambda: texts(index, ("makefile", "gnumakefile")))
    if not found:
        return "" if any(index.inventory.ends(one) for one in MADE_BY) else "the project has no Makefile"
    if any(INCLUDE.search(text) for text in found):
        return ""
    targets = {word for text in found for match in TARGET.findall(text) for word in match.split()}
    targets |= {word for text in found for match in PHONY.findall(text) for word in match.split()}
    if name in targets or any("%" in target or "$" in target for target in targets) or index.inventory.ends(name):
        return ""
    return f"no Makefile has the target {name}"


def _no_recipe(index: Index, name: str) -> str:
    found: list[str] = index.keep("agent-justfiles", lambda: texts(index, ("justfile", ".justfile")))
    if not found or any(INCLUDE.search(text) for text in found):
        return ""
    recipes = {word for text in found for match in RECIPE.findall(text) for word in match}
    return "" if name in recipes else f"no justfile has the recipe {name}"


def _no_script(index: Index, name: str) -> str:
    found: list[str] = index.keep("agent-packages", lambda: texts(index, ("package.json",)))
    if not found:
        return "the project has no package.json"
    scripts: frozenset[str] = index.keep(
        "agent-scripts", lambda: frozenset(word for text in found for word in SCRIPT.findall(text))
    )
    return "" if name in scripts else f"no package.json has the script {name}"


def _no_module(index: Index, need: Need) -> str:
    """Of modules whose package is the project's own, and of the file that a server is given."""
    tree = index.inventory
    path = need.name.replace(".", "/")
    if tree.ends(f"{path}.py") or tree.ends(path):
        return ""
    if need.kind == "module":
        package = path.rpartition("/")[0]
        if not (tree.ends(f"{path.partition('/')[0]}/__init__.py") and tree.ends(package)):
            return ""
    elif "/" in path and not tree.ends(path.partition("/")[0]):
        return ""
    return f"the project has no module {need.name}"
