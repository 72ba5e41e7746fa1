"""How a rule is declared: id, what it needs, its options, the function that nominates candidates, and its handlers.

A rule is one module. Its docstring is its page (a summary line, then ``## Why``, ``## Bad``, ``## Good``,
``## Configuration``, ``## Limits``). A function decorated with `rule` nominates candidates of one kind, named by
the annotation of its first parameter (`Call`, `Class`, `Function`, `Definition` for both of these, `Index`, `Document` or
`Text`), and the handlers that are attached with ``.on(...)`` look at each candidate's real syntax and report.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from .finding import Confidence, Finding, Severity

if TYPE_CHECKING:
    from .option import Option

Subject = Literal["Call", "Class", "Function", "Definition", "Index", "Document", "Text", "Project"]
SUBJECTS: tuple[Subject, ...] = ("Call", "Class", "Function", "Definition", "Index", "Document", "Text", "Project")
OF_INDEX: tuple[Subject, ...] = ("Call", "Class", "Function", "Definition", "Index")
"""Subjects of rules that need the linked project."""
SECTION = re.compile(r"^## +(.+?) *$", re.MULTILINE)
DOCS_URL = "https://github.com/atomlint/atomlint/blob/main/docs/rules/"


class Status(str, Enum):
    """Life of a rule: preview rules run only when selected by id, deprecated ones say what to use instead."""

    PREVIEW = "preview"
    STABLE = "stable"
    DEPRECATED = "deprecated"


Handler = Callable[..., Iterator[Finding]]
Nominate = Callable[[Any], bool]
Among = Callable[[Any], Iterable[tuple[str, int]]]
"""From the index to calls, each as its path and its ordinal there."""


@dataclass(eq=False)
class Rule:
    """One check. Made by `rule`; immutable once its module is imported."""

    id: str
    nominate: Nominate
    subject: Subject
    doc: str
    needs: tuple[bytes, ...] = ()
    """A Python file can only hold a candidate if its bytes hold one of these; empty: every file can."""
    reach: bool = False
    """Whether candidates depend on call paths from entry points."""
    anywhere: bool = False
    """Whether functions that no request reaches can be candidates all the same."""
    among: Among | None = None
    """The calls that alone can be candidates, where the index knows them: far fewer than all calls of a project."""
    shares: str = ""
    """A word for dear work that the index does for the rule: those of one word run in one process where that can be."""
    explains: str = ""
    """A word for what it tells that other findings go by, such as ``imports``; where it is off, they do not."""
    tests: bool = False
    """Whether test files are looked at."""
    severity: Severity = Severity.WARNING
    confidence: Confidence = Confidence.HIGH
    status: Status = Status.STABLE
    options: tuple[Option[Any], ...] = ()
    since: str = ""
    destroys: bool = False
    """Whether what it prevents destroys data that nothing brings back: told to coding agents before all others."""
    redirects: tuple[str, ...] = ()
    """Earlier ids of this rule."""
    only_running: bool = False
    """Whether it is about what running code does: findings in code behind a setting that is off are of low confidence."""
    handlers: dict[str, Handler] = field(default_factory=dict)

    @property
    def family(self) -> str:
        """The part of the id before the first dash."""
        return self.id.partition("-")[0]

    @cached_property
    def sections(self) -> Mapping[str, str]:
        """The docstring's ``##`` sections by lower-case title, and the summary under the empty title."""
        parts = SECTION.split(inspect.cleandoc(self.doc))
        titles = [title.lower() for title in parts[1::2]]
        return {"": parts[0].strip(), **dict(zip(titles, (body.strip("\n") for body in parts[2::2]), strict=True))}

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.sections[""].partition("\n")[0].rstrip(".")

    @property
    def why(self) -> str:
        """The ``## Why`` section."""
        return self.sections.get("why", "").strip()

    @property
    def url(self) -> str:
        """Where the rule's page is published."""
        return f"{DOCS_URL}{self.id}.md"

    def on(self, *names: str) -> Callable[[Handler], Handler]:
        """Attach a handler for LibCST node types (``"Call"``), or for the candidates themselves (``"*"``)."""

        def attach(handler: Handler) -> Handler:
            for name in names:
                self.handlers[name] = handler
            return handler

        return attach


def rule(  # noqa: PLR0913 - keyword-only metadata, each with a default
    id: str,  # noqa: A002 - the word for it
    *,
    needs: Sequence[str] = (),
    reach: bool = False,
    anywhere: bool = False,
    among: Among | None = None,
    shares: str = "",
    explains: str = "",
    tests: bool = False,
    severity: Severity | str = Severity.WARNING,
    confidence: Confidence | str = Confidence.HIGH,
    status: Status | str = Status.STABLE,
    options: Sequence[Option[Any]] = (),
    since: str = "",
    destroys: bool = False,
    redirects: Sequence[str] = (),
    only_running: bool | None = None,
) -> Callable[[Nominate], Rule]:
    """Declare a rule; decorates the function that nominates its candidates.

    ``only_running`` is taken from ``reach`` where it is not given, other than for rules about what destroys data.

    Raises:
        TypeError: the function's first parameter is not annotated with a subject (`Call`, `Class`, ...).
    """

    def declare(nominate: Nominate) -> Rule:
        return Rule(
            id=id,
            nominate=nominate,
            subject=_subject(nominate, id),
            doc=nominate.__globals__.get("__doc__") or "",
            needs=tuple(need.encode() for need in needs),
            reach=reach,
            anywhere=anywhere,
            among=among,
            shares=shares,
            explains=explains,
            tests=tests,
            severity=Severity(severity),
            confidence=Confidence(confidence),
            status=Status(status),
            options=tuple(options),
            since=since,
            destroys=destroys,
            redirects=tuple(redirects),
            only_running=(reach and not destroys) if only_running is None else only_running,
        )

    return declare


def _subject(nominate: Nominate, rule_id: str) -> Subject:
    annotations = [a for name, a in nominate.__annotations__.items() if name != "return"]
    name = getattr(annotations[0], "__name__", str(annotations[0])) if annotations else ""
    for subject in SUBJECTS:
        if name.rpartition(".")[2] == subject:
            return subject
    raise TypeError(f"{rule_id}: annotate the nominating function's first parameter with one of {', '.join(SUBJECTS)}")
