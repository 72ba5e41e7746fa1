"""What the commands of requests are meant for, by the names of what leads to them and by where it is registered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .._staff import names_staff

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from atomlint import Index
    from atomlint.index.requestwork import RequestWork, Use
    from atomlint.index.value import Value

REVOKED = re.compile(
    r"revo[kc]|black_?list|block_?list|deny_?list|logged_?out|session_guard|(?<![a-z])jti(?![a-z])", re.IGNORECASE
)
"""Words of functions and keys that ask whether a token or a session is still valid."""
SESSION = re.compile(r"(?<![a-z])(?:tokens?|sess(?:ions?)?)(?![a-z])", re.IGNORECASE)
"""Words of keys under which Redis has the session that a token stands for."""
SEPARATOR = ":"
"""Between the parts of a key."""
GATES = re.compile(r"quota|concurren|idempoten", re.IGNORECASE)
"""Words of functions and classes that let somebody pass by what all processes count together: a copy lets more pass."""
KEYED = 3
"""Calls, from a command upwards, that may say what its key is."""
COMMON = re.compile(r"session", re.IGNORECASE)
"""Words of functions and classes whose state all processes may have to share."""
EXACT = frozenset({"eval", "evalsha", "script", "watch"})
"""Operations that decide in one step."""
BLUEPRINTS = ("flask.Blueprint().context_processor", "quart.Blueprint().context_processor")


def revokes(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether a command asks if somebody is locked out, by names of what is called or of its key: a copy would let them in."""
    called = [index.function(function).qualname for function in called_of(work, [use])]
    return any(map(REVOKED.search, [*called, *_keys_of(index, work, use)]))


def is_session(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether a command reads the session that a token stands for, by its key, ``f"token:{token}"``, or who reads it."""
    readers = (index.function(step.function).name for step in use.chain)
    keys = _keys_of(index, work, use, spelled=True)
    return any(map(SESSION.search, [*readers, *keys]))


def _keys_of(index: Index, work: RequestWork, use: Use, *, spelled: bool = False) -> Iterator[str]:
    """What the keys of the calls down to a command are made of, ``f"blacklist:{jti}"``; or what spells them alone."""
    for path, ordinal in work.sites(use)[-KEYED:]:
        call = index.call(path, ordinal)
        key = call.args[0] if call.args else call.keywords.get("name")
        for leaf in index.provenance.leaves(path, call.scope, key) if key is not None else ():
            if not spelled or leaf.kind == "call" or (leaf.kind == "const" and SEPARATOR in leaf.text):
                yield leaf.text


def is_of_staff(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether a function on the way says that it is for those who run the service: ``check_admin_lockout``."""
    return any(names_staff(index.function(function).name) for function in called_of(work, [use]))


def called_of(work: RequestWork, uses: Sequence[Use]) -> list[Value]:
    """The functions on the way, and down to the commands."""
    return [*work.path.functions, *(step.function for use in uses for step in use.chain)]


def is_of_gate(index: Index, work: RequestWork, uses: Sequence[Use]) -> bool:
    """Whether it is a quota, or something that may run once, by its name."""
    return any(GATES.search(index.function(one).qualname) for one in called_of(work, uses))


def is_meant_for_all(index: Index, work: RequestWork, uses: Sequence[Use]) -> bool:
    """Whether all processes may have to see the same at once: quotas and sessions by their names, scripts and transactions."""
    called = called_of(work, uses)
    return any(use.command.operation.name in EXACT for use in uses) or any(
        COMMON.search(index.function(function).qualname) for function in called
    )


def is_of_blueprint(index: Index, work: RequestWork) -> bool:
    """Whether a context processor is one of a blueprint, whose pages alone it serves."""
    entry, linker = work.path.entry.function, index.project.linker
    scope = linker.table(entry.place).facts.scopes[entry.scope]
    values = (linker.evaluate(entry.place, scope.parent, decorator) for decorator in scope.decorators)
    return work.path.entry.kind == "page" and any(v.place in BLUEPRINTS for found in values for v in found)
