"""Fixing: check and fix in turns until nothing is left to fix, and never leave a file worse than it was."""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .kinds import kind_of
from .plan import plan
from .report import Trouble
from .source import Source, SourceReader
from .splice import apply, diff, rewrite
from .statements import syntax_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .finding import Edit, Finding

__all__ = ["FixResult", "apply", "diff", "fix_to_fixpoint", "plan", "rewrite"]


@dataclass(frozen=True)
class FixResult:
    """What repeated fixing came to."""

    changed: dict[str, bytes]
    """New bytes of every file that differs from what the reader gave."""
    applied: int
    """Fixes made, over all rounds."""
    left: list[Finding]
    """Findings of the last check that are neither suppressed nor baselined."""
    rounds: int
    """Rounds in which something changed."""
    troubles: list[Trouble] = field(default_factory=list)
    """Fixes that were given up, and why."""


def fix_to_fixpoint(
    check: Callable[[Mapping[str, bytes]], Sequence[Finding]],
    files: SourceReader,
    *,
    unsafe: bool = False,
    rounds: int = 10,
) -> FixResult:
    """Check and fix until a check leaves nothing to fix, fixes undo each other, or ``rounds`` are over.

    ``check`` gets the bytes of the files changed so far, to be laid over what ``files`` reads. A file that would no
    longer parse (Python, TOML), or not take the result in its encoding, keeps what it was before that round, and no
    fix that touches it is made any more. Nothing is written to disk.
    """
    state = _State(check, files, unsafe)
    seen = [dict(state.changed)]
    applied = done = 0
    left = state.check()
    while True:
        changed, count = state.attempt(left)
        if changed == state.changed:
            break
        if done == rounds:
            state.troubles.append(Trouble("limit", "", f"fixes are left after {rounds} rounds of fixing"))
            break
        if changed in seen:
            state.troubles += [
                Trouble("rule", path, "fixes undo each other in this file; the last ones were not made")
                for path in sorted(changed.keys() | state.changed.keys())
                if changed.get(path) != state.changed.get(path)
            ]
            break
        seen.append(changed)
        state.changed = changed
        applied += count
        done += 1
        left = state.check()
    return FixResult(state.changed, applied, left, done, sorted(state.troubles))


class _State:
    def __init__(
        self, check: Callable[[Mapping[str, bytes]], Sequence[Finding]], files: SourceReader, unsafe: bool
    ) -> None:
        self._check = check
        self._files = files
        self._unsafe = unsafe
        self._barred: set[str] = set()
        self.changed: dict[str, bytes] = {}
        self.troubles: list[Trouble] = []

    def check(self) -> list[Finding]:
        findings = self._check(dict(self.changed))
        return sorted((f for f in findings if f.suppressed is None and not f.baselined), key=lambda f: f.order)

    def attempt(self, findings: Sequence[Finding]) -> tuple[dict[str, bytes], int]:
        """The changed files after one more round, and its number of fixes; plans anew without a file that fails."""
        while True:
            chosen = plan(findings, unsafe=self._unsafe, barred=self._barred)
            changed = dict(self.changed)
            failed = False
            for path, fixes in chosen.items():
                source = self._source(path)
                try:
                    edits = [edit for fix in fixes for edit in fix.edits if edit.span.path == path]
                    data = _rewritten(source, edits)
                except ValueError as error:
                    self._barred.add(path)
                    self.troubles.append(Trouble("rule", path, f"not fixed: {error}"))
                    failed = True
                    continue
                original = self._files.source(path)
                if original is not None and original.data == data:
                    changed.pop(path, None)
                else:
                    changed[path] = data
            if not failed:
                return changed, len({id(fix) for fixes in chosen.values() for fix in fixes})

    def _source(self, path: str) -> Source | None:
        return Source(path, self.changed[path]) if path in self.changed else self._files.source(path)


def _rewritten(source: Source | None, edits: Sequence[Edit]) -> bytes:
    """The bytes of an edited file.

    Raises:
        ValueError: it cannot be edited, or could not be parsed afterwards; one line.
    """
    if source is None:
        raise ValueError("it cannot be read")
    after = Source(source.path, rewrite(source, edits))
    if not _parses(after):
        raise ValueError("it would not parse any more" if _parses(source) else "it does not parse")
    return after.data


def _compiles(text: str) -> bool:
    """Whether Python takes a text: what is only wrong beyond its grammar, such as a keyword twice, counts. Nothing is run."""
    tree = syntax_tree(text)
    if tree is None:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(tree, "", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError):
            return False
    return True


def _parses(source: Source) -> bool:
    if source.python:
        return _compiles(source.text)
    if kind_of(source.path) == "toml":
        if sys.version_info >= (3, 11):
            import tomllib
        else:
            import tomli as tomllib
        try:
            tomllib.loads(source.text)
        except (ValueError, RecursionError):
            return False
    return True
