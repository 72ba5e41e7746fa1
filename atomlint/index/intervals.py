"""How often a scheduled function runs: seconds between two runs, from intervals and crontabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import dotted, text_of

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .linker import Linker

UNITS = {"milliseconds": 0.001, "seconds": 1.0, "minutes": 60.0, "hours": 3_600.0, "days": 86_400.0, "weeks": 604_800.0}
FIELDS = (("second", 1.0), ("minute", 60.0), ("hour", 3_600.0), ("day", 86_400.0), ("month", 2_592_000.0))
"""Fields of a crontab, and the seconds of one."""
SAME = {"day_of_week": "day", "weekday": "day", "day_of_month": "day", "month_of_year": "month", "week": "day"}
WRAPPERS = ("trigger", "schedule", "validate_datetime", "run_every", "every")


def seconds_of(linker: Linker, path: str, scope: int, expr: Expr, unit: float = 1.0, depth: int = 4) -> float:
    """Seconds that an expression says: a number, ``timedelta(minutes=5)``, ``crontab(minute="*/5")``; 0 when unknown."""
    if depth == 0 or expr is None:
        return 0.0
    if type(expr) is list and expr[:1] == ["bin"] and expr[1] in ("*", "/"):
        left, right = (seconds_of(linker, path, scope, part, 1.0, depth - 1) for part in expr[2:4])
        return unit * (left * right if expr[1] == "*" else left / right if right else 0.0)
    if type(expr) is str and expr[:1] == "@" and "." not in expr:
        return of_call(linker, path, int(expr[1:]), depth=depth - 1)
    text = text_of(expr)
    if text is not None:
        return of_line(text)
    found = [number(value.place) for value in linker.evaluate(path, scope, expr) if value.kind == "const"]
    numbers = [value for value in found if value]
    if numbers:
        return min(numbers) * unit
    if dotted(expr) is not None and "." not in expr:
        for binding in linker.table(path).lookup(scope, expr):
            if binding.assign is not None and binding.assign.value != expr:
                return seconds_of(linker, path, binding.scope, binding.assign.value, unit, depth - 1)
    return 0.0


def of_call(linker: Linker, path: str, ordinal: int, where: str = "", unit: float = 1.0, depth: int = 4) -> float:
    """Seconds between two runs that a registering call, a trigger or a ``timedelta`` states; 0 when it states none."""
    if depth == 0:
        return 0.0
    call = linker.table(path).facts.calls[ordinal]
    keywords = dict(call.keywords)
    if where.isdigit() and int(where) < len(call.args):
        return seconds_of(linker, path, call.scope, call.args[int(where)], unit, depth)
    if where in keywords:
        return seconds_of(linker, path, call.scope, keywords[where], unit, depth)
    total = sum(
        seconds_of(linker, path, call.scope, value, UNITS[name], depth)
        for name, value in keywords.items()
        if name in UNITS
    )
    if total:
        return total
    name = (dotted(call.callee) or "").rpartition(".")[2].lower()
    if name in ("timedelta", "schedule") and call.args:
        return seconds_of(linker, path, call.scope, call.args[0], 86_400.0 if name == "timedelta" else 1.0, depth)
    given = {SAME.get(key, key): value for key, value in keywords.items()}
    if any(field in given for field, _ in FIELDS) or name == "crontab":
        if not keywords and call.args:
            if text_of(call.args[0]):
                return of_line(text_of(call.args[0]) or "")
            given["minute"] = call.args[0]
        if name not in ("crontab", "cron"):  # APScheduler: what is finer than the finest that is given is at its start
            return _crontab(given, fine=next(field for field, _ in FIELDS if field in given))
        return _crontab(given, fine="second" if "second" in given else "minute")
    for value in (*call.args, *(keywords[key] for key in WRAPPERS if key in keywords)):
        if type(value) is str and value[:1] == "@" and "." not in value:
            found = of_call(linker, path, int(value[1:]), depth=depth - 1)
            if found:
                return found
    return 0.0


def number(constant: str) -> float:
    """A constant in the facts' notation as a number; 0 for anything else."""
    text = constant[1:]
    try:
        return float(text) if text not in ("True", "False", "nan", "inf") else 0.0
    except ValueError:
        return 0.0


def _crontab(given: dict[str, Expr], fine: str) -> float:
    """Seconds between runs: the finest field that is set says how many there are in the next coarser one."""
    began = False
    for field, size in FIELDS:
        began = began or field == fine
        if not began:
            continue
        value = given.get(field)
        step = _step(value)
        if step:
            return step * size
        times = _times(value)
        if times:
            return _coarser(given, field) / times if times > 1 else _coarser(given, field)
        return size
    return 0.0


def _coarser(given: dict[str, Expr], field: str) -> float:
    """Seconds of the period in which a field's moments recur."""
    names = [name for name, _ in FIELDS]
    at = names.index(field)
    for name, size in FIELDS[at + 1 :]:
        value = given.get(name)
        step = _step(value)
        if step:
            return step * size
        times = _times(value)
        if not times:
            return size
        if times > 1:
            return _coarser(given, name) / times
    return 31_536_000.0


def _step(value: Expr) -> float:
    text = text_of(value)
    return number("#" + text[2:]) if text is not None and text.startswith("*/") else 0.0


def _times(value: Expr) -> int:
    """How many moments a field names; 0 when it names all."""
    if value is None or text_of(value) == "*":
        return 0
    if type(value) is list and value[:1] == ["[]"]:
        return max(len(value) - 1, 1)
    text = text_of(value)
    return text.count(",") + 1 if text is not None else 1


def of_line(text: str) -> float:
    """Seconds between runs of a crontab line such as ``*/5 * * * *``; 0 for other text."""
    parts = text.split()
    if len(parts) != 5:
        return 0.0
    names = ("minute", "hour", "day", "month", "weekday")
    given: dict[str, Expr] = {}
    for name, part in zip(names, parts, strict=True):
        if part != "*":
            given[SAME.get(name, name)] = "'" + part
    return _crontab(given, fine="minute")
