"""Entry points that only staff pass: by a decorator, a permission class, a dependency or a base that says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from atomlint import dotted, inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.entries import Entry
    from atomlint.index.tables import Table

    Expr = Any

STAFF = frozenset({"admin", "admins", "administrator", "staff", "superuser", "superusers", "superadmin", "sysadmin"})
"""Words for those who run a service."""
OTHERS = frozenset({"or", "not", "non", "readonly"})
"""Words beside them that let others pass: ``IsAdminOrReadOnly``."""
LISTS = frozenset({"permission_classes", "decorators", "method_decorators"})
"""Attributes of a view class that name what its requests have to pass."""
WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*")
MAX_PARTS = 60


def is_for_staff(index: Index, entry: Entry) -> bool:
    """Whether only staff pass an entry point: ``@staff_member_required``, ``Depends(require_admin)``, ``[IsAdminUser]``."""
    found: bool = index.keep(("staff", entry), lambda: any(map(_says, _names(index, entry))))
    return found


def _says(name: str) -> bool:
    words = {word.lower() for word in WORDS.findall(name.rpartition(".")[2])}
    return bool(words & STAFF) and not words & OTHERS


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
    if scopes[record.parent].kind != "class":
        return
    yield from (*scopes[record.parent].decorators, *scopes[record.parent].bases)
    dispatch = table.members.get((record.parent, "dispatch"))
    if dispatch is not None:
        yield from scopes[dispatch].decorators
    for place in table.assigns_in.get(record.parent, ()):
        if table.facts.assigns[place].target in LISTS:
            yield table.facts.assigns[place].value


def _inside(table: Table, work: list[Expr]) -> Iterator[str]:
    """Names in expressions, in what their calls are given, and in what their lambdas return."""
    for _ in range(MAX_PARTS):
        if not work:
            return
        for part in inside(work.pop()):
            if type(part) is list and part[:1] == ["lambda"]:
                work += [exit_.value for exit_ in table.exits.get(part[1], ())]
            elif type(part) is str and part[:1] == "@":
                call = table.facts.calls[int(part[1:].partition(".")[0])]
                work += [call.callee, *call.args, *(value for _, value in call.keywords)]
            elif type(part) is str and dotted(part):
                yield part
