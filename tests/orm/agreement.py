"""Whether atomlint and SQLAlchemy say the same of the same models.

What SQLAlchemy says must be among atomlint's problems or their consequences; every problem must be something that SQLAlchemy says.
When an import failed, nothing is known of what comes after it: SQLAlchemy did not get to say it.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from tests.index_project import index_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .judge import Verdict
    from .messages import Told

SAME = {
    "duplicate-index-name": "duplicate-index",
    "unresolved-fk-table": "unresolved-foreign-key",
    "unresolved-fk-column": "unresolved-foreign-key",
    "duplicate-table": "duplicate-class",
    "pk-combined": "pk-warning",
}
"""Kinds of the reference that one rule speaks of."""
MUTUAL = frozenset({
    "overlaps", "same-direction", "backref-conflict", "duplicate-class", "polymorphic-identity", "back-populates-wrong-class",
    "viewonly-flags", "table-cycle", "circular-import", "class-vs-module-name", "duplicate-index", "inherited-column-conflict", "local-remote", "column-relationship-collision",
})  # fmt: skip
"""Kinds that lie between two places: either may be reported."""
PLACE = re.compile(r"\b([A-Z]\w*)\.(\w+)")


class Claim(NamedTuple):
    """One problem that atomlint states, or a consequence of one."""

    severity: str
    kind: str
    owner: str
    attribute: str
    phase: str
    cause: bool
    sure: bool
    message: str
    others: tuple[str, ...]
    """Classes that it sets its own against."""

    def __str__(self) -> str:
        return f"{self.severity} {self.kind} {self.owner}.{self.attribute}"


def claims(files: dict[str, str], version: str = "") -> list[Claim]:
    """What atomlint's index says of models given as texts, the consequences of its problems too.

    Args:
        version: of SQLAlchemy, that the project is said to require; the newest is assumed without.
    """
    required = {"requirements.txt": f"sqlalchemy=={version}.9\n"} if version else {}
    mapping = index_of({**files, **required}).mapping
    found: list[Claim] = []

    def add(problem, *, cause: bool) -> None:
        phase = {"definition": "import", "configuration": "configure", "use": "tables"}[problem.phase]
        kind = SAME.get(problem.kind, problem.kind)
        found.append(
            Claim(
                str(problem.severity.name).lower(),
                kind,
                problem.owner,
                problem.attribute,
                phase,
                cause,
                problem.confidence.name == "HIGH",
                problem.message,
                tuple(mapped.name for mapped in problem.culprits),
            )
        )
        for other in problem.consequences:
            add(other, cause=False)

    for problem in mapping.problems:
        add(problem, cause=True)
    return found


def kind(outcome: Told) -> str:
    return SAME.get(outcome.kind, outcome.kind)


def meets(outcome: Told, claim: Claim) -> bool:
    """Whether both speak of the same thing."""
    if kind(outcome) != claim.kind:
        return False
    if (
        outcome.severity != claim.severity and claim.kind != "duplicate-class"
    ):  # an error whatever SQLAlchemy thinks of it yet
        return False
    if same_place(outcome.owner, outcome.attribute, claim):
        return True
    if claim.kind == "unresolved-foreign-key":  # it stands at the key, and is said of whichever class meets it first
        return claim.message in outcome.message
    if claim.kind not in MUTUAL:
        return False
    named = PLACE.findall(outcome.message)
    return (
        any(same_place(owner, attribute, claim) for owner, attribute in named)
        or outcome.owner in ("", claim.owner)
        or (claim.owner in re.findall(r"\w+", outcome.message))
    )


def same_place(owner: str, attribute: str, claim: Claim) -> bool:
    return owner == claim.owner and (attribute == claim.attribute or not attribute or not claim.attribute)


class Agreement(NamedTuple):
    """What one says and the other does not."""

    missed: tuple[Told, ...]
    """Said by SQLAlchemy alone."""
    false: tuple[Claim, ...]
    """Said by atomlint alone."""
    met: tuple[Told, ...]

    def __bool__(self) -> bool:
        return not self.missed and not self.false

    def signature(self) -> tuple[str, ...]:
        """What kind of disagreement it is, without names."""
        return tuple(
            sorted(
                {f"missed {one.severity} {kind(one)}" for one in self.missed}
                | {f"false {one.severity} {one.kind}" for one in self.false}
            )
        )

    def __str__(self) -> str:
        lines = [f"missed: {one.severity} {one.kind} {one.owner}.{one.attribute}: {one.message}" for one in self.missed]
        return "\n".join([*lines, *(f"false: {one}: {one.message}" for one in self.false)])


def compare(verdict: Verdict, stated: Iterable[Claim]) -> Agreement:
    """Hold one against the other."""
    found = list(stated)
    met = [one for one in verdict.outcomes if any(meets(one, claim) for claim in found)]
    missed = [one for one in verdict.outcomes if one not in met]
    false = [
        claim
        for claim in found
        if claim.cause and not any(meets(one, claim) for one in verdict.outcomes) and can_be_judged(verdict, claim)
    ]
    return Agreement(tuple(missed), tuple(false), tuple(met))


def can_be_judged(verdict: Verdict, claim: Claim) -> bool:
    """Whether SQLAlchemy got far enough to say what atomlint says. What is left out, and why, is all here.

    - A table cycle, when a foreign key leads nowhere: SQLAlchemy then does not sort the tables at all.
    - What configuring or using the mappers would show, when an import failed: they are not configured.
    - A further problem of a class whose statement failed, or one that sets a class against such a class: the statement ended
      at its first problem, and what it would have defined is not there.
    """
    if claim.kind == "table-cycle" and any(one.kind.startswith("unresolved-fk") for one in verdict.outcomes):
        return False
    if verdict.configured:
        return True
    return claim.phase == "import" and verdict.lost.isdisjoint((claim.owner, *claim.others))


class Tally:
    """Agreement by kind."""

    def __init__(self) -> None:
        self.said: Counter[tuple[str, str]] = Counter()
        self.met: Counter[tuple[str, str]] = Counter()
        self.false: Counter[tuple[str, str]] = Counter()

    def add(self, agreement: Agreement) -> None:
        for one in (*agreement.met, *agreement.missed):
            self.said[one.severity, kind(one)] += 1
        for one in agreement.met:
            self.met[one.severity, kind(one)] += 1
        for one in agreement.false:
            self.false[one.severity, one.kind] += 1

    def share(self, severity: str) -> float:
        said = sum(count for (of, _), count in self.said.items() if of == severity)
        return sum(count for (of, _), count in self.met.items() if of == severity) / said if said else 1.0

    def counts(self) -> list[list[list[object]]]:
        """What was counted, for JSON."""
        return [[[*key, count] for key, count in table.items()] for table in (self.said, self.met, self.false)]

    def add_counts(self, counts: list[list[list[object]]]) -> None:
        """Add what another one counted."""
        for table, rows in zip((self.said, self.met, self.false), counts, strict=True):
            for severity, kind, count in rows:
                table[str(severity), str(kind)] += int(str(count))

    def lines(self) -> list[str]:
        """One line a kind: how often SQLAlchemy says it, and how often atomlint does too, or does alone."""
        return [
            f"  {severity:8}{kind:34}{self.met[severity, kind]:>6} of {self.said[severity, kind]:<6}"
            + (f"{self.false[severity, kind]} alone" if self.false[severity, kind] else "")
            for severity, kind in sorted(self.said.keys() | self.false.keys())
        ]
