"""Applications that a project's own start commands leave out, while they name another one that stands beside it.

Read are the files that deploy a project (Dockerfiles, Procfiles, Compose files, scripts, ...): ``gunicorn main:app`` starts
what ``main.py`` holds and whatever it imports. ``hybrid.py``, which none of them names and nothing that is started
imports, is an experiment, or what went before.
"""

from __future__ import annotations

import re
from functools import cached_property
from posixpath import dirname
from typing import TYPE_CHECKING

from .copies import is_marked
from .tables import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .facade import Index

APPLICATION = re.compile(r"(?<![\w./:-])([A-Za-z_][\w.]*):([A-Za-z_]\w*)(?![\w/.:-])")
"""``package.module:name``, as servers take it."""
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
FILE = re.compile(r"(?<![\w.])([\w./-]+)\.py\b|-m\s+([A-Za-z_][\w.]*)")
"""What Python is given: a file or a module."""
SCRIPTS = ("pyproject.toml", "setup.cfg", "package.json")
"""Files, beside those that deploy, that say what is started by which name."""
COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)


class Launched:
    """Tells which files of a project nothing starts that it is deployed by."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.linker = index.project.linker
        self._left: dict[str, bool] = {}
        self._loaded: dict[str, tuple[str, ...]] = {}

    def leaves_out(self, path: str) -> bool:
        """Whether an application in a file is none of those that start commands name, where they name one beside it."""
        if path not in self._left:
            beside = dirname(path) in self._places and not self._is_named(path)
            self._left[path] = beside and path not in self._imported and path not in self._started
        return self._left[path]

    def is_put_aside(self, path: str) -> bool:
        """Whether an application is left out, or in a directory that says so: ``archive/main.py``."""
        return self.leaves_out(path) or is_marked(path)

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        others = (self.index.text(path) or "" for path in self.index.files if path.rpartition("/")[2] in SCRIPTS)
        return tuple(COMMENT.sub("", text) for text in (*(t for _, t in self.index.settings.texts.texts), *others))

    @cached_property
    def _files(self) -> dict[str, list[str]]:
        """Production Python by the last part of its module's name."""
        found: dict[str, list[str]] = {}
        for path in self.index.files:
            if path.endswith(".py") and path not in self.index.tests:
                found.setdefault(_module(path).rpartition("/")[2], []).append(path)
        return found

    def _named(self, module: str) -> list[str]:
        """Files that a module's name can mean, wherever it is started."""
        wanted = module.strip("./").replace(".", "/") if "/" not in module else module.strip("./")
        tail = f"/{wanted}"
        return [path for path in self._files.get(wanted.rpartition("/")[2], ()) if f"/{_module(path)}".endswith(tail)]

    def _applications(self, text: str) -> Iterator[tuple[str, str]]:
        """Files with the name that ``module:name`` in a text means, each with the module as it is written."""
        for match in APPLICATION.finditer(text):
            for path in self._named(match[1]):
                if self._binds(path, match[2]):
                    yield path, match[1]

    def _binds(self, path: str, name: str) -> bool:
        """Whether a module seems to have a name, by its text: no other file is parsed for what may be a tag of an image."""
        return (
            re.search(rf"^(?:async def |def |class |from .*)?\b{name}\b", self.index.text(path) or "", re.MULTILINE)
            is not None
        )

    @cached_property
    def _roots(self) -> dict[str, str]:
        """Files whose applications servers are told to start, each with the directory that its module's name counts from."""
        found = {}
        for text in self._texts:
            for path, module in self._applications(text):
                above = _module(path)[: -len(module.replace(".", "/"))]
                found[path] = above.rstrip("/")
        return found

    @cached_property
    def _places(self) -> frozenset[str]:
        """Directories of these files, and those that they are started in."""
        return frozenset({*self._roots.values(), *map(dirname, self._roots)})

    @cached_property
    def _imported(self) -> frozenset[str]:
        """Files that run in what is started: those that are named, and whatever they import."""
        return self._from_roots(self._imports)

    @cached_property
    def _started(self) -> frozenset[str]:
        """The same with what texts in the code name: far more to go through."""
        return self._from_roots(self._leads_to)

    @cached_property
    def _begun(self) -> frozenset[str]:
        """Files that a start command names, or whose application it does."""
        named = {match[1] or match[2] for text in self._texts for match in FILE.finditer(text)}
        return frozenset({*self._roots, *(path for module in named for path in self._named(module))})

    def _from_roots(self, leads: Callable[[str], Iterable[str]]) -> frozenset[str]:
        work = sorted(self._begun)
        seen = set(work)
        followed = {*self.index.project.linked, *self._roots}  # no other file imports one of these
        while work:
            path = work.pop()
            found = [] if path not in followed else [other for other in leads(path) if other not in seen]
            seen.update(found)
            work += found
        return frozenset(seen)

    def _imports(self, path: str) -> tuple[str, ...]:
        """Files that a file imports."""
        if path not in self._loaded:
            self._loaded[path] = tuple(self._targets(path))
        return self._loaded[path]

    def _targets(self, path: str) -> Iterator[str]:
        modules, facts = self.linker.modules, self.linker.table(path).facts
        for record in facts.imports:
            target = modules.target(path, record)
            if target is None:
                continue
            below = modules.submodule(target, record.attribute) if record.attribute is not None else None
            yield from (found for found in (target, below) if found is not None and found.endswith(".py"))
        lasts = self.linker.table(path).lasts
        for call, last in zip(facts.calls, lasts, strict=True) if "import_module" in lasts else ():
            name = text_of(call.args[0]) if last == "import_module" and call.args else None
            yield from self._named(name) if name else ()

    def _leads_to(self, path: str) -> Iterator[str]:
        yield from self._imports(path)
        for text in self._said(path):
            yield from (found for found, _ in self._applications(text))
            if DOTTED.fullmatch(text):
                yield from self._named(text) or self._named(text.rpartition(".")[0])

    def _said(self, path: str) -> list[str]:
        """Texts of a file that can name a module, by themselves or in a list: ``"shop.urls"``, ``"main:app"``."""
        facts = self.linker.table(path).facts
        whole = [assign.value for assign in facts.assigns]
        for call in facts.calls:
            whole += call.args
            if call.keywords:
                whole += [value for _, value in call.keywords]
        lists = [part for value in whole if type(value) is list and value[:1] == ["[]"] for part in value[1:]]
        texts = {part for part in (*whole, *lists) if type(part) is str and part[:1] == "'"}
        return [text[1:] for text in texts if ":" in text or "." in text]

    def _is_named(self, path: str) -> bool:
        word = re.compile(rf"(?<![\w-]){re.escape(_module(path).rpartition('/')[2])}(?![\w-])")
        return any(word.search(text) for text in self._texts)


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__")
