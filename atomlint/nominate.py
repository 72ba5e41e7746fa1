"""From rules and index to findings: candidates by the index, then each rule's handler on the candidate's real syntax."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import msgspec

from .context import Context
from .didyoumean import suggestion
from .document import Document, DocumentError, document_kind
from .finding import Confidence, Finding, Position, Severity, Span
from .index.copies import is_copy
from .index.installed import lacks_redis
from .index.views import Call, Definition, Function
from .own_rules import CRASHED, SYNTAX
from .report import Trouble
from .scan import Crash, checked, crash_of, undecodable
from .source import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from .declare import Rule
    from .facts.records import Facts, Spans
    from .index.facade import Index
    from .outcome import Sources
    from .source import Source
    from .syntax.statements import Statement

View = Call | Definition
MAX_FAILURES = 10
"""Candidates in a row on which a rule may raise: then it is broken, and what it asks for may take long each time."""


class Nominator:
    """Runs index rules and document rules of one project in this process."""

    def __init__(self, index: Index, sources: Sources, options: Mapping[str, Mapping[str, Any]]) -> None:
        self.index = index
        self.sources = sources
        self.options = options
        self.findings: list[Finding] = []
        self.crashes: list[Crash] = []
        self.troubles: list[Trouble] = []
        self.failures = 0
        """Exceptions that rules raised, those of one crash counted each time."""
        self.documents = 0
        self.candidates = 0
        self.libcst_seconds = 0.0
        """CPU seconds spent on parsing statements and in handlers on their nodes."""
        self._statements: dict[tuple[str, int, str], Statement] = {}

    def run_index_rules(self, rules: Sequence[Rule], needs: Mapping[str, frozenset[str]]) -> None:
        """Nominate and report; ``needs`` gives the needles that each linked file holds."""
        for rule in rules:
            views = self._views(rule, needs)
            in_a_row, unfinished = 0, True
            while unfinished and in_a_row < MAX_FAILURES:
                with self._guarding(rule):
                    for view in views:
                        if rule.nominate(view) and self._may_run(rule, view):
                            self.candidates += 1
                            self.findings += self._graded(rule, view, checked(self._report(rule, view)))
                        in_a_row = 0
                    unfinished = False
                in_a_row += 1
        self._statements.clear()

    def run_document_rules(self, rules: Sequence[Rule], paths: Iterable[str]) -> None:
        """Hand every document that a rule wants to its handler."""
        wanted = [rule for rule in rules if rule.subject == "Document"]
        if not wanted:
            return
        for path in paths:
            kind = document_kind(path)
            concerned = [rule for rule in wanted if kind in rule.handlers or "*" in rule.handlers]
            if kind is None or not concerned:
                continue
            document = self.index.document(path) if self.sources.source(path) is not None else None
            source = self.sources.raw(path) if document is None else document.source
            if isinstance(source, Trouble):
                self.troubles.append(source)
            else:
                self._run_document(concerned, document or Document(path, kind, source))

    def say_what_was_not_read(self) -> None:
        """Documents, and names of the configuration, that were asked for in vain: a run without them is no clean one."""
        unknown = sorted(self.index.unknown.items())
        self.troubles += [Trouble("config", "", f"{said}{suggestion(*names)}") for said, names in unknown]
        known = {finding.span.path for finding in self.findings if finding.rule == SYNTAX}
        for path in sorted(self.index.unread - known):
            source = self.sources.raw(path)
            if isinstance(source, Trouble):
                self.troubles.append(source)
                continue
            try:
                _ = source.text
            except DecodeError as error:
                problem = undecodable(source, error)
                self.findings.append(syntax_error(path, problem.message, Position(problem.line, 1)))

    def _run_document(self, rules: Sequence[Rule], document: Document) -> None:
        looked = False
        for rule in rules:
            with self._guarding(rule, document.path):
                try:
                    if not rule.nominate(document):
                        continue
                    looked = True
                    context = Context(rule, self.index, dict(self.options.get(rule.id, {})), document)
                    handler = rule.handlers.get(document.kind) or rule.handlers["*"]
                    self.findings += checked(handler(context, document))
                except DocumentError as error:
                    self.findings.append(syntax_error(document.path, str(error), error.position))
                    return
                except DecodeError as error:
                    problem = undecodable(document.source, error)
                    self.findings.append(syntax_error(document.path, problem.message, Position(problem.line, 1)))
                    return
        self.documents += looked

    def _views(self, rule: Rule, needs: Mapping[str, frozenset[str]]) -> Iterator[View | Index]:
        if rule.subject == "Index":
            yield self.index
            return
        if rule.reach and not rule.anywhere and rule.subject == "Function":
            yield from self.index.reached
            return
        if rule.among is not None:
            yield from (self.index.call(*place) for place in sorted(rule.among(self.index)))
            return
        views: Callable[[str], Sequence[View]] = {
            "Call": self.index.calls, "Class": self.index.classes, "Function": self.index.functions,
            "Definition": self.index.definitions,
        }[rule.subject]  # type: ignore[assignment]  # fmt: skip
        wanted = frozenset(need.decode() for need in rule.needs)
        for path in self.index.paths:
            if not wanted or not wanted.isdisjoint(needs.get(path, frozenset())):
                yield from views(path)

    def _may_run(self, rule: Rule, view: View | Index) -> bool:
        """Whether a call that a rule about code that must run looks at is ever made: not behind what certainly raises."""
        if not rule.only_running or not isinstance(view, Call):
            return True
        return not self.index.project.calls.raises.never_runs(view.path, view.ordinal)

    def _graded(self, rule: Rule, view: View | Index, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Findings, of low confidence in a copy of the project; of rules about code that must run, where that is idle.

        Rules about Redis have nothing to look at where no client of it is installed.
        """
        for finding in findings:
            if finding.confidence is not Confidence.LOW and (
                is_copy(self.index, finding.span.path)
                or (rule.id.startswith("redis-") and lacks_redis(self.index))
                or (
                    rule.only_running
                    and isinstance(view, Call | Function)
                    and self.index.idle.holds(view, finding.trace, reach=rule.reach)
                )
            ):
                finding = msgspec.structs.replace(finding, confidence=Confidence.LOW)  # noqa: PLW2901
            yield finding

    def _report(self, rule: Rule, view: View | Index) -> Iterator[Finding]:
        candidate = view if isinstance(view, View) else None
        context = Context(rule, self.index, dict(self.options.get(rule.id, {})), candidate)
        everything = rule.handlers.get("*")
        if everything is not None:
            yield from everything(context, view)
        if everything is not None or candidate is None:
            return
        start = time.process_time()
        try:
            yield from self._report_on_node(rule, candidate, context)
        finally:
            self.libcst_seconds += time.process_time() - start

    def _report_on_node(self, rule: Rule, view: View, context: Context) -> Iterator[Finding]:
        from .syntax.statements import SyntaxDepthError

        kind = "call" if isinstance(view, Call) else "scope"
        try:
            statement = self._statement(view, kind)
            node = statement.node(kind, view.ordinal)
        except SyntaxDepthError:
            self.troubles.append(Trouble("limit", view.path, "an expression nests too deep to be looked at"))
            return
        except Exception as error:  # LibCST rejects what the interpreter accepts
            why = next(iter(str(error).splitlines()), type(error).__name__)
            self.troubles.append(Trouble("syntax", view.path, f"LibCST cannot read a statement: {why}"))
            return
        context.statement = statement
        handler = rule.handlers.get(type(node).__name__)
        if handler is not None:
            yield from handler(context, node)

    def _statement(self, view: View, kind: str) -> Statement:
        from .syntax.statements import Statement

        source = self.sources.source(view.path)
        facts: Facts = view.table.facts
        spans: Spans | None = self.index.project.spans(view.path)
        if source is None or spans is None:
            raise ValueError("the file cannot be read any more")
        ordinal = view.ordinal
        statement = Statement(source, facts, spans, **{kind: ordinal})
        key = (view.path, statement.first, kind)
        return self._statements.setdefault(key, statement)

    def _guarding(self, rule: Rule, path: str = "") -> _Guard:
        return _Guard(self, rule, path)


class _Guard:
    """A rule may raise anything: that is a crash of the rule, and costs no other finding."""

    def __init__(self, nominator: Nominator, rule: Rule, path: str) -> None:
        self.nominator, self.rule, self.path = nominator, rule, path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Exception):
            return False
        self.nominator.failures += 1
        crash = crash_of(self.rule.id, error)
        if all(known.rule != crash.rule for known in self.nominator.crashes):
            self.nominator.crashes.append(crash)
        return True


def syntax_error(path: str, message: str, position: Position, needs: str = "") -> Finding:
    """The finding for a file in reach that does not parse; ``needs`` is the Python that could."""
    end = Position(position.line, position.column + 1)
    text = f"does not parse: {message}"
    if needs:
        text = f"needs Python {needs}, and atomlint runs on {sys.version_info[0]}.{sys.version_info[1]}: {message}"
    return Finding(SYNTAX, Severity.ERROR, Confidence.HIGH, text, Span(path, position, end))


def finding_of_crash(crash: Crash, source: Source | None) -> Finding:
    """The finding for a rule that raised; it stands on the first character of the file, or of the project's first."""
    path = source.path if source is not None else "."
    start = Position(1, 1)
    return Finding(
        CRASHED, Severity.ERROR, Confidence.HIGH,
        f"rule {crash.rule} raised {crash.message}", Span(path, start, start),
    )  # fmt: skip
