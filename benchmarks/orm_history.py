"""What projects' own commits repaired in their mapped classes, and whether atomlint named it at the commit before.

A row of the list is a commit that repairs a mapping: project, folder of its backend, commit, what it repaired in words, and what
atomlint is to name at its parent and not after it: ``kind Owner.attribute``, several separated by commas. A consequence of
another problem counts when its own words name the attribute and its kind.

    git clone --bare https://github.com/OWNER/NAME somewhere/OWNER+NAME
    python benchmarks/orm_history.py somewhere [--only OWNER/NAME] [--markdown benchmarks/orm-history.md]

Only Python files outside of tests are checked out, to a temporary directory. Exit status: 0 when every row holds, 1 when one
does not, 2 when a repository or commit is missing.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

LIST = Path(__file__).with_name("orm_history.tsv")
BEGIN, END = "<!-- BEGIN:history -->", "<!-- END:history -->"
SAID = {
    "ambiguous-fk": "multiple foreign key paths",
    "back-populates-missing": "has no property",
    "backref-conflict": "Error creating backref",
    "duplicate-class": "Multiple classes found",
    "no-foreign-keys": "there are no foreign keys",
}
"""Words by which a consequence is told apart."""


class MissingError(Exception):
    """A repository or commit that is not at hand."""


class Row(NamedTuple):
    """One commit of the list."""

    project: str
    folder: str
    commit: str
    repaired: str
    names: str


class Named(NamedTuple):
    """One problem, or consequence of one, that atomlint tells."""

    kind: str
    at: str
    """``Owner.attribute``, or the owner alone; a consequence's message."""
    place: str
    """``path:line``."""
    cause: str
    """For a consequence, the rule and the class that it is told with."""
    shown: str
    """Severity and confidence."""


class Checkout:
    """Commits of a repository, one after the other in one directory without a ``.git`` in it."""

    def __init__(self, repository: Path, folder: str, place: Path) -> None:
        self.tree = place / "tree"
        self.folder = self.tree / folder
        self.tree.mkdir()
        clone = ["git", "clone", "--quiet", "--bare", "--shared", str(repository), str(place / "git")]
        if subprocess.run(clone, check=False).returncode:
            raise MissingError(f"no git repository: {repository}")
        self._env = {**os.environ, "GIT_DIR": str(place / "git"), "GIT_WORK_TREE": str(self.tree)}
        for key, value in (("bare", "false"), ("sparseCheckout", "true"), ("sparseCheckoutCone", "false")):
            self._git("config", f"core.{key}", value)
        (place / "git" / "info").mkdir(exist_ok=True)
        patterns = [f"/{folder}**/*.py", f"/{folder}*.py", f"/{folder}**/requirements*.txt", "!tests/", "!test_*.py"]
        (place / "git" / "info" / "sparse-checkout").write_text("\n".join(patterns) + "\n", "utf-8")

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.tree, env=self._env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise MissingError(f"git {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def subject(self, commit: str) -> str:
        """Day and first line of a commit's message."""
        return self._git("log", "-1", "--date=short", "--format=%ad %s", commit)

    def problems(self, commit: str) -> list[Named]:
        """What atomlint says of the mapped classes of a commit."""
        self._git("checkout", "--quiet", "--force", "--detach", commit)
        command = [sys.executable, "-m", "atomlint", "models", "--format", "json", "--isolated", str(self.tree)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        found = []
        for one in json.loads(done.stdout)["problems"]:
            at = one["owner"] + (f".{one['attribute']}" if one["attribute"] else "")
            kind = one["rule"].removeprefix("orm-")
            shown = f"{one['severity']}, {one['confidence']}"
            found.append(Named(kind, at, f"{one['path']}:{one['line']}", "", shown))
            for other in one["consequences"]:
                place = f"{other['path']}:{other['line']}"
                found.append(Named("", other["message"], place, f"{kind} {one['owner']}", shown))
        return found


def named(wanted: str, problems: list[Named]) -> Named | None:
    """What names ``kind Owner.attribute``: a problem, or else a consequence."""
    kind, _, at = wanted.strip().partition(" ")
    for one in problems:
        if not one.cause and one.kind == kind and one.at == at:
            return one
    words = SAID.get(kind)
    for one in problems:
        if one.cause and words and words in one.at and set(at.split(".")) <= set(re.findall(r"\w+", one.at)):
            return one
    return None


class Outcome(NamedTuple):
    """One row, looked at."""

    row: Row
    subject: str
    before: list[Named | None]
    after: list[Named | None]

    @property
    def holds(self) -> bool:
        """Whether all was named before, and nothing of it is after."""
        return None not in self.before and not any(self.after)

    def line(self) -> str:
        """The row of the table."""
        seen = [one for one in self.before if one is not None]
        cells = [_cell(one) for one in seen[:2]]
        if len(seen) > 2:
            cells.append(f"and {len(seen) - 2} more")
        if len(seen) < len(self.before):
            cells.append(f"**{len(self.before) - len(seen)} not named**")
        day, _, subject = self.subject.partition(" ")
        subject = subject.replace("|", "\\|")
        silent = "yes" if not any(self.after) else "**no**"
        return f"| {self.row.commit} | {day} | {subject[:90]} | {self.row.repaired} | {'; '.join(cells)} | {silent} |"


def _cell(one: Named) -> str:
    if one.cause:
        return f"`{one.place}` with orm-{one.cause}"
    return f"`{one.place}` orm-{one.kind} `{one.at}` ({one.shown})"


def looked_at(repository: Path, rows: list[Row]) -> list[Outcome]:
    """All rows of one project."""
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="orm-history-") as place:
        checkout = Checkout(repository, rows[0].folder, Path(place).resolve())
        for row in rows:
            before, after = checkout.problems(f"{row.commit}^"), checkout.problems(row.commit)
            wanted = row.names.split(",")
            outcome = Outcome(
                row,
                checkout.subject(row.commit),
                [named(one, before) for one in wanted],
                [named(one, after) for one in wanted],
            )
            print(outcome.line(), flush=True)
            outcomes.append(outcome)
    return outcomes


def written(outcomes: list[Outcome], markdown: Path) -> None:
    """Put the tables between the markers of a page."""
    by_project: dict[str, list[str]] = defaultdict(list)
    for outcome in outcomes:
        by_project[outcome.row.project].append(outcome.line())
    lines = [BEGIN]
    for project, rows in by_project.items():
        lines += [
            "",
            f"### {project}",
            "",
            "| commit | day | message | what it repaired | atomlint at its parent | silent after |",
        ]
        lines += ["| --- | --- | --- | --- | --- | --- |", *rows]
    text = markdown.read_text("utf-8")
    head, tail = text.partition(BEGIN)[0], text.partition(END)[2]
    markdown.write_text(head + "\n".join([*lines, "", END]) + tail, "utf-8")


def main() -> int:
    """Look at every row."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("clones", type=Path, help="directory with the repositories, OWNER+NAME each")
    parser.add_argument("--list", type=Path, default=LIST, help="the commits")
    parser.add_argument("--only", help="one project: OWNER/NAME")
    parser.add_argument("--markdown", type=Path, help="page to put the tables into")
    given = parser.parse_args()
    with given.list.open(encoding="utf-8", newline="") as file:
        rows = [Row(*line) for line in csv.reader(file, delimiter="\t")][1:]
    by_project: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if given.only in (None, row.project):
            by_project[row.project].append(row)
    outcomes: list[Outcome] = []
    try:
        for project, some in by_project.items():
            place = given.clones / project.replace("/", "+")
            outcomes += looked_at(place / "repo" if (place / "repo").is_dir() else place, some)
    except MissingError as error:
        print(error, file=sys.stderr)
        return 2
    if given.markdown is not None:
        written(outcomes, given.markdown)
    print(f"{sum(one.holds for one in outcomes)} of {len(outcomes)} rows hold")
    return 0 if all(one.holds for one in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
