"""Many generated models: how often atomlint and SQLAlchemy disagree, and on what, each kind of disagreement once and shrunk.

``python -m tests.orm.long_run --examples 100000 --seed 1 --jobs 2 --state run.json``

A run is made of shards, each drawn from a seed of its own. The state holds what each of them gave: a run that was ended goes
on where it was, and the seed and the number of a shard are enough to see its examples again.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .agreement import Tally
from .generated import Disagreement, disagreements, drawn, shrunk
from .judge import Judge, interpreter_of, own_version

if TYPE_CHECKING:
    from concurrent.futures import Future

SHARD = 500
"""Examples that are drawn from one seed."""


@cache
def judge_of(version: str) -> Judge:
    """One for each process."""
    interpreter = interpreter_of(version)
    assert interpreter is not None
    return Judge(interpreter)


def shard(version: str, seed: int, number: int, size: int) -> dict[str, Any]:
    """One part of a run, as it is kept."""
    tally, kinds = Tally(), Counter[str]()
    first: dict[str, dict[str, Any]] = {}
    of_valid = 0
    graphs = drawn(size, start=seed * 1_000_003 + number, version=version)
    for one in disagreements(judge_of(version), graphs, tally):
        signature = "; ".join(one.agreement.signature())
        kinds[signature] += 1
        of_valid += not one.done and bool(one.agreement.false)
        first.setdefault(signature, {"files": one.files, "done": one.done, "told": str(one.agreement)})
    return {
        "examples": len(graphs),
        "valid": sum(not graph.done for graph in graphs),
        "false on valid": of_valid,
        "kinds": kinds,
        "first": first,
        "tally": tally.counts(),
    }


class Run:
    """What is kept of a run."""

    def __init__(self, path: Path | None, version: str, seed: int) -> None:
        self.path = path
        self.known: dict[str, Any] = {"version": version, "seed": seed, "size": SHARD, "shards": {}}
        if path is not None and path.exists():
            known = json.loads(path.read_text("utf-8"))
            if all(known[name] == self.known[name] for name in ("version", "seed", "size")):
                self.known = known
        self.shards: dict[str, dict[str, Any]] = self.known["shards"]

    def add(self, number: int, found: dict[str, Any]) -> None:
        """Keep what a shard gave."""
        self.shards[str(number)] = found
        if self.path is not None:
            self.path.write_text(json.dumps(self.known, indent=1), "utf-8")

    def total(self, name: str) -> int:
        return sum(found[name] for found in self.shards.values())

    @property
    def kinds(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for one in self.shards.values():
            found.update(one["kinds"])
        return found

    def first(self, signature: str) -> dict[str, Any]:
        """The first disagreement of a kind."""
        return next(found["first"][signature] for found in self.shards.values() if signature in found["first"])

    def rate(self) -> str:
        wrong, done = sum(self.kinds.values()), self.total("examples")
        return f"{wrong} disagreements ({1000 * wrong / max(done, 1):.2f} in 1,000)"

    def lines(self) -> list[str]:
        """The closing account."""
        tally = Tally()
        for one in self.shards.values():
            tally.add_counts(one["tally"])
        done = f"{self.total('examples')} examples ({self.total('valid')} valid)"
        false = f"{self.total('false on valid')} of them false on valid models"
        return [f"SQLAlchemy {self.known['version']}: {done}, {self.rate()}, {false}", *tally.lines()]


def main() -> int:
    """The status is 1 when there was a disagreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--state", type=Path, help="a JSON file that the run is kept in and goes on from")
    parser.add_argument("--show", type=int, default=20, help="kinds of disagreement to shrink and print")
    parser.add_argument("--version", default=own_version(), help="of SQLAlchemy: 1.4, 2.0 or 2.1")
    given = parser.parse_args()
    if interpreter_of(given.version) is None:
        print(f"SQLAlchemy {given.version} is not installed: python tools/sqlalchemy_versions.py", file=sys.stderr)
        return 2
    run = Run(given.state, given.version, given.seed)
    go_through(run, given.examples, given.jobs)
    print("\n".join(run.lines()))
    for signature, count in run.kinds.most_common(given.show):
        show(signature, count, run.first(signature), judge_of(given.version))
    return 1 if run.kinds else 0


def go_through(run: Run, examples: int, jobs: int) -> None:
    """Do the shards that are not done, and say how far they are."""
    numbers = [n for n in range((examples + SHARD - 1) // SHARD) if str(n) not in run.shards]
    start = time.monotonic()
    with ProcessPoolExecutor(jobs) as pool:
        under_way: dict[Future[dict[str, Any]], int] = {
            pool.submit(
                shard, run.known["version"], run.known["seed"], number, min(SHARD, examples - number * SHARD)
            ): number
            for number in numbers
        }
        while under_way:
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                run.add(under_way.pop(future), future.result())
            print(
                f"{run.total('examples')} examples, {run.rate()}, {run.total('false on valid')} false on valid models, "
                f"{time.monotonic() - start:.0f} s",
                flush=True,
            )


def show(signature: str, count: int, first: dict[str, Any], judge: Judge) -> None:
    """Print a kind of disagreement on as little as it takes."""
    least = shrunk(judge, Disagreement.of(judge, first["files"], tuple(first["done"])))
    print(f"\n=== {count} times: {signature}\n{', '.join(least.done) or 'valid'}\n{least.agreement}")
    for path, text in least.files.items():
        if text.strip():
            print(f"--- {path}\n{text.strip()}")


if __name__ == "__main__":
    raise SystemExit(main())
