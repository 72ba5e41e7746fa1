"""From rules and index to findings: candidates by the index, then each rule's handler on the candidate's real syntax."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .context import Context
from .document import Document, DocumentError, document_kind
from .finding import Confidence, Finding, Position, Severity, Span
from .index.views import Call, Class, Function, Index
from .report import Trouble
from .scan import Crash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from .declare import Rule
    from .facts.records import Facts, Spans
    from .source import Source, SourceReader
    from .syntax.statements import Statement

View = Call | Class | Function


class Nominator:
    """Runs index rules and document rules of one project in this process."""

    def __init__(self, index: Index, sources: SourceReader, options: Mapping[str, Mapping[str, Any]]) -> None:
        self.index = index
        self.sources = sources
        self.options = options
        self.findings: list[Finding] = []
        self.crashes: list[Crash] = []
        self.troubles: list[Trouble] = []
        self.documents = 0
        self.candidates = 0
        self.libcst_seconds = 0.0
        """CPU seconds spent on parsing statements and in handlers on their nodes."""
        self._statements: dict[tuple[str, int, str], Statement] = {}

    def run_index_rules(self, rules: Sequence[Rule], needs: Mapping[str, frozenset[str]]) -> None:
        """Nominate and report; ``needs`` gives the needles that each linked file holds."""
        for rule in rules:
            with self._guarding(rule):
                for view in self._views(rule, needs):
                    with self._guarding(rule):
                        if rule.nominate(view):
                            self.candidates += 1
                            self.findings += self._report(rule, view)
        self._statements.clear()

    def run_document_rules(self, rules: Sequence[Rule], paths: Iterable[str]) -> None:
        """Hand every document that a rule wants to its handler."""
        wanted = [rule for rule in rules if rule.subject == "Document"]
        if not wanted:
            return
        for path in paths:
            kind = document_kind(path)
            if kind is None:
                continue
            source = self.sources.source(path)
            if source is None:
                self.troubles.append(Trouble("unreadable", path, "cannot be read as text"))
                continue
            document = Document(path, kind, source)
            self._run_document(wanted, document)

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
                    self.findings += handler(context, document)
                except DocumentError as error:
                    self.findings.append(syntax_error(document.path, str(error), error.position))
                    return
        self.documents += looked

    def _views(self, rule: Rule, needs: Mapping[str, frozenset[str]]) -> Iterator[View]:
        views: Callable[[str], Iterator[View]] = {
            "Call": self.index.calls, "Class": self.index.classes, "Function": self.index.functions,
        }[rule.subject]  # type: ignore[assignment]  # fmt: skip
        if rule.reach and rule.subject == "Function":
            yield from sorted(
                map(self.index.function, self.index.project.reach.reached), key=lambda v: (v.path, v.ordinal)
            )
            return
        wanted = frozenset(need.decode() for need in rule.needs)
        for path in self.index.paths:
            if not wanted or not wanted.isdisjoint(needs.get(path, frozenset())):
                yield from views(path)

    def _report(self, rule: Rule, view: View) -> Iterator[Finding]:
        context = Context(rule, self.index, dict(self.options.get(rule.id, {})), view)
        everything = rule.handlers.get("*")
        if everything is not None:
            yield from everything(context, view)
            return
        start = time.process_time()
        try:
            yield from self._report_on_node(rule, view, context)
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
            self.troubles.append(
                Trouble("syntax", view.path, f"LibCST cannot read a statement: {str(error).splitlines()[0]}")
            )
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
        if kind is None or not issubclass(kind, Exception):
            return False
        import traceback

        text = "".join(traceback.format_exception(error))
        crash = Crash(self.rule.id, f"{kind.__name__}: {error}", text)
        if all(known.rule != crash.rule for known in self.nominator.crashes):
            self.nominator.crashes.append(crash)
        return True


def syntax_error(path: str, message: str, position: Position, *, newer: bool = False) -> Finding:
    """The finding for a file in reach that does not parse."""
    end = Position(position.line, position.column + 1)
    text = f"needs a newer Python than the one that runs atomlint: {message}" if newer else f"does not parse: {message}"
    return Finding("atomlint-syntax-error", Severity.ERROR, Confidence.HIGH, text, Span(path, position, end))


def finding_of_crash(crash: Crash, source: Source | None) -> Finding:
    """The finding for a rule that raised; it stands on the first character of the file, or of the project's first."""
    path = source.path if source is not None else "."
    start = Position(1, 1)
    return Finding(
        "atomlint-rule-crashed", Severity.ERROR, Confidence.HIGH,
        f"rule {crash.rule} raised {crash.message}", Span(path, start, start),
    )  # fmt: skip
