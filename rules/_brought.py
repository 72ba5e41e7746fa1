"""What only few requests bring, or come to: for want of it a function leaves the others alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from atomlint import atoms, call_number, condition, dotted, text_of

from ._branches import absent, frames_of, sites_of
from ._staff import DEVELOPING, in_staff_branch
from ._turns import held

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from atomlint import Index
    from atomlint.facts.records import Call, Frame
    from atomlint.index.requestwork import RequestWork, Use
    from atomlint.index.tables import Table
    from atomlint.index.value import Value

    Expr = Any

RARE = re.compile(
    r"(?:^|[_-])(?:idem|idempoten\w*|impersonat\w*|on-behalf-of|preview|debug|dry[_-]?run|if-none-match)(?:$|[_-])",
    re.IGNORECASE,
)
"""Names of headers that few requests bring, and of variables for them."""
HOLDERS = frozenset({"g", "_g", "request", "_request", "req", "state", "self", "cls", "local", "context", "ctx"})
"""What holds things for a request, or for the process: what is missing there is missing at the next request, too."""
FAILED = 399
"""Status codes above this are errors."""
LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "[::1]", "0.0.0.0", "testserver", "test"})
"""Hosts by which a service is called where it is developed and tested."""
QUERIES = ("query_params.get", "GET.get", "args.get")
"""How a part of the address is read that not all requests have."""


def is_brought_seldom(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether it only runs for what few requests bring, or leaves for want of it: ``Idempotency-Key``, a part of the query."""
    return any(
        _is_seldom(index, table, function.scope, name, work.frequency)
        for function, table, frame in frames_of(index, work, use)
        for name in _wanted(table.facts.frames[frame])
    )


def wait_seldom(index: Index, sites: Iterable[tuple[Value, int]]) -> bool:
    """The same of calls, each with its function, that lead to one another."""
    return any(
        _is_seldom(index, table, function.scope, name, "")
        for function, call in sites
        for table in (index.table(function.place),)
        for frame in table.frames(table.facts.calls[call].frame)
        for name in _wanted(table.facts.frames[frame])
    )


def is_for_staff_alone(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether a branch on the way is for those who run the service: ``if user.is_superuser: tenant = chosen(request)``."""
    return any(
        in_staff_branch(index.function(function), index.call(function.place, call).frame_ids)
        for function, call, _ in sites_of(work, use)
    )


def is_of_developers(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether a branch on the way is for where a service is developed: ``if settings.DEBUG:``, ``if host in DEV_HOSTS:``."""
    return any(
        not negated and _is_of_developers(table, part)
        for _, table, frame in frames_of(index, work, use)
        if (entry := table.facts.frames[frame]).kind in ("if", "else", "after")
        for part, negated in held(condition(entry.kind, entry.test))
    )


def _is_of_developers(table: Table, test: Expr) -> bool:
    if type(test) is list:
        return test[:1] == ["cmp"] and len(test) == 4 and test[2] in ("in", "==") and _are_local(table, test[3])
    made = call_number(test)
    name = dotted(test if made is None else table.facts.calls[made].callee) or ""
    last = name.rpartition(".")[2]
    return last in DEVELOPING or "sqlite" in last.lower()


def _are_local(table: Table, hosts: Expr) -> bool:
    """Whether an expression is a host that only developers and tests call a service by, or a list of these."""
    bound = table.lookup(0, hosts) if type(hosts) is str and dotted(hosts) else []
    values = [binding.assign.value for binding in bound if binding.assign is not None] or [hosts]
    texts = [text_of(part) for value in values for part in (value[1:] if type(value) is list else [value])]
    return bool(texts) and all(text in LOCAL for text in texts)


def is_of_sessions(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether a middleware of Django does it for whom its session knows, where all but the admin site goes by tokens."""
    if work.frequency != "every-request" or not index.project.listviews.defaults.by_token_alone:
        return False
    hook = index.function(work.path.entry.function)
    first = min((call for function, call, _ in sites_of(work, use) if function == hook.value), default=-1)
    if any((call.name or "").endswith("get_response") and call.ordinal < first for call in hook.calls):
        return False  # the view has told who it was
    return any(
        not negated and (dotted(part) or "").endswith("user.is_authenticated")
        for _, table, frame in frames_of(index, work, use)
        if (entry := table.facts.frames[frame]).kind in ("if", "else", "after")
        for part, negated in held(condition(entry.kind, entry.test))
    )


def is_of_failures(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether it only runs for responses that are errors: ``if response.status_code >= 500: alert()``."""
    for _function, table, frame in frames_of(index, work, use):
        entry = table.facts.frames[frame]
        if entry.kind not in ("if", "after"):
            continue
        if any(_is_failure(part, negated=negated) for part, negated in atoms(entry.test)):
            return True
    return False


def mends_itself(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether it fills what its branch finds missing: ``if not user.org_id: ...; user.org_id = org.id``, once for each row."""
    for function, table, frame in frames_of(index, work, use):
        entry = table.facts.frames[frame]
        name = absent(condition(entry.kind, entry.test)) if entry.kind in ("if", "else") else None
        is_of_request = name is not None and name.rpartition(".")[0].rpartition(".")[2] in HOLDERS
        if name is not None and "." in name and not is_of_request and _is_set_in(table, function.scope, name, frame):
            return True
    return False


def raises_its_flag(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether what a branch leads to sets the flag that it asks for: ``if not cache.connected: await cache.connect()``."""
    functions = [index.function(one) for one in (*work.path.functions, *(step.function for step in use.chain))]
    raised = {
        (dotted(assign.target) or "").rpartition(".")[2]
        for function in functions
        for assign in function.assigns
        if assign.value == "#True" and "." in (dotted(assign.target) or "")
    }
    tests = (
        absent(condition(entry.kind, entry.test))
        for _, table, frame in frames_of(index, work, use)
        if (entry := table.facts.frames[frame]).kind in ("if", "else", "after")
    )
    return any(name is not None and "." in name and name.rpartition(".")[2] in raised for name in tests)


def _wanted(entry: Frame) -> Iterator[str]:
    """What has to be there to come into a frame, by its name or the call that gives it; none for ``else``."""
    if entry.kind == "if":
        for part, negated in held(entry.test):
            if not negated and type(part) is str:
                yield part
    elif entry.kind == "after" and type(entry.test) is list and entry.test[:1] == ["not"]:
        yield from filter(None, map(_missing, _any_of(entry.test[1])))


def _is_set_in(table: Table, scope: int, name: str, frame: int) -> bool:
    assigns = (table.facts.assigns[place] for place in table.assigns_in.get(scope, ()))
    return any(assign.target == name and frame in table.frames(assign.frame) for assign in assigns)


def _is_failure(test: Expr, *, negated: bool) -> bool:
    """Whether a test, or its opposite, holds for responses that are errors alone."""
    operators = ("<", "<=", "!=") if negated else (">", ">=", "==")
    if type(test) is not list or test[:1] != ["cmp"] or len(test) != 4 or test[2] not in operators:
        return False
    status = (dotted(test[1]) or "").rpartition(".")[2]
    number = test[3][1:] if type(test[3]) is str and test[3][:1] == "#" else ""
    return status in ("status_code", "status") and number.isdigit() and int(number) >= FAILED


def _any_of(test: Expr) -> list[Expr]:
    """The parts of a test any of which makes it true: ``not key or not is_kept(path)``."""
    return test[1:] if type(test) is list and test[:1] == ["or"] else [test]


def _missing(test: Expr) -> str | None:
    """What a test finds missing: a name, or what a call gives, ``not (key := headers.get("x"))``; or a header's name."""
    if type(test) is list and test[:1] == ["not"] and type(test[1]) is str and test[1][:1] == "@":
        return str(test[1])
    if type(test) is list and test[:1] == ["cmp"] and len(test) == 4:
        left, operator, right = test[1:]
        if operator in ("is", "==") and right in ("#None", "'") and type(left) is str:
            return left
        if operator == "not in" and (dotted(right) or "").endswith("headers"):
            return text_of(left)
    return absent(test)


def _is_seldom(index: Index, table: Table, scope: int, name: str, frequency: str) -> bool:
    """Whether a name, or the call that gives it its value, is of something that few requests bring.

    Parts of the address, of all requests: a permission or a dependency asks for those that its routes take.
    """
    assigns = [table.facts.assigns[place] for place in table.assigns_in.get(scope, ())]
    values = [assign.value for assign in assigns if assign.target == name]
    chains = [list(_chain(table, value)) for value in (values if dotted(name) else (name, *values))]
    texts = (index.settings.text(table.path, scope, given) for chain in chains for call in chain for given in call.args)
    if RARE.search(name) or any(RARE.search(text or "") for text in texts):
        return True
    return frequency == "every-request" and bool(chains) and all(any(map(_is_of_query, chain)) for chain in chains)


def _is_of_query(call: Call) -> bool:
    return len(call.args) == 1 and (dotted(call.callee) or "").endswith(QUERIES)


def _chain(table: Table, value: Expr) -> Iterator[Call]:
    """The calls of a chain, from its end: ``headers.get("x").strip()``."""
    while type(value) is str and value[:1] == "@":
        head = value[1:].partition(".")[0]
        record = table.facts.calls[int(head)]
        yield record
        value = record.callee


SELDOM = (is_brought_seldom, is_for_staff_alone, is_of_developers, is_of_sessions, is_of_failures)
"""Questions, each of which says that only few requests come to what a rule about all of them reports."""
