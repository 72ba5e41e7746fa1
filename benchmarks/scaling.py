"""How time grows with the size of a project: a checkout's packages, again and again under new names.

Usage: ``python benchmarks/scaling.py CHECKOUT [--copies 1,5,10,20,40] [--markdown FILE]``

Each size is the checkout's Python files that many times, every copy below a directory of its own, so that its imports
resolve within it. Rules, options and cache are the default ones, and nothing is kept between runs. The columns are CPU
seconds a stage and a million lines: they are equal where time grows linearly. With ``--markdown`` the table replaces the
one between ``<!-- scaling -->`` and ``<!-- end of scaling -->``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from checkout import count_lines, listed
from measure import MB, run
from tables import parse_timings, table

STAGES = ("prefilter", "secrets", "facts", "link")
LIMIT = 3600.0
HEAD = (
    "lines",
    "files",
    "wall s",
    "CPU s",
    "peak GB",
    *(f"{name} s" for name in STAGES),
    "CPU s a M lines",
    "link s a M lines",
)


def replicate(source: Path, target: Path, copies: int) -> list[str]:
    """Copy a checkout's Python files below ``copies`` directories; the files, relative to ``target``."""
    names = [name for name in listed(source) if name.endswith(".py") and not (source / name).is_symlink()]
    made = []
    for number in range(copies):
        for name in names:
            place = target / f"copy{number:02d}" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, place)
            made.append(place.relative_to(target).as_posix())
    return made


def measured(source: Path, copies: int) -> list[str]:
    """The cells of one size."""
    with tempfile.TemporaryDirectory() as scratch:
        root, errors, report = Path(scratch, "tree"), Path(scratch, "err"), Path(scratch, "report.json")
        root.mkdir()
        files = replicate(source, root, copies)
        (root / "atomlint.toml").write_text("", "utf-8")
        command = shutil.which("atomlint") or str(Path(sys.executable).with_name("atomlint"))
        argv = [
            command,
            "check",
            "--no-cache",
            "--exit-zero",
            "--timings",
            "--quiet",
            "-o",
            f"json={report}",
        ]
        done = run(argv, root, dict(os.environ), LIMIT, errors)
        stages = parse_timings(errors.read_text("utf-8"))
        findings = len(json.loads(report.read_text("utf-8"))["findings"])
        lines = count_lines(root, files) / MB
    print(f"{lines:.2f} M lines: {done.cpu:.1f} s, {findings} findings, status {done.status}", file=sys.stderr)
    each = [f"{stages.get(name, 0.0):.1f}" for name in STAGES]
    return [
        f"{lines:.2f} M", f"{len(files):,}", f"{done.wall:.1f}", f"{done.cpu:.1f}", f"{done.peak / 1e9:.2f}", *each,
        f"{done.cpu / lines:.1f}", f"{stages.get('link', 0.0) / lines:.2f}",
    ]  # fmt: skip


def main() -> int:
    """Measure every size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--copies", default="1,5,10,20,40")
    parser.add_argument("--markdown", type=Path)
    args = parser.parse_args()
    rows = [measured(args.checkout.resolve(), int(copies)) for copies in args.copies.split(",")]
    text = table(HEAD, rows, set())
    print(text)
    if args.markdown is not None:
        whole = args.markdown.read_text("utf-8")
        before, _, rest = whole.partition("<!-- scaling -->")
        after = rest.partition("<!-- end of scaling -->")[2]
        args.markdown.write_text(f"{before}<!-- scaling -->\n\n{text}\n\n<!-- end of scaling -->{after}", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
