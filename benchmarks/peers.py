"""Other tools that may be installed, and how each is asked for the nearest thing to what atomlint does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SEMGREP_RULE = """\
rules:
  - {id: bare, languages: [python], severity: INFO, message: a bare except, pattern: "try: ... \\nexcept: ..."}
"""


@dataclass(frozen=True)
class Peer:
    """A tool to compare with."""

    name: str
    what: str
    """What the run looks for."""
    arguments: Callable[[Path], Sequence[str]]
    """Those before the files; a scratch directory is given."""
    slow: bool = True
    """Whether it takes minutes on a large project."""


def _semgrep(scratch: Path) -> Sequence[str]:
    rule = scratch / "semgrep.yml"
    rule.write_text(SEMGREP_RULE, "utf-8")
    return ("scan", "--quiet", "--metrics=off", "--disable-version-check", "--no-git-ignore", f"--config={rule}")


PEERS = (
    Peer("ruff", "default rules", lambda _: ("check", "--no-cache", "--isolated", "--exit-zero"), slow=False),
    Peer("flake8", "F", lambda _: ("--isolated", "--select=F", "--exit-zero")),
    Peer("bandit", "default rules", lambda _: ("-q", "--exit-zero")),
    Peer("fixit", "default rules", lambda _: ("--quiet", "lint")),
    Peer("pylint", "errors only", lambda _: (f"--rcfile={os.devnull}", "--errors-only", "--exit-zero", "--jobs=0")),
    Peer("semgrep", "one local rule", _semgrep),
)


def executable(name: str) -> str | None:
    """A command beside this Python, else on PATH."""
    return shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)


def version(command: str, env: Mapping[str, str]) -> str:
    """What a command says its version is: the first word with a digit."""
    done = subprocess.run([command, "--version"], env=dict(env), capture_output=True, text=True, check=False)
    words = (done.stdout or done.stderr).replace("(", " ").split()
    return next((word for word in words if word[0].isdigit()), "?")
