"""The baseline: findings that a project has accepted for now, by fingerprint and number."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from os import PathLike

    from .finding import Finding

VERSION = 1


class _Baseline(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    findings: dict[str, Annotated[int, msgspec.Meta(ge=1)]]


def load(path: str | PathLike[str]) -> dict[str, int]:
    """How many findings of each fingerprint a baseline file accepts.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no baseline; one line that names the file and what is wrong with it.
    """
    try:
        read = msgspec.json.decode(Path(path).read_bytes(), type=_Baseline)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{path}: not a baseline: {reason}; write it anew") from None
    if read.version != VERSION:
        raise ValueError(f"{path}: a baseline of version {read.version}, this atomlint reads version {VERSION}")
    return read.findings


def write(path: str | PathLike[str], findings: Iterable[Finding]) -> int:
    """Write a baseline of the findings that are not suppressed; returns their number.

    Equal findings give equal bytes, and the file is replaced as a whole or not at all.

    Raises:
        OSError: the file cannot be written.
        ValueError: a finding has no fingerprint.
    """
    import json
    import os

    counts = Counter(finding.fingerprint for finding in findings if finding.suppressed is None)
    if "" in counts:
        raise ValueError("a finding without a fingerprint cannot stand in a baseline")
    text = json.dumps({"version": VERSION, "findings": dict(sorted(counts.items()))}, indent=2) + "\n"
    target = Path(path)
    draft = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    try:
        draft.write_bytes(text.encode())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return counts.total()


def mark(findings: Iterable[Finding], baseline: Mapping[str, int]) -> tuple[list[Finding], dict[str, int]]:
    """Mark as many findings of each fingerprint as the baseline accepts, in the order given.

    A suppressed finding uses nothing up.

    Returns:
        All findings, and what was accepted but not found: the stale entries, sorted.
    """
    left = dict(baseline)
    done: list[Finding] = []
    for finding in findings:
        if finding.suppressed is None and left.get(finding.fingerprint, 0) > 0:
            left[finding.fingerprint] -= 1
            done.append(msgspec.structs.replace(finding, baselined=True))
        else:
            done.append(finding)
    return done, {name: count for name, count in sorted(left.items()) if count > 0}
