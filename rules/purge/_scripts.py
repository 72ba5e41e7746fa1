"""Whether code is maintenance that somebody runs by hand, and what it asks before it removes anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from atomlint import Function, dotted, text_of

from ._names import says_purge, says_removal

if TYPE_CHECKING:
    from atomlint import Call, Index

    Expr = Any

FOLDERS = re.compile(r"(^|/)(scripts?|bin|tools?|utils?/scripts|management/commands|maintenance|ops|admin_scripts)/")
ELSEWHERE = re.compile(
    r"(^|/)(fixtures?|factories|examples?|samples?|docs?|migrations|alembic|versions|site-packages|node_modules|seeds?)/|(^|/)conftest\.py$"
)
SEEDS = re.compile(r"(?:^|_)(?:re)?seed(?:er|ing|s)?(?:_|$)|(?:^|_)(?:populate|bootstrap|setup|showcase)(?:_|$)")
MODE = re.compile(
    r"environ(?:ment)?\b|app_env|flask_env|\benv\b|is_prod|production|is_local|looks_local|localhost|127\.0\.0\.1|is_dev|settings\.debug|\.debug\b|is_test|"
    r"non_?prod|allow_destructive",
    re.IGNORECASE,
)
STOPS = frozenset({"exit", "_exit", "abort", "fail", "quit", "error", "SystemExit", "CommandError", "UsageError"})
ASKS = frozenset({"input", "confirm", "prompt", "ask"})


def is_maintenance(call: Call) -> bool | None:
    """True where path or function speak of removal, None for any other script, False for the application."""
    path = call.path
    if ELSEWHERE.search(path) or call.in_test:
        return False
    script = bool(FOLDERS.search(path)) or "/" not in path or _is_main(call.index, path)
    stem = path.rpartition("/")[2].removesuffix(".py")
    functions = _functions(call)
    if SEEDS.search(stem):
        return None  # it clears what it made itself, most of the time
    if script:
        return True if says_removal(stem) or any(map(says_removal, functions)) else None
    return (says_purge(stem) or any(map(says_purge, functions))) and not call.function.is_reached


def _functions(call: Call) -> list[str]:
    names, scope = [], call.scope
    while scope:
        record = call.table.facts.scopes[scope]
        if record.kind == "function":
            names.append(record.name)
        scope = record.parent
    return names


def _is_main(index: Index, path: str) -> bool:
    frames = index.project.linker.table(path).facts.frames
    return any(
        frame.kind == "if" and type(frame.test) is list and frame.test[:2] == ["cmp", "__name__"] for frame in frames
    )


def is_guarded(call: Call) -> bool:
    """Whether the module refuses to run where it should not: a test of the environment that stops it."""
    found: bool = call.index.keep(("purge guarded", call.path), lambda: _guarded(call.index, call.path))
    return found


def _guarded(index: Index, path: str) -> bool:
    table = index.project.linker.table(path)
    frames = table.facts.frames
    tested = {
        number
        for number, frame in enumerate(frames)
        if frame.kind in ("if", "after", "else") and _is_mode(index, path, frame.test)
    }
    if any(frames[number].kind == "after" for number in tested):
        return True
    stops = [call for call in index.calls(path) if call.name in STOPS]
    return any(not tested.isdisjoint(call.frame_ids) for call in stops)


def _is_mode(index: Index, path: str, test: Expr) -> bool:
    return any(MODE.search(word) for word in _words(index, path, test))


def _words(index: Index, path: str, expr: Expr) -> list[str]:
    if type(expr) is list:
        return [word for part in expr[1:] for word in _words(index, path, part)]
    if type(expr) is str and expr[:1] == "@":
        call = index.call(path, int(expr[1:].partition(".")[0]))
        return [dotted(call.callee) or call.name, *(text_of(arg) or "" for arg in call.args)]
    return [dotted(expr) or text_of(expr) or ""]


def asks_first(call: Call) -> bool:
    """Whether the function around a call, or the module itself, asks a person."""
    module = Function(call.index, call.path, 0)
    return any(other.name in ASKS for function in (call.function, module) for other in function.calls)
