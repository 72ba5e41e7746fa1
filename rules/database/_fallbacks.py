"""Where the URL of a database becomes SQLite because a setting is unset."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atomlint import Place, SettingRead, atoms, condition, dotted, expressions, references, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.tables import Table

URL = re.compile(r"(?:^|_)(?:DATABASE|DB|SQL|SQLALCHEMY|POSTGRES(?:QL)?|PG|DSN|URL|URI|CONN(?:ECTION)?)(?:_|$)")
OTHER = re.compile(
    r"SQLITE|TEST|E2E|(?:^|_)(?:DEV|LOCAL|DEMO|CACHES?|MLFLOW|OPTUNA|LANGGRAPH|CHECKPOINT\w*|HUEY|CHROMA|JUPYTER\w*)(?:_|$)"
)
"""Settings of a database that is meant to be SQLite, or is no service's own."""
SQLITE = ("sqlite:", "sqlite+", "file:sqlite")
FLAG = re.compile(
    r"test|pytest|mock|dev_?mode|is_?dev|debug|local|demo|offline|embedded|sqlite|standalone|dry_?run", re.IGNORECASE
)
"""Words of a test that chooses SQLite on purpose."""
NAMED_FOR_IT = re.compile(r"test|sqlite|(?:^|_)dev|develop|local|demo|mock", re.IGNORECASE)
MAKERS = frozenset(
    [
        "create_engine",
        "create_async_engine",
        "engine_from_config",
        "async_engine_from_config",
        "Database",
        "connect",
        "SQLAlchemy",
        "async_sessionmaker",
        "SQLAlchemyJobStore",
        "register_tortoise",
        "init",
    ]
)
"""Callables that connect to what they are given."""
CUTTERS = frozenset(["replace", "startswith", "removeprefix", "split", "lstrip", "strip", "sub", "match"])
TELLERS = frozenset(["print", "info", "debug", "warning", "error", "critical", "echo", "log", "append"])


@dataclass(frozen=True)
class Fallback:
    """One place at which SQLite is taken."""

    read: SettingRead
    path: str
    scope: int
    frame: int
    text: str
    """The beginning of the URL, as far as it is constant."""
    place: Place | None
    """The statement or call that takes it; None for the read itself."""
    targets: frozenset[str]
    """Names that the value is bound to."""

    def anchor(self, index: Index) -> int | None:
        """The call at which the rule is asked about it: the read, or one near to the place; None without calls."""
        calls = index.project.linker.table(self.path).facts.calls
        if self.read.path == self.path and self.read.call is not None:
            return self.read.call
        if self.place is not None and self.place.kind == "call":
            return self.place.ordinal
        scope = index.project.linker.table(self.path).facts.scopes[self.scope]
        return min(scope.first_call, len(calls) - 1) if calls else None


def is_sqlite(text: str | None) -> bool:
    """Whether a text begins like the URL of a SQLite database."""
    return text is not None and text.lower().startswith(SQLITE)


def is_url(read: SettingRead) -> bool:
    """Whether a setting is named like the URL of a database."""
    return any(URL.search(name.upper()) for name in read.names) and not OTHER.search(read.name.upper())


def fallbacks(index: Index, path: str) -> dict[int, list[Fallback]]:
    """All of a file, by anchor; none for tests."""

    def find() -> dict[int, list[Fallback]]:
        found: dict[int, list[Fallback]] = {}
        for fallback in _of_file(index, path) if path not in index.tests else ():
            if _is_kept_out(index, fallback):
                continue
            anchor = fallback.anchor(index)
            if anchor is not None:
                found.setdefault(anchor, []).append(fallback)
        return found

    result: dict[int, list[Fallback]] = index.keep(("sqlite-fallbacks", path), find)
    return result


def _is_kept_out(index: Index, fallback: Fallback) -> bool:
    """Whether production cannot come to a fallback: its mode must be set, or is production when it is not."""
    table, finder = index.project.linker.table(fallback.path), index.mode_finder
    around = [table.facts.frames[number] for number in table.frames(fallback.frame)]
    tests = [condition(f.kind, f.test) for f in around if f.kind in ("if", "else", "after") and f.test is not None]
    if any(finder.strictly(fallback.path, fallback.scope, test) is False for test in tests):
        return True
    mine = f"@{fallback.read.call}"
    for place, expr in expressions(table) if fallback.place is None else ():
        if type(expr) is list and expr[:1] == ["if"] and place.scope == fallback.scope:
            arm = next((number for number in (2, 3) if mine in references(expr[number])), 0)
            if arm and finder.strictly(fallback.path, place.scope, expr[1]) is (arm == 3):
                return True
    return False


def _of_file(index: Index, path: str) -> Iterator[Fallback]:
    seen: set[object] = set()
    for fallback in (*_attributes(index, path), *_defaults(index, path), *_branches(index, path)):
        if fallback.place is None:
            yield fallback
            continue
        way = ("way out", fallback.read, fallback.scope)  # those of one function are one place to repair
        is_way = fallback.place.kind in ("exit", "call")
        if fallback.place not in seen and not (is_way and way in seen):
            seen.update((fallback.place, way) if is_way else (fallback.place,))
            yield fallback


def _defaults(index: Index, path: str) -> Iterator[Fallback]:
    """Reads with a default: arguments, ``or`` chains, fields of settings classes."""
    table = index.project.linker.table(path)
    for read in index.settings.reads(path):
        if read.default is None or not is_url(read):
            continue
        text = read.default_text
        if text is None or not is_sqlite(text) or _is_attribute(index, path, read):
            continue
        frame = table.facts.calls[read.call].frame if read.call is not None else 0
        if read.kind == "field":
            if NAMED_FOR_IT.search(table.qualname(read.scope)):
                continue
            yield Fallback(read, path, read.scope, frame, text, read.place, frozenset({read.attribute}))
        else:
            yield Fallback(read, path, read.scope, frame, text, None, frozenset(_bound(index, path, read)))


def _is_attribute(index: Index, path: str, read: SettingRead) -> bool:
    """Whether the default is an attribute of the object itself: then its declaration is the place to repair."""
    name = dotted(read.default) or ""
    head, _, attribute = name.rpartition(".")
    table = index.project.linker.table(path)
    owner = table.receiver_class(read.scope, head) if head else None
    return owner is not None and (owner, attribute) in table.class_attributes


def _bound(index: Index, path: str, read: SettingRead) -> Iterator[str]:
    for assign in index.project.linker.table(path).facts.assigns:
        if read.call is not None and f"@{read.call}" in references(assign.value):
            name = dotted(assign.target)
            if name is not None:
                yield name.rpartition(".")[2]


def _attributes(index: Index, path: str) -> Iterator[Fallback]:
    """Fields of a class that a method overwrites with a setting, when there is one."""
    table = index.project.linker.table(path)
    for number, field in enumerate(table.facts.assigns):
        scope = table.facts.scopes[field.scope]
        if scope.kind != "class" or type(field.target) is not str or not is_sqlite(text_of(field.value)):
            continue
        if NAMED_FOR_IT.search(scope.name):
            continue
        for assign in table.attributes.get((field.scope, field.target), ()):
            reads = [read for read in index.settings_behind(path, assign.scope, assign.value) if is_url(read)]
            if reads:
                place = Place("assign", number, field.scope, 0)
                text = text_of(field.value) or ""
                yield Fallback(reads[0], path, field.scope, 0, text, place, frozenset({field.target}))
                break


def _branches(index: Index, path: str) -> Iterator[Fallback]:
    """``if not url: url = "sqlite:///..."``, and returns and calls in such a branch."""
    table = index.project.linker.table(path)
    for place, expr in expressions(table):
        if not place.frame or place.kind not in ("assign", "call", "exit"):
            continue
        if type(expr) is str and expr[:1] != "'":
            continue
        text = index.settings.text(path, place.scope, expr)
        if not is_sqlite(text) or (place.kind == "call" and _is_cut(table, place)):
            continue
        read = _missing(index, path, place)
        if read is not None:
            target = table.facts.assigns[place.ordinal].target if place.kind == "assign" else None
            name = text_of(target[2]) if type(target) is list and target[:1] == ["sub"] else dotted(target)
            names = frozenset({name.rpartition(".")[2]}) if name else frozenset[str]()
            yield Fallback(read, path, place.scope, place.frame, text or "", place, names)


def _is_cut(table: Table, place: Place) -> bool:
    """Whether a call only compares a URL with the text, or takes it off."""
    callee = table.facts.calls[place.ordinal].callee
    name = callee[2] if type(callee) is list and callee[:1] == ["."] else (dotted(callee) or str(callee))
    return str(name).rpartition(".")[2] in CUTTERS


def _missing(index: Index, path: str, place: Place) -> SettingRead | None:
    """The setting whose absence leads to a place."""
    table = index.project.linker.table(path)
    for number in table.frames(place.frame):
        entry = table.facts.frames[number]
        if entry.kind not in ("if", "else", "after") or entry.test is None:
            continue
        for atom, negated in atoms(condition(entry.kind, entry.test)):
            missing = asked(atom, negated=negated)
            if missing is None:
                continue
            if missing[:1] == "'":
                reads = [read for read in index.settings.reads(path) if read.name == missing[1:]]
            else:
                reads = list(index.settings_behind(path, place.scope, missing))
            for read in reads:
                optional = read.default in (None, "#None", "'") and not (read.required and read.kind != "subscript")
                if optional and is_url(read):
                    return read
    return None


def asked(atom: object, *, negated: bool) -> str | None:
    """What an expression finds absent: a reference, or a variable's name as ``'NAME``."""
    if type(atom) is str:
        return atom if negated and (dotted(atom) or atom[:1] == "@") else None
    if type(atom) is not list or atom[:1] != ["cmp"] or len(atom) != 4:
        return None
    _, left, op, right = atom
    if op in ("in", "not in") and text_of(left) and "environ" in str(right):
        return str(left) if (op == "not in") != negated else None
    if right in ("#None", "'") and op in ("is", "==", "is not", "!=") and type(left) is str:
        return left if (op in ("is", "==")) != negated else None
    return None


def is_chosen(index: Index, fallback: Fallback) -> bool:
    """Whether it lies in a branch that asks for it: of tests, of a flag for local work, of SQLite by name."""
    table = index.project.linker.table(fallback.path)
    for number in table.frames(fallback.frame):
        entry = table.facts.frames[number]
        if entry.kind not in ("if", "else", "after") or entry.test is None:
            continue
        for atom, negated in atoms(condition(entry.kind, entry.test)):
            compared = type(atom) is list and atom[:1] == ["cmp"] and atom[2:3] in (["!="], ["is not"], ["not in"])
            if negated == compared and FLAG.search(" ".join(_words(index, fallback, atom))):
                return True
    return False


def _words(index: Index, fallback: Fallback, atom: object) -> Iterator[str]:
    for reference in references(atom):
        if reference[:1] != "@":
            yield reference.rpartition(".")[2]
        for read in index.settings_behind(fallback.path, fallback.scope, reference):
            yield read.name
    if type(atom) is list:
        yield from (text_of(part) or "" for part in atom if text_of(part))


def is_used(index: Index, fallback: Fallback) -> bool:
    """Whether a function's own variable goes anywhere but into tests and messages."""
    table = index.project.linker.table(fallback.path)
    if fallback.place is not None or not fallback.targets or table.facts.scopes[fallback.scope].kind != "function":
        return True
    if any(
        type(a.target) is not str or "." in a.target
        for a in table.facts.assigns
        if f"@{fallback.read.call}" in references(a.value)
    ):
        return True
    for place, expr in expressions(table):
        if place.scope != fallback.scope or place.kind == "test":
            continue
        if (
            place.kind == "call"
            and (dotted(table.facts.calls[place.ordinal].callee) or "").rpartition(".")[2] in TELLERS
        ):
            continue
        if any(reference.partition(".")[0] in fallback.targets for reference in references(expr)):
            return True
    return False


def engine_reads(index: Index) -> dict[SettingRead, tuple[str, int]]:
    """Settings that an engine is made of, each with one call that makes it."""

    def find() -> dict[SettingRead, tuple[str, int]]:
        found: dict[SettingRead, tuple[str, int]] = {}
        for name in sorted(MAKERS):
            for path, ordinal in index.project.linker.call_sites(name):
                if path in index.tests:
                    continue
                call = index.call(path, ordinal)
                if name in ("connect", "init", "Database") and not any(
                    "sql" in v or "databases" in v for v in call.external
                ):
                    continue
                for argument in (call.argument(0), *call.keywords.values()):
                    for read in index.settings_behind(path, call.scope, argument):
                        found.setdefault(read, (path, ordinal))
        return found

    result: dict[SettingRead, tuple[str, int]] = index.keep("engine-reads", find)
    return result
