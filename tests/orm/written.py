"""The written cases: models with one mistake, and the edit that repairs them, as a diff that can be read.

A file of ``cases/`` begins with a head that its cases share. ``== sentence`` begins a case, ``--- path`` a further file of
it (without one, everything is ``models.py``), ``%head`` stands for the head in such files. Lines that begin with ``-`` are
those of the mistake, with ``+`` those of its repair, all others belong to both. ``=> severity kind Owner.attribute`` says
what SQLAlchemy makes of the mistake; ``[2.0 2.1]`` behind it names the versions that do, where not all. The repaired models must
provoke nothing. ``=> todo severity kind Owner.attribute`` is what atomlint is known to miss. ``needs: flask_sqlalchemy`` names a library, ``only: 2.0 2.1``
versions.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

CASES = Path(__file__).parent / "cases"
EXPECTED = re.compile(
    r"=> (?P<todo>todo )?(?P<severity>error|warning) (?P<kind>[\w-]+)(?: (?P<owner>\w+))?(?:\.(?P<attribute>\w+))?(?: \[(?P<versions>[\d. ]+)\])?$"
)
NEW = re.compile(r"DeclarativeBase|Mapped|mapped_column")
"""What 1.4 does not have."""
ALL = frozenset({"1.4", "2.0", "2.1"})


class Expected(NamedTuple):
    """One outcome that a case states."""

    severity: str
    kind: str
    owner: str
    attribute: str
    versions: frozenset[str]
    todo: bool


class Case(NamedTuple):
    """Models with a mistake, the same without it, and what is said of the mistake."""

    name: str
    group: str
    wrong: dict[str, str]
    right: dict[str, str]
    expected: tuple[Expected, ...]
    needs: tuple[str, ...]
    versions: frozenset[str]


def sides(lines: list[str]) -> tuple[str, str]:
    """The text with the mistake, and the repaired one."""
    wrong, right = [], []
    for line in lines:
        mark = line[:1]
        text = (f" {line[1:]}" if line[1:2] == " " else line[1:]) if mark in ("-", "+") else line
        if mark != "+":
            wrong.append(text)
        if mark != "-":
            right.append(text)
    return "\n".join(wrong).strip() + "\n", "\n".join(right).strip() + "\n"


def read(path: Path) -> list[Case]:
    """The cases of one file. Raises ``ValueError`` for a line that cannot be understood."""
    head, *parts = re.split(r"(?m)^== ", path.read_text("utf-8"))
    return [_case(path.stem, head.strip().splitlines(), part) for part in parts]


def _case(group: str, head: list[str], part: str) -> Case:
    name, *lines = part.splitlines()
    files: dict[str, list[str]] = {}
    expected, needs, versions = [], (), None
    current = [] if "--- " in part else files.setdefault("models.py", [*head, "", ""])
    for line in lines:
        if line.startswith("--- "):
            current = files.setdefault(line[4:].strip(), [])
        elif line == "%head":
            current.extend(head)
        elif line.startswith("=> "):
            found = EXPECTED.match(line)
            if found is None:
                raise ValueError(f"{group}: {name}: {line}")
            only = frozenset((found["versions"] or "").split()) or ALL
            expected.append(
                Expected(
                    found["severity"],
                    found["kind"],
                    found["owner"] or "",
                    found["attribute"] or "",
                    only,
                    bool(found["todo"]),
                )
            )
        elif line.startswith("needs: "):
            needs = tuple(line[7:].split())
        elif line.startswith("only: "):
            versions = frozenset(line[6:].split())
        else:
            current.append(line)
    if len(files) > 1:  # a program that imports them all
        files["main.py"] = [f"import {file[:-3].removesuffix('/__init__').replace('/', '.')}" for file in files]
    both = {file: sides(text) for file, text in files.items()}
    wrong = {file: texts[0] for file, texts in both.items()}
    right = {file: texts[1] for file, texts in both.items()}
    if versions is None:
        versions = ALL - {"1.4"} if any(NEW.search(text) for text in (*wrong.values(), *right.values())) else ALL
    return Case(name, group, wrong, right, tuple(expected), needs, versions)


@cache
def written() -> tuple[Case, ...]:
    """All of them, in the order of their files."""
    return tuple(case for path in sorted(CASES.glob("*.diff")) for case in read(path))
