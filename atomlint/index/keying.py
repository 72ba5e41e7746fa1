"""Who decides on a key: a function that makes one, or its callers, whose key it passes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import Table, dotted, text_of

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .linker import Linker

KEYS = frozenset({"key", "k", "name", "cache_key", "field", "namespaced_key", "full_key"})
"""Names of what is a key already: a helper that is given one only puts it below a prefix."""


def passed_through(linker: Linker, table: Table, scope: int, args: list[Expr]) -> bool:
    """Whether arguments are parameters of the function, unchanged or through helpers, with no key text of their own."""
    params = {p.name for p in table.facts.scopes[scope].params if p.name not in ("self", "cls")}
    names: set[str] = set()
    literal = False
    work, seen = list(args), 0
    while work and seen < 60:
        seen += 1
        expr = work.pop()
        if type(expr) is list:
            work += expr[1:] if expr[:1] not in (["lambda"], ["cmp"]) else []
            continue
        text = text_of(expr)
        if text is not None:
            literal = literal or sum(map(str.isalpha, text)) >= 2
        elif type(expr) is str and expr[:1] == "@":
            ordinal = int(expr[1:].partition(".")[0])
            literal = literal or _makes_key(linker, table, ordinal)
            work += table.facts.calls[ordinal].args
        elif (name := dotted(expr)) is not None:
            head = name.partition(".")[0]
            if head in params:
                names.add(head)
            else:
                work += [
                    a.value for a in (table.facts.assigns[p] for p in table.assigns_in.get(scope, ()))
                    if a.target == name and a.kind == "="
                ]  # fmt: skip
    return bool(names) and not literal


def _makes_key(linker: Linker, table: Table, ordinal: int) -> bool:
    """Whether a call is to a function of the project that makes a key of something that is none yet."""
    call = table.facts.calls[ordinal]
    if not call.args or any(dotted(arg) in KEYS for arg in call.args):
        return False
    for value in linker.values.callee(table.path, ordinal):
        inner = linker.table(value.place)
        for exit_ in inner.exits.get(value.scope, ()) if value.kind == "def" else ():
            parts = exit_.value[1:] if type(exit_.value) is list and exit_.value[:1] == ["f"] else []
            if type(exit_.value) is str and exit_.value[:1] == "@" and "." not in exit_.value:
                parts = inner.facts.calls[int(exit_.value[1:])].args
            if sum(map(str.isalpha, "".join(text_of(part) or "" for part in parts))) >= 2:
                return True
    return False
