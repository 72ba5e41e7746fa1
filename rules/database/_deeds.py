"""What a turn of a loop does besides reading: rows that it writes, messages that it sends, services that it asks.

Beside them one query less a turn is little. They are looked for in every function of the project that the turn calls.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from atomlint import dotted

from ._reads import statement_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call, Function, Index
    from atomlint.index.value import Value

DEPTH = 4
"""Calls followed from the turn on: what is further down is done in few turns, as a row that is made when it is missing."""
NEAR = 2
"""Calls up to which a name alone says that something is changed."""
WRITES = frozenset(
    [
        "insert",
        "update",
        "delete",
        "create",
        "acreate",
        "bulk_create",
        "abulk_create",
        "bulk_update",
        "abulk_update",
        "merge",
        "add",
        "add_all",
        "commit",
        "flush",
        "executemany",
        "bulk_save_objects",
        "bulk_insert_mappings",
        "bulk_update_mappings",
        "copy_records_to_table",
        "get_or_create",
        "aget_or_create",
        "update_or_create",
        "aupdate_or_create",
    ]
)
"""Operations of a database, or of a session, that write; what finds a row or makes it may."""
ROWS = frozenset({"save", "delete", "asave", "adelete"})
"""What a row of a library's model does to itself."""
STATEMENTS = ("query", "statement", "sql", "clause")
"""Keywords of what is executed."""
REMOTE = (
    "requests.", "httpx.", "aiohttp.", "urllib.request.", "urllib3.", "boto3.", "botocore.", "smtplib.", "subprocess.",
    "openai.", "anthropic.", "litellm.", "stripe.", "twilio.", "elasticsearch.", "opensearchpy.", "paramiko.", "google.cloud.",
    "minio.", "pika.", "kafka.", "docker.", "kubernetes.",
)  # fmt: skip
"""Packages whose calls go over the network, or start a program."""
SENDS = frozenset(
    [
        "delay",
        "apply_async",
        "send_task",
        "enqueue",
        "send_message",
        "send_mail",
        "send_email",
        "publish",
        "kiq",
        "sendmail",
        "send_each_for_multicast",
    ]
)
"""Names of what hands a message on."""
VERBS = frozenset(
    [
        "save",
        "create",
        "update",
        "delete",
        "insert",
        "upsert",
        "remove",
        "write",
        "send",
        "publish",
        "enqueue",
        "store",
        "persist",
        "upload",
        "notify",
        "dispatch",
        "assign",
        "grant",
        "revoke",
    ]
)
"""First words of names of what changes something, where nothing else is known of it."""
PLAIN = frozenset({"update", "insert", "remove", "write", "store"})
"""Names that containers and files have, too: these count on a row alone."""
LINKS = frozenset({"add", "set", "remove", "clear", "aadd", "aset", "aremove", "aclear"})
"""What changes which rows are related to one: ``ticket.tags.add(tag)``."""
WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*")
OPTIONAL = frozenset({"if", "else", "after", "except"})


class Deed(NamedTuple):
    """One thing that a turn does besides reading."""

    call: Call
    sure: bool
    """False when a branch may leave it out."""


def deeds(function: Function, frame: int) -> list[Deed]:
    """What a turn of the loop of a frame does besides reading, in source order, by the function's own calls."""
    return [deed for call in function.calls if frame in call.frame_ids for deed in _of_call(call, frame, DEPTH)]


def acts(function: Function) -> bool:
    """Whether a function, or what it calls, does something besides reading, in some branch at least."""
    return _of_function(function.index, function.value, DEPTH) is not None


def sets_a_row(function: Function, frame: int) -> bool:
    """Whether a turn sets an attribute of a row, which the session writes later: ``folder.parent = target``."""
    return any(
        assign.kind == "="
        and type(assign.target) is str
        and assign.target.count(".") == 1
        and frame in function.table.frames(assign.frame)
        and function.index.writers.rows(function.path, assign.scope, assign.target.partition(".")[0])
        for assign in function.assigns
    )


def _of_call(call: Call, until: int, depth: int) -> Iterator[Deed]:
    sure = _is_sure(call, until)
    if _is_deed(call) or _is_called_so(call, DEPTH - depth):
        yield Deed(call, sure)
    elif depth == DEPTH and any(v.kind == "def" and call.index.project.effects.is_mapped(v) for v in call.targets):
        yield Deed(call, sure=False)  # a row is made, to be written with the others
    elif depth:
        for edge in call.index.project.calls.edges(call.function.value):
            if edge.call == call.ordinal and edge.kind in ("call", "carried"):
                below = _of_function(call.index, edge.target, depth - 1)
                if below is not None:
                    yield Deed(call, sure and below.sure)


def _of_function(index: Index, function: Value, depth: int) -> Deed | None:
    """The surest thing that a function does besides reading."""
    key = ("deed", function, depth)
    if key not in index.project.memo:
        index.project.memo[key] = None  # a function that calls itself
        done = [deed for call in index.function(function).calls for deed in _of_call(call, 0, depth)]
        index.project.memo[key] = max(done, key=lambda deed: deed.sure, default=None)
    found: Deed | None = index.project.memo[key]
    return found


def _is_sure(call: Call, until: int) -> bool:
    """Whether no branch leaves the call out; that an inner loop may have no turn does not count."""
    frames = call.table.facts.frames
    around = call.frame_ids
    inner = around[: around.index(until)] if until in around else around
    return OPTIONAL.isdisjoint(frames[at].kind for at in inner)


def _is_deed(call: Call) -> bool:
    """Whether a call by itself writes, sends or asks another service."""
    pending = call.index.project.effects.queries.writes.of(call.table, call.ordinal)
    if pending is not None:
        return pending.most != 0  # a session that is closed with nothing to write has written nothing
    if call.name in SENDS:
        return True
    database = call.database
    if database is not None:
        keywords = call.keywords
        given = [*call.args[:1], *(keywords[name] for name in STATEMENTS if name in keywords)]
        return database.operation in WRITES or any(statement_kind(call, expr) == "write" for expr in given)
    if any(value.kind == "def" for value in call.targets):
        return False
    if call.name in ROWS or any(place.startswith(REMOTE) and place.count("()") <= 1 for place in call.external):
        return True  # not what is asked of an answer: requests.get().json().get
    if call.name in LINKS and _is_related(call):
        return True
    return call.name in PLAIN and _is_of_row(call)


def _is_called_so(call: Call, below: int) -> bool:
    """Whether only the name of a call, so many calls below the turn, says that it changes something: ``save_report(row)``.

    What creates something may make an object that is needed: that is believed a call less far.
    """
    if below > NEAR or (below == NEAR and call.name.startswith("create")):
        return False
    if call.name in PLAIN or call.database is not None or any(value.kind == "def" for value in call.targets):
        return False
    if call.callee == call.name and not call.external:
        return False
    return next(iter(WORDS.findall(call.name)), "").lower() in VERBS


def _is_related(call: Call) -> bool:
    """Whether a method is called on a relationship of many rows, by the name of its attribute."""
    receiver = dotted(call.callee.rpartition(".")[0]) if type(call.callee) is str else None
    if receiver is None or "." not in receiver:
        return False
    return receiver.rpartition(".")[2] in call.index.project.relationships.of_many


def _is_of_row(call: Call) -> bool:
    """Whether a method is called on a row of a mapped class, or on what a method of such a class gives."""
    receiver = dotted(call.callee.rpartition(".")[0]) if type(call.callee) is str else None
    if receiver is None:
        return False
    if call.index.writers.rows(call.path, call.scope, receiver):
        return True
    given = [a.value for a in call.function.assigns if a.target == receiver and type(a.value) is str]
    return any(_is_of_model(call, int(value[1:])) for value in given if value[:1] == "@" and value[1:].isdecimal())


def _is_of_model(call: Call, ordinal: int) -> bool:
    callee = call.table.facts.calls[ordinal].callee
    name = dotted(callee.rpartition(".")[0]) if type(callee) is str else None
    values = call.evaluate(name) if name is not None else ()
    return any(v.kind == "def" and call.index.project.effects.is_mapped(v) for v in values)
