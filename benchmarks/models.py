"""Time atomlint on one large module of mapped classes, beside the parsers that read it.

    python benchmarks/models.py [--classes N] [--runs N]

The module is written anew each time and is the same each time. Commands take turns (A B A B), the first round is not
counted, and ratios are medians of the ratios round by round. Needs Linux or macOS.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from measure import Run, Series, run
from modelled import module
from peers import executable
from tables import Row, figures, parse_timings, stages

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMIT = 300.0
NAME = "models.py"
PARSED = "libcst.parse_module"
LIBCST = "import libcst, pathlib; libcst.parse_module(pathlib.Path('models.py').read_text('utf-8'))"


@dataclass
class Case:
    """A command to time."""

    name: str
    argv: Sequence[str]
    forget: bool = False
    """Whether the cache is cleared before it."""
    runs: list[Run] = field(default_factory=list)


def cases() -> list[Case]:
    """What is timed, peers first."""
    installed = executable("atomlint")
    check = [*([installed] if installed else [sys.executable, "-m", "atomlint"]), "check", "--exit-zero"]
    found = [Case(PARSED, [sys.executable, "-c", LIBCST])]
    ruff = executable("ruff")
    if ruff:
        select = ["--select", "F", "--isolated", "--exit-zero"]
        found.append(Case("ruff --select F --no-cache", [ruff, "check", "--no-cache", *select, NAME]))
    return [
        *found,
        Case("atomlint, cold (--no-cache)", [*check, "--no-cache"]),
        Case("atomlint, cold, filling the cache", check, forget=True),
        Case("atomlint, warm", check),
        Case("atomlint, cold, orm rules only", [*check, "--no-cache", "--select", "orm"]),
    ]


def measured(classes: int, runs: int) -> str:
    """The report."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory(prefix="atomlint-models-") as scratch:
        root, cache, said = Path(scratch, "project"), Path(scratch, "cache"), Path(scratch, "stderr")
        root.mkdir()
        env |= {"ATOMLINT_CACHE_DIR": str(cache), "NO_COLOR": "1"}
        text = module(classes)
        (root / NAME).write_text(text, "utf-8")
        (root / "pyproject.toml").write_text('[project]\nname = "stored"\nversion = "1"\n', "utf-8")
        subprocess.run(["git", "init", "--quiet", "."], cwd=root, check=True)
        subprocess.run(["git", "add", "."], cwd=root, check=True)
        load = os.getloadavg()[0]
        timed = cases()
        for turn in range(runs + 1):
            for case in timed:
                if case.forget:
                    shutil.rmtree(cache, ignore_errors=True)
                done = run(case.argv, root, env, LIMIT)
                if turn:
                    case.runs.append(done)
        cold = next(case for case in timed if "--no-cache" in case.argv and "atomlint" in case.name)
        run([*cold.argv, "--timings"], root, env, LIMIT, stderr=said)
        columns = {"cold": parse_timings(said.read_text("utf-8", "replace"))}
    rows = [Row(case.name, Series(case.runs), PARSED) for case in timed]
    size = f"{text.count(chr(10)):,} lines and {classes} mapped classes"
    loads = f"load {load:.1f} before, {os.getloadavg()[0]:.1f} after"
    about = f"- a module of {size}; {os.cpu_count()} cores; {loads}"
    return "\n\n".join([about, figures(rows), stages(columns)])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classes", type=int, default=400, metavar="N", help="mapped classes (default: 400)")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="counted runs of each command (default: 5)")
    options = parser.parse_args(arguments)
    print(measured(options.classes, options.runs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
