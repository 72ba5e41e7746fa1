"""A file as a text rule sees it: bytes and lines, before anything is parsed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .finding import Confidence, Finding, Severity, Span

if TYPE_CHECKING:
    from .declare import Rule
    from .option import Option
    from .source import Source


@dataclass
class Text:
    """The candidate of a text rule: any text file of the project."""

    source: Source
    kind: str
    """``python``, ``toml``, ``dotenv``, ``dockerfile``, ``markdown``, ... as `atomlint.kinds.kind_of` names it."""
    is_test: bool = False

    @property
    def path(self) -> str:
        """Relative to the project root, with ``/``."""
        return self.source.path

    @property
    def data(self) -> bytes:
        """The raw bytes."""
        return self.source.data


@dataclass
class TextContext:
    """What a text rule's handler gets beside its candidate; it has no index, so it can run in any process."""

    rule: Rule
    options: dict[str, Any] = field(default_factory=dict)
    key: bytes = b""
    """The repository's key for HMAC fingerprints."""

    def option(self, option: Option[Any]) -> Any:
        """The configured value of one of the rule's options."""
        return self.options.get(option.name, option.default)

    def finding(
        self,
        span: Span,
        message: str,
        *,
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        fingerprint: str = "",
    ) -> Finding:
        """A finding of this rule at a span."""
        return Finding(
            rule=self.rule.id,
            severity=severity or self.rule.severity,
            confidence=confidence or self.rule.confidence,
            message=message,
            span=span,
            fingerprint=fingerprint,
        )
