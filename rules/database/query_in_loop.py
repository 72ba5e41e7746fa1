"""A query for every item of a loop, where one query could fetch them all.

## Why
A loop over 20 rows that asks for one more row each time sends 21 queries: each waits for the network, and the page that
was fast with five test rows takes seconds with real data. One `IN (...)` query before the loop, or an eager option such
as `selectinload`, makes it 2 however many rows there are.

## Bad
    from fastapi import Depends, FastAPI
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import Session, declarative_base

    app = FastAPI()
    Base = declarative_base()

    class User(Base):
        __tablename__ = "users"
        id = Column(Integer, primary_key=True)
        name = Column(String)
        invited_by = Column(Integer)

    def get_db() -> Session: ...

    @app.get("/hosts")
    def hosts(limit: int, db: Session = Depends(get_db)):
        guests = db.query(User).limit(limit)
        return [db.query(User).filter(User.id == guest.invited_by).first().name for guest in guests]

## Good
    from fastapi import Depends, FastAPI
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import Session, declarative_base

    app = FastAPI()
    Base = declarative_base()

    class User(Base):
        __tablename__ = "users"
        id = Column(Integer, primary_key=True)
        name = Column(String)
        invited_by = Column(Integer)

    def get_db() -> Session: ...

    @app.get("/hosts")
    def hosts(limit: int, db: Session = Depends(get_db)):
        ids = [guest.invited_by for guest in db.query(User).limit(limit)]
        users = {user.id: user for user in db.query(User).filter(User.id.in_(ids))}
        return [users[user_id].name for user_id in ids]

## For agents
Send no query in a loop: use `IN`, a join or eager loading.

## Limits
Only reads count. Quiet for chunks, pages, retries, constants, loops that leave at the first hit, answers that earlier
turns stored, what is read for the message of an error, and for code that no request reaches, as what stands before it
certainly raises, or only where a service is developed (`if settings.DEBUG:`). Nothing tells how many turns a loop will
have. That there are many is believed of functions that ask for rows by the page or limit them (`limit`, `page`), and
where all else is proven of those whose turns surely send two queries or more, or that go through all rows of a query
which asks neither for what one row has nor for what one person has: these are of medium confidence, and other loops of
low. A query that one sends is of medium at most, and only where it goes through rows or answers of another service, as
a client names few things; a relationship that it reads of each row is of high only where there are two of them or
more, and possible only where there is one that the loop reads itself (not a method that it calls on the row, such as
`row.to_dict()`). What one row has (`order.lines`, `order.notes()`) is taken for a few items. A query under a condition
(but not that the row has the key that it asks by, `if order.shop_id:`), or more than three calls away from its route
(five where the loop goes through a page), is possible only, as is one behind a cache that answers most of the time. So
is one of a turn that also writes: that saves, makes or deletes a row, commits, locks or opens a transaction or a
schema of its own, and of a turn that is called for what it does (`cancel(task)`): there one query less is half of the
work. What a turn calls is looked into, four calls far: one that surely writes, sends a message or asks another service
is possible only, and one that may is, unless all else of the loop is proven. Workers, tasks and repairs that a route
can start are possible only, too, as is what goes into a document to print (`report_pdf`), and so are requests that are
sent to change something (POST, PUT, PATCH, DELETE) and do, and branches for staff. Routes that only staff pass are
left out. A slice, a limit below 20, what a caller writes out, or what there are few of by its name (roles, regions,
providers), is taken for a few items, as are the children of one row (`filter(article=article)`) unless it is a
customer or a project; that a customer has one or two of something is not known. A session of SQLAlchemy loads each
parent once: where one foreign key of a row is read, or only authors, owners or kinds, it is possible only that there
are many, and so is `session.get()` of the row that the loop goes through.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Finding, Function, Note, rule

from .._certainty import FAR, PAGE, WORKER, confidence, is_repair
from .._few import loops_over_few
from .._methods import in_writing_branch, is_writing
from .._paged import expects_many, goes_through_pages
from .._readings import place_of
from .._repeats import may_repeat, only_with_key, others, repeats, trace
from .._staff import in_staff_branch
from .._turns import is_unpaged
from .._ways import is_behind_cache, is_kept, path_to
from ._answers import answers
from ._deeds import acts, deeds, sets_a_row
from ._eager import eager_option, is_always, is_loaded_once, is_of_one_parent, is_of_one_person, is_shared, names_one
from ._lazy import lazy_loops
from ._one_row import is_of_one_row
from ._own_work import (
    CREATES,
    WRITES,
    is_of_databases,
    is_of_models,
    is_of_one,
    is_of_parents,
    is_of_patterns,
    is_of_ranges,
    is_own_work,
    writes_too,
)
from ._reads import read_of
from ._same import asks_for_its_row, asks_the_same
from ._whole import goes_through_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index, Span
    from atomlint.index.loops import Loop
    from atomlint.index.reach import Path

    from .._repeats import Repeat
    from ._answers import Answer
    from ._lazy import LazyLoop

DOUBTS = (
    writes_too,
    is_of_parents,
    is_of_one,
    is_of_one_row,
    is_of_ranges,
    is_of_patterns,
    is_of_models,
    is_of_databases,
    asks_for_its_row,
)
"""Why one query for all turns would not be worth much, or cannot be."""
BELOW = {level: level for level in Confidence} | {
    Confidence.HIGH: Confidence.MEDIUM,
    Confidence.MEDIUM: Confidence.LOW,
}
"""Of a loop that asks by itself it is not known how many turns it has: of rows whose relationships it reads there are many."""
LAYERED = 5
"""Steps from a route to what is asked for each row of a page: through a service, a repository and the base of this."""
PAPER = re.compile(r"(?<![a-z])pdfs?(?![a-z])|weasyprint|reportlab", re.IGNORECASE)
"""Names of what makes a document to print."""
SEVERAL = 2
"""Queries of a row from which they are worth mending even where there are a few rows."""
NEEDS = ("sqlalchemy", "sqlmodel", "SQLModel", "asyncpg", "psycopg", "django.db", "databases")


@rule("database-query-in-loop", needs=NEEDS, reach=True, shares="loops", severity="warning", since="0.1")
def loops_over_data(function: Function) -> bool:
    """A function with a loop over data that sends a query at each turn."""
    return bool(_repeats(function) or _lazy(function) or _answers(function))


@loops_over_data.on("*")
def report(ctx: Context, function: Function) -> Iterator[Finding]:
    """The first query of each such loop, and the relationships that it reads, with the way from the route."""
    for repeat in _repeats(function):
        far = LAYERED if expects_many(function, repeat.loop.frame) else FAR
        level = confidence(repeat, data=repeat.first.goes_through_data(repeat.loop.frame), far=far)
        known = repeat.near.proven and repeat.first.goes_through_rows(repeat.loop.frame)
        if not known or any(doubts(repeat) for doubts in DOUBTS):
            level = Confidence.LOW
        several = sum(work.sure for work in repeat.work) >= SEVERAL
        many = several or goes_through_all(repeat)
        level = BELOW[_beside(level, function, repeat.loop, repeat.path, many=many)]
        finding = ctx.finding(repeat.first, _message(repeat), confidence=level)
        yield finding.with_related(*others(repeat)).with_trace(*trace(ctx.index, repeat))
    for answer, path in _answers(function):
        yield _of_answer(ctx, answer, path)
    seen: set[Span] = set()
    for lazy, path in _lazy(function):
        finding = _of_relationships(ctx, lazy, path)
        if finding.span not in seen:
            seen.add(finding.span)
            yield finding


def _beside(level: Confidence, function: Function, loop: Loop, path: Path, *, many: bool) -> Confidence:
    """A level, given what a turn and its request do besides reading.

    A turn that is sure to write or send something is dear with one query less, too. Where that is open, it is believed of
    turns that are sure in all else. A request that changes something is sent now and then, with a few items: people
    change things one by one, and look at them by the page. Lists without pages are mostly a handful, unless there are
    ``many``: queries of a turn, or rows.
    """
    if level is Confidence.LOW or loops_over_few(loop.name) or _changes(function, loop, path):
        return Confidence.LOW
    if not expects_many(function, loop.frame) and not (many and level is Confidence.HIGH):
        return Confidence.LOW
    if is_kept(path, function.index) or _is_behind_cache(function, loop) or _is_for_paper(function, path):
        return Confidence.LOW
    around = function.table.frames(loop.frame)
    if in_staff_branch(function, around) or is_unpaged(function, around):
        return Confidence.LOW
    done = deeds(function, loop.frame)
    if any(deed.sure for deed in done) or sets_a_row(function, loop.frame) or (done and level is Confidence.MEDIUM):
        return Confidence.LOW
    return level


def _is_for_paper(function: Function, path: Path) -> bool:
    """Whether a request is for a document to print: to lay it out takes longer than to ask for what is in it."""
    entry = function.index.function(path.entry.function)
    names = [call.name for call in (*function.calls, *entry.calls)]
    return any(PAPER.search(name) for name in (function.qualname, entry.qualname, *names))


def _is_behind_cache(function: Function, loop: Loop) -> bool:
    """Whether a cache stands before all calls of a turn, or before what the loop goes through when a turn has none."""
    turn = [call for call in function.calls if loop.frame in call.frame_ids]
    test = function.table.facts.frames[loop.frame].test
    if not turn and type(test) is str and test[:1] == "@" and test[1:].isdecimal():
        turn = [function.index.call(function.path, int(test[1:]))]
    return bool(turn) and all(map(is_behind_cache, turn))


def _changes(function: Function, loop: Loop, path: Path) -> bool:
    """Whether a loop is part of a request that is sent to change something, and does."""
    if in_writing_branch(function, function.table.frames(loop.frame)):
        return True
    return is_writing(path, function.index) and acts(function.index.function(path.entry.function))


def _repeats(function: Function) -> list[Repeat]:
    found: list[Repeat] = function.index.keep(
        ("query-in-loop", function), lambda: list(repeats(function, read_of, "database"))
    )
    return found


def _lazy(function: Function) -> list[tuple[LazyLoop, Path]]:
    found: list[tuple[LazyLoop, Path]] = function.index.keep(("lazy-in-loop", function), lambda: _lazy_loops(function))
    return found


def _lazy_loops(function: Function) -> list[tuple[LazyLoop, Path]]:
    found = list(lazy_loops(function)) if may_repeat(function) else []
    path = path_to(function) if found else None
    return [] if path is None else [(loop, path) for loop in found if not _never_turns(function, loop.loop)]


def _never_turns(function: Function, loop: Loop) -> bool:
    """Whether a loop is behind what certainly raises, such as a query by a column that is not there."""
    raises = function.index.project.calls.raises
    turn = (call for call in function.calls if loop.frame in call.frame_ids)
    return any(raises.never_runs(call.path, call.ordinal) for call in turn)


def _answers(function: Function) -> list[tuple[Answer, Path]]:
    """Rows that a handler answers with; none of a handler that only staff reach."""
    found = list(answers(function)) if may_repeat(function) else []
    path = path_to(function) if found else None
    return [] if path is None else [(answer, path) for answer in found]


def _of_answer(ctx: Context, answer: Answer, path: Path) -> Finding:
    """What the schema of a response reads of each row."""
    names = ", ".join(f"`{one.attribute}`" for one in answer.relationships)
    count = len(answer.relationships)
    queries = f"{count} {'query' if count == 1 else 'queries'}"
    always = all(is_always(ctx.index, one) for one in answer.relationships)
    text = (
        f"`{answer.reading.name}` reads {names} of each row of the answer: {'' if always else 'up to '}{queries} each, "
        f"{20 * count + 1} for 20 rows; {eager_option(ctx.index, answer.rows, answer.relationships)}"
    )
    level = Confidence(path.confidence)
    shared = all(map(is_shared, answer.relationships))
    if shared or count < SEVERAL or answer.rows.sliced or 0 < answer.rows.most < PAGE:
        level = Confidence.LOW
    elif not any(one.uselist for one in answer.relationships):
        level = min(level, Confidence.MEDIUM, key=lambda each: each.rank)
    first = answer.relationships[0]
    made = ctx.index.call(first.path, first.call).span
    return ctx.finding(answer.reading.span(), text, confidence=level).with_related(
        Note(made, "the relationship is loaded when it is first read")
    )


def _message(repeat: Repeat) -> str:
    sure = [w for w in repeat.work if w.sure]
    count = len(sure) or max(Counter(w.steps[0] for w in repeat.work).values())
    queries = "1 query" if count == 1 else f"{count} queries"
    often = "" if sure and not all(only_with_key(work, repeat.loop.frame) for work in sure) else "up to "
    name = f"each of `{repeat.loop.name}`" if repeat.loop.name else "each item"
    outer = next((loop.name for loop in repeat.outer if loop.kind == "each" and loop.name), "")
    of = f" of each of `{outer}`" if outer else ""
    before = f"asked once before the loop, with `IN (...)`, it is {count}"
    if count == 1 and all(w.hit.what in CREATES for w in sure or repeat.work):
        before = "one query with `IN (...)` for the rows that are there, and one for the others, make it 2"
    elif asks_the_same(repeat):
        before = f"it asks for the same at every turn: once before the loop is enough, and it is {count}"
    return f"{often}{queries} for {name}{of}: {20 * count} for 20 items; {before}"


def _of_relationships(ctx: Context, lazy: LazyLoop, path: Path) -> Finding:
    first = next((r for r in lazy.reads if r.sure), lazy.reads[0])
    names = ", ".join(f"`{'.'.join((lazy.target, *read.names))}`" for read in lazy.reads)
    count = len(lazy.reads)
    narrowed = any(read.narrowed for read in lazy.reads)  # prefetch_related does not serve what filters
    paths = ["__".join(read.names) for read in lazy.reads]
    repair = eager_option(ctx.index, lazy.rows, [read.relationship for read in lazy.reads], paths, narrowed=narrowed)
    each = f"each of `{lazy.loop.name}`" if lazy.loop.name else "each row"
    always = all(read.sure and is_always(ctx.index, read.relationship) for read in lazy.reads)
    sends = f"{'sends' if count == 1 else 'send'} {'' if always else 'up to '}{count} {'query' if count == 1 else 'queries'}"
    text = f"{names} {sends} for {each}: {20 * count + 1} for 20 rows; {repair}"
    function = lazy.reads[0].steps[0][0]
    level = _beside(_lazy_confidence(lazy, path), function, lazy.loop, path, many=always)
    if level is Confidence.HIGH and not expects_many(function, lazy.loop.frame):
        level = Confidence.MEDIUM
    finding = ctx.finding(place_of(ctx.index, *first.steps[0], loop=lazy.loop.frame), text, confidence=level)
    if lazy.rows.call >= 0:
        asked = ctx.index.call(lazy.rows.path, lazy.rows.call).span
        finding = finding.with_related(Note(asked, "the rows are asked for here"))
    made = ctx.index.call(first.relationship.path, first.relationship.call).span
    finding = finding.with_related(Note(made, "the relationship is loaded when it is first read"))
    steps = []
    for function, what in first.steps:
        verb = "calls" if what.endswith(")") else "reads"
        steps.append(Note(place_of(ctx.index, function, what), f"{function.qualname} {verb} {what}"))
    return finding.with_trace(*ctx.index.steps(path), *steps)


def _lazy_confidence(lazy: LazyLoop, path: Path) -> Confidence:
    function = lazy.reads[0].steps[0][0]
    few = 0 < lazy.rows.most < PAGE or (lazy.rows.sliced and not goes_through_pages(function))
    if few or WORKER.search(function.path) or is_repair(function.name):
        return Confidence.LOW
    if is_own_work(lazy) or all(any(f.name in WRITES for f, _ in read.steps[1:]) for read in lazy.reads):
        return Confidence.LOW  # read while rows are written, which is more statements
    proven = [read for read in lazy.reads if read.sure and (read.relationship.uselist or read.relationship.django)]
    if all(read.narrowed or is_shared(read.relationship) for read in lazy.reads):
        return Confidence.LOW
    if not any(read.sure for read in lazy.reads):
        return Confidence.LOW  # of some rows, by what they have
    if len(lazy.reads) < SEVERAL and not is_of_many(function.index, lazy):
        return Confidence.LOW
    if is_of_one_person(lazy.rows) and all(read.relationship.uselist is False for read in lazy.reads):
        return Confidence.LOW
    if names_one(function.index, lazy.rows):
        return Confidence.LOW
    level = Confidence(path.confidence)
    return Confidence.MEDIUM if level is Confidence.HIGH and len(proven) < SEVERAL else level


def is_of_many(index: Index, lazy: LazyLoop) -> bool:
    """Whether one relationship is read of rows that an answer shows by the page: by what the row says of itself.

    ``[row.to_dict() for row in rows]`` makes an answer of them; of loops that read it themselves half go through a few.
    """
    read = lazy.reads[0]
    return len(read.steps) > 1 and not is_of_one_parent(index, lazy.rows) and not is_loaded_once(read.relationship)
