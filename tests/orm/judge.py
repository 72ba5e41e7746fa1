"""SQLAlchemy's answers, from a process for each version that is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from .messages import Told, told

COURT = Path(__file__).parent / "court.py"
ENVIRONMENTS = Path(os.environ.get("ATOMLINT_SQLALCHEMY", Path(__file__).parents[2] / ".venv" / "sqlalchemy"))
"""Where ``tools/sqlalchemy_versions.py`` puts the other versions: a virtual environment each."""
VERSIONS = ("1.4", "2.0", "2.1")


class Judge:
    """One interpreter with SQLAlchemy loaded, which forks a child for every request."""

    def __init__(self, interpreter: str, *libraries: str) -> None:
        self.process = subprocess.Popen(
            [interpreter, str(COURT), *libraries], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        hello = json.loads(self.process.stdout.readline())
        self.version = ".".join(hello["version"].split(".")[:2])
        self.libraries = frozenset(hello["libraries"])

    def ask(self, **request) -> dict:
        """Raises ``RuntimeError`` when the judge itself failed."""
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline())
        if "crash" in said:
            raise RuntimeError(said["crash"])
        return said

    def outcomes(self, files: dict[str, str]) -> list[Told]:
        """What models given as texts provoke; every module is imported, in the files' order."""
        return told(self.ask(files=files, modules=[module_name(path) for path in files])["outcomes"])

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def interpreter_of(version: str) -> str | None:
    """An interpreter that has a version of SQLAlchemy; None where it was not installed."""
    if version == own_version():
        return sys.executable
    place = ENVIRONMENTS / version / "bin" / "python"
    return str(place) if place.exists() else None


@cache
def own_version() -> str:
    from importlib.metadata import version

    return ".".join(version("sqlalchemy").split(".")[:2])
