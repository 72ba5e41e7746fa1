"""What a handler gets beside its candidate: the index, its options, and the means to point at places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .finding import Confidence, Edit, Finding, Position, Severity, Span

if TYPE_CHECKING:
    import libcst as cst

    from .declare import Rule
    from .document import Document
    from .index.facade import Index
    from .index.views import Call, Definition
    from .option import Option
    from .syntax.statements import Statement


@dataclass
class Context:
    """Made by the engine for one rule and one candidate."""

    rule: Rule
    index: Index
    options: dict[str, Any] = field(default_factory=dict)
    candidate: Call | Definition | Document | None = None
    statement: Statement | None = None
    """The LibCST statement that holds the candidate; None for documents."""

    def option(self, option: Option[Any]) -> Any:
        """The configured value of one of the rule's options; else the declared one, else the default."""
        value = self.options.get(option.name, option.default)
        if option.declared and value == option.default:
            declaration = self.index.declaration
            declared = None if declaration is None else declaration.value(option.declared)
            return value if declared is None else option.check(declared)
        return value

    def fact(self, node: cst.CSTNode) -> Any:
        """The view (`Call`, `Function` or `Class`) of a LibCST node of the candidate's statement.

        Raises:
            KeyError: the node is no call, function, lambda or class.
        """
        if self.statement is None:
            raise KeyError("documents have no syntax nodes")
        from .index.views import Call, Class, Function

        kind, ordinal = self.statement.place(node)
        if kind == "call":
            return Call(self.index, self.statement.source.path, ordinal)
        view = Class if type(node).__name__ == "ClassDef" else Function
        return view(self.index, self.statement.source.path, ordinal)

    def span(self, place: cst.CSTNode | Call | Definition | Span) -> Span:
        """The span of a LibCST node of the candidate's statement, or of a view."""
        if isinstance(place, Span):
            return place
        if hasattr(place, "span"):
            span: Span = place.span
            return span
        if self.statement is None:
            raise KeyError("documents have no syntax nodes")
        return self.statement.span(place)

    def keyword_edits(self, node: cst.Call, **values: int) -> list[Edit]:
        """Edits that give a call keywords: those that it has take the value, the others go behind its last argument.

        Empty for a call without arguments.
        """
        edits, more = [], ""
        given = {arg.keyword.value: arg for arg in node.args if arg.keyword is not None}
        for name, value in values.items():
            if name in given:
                edits.append(Edit(self.span(given[name].value), str(value)))
            else:
                more += f", {name}={value}"
        if more and node.args:
            end = self.span(node.args[-1]).end
            edits.append(Edit(Span(self.span(node).path, end, end), more))
        return edits if node.args else []

    def finding(
        self,
        place: cst.CSTNode | Call | Definition | Span,
        message: str,
        *,
        severity: Severity | None = None,
        confidence: Confidence | None = None,
    ) -> Finding:
        """A finding of this rule at a place; more is added with its ``with_`` methods."""
        span = self.span(place)
        return Finding(
            rule=self.rule.id,
            severity=severity or self.rule.severity,
            confidence=confidence or self.rule.confidence,
            message=message,
            span=span,
            symbol=self._symbol(),
        )

    def _symbol(self) -> str:
        candidate: Any = self.candidate
        if candidate is None:
            return ""
        if hasattr(candidate, "function"):
            return str(candidate.function.symbol)
        return str(getattr(candidate, "symbol", ""))


START = Position(1, 1)
"""The first character of a file: where findings about a whole file stand."""
