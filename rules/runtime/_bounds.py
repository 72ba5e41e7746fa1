"""What keeps a container of the process from growing for ever, and what only seems to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import call_number, dotted, inside

if TYPE_CHECKING:
    from typing import Any

    from atomlint import Index
    from atomlint.index.containers import Use
    from atomlint.index.tables import Table

    Expr = Any

ORDERS = frozenset({"<", "<=", ">", ">="})
LOOPS = frozenset({"for", "comp", "while"})
BRANCHES = frozenset({"if", "else", "after"})


def bounds(index: Index, use: Use, uses: tuple[Use, ...]) -> bool:
    """Whether a use keeps a container from growing for ever, or may do so.

    Three do not: what nothing calls, what puts the entry back at once, and what drops an entry that ran out when somebody
    asks for its key again, as most keys are never asked for again.
    """
    if use.kind not in ("remove", "clear", "escape", "size"):
        return False
    if use.scope and index.project.unused.holds(use.function):
        return False
    if use.kind == "size":
        return _is_compared(index, use)
    return use.kind != "remove" or not (is_put_back(index, use, uses) or _is_lazy(index, use, uses))


def _is_compared(index: Index, use: Use) -> bool:
    """Whether a length decides something."""
    table = index.project.linker.table(use.path)
    wanted = f"@{use.call}"
    tests = (frame.test for frame in table.facts.frames if frame.kind in ("if", "else", "after", "while"))
    compared = any(part == wanted for test in tests if test is not None for part in inside(test))
    return compared or any(assign.value == wanted for assign in table.facts.assigns)


def is_put_back(index: Index, use: Use, uses: tuple[Use, ...]) -> bool:
    """Whether what is taken out is stored again by the same run of a function: ``hits.pop(host)``, ``hits[host] = ...``."""
    if use.kind != "remove" or use.key is None:
        return False
    table = index.project.linker.table(use.path)
    place = position(index, use)
    if any(e.frame == use.frame != 0 and e.after >= place for e in table.exits.get(use.scope, ())):
        return False
    around = table.frames(use.frame)
    return any(
        other.kind == "store"
        and (other.path, other.scope) == (use.path, use.scope)
        and other.key == use.key
        and position(index, other) > place
        and all(frame in around or table.facts.frames[frame].kind == "after" for frame in table.frames(other.frame))
        for other in uses
    )


def _is_lazy(index: Index, use: Use, uses: tuple[Use, ...]) -> bool:
    """Whether an entry is dropped because it ran out, or is empty, where its key is asked for: ``get``, ``prune(key)``.

    A function that a loop calls, or that loops over the keys itself, sweeps.
    """
    name = dotted(use.key)
    if name is None or not use.scope:
        return False
    table = index.project.linker.table(use.path)
    if any(table.facts.frames[frame].kind in LOOPS for frame in table.frames(use.frame)):
        return False
    bindings = [table.facts.assigns[place] for place in table.assigns_in.get(use.scope, ())]
    if any(assign.target == name and assign.kind == "for" for assign in bindings):
        return False
    looked = any(
        other.kind in ("read", "ask", "grow", "store")
        and (other.path, other.scope, other.key) == (use.path, use.scope, use.key)
        for other in uses
    )
    tests = [table.facts.frames[frame] for frame in table.frames(use.frame)]
    ran_out = any(entry.kind in BRANCHES and _is_of_age(use, entry.test) for entry in tests)
    return ran_out and (looked or _is_of_entry(table, use)) and not _is_swept(index, use)


def _is_of_age(use: Use, test: Expr) -> bool:
    """Whether a test compares an age, or finds what lies under the key to be empty."""
    for part in inside(test):
        if type(part) is list and part[:1] == ["cmp"] and len(part) == 4 and part[2] in ORDERS:
            return True
        if type(part) is list and part[:1] == ["not"] and type(part[1]) is list and part[1][:1] == ["sub"]:
            return bool(part[1][2] == use.key)
    return False


def _is_of_entry(table: Table, use: Use) -> bool:
    """Whether the function has what lies under the key under a name, by a call that is given the key."""
    calls = (table.facts.calls[number] for number in table.calls_in.get(use.scope, ()))
    return any(use.key in call.args for call in calls)


def _is_swept(index: Index, use: Use) -> bool:
    """Whether a loop calls the function for one key after the other."""
    table = index.project.linker.table(use.path)
    name = table.facts.scopes[use.scope].name
    for path, ordinal in index.project.linker.call_sites(name):
        other = index.project.linker.table(path)
        frames = other.frames(other.facts.calls[ordinal].frame)
        if path not in index.tests and any(other.facts.frames[frame].kind in LOOPS for frame in frames):
            return True
    return False


def fills_itself(index: Index, path: str, assign: int) -> bool:
    """Whether a container makes an entry for whatever key it is asked for: a ``defaultdict``."""
    table = index.project.linker.table(path)
    number = call_number(table.facts.assigns[assign].value)
    return number is not None and table.lasts[number] == "defaultdict"


def position(index: Index, use: Use) -> int:
    """Number of calls before a use in its file."""
    if use.call >= 0:
        return use.call
    return index.project.linker.table(use.path).facts.assigns[use.assign].after
