"""Whoever asks: the object that Django and Flask-Login keep of them, and what functions read of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import Place, call_number, dotted, inside, text_of

from .._arms import short_circuited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Class, Function, Index

    Expr = Any

ON_REQUESTS = ("request.user", "self.request.user", "info.context.user")
"""Names of what Django and its frameworks keep of whoever asks."""
CURRENT = "flask_login.current_user"
BASES = {
    "django.contrib.auth.models.AbstractUser": "django",
    "django.contrib.auth.models.AbstractBaseUser": "django",
    "django.contrib.auth.base_user.AbstractBaseUser": "django",
    "flask_login.UserMixin": "flask",
}
"""Bases of the class of those rows, by the framework that loads one for each request."""
CHOICES = ("if", "or", "and")


class Read(NamedTuple):
    """Attributes that a function reads of whoever asks."""

    names: tuple[str, ...]
    """From the object on: ``profile``, ``company``."""
    written: str
    """As the source has it: ``request.user.profile``."""
    place: Place

    @property
    def frame(self) -> int:
        """Where it stands."""
        return self.place.frame


def user_model(index: Index) -> tuple[Class, str] | None:
    """The one class of rows that requests load for whoever asks, with its framework; None where there are several."""
    found: tuple[Class, str] | None = index.keep("user model", lambda: _user_model(index))
    return found


def _user_model(index: Index) -> tuple[Class, str] | None:
    kinds = [(cls, BASES[base.place]) for cls in index.mapped for base in cls.mro if base.place in BASES]
    found = {(cls.path, cls.ordinal): (cls, kind) for cls, kind in kinds}
    return next(iter(found.values())) if len(found) == 1 else None


def reads_of_user(function: Function) -> Iterator[Read]:
    """What a function reads of whoever asks, where facts keep it: in calls, assignments, tests and returns."""
    heads = _heads(function)
    seen: set[tuple[str, ...]] = set()
    for ordinal in function.table.calls_in.get(function.ordinal, ()):
        record = function.table.facts.calls[ordinal]
        name = text_of(record.args[1]) if record.callee == "getattr" and len(record.args) > 1 else None
        if (
            name is not None
            and record.args[0] in heads
            and not short_circuited(function.index.call(function.path, ordinal))
        ):
            seen.add((name,))
            yield Read((name,), f"{record.args[0]}.{name}", Place("call", ordinal, function.ordinal, record.frame))
    for expr, place in _expressions(function):
        for part in _surely(expr):
            name = dotted(part) or ""
            head = next((head for head in heads if name.startswith(f"{head}.")), None)
            names = tuple(name[len(head) + 1 :].split(".")) if head is not None else ()
            if head is not None and names not in seen:
                seen.add(names)
                yield Read(names, name, place)


def _heads(function: Function) -> list[str]:
    """Names of the object in a function: ``request.user``, ``user`` where it is that."""
    index = function.index
    heads = list(ON_REQUESTS)
    if any(
        value.place == CURRENT
        for value in index.project.linker.evaluate(function.path, function.ordinal, "current_user")
    ):
        heads.append("current_user")
    by_target: dict[str, list[Expr]] = {}
    for assign in function.assigns:
        if type(assign.target) is str and assign.kind == "=":
            by_target.setdefault(assign.target, []).append(assign.value)
    for target, values in by_target.items():
        if "." not in target and all(value in heads or _is_got(function, value) for value in values):
            heads.append(target)
    return heads


def _is_got(function: Function, value: Expr) -> bool:
    """``getattr(request, "user", None)``."""
    number = call_number(value)
    call = function.table.facts.calls[number] if number is not None else None
    return (
        call is not None
        and call.callee == "getattr"
        and len(call.args) > 1
        and call.args[0] in ("request", "self.request")
        and text_of(call.args[1]) == "user"
    )


def _expressions(function: Function) -> Iterator[tuple[Expr, Place]]:
    """What a function evaluates, each with its place."""
    facts, table, scope = function.table.facts, function.table, function.ordinal
    frames: set[int] = set()
    for number in table.assigns_in.get(scope, ()):
        assign = facts.assigns[number]
        yield assign.value, Place("assign", number, scope, assign.frame)
        frames.add(assign.frame)
    for ordinal in table.calls_in.get(scope, ()):
        record = facts.calls[ordinal]
        frames.add(record.frame)
        for expr in (record.callee, *record.args, *(value for _, value in record.keywords)):
            yield expr, Place("call", ordinal, scope, record.frame)
    for number, exit_ in enumerate(facts.exits):
        if exit_.scope == scope:
            yield exit_.value, Place("exit", number, scope, exit_.frame)
            frames.add(exit_.frame)
    for at in sorted({around for frame in frames for around in table.frames(frame)}):
        yield facts.frames[at].test, Place("test", at, scope, facts.frames[at].parent)


def _surely(expr: Expr) -> Iterator[Expr]:
    """The parts of an expression that are evaluated whenever it is: not what stands behind ``or``."""
    if type(expr) is list and expr[:1] and expr[0] in CHOICES:
        yield from _surely(expr[1]) if len(expr) > 1 else ()
        if expr[0] == "and":
            for part in expr[2:]:  # user and user.tenant
                yield from _surely(part)
    elif type(expr) is list:
        for part in expr[1:]:
            yield from _surely(part)
    else:
        yield from inside(expr)
