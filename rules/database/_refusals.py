"""Code that refuses SQLite: a raise or an exit that depends on the database's URL or, in production, on its absence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from atomlint import ModeBranch, SettingRead, atoms, condition, dotted, inside, references, text_of

from ._fallbacks import asked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index

LEAVES = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort"})


class Refusal(NamedTuple):
    """One place that goes no further with SQLite."""

    path: str
    scope: int
    reads: frozenset[SettingRead]
    """Settings that its conditions look at."""
    words: frozenset[str]
    """Names of variables that its conditions look at."""
    branch: ModeBranch | None
    """The mode that it depends on; None when it always refuses."""


def refusals(index: Index, path: str) -> list[Refusal]:
    """Those of a file, and those of the linked files outside of tests that look for SQLite."""
    everywhere: list[str] = index.keep("sqlite-looking", lambda: [p for p in index.paths if _looks(index, p)])
    return [refusal for place in dict.fromkeys([path, *everywhere]) for refusal in _of_file(index, place)]


def _looks(index: Index, path: str) -> bool:
    """Whether a test of a file can be one for SQLite."""
    if path in index.tests:
        return False
    facts = index.project.linker.table(path).facts
    for call in facts.calls:
        for given in call.args:
            if type(given) is str and given[:7] == "'sqlite":
                return True
    return any(type(f.test) is list and "sqlite" in str(f.test) for f in facts.frames)


def _of_file(index: Index, path: str) -> list[Refusal]:
    def find() -> Iterator[Refusal]:
        facts = index.project.linker.table(path).facts
        ends = [(exit_.scope, exit_.frame) for exit_ in facts.exits if exit_.kind == "raise" and exit_.frame]
        ends += [(call.scope, call.frame) for call in facts.calls if call.frame and dotted(call.callee) in LEAVES]
        for scope, frame in dict.fromkeys(ends):
            refusal = _refusal(index, path, scope, frame)
            if refusal is not None:
                yield refusal

    found: list[Refusal] = index.keep(("sqlite-refusals", path), lambda: list(find()))
    return found


def _refusal(index: Index, path: str, scope: int, frame: int) -> Refusal | None:
    table = index.project.linker.table(path)
    sqlite = strict = False
    reads: set[SettingRead] = set()
    words: set[str] = set()
    for number in table.frames(frame):
        entry = table.facts.frames[number]
        if entry.kind not in ("if", "else", "after") or entry.test is None:
            continue
        strict = strict or index.mode_finder.strictly(path, scope, condition(entry.kind, entry.test)) is True
        for atom, negated in atoms(condition(entry.kind, entry.test)):
            told = _mentions_sqlite(index, path, atom)
            sqlite = sqlite or (told and not negated)
            missing = asked(atom, negated=negated)
            if missing is not None and missing[:1] == "'":
                reads.update(read for read in index.settings.reads(path) if read.name == missing[1:])
            if told or negated or missing is not None:
                for reference in _references(index, path, atom):
                    words.add(reference.rpartition(".")[2])
                    reads.update(index.settings_behind(path, scope, reference))
    branch = next((b for _, b in index.mode_branches(path, scope, frame) if b.production), None)
    if not sqlite and not strict and branch is None:
        return None
    return Refusal(path, scope, frozenset(reads), frozenset(words), branch)


def _references(index: Index, path: str, atom: object) -> Iterator[str]:
    """References in an expression, and those that its calls are made on and given."""
    calls = index.project.linker.table(path).facts.calls
    work = list(references(atom))
    seen = set()
    while work:
        reference = work.pop()
        if reference in seen:
            continue
        seen.add(reference)
        yield reference
        if reference[:1] == "@":
            call = calls[int(reference[1:].partition(".")[0])]
            work += [r for part in (call.callee, *call.args) for r in references(part)]
            if type(call.callee) is str and "." in call.callee and call.callee[:1] != "@":
                work.append(call.callee.rpartition(".")[0])


def _mentions_sqlite(index: Index, path: str, atom: object) -> bool:
    calls = index.project.linker.table(path).facts.calls
    parts = [atom, *(a for r in references(atom) if r[:1] == "@" for a in calls[int(r[1:].partition(".")[0])].args)]
    return any("sqlite" in (text_of(item) or "").lower() for part in parts for item in inside(part)) or any(
        "sqlite" in reference.lower() for reference in references(atom)
    )


def refused(index: Index, read: SettingRead, path: str, scope: int, targets: frozenset[str]) -> list[Refusal]:
    """The refusals that a fallback of a setting would meet: they look at what was read, or in the same file at the
    setting of that name or the variable that it is bound to."""
    return [refusal for refusal in refusals(index, path) if _meets(refusal, read, path, scope, targets)]


def _meets(refusal: Refusal, read: SettingRead, path: str, scope: int, targets: frozenset[str]) -> bool:
    if read in refusal.reads:
        return True
    if refusal.path != path:
        return False
    if any(other.name == read.name for other in refusal.reads):
        return True
    return bool(refusal.words & targets) and (refusal.scope == scope or not scope or read.kind == "field")
