"""What was read and judged by hand of a run on a large project, and how a later run compares with it.

    python benchmarks/judge.py check benchmarks/judged/atom.tsv
    python benchmarks/judge.py draw REPORT.json --rule redis-per-request --seed 1 --count 30
    python benchmarks/judge.py compare benchmarks/judged/atom.tsv REPORT.json

A report is what ``atomlint check --output json`` printed. Judgements are tab-separated: rule, path, line, verdict
and the reason. The verdict is true, false or debatable, or missed for a place that the rule should have reported and did
not: precision does not count these. A finding is the judged one when it is of the same rule, in the same file and within
five lines.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atomlint.lanes import test_matcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

COLUMNS = ["rule", "path", "line", "verdict", "reason"]
VERDICTS = ("true", "false", "debatable", "missed")
CONFIDENCES = ("high", "medium", "low")
NEAR = 5
"""Lines that a finding may have moved."""
PRECISION = 0.85
"""The part of the judged findings that has to be true."""


class JudgeError(Exception):
    """A file that does not fit; ``lines`` says what is wrong, a line each."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True, order=True)
class Place:
    """Where a finding stands."""

    rule: str
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.rule}"


@dataclass(frozen=True, order=True)
class Found:
    """A finding of a run: where it stands, and how sure the rule is (empty when that is not known)."""

    place: Place
    confidence: str = ""


@dataclass(frozen=True)
class Judgement:
    """What somebody who read the code thinks of a finding."""

    place: Place
    verdict: str
    reason: str


@dataclass(frozen=True)
class Comparison:
    """A later run beside the judgements."""

    judged: list[tuple[Judgement, Found | None]]
    """Every judgement, and the finding of the run that it is about."""
    new: list[Place]
    """Findings that nobody judged."""

    def with_verdict(self, verdict: str, *, found: bool) -> list[Judgement]:
        """Judgements of one verdict whose finding is there, or is not."""
        return [one for one, finding in self.judged if one.verdict == verdict and (finding is not None) == found]

    @property
    def precision(self) -> Mapping[str, tuple[int, int]]:
        """By rule, and under the empty one for all: how many judged findings are still there, and how many are true."""
        return _shares((name, one) for one, _ in self._counted() for name in ("", one.place.rule))

    @property
    def precision_at(self) -> Mapping[str, tuple[int, int]]:
        """The same by confidence, the surest first; without the levels of which the run has no judged finding."""
        shares = _shares((finding.confidence, one) for one, finding in self._counted())
        return {level: shares[level] for level in CONFIDENCES if level in shares}

    def _counted(self) -> list[tuple[Judgement, Found]]:
        return [(one, finding) for one, finding in self.judged if finding is not None and one.verdict != "missed"]


def _shares(named: Iterable[tuple[str, Judgement]]) -> dict[str, tuple[int, int]]:
    total: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for name, judgement in named:
        total[name] += 1
        right[name] += judgement.verdict == "true"
    return {name: (total[name], right[name]) for name in sorted(total)}


def read_judgements(file: Path) -> list[Judgement]:
    """The rows of a file of judgements.

    Raises:
        JudgeError: a row does not fit, or two judge one place.
    """
    try:
        rows = [line.split("\t") for line in file.read_text("utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise JudgeError([f"{file}: {getattr(error, 'strerror', None) or error}"]) from None
    wrong = [] if rows and rows[0] == COLUMNS else [f"{file}:1: the columns are {', '.join(COLUMNS)}"]
    found: dict[Place, Judgement] = {}
    for number, row in enumerate(rows[1:], 2):
        problem = _problem(row)
        if problem is None:
            judgement = Judgement(Place(row[0], row[1], int(row[2])), row[3], row[4])
            if judgement.place in found:
                problem = f"{judgement.place} is judged twice"
            found[judgement.place] = judgement
        if problem is not None:
            wrong.append(f"{file}:{number}: {problem}")
    if wrong:
        raise JudgeError(wrong)
    return list(found.values())


def _problem(row: Sequence[str]) -> str | None:
    if len(row) != len(COLUMNS):
        return f"{len(row)} columns instead of {len(COLUMNS)}"
    if not row[2].isdecimal() or int(row[2]) < 1:
        return f"no line number: {row[2]!r}"
    if row[3] not in VERDICTS:
        return f"the verdict is {', '.join(VERDICTS)}, not {row[3]!r}"
    if not all(cell.strip() for cell in row):
        return "an empty column"
    return None


def read_report(file: Path, rule: str | None = None) -> list[dict[str, Any]]:
    """The findings of a JSON report that stand: of a rule or of all, in its order.

    Raises:
        JudgeError: it is no such report.
    """
    try:
        findings = json.loads(file.read_text("utf-8"))["findings"]
        standing = [one for one in findings if one["suppressed"] is None and not one["baselined"]]
        return [one for one in standing if rule in (None, one["rule"])]
    except OSError as error:
        raise JudgeError([f"{file}: {error.strerror}"]) from None
    except (ValueError, LookupError, TypeError):
        raise JudgeError([f"{file}: not a report of 'atomlint check --output json'"]) from None


def place(finding: Mapping[str, Any]) -> Place:
    """Where a finding of a report stands."""
    return Place(finding["rule"], finding["path"], finding["start"]["line"])


def draw(findings: Iterable[Mapping[str, Any]], seed: int, count: int) -> list[Mapping[str, Any]]:
    """Findings outside of tests to judge: all of them, or as many as asked for by chance, the same ones for a seed."""
    is_test = test_matcher(None)
    outside = sorted((one for one in findings if not is_test(one["path"])), key=place)
    if len(outside) <= count:
        return outside
    return sorted(random.Random(seed).sample(outside, count), key=place)


def compare(judgements: Iterable[Judgement], findings: Iterable[Found]) -> Comparison:
    """Find every judged finding again: each finding is one judgement's at most, nearest pairs first."""
    judgements, left = list(judgements), list(findings)
    by_file = defaultdict(list)
    for at, one in enumerate(left):
        by_file[one.place.rule, one.place.path].append(at)
    pairs = sorted(
        (abs(left[at].place.line - judgement.place.line), number, at)
        for number, judgement in enumerate(judgements)
        for at in by_file[judgement.place.rule, judgement.place.path]
    )
    again: dict[int, int] = {}
    taken: set[int] = set()
    for distance, number, at in pairs:
        if distance <= NEAR and number not in again and at not in taken:
            again[number] = at
            taken.add(at)
    judged = [(one, left[again[number]] if number in again else None) for number, one in enumerate(judgements)]
    return Comparison(judged, sorted(one.place for at, one in enumerate(left) if at not in taken))


# --- commands ---------------------------------------------------------------------------------------------------------


def run_check(options: argparse.Namespace) -> int:
    """Whether a file of judgements is well-formed, and precise enough."""
    judgements = read_judgements(options.judged)
    result = compare(judgements, [Found(one.place) for one in judgements if one.verdict != "missed"])
    print_list("missed", result.with_verdict("missed", found=False))
    return print_precision(result)


def run_draw(options: argparse.Namespace) -> int:
    """Print rows to judge: without a verdict, with the message for the reason."""
    findings = read_report(options.report, options.rule)
    print("\t".join(COLUMNS))
    for rule in sorted({one["rule"] for one in findings}):
        for one in draw((each for each in findings if each["rule"] == rule), options.seed, options.count):
            about = " ".join(f"{one['confidence']}: {one['message']}".split())
            print(f"{rule}\t{one['path']}\t{one['start']['line']}\t\t{about}")
    return 0


def run_compare(options: argparse.Namespace) -> int:
    """Print what a later run lost, kept and added; 1 when it lost a true finding or is not precise enough."""
    findings = [Found(place(one), one["confidence"]) for one in read_report(options.report)]
    result = compare(read_judgements(options.judged), findings)
    lost = result.with_verdict("true", found=False)
    print_list("true, and gone", lost)
    print_list("false, and still there", result.with_verdict("false", found=True))
    print_list("missed, and still not there", result.with_verdict("missed", found=False))
    print_list("missed, and there now", result.with_verdict("missed", found=True))
    judged_rules = {judgement.place.rule for judgement, _ in result.judged}
    is_test = test_matcher(None)
    new = [one for one in result.new if one.rule in judged_rules and not is_test(one.path)]
    print(f"not judged, outside of tests: {len(new)}")
    for one in new:
        print(f"  {one}")
    status = print_precision(result)
    return 1 if lost else status


def print_list(title: str, judgements: Sequence[Judgement]) -> None:
    """Print how many judgements there are under a title, and each on a line."""
    print(f"{title}: {len(judgements)}")
    for judgement in judgements:
        print(f"  {judgement.place}  {judgement.reason}")


def print_precision(result: Comparison) -> int:
    """Print how many of the judged findings that are there are true, by rule and by confidence; 1 for too few in all."""
    print("precision")
    levels = {f"at {level} confidence": share for level, share in result.precision_at.items()}
    for name, (total, right) in {**result.precision, **levels}.items():
        print(f"  {name or 'all':32s} {right:4d} of {total:4d}  {right / total:6.1%}")
    total, right = result.precision.get("", (0, 0))
    return 1 if total and right / total < PRECISION else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 2 for a file that does not fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, action in (("check", run_check), ("draw", run_draw), ("compare", run_compare)):
        command = commands.add_parser(name, help=(action.__doc__ or "").splitlines()[0])
        command.set_defaults(action=action)
        if name != "draw":
            command.add_argument("judged", type=Path, metavar="JUDGED.tsv")
        if name != "check":
            command.add_argument("report", type=Path, metavar="REPORT.json")
        if name == "draw":
            command.add_argument("--rule", help="only this rule (default: as many of each)")
            command.add_argument("--seed", type=int, default=1, help="default: 1")
            command.add_argument("--count", type=int, default=30, help="how many of a rule (default: 30)")
    options = parser.parse_args(arguments)
    try:
        status: int = options.action(options)
    except JudgeError as error:
        print("\n".join(error.lines), file=sys.stderr)
        return 2
    return status


if __name__ == "__main__":
    sys.exit(main())
