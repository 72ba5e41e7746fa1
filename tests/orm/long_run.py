"""Many generated models: how often atomlint and SQLAlchemy disagree, and on what, each kind of disagreement once and shrunk.

``python -m tests.orm.long_run --examples 100000 --seed 1``
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from .agreement import Tally
from .generated import Disagreement, disagreements, drawn, shrunk
from .judge import Judge, interpreter_of, own_version

CHUNK = 1000


def main() -> int:
    """The status is 1 when there was a disagreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=20, help="kinds of disagreement to shrink and print")
    parser.add_argument("--version", default=own_version(), help="of SQLAlchemy: 1.4, 2.0 or 2.1")
    given = parser.parse_args()
    interpreter = interpreter_of(given.version)
    if interpreter is None:
        print(f"SQLAlchemy {given.version} is not installed: python tools/sqlalchemy_versions.py", file=sys.stderr)
        return 2
    judge = Judge(interpreter)
    tally, kinds, first = Tally(), Counter[tuple[str, ...]](), dict[tuple[str, ...], Disagreement]()
    done = of_valid = 0
    start = time.monotonic()
    for turn in range((given.examples + CHUNK - 1) // CHUNK):
        graphs = drawn(min(CHUNK, given.examples - done), start=given.seed * 1_000_003 + turn)
        for one in disagreements(judge, graphs, tally):
            signature = one.agreement.signature()
            kinds[signature] += 1
            of_valid += not one.done and any("false" in part for part in signature)
            if signature not in first:
                first[signature] = one
        done += len(graphs)
        wrong = sum(kinds.values())
        print(
            f"{done} examples, {wrong} disagreements ({1000 * wrong / max(done, 1):.2f} in 1,000), {time.monotonic() - start:.0f} s",
            flush=True,
        )
    print(
        f"SQLAlchemy {given.version}: {done} examples, {sum(kinds.values())} disagreements, {of_valid} of them false on valid models"
    )
    print("\n".join(tally.lines()))
    for signature, count in kinds.most_common(given.show):
        least = shrunk(judge, first[signature])
        print(f"\n=== {count} times: {'; '.join(signature)}\n{', '.join(least.done) or 'valid'}\n{least.agreement}")
        for path, text in least.files.items():
            if text.strip():
                print(f"--- {path}\n{text.strip()}")
    judge.close()
    return 1 if kinds else 0


if __name__ == "__main__":
    raise SystemExit(main())
