"""SQLAlchemy's answers, from a process for each version that is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .messages import Told, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

COURT = Path(__file__).parent / "court.py"
ENVIRONMENTS = Path(os.environ.get("ATOMLINT_SQLALCHEMY", Path(__file__).parents[2] / ".venv" / "sqlalchemy"))
"""Where ``tools/sqlalchemy_versions.py`` puts the other versions: a virtual environment each."""
AHEAD = 2
"""Requests under way at a time."""
TOGETHER = 20
"""Models that one child judges: a fork for each would cost more than judging."""
VERSIONS = ("1.4", "2.0", "2.1")


class Verdict(NamedTuple):
    """What models provoke."""

    outcomes: tuple[Told, ...]
    lost: frozenset[str]
    """Names that are not bound, because their statements failed: nothing is known of what uses them."""

    @property
    def configured(self) -> bool:
        """Whether everything could be imported, so that mappers were configured."""
        return not any(one.severity == "error" and one.phase == "import" for one in self.outcomes)


class Judge:
    """One interpreter with SQLAlchemy loaded, which forks a child for every request."""

    def __init__(self, interpreter: str, *libraries: str) -> None:
        self.process = subprocess.Popen(
            [interpreter, str(COURT), *libraries],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.sender = ThreadPoolExecutor(1)
        hello = json.loads(self.process.stdout.readline())
        self.version = ".".join(hello["version"].split(".")[:2])
        self.libraries = frozenset(hello["libraries"])

    def verdict(self, files: dict[str, str]) -> Verdict:
        """What models given as texts provoke; every module is imported, in the files' order.

        Raises:
            RuntimeError: the judge itself failed.
        """
        self.send(request(files))
        return verdict(self.receive())

    def verdicts(self, many: Iterable[dict[str, str]]) -> Iterator[Verdict]:
        """One for each; the judge works on the next ones while its answer is looked at.

        Raises:
            RuntimeError: the judge itself failed.
        """
        rest = iter(many)
        under_way = 0
        while True:
            some = [request(files) for files in islice(rest, TOGETHER)]
            if some:
                self.send(some)
                under_way += 1
            if not under_way:
                return
            if under_way == AHEAD or not some:
                yield from map(verdict, self.receive())
                under_way -= 1

    def send(self, content: object) -> None:
        """Hand a request over, in a thread of its own: neither side may wait for the other to read."""
        self.sender.submit(self._write, json.dumps(content) + "\n")

    def _write(self, line: str) -> None:
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def receive(self):
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        self.sender.shutdown()
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def request(files: dict[str, str]) -> dict[str, object]:
    return {"files": files, "modules": [module_name(path) for path in files]}


def verdict(said) -> Verdict:
    """What an answer says. Raises ``RuntimeError`` when the judge itself failed."""
    if "crash" in said:
        raise RuntimeError(said["crash"])
    return Verdict(tuple(told(said["outcomes"])), frozenset(said["lost"]))


def module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def interpreter_of(version: str) -> str | None:
    """An interpreter that has a version of SQLAlchemy; None where it was not installed."""
    if version == own_version():
        return sys.executable
    place = ENVIRONMENTS / version
    return str(place / "bin" / "python") if any(place.glob("installed-*")) else None


@cache
def own_version() -> str:
    from importlib.metadata import version

    return ".".join(version("sqlalchemy").split(".")[:2])
