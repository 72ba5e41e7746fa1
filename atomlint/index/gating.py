"""What the value of a setting decides: which database, whether a start is refused, a key, debugging, authentication.

A branch counts when its test looks at a setting and something of weight stands in it; besides branches, the arguments
that choose a database or turn debugging on. Found from the names that reads are bound to, so that tests of other things
cost a look-up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from .expressions import BRANCHES, Place, atoms, condition
from .expressions import references as all_references
from .modes import SECRETS, decisions
from .tables import dotted, text_of
from .urlparts import of_django, parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .facade import Index
    from .settings import SettingRead
    from .tables import Table

Effect = Literal["database", "abort", "secret", "debug", "auth"]
ENGINES = ("create_engine", "create_async_engine", "engine_from_config", "async_engine_from_config")
APPLICATIONS = ("FastAPI", "Flask", "Starlette", "Litestar", "Sanic", "run")
MINTED = (
    "token_hex", "token_urlsafe", "token_bytes", "generate_key", "uuid1", "uuid4", "urandom", "get_random_secret_key",
    "randbytes", "new_key",
)  # fmt: skip
MINTERS = re.compile("|".join((*MINTED, r"generate_secret\w*")))
DEBUG = re.compile(r"(?:.*_)?(?:DEBUG|RELOAD|DEV_?MODE)(?:_MODE|_ENABLED)?", re.IGNORECASE)
AUTH = re.compile(
    r"(?:.*_)?(?:DISABLE|SKIP|BYPASS|NO|ENABLE|REQUIRE|ALLOW|USE|IGNORE|INSECURE|MOCK)\w*_?(?:AUTH|LOGIN|VERIF|CSRF|SIGNATURE|PERMISSION|RBAC|TLS|SSL)\w*"
    r"|(?:.*_)?(?:AUTH\w*|LOGIN|VERIFY_\w+|VERIFICATION|CSRF|SIGNATURE)_?(?:ENABLED?|DISABLED?|REQUIRED?|MODE|TYPE|BYPASS|ON|OFF)",
    re.IGNORECASE,
)


class SettingGate(NamedTuple):
    """One thing that a setting decides."""

    setting: str
    effect: Effect
    detail: str
    """What is decided: the URL, the exception, the name that a key is given to."""
    when: str
    """``unset``, ``set``, ``== 'production'``, or empty where the value itself is taken."""
    path: str
    line: int


def setting_gates(index: Index) -> dict[str, tuple[SettingGate, ...]]:
    """Everything that settings decide outside of tests, by the setting's name."""
    found: dict[str, dict[SettingGate, None]] = {}
    for gate in (*_of_modes(index), *_of_branches(index), *_of_engines(index), *_of_debug(index), *_of_reads(index)):
        found.setdefault(gate.setting, {}).setdefault(gate)
    for gate in _of_minted(index):
        gates = found.setdefault(gate.setting, {})
        if not any(known.effect == "secret" and known.path == gate.path for known in gates):
            gates.setdefault(gate)
    return {name: tuple(sorted(gates)) for name, gates in found.items()}


def _of_modes(index: Index) -> Iterator[SettingGate]:
    for guard in index.mode_guards:
        effect = guard.consequence if guard.consequence != "setting" else _named_effect(guard.detail)
        if effect is not None:
            when = "unset" if effect in ("abort", "database", "secret") else ""
            table = index.project.linker.table(guard.path)
            yield SettingGate(guard.name, effect, guard.detail, when, guard.path, line_of(index, table, guard.effect))


def _named_effect(name: str) -> Effect | None:
    last = name.rpartition(".")[2]
    return "debug" if DEBUG.fullmatch(last) else "auth" if AUTH.fullmatch(last) else None


def _of_branches(index: Index) -> Iterator[SettingGate]:
    words = bound_names(index)
    for path in index.paths:
        if path in index.tests:
            continue
        table = index.project.linker.table(path)
        frames = {
            number
            for number, entry in enumerate(table.facts.frames)
            if entry.kind in BRANCHES and entry.test is not None and _is_near(table, entry.test, words)
        }
        if frames:
            yield from _of_frames(index, table, frames)


def _of_frames(index: Index, table: Table, frames: set[int]) -> Iterator[SettingGate]:
    seen: set[tuple[int, str, str]] = set()
    for place, what, consequence in decisions(index, table, frames):
        branches = [n for n in table.frames(place.frame) if table.facts.frames[n].kind in BRANCHES]
        number = next((n for n in branches if n in frames), None)
        if number is None:
            continue
        entry = table.facts.frames[number]
        parts = [
            (atom, negated, list(dict.fromkeys(_reads(index, table, place.scope, atom))))
            for atom, negated in atoms(condition(entry.kind, entry.test))
        ]
        effect: Effect | None = None
        if consequence == "database":
            effect = "database"
        elif consequence == "abort" and number == branches[0] and entry.kind != "after" and all(r for _, _, r in parts):
            effect = "abort"
        elif consequence == "secret" and _makes_a_key(table, place, what):
            effect = "secret"
        for atom, negated, reads in parts:
            for read in reads:
                named = effect or (_named_effect(read.name) if consequence == "setting" else None)
                if named is None or (number, named, read.name) in seen:
                    continue
                seen.add((number, named, read.name))
                yield SettingGate(
                    read.name, named, what, _when(atom, negated=negated), table.path, line_of(index, table, place)
                )


def _of_minted(index: Index) -> Iterator[SettingGate]:
    """A key that is made up where none is set, and goes elsewhere than into a name of its own: into a file, into a call."""
    for name in MINTED:
        for path, ordinal in index.project.linker.call_sites(name):
            if path in index.tests:
                continue
            table = index.project.linker.table(path)
            call = table.facts.calls[ordinal]
            branches = [n for n in table.frames(call.frame) if table.facts.frames[n].kind in BRANCHES]
            for entry in [table.facts.frames[number] for number in branches[:1]]:
                for atom, negated in atoms(condition(entry.kind, entry.test)):
                    if _when(atom, negated=negated) == "unset":
                        for read in _reads(index, table, call.scope, atom):
                            if SECRETS.search(read.name):
                                line = index.call(path, ordinal).span.start.line
                                yield SettingGate(read.name, "secret", "a key that is made up", "unset", path, line)


def references(expr: Expr) -> Iterator[str]:
    """References, without the operator ``@``."""
    return (reference for reference in all_references(expr) if reference != "@")


def line_of(index: Index, table: Table, place: Place) -> int:
    """The line of a decision."""
    span = index.exit_span(table.path, place.ordinal) if place.kind == "exit" else index.place_span(table.path, place)
    return span.start.line


def _makes_a_key(table: Table, place: Place, name: str) -> bool:
    """Whether a key is made up on the spot, or written in the code."""
    from .contract import is_secret_name

    if place.kind != "assign" or not is_secret_name(name.rpartition(".")[2]):
        return False
    value = table.facts.assigns[place.ordinal].value
    return bool(text_of(value)) or any(_is_minted(table, reference) for reference in references(value))


def _is_minted(table: Table, reference: str) -> bool:
    if reference[:1] != "@":
        return False
    call = table.facts.calls[int(reference[1:].partition(".")[0])]
    name = dotted(call.callee) or ""
    return any(MINTERS.fullmatch(part) for part in name.split(".")) or any(
        _is_minted(table, inner) for part in (call.callee, *call.args) for inner in references(part) if inner[:1] == "@"
    )


def _when(atom: Expr, *, negated: bool) -> str:
    if type(atom) is list and atom[:1] == ["cmp"] and len(atom) == 4:
        word = text_of(atom[3])
        if word is not None and word:
            return f"{'not ' if negated else ''}{atom[2]} {word!r}"
        if atom[3] in ("#None", "'"):
            unset = (atom[2] in ("is", "==")) != negated
            return "unset" if unset else "set"
        return ""
    return "unset" if negated else "set"


def _reads(index: Index, table: Table, scope: int, atom: Expr) -> Iterator[SettingRead]:
    calls = table.facts.calls
    for reference in references(atom):
        yield from index.settings_behind(table.path, scope, reference)
        if reference[:1] == "@":
            call = calls[int(reference[1:].partition(".")[0])]
            for part in (call.callee.rpartition(".")[0] if type(call.callee) is str else None, *call.args):
                if type(part) is str and part and part[:1] not in "'#?":
                    yield from index.settings_behind(table.path, scope, part)


def _is_near(table: Table, test: Expr, words: frozenset[str]) -> bool:
    """Cheap look at a test: whether it names what some read is bound to, or reads by itself."""
    for reference in references(test):
        name = reference
        if reference[:1] == "@":
            call = table.facts.calls[int(reference[1:].partition(".")[0])]
            if any(
                type(a) is str and ((a[:1] == "'" and a[1:].isupper()) or a.rpartition(".")[2] in words)
                for a in call.args
            ):
                return True
            name = (dotted(call.callee) or "").rpartition(".")[0]
        if any(part in words for part in name.split(".")[-2:]):
            return True
    return "environ" in str(test)


def bound_names(index: Index) -> frozenset[str]:
    """Last parts of the names and attributes that reads are bound to, anywhere outside of tests."""

    def find() -> frozenset[str]:
        found: set[str] = set()
        for path in index.paths:
            reads = () if path in index.tests else index.settings.reads(path)
            if not reads:
                continue
            found.update(read.attribute for read in reads if read.attribute)
            calls = {f"@{read.call}" for read in reads if read.call is not None}
            for assign in index.project.linker.table(path).facts.assigns:
                target = dotted(assign.target)
                if target is not None and assign.value is not None and _takes(index, path, assign.value, calls):
                    found.add(target.rpartition(".")[2])
        return frozenset(found)

    result: frozenset[str] = index.keep("setting-names", find)
    return result


def _takes(index: Index, path: str, value: Expr, calls: set[str]) -> bool:
    facts = index.project.linker.table(path).facts
    for reference in references(value):
        head = reference.partition(".")[0]
        if head in calls or "environ" in reference:
            return True
        if head[:1] == "@":  # int(os.getenv("X")), os.getenv("X").lower()
            call = facts.calls[int(head[1:])]
            if any(
                inner.partition(".")[0] in calls for part in (call.callee, *call.args) for inner in references(part)
            ):
                return True
    return "os.environ" in str(value)


def _of_engines(index: Index) -> Iterator[SettingGate]:
    for name in ENGINES:
        for path, ordinal in index.project.linker.call_sites(name):
            if path in index.tests:
                continue
            call = index.call(path, ordinal)
            for read in parts(index, path, call.scope, call.argument(0, "url")):
                yield SettingGate(read.name, "database", f"the URL of {name}", "", path, call.span.start.line)
    for path in index.paths:
        for read in of_django(index, path) if path not in index.tests else ():
            yield SettingGate(read.name, "database", "DATABASES", "", path, read.span.start.line)


def _of_debug(index: Index) -> Iterator[SettingGate]:
    for name in APPLICATIONS:
        for path, ordinal in index.project.linker.call_sites(name):
            call = index.call(path, ordinal)
            for key in ("debug", "reload"):
                if path not in index.tests and key in call.keywords:
                    for read in index.settings_behind(path, call.scope, call.keywords[key]):
                        yield SettingGate(read.name, "debug", f"{key} of {name}", "", path, call.span.start.line)


def _of_reads(index: Index) -> Iterator[SettingGate]:
    """Django's ``DEBUG = env(...)``, and a key that is minted, or written in the code, where none is set."""
    from .contract import is_secret_name

    for path in index.paths:
        for read in index.settings.reads(path) if path not in index.tests else ():
            table = index.project.linker.table(path)
            if any(_is_minted(table, reference) for reference in references(read.default)) and SECRETS.search(
                read.name
            ):
                yield SettingGate(
                    read.name, "secret", "a key that is made up at every start", "unset", path, read.span.start.line
                )
            elif read.kind != "presence" and is_secret_name(read.name) and read.default_text:
                line = read.span.start.line
                yield SettingGate(read.name, "secret", "a key that stands in the code", "unset", path, line)
            if (
                read.call is not None
                and read.scope == 0
                and read.name.upper().endswith("DEBUG")
                and any(
                    assign.target == "DEBUG" and f"@{read.call}" in references(assign.value)
                    for assign in table.facts.assigns
                )
            ):
                yield SettingGate(read.name, "debug", "DEBUG", "", path, read.span.start.line)
