"""Rules about a linked project: in this process, or shared out among copies of it when the project is large."""

from __future__ import annotations

import time
from importlib import import_module
from typing import TYPE_CHECKING

import msgspec

from .answer import IndexAnswer
from .beside import MAX_LOTS, Lots, beside, can_fork
from .packing import pack, unpack
from .pool import cores
from .scan import Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .declare import Rule
    from .index.facade import Index
    from .index.project import Project
    from .late import Late
    from .pipeline import Pipeline
    from .scan import Scan

WORTH_A_COPY = 300
"""Linked files from which on rules run in several processes."""
MAX_LINKING = 4
"""Processes that link at most: each finds out for itself what the others may find out too."""


class Share(msgspec.Struct, array_like=True):
    """What one copy of this process did."""

    answer: IndexAnswer
    late: dict[str, Result] = {}
    """Results of `Late`."""


class Linking:
    """Index rules and document rules of one run, on facts that are there already.

    Args:
        pipeline: the run.
        scans: of production Python.
        linked: the files that matter.
        documents: files that document rules look at.
        late: files to look at besides, when the project is linked in several processes.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        scans: Mapping[str, Scan],
        linked: Sequence[str],
        documents: Sequence[str],
        late: Late,
    ) -> None:
        from .index.project import Project

        self.pipeline = pipeline
        self.facts = pipeline.facts
        self.scans = scans
        self.linked = linked
        self.documents = documents
        self.late = late
        self.project: Project = Project(
            scans, self.facts.facts, self.facts.spans, linked, pipeline.catalog, pipeline.settings.src
        )

    def answer(self) -> IndexAnswer:
        """What all rules say."""
        paths, others = halves(self.pipeline)
        number = copies(self.pipeline) if len(self.linked) >= WORTH_A_COPY else 0
        if number:
            return self._shared_out(paths, others, number)
        return self._of([[*paths, *others]], self.documents)

    def _shared_out(self, paths: Sequence[Rule], others: Sequence[Rule], number: int) -> IndexAnswer:
        import_module("libcst")  # once, for all that look at candidates
        for path in self.linked:
            self.project.linker.table(path)  # decoded once, for all
        self.late.open()
        waiting = [beside(lambda: self._share([others], self.documents))]  # these ask for no entry point
        self.project.prepare()  # once, for all that ask for call paths, while the others run
        lots = Lots(in_lots(paths))
        share = lambda: self._share(reversed(lots), [])  # noqa: E731
        again = lambda: self._share(lots.others(), [])  # noqa: E731
        waiting += [beside(share, again) for _ in range(number)]
        answer = self._of(lots, [])
        late = self.late.look()
        for result in late.values():
            self._charge(result, elsewhere=False)
        parts = [unpack(wait(), Share) for wait in waiting]
        lots.close()
        self.late.close()
        for part in parts:
            self.pipeline.clock.add("link", part.answer.link_seconds)
            self.pipeline.clock.add("libcst", part.answer.libcst_seconds)
            answer = answer.joined(part.answer)
            late |= part.late
            for result in part.late.values():
                self._charge(result, elsewhere=True)
        self.late.results = late
        return answer

    def _share(self, lots: Iterable[Sequence[Rule]], documents: Sequence[str]) -> bytes:
        """What one copy answers: first what rules say, then what is left to look at besides."""
        answer = self._of(lots, documents)
        return pack(Share(answer, self.late.look()))

    def _charge(self, result: Result, *, elsewhere: bool) -> None:
        """Charge the time that a late file took to the stages of its scan; this process's own is under ``link`` already."""
        for name, seconds in zip(("prefilter", "secrets", "facts"), result.cpu, strict=True):
            self.pipeline.clock.add(name, seconds)
            if not elsewhere:
                self.pipeline.clock.add("link", -seconds)

    def _index(self) -> Index:
        from .index.facade import Index

        pipeline, workspace = self.pipeline, self.pipeline.workspace
        tests = frozenset(path for path in workspace.files if pipeline.is_test(path))
        index = Index(self.project, pipeline.sources, tests=tests)
        index.files = tuple(workspace.files)
        index.inventory = workspace.tree
        index.told = lambda: pipeline.registry.told(pipeline.settings.own)
        index.explained = {rule.explains: rule.id for rule in pipeline.rules if rule.explains}
        index.tenant_models = pipeline.settings.tenant_models
        index.fly_files = pipeline.settings.fly_files
        return index

    def _of(self, lots: Iterable[Sequence[Rule]], documents: Sequence[str]) -> IndexAnswer:
        """What some rules say; each lot is asked for when the one before is done."""
        from .nominate import Nominator

        start = time.process_time()
        index = self._index()
        nominator = Nominator(index, self.pipeline.sources, self.pipeline.options)
        needs = {path: frozenset(scan.needs) for path, scan in self.scans.items()}
        counted = False
        for rules in lots:
            nominator.run_index_rules([rule for rule in rules if rule.subject != "Document"], needs)
            nominator.run_document_rules(rules, documents)
            counted = counted or any(rule.reach for rule in rules)
        nominator.say_what_was_not_read()
        unresolved = self.project.reach.unresolved if counted else 0
        unknown = list(self.project.reach.unknown()) if counted and self.pipeline.lists_unresolved else []
        self.facts.save()
        known = frozenset(self.project.linked)
        needed = sorted(path for path in self.project.linker.loaded if path not in known)
        libcst = nominator.libcst_seconds
        self.pipeline.clock.move("link", "libcst", libcst)
        return IndexAnswer(
            nominator.findings, nominator.crashes, nominator.troubles, nominator.documents, unresolved, needed,
            link_seconds=time.process_time() - start - libcst, libcst_seconds=libcst, unknown=unknown,
            asked=index.inventory.asked, read=sorted(index.read),
        )  # fmt: skip


def halves(pipeline: Pipeline) -> tuple[list[Rule], list[Rule]]:
    """The rules about call paths, and the other ones that ask the index or look at documents."""
    paths = [rule for rule in pipeline.index_rules if rule.reach]
    others = [rule for rule in pipeline.rules if rule.subject not in ("Text", "Project") and not rule.reach]
    return paths, others


def copies(pipeline: Pipeline) -> int:
    """Copies of this process that take part in linking a project that is large enough for it."""
    number = min(pipeline.jobs or cores(), MAX_LINKING) - 1
    return number if number > 0 and all(halves(pipeline)) and can_fork() else 0


def in_lots(rules: Sequence[Rule]) -> list[Sequence[Rule]]:
    """Rules one by one, or a few at a time when there are many.

    Those that share work stay neighbours, at one end or the other, where the first lots are taken: what takes long is
    begun early, and single rules in the middle are what is left over for whoever is done first.
    """
    size = -(-len(rules) // MAX_LOTS)
    words = sorted({rule.shares for rule in rules} - {""})
    places = {"": (1, ""), **{word: (0, word) for word in words[:-1]}, **{word: (2, word) for word in words[-1:]}}
    rules = sorted(rules, key=lambda rule: places[rule.shares])
    return [rules[start : start + size] for start in range(0, len(rules), size or 1)]
