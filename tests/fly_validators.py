"""The table of docs/fly-validators.md: what three validators say of faulty Fly.io configurations.

``python tests/fly_validators.py`` writes the page; ``tests/test_fly_validators.py`` holds it against this.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from jsonschema import Draft7Validator

from atomlint.testing import check_files
from atomlint.toml import loads

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data" / "fly"
PAGE = ROOT / "docs" / "fly-validators.md"
VERDICTS = {"silent": "nothing", "warns": "warns, and deploys", "rejects": "rejects the file"}
HEAD = """<!-- Written by tests/fly_validators.py. -->

# What validators say of faulty fly.toml files

{count} configurations with one fault each (`tests/data/fly/faulty/`), and what is said of them by

- `fly config validate`, by flyctl's source at ad0172f (August 2026): what its decoder rejects and its validators check;
- SchemaStore's JSON schema of `fly.toml`, which Even Better TOML and taplo use in editors;
- atomlint with its default rules, on the line of the fault.

flyctl says nothing of {silent} of them, and the schema nothing of {unseen}. Of {valid} further configurations, without a
fault and taken by flyctl, the schema rejects {refused}.

| fault | `fly config validate` | SchemaStore | atomlint |
| --- | --- | --- | --- |
"""


class Fault(NamedTuple):
    """One file of the data."""

    name: str
    text: str
    what: str
    flyctl: str


def faults() -> list[Fault]:
    """All files, by name."""
    found = []
    for path in sorted((DATA / "faulty").glob("*.toml")):
        text = path.read_text("utf-8")
        head = [line.partition(": ")[2] for line in text.splitlines()[:2]]
        found.append(Fault(path.stem, text, head[0], head[1]))
    return sorted(found, key=lambda fault: (list(VERDICTS).index(fault.flyctl), fault.name))


def schema_says(text: str) -> str:
    """The first complaint of the schema, without values; nothing when it takes the file."""
    try:
        data = loads(text)
    except ValueError:
        return "no TOML"
    schema = json.loads((DATA / "schemastore.json").read_text("utf-8"))
    errors = sorted(Draft7Validator(schema).iter_errors(data), key=lambda e: list(map(str, e.absolute_path)))
    if not errors:
        return "nothing"
    where = ".".join(str(key) for key in errors[0].absolute_path if not isinstance(key, int))
    return f"{where or 'the file'}: {errors[0].validator}"


def atomlint_says(files: list[Fault]) -> dict[str, list[tuple[str, int]]]:
    """Rules and lines of the default findings, by file."""
    report = check_files({f"{fault.name}/fly.toml": fault.text for fault in files})
    found = defaultdict(list)
    for finding in report.active:
        found[finding.span.path.partition("/")[0]].append((finding.rule, finding.span.start.line))
    return found


def valid_files() -> list[str]:
    """The good fixtures of the family that are one file, and of which no other rule says anything either."""
    paths = sorted((ROOT / "tests/fixtures/fly").glob("*/good*.fly.toml"))
    files = [Fault(str(number), path.read_text("utf-8"), "", "silent") for number, path in enumerate(paths)]
    found = atomlint_says(files)
    return [file.text for file in files if not found[file.name]]


def page() -> str:
    """The whole page."""
    files = faults()
    ours = atomlint_says(files)
    rows, unseen = [], 0
    for fault in files:
        schema = schema_says(fault.text)
        unseen += schema == "nothing"
        rules = ", ".join(f"`{rule}`" for rule in dict.fromkeys(rule for rule, _ in ours[fault.name]))
        rows.append(f"| {fault.what} | {VERDICTS[fault.flyctl]} | {schema} | {rules or 'nothing'} |")
    valid = valid_files()
    head = HEAD.format(
        count=len(files),
        silent=sum(fault.flyctl == "silent" for fault in files),
        unseen=unseen,
        valid=len(valid),
        refused=sum(schema_says(text) != "nothing" for text in valid),
    )
    return head + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(f"wrote {PAGE.write_text(page(), encoding='utf-8', newline=chr(10))} characters\n")
