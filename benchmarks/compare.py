"""Time atomlint on a project, beside the start of Python, Ruff and whichever other linters are installed.

    python benchmarks/compare.py PATH [--runs N] [--peers ruff,fixit] [--quick] [--limit MINUTES] [--markdown FILE]

Everything runs in a private copy of the project; PATH is only read. Commands that are compared take turns (A B A B),
so that a machine that slows down does so on both sides; ratios are medians of the ratios round by round. Needs
Linux or macOS.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from checkout import Target, UnfitError, prepare
from measure import Run, Series, run, tree_peak
from peers import PEERS, Peer, executable, version
from tables import Row, figures, parse_timings, put, stages

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CLICK, LIBCST, RUFF = "python -c 'import click'", "python -c 'import libcst'", "ruff --select F --no-cache"
BRIEF = 0.3
"""Seconds below which the memory of all processes is not looked at: too few looks fit in."""
ARGUMENTS = 1_500_000
"""Bytes of file names that fit on one command line with room to spare."""


def nothing(_: int) -> None:
    """Prepare nothing."""


@dataclass
class Case:
    """A command to time, and what is done before each round of it, untimed."""

    name: str
    argv: Sequence[str]
    against: str = ""
    aim: float | None = None
    prepare: Callable[[int], None] = nothing
    few: bool = False
    """Whether it has no warm-up run, at most three runs, and only one when that takes long."""
    runs: list[Run] = field(default_factory=list)


class Bench:
    """One project's private copy, and the commands timed in it."""

    def __init__(self, scratch: Path, source: Path, options: argparse.Namespace) -> None:
        self.scratch = scratch
        self.root = scratch / "project"
        self.cache = scratch / "cache"
        self.options = options
        self.limit = options.limit * 60
        self.env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.env |= {"ATOMLINT_CACHE_DIR": str(self.cache), "NO_COLOR": "1"}
        say("copying the project")
        self.checkout = prepare(source, self.root, options.changed)
        self.texts: dict[str, str] = {}
        for target in (self.checkout.ordinary, self.checkout.hub):
            self.texts[target.path] = (self.root / target.path).read_bytes().decode("utf-8")
        installed = executable("atomlint")
        self.atomlint = [installed] if installed else [sys.executable, "-m", "atomlint"]
        self.counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        self.rows: list[Row] = []

    def check(self, *arguments: str) -> list[str]:
        """A run of ``atomlint check``."""
        return [*self.atomlint, "check", "--exit-zero", *arguments]

    # --- what is timed ---------------------------------------------------------------------------------------------

    def measure(self) -> None:
        """Time everything, a group of commands at a time."""
        ruff = executable("ruff")
        names = self.checkout.python
        files = names if sum(len(os.fsencode(name)) + 1 for name in names) < ARGUMENTS else ["."]
        lint = [ruff or "ruff", "check", "--no-cache", "--select", "F", "--isolated", "--exit-zero", *files]
        peers = [self.peer(peer, files) for peer in PEERS if self.wanted(peer)]
        self.group(
            "the whole project",
            [
                *([Case(RUFF, lint)] if ruff else []),
                Case("atomlint, cold (--no-cache)", self.check("--no-cache"), RUFF, 3),
                Case("atomlint, cold, filling the cache", self.check(), RUFF, prepare=self.forget),
                Case("atomlint, warm, nothing changed", self.check(), RUFF, 1),
                *peers,
            ],
        )
        self.group(
            "starting up",
            [
                Case(CLICK, [sys.executable, "-c", "import click"]),
                Case("atomlint --version", [*self.atomlint, "--version"], CLICK, 1.5),
                Case("atomlint, one unchanged file", self.hook(self.checkout.ordinary.path), CLICK, 3),
            ],
        )
        changes = self.changes("ordinary file", self.checkout.ordinary)
        if self.checkout.hub != self.checkout.ordinary:
            changes += self.changes("hub", self.checkout.hub)
        self.group("one change", [Case(LIBCST, [sys.executable, "-c", "import libcst"]), *changes])

    def hook(self, name: str) -> list[str]:
        """How pre-commit calls atomlint."""
        return self.check("--force-exclude", name)

    def changes(self, what: str, target: Target) -> list[Case]:
        """One change in one file: of the whole project, and of the file alone as pre-commit names it."""
        whole, alone = self.check(), self.hook(target.path)
        return [
            Case(f"atomlint, {what}: a comment line", whole, LIBCST, prepare=self.changer(target, 1)),
            Case(f"atomlint, {what}: a statement", whole, LIBCST, prepare=self.changer(target, 2)),
            Case(f"atomlint, {what} alone: a comment's words", alone, LIBCST, 3, self.changer(target, 0)),
            Case(f"atomlint, {what} alone: a comment line", alone, LIBCST, 3, self.changer(target, 1)),
            Case(f"atomlint, {what} alone: a statement", alone, LIBCST, 3, self.changer(target, 2)),
        ]

    def wanted(self, peer: Peer) -> bool:
        """Whether a peer is installed and is to be run."""
        if executable(peer.name) is None:
            return False
        if self.options.peers is not None:
            return peer.name in self.options.peers
        return not (self.options.quick and peer.slow)

    def peer(self, peer: Peer, files: Sequence[str]) -> Case:
        """A peer on the same files."""
        argv = [executable(peer.name) or peer.name, *peer.arguments(self.scratch), *files]
        return Case(f"{peer.name} ({peer.what})", argv, RUFF, few=True)

    # --- before a run ----------------------------------------------------------------------------------------------

    def forget(self, _: int) -> None:
        """Clear the cache."""
        shutil.rmtree(self.cache, ignore_errors=True)

    def changer(self, target: Target, kind: int) -> Callable[[int], None]:
        """Changes one thing in a file: a comment's words (0), its lines (1) or its code (2), as it never was before."""

        def change(_: int) -> None:
            counts = self.counts[target.path]
            counts[kind] += 1
            text = target.changed(self.texts[target.path], *counts)
            (self.root / target.path).write_bytes(text.encode())

        return change

    # --- rounds ----------------------------------------------------------------------------------------------------

    def group(self, title: str, cases: Sequence[Case]) -> None:
        """Run commands in turn, one uncounted round first; then once more each for the memory of all processes."""
        for turn in range(self.options.runs + 1):
            say(f"{title}: round {turn} of {self.options.runs}")
            for case in cases:
                if case.few and (turn == 0 or turn > 3 or (case.runs and case.runs[0].is_long)):
                    continue
                case.prepare(turn)
                done = run(case.argv, self.root, self.env, self.limit)
                if turn:
                    case.runs.append(done)
        say(f"{title}: memory")
        for case in cases:
            row = Row(case.name, Series(case.runs), case.against, case.aim)
            if row.series.wall > BRIEF and not case.runs[0].is_long:
                case.prepare(0)
                row.tree = tree_peak(case.argv, self.root, self.env, self.limit)
            self.rows.append(row)

    def timings(self) -> str:
        """CPU seconds a stage of single runs."""
        columns = {}
        for title, arguments, before in (
            ("cold", ["--no-cache"], nothing),
            ("filling", [], self.forget),
            ("nothing changed", [], nothing),
            ("a statement", [], self.changer(self.checkout.ordinary, 2)),
            ("a statement in the hub", [], self.changer(self.checkout.hub, 2)),
        ):
            before(0)
            said = self.scratch / "stderr"
            run(self.check("--timings", *arguments), self.root, self.env, self.limit, stderr=said)
            columns[title] = parse_timings(said.read_text("utf-8", "replace"))
        return stages(columns)

    # --- the report ------------------------------------------------------------------------------------------------

    def about(self, load: Sequence[float]) -> str:
        """The machine, the versions and the project."""
        tools = [peer.name for peer in PEERS if peer.name == "ruff" or self.wanted(peer)]
        versions = [f"atomlint {version(self.atomlint[0], self.env) if len(self.atomlint) == 1 else '?'}"]
        versions += [f"{name} {version(path, self.env)}" for name in tools if (path := executable(name))]
        versions += [f"{name} {packaged(name)}" for name in ("click", "libcst")]
        found = self.checkout
        loads = f"{load[0]:.1f} before, {os.getloadavg()[0]:.1f} after"
        return "\n".join(
            [
                f"- machine: {os.cpu_count()} cores, {processor()}; {platform.system()}; load {loads}",
                f"- Python {platform.python_version()}; {', '.join(versions)}",
                f"- project: {len(found.python):,} Python files, {found.lines:,} lines",
                f"- ordinary file: `{found.ordinary.path}`, {found.ordinary.lines:,} lines",
                f"- hub: `{found.hub.path}`, {found.hub.lines:,} lines",
            ]
        )


def packaged(name: str) -> str:
    """The version of a package of this Python."""
    from importlib.metadata import version as of

    return of(name)


def processor() -> str:
    """The processor's name, as far as the system tells."""
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def say(what: str) -> None:
    """What is going on, on standard error."""
    print(f"compare: {what}", file=sys.stderr, flush=True)


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, metavar="PATH", help="the project to time on; it is only read")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="counted runs of each command (default: 5)")
    parser.add_argument("--peers", type=lambda text: text.split(","), metavar="NAMES", help="only these other tools")
    parser.add_argument("--quick", action="store_true", help="no other tool that takes minutes")
    parser.add_argument("--limit", type=float, default=5.0, metavar="MINUTES", help="stop a run then (default: 5)")
    parser.add_argument(
        "--changed", metavar="FILE", help="the file to change, relative to PATH (default: two are chosen)"
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables between the markers of a file")
    options = parser.parse_args(arguments)
    if not hasattr(os, "wait4"):
        parser.error("this system has no wait4 to account for a process with")
    if options.runs < 1:
        parser.error("--runs: at least 1")
    if unknown := sorted(set(options.peers or ()) - {peer.name for peer in PEERS}):
        parser.error(f"--peers: {', '.join(unknown)}: not one of {', '.join(peer.name for peer in PEERS)}")
    if not options.path.is_dir():
        parser.error(f"no such directory: {options.path}")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    options = parsed(arguments)
    load = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="atomlint-benchmark-") as scratch:
        try:
            bench = Bench(Path(scratch), options.path.resolve(), options)
        except UnfitError as error:
            print(f"compare: {error}", file=sys.stderr)
            return 2
        bench.measure()
        stage_table = bench.timings()
        text = "\n\n".join(
            [bench.about(load), figures(bench.rows), "CPU seconds a stage, of single runs:", stage_table]
        )
    print(text)
    if options.markdown:
        put(options.markdown, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
