"""Requests of those who run a service, which are few: what lets only staff pass, and pages that say whose they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from atomlint import condition, contrary, dotted, inside, text_of

from ._turns import held

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from atomlint import Function, Index
    from atomlint.index.entries import Entry
    from atomlint.index.reach import Path
    from atomlint.index.tables import Table
    from atomlint.index.value import Value

    Expr = Any

STAFF = frozenset(
    {"admin", "admins", "administrator", "staff", "superuser", "superusers", "superadmin", "sysadmin", "moderator"}
)
"""Words for those who run a service."""
OTHERS = frozenset({"or", "not", "non", "readonly", "exclude", "tenant"})
"""Words beside them that let others pass: ``IsAdminOrReadOnly``."""
NOTHING = frozenset({"#None", "#False", "#0"})
LISTS = frozenset({"permission_classes", "decorators", "method_decorators", "guards"})
"""Attributes of a view class that name what its requests have to pass."""
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
MAX_PARTS = 60
FEW_ROUTES = 10
PAGES = re.compile(
    r"(?:^|_)(?:(?:super)?admins?|administration|monitor(?:ing)?|debug(?:ging)?|diagnostics?|internal|control_?panel"
    r"|health(?:z|check)?(?!_(?:records?|care|plans?|insurances?|data|profiles?|conditions?|histor(?:y|ies)|scores?|goals?"
    r"|facilit(?:y|ies)|workers?|issues?|metrics?|logs?|tips?)(?:_|$)))(?:_|$)"
)
"""Words in routes, functions and files of pages that operators look at."""
APART = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
DEVELOPING = frozenset({"DEBUG", "debug", "is_debug", "IS_DEBUG", "DEBUG_MODE", "is_development", "DEV_MODE"})
"""Names of switches that are on where a service is developed."""
DEBUG = re.compile(r"(?:^|/)debug(?:ging)?(?:_\w+)?(?:/|\.py)")
INTERNAL = re.compile(r"(?:^|/)internal/(?:urls|views|routes|routers?|endpoints)(?:/|\.py$)")
"""Routes of a package for those who run the service."""


def is_admin(path: Path, index: Index | None = None) -> bool:
    """Whether a path serves administrators or developers: few requests take it. With the index, permissions tell it, too."""
    places = [path.entry.path.lower(), *(f.place.lower() for f in path.functions)]
    if any("admin" in place or DEBUG.search(place) for place in places) or INTERNAL.search(path.entry.path):
        return True
    if index is None:
        return False
    owner = index.function(path.entry.function).qualname.rpartition(".")[0]
    if "admin" in {word.lower() for word in WORDS.findall(owner)} or is_for_staff(index, path.entry):
        return True
    return _is_for_developers(index, path.entry) or any(
        edge.call >= 0 and in_staff_branch(index.function(caller), index.call(caller.place, edge.call).frame_ids)
        for caller, edge in path.steps
    )


def in_staff_branch(function: Function, frames: Iterable[int]) -> bool:
    """Whether one of these frames is for staff alone: ``if user.is_staff:``, or behind what sends others away."""
    table = function.table.facts.frames
    return any(
        _asks_for_staff(function, contrary(part) if negated else part)
        for at in frames
        if table[at].kind in ("if", "else", "after")
        for part, negated in held(condition(table[at].kind, table[at].test))
    )


def _asks_for_staff(function: Function, test: Expr) -> bool:
    """Whether a test holds for staff: ``user.is_superuser``, ``user.may("admin")``, ``user.role in ("admin", "staff")``."""
    table = function.table
    if type(test) is list and test[:1] == ["or"]:
        return all(_asks_for_staff(function, part) for part in test[1:])
    if type(test) is list and test[:1] == ["cmp"] and len(test) == 4 and test[2] == "in":
        listed = next((a.value for a in function.assigns if a.target == test[3] and a.kind == "="), test[3])
        texts = [text_of(part) or dotted(part) for part in listed[1:]] if type(listed) is list else []
        return bool(texts) and all(text is not None and names_staff(text) for text in texts)
    if type(test) is list and test[:1] == ["cmp"] and len(test) == 4 and test[2] in ("==", "is"):
        sides = (test[1], test[3])
        return not NOTHING.intersection(map(str, sides)) and any(
            names_staff(text_of(side) or dotted(side) or "") for side in sides
        )
    if type(test) is not str:
        return False
    if test[:1] == "@" and test[1:].isdecimal():
        call = table.facts.calls[int(test[1:])]
        return any(names_staff(text_of(part) or dotted(part) or "") for part in (call.callee, *call.args))
    return names_staff(dotted(test) or "")


def _is_for_developers(index: Index, entry: Entry) -> bool:
    """Whether an entry point is only registered where a service is developed: ``if settings.DEBUG: urlpatterns += ...``."""
    if entry.call < 0:
        return False
    table = index.table(entry.path)
    entries = [table.facts.frames[at] for at in table.frames(table.facts.calls[entry.call].frame)]
    return any(
        not negated and (dotted(part) or "").rpartition(".")[2] in DEVELOPING
        for one in entries
        if one.kind in ("if", "else")
        for part, negated in held(condition(one.kind, one.test))
    )


def is_of_operators(index: Index, path: Path) -> bool:
    """Whether a path begins at a page of operators: ``/admin/jobs``, ``MonitorView.get``, ``api/health.py``, or one for staff."""
    entry = path.entry.function
    if is_for_staff(index, path.entry):
        return True
    stem = entry.place.removesuffix(".py")
    names = [stem, index.function(entry).qualname, *(route.path for route in index.project.routes.of(entry))]
    return any(PAGES.search(APART.sub("_", name).lower()) for name in names)


def only_operators(index: Index, paths: Iterable[Path]) -> bool:
    """Whether every path begins at such a page."""
    return all(is_of_operators(index, path) for path in paths)


def is_for_staff(index: Index, entry: Entry) -> bool:
    """Whether only staff pass an entry point: ``@staff_member_required``, ``Depends(require_admin)``, ``/admin/jobs``."""
    found: bool = index.keep(
        ("staff", entry), lambda: any(map(names_staff, _names(index, entry))) or _is_served_to_staff(index, entry)
    )
    return found


def _is_served_to_staff(index: Index, entry: Entry) -> bool:
    """Whether the paths of all its routes say that they are for staff, or the prefix of the router that it is for does."""
    if _has_mostly_staff(index):
        return False
    routes = [route.path for route in index.project.routes.of(entry.function)]
    calls = [index.call(path, ordinal) for path, ordinal in entry.on]
    paths = routes or [text_of(call.keywords.get("prefix") or call.keywords.get("url_prefix")) or "" for call in calls]
    return bool(paths) and all(map(_is_of_staff, paths))


def _is_of_staff(path: str) -> bool:
    return not STAFF.isdisjoint(APART.sub("_", path).lower().split("_"))


def _has_mostly_staff(index: Index) -> bool:
    """Whether most routes of a project say that they are for staff: then those are its users, ``/admin-api/...``."""

    def find() -> bool:
        paths = [route.path for route in index.project.routes.all]
        return 2 * sum(map(_is_of_staff, paths)) > len(paths) > FEW_ROUTES

    found: bool = index.keep("mostly staff", find)
    return found


def is_view_for_staff(index: Index, view: Value) -> bool:
    """Whether only staff pass a view, a class or a function: by permissions, decorators or bases, or by where it is kept."""
    table = index.table(view.place)
    if "admin" in view.place.lower():
        return True
    return any(map(names_staff, _inside(table, list(_of_class(table, view.scope)))))


def lets_staff_alone(permissions: Expr) -> bool:
    """Whether a list of permissions names one of staff, and none beside which others pass: ``IsUser | IsAdminUser``."""
    parts = list(inside(permissions))
    either = any(type(part) is list and part[:2] == ["bin", "|"] for part in parts)
    return not either and any(names_staff(dotted(part) or "") for part in parts)


def names_staff(name: str) -> bool:
    """Whether the name of a permission, decorator or dependency says that only staff pass."""
    words = {word.lower() for word in WORDS.findall(name.rpartition(".")[2])}
    return bool(words & STAFF or {"super", "user"} <= words) and not words & OTHERS


def _names(index: Index, entry: Entry) -> Iterator[str]:
    """Names in what stands around an entry point."""
    table = index.table(entry.function.place)
    yield from _inside(table, list(_around(table, entry.function.scope)))
    for path, ordinal in entry.on:
        given = dict(index.table(path).facts.calls[ordinal].keywords).get("dependencies")
        yield from _inside(index.table(path), [given])


def _around(table: Table, scope: int) -> Iterator[Expr]:
    scopes = table.facts.scopes
    record = scopes[scope]
    yield from record.decorators
    for param in record.params:
        yield from (param.default, param.annotation)
    if scopes[record.parent].kind == "class":
        yield from _of_class(table, record.parent)


def _of_class(table: Table, scope: int) -> Iterator[Expr]:
    scopes = table.facts.scopes
    yield from (*scopes[scope].decorators, *scopes[scope].bases)
    dispatch = table.members.get((scope, "dispatch"))
    if dispatch is not None:
        yield from scopes[dispatch].decorators
    for place in table.assigns_in.get(scope, ()):
        if scopes[scope].kind == "class" and str(table.facts.assigns[place].target) in LISTS:
            yield table.facts.assigns[place].value


def _inside(table: Table, work: list[Expr]) -> Iterator[str]:
    """Names in expressions, in what their calls are given, and in what their lambdas return."""
    for _ in range(MAX_PARTS):
        if not work:
            return
        parts = list(inside(work.pop()))
        if any(type(part) is list and part[:2] == ["bin", "|"] for part in parts):
            continue  # IsAuthenticated | IsAdminUser lets others pass, too
        for part in parts:
            if type(part) is list and part[:1] == ["lambda"]:
                work += [exit_.value for exit_ in table.exits.get(part[1], ())]
            elif type(part) is str and part[:1] == "@":
                call = table.facts.calls[int(part[1:].partition(".")[0])]
                given = [*call.args, *(value for _, value in call.keywords)]
                roles = [role for expr in given for role in _roles(expr)]
                if all(map(names_staff, roles)):
                    yield from roles[:1]
                work += [call.callee, *(expr for expr in given if not any(_roles(expr)))]
            elif type(part) is str and dotted(part):
                yield part


def _roles(expr: Expr) -> Iterator[str]:
    """What an argument names if it is a role or a list of them: ``"admin"``, ``[Role.ADMIN, Role.MEMBER]``."""
    for part in inside(expr):
        text = text_of(part)
        name = dotted(part) if text is None else None
        if text and "/" not in text:  # no path
            yield text
        elif name is not None and "." in name and name.rpartition(".")[2].isupper():
            yield name
