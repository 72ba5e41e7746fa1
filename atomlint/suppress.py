"""Suppressions: which findings the directives silence, and findings about directives that silence nothing."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from .didyoumean import suggestion
from .directives import Directive, parse
from .finding import Confidence, Edit, Finding, Severity, Span, Suppression
from .statements import LineRange, statement_ranges

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

__all__ = ["UNUSED", "Directive", "apply", "parse", "statement_ranges"]

UNUSED = "atomlint-unused-suppression"


def apply(
    findings: Sequence[Finding],
    directives_by_path: Mapping[str, Sequence[Directive]],
    *,
    statements: Callable[[str, int], LineRange],
    known_ids: Collection[str],
    ran_ids: Collection[str] | Callable[[str], Collection[str]],
    require_reason: bool = False,
    redirects: Mapping[str, str] = MappingProxyType({}),
) -> tuple[list[Finding], list[Finding]]:
    """Mark what the directives suppress; say which directives are malformed, unknown, unused or without a reason.

    Give it every finding, hidden and unnamed ones too, else a directive that works looks unused. ``ran_ids`` are the
    rules that looked at everything they needed, of the run or of a path. ``redirects`` leads from old ids to new ones.

    Returns:
        The findings in the order given, with ``suppressed`` set where a directive counts, and new findings of the
        rule ``atomlint-unused-suppression`` by path and line (to be dropped by the caller when that rule is off).
    """
    ranges = cache(statements)
    by_rule: defaultdict[tuple[str, str], list[tuple[Directive, str]]] = defaultdict(list)
    for path, directives in directives_by_path.items():
        for directive in sorted(directives, key=lambda d: (d.scope == "file", d.span)):
            for name in directive.ids if directive.problem is None else ():
                by_rule[path, _resolve(name, redirects)].append((directive, name))
    used: set[tuple[Span, str]] = set()

    def mark(finding: Finding) -> Finding:
        first: Directive | None = None
        for span in finding.spans:
            for directive, name in by_rule.get((span.path, finding.rule), ()):
                if directive.scope == "file" or _same_statement(directive, span, ranges):
                    used.add((directive.span, name))
                    first = first or directive
        if first is None or finding.rule == UNUSED or finding.suppressed is not None:
            return finding
        return msgspec.structs.replace(finding, suppressed=Suppression(first.path, first.line, first.reason))

    marked = [mark(finding) for finding in findings]
    ran = ran_ids if callable(ran_ids) else lambda _: ran_ids
    judge = _Judge(known_ids, ran, used, require_reason, redirects)
    new: list[Finding] = []
    for path in sorted(directives_by_path):
        new.extend(judge.of_file(directives_by_path[path]))
    return marked, new


def _same_statement(directive: Directive, span: Span, ranges: Callable[[str, int], LineRange]) -> bool:
    """Whether the statement where a span starts is one that the directive speaks about."""
    line = span.start.line
    first, last = ranges(span.path, line)
    for own in directive.lines or (directive.line,):
        begin, end = ranges(directive.path, own)
        if first <= own <= last or begin <= line <= end:
            return True
    return False


def _resolve(name: str, redirects: Mapping[str, str]) -> str:
    seen = {name}
    while (following := redirects.get(name)) is not None and following not in seen:
        name = following
        seen.add(name)
    return name


class _Judge:
    """Says what is wrong with the directives of a file, once it is known which ones suppressed something."""

    def __init__(
        self,
        known: Collection[str],
        ran: Callable[[str], Collection[str]],
        used: set[tuple[Span, str]],
        require_reason: bool,
        redirects: Mapping[str, str],
    ) -> None:
        self.known = known
        self.ran = ran
        self.used = used
        self.require_reason = require_reason
        self.redirects = redirects

    def of_file(self, directives: Sequence[Directive]) -> list[Finding]:
        ordered = sorted(directives, key=lambda d: d.span)
        own = [d for d in ordered if d.problem is None and d.scope == "file" and UNUSED in self._resolved(d)]
        if self.require_reason:
            own = [d for d in own if d.reason]
        found = [finding for directive in ordered for finding in self._of(directive)]
        if own and found:
            by = Suppression(own[0].path, own[0].line, own[0].reason)
            return [msgspec.structs.replace(finding, suppressed=by) for finding in found]
        for directive in own:
            if UNUSED in self.ran(directive.path):
                unused = [name for name in directive.ids if _resolve(name, self.redirects) == UNUSED]
                found.extend(self._unused(directive, name, unused) for name in unused)
        return sorted(found, key=lambda f: f.order)

    def _resolved(self, directive: Directive) -> list[str]:
        return [_resolve(name, self.redirects) for name in directive.ids]

    def _of(self, directive: Directive) -> Iterator[Finding]:
        if directive.shown:
            return
        if directive.problem is not None:
            said = f"malformed suppression: {directive.problem}{self._rules_of(directive)}"
            yield self._finding(directive.span, said)
            return
        ran = self.ran(directive.path)
        unused: list[str] = []
        for number, (name, rule) in enumerate(zip(directive.ids, self._resolved(directive), strict=True)):
            span = directive.id_spans[number] if directive.id_spans else directive.span
            if rule == UNUSED and directive.scope == "statement":
                yield self._finding(span, f"'{UNUSED}' can only be allowed for a file: write ignore-file[{UNUSED}]")
            elif rule not in self.known:
                yield self._finding(span, f"no rule has the id '{name}'{suggestion(rule, self.known)}")
            elif rule != UNUSED and rule in ran and (directive.span, name) not in self.used:
                unused.append(name)
        yield from (self._unused(directive, name, unused) for name in unused)
        if self.require_reason and not directive.reason and len(unused) < len(directive.ids):
            ids = ", ".join(directive.ids)
            verb = "ignore-file" if directive.scope == "file" else "ignore"
            yield self._finding(directive.span, f"the suppression gives no reason: write {verb}[{ids}] and why")

    def _rules_of(self, directive: Directive) -> str:
        """The rules of the families that a malformed directive names, to choose from."""
        families = tuple(f"{name.lower()}-" for name in directive.ids if name.isalnum())
        rules = sorted(rule for rule in self.known if families and rule.startswith(families))
        return f" (one of {', '.join(rules)})" if rules else ""

    def _unused(self, directive: Directive, name: str, unused: Sequence[str]) -> Finding:
        where = "in this file" if directive.scope == "file" else "on this statement"
        number = directive.ids.index(name)
        span = directive.id_spans[number] if directive.id_spans else directive.span
        finding = self._finding(span, f"unused suppression: '{name}' finds nothing {where}")
        if directive.erase is None or not directive.id_spans:
            return finding
        if len(unused) == len(directive.ids):
            return finding.with_fix("Remove the unused suppression", Edit(directive.erase, ""), safe=True)
        if number + 1 < len(directive.ids):
            gone = Span(span.path, span.start, directive.id_spans[number + 1].start)
        else:
            gone = Span(span.path, directive.id_spans[number - 1].end, span.end)
        return finding.with_fix(f"Remove '{name}' from the suppression", Edit(gone, ""), safe=True)

    def _finding(self, span: Span, message: str) -> Finding:
        return Finding(UNUSED, Severity.WARNING, Confidence.HIGH, message, span)
