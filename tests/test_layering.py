"""Dependencies point one way, rules use the public API alone, and heavy or dangerous modules have one place."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

import atomlint

ROOT = Path(__file__).parent.parent
ENGINE = sorted((ROOT / "atomlint").rglob("*.py"))
RULES = sorted((ROOT / "rules").rglob("*.py"))
LAYERS = (
    {"source", "finding", "kinds"},
    {"facts", "syntax"},
    {"index", "registry", "output"},
    {"engine", "pipeline"},
    {"cli", "lsp", "testing", "__main__"},
)
"""From the bottom up; what is not named lies wherever its imports put it, but in no circle."""


def imports(path: Path):
    """(module, name or None, whether only for types) of every import; modules absolute: ``atomlint.index.views``."""
    package = path.relative_to(ROOT).parent.parts
    tree = ast.parse(path.read_text("utf-8"))
    typing = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None, node in typing
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield module, alias.name, node in typing


def part(path: Path) -> str:
    """The module or package of the engine that a file belongs to."""
    return path.relative_to(ROOT / "atomlint").with_suffix("").parts[0]


@cache
def graph() -> dict[str, set[str]]:
    """Which parts of the engine each one imports when it runs."""
    found = defaultdict(set)
    parts = {part(path) for path in ENGINE}
    for path in ENGINE:
        for module, name, typing in imports(path):
            head, *rest = module.split(".")
            if head == "atomlint" and not typing:
                target = rest[0] if rest else name if name in parts else "__init__"
                if target not in (part(path), "__init__"):
                    found[part(path)].add(target)
    return found


def reachable(start: str, edges: dict[str, set[str]]) -> set[str]:
    found, pending = set(), [start]
    while pending:
        for target in edges.get(pending.pop(), ()):
            if target not in found:
                found.add(target)
                pending.append(target)
    return found


def names(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_the_layers_are_those_of_the_tree():
    parts = {part(path) for path in ENGINE}
    assert set().union(*LAYERS) - parts == set()
    assert graph()["engine"] >= {"pipeline", "registry"}, "the imports are not read"


def test_no_part_of_the_engine_imports_itself_in_a_circle():
    edges = graph()
    assert {name: sorted(reachable(name, edges)) for name in list(edges) if name in reachable(name, edges)} == {}


def test_dependencies_point_down():
    edges = graph()
    for level, layer in enumerate(LAYERS):
        above = set().union(*LAYERS[level + 1 :])
        for name in layer:
            assert reachable(name, edges) & above == set(), f"{name} reaches up"


def test_facts_and_outputs_stay_apart_from_their_neighbours():
    edges = graph()
    assert reachable("facts", edges) & {"syntax", "output", "registry"} == set()
    assert reachable("index", edges) & {"output", "registry"} == set()
    assert reachable("output", edges) & {"index", "registry", "facts", "syntax"} == set()
    assert "lsp" not in reachable("engine", edges) | reachable("testing", edges)


def test_rules_import_the_public_api_and_themselves():
    wrong = []
    for path in RULES:
        for module, name, typing in imports(path):
            head = module.partition(".")[0]
            if head == "atomlint" and not typing and (module != "atomlint" or name not in atomlint.__all__):
                wrong.append(f"{path.relative_to(ROOT)}: {module} {name}")
            if head == "libcst" and not typing:
                wrong.append(f"{path.relative_to(ROOT)}: {module}")
    assert wrong == []


@pytest.mark.parametrize(
    "paths", [ENGINE, RULES, sorted((ROOT / "docs").glob("*.py"))], ids=["atomlint", "rules", "docs"]
)
def test_nothing_imports_the_pack_by_name(paths):
    assert paths
    found = [path for path in paths for module, _, _ in imports(path) if module.partition(".")[0] == "atomlint_rules"]
    assert names(found) == []
    absolute = [path for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8"))) if named_rules(node)]
    assert names(absolute) == []


def named_rules(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name.partition(".")[0] == "rules" for alias in node.names)
    return isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").partition(".")[0] == "rules"


def test_the_engine_names_no_rule_of_the_pack():
    from atomlint.registry import Registry

    registry = Registry()
    ids = set(registry.ids) - set(registry.own)
    assert [place for path in ENGINE for place in named(path, ids)] == []


def named(path: Path, ids: set[str]):
    """Where a file says one of the ids, docstrings aside."""
    tree = ast.parse(path.read_text("utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docs and node.value in ids:
            yield f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"


ALONE = {
    "click": lambda path: path.parent.name == "cli",
    "subprocess": lambda path: path.name == "git.py",
    "pygls": lambda path: path.parent.name == "lsp",
    "lsprotocol": lambda path: path.parent.name == "lsp",
    "sqlite3": lambda path: path.name == "database.py",
}


@pytest.mark.parametrize("name", ALONE)
def test_a_module_with_one_place_is_imported_there_alone(name):
    found = [
        p for p in (*ENGINE, *RULES) for module, _, typing in imports(p) if module.split(".")[0] == name and not typing
    ]
    assert names([path for path in found if not ALONE[name](path)]) == []


BANNED = {"runpy", "pickle", "marshal", "shelve", "socket", "http", "requests", "httpx", "urllib.request", "urllib3"}


def test_nothing_can_run_analysed_code_or_reach_the_network():
    wrong = []
    for path in (*ENGINE, *RULES):
        for module, name, typing in imports(path):
            if path.parent.name != "lsp" and not typing and {module, module.split(".")[0], f"{module}.{name}"} & BANNED:
                wrong.append(f"{path.relative_to(ROOT)}: {module}")
        wrong += [f"{path.relative_to(ROOT)}: {name}" for name in sorted(called(path) & {"exec", "eval", "__import__"})]
    assert wrong == []


def called(path: Path) -> set[str]:
    """Plain names that a file calls."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
