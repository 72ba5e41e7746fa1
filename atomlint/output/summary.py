"""The words that every human format ends with: what failed, what was looked at, what was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .text import count, harmless, one_line

if TYPE_CHECKING:
    from ..finding import Finding
    from ..report import Report, Trouble


def headline(report: Report) -> str:
    """How many findings there are and how many of them fail the run; never a clean bill beside errors."""
    found, failing = len(report.active), len(report.failing)
    if not found:
        return "No findings in what could be looked at" if report.errors else "No findings"
    fails = "none fails" if not failing else "1 fails" if failing == 1 else f"{failing:,} fail"
    return f"Found {count(found, 'finding')} ({fails})"


def looked_at(report: Report) -> str:
    """What was looked at and what was not, from the counts of the run."""
    looked = report.looked
    hint = " (--confidence low shows them)" if looked.hidden else ""
    text = (
        f"{count(looked.files, 'file')}; {looked.read:,} read, {looked.parsed:,} parsed,"
        f" {looked.out_of_reach:,} out of reach; {count(looked.unresolved, 'call')} unresolved,"
        f" {looked.hidden:,} hidden by confidence{hint}, {looked.suppressed:,} suppressed,"
        f" {looked.baselined:,} baselined; {count(looked.rules, 'rule')} ran"
    )
    return f"{text}; nothing had changed, the answer came from the cache" if looked.cached else text


def closing(report: Report) -> list[str]:
    """The last lines of a human format: one, and a second when something was not looked at."""
    lines = [f"{headline(report)} in {looked_at(report)}."]
    if report.errors:
        names = "what it names" if len(report.errors) == 1 else "what they name"
        lines.append(f"{count(len(report.errors), 'error')}: {names} was not looked at, so this run is incomplete.")
    return lines


def trouble_text(trouble: Trouble) -> str:
    """``path: message``, or the message alone when the trouble concerns no single file."""
    message = one_line(trouble.message)
    return f"{harmless(trouble.path)}: {message}" if trouble.path else message


def trouble_line(trouble: Trouble) -> str:
    """``error (kind): path: message``."""
    return f"error ({trouble.kind}): {trouble_text(trouble)}"


def state(finding: Finding) -> str:
    """Why a finding is not active, in words; empty when it is."""
    if finding.suppressed is not None:
        reason = one_line(finding.suppressed.reason)
        return f"suppressed: {reason}" if reason else "suppressed"
    return "baselined" if finding.baselined else ""
