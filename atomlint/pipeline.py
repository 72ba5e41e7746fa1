"""One project from its files to its findings: scan, what matters, facts, index, rules, suppressions, fingerprints."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from .answer import IndexAnswer, pointed_at
from .declare import OF_INDEX
from .document import document_kind
from .factstore import FactStore
from .lanes import test_matcher
from .moved import MovedError, line_map, moved
from .outcome import Clock, Outcome, Sources
from .own_rules import SYNTAX
from .packing import pack, unpack
from .report import Looked, Trouble, UnresolvedCall
from .scan import Crash, Result, Scan, Setup, Task, begin, failed, look
from .scanning import Scanning, key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .cache import NullCache
    from .config import Settings
    from .finding import Finding
    from .hashes import Hashes
    from .index.catalog import Catalog
    from .index.facade import Index
    from .index.project import Project
    from .late import Late
    from .moved import Lines
    from .outcome import Progress
    from .pool import Pool
    from .registry import Registry
    from .workspace import Workspace


class Pipeline:
    """The stages of one project. Make a new one for every run; the cache and the pool may be shared."""

    def __init__(  # noqa: PLR0913
        self,
        settings: Settings,
        registry: Registry,
        workspace: Workspace,
        hashes: Hashes,
        cache: NullCache,
        *,
        jobs: int = 0,
        clock: Clock | None = None,
        progress: Progress | None = None,
        key: bytes = b"\0" * 32,
        memo: dict[bytes, Any] | None = None,
        unresolved: bool = False,
    ) -> None:
        self.settings = settings
        self.registry = registry
        self.workspace = workspace
        self.hashes = hashes
        self.cache = cache
        self.clock = clock or Clock()
        self.progress = progress or (lambda *_: None)
        self.sources = Sources(workspace)
        self.rules = registry.selected(settings)
        self.options = self._options()
        self.is_test = test_matcher(settings.tests)
        self.troubles: list[Trouble] = []
        self.lists_unresolved = unresolved
        self.unresolved: list[UnresolvedCall] = []
        self.is_complete = True
        """Whether every file was looked at that could be: else the outcome says nothing about the next run."""
        self.facts = FactStore(cache, hashes, workspace.overlay, self.run_tasks, {} if memo is None else memo)
        text_rules = tuple(rule.id for rule in self.rules if rule.subject == "Text")
        index_rules = [rule for rule in self.rules if rule.subject in OF_INDEX]
        self.index_rules = index_rules
        needles = {need.decode() for rule in self.rules if rule.subject != "Text" for need in rule.needs}
        if any(rule.reach for rule in index_rules):  # entry points that settings name in strings, not by imports
            needles |= {needle for row in self.catalog.entries for needle in row.needles}
            needles |= {needle for work in self.catalog.works for needle in work.needles}
            needles |= stated_names(settings.catalog)
        if not all(rule.needs for rule in index_rules):  # every file can hold a candidate, and holds this
            needles.add("")
        self.needles = tuple(sorted(needles))
        self.setup = Setup(str(workspace.root), self.needles, text_rules, self.options, key)
        self.jobs = jobs
        self._pool: Pool | None = None

    def _options(self) -> dict[str, dict[str, Any]]:
        from .config import check_options

        return {
            rule.id: check_options(rule.id, self.settings.rules.get(rule.id, {}), rule.options, settings=self.settings)
            for rule in self.rules
        }

    @property
    def pool(self) -> Pool:
        """The processes, started when first used."""
        if self._pool is None:
            from .pool import Pool

            self._pool = Pool(self.jobs, start=begin, arguments=(self.setup,))
        return self._pool

    def run(self) -> Outcome:
        """Look at everything."""
        try:
            return self._run()
        finally:
            self._end_pool()

    def _end_pool(self) -> None:
        """End the processes; they are started anew when there is more for them."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def _run(self) -> Outcome:
        scanning = Scanning(self)
        with self.clock.stage("prefilter"):
            scans = scanning.first()
        python = {path: scan for path, scan in scans.items() if path.endswith(".py") and not self.is_test(path)}
        with self.clock.stage("prefilter"):
            linked = self._matters(python, scanning)
        with self.clock.stage("facts"):
            self.facts.ensure(linked)
        findings, crashes, looked = self._rules(python, linked, scanning.late)
        with self.clock.stage("prefilter"):
            scans |= scanning.rest()
        findings += [finding for scan in scans.values() for finding in scan.findings]
        crashes += [crash for scan in scans.values() for crash in scan.crashes]
        looked.files = looked.read = len(scans)
        looked.parsed += sum(path not in self.facts.problems for path in linked)
        findings += self._undecodable(scans, {finding.span.path for finding in findings if finding.rule == SYNTAX})
        self.troubles += [*self.workspace.troubles, *self.hashes.troubles]
        broken = {finding.span.path for finding in findings if finding.rule == SYNTAX}
        looked.out_of_reach = len(broken | {trouble.path for trouble in self.troubles if trouble.path})
        looked.rules = sum(rule.subject != "Project" for rule in self.rules)
        return self._finish(findings, crashes, looked, scans)

    def program(self) -> Index:
        """All production code, linked whatever the rules need: for questions about the program itself."""
        paths = sorted(path for path in self.workspace.files if path.endswith(".py") and not self.is_test(path))
        from .index.facade import Index

        project = self.linked(paths)
        index = Index(project, self.sources, tests=frozenset(p for p in self.workspace.files if self.is_test(p)))
        index.files = tuple(self.workspace.files)
        return index

    def linked(self, paths: Sequence[str]) -> Project:
        """Python files, linked; whatever the cache has no facts of is parsed first."""
        try:
            self.facts.ensure(paths)
            self.facts.prefetch(paths)
        finally:
            self._end_pool()
        from .index.project import Project

        return Project(paths, self.facts.facts, self.facts.spans, paths, self.catalog, self.settings.src)

    # --- stages ----------------------------------------------------------------------------------------------------

    def run_tasks(self, stage: str, tasks: Sequence[Task]) -> Iterator[tuple[Task, Result]]:
        """Do tasks in the pool; each with its result, in their order."""
        from .pool import Died

        report = lambda done: self.progress(stage, done, len(tasks))  # noqa: E731
        for task, result in self.pool.run(look, tasks, report):
            if isinstance(result, Died):
                result = failed(Trouble("worker", task.path, "the process that read it died"))  # noqa: PLW2901
            self.take_in(result)
            if self.pool.is_serial:
                self.clock.move("facts" if not task.scan else "prefilter", "secrets", result.cpu[1])
                if task.scan:
                    self.clock.move("prefilter", "facts", result.cpu[2])
            else:
                for name, seconds in zip(("prefilter", "secrets", "facts"), result.cpu, strict=True):
                    self.clock.add(name, seconds)
            yield task, result

    def take_in(self, result: Result) -> None:
        """Note of a task's result whether its file could be looked at."""
        if result.failure is not None:
            self.is_complete = False
            self.troubles.append(result.failure)

    def _matters(self, scans: Mapping[str, Scan], scanning: Scanning) -> list[str]:
        """The files to link, kept under what all scans say: few changes concern what a file imports."""
        if not self.needles:
            return []
        key = b""
        if self.cache.keeps:
            stamp = msgspec.msgpack.encode([scanning.digest(scans), self.registry.stamp(), self.settings.digest])
            key = key_of(stamp, "", b"")
            kept = self.cache.get("linked", key)
            if kept is not None:
                return kept.decode("utf-8", "surrogateescape").split("\0")
        from .index.modules import Modules
        from .matters import matters

        linked = matters(scans, Modules(scans, self.settings.src, self.catalog.heads))
        if key and linked:
            self.cache.put_many("linked", {key: "\0".join(linked).encode("utf-8", "surrogateescape")})
        return linked

    @cached_property
    def catalog(self) -> Catalog:
        """The merged catalog of packs and configuration."""
        from .index.catalog import Catalog, configured_rows

        origin = str(self.settings.path or "configuration")
        return Catalog([*self.registry.catalog_rows(), configured_rows(self.settings.catalog, origin)])

    @cached_property
    def ignore_table(self) -> list[tuple[Callable[[str], bool], set[str]]]:
        """``per-file-ignores``: which paths, and the ids that they drop."""
        from .config import match_any

        return [
            (match_any([pattern]), {i for s in selectors for i in self.registry.expand(s)})
            for pattern, selectors in self.settings.per_file_ignores.items()
        ]

    # --- rules -----------------------------------------------------------------------------------------------------

    def _rules(
        self, scans: Mapping[str, Scan], linked: Sequence[str], late: Late
    ) -> tuple[list[Finding], list[Crash], Looked]:
        """Index and document rules; their answer is kept under what the linked files and the documents say."""
        from .finding import Position
        from .nominate import syntax_error

        documents = [path for path in self.workspace.files if document_kind(path) is not None]
        key = self._index_key(scans, linked, documents) if self.cache.keeps else b""
        answer = self._kept_answer(key) if key else None
        if answer is None:
            answer = self._link(scans, linked, documents, late)
            if self.is_complete and self.cache.keeps:
                read = sorted({*pointed_at(answer.findings), *answer.needed, *answer.read})
                answer.texts = {path: self.facts.key(path) for path in read}
                self.cache.put_many("index", {key: pack(answer)})
        for path in answer.needed:  # files that linking asked for beyond the linked ones
            self.facts.ensure([path])
        problems = sorted(self.facts.problems.items())
        broken = [syntax_error(path, p.message, Position(p.line, p.column), p.needs) for path, p in problems]
        self.troubles += answer.troubles
        self.unresolved = self._lines(answer.unknown)
        looked = Looked(parsed=answer.documents, unresolved=answer.unresolved)
        return [*answer.findings, *broken], answer.crashes, looked

    def _lines(self, calls: Sequence[tuple[str, int, str]]) -> list[UnresolvedCall]:
        """Calls by ordinal with the lines that they stand on now."""
        found = []
        for path, ordinal, callee in calls:
            spans = self.facts.spans(path)
            found.append(UnresolvedCall(path, spans.calls[4 * ordinal] if spans is not None else 1, callee))
        return found

    def _undecodable(self, scans: Mapping[str, Scan], known: set[str]) -> list[Finding]:
        """Files whose text a rule wanted to read, less those that are known not to parse."""
        from .finding import Position
        from .nominate import syntax_error

        problems = [
            (path, scan.problem) for path, scan in scans.items() if scan.problem is not None and path not in known
        ]
        return [
            syntax_error(path, problem.message, Position(problem.line, problem.column)) for path, problem in problems
        ]

    def _kept_answer(self, key: bytes) -> IndexAnswer | None:
        """The answer to the same facts, if the statements that it points at also read the same, wherever they are now."""
        blob = self.cache.get("index", key)
        if blob is None:
            return None
        answer = unpack(blob, IndexAnswer)
        if not self.workspace.tree.agrees(answer.asked):
            return None
        changed = [path for path, content in answer.texts.items() if self.facts.key(path) != content]
        lines: dict[str, Lines] = {}
        for path in changed:
            then = self.facts.spans_of(answer.texts[path]) if path.endswith(".py") else None
            now = self.facts.spans(path)
            table = line_map(then, now) if then is not None and now is not None else None
            if table is None or path in answer.needed:
                return None
            lines[path] = table
        try:
            answer.findings = moved(answer.findings, lines)
        except MovedError:
            return None
        return answer

    def _index_key(self, scans: Mapping[str, Scan], linked: Sequence[str], documents: Sequence[str]) -> bytes:
        digest = self.facts.digest(linked)
        read = [*documents, *(path for path in self.workspace.files if self._is_read_whole(path))]
        parts = [digest, *(self.hashes.of(path) or b"" for path in read)]
        names = "\0".join([*scans, "", *self.workspace.files]).encode("utf-8", "surrogateescape")
        needs = [scans[path].needs for path in linked]
        whole = [parts, names, needs, self.registry.stamp(), self.settings.digest, [rule.id for rule in self.rules]]
        own = self.settings.own
        whole.append(repr([own.select, own.ignore, own.agent_rules, own.severity, own.severities]))
        whole += ["unresolved"] * self.lists_unresolved
        return key_of(msgspec.msgpack.encode(whole), "", b"")

    @staticmethod
    def _is_read_whole(path: str) -> bool:
        """Whether linking may read a file that is neither Python nor a document."""
        from .index.requirements import states_versions

        return path.endswith(".sh") or "." not in path or states_versions(path)

    def _link(
        self, scans: Mapping[str, Scan], linked: Sequence[str], documents: Sequence[str], late: Late
    ) -> IndexAnswer:
        from .linking import Linking

        with self.clock.stage("link"):
            self.progress("linking", 0, 0)
            self.facts.prefetch(linked)
            self._end_pool()  # its threads would forbid copies of this process
            return Linking(self, scans, linked, documents, late).answer()

    def _finish(
        self, findings: list[Finding], crashes: list[Crash], looked: Looked, scans: Mapping[str, Scan]
    ) -> Outcome:
        from .fingerprint import assign
        from .finish import finish

        with self.clock.stage("finish"):
            done, troubles = finish(self, findings, crashes, [p for p, scan in scans.items() if scan.has_directives])
            done = assign(done, self.sources)
        return Outcome(
            done, sorted({*self.troubles, *troubles}), looked, [c.traceback for c in crashes], self.unresolved
        )


def stated_names(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """What a file holds that uses a client of the configuration: the last part of each of its names."""
    names = set()
    for row in rows:
        if row.get("kind") == "client":
            given = [row.get("type", ""), *row.get("aliases", ()), *row.get("factories", ())]
            names |= {str(name).rpartition(".")[2] for name in given}
    return names - {""}
