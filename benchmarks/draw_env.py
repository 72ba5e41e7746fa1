"""Draw settings of `atomlint env --format json` to be checked by hand against the source.

    atomlint env --format json > env.json
    python benchmarks/draw_env.py env.json --seed 5 --count 30 > benchmarks/judged/env-NAME.tsv

One line a setting: name, types, whether it is required, its defaults, whether it is read on import, where it is read and
set, and a verdict to fill in: `right` when all of that is so, else `wrong` and what is.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

COLUMNS = ("setting", "types", "required", "defaults", "when", "read", "set", "verdict", "reason")


def row(setting: dict[str, Any]) -> list[str]:
    """The columns of one setting, without a verdict."""
    reads = [f"{read['path']}:{read['line']}" for read in setting["reads"]]
    places = [f"{place['kind']} {place['path']}" for place in setting["set"]]
    return [
        setting["name"],
        ", ".join(setting["types"]),
        "required" if setting["required"] else "optional",
        " | ".join(setting["defaults"]) or "none",
        "import" if setting["at_import"] else "later",
        f"{reads[0]}{f' and {len(reads) - 1} more' if len(reads) > 1 else ''}",
        f"{places[0]}{f' and {len(places) - 1} more' if len(places) > 1 else ''}" if places else "nowhere",
    ]


def main() -> None:
    """Print the drawn settings by name."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("report", type=Path)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--count", type=int, default=30)
    given = parser.parse_args()
    settings = json.loads(given.report.read_text("utf-8"))["settings"]
    drawn = random.Random(given.seed).sample(settings, min(given.count, len(settings)))
    print("\t".join(COLUMNS))
    for setting in sorted(drawn, key=lambda setting: setting["name"]):
        print("\t".join([*row(setting), "", ""]))


if __name__ == "__main__":
    main()
