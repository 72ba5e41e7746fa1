"""Modules of Django's settings that a project loads, as far as it says so.

A name is given to ``DJANGO_SETTINGS_MODULE`` by Python and by files that deploy. What is given there and cannot be read may
be any module, and so may what the settings import by a name that is made.
"""

from __future__ import annotations

import re
from functools import cached_property
from posixpath import dirname
from typing import TYPE_CHECKING

from ..fly.stages import ELSEWHERE
from .modules import ancestors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..facts.records import Expr, Import
    from .facade import Index
    from .tables import Table

VARIABLE = "DJANGO_SETTINGS_MODULE"
TEXT = f"'{VARIABLE}"
MODULE = re.compile(r"([a-z_]\w*(?:\.\w+)*)(?:\s|$)")
"""A name, before the command that it is given to perhaps."""
MADE = frozenset(
    {
        "import_module",
        "__import__",
        "exec",
        "execfile",
        "include",
        "run_path",
        "spec_from_file_location",
        "import_string",
    }
)
"""Calls that load a module, or run a file, of whatever name they are given."""
TELLS = (".md", ".rst", ".txt", ".adoc")
WORD = re.compile(r"[a-z0-9]+")


class SettingsModules:
    """Tells which modules of settings are loaded; every answer is kept."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.modules = index.project.linker.modules
        self._known: dict[str, bool] = {}

    def is_unloaded(self, path: str) -> bool:
        """Whether one beside a file is named for production, and nothing at all names or imports the file itself."""
        if path not in self._known:
            self._known[path] = self._is_unloaded(path)
        return self._known[path]

    def _is_unloaded(self, path: str) -> bool:
        named = self.named
        beside = any(dirname(one) == dirname(path) and _is_of_production(one) for one in named or ())
        return beside and path not in self._loaded and not self._is_imported(path) and not self._is_mentioned(path)

    @staticmethod
    def is_elsewhere(path: str) -> bool:
        """Whether a file holds settings, and is named for where nobody is served: ``settings/development.py``."""
        folder, _, name = path.lower().rpartition("/")
        is_of_settings = "settings" in (folder.rpartition("/")[2], *WORD.findall(name.replace("_", " ")))
        return is_of_settings and not _is_of_production(name)

    @cached_property
    def named(self) -> frozenset[str] | None:
        """Files that are named; None where a name cannot be read, or no file of the project has it."""
        names = {*self._of_python(), *self._of_texts()}
        found: set[str] = set()
        for name in names:
            files = self._files(name) if name is not None else ()
            if not files:
                return None
            found.update(files)
        return None if self._makes_names(found) else frozenset(found)

    def _files(self, name: str) -> list[str]:
        """Files that a dotted name may mean, from wherever it is imported."""
        last = name.rpartition(".")[2]
        dotted = ((path, self.modules.name(path).lower()) for path in self._by_last.get(last, ()))
        return [path for path, own in dotted if f".{own}".endswith(f".{name}") or f".{name}".endswith(f".{own}")]

    @cached_property
    def _by_last(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.index.files:
            if path.endswith(".py"):
                found.setdefault(self.modules.name(path).rpartition(".")[2].lower(), []).append(path)
        return found

    # --- names ---------------------------------------------------------------------------------------------------

    def _of_texts(self) -> Iterator[str | None]:
        for value in self.index.settings.texts.values(VARIABLE):
            yield _name(value)

    def _of_python(self) -> Iterator[str | None]:
        for path in self.index.paths:
            if path in self.index.tests:
                continue
            table = self.index.table(path)
            for scope, expr in _given(table):
                yield _name((self.index.settings.constant(path, scope, expr) or "").lower())

    # --- what they load ------------------------------------------------------------------------------------------

    @cached_property
    def _loaded(self) -> frozenset[str]:
        return frozenset(self._closure(self.named or ()))

    def _makes_names(self, named: Iterable[str]) -> bool:
        return any(not MADE.isdisjoint(self.index.table(path).lasts) for path in self._closure(named))

    def _closure(self, named: Iterable[str]) -> set[str]:
        """Files, their packages, and what all of them import."""
        seen: set[str] = set()
        work = list(named)
        while work:
            path = work.pop()
            if path in seen or path not in self.modules.paths:
                continue
            seen.add(path)
            work += [f"{folder}/__init__.py" for folder in ancestors(path)]
            for record in self.index.table(path).facts.imports:
                work += self._targets(path, record)
        return seen

    def _targets(self, path: str, record: Import) -> Iterator[str]:
        target = self.modules.target(path, record)
        if target is not None:
            yield target
            inner = self.modules.submodule(target, record.attribute) if record.attribute else None
            if inner is not None:
                yield inner

    def _is_imported(self, path: str) -> bool:
        last = self.modules.name(path).rpartition(".")[2]
        return any(
            last in (record.module.rpartition(".")[2], record.attribute) and path in self._targets(other, record)
            for other in self.index.paths
            if other not in self.index.tests and other != path
            for record in self.index.table(other).facts.imports
        )

    def _is_mentioned(self, path: str) -> bool:
        """Whether a file that deploys the project names it, or its file, or a text for people its dotted name."""
        package, _, last = self.modules.name(path).rpartition(".")
        parent = package.rpartition(".")[2]
        dotted = re.compile(rf"(?<!\w){re.escape(parent)}\.{re.escape(last)}(?!\w|\.py)" if parent else rf"={last}\b")
        file = re.compile(rf"(?<!\w){re.escape(last)}\.py\b|{dotted.pattern}")
        if any(file.search(text) for _, text in self.index.settings.texts.texts):
            return True
        told = (self.index.text(one) for one in self.index.files if one.endswith(TELLS))
        return any(text is not None and dotted.search(text) for text in told)


def _name(value: str) -> str | None:
    match = MODULE.match(value)
    return None if match is None else match[1]


def _is_of_production(path: str) -> bool:
    return ELSEWHERE.isdisjoint(WORD.findall(path.removesuffix(".py").lower().replace("_", " ")))


def _given(table: Table) -> Iterator[tuple[int, Expr]]:
    """What a file gives the variable, and falls back to where it reads it, with the scopes that this stands in."""
    for assign in table.facts.assigns:
        if type(assign.target) is list and assign.target[:1] == ["sub"] and assign.target[-1] == TEXT:
            yield assign.scope, assign.value
        elif type(assign.value) is list:
            yield from ((assign.scope, value) for value in _entry(assign.value))
    for call in table.facts.calls:
        for number, argument in enumerate(call.args):
            if argument == TEXT:
                rest = call.args[number + 1 : number + 2] or [value for _, value in call.keywords]
                yield from ((call.scope, value) for value in rest)
            elif type(argument) is list:
                yield from ((call.scope, value) for value in _entry(argument))
        for name, value in call.keywords:
            if name == VARIABLE:
                yield call.scope, value
            elif type(value) is list:
                yield from ((call.scope, one) for one in _entry(value))


def _entry(expr: list[Expr]) -> Iterator[Expr]:
    """The value that a literal dict gives the variable."""
    if expr[:1] == ["{}"] and TEXT in expr[1::2]:
        yield expr[2 * expr[1::2].index(TEXT) + 2]
