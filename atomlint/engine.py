"""One run of ``check``: which projects, what is cached, and one report of it all."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from . import __version__
from .config.errors import printable
from .merge import Part, merged
from .outcome import Clock, Outcome, Progress
from .packing import pack, unpack
from .report import Report, Trouble
from .stamps import engine_stamp, repository_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .cache import NullCache
    from .config import Settings
    from .hashes import Hashes
    from .index.facade import Index
    from .index.project import Project
    from .pipeline import Pipeline
    from .registry import Registry
    from .scan import SyntaxProblem
    from .workspace import Named, Workspace


class UsageError(Exception):
    """Something asked for that does not exist or does not fit; ``messages`` holds one line each. The status is 2."""

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = list(messages)


@dataclass
class Request:
    """What a run is asked for; every field has the default of ``atomlint check``."""

    paths: tuple[str, ...] = ()
    cwd: Path = field(default_factory=Path.cwd)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """Configuration keys set on the command line; None values mean not given."""
    config: tuple[str, ...] = ()
    """``--config`` values: a path, or ``KEY=VALUE``."""
    isolated: bool = False
    jobs: int = 0
    use_cache: bool = True
    overlay: Mapping[str, bytes] = field(default_factory=dict)
    """Unsaved content by absolute path."""
    force_exclude: bool = False
    progress: Progress | None = None
    unresolved: bool = False
    """Whether to list the calls on request paths whose target is not known."""


class Engine:
    """Runs checks. A long-lived process keeps one: caches and content hashes stay warm in it."""

    def __init__(self, registry: Registry | None = None) -> None:
        from .registry import Registry as Installed

        self.registry = registry or Installed()
        self._stamp = ""
        self._caches: dict[tuple[str, bool], tuple[NullCache, Hashes]] = {}
        self._memo: dict[bytes, Any] = {}
        self.clock = Clock()
        self.notes: list[str] = []
        """What to tell the user that is no trouble."""
        self.tracebacks: list[str] = []
        """Of rules that crashed."""

    def check(self, request: Request) -> Report:
        """Look at what is named, in the light of the whole project that it belongs to.

        Raises:
            UsageError: a selector, option or configuration is wrong.
        """
        self.clock = Clock()
        self.notes, self.tracebacks = [], []
        parts = [self._part(request, *project) for project in self._projects(request)]
        return merged(parts, self.registry, self.clock.stages, self.notes, unresolved=request.unresolved)

    def program(self, request: Request) -> tuple[Settings, Workspace, Index, Mapping[str, SyntaxProblem]]:
        """The whole production code of the project that is named, linked whatever the rules need, and what does not parse.

        Raises:
            UsageError: a configuration is wrong, or there is nothing to look at: no such path, no Python file.
        """
        settings, workspace, named = next(iter(self._projects(request)))
        if named is not None and named.troubles:
            raise UsageError([trouble.message for trouble in named.troubles])
        if not any(path.endswith(".py") for path in workspace.files):
            raise UsageError([f"no Python files found in {printable(str(settings.root))}"])
        pipeline = self._pipeline(request, settings, workspace)
        return settings, workspace, pipeline.program(), pipeline.facts.problems

    def linked(
        self, request: Request, settings: Settings, workspace: Workspace, paths: Sequence[str]
    ) -> tuple[Project, Mapping[str, SyntaxProblem]]:
        """Python files of a project of `projects`, linked, and what does not parse."""
        pipeline = self._pipeline(request, settings, workspace)
        return pipeline.linked(paths), pipeline.facts.problems

    def _pipeline(self, request: Request, settings: Settings, workspace: Workspace) -> Pipeline:
        from .pipeline import Pipeline

        cache, hashes = self._cache(request, settings)
        if cache.keeps:
            hashes.key(workspace)
        return Pipeline(
            settings, self.registry, workspace, hashes, cache,
            jobs=request.jobs, clock=self.clock, progress=request.progress, memo=self._memo,
        )  # fmt: skip

    def projects(self, request: Request) -> Iterator[tuple[Settings, Workspace, Named | None]]:
        """The projects that are looked at, and what is named in each; None for all of it.

        Raises:
            UsageError: see `check`.
        """
        yield from self._projects(request)

    def files(self, request: Request) -> list[str]:
        """The files that a check would look at, relative to the working directory where they lie below it.

        Raises:
            UsageError: see `check`.
        """
        found: list[Path] = []
        for settings, workspace, named in self._projects(request):
            if named is not None and named.troubles:
                raise UsageError([trouble.message for trouble in named.troubles])
            found += [settings.root / path for path in (workspace.files if named is None else sorted(named.files))]
        return [os.path.relpath(path, request.cwd).replace(os.sep, "/") for path in found]

    def close(self) -> None:
        """Leave the caches in order."""
        for cache, _ in self._caches.values():
            cache.close()
        self._caches.clear()

    # --- projects --------------------------------------------------------------------------------------------------

    def _projects(self, request: Request) -> Iterator[tuple[Settings, Workspace, Named | None]]:
        """The projects that are looked at, and what is named in each; None for all of it."""
        from . import workspace as workspaces

        with self.clock.stage("files"):
            start = self._start(request)
            settings = self.settings(request, start)
            workspace = self._open(request, settings)
            inner = self._nested(request, settings, workspace)
            named = workspaces.name(workspace, request.paths, request.cwd) if request.paths else None
        covers = bool(workspace.files if named is None else named.files)
        seen = {settings.root}
        pending = list(named.outside) if named is not None else []
        if named is not None:
            foreign = [given for given in named.skipped if self._root_of(request, given) != settings.root]
            pending += foreign  # excluded here, and a project of its own
            named.skipped[:] = [given for given in named.skipped if given not in foreign]
            self._skip(named)
        others = [self._other(request, root, None if named is None else request.paths) for root in inner]
        seen |= set(inner)
        for given in pending:
            root = self._root_of(request, given)
            if root not in seen:
                seen.add(root)
                others.append(self._other(request, root, tuple(pending)))
        found = [other for other in others if other[2] is None or other[2].files]
        if named is not None:
            elsewhere = [other[2] for other in others if other[2] is not None]
            named.troubles.extend(self._lost(request, settings.root, pending, elsewhere))
            if not covers and not found and not named.troubles:
                named.troubles.extend(_empty(given) for given in pending if (request.cwd / given).is_dir())
        own = covers or not (pending or inner) or (named is not None and bool(named.troubles))
        if own or not found:
            yield settings, workspace, named
        yield from found

    @staticmethod
    def _lost(request: Request, root: Path, pending: Sequence[str], elsewhere: Sequence[Named]) -> Iterator[Trouble]:
        """Named paths that lie in no project that is looked at, as a configuration that is named has only its own."""
        for given in pending:
            above = os.path.realpath(root).startswith(os.path.join(os.path.realpath(request.cwd / given), ""))  # noqa: PTH118
            if not above and all(given in named.outside for named in elsewhere):
                yield Trouble("path", given, f"not in the project in {root}: {printable(given)}")

    def _root_of(self, request: Request, given: str) -> Path:
        """Root of the project that a named path belongs to."""
        place = Path(os.path.abspath(request.cwd / given))  # noqa: PTH100
        return self.settings(request, place if place.is_dir() else place.parent).root

    def _start(self, request: Request) -> Path:
        """Where to look for the project: the working directory, unless no project is there and a named path has one."""
        from .config import find, repository

        if not request.paths or request.config or find(request.cwd) is not None or repository(request.cwd) is not None:
            return request.cwd
        for given in request.paths:
            place = Path(os.path.abspath(request.cwd / given))  # noqa: PTH100
            start = place if place.is_dir() else place.parent
            if find(start) is not None or repository(start) is not None:
                return start
        return request.cwd

    def _skip(self, named: Named) -> None:
        self.notes += [f"skipped {given}: nothing here is looked at" for given in named.skipped]

    def _other(
        self, request: Request, root: Path, named: Sequence[str] | None
    ) -> tuple[Settings, Workspace, Named | None]:
        """Another project than the one around the working directory, and what is named in it."""
        from . import workspace as workspaces

        with self.clock.stage("files"):
            settings = self.settings(request, root)
            workspace = self._open(request, settings)
            self._nested(request, settings, workspace)
            chosen = workspaces.name(workspace, named, request.cwd) if named is not None else None
        if chosen is not None:
            chosen.troubles.clear()
            self._skip(chosen)
        return settings, workspace, chosen

    def settings(self, request: Request, start: Path) -> Settings:
        """The configuration in effect for a directory, checked against the installed rules.

        Raises:
            UsageError: a selector, option or configuration is wrong.
        """
        from .config import (
            ConfigError,
            check_options,
            divide,
            find,
            load,
            missing_roots,
            override,
            unknown_selectors,
        )

        try:
            path, pairs = divide(request.config)
            if path is None and not request.isolated:
                path = find(start)
            settings = load(path, request.overrides, start=start)
            settings = override(settings, pairs)
            wrong = list(
                unknown_selectors(settings, [*self.registry.ids, *self._redirects(settings)], self.registry.families)
            )
            wrong += missing_roots(settings)
            if wrong:
                raise UsageError(wrong)
            if not self.registry.leaves_any(settings):
                raise UsageError(["no rule is left to run: what is selected is ignored, or nothing is selected"])
            for rule_id, given in settings.rules.items():
                check_options(rule_id, given, self.registry.rule(rule_id).options, settings=settings)
            if settings.catalog:
                from .index.catalog import CatalogError, configured_rows

                try:
                    configured_rows(settings.catalog, str(settings.path or "--config"))
                except CatalogError as error:
                    raise UsageError([str(error)]) from None
        except ConfigError as error:
            raise UsageError(list(error.messages)) from None
        return settings

    def _redirects(self, settings: Settings) -> list[str]:
        """Earlier ids; rule modules are only imported for them when a selector is no present id."""
        names = {
            *(settings.select or ()),
            *settings.ignore,
            *settings.agent_rules,
            *settings.severities,
            *settings.rules,
        }
        names |= {name for selectors in settings.per_file_ignores.values() for name in selectors}
        present = {*self.registry.ids, *self.registry.families, "all"}
        return list(self.registry.redirects) if names - present else []

    def _open(self, request: Request, settings: Settings) -> Workspace:
        from .workspace import open_workspace

        root = os.path.realpath(settings.root)
        overlay = {}
        for path, data in request.overlay.items():
            real = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))  # noqa: PTH118, PTH119, PTH120
            if real.startswith(root + os.sep):
                overlay[os.path.relpath(real, root).replace(os.sep, "/")] = data
        return open_workspace(
            settings.root, exclude=settings.excluded, force_exclude=request.force_exclude, overlay=overlay
        )

    def _nested(self, request: Request, settings: Settings, workspace: Workspace) -> list[Path]:
        """Roots of the projects inside of this one, whose files are taken out of it."""
        if request.isolated or request.config:
            return []
        from .config import nested

        roots = nested(workspace.files, settings.root)
        below = sorted(str(root.relative_to(settings.root)).replace(os.sep, "/") for root in roots)
        if below:
            inner = workspace.without(below)
            workspace.files, workspace.nested = inner.files, inner.nested
        return list(roots)

    # --- one project -----------------------------------------------------------------------------------------------

    def _part(self, request: Request, settings: Settings, workspace: Workspace, named: Named | None) -> Part:
        cache, hashes = self._cache(request, settings)
        with self.clock.stage("files"):
            content = hashes.key(workspace) if cache.keeps else ""
            key = self._key(settings, content + " unresolved" * request.unresolved)
            blob = cache.get("result", key)
        outcome = None
        if blob is not None:
            try:
                outcome = unpack(blob, Outcome)
            except (msgspec.DecodeError, UnicodeDecodeError):
                outcome = None
        cached = outcome is not None
        if outcome is None:
            from .pipeline import Pipeline

            pipeline = Pipeline(
                settings, self.registry, workspace, hashes, cache,
                jobs=request.jobs, clock=self.clock, progress=request.progress,
                key=repository_key(workspace), memo=self._memo, unresolved=request.unresolved,
            )  # fmt: skip
            outcome = pipeline.run()
            if pipeline.is_complete and cache.keeps:
                cache.put_many("result", {key: pack(outcome)})
        hashes.save()
        self.tracebacks += outcome.tracebacks
        self.notes += [*workspace.notes, *cache.notes]
        cache.notes.clear()
        troubles = list(named.troubles) if named is not None else []
        asked = workspace.files if named is None else named.files
        if not asked and (named is None or (named.directories and not troubles)):
            places = [settings.root / place for place in sorted(named.directories)] if named else [settings.root]
            troubles += map(_empty, places)
        return Part(settings.root, settings, workspace, outcome, named, troubles, cached)

    def _cache(self, request: Request, settings: Settings) -> tuple[NullCache, Hashes]:
        from .cache import open_cache
        from .hashes import Hashes

        place = (str(settings.root), request.use_cache)
        if place not in self._caches:
            if not self._stamp:
                self._stamp = blake2b(self.registry.stamp().encode(), digest_size=8).hexdigest()
            version = f"{__version__} {engine_stamp()} {self._stamp} {platform.python_version()}"
            cache = open_cache(settings.root, version, enabled=request.use_cache)
            self._caches[place] = cache, Hashes(cache)
        return self._caches[place]

    def _key(self, settings: Settings, content: str) -> str:
        place = f"{settings.path or ''} {settings.own.select} {settings.own.ignore}"
        return blake2b(
            f"{settings.digest} {content} {place}".encode("utf-8", "surrogateescape"),
            digest_size=16,
        ).hexdigest()


def _empty(place: Path | str) -> Trouble:
    return Trouble("project", "", f"no files to look at in {printable(str(place))}")
