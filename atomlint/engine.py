"""One run of ``check``: which projects, what is cached, and one report of it all."""

from __future__ import annotations

import contextlib
import functools
import os
import platform
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from . import __version__
from .finding import Confidence, Finding
from .outcome import Clock, Outcome, Progress, Sources
from .own_rules import SYNTAX
from .packing import pack, unpack
from .report import Looked, Report, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .cache import NullCache
    from .config import Settings
    from .hashes import Hashes
    from .registry import Registry
    from .workspace import Named, Workspace


NOTED = 5
"""Notes about files that were not named."""


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


@dataclass
class Part:
    """What one project adds to the report."""

    root: Path
    settings: Settings
    workspace: Workspace
    outcome: Outcome
    named: Named | None
    """What was named; None for all of it."""
    troubles: list[Trouble]
    cached: bool


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
        return self._report(parts)

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
            elsewhere = [given for given in named.skipped if self._root_of(request, given) != settings.root]
            pending += elsewhere  # excluded here, and a project of its own
            named.skipped[:] = [given for given in named.skipped if given not in elsewhere]
            self._skip(named)
        own = covers or not (pending or inner) or (named is not None and bool(named.troubles))
        others = [self._other(request, root, None if named is None else request.paths) for root in inner]
        seen |= set(inner)
        for given in pending:
            root = self._root_of(request, given)
            if root not in seen:
                seen.add(root)
                others.append(self._other(request, root, tuple(pending)))
        found = [other for other in others if other is not None]
        if own or not found:
            yield settings, workspace, named
        yield from found

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
    ) -> tuple[Settings, Workspace, Named | None] | None:
        """Another project than the one around the working directory; None when nothing in it is named."""
        from . import workspace as workspaces

        with self.clock.stage("files"):
            settings = self.settings(request, root)
            workspace = self._open(request, settings)
            self._nested(request, settings, workspace)
            chosen = workspaces.name(workspace, named, request.cwd) if named is not None else None
        if chosen is not None:
            chosen.troubles.clear()
            self._skip(chosen)
        return (settings, workspace, chosen) if chosen is None or chosen.files else None

    def settings(self, request: Request, start: Path) -> Settings:
        """The configuration in effect for a directory, checked against the installed rules.

        Raises:
            UsageError: a selector, option or configuration is wrong.
        """
        from .config import ConfigError, check_options, divide, find, load, override, unknown_selectors

        try:
            path, pairs = divide(request.config)
            if path is None and not request.isolated:
                path = find(start)
            settings = load(path, request.overrides, start=start)
            settings = override(settings, pairs)
            wrong = list(
                unknown_selectors(settings, [*self.registry.ids, *self._redirects(settings)], self.registry.families)
            )
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
        names = {*(settings.select or ()), *settings.ignore, *settings.severities, *settings.rules}
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
            content = hashes.key(workspace)
            key = self._key(settings, content)
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
                key=repository_key(workspace), memo=self._memo,
            )  # fmt: skip
            outcome = pipeline.run()
            if pipeline.is_complete:
                cache.put_many("result", {key: pack(outcome)})
        hashes.save()
        self.tracebacks += outcome.tracebacks
        self.notes += [*workspace.notes, *cache.notes]
        cache.notes.clear()
        troubles = list(named.troubles) if named is not None else []
        asked = workspace.files if named is None else named.files
        if not asked and (named is None or (named.directories and not troubles)):
            places = [settings.root / place for place in sorted(named.directories)] if named else [settings.root]
            troubles += [Trouble("project", "", f"no files to look at in {place}") for place in places]
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
        place = str(settings.path or "")
        return blake2b(
            f"{settings.digest} {content} {place}".encode("utf-8", "surrogateescape"), digest_size=16
        ).hexdigest()

    # --- the report ------------------------------------------------------------------------------------------------

    def _report(self, parts: Sequence[Part]) -> Report:
        root = common([part.root for part in parts])
        settings = parts[0].settings
        findings: list[Finding] = []
        troubles: list[Trouble] = []
        elsewhere: list[Trouble] = []
        thresholds = []
        looked = Looked(cached=True)
        for part in parts:
            mine, trouble, others, seen = select(part)
            prefix = os.path.relpath(part.root, root).replace(os.sep, "/")
            if prefix != ".":
                mine = [relocated(finding, prefix) for finding in mine]
                trouble, others = moved(trouble, prefix), moved(others, prefix)
                thresholds.append((prefix, part.settings.severity, part.settings.confidence))
            findings += mine
            troubles += trouble
            elsewhere += others
            looked = looked + seen
        self.notes += said_of(elsewhere)
        looked.rules = max(part.outcome.looked.rules for part in parts)
        findings.sort(key=lambda finding: finding.order)
        return Report(
            root=str(root),
            findings=findings,
            errors=sorted(set(troubles)),
            looked=looked,
            sources=Joined(parts, root),
            rules=RuleTable(self.registry),
            severity=settings.severity,
            confidence=settings.confidence,
            timings=self.clock.stages,
            thresholds=sorted(thresholds, key=lambda threshold: -len(threshold[0])),
        )


def common(roots: Sequence[Path]) -> Path:
    """The directory that all projects lie in; the first one's root where there is none, on two drives."""
    try:
        return Path(os.path.commonpath(roots))
    except ValueError:
        return roots[0]


def moved(troubles: Sequence[Trouble], prefix: str) -> list[Trouble]:
    """Troubles of a nested project with their paths relative to the outer root."""
    return [msgspec.structs.replace(t, path=f"{prefix}/{t.path}" if t.path else prefix) for t in troubles]


def said_of(troubles: Sequence[Trouble]) -> list[str]:
    """Notes about troubles in files that were not named: the first few, and how many there are beyond."""
    notes = [f"{trouble.path}: {trouble.message}" for trouble in sorted(set(troubles))]
    more = len(notes) - NOTED
    return notes if more <= 0 else [*notes[:NOTED], f"{more:,} more files that were not named could not be looked at"]


def select(part: Part) -> tuple[list[Finding], list[Trouble], list[Trouble], Looked]:
    """What is shown of a project: findings that touch a named file, at a shown confidence.

    Returns:
        Findings, troubles that make the run incomplete, troubles of files that were not named, and what was looked at.
    """
    covers = part.named.covers if part.named is not None else lambda _: True
    shown_from = min(part.settings.confidence.rank, Confidence.MEDIUM.rank)
    everything = _baselined(part, part.outcome.findings)
    findings = [f for f in everything if any(covers(span.path) for span in f.spans)]
    looked = msgspec.structs.replace(part.outcome.looked, cached=part.cached)
    looked.hidden = sum(f.confidence.rank < shown_from and f.suppressed is None for f in findings)
    findings = [f for f in findings if f.confidence.rank >= shown_from or f.suppressed is not None]
    looked.suppressed = sum(f.suppressed is not None for f in findings)
    looked.baselined = sum(f.baselined for f in findings)
    troubles = list(part.troubles)
    elsewhere: list[Trouble] = []
    broken = [f for f in everything if f.rule == SYNTAX and f.suppressed is None and not f.baselined]
    for trouble in (*part.outcome.troubles, *(Trouble("syntax", f.span.path, f.message) for f in broken)):
        (troubles if not trouble.path or covers(trouble.path) else elsewhere).append(trouble)
    return findings, troubles, elsewhere, looked


def _baselined(part: Part, findings: list[Finding]) -> list[Finding]:
    name = part.settings.baseline
    if name is None:
        return findings
    from . import baseline

    try:
        known = baseline.load(part.root / name)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        part.troubles.append(Trouble("config", name, f"the baseline cannot be used: {why}"))
        return findings
    return baseline.mark(findings, known)[0]


def relocated(finding: Finding, prefix: str) -> Finding:
    """A finding of a nested project with its paths relative to the outer root."""
    data = msgspec.to_builtins(finding)

    def move(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("path"), str):
                value["path"] = f"{prefix}/{value['path']}"
            for inner in value.values():
                move(inner)
        elif isinstance(value, (list, tuple)):
            for inner in value:
                move(inner)

    move(data)
    return msgspec.convert(data, Finding)


class Joined:
    """Texts of several projects by paths relative to the first one's root."""

    def __init__(self, parts: Sequence[Part], root: Path) -> None:
        self._parts = sorted(
            ((os.path.relpath(part.root, root).replace(os.sep, "/"), Sources(part.workspace)) for part in parts),
            key=lambda part: -len(part[0]),
        )

    def source(self, path: str) -> Any:
        """The file, or None when it cannot be read or decoded."""
        for prefix, sources in self._parts:
            if prefix == ".":
                return sources.source(path)
            if path.startswith(prefix + "/"):
                return sources.source(path[len(prefix) + 1 :])
        return None


class RuleTable(dict[str, Any]):
    """Rules by id, imported when an output asks for one."""

    def __init__(self, registry: Registry) -> None:
        super().__init__(dict.fromkeys(registry.ids))
        self.registry = registry

    def __getitem__(self, rule_id: str) -> Any:
        return self.registry.rule(rule_id)

    def get(self, rule_id: str, default: Any = None) -> Any:
        """The rule, or the default when there is none of that id."""
        return self.registry.rule(rule_id) if rule_id in self else default

    def values(self) -> Any:
        """All rules."""
        return [self.registry.rule(rule_id) for rule_id in self]

    def items(self) -> Any:
        """All ids and rules."""
        return [(rule_id, self.registry.rule(rule_id)) for rule_id in self]


def repository_key(workspace: Workspace) -> bytes:
    """The key of secrets' fingerprints: the same for every checkout of a project, so that reports can be compared."""
    name = b""
    data = workspace.read("pyproject.toml")
    if not isinstance(data, Trouble) and b"[project]" in data:
        from .toml import loads

        with contextlib.suppress(ValueError, AttributeError, RecursionError):
            name = str(loads(data.decode("utf-8")).get("project", {}).get("name", "")).encode()
    return blake2b(name, digest_size=32, person=b"atomlint secret").digest()


@functools.cache
def engine_stamp() -> str:
    """Changes whenever a file of the engine does: an editable install must not answer from an older engine's cache.

    Asked once: what a process has loaded stays what it was.
    """
    latest, count = 0, 0
    for directory, folders, files in os.walk(os.path.dirname(__file__)):  # noqa: PTH120 - walked at every start
        folders[:] = [folder for folder in folders if folder not in ("__pycache__", "lsp", "cli")]
        for name in files:
            if name.endswith(".py"):
                latest = max(latest, os.stat(os.path.join(directory, name)).st_mtime_ns)  # noqa: PTH116, PTH118
                count += 1
    return f"{latest:x}.{count}"
