"""Mode variables: ``ENVIRONMENT`` and its like, and the branches that a machine without the variable does not take.

A test is evaluated in two worlds, one where the variable says production and one where it is unset and its default
holds. A branch that is taken in the first only, or in the second only, is a guard.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from . import locate
from .expressions import BRANCHES, Place, condition, inside
from .tables import dotted, text_of
from .worlds import World, is_mode

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from ..facts.records import Expr
    from ..finding import Span
    from .facade import Index
    from .settings import SettingRead
    from .tables import Table

Consequence = Literal["database", "abort", "secret", "setting"]
RANK: dict[str, int] = {"database": 0, "abort": 1, "secret": 2, "setting": 3}

QUIET = re.compile(
    r"log|logger|logging|print|warn|warning|echo|append|add|extend|info|debug|error|exception|critical|structlog|sentry\w*"
    r"|secho|capture_message|setlevel|addhandler|basicconfig|dictconfig|update|join|format|get|getenv|len|str|bool"
    r"|load_dotenv",
    re.IGNORECASE,
)
"""Callables that tell or look, and decide nothing."""
SECRETS = re.compile(
    r"secret|password|passwd|api_?key|signing|encryption|fernet|jwt|token|(?:^|_)key(?:$|_)", re.IGNORECASE
)
LEAVES = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort"})


@dataclass(frozen=True)
class ModeGuard:
    """One branch that only production takes, or only a machine on which the mode variable is unset."""

    name: str
    """The variable."""
    aliases: tuple[str, ...]
    """Other names that would do."""
    default: str | None
    """What the code takes when it is unset; None for nothing."""
    value: str
    """What the code compares it with: ``production`` or ``prod``."""
    path: str
    scope: int
    consequence: Consequence
    """Worst first: ``database`` (becomes SQLite), ``abort`` (a refusal is skipped), ``secret``, ``setting``."""
    detail: str
    """What is decided: a name that is assigned, the exception, the URL."""
    read: SettingRead = field(compare=False)
    test: Place = field(compare=False)
    effect: Place = field(compare=False)
    index: Index = field(compare=False, repr=False)

    @property
    def span(self) -> Span:
        """The test, or the statement that holds it."""
        return self._span(self.test)

    @property
    def effect_span(self) -> Span:
        """What the branch does."""
        if self.consequence == "database":
            around = self.index.settings.place_of(self.path, self.effect)
            found = locate.first(self.index, self.path, around, locate.text("sqlite"))
            if found is not None:
                return found
        return self._span(self.effect)

    def is_production(self, value: str) -> bool | None:
        """Whether it does with a value of the variable what it does in production; None when that cannot be told."""
        from .modevalues import is_production

        return is_production(self, value)

    def _span(self, place: Place) -> Span:
        from .settings import header

        if place.kind == "test":
            number = statement_number(self.index.project.linker.table(self.path), place.ordinal)
            found = None if number is None else locate.test(self.index, self.path, number)
            return found or header(self.index, self.path, self.scope)
        around = self.index.settings.place_of(self.path, place) if place.kind in ("assign", "call") else None
        return self.index.span(self.path, around) if around is not None else header(self.index, self.path, place.scope)


@dataclass(frozen=True)
class ModeBranch:
    """What a test says of its branch: taken only in production, or only where the variable is unset."""

    production: bool
    reads: tuple[SettingRead, ...]
    words: tuple[str, ...]

    @property
    def value(self) -> str:
        """The word for production that the code knows."""
        return next((word for word in ("production", "prod", "live") if word in self.words), "production")


class Modes:
    """Finds the branches of files; every answer is kept."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.origins = index.origins
        self._frames: dict[tuple[str, int, int], ModeBranch | None] = {}
        self._possible: dict[str, frozenset[int]] = {}

    def branch(self, path: str, scope: int, test: Expr) -> ModeBranch | None:
        """What a condition says; None when it depends on no mode variable, or on more than it."""
        there, unset = World(self.origins, production=True), World(self.origins, production=False)
        in_production, without = there.holds(path, scope, test), unset.holds(path, scope, test)
        if not there.reads or there.foreign or (in_production is False) == (without is False):
            return None
        return ModeBranch(without is False, tuple(dict.fromkeys(there.reads)), tuple(dict.fromkeys(there.words)))

    def strictly(self, path: str, scope: int, test: Expr) -> bool | None:
        """What a test is in production where the mode variable must be set, or means production when it is not.

        None for other tests, and where a machine without the variable takes another branch: see `branch`.
        """
        if not may_be_mode(self.index.project.linker.table(path), test):
            return None
        there = World(self.origins, production=True, strict=True)
        held = there.holds(path, scope, test)
        return held if there.reads and not any(is_mode(read) for read in there.reads) else None

    def around(self, table: Table, scope: int, frame: int) -> list[tuple[int, ModeBranch]]:
        """The mode branches that a place lies in, innermost first: the ordinal of the frame, and what it says."""
        found = []
        for number in table.frames(frame):
            if number not in self.frames(table):
                continue
            entry = table.facts.frames[number]
            key = (table.path, scope, number)
            if key not in self._frames:
                self._frames[key] = self.branch(table.path, scope, condition(entry.kind, entry.test))
            branch = self._frames[key]
            if branch is not None:
                found.append((number, branch))
        return found

    def frames(self, table: Table) -> frozenset[int]:
        """Branches of a file whose test may be about a mode: a cheap look at each."""
        if table.path not in self._possible:
            self._possible[table.path] = frozenset(
                number
                for number, frame in enumerate(table.facts.frames)
                if frame.kind in BRANCHES and frame.test is not None and may_be_mode(table, frame.test)
            )
        return self._possible[table.path]


WORDS = re.compile(r"prod|env|dev|local|live|deploy|stag", re.IGNORECASE)


@lru_cache(maxsize=1 << 15)
def has_word(text: str) -> bool:
    """Whether a text holds a word for a mode."""
    return WORDS.search(text) is not None


def may_be_mode(table: Table, test: Expr) -> bool:
    """Cheap look at a test: a word for a mode in it, or in a call that it makes."""
    for item in inside(test) if type(test) is list else (test,):
        if type(item) is not str or not item or item[0] in "#?":
            continue
        if item[0] == "@":
            call = table.facts.calls[int(item[1:].partition(".")[0])]
            parts = [call.callee, *call.args]
            if any(type(part) is str and has_word(part) for part in parts) or type(call.callee) is list:
                return True
            if "." in item and has_word(item):
                return True
        elif (item[0] != "'" or len(item) < 16) and has_word(item):
            return True
    return False


def modes(index: Index) -> Iterator[ModeGuard]:
    """Guards of the linked files outside of tests, in file order; one for each thing that is decided."""
    finder = index.mode_finder
    for path in index.paths:
        if path not in index.tests:
            yield from _of_file(index, finder, index.project.linker.table(path))


def _of_file(index: Index, finder: Modes, table: Table) -> Iterator[ModeGuard]:
    facts = table.facts
    yield from _conditional_values(index, finder, table)
    frames = finder.frames(table)
    if not frames:
        return
    seen: set[tuple[int, str, str]] = set()
    for place, what, consequence in decisions(index, table, frames):
        for frame, branch in finder.around(table, place.scope, place.frame):
            decided = consequence
            if branch.production and consequence == "database":
                continue
            if not branch.production and consequence == "abort":
                continue
            if (frame, decided, what) in seen:
                break
            seen.add((frame, decided, what))
            yield _guard(
                index,
                table,
                branch,
                Place("test", frame, place.scope, facts.frames[frame].parent),
                place,
                decided,
                what,
            )
            break


def _conditional_values(index: Index, finder: Modes, table: Table) -> Iterator[ModeGuard]:
    """``a if ENVIRONMENT == "production" else b``."""
    for place, expr in _conditionals(table):
        branch = finder.branch(table.path, place.scope, expr[1]) if may_be_mode(table, expr[1]) else None
        if branch is not None:
            other = index.settings.text(table.path, place.scope, expr[2 if not branch.production else 3]) or ""
            what = _target(table, place)
            kind: Consequence = "database" if other.startswith("sqlite") else _kind_of(what)
            yield _guard(index, table, branch, place, place, kind, what)


def _conditionals(table: Table) -> Iterator[tuple[Place, list[Expr]]]:
    """Conditional expressions that are a whole value, argument or result."""
    facts = table.facts
    for ordinal, assign in enumerate(facts.assigns):
        if type(assign.value) is list and assign.value[:1] == ["if"]:
            yield Place("assign", ordinal, assign.scope, assign.frame), assign.value
    for ordinal, call in enumerate(facts.calls):
        for argument in call.args:
            if type(argument) is list and argument[:1] == ["if"]:
                yield Place("call", ordinal, call.scope, call.frame), argument
        for _, argument in call.keywords:
            if type(argument) is list and argument[:1] == ["if"]:
                yield Place("call", ordinal, call.scope, call.frame), argument
    for ordinal, exit_ in enumerate(facts.exits):
        if type(exit_.value) is list and exit_.value[:1] == ["if"]:
            yield Place("exit", ordinal, exit_.scope, exit_.frame), exit_.value


def _guard(
    index: Index, table: Table, branch: ModeBranch, test: Place, effect: Place, consequence: Consequence, what: str
) -> ModeGuard:
    read = branch.reads[0]
    aliases = tuple(dict.fromkeys(n for r in branch.reads for n in r.names if n != read.name))
    return ModeGuard(
        read.name, aliases, read.default_text, branch.value, table.path, effect.scope, consequence, what,
        read, test, effect, index,
    )  # fmt: skip


def decisions(index: Index, table: Table, frames: Set[int]) -> Iterator[tuple[Place, str, Consequence]]:
    """What the statements inside of branches do, when it is more than telling: place, what, and how bad."""
    facts = table.facts
    below = {0: False}
    for number, entry in enumerate(facts.frames):
        below[number] = number in frames or below[entry.parent]
    for ordinal, call in enumerate(facts.calls):
        if not below[call.frame]:
            continue
        place = Place("call", ordinal, call.scope, call.frame)
        name = dotted(call.callee) or ""
        for argument in (*call.args, *(value for _, value in call.keywords)):
            if _is_sqlite(index, table.path, call.scope, argument):
                yield place, str(index.settings.text(table.path, call.scope, argument)), "database"
        if name in LEAVES:
            yield place, name, "abort"
        elif (
            name
            and not any(QUIET.fullmatch(part) for part in name.split("."))
            and name.rpartition(".")[2][:1].islower()
        ):
            yield place, name, "setting"
    for ordinal, assign in enumerate(facts.assigns):
        if below[assign.frame] and assign.kind in ("=", "+="):
            place = Place("assign", ordinal, assign.scope, assign.frame)
            if _is_sqlite(index, table.path, assign.scope, assign.value):
                yield place, str(index.settings.text(table.path, assign.scope, assign.value)), "database"
            else:
                yield place, _target(table, place), _kind_of(_target(table, place))
    for ordinal, exit_ in enumerate(facts.exits):
        if not below[exit_.frame]:
            continue
        place = Place("exit", ordinal, exit_.scope, exit_.frame)
        if exit_.kind == "raise":
            name = _raised(table, exit_.value)
            yield place, name, "setting" if "HTTP" in name or "Validation" in name else "abort"
        elif exit_.kind == "return" and _is_sqlite(index, table.path, exit_.scope, exit_.value):
            yield place, str(index.settings.text(table.path, exit_.scope, exit_.value)), "database"
        elif exit_.kind == "return" and exit_.value not in ("#None", "?"):
            name = table.facts.scopes[exit_.scope].name
            yield place, name, _kind_of(name)


def _is_sqlite(index: Index, path: str, scope: int, expr: Expr) -> bool:
    if type(expr) is str and expr[:1] != "'":
        return False
    return (index.settings.text(path, scope, expr) or "").lower().startswith(("sqlite:", "sqlite+"))


def _kind_of(name: str) -> Consequence:
    return "secret" if SECRETS.search(name) else "setting"


def _target(table: Table, place: Place) -> str:
    """A name for what an expression is given to."""
    if place.kind == "assign":
        target = table.facts.assigns[place.ordinal].target
        if type(target) is list and target[:1] == ["sub"]:
            return text_of(target[2]) or dotted(target[1]) or ""
        return dotted(target) or ""
    if place.kind == "call":
        return dotted(table.facts.calls[place.ordinal].callee) or "a call"
    return table.facts.scopes[place.scope].name


def _raised(table: Table, value: Expr) -> str:
    if type(value) is str and value[:1] == "@" and value[1:].isdigit():
        value = table.facts.calls[int(value[1:])].callee
    return dotted(value) or "an exception"


def statement_number(table: Table, frame: int) -> int | None:
    """Which ``if`` statement of the file, from 0 and in source order, a frame belongs to; None for other statements."""
    frames = table.facts.frames
    wanted = frames[frame]
    number, last = -1, None
    for ordinal, entry in enumerate(frames[: frame + 1]):
        if entry.kind != "if" or (type(entry.test) is list and entry.test[:1] == ["cmp"] and "match" in entry.test):
            continue
        number += 1
        if ordinal == frame or (
            table.block(ordinal) == table.block(frame) and wanted.test in (entry.test, ["not", entry.test])
        ):
            last = number
    return last
