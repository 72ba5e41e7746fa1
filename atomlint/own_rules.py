"""The engine's own ids: what it reports about the run itself, with the same pages and selectors as any rule."""

from __future__ import annotations

from .declare import Rule
from .finding import Severity

SYNTAX = "atomlint-syntax-error"
CRASHED = "atomlint-rule-crashed"
ALWAYS = frozenset({SYNTAX, CRASHED})
"""Said whatever is selected, unless it is ignored: a run that was not complete must not look clean."""

SYNTAX_ERROR = """A file that a rule needs does not parse.

## Why
Nothing is known about a file that does not parse: neither what it says nor what it leaves out. A run that could not look
at it must not look clean, so the exit status is 2 as well.

## Bad
    def purge(tenant_id:
        ...

## Good
    def purge(tenant_id):
        ...

## Limits
Files that no enabled rule needs are not parsed. A file in newer syntax than the interpreter that runs atomlint is
reported with the version it needs: run atomlint with the Python that runs your code.
"""

UNUSED_SUPPRESSION = """A suppression comment that silences nothing, or that cannot be read.

## Why
A suppression that outlived its finding hides the next one, and one with a misspelt id hides nothing at all.

## Bad
    redis.get(key)  # atomlint: ignore

## Good
    redis.get(key)  # atomlint: ignore[redis-per-request] one call a day, measured

## Configuration
`require-reason = true` asks for a reason on every suppression.

## Limits
A suppression of a rule that did not run is left alone.
"""

RULE_CRASHED = """A rule raised an exception and could not finish.

## Why
What the rule would have said about the rest of the project is unknown, so the exit status is 2. The other rules' findings
are all there.

## Bad
A rule that assumes that every call has a name.

## Good
A rule that says nothing where it does not know.

## Limits
The traceback is printed with `-v`. It is a bug in the rule: please report it.
"""


def _own(rule_id: str, doc: str, severity: Severity) -> Rule:
    return Rule(id=rule_id, nominate=lambda _: False, subject="Project", doc=doc, severity=severity, since="0.1")


OWN = (
    _own(SYNTAX, SYNTAX_ERROR, Severity.ERROR),
    _own("atomlint-unused-suppression", UNUSED_SUPPRESSION, Severity.WARNING),
    _own(CRASHED, RULE_CRASHED, Severity.ERROR),
)
