"""Commands timed as whole processes, by what the operating system accounts for each one when it has ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MB = 1_000_000
LONG = 60.0
"""Seconds of a run from which on a peer is not run again."""


@dataclass(frozen=True)
class Run:
    """One finished process with everything it started and waited for."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds, user and system, of all its processes."""
    peak: int
    """Bytes of the largest single process; never less than this program's own, from which it was started."""
    status: int | None
    """What it exited with; None when it was stopped at the limit."""

    @property
    def is_long(self) -> bool:
        """Whether once is enough."""
        return self.status is None or self.wall > LONG


def run(argv: Sequence[str], cwd: Path, env: Mapping[str, str], limit: float, stderr: Path | None = None) -> Run:
    """Run a command to its end, or to the limit in seconds; what it prints is thrown away, or kept for ``stderr``."""
    errors = subprocess.DEVNULL if stderr is None else os.open(stderr, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    stopped = threading.Event()
    try:
        start = time.perf_counter()
        process = _start(argv, cwd, env, errors)

        def stop() -> None:
            stopped.set()
            _kill(process)

        timer = threading.Timer(limit, stop)
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
        except BaseException:
            _kill(process)
            raise
        finally:
            timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    finally:
        if errors != subprocess.DEVNULL:
            os.close(errors)
    unit = 1 if sys.platform == "darwin" else 1024
    exited = None if stopped.is_set() else process.returncode
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit, exited)


def tree_peak(argv: Sequence[str], cwd: Path, env: Mapping[str, str], limit: float, every: float = 0.02) -> int | None:
    """Bytes of all processes of a command together, at the worst moment seen; None where there is no ``/proc``.

    A run of its own, because looking costs time. Pages that processes share are counted once (``Pss``).
    """
    if not Path("/proc/self/smaps_rollup").exists():
        return None
    process = _start(argv, cwd, env, subprocess.DEVNULL)
    deadline = time.monotonic() + limit
    worst = 0
    try:
        while process.poll() is None and time.monotonic() < deadline:
            worst = max(worst, sum(_share(pid) for pid in _session(process.pid)))
            time.sleep(every)
    finally:
        _kill(process)
        process.wait()
    return worst


def _start(argv: Sequence[str], cwd: Path, env: Mapping[str, str], errors: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv,
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        start_new_session=True,  # so that a limit ends the processes it started too
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _session(leader: int) -> list[int]:
    """The processes of a session."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208 - looked at often
        with suppress(OSError, ValueError, IndexError):
            # The name in parentheses may hold anything; the session is the fourth field after it.
            if int(Path(f"/proc/{name}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[3]) == leader:
                found.append(int(name))
    return found


def _share(pid: int) -> int:
    with suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


@dataclass
class Series:
    """The counted runs of one command, in the order of the rounds."""

    runs: list[Run]

    @property
    def wall(self) -> float:
        """The median, in seconds."""
        return median(run.wall for run in self.runs)

    @property
    def span(self) -> tuple[float, float]:
        """The quickest and the slowest, in seconds."""
        return min(run.wall for run in self.runs), max(run.wall for run in self.runs)

    @property
    def cpu(self) -> float:
        """The median, in seconds."""
        return median(run.cpu for run in self.runs)

    @property
    def peak(self) -> int:
        """The largest, in bytes."""
        return max(run.peak for run in self.runs)

    @property
    def statuses(self) -> list[int | None]:
        """Every exit status there was; None for runs stopped at the limit."""
        return sorted({run.status for run in self.runs}, key=lambda status: (status is None, status))

    def ratio(self, other: Series) -> float:
        """The median of the ratios round by round, so that a machine that slows down does so on both sides."""
        return median(mine.wall / its.wall for mine, its in zip(self.runs, other.runs, strict=False))
