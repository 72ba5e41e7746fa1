"""What polls say of how long they ask, and how often."""

from __future__ import annotations

import pytest

from atomlint.testing import check_files

HEAD = """
import asyncio
import time
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session


def asks(session: Session) -> bool:
    return bool(session.execute(text("SELECT done FROM jobs")).scalar())

"""


def polls(code: str) -> list[tuple[str, str]]:
    """Confidences and messages of one function below the head."""
    report = check_files({"app/waits.py": HEAD + code}, select=("runtime-tight-poll",))
    return [(finding.confidence.name.lower(), finding.message) for finding in report.findings]


def test_a_loop_without_an_end_is_told_by_the_day() -> None:
    code = """
def wait(session: Session) -> None:
    while not asks(session):
        time.sleep({seconds})
"""
    assert polls(code.format(seconds=1)) == [
        ("medium", "asks the database every 1 s: 86,400 queries a day while the loop runs, 2,880 at 30 s")
    ]
    assert polls(code.format(seconds=2)) == [
        ("low", "asks the database every 2 s: 43,200 queries a day while the loop runs, 2,880 at 30 s")
    ]


@pytest.mark.parametrize(
    "code",
    [
        """
def wait(session: Session) -> None:
    for _ in range(150):
        if asks(session):
            return
        time.sleep(2)
""",
        """
def wait(session: Session) -> None:
    elapsed = 0
    while elapsed < 300:
        time.sleep(2)
        elapsed += 2
        if asks(session):
            return
""",
        """
def wait(session: Session) -> None:
    deadline = time.monotonic() + 300
    while True:
        if asks(session):
            return
        if time.monotonic() >= deadline:
            raise TimeoutError
        time.sleep(2)
""",
        """
async def wait(session: Session) -> None:
    async with asyncio.timeout(300):
        while True:
            if asks(session):
                return
            await asyncio.sleep(2)
""",
    ],
    ids=["range", "elapsed", "deadline", "timeout"],
)
def test_a_wait_that_ends_is_told_by_the_wait(code: str) -> None:
    assert polls(code) == [("low", "asks the database every 2 s for up to 300 s: 150 queries a wait")]


@pytest.mark.parametrize(
    "code",
    [
        """
def wait(session: Session, deadline: float) -> None:
    while not asks(session):
        if time.monotonic() >= deadline:
            raise TimeoutError
        time.sleep(2)
""",
        """
async def wait(session: Session, limit) -> None:
    async with asyncio.timeout(limit):
        while not asks(session):
            await asyncio.sleep(2)
""",
    ],
    ids=["deadline", "timeout"],
)
def test_a_wait_whose_limit_is_not_known_is_told_by_the_minute(code: str) -> None:
    assert polls(code) == [("low", "asks the database every 2 s until a time limit: 30 queries a minute")]


def test_of_callables_that_a_parameter_stands_for_one_runs() -> None:
    code = """
def is_other(session: Session) -> bool:
    return bool(session.execute(text("SELECT done FROM runs")).scalar())


def wait(session: Session, is_done) -> None:
    while not is_done(session):
        time.sleep(2)


def both(session: Session) -> None:
    wait(session, asks)
    wait(session, is_other)
"""
    assert [message for _, message in polls(code)] == [
        "asks the database every 2 s: 43,200 queries a day while the loop runs, 2,880 at 30 s"
    ]


def test_a_limit_that_every_answer_moves_is_no_end() -> None:
    code = """
def stream(session: Session, times: list[datetime]) -> None:
    seen_at = datetime.utcnow()
    while True:
        if (datetime.utcnow() - seen_at).total_seconds() > 300:
            return
        if asks(session):
            seen_at = datetime.utcnow()
        times[0] = seen_at
        time.sleep(2)
"""
    assert [message for _, message in polls(code)] == [
        "asks the database every 2 s: 43,200 queries a day while the loop runs, 2,880 at 30 s"
    ]


def test_a_start_that_waits_until_something_is_ready_is_no_poll() -> None:
    code = """
def wait(session: Session) -> None:
    ready = False
    while not ready:
        if asks(session):
            ready = True
            continue
        time.sleep(5)
"""
    assert polls(code) == []


def test_a_flag_that_something_else_sets_is_a_poll() -> None:
    code = """
def serve(session: Session, client) -> None:
    while not client.connected:
        asks(session)
        time.sleep(1)
"""
    assert [level for level, _ in polls(code)] == ["medium"]


@pytest.mark.parametrize(("seconds", "level"), [(0.5, "medium"), (1, "medium"), (1.5, "low")])
def test_a_wait_that_ends_by_itself_is_likely_a_poll_where_it_asks_every_second(seconds: float, level: str) -> None:
    code = f"""
def wait(session: Session) -> None:
    for _ in range(200):
        if asks(session):
            return
        time.sleep({seconds})
"""
    told = f"asks the database every {seconds:g} s for up to {200 * seconds:.0f} s: 200 queries a wait"
    assert polls(code) == [(level, told)]


def test_how_long_a_wait_asks_every_second_is_only_possible_when_its_limit_is_not_known() -> None:
    code = """
def wait(session: Session, deadline: float) -> None:
    while not asks(session):
        if time.monotonic() >= deadline:
            raise TimeoutError
        time.sleep(1)
"""
    assert polls(code) == [("low", "asks the database every 1 s until a time limit: 60 queries a minute")]


def test_a_counter_ends_a_wait() -> None:
    code = """
def wait(session: Session) -> None:
    left = {turns}
    while True:
        if asks(session):
            return
        if left <= 0:
            break
        time.sleep(1)
        left -= 1
"""
    assert polls(code.format(turns=3)) == []
    assert polls(code.format(turns=700)) == [
        ("medium", "asks the database every 1 s for up to 700 s: 700 queries a wait")
    ]


@pytest.mark.parametrize("name", ["wait_for_migrations", "_wait_until_db_ready"])
def test_a_function_that_waits_for_a_start_is_no_poll(name: str) -> None:
    assert (
        polls(f"def {name}(session: Session) -> None:\n    while asks(session) != True:\n        time.sleep(2)\n") == []
    )


def test_a_pause_between_batches_is_no_poll() -> None:
    code = """
def clean(session: Session) -> None:
    while True:
        found = session.execute(text("DELETE FROM jobs WHERE id IN (SELECT id FROM jobs LIMIT 100)"))
        session.commit()
        if found.rowcount < 100:
            break
        asks(session)
        time.sleep(0.1)
"""
    assert polls(code) == []


def test_a_pause_between_statements_that_write_is_no_poll() -> None:
    code = """
import asyncpg

async def clean(pool: asyncpg.Pool, table: str) -> None:
    for _ in range(1000):
        async with pool.acquire() as connection:
            done = await connection.execute(f"{verb} {{table}} WHERE id IN (SELECT id FROM {{table}} LIMIT 5000)")
            if int(done.split()[-1]) < 5000:
                break
        await asyncio.sleep(0.1)
"""
    assert polls(code.format(verb="DELETE FROM")) == []
    assert polls(code.format(verb="SELECT 1 FROM"))


def test_a_process_of_its_own_that_asks_less_than_once_a_second_is_only_possible() -> None:
    code = """
def work(session: Session) -> None:
    while True:
        asks(session)
        time.sleep({seconds})
"""
    assert [level for level, _ in polls(code.format(seconds=1.5))] == ["low"]
    assert [level for level, _ in polls(code.format(seconds=1))] == ["medium"]


def test_a_pause_between_pages_is_no_poll() -> None:
    code = """
def walk(session: Session) -> None:
    last_index = -1
    while True:
        rows = session.execute(text("SELECT id FROM jobs WHERE id > :after"), {"after": last_index}).all()
        for row in rows:
            last_index = row.id
        if not rows:
            break
        time.sleep(0.5)
"""
    assert polls(code) == []


def test_a_watch_that_ends_with_what_it_watches_is_only_possible() -> None:
    code = """
async def watch(session: Session, task: asyncio.Task) -> None:
    while not task.done():
        if asks(session):
            task.cancel()
            return
        await asyncio.sleep(1)
"""
    assert [level for level, _ in polls(code)] == ["low"]


@pytest.mark.parametrize(
    ("turn", "seconds", "level"),
    [
        ("state = asks(session)", 2, "low"),
        ("state = asks(session)", 1, "low"),
        ("asks(session)", 2, "low"),
        ("asks(session)", 1, "medium"),
        ("asks(session)\n        if not state: sys.exit(1)", 2, "low"),
        ("asks(session)\n        if not state: sys.exit(1)", 1, "low"),
    ],
)
def test_a_wait_that_the_answer_of_a_turn_ends_is_only_possible(turn: str, seconds: int, level: str) -> None:
    code = f"""
import sys

def is_open(state):
    return bool(state)

def wait(session: Session, state) -> None:
    while is_open(state):
        time.sleep({seconds})
        {turn}
"""
    assert [level for level, _ in polls(code)] == [level]


@pytest.mark.parametrize(("path", "level"), [("app/console.py", "low"), ("app/queue.py", "medium")])
@pytest.mark.parametrize("loop", ["while True", "for _ in range(600)"], ids=["for ever", "for ten minutes"])
def test_a_console_lives_while_somebody_looks_at_it(path: str, level: str, loop: str) -> None:
    turn = "if asks(session): return" if loop != "while True" else "asks(session)"
    code = f"{HEAD}def work(session: Session) -> None:\n    {loop}:\n        {turn}\n        time.sleep(1)\n"
    report = check_files({path: code}, select=("runtime-tight-poll",))
    assert [finding.confidence.value for finding in report.findings] == [level]


@pytest.mark.parametrize(
    ("name", "found"),
    [("try_acquire", []), ("asks", ["medium"])],
    ids=["until it holds a lock", "until it is answered"],
)
def test_a_wait_for_a_lock_is_no_poll(name: str, found: list[str]) -> None:
    code = f"""
def {name}_first(session: Session) -> bool:
    return asks(session)

def take(session: Session) -> None:
    while not {name}_first(session):
        time.sleep(1)
"""
    assert [level for level, _ in polls(code)] == found


@pytest.mark.parametrize(
    ("handler", "level"),
    [
        ("except asyncio.CancelledError:\n            break", "medium"),
        ("except asyncio.CancelledError:\n            return", "medium"),
        ("except KeyboardInterrupt:\n            break", "medium"),
        ("except (asyncio.CancelledError, GeneratorExit):\n            print('ended')\n            break", "medium"),
        ("except LookupError:\n            break", "low"),
        ("except Exception:\n            pass\n        if stop.is_set():\n            break", "low"),
    ],
)
def test_a_loop_that_is_only_left_when_it_is_cancelled_asks_all_day(handler: str, level: str) -> None:
    code = f"""
async def work(session: Session, stop: asyncio.Event) -> None:
    while True:
        try:
            if asks(session):
                print("done")
            else:
                await asyncio.sleep(1)
        {handler}
"""
    assert [found for found, _ in polls(code)] == [level]


STOPPED = """
import threading

async def work(session: Session, stop: asyncio.Event) -> None:
    while {}:
        asks(session)
        try:
            await asyncio.wait_for(stop.wait(), {})
            {}
        except asyncio.TimeoutError:
            pass
"""


@pytest.mark.parametrize(
    ("test", "timeout", "then", "expected"),
    [
        ("not stop.is_set()", "timeout=1.0", "pass", ["medium"]),
        ("not stop.is_set()", "1", "pass", ["medium"]),
        ("True", "timeout=1.0", "break", ["medium"]),
        ("True", "timeout=1.0", "return", ["medium"]),
        ("True", "timeout=20", "return", ["low"]),
        ("True", "timeout=120", "return", []),
        ("True", "timeout=None", "return", []),
    ],
)
def test_a_wait_for_an_event_that_a_time_ends_is_a_sleep(
    test: str, timeout: str, then: str, expected: list[str]
) -> None:
    assert [level for level, _ in polls(STOPPED.format(test, timeout, then))] == expected


@pytest.mark.parametrize(
    ("waited", "expected"),
    [("stop.wait(1)", ["medium"]), ("stop.wait(timeout=0.5)", ["medium"]), ("stop.wait()", []), ("other.wait(1)", [])],
)
def test_an_event_of_a_thread_is_waited_for_for_a_time(waited: str, expected: list[str]) -> None:
    code = f"""
import threading

stop = threading.Event()

def work(session: Session, other) -> None:
    while not stop.is_set():
        asks(session)
        {waited}
"""
    assert [level for level, _ in polls(code)] == expected


def test_a_wait_for_an_answer_is_no_sleep() -> None:
    code = """
async def work(session: Session, queue: asyncio.Queue) -> None:
    while True:
        asks(session)
        await asyncio.wait_for(queue.get(), timeout=1)
"""
    assert polls(code) == []


@pytest.mark.parametrize(("start", "level"), [("on_startup=[start]", "medium"), ("", "low")])
def test_a_loop_that_nothing_of_the_application_starts_is_only_possible(start: str, level: str) -> None:
    code = f"""
from fastapi import FastAPI

async def work(session: Session) -> None:
    while True:
        asks(session)
        await asyncio.sleep(0.5)

async def start() -> None:
    asyncio.create_task(work(Session()))

app = FastAPI({start})

@app.get("/")
def home(): ...
"""
    assert [found for found, _ in polls(code)] == [level]


@pytest.mark.parametrize(("turns", "level"), [(120, "medium"), (119, "low")])
def test_a_wait_of_less_than_a_minute_is_only_possible(turns: int, level: str) -> None:
    code = f"""
def wait(session: Session) -> None:
    for _ in range({turns}):
        if asks(session):
            return
        time.sleep(0.5)
"""
    assert [found for found, _ in polls(code)] == [level]


def test_what_is_done_a_number_of_times_whatever_is_found_is_no_wait() -> None:
    code = """
def try_load(session: Session) -> None:
    for _ in range(200):
        asks(session)
        time.sleep(0.5)
"""
    assert not polls(code)
    streams = code.replace("        asks(session)\n", "        yield asks(session)\n")
    assert polls(streams) == [("medium", "asks the database every 0.5 s for up to 100 s: 200 queries a wait")]


COMMAND = """
from django.core.management.base import BaseCommand

from app.waits import forever


class Command(BaseCommand):
    def handle(self, *args, **options):
        forever(None)
"""


@pytest.mark.parametrize(
    ("compose", "level"), [("web: gunicorn app", "low"), ("worker: python manage.py relay_events", "medium")]
)
def test_a_loop_that_only_a_command_starts_which_nothing_deploys_is_only_possible(compose: str, level: str) -> None:
    code = """
def forever(session: Session) -> None:
    while True:
        asks(session)
        time.sleep(0.5)
"""
    files = {
        "app/waits.py": HEAD + code,
        "app/__init__.py": "",
        "app/management/commands/relay_events.py": COMMAND,
        "Procfile": f"{compose}\n",
    }
    report = check_files(files, select=("runtime-tight-poll",))
    assert [finding.confidence.name.lower() for finding in report.findings] == [level]
