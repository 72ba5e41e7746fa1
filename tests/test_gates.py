"""Gates: what holds a call back, for how long, and which part of a test keeps a gate open for ever."""

from __future__ import annotations

import textwrap

import pytest
from index_project import index_of

from atomlint.index.conditions import describe

HEAD = """
import random, time
from datetime import datetime, timedelta
import redis
client = redis.Redis()
EVERY = 45
"""


def guards(code: str, call: str = "client.get"):
    """The analysis, and the ordinal of the last call of a name."""
    index = index_of({"app.py": HEAD + textwrap.dedent(code)})
    calls = index.project.linker.table("app.py").facts.calls
    return index.project.guards, max(n for n, record in enumerate(calls) if record.callee == call)


def guard(code: str):
    found, ordinal = guards(code)
    return found.of("app.py", ordinal)


def stuck(code: str) -> list[tuple[str, float | None]] | None:
    """Name and limit of every part that stays true; None when no gate is open."""
    found, ordinal = guards(code)
    gate = found.open_gate("app.py", ordinal)
    return None if gate is None else [(part.name, part.limit) for part in gate.stuck]


def gated(test: str, behind: str, before: str = "", default: str = "") -> str:
    """A class whose method calls Redis behind a test."""
    lines = [
        "class A:",
        "    def __init__(self, every=20):",
        "        self.last = self.count = 0",
        "        self.next = 0",
        "        self.every = every",
        f"    def f(self, now{default}):",
        "        self.count += 1",
        *(f"        {line}" for line in before.splitlines()),
        f"        if {test}:",
        "            client.get('k')",
        *(f"            {line}" for line in behind.splitlines()),
    ]
    return "\n".join(lines)


# --- how long ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("test", "behind", "seconds"),
    [
        ("now - self.last > 30", "self.last = now", 30),
        ("now - self.last > EVERY", "self.last = now", 45),
        ("now - self.last > self.every", "self.last = now", 20),
        ("time.monotonic() - self.last >= 2 * EVERY", "self.last = time.monotonic()", 90),
        ("now > self.last + 60", "self.last = now", 60),
        ("now >= self.next", "self.next = now + 15", 15),
        ("(datetime.now() - self.last).total_seconds() > 5", "self.last = datetime.now()", 5),
        ("datetime.now() - self.last > timedelta(minutes=2)", "self.last = datetime.now()", 120),
        ("self.last is None or now - self.last > 30", "self.last = now", 30),
    ],
)
def test_the_interval_of_a_gate_is_told_in_seconds(test, behind, seconds):
    found = guard(gated(test, behind))
    assert (found.kind, found.interval) == ("gate", seconds)


@pytest.mark.parametrize(
    ("test", "behind", "rate"),
    [
        ("self.count % 100 == 0", "pass", 0.01),
        ("not self.count % 50", "pass", 0.02),
        ("random.random() < 0.1", "pass", 0.1),
        ("self.count >= 20", "self.count = 0", 0.05),
    ],
)
def test_the_share_that_a_counting_gate_lets_through_is_told(test, behind, rate):
    found = guard(gated(test, behind))
    assert (found.kind, found.rate) == ("gate", rate)


@pytest.mark.parametrize(
    ("made", "test", "is_gate"),
    [
        ("START = time.time()", "time.time() - START > 60", False),
        ("READY = time.time() + 10", "time.time() > READY", False),
        ("started = datetime.now()", "datetime.now() - started > timedelta(minutes=1)", False),
        ("last = 0.0", "time.time() - last > 60", True),
    ],
)
def test_how_long_the_process_has_been_there_is_no_gate_that_stays_open(made, test, is_gate):
    code = f"{made}\ndef f():\n    if {test}:\n        client.get('k')"
    assert (stuck(code) is not None) is is_gate


def test_what_is_set_again_behind_the_gate_is_one_whatever_its_name():
    code = "START = time.time()\ndef f():\n    global START\n    if time.time() - START > 60:\n        START = time.time()\n        client.get('k')"
    assert guard(code).interval == 60


@pytest.mark.parametrize("interval", ["0", "0.001", "timedelta(milliseconds=1)"])
def test_a_gate_that_opens_again_at_once_keeps_nothing_back(interval):
    now = "datetime.now()" if "delta" in interval else "now"
    assert guard(gated(f"{now} - self.last > {interval}", f"self.last = {now}")) is None


def test_a_gate_in_a_helper_that_only_answers_counts():
    code = """
        class A:
            def __init__(self): self.last = 0
            def due(self, now):
                if self.last is None:
                    return True
                return now - self.last > 30
            def f(self, now):
                if not self.due(now):
                    return
                self.last = now
                client.get('k')
    """
    assert guard(code).interval == 30


@pytest.mark.parametrize(
    ("notes", "held"),
    [
        ("self.kept[key] = (now, 1)", True),
        ("del self.kept[key]", True),
        ("self.others[key] = (now, 1)", False),
        ("pass", False),
    ],
)
def test_who_is_asked_for_the_time_may_note_it_itself(notes, held):
    code = f"""
        class A:
            def __init__(self):
                self.kept = {{}}
                self.others = {{}}
            def due(self, key, now):
                start, n = self.kept.get(key, (0, 0))
                if now - start > 30:
                    {notes}
                    return True
                return False
            def f(self, key, now):
                if not self.due(key, now):
                    return
                client.get('k')
    """
    found = guard(code)
    assert (found.interval if found is not None else None) == (30 if held else None)
    assert stuck(code) == (None if held else [("start", None)])


def test_what_sets_the_clock_may_be_a_helper_too():
    code = gated("now - self.last > 30", "self.done()") + "\n    def done(self):\n        self.last = time.time()"
    assert guard(code).interval == 30


# --- what stays open -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("test", "behind", "parts"),
    [
        ("now - self.last > 30 or self.count >= 5", "self.last = now", [("count", 5)]),
        ("now - self.last > 30 or self.count > 5", "self.last = now", [("count", 6)]),
        ("now - self.last > 30 or (self.count >= 5 and now)", "self.last = now", [("count", 5)]),
        ("now - self.last > 30", "pass", [("last", None)]),
        ("not (now - self.last < 30 and self.count < 5)", "self.last = now", [("count", 5)]),
    ],
)
def test_a_part_that_stays_true_keeps_the_gate_open(test, behind, parts):
    code = gated(test, behind)
    assert guard(code) is None
    assert stuck(code) == parts


@pytest.mark.parametrize(
    ("test", "behind"),
    [
        ("now - self.last > 30 or self.count >= 5", "self.last = now\nself.count = 0"),
        ("now - self.last > 30 or self.count >= 5", "self.last = now\nself.clear()\n"),
        ("now - self.last > 30 and self.count >= 5", "self.last = now"),
        ("now - self.last > 30 or self.count % 5 == 0", "self.last = now"),
    ],
)
def test_a_gate_whose_every_part_closes_again_is_none_of_those(test, behind):
    code = gated(test, behind) + "\n    def clear(self):\n        self.count = 0"
    assert stuck(code) is None
    assert guard(code).kind == "gate"


@pytest.mark.parametrize(
    "code",
    [
        gated("now - self.last > 30 or self.unknown", "self.last = now"),
        gated("self.count >= 5", "pass"),
        gated("now > self.backoff_until", "pass"),
        gated("now - entry.created > 30", "pass", default=", entry=None"),
        gated("now - self.last > 30 or self.count >= limit()", "self.last = now"),
    ],
    ids=["unknown part", "counter alone", "after a failure", "age of a row", "unknown limit"],
)
def test_what_cannot_be_judged_is_neither_a_gate_nor_an_open_one(code):
    assert guard(code) is None
    assert stuck(code) is None


@pytest.mark.parametrize("since", ["data.get('opened', 0)", "float(data.get('opened_at', 0))", "since"])
def test_a_time_that_a_mapping_has_is_no_span_for_the_number_it_has_by_default(since):
    before = "data = client.hgetall('state')\nsince = data.get('opened', 0)"
    code = gated(f"now - {since} > EVERY", "pass", before)
    assert stuck(code) is None
    assert guard(code) is None


@pytest.mark.parametrize("span", ["int(os.environ.get('EVERY', 60))", "settings.get('every', 60)", "60"])
def test_a_span_that_is_looked_up_is_one_where_the_rest_is_a_time(span):
    assert guard(f"import os\nsettings = {{}}\n{gated(f'now - {span} > self.last', 'self.last = now')}").kind == "gate"


def test_a_counter_that_another_method_sets_back_is_not_said_to_stay():
    code = (
        gated("now - self.last > 30 or self.count >= 5", "self.last = now")
        + "\n    def tick(self):\n        self.count = 0"
    )
    assert stuck(code) is None


def test_a_flag_that_callers_may_set_does_not_weaken_a_gate():
    assert guard(gated("now - self.last > 30 or force", "self.last = now", default=", force=False")).interval == 30
    assert guard(gated("now - self.last > 30 or given", "self.last = now", default=", given=True")) is None


def test_the_counter_of_one_class_is_not_that_of_another():
    code = gated("now - self.last > 30 or self.count >= 5", "self.last = now")
    other = "class B:\n    def g(self):\n        self.count = 0\n"
    assert stuck(other + code) == [("count", 5)]


def test_an_open_gate_tells_its_text_and_where_it_stands():
    code = gated("due", "self.last = now", before="due = now - self.last > 30 or self.count >= 5")
    found, ordinal = guards(code)
    gate = found.open_gate("app.py", ordinal)
    assert gate.text == "now - self.last > 30 or self.count >= 5"
    assert gate.name == "due"
    assert gate.interval == 30


def test_a_gate_that_is_asked_for_by_a_call_is_named_by_it():
    table = index_of({"app.py": "f(gate.due(), ready(3).at, name)"}).project.linker.table("app.py")
    due, ready, name = next(call.args for call in table.facts.calls if call.callee == "f")
    assert describe(["not", ["not", due]], table) == "gate.due()"
    assert describe(["or", ["not", ready], name], table) == "not ready(...).at or name"


ASKED = """
import time
import redis
from flask import Flask
app = Flask(__name__)
r = redis.Redis()
class Gate:
    def __init__(self):
        self.last = 0.0
    def due(self):
        now = time.monotonic()
        if now - self.last < 30:
            return False
        self.last = now
        return True
gate = {made}
@app.before_request
def load():
    if not {asked}.due():
        return
    r.get("plan")
"""


@pytest.mark.parametrize(("made", "asked", "status"), [("Gate()", "gate", "guarded"), ("None", "Gate()", "open")])
def test_a_gate_made_for_each_request_holds_none_back(made, asked, status):
    (work,) = index_of({"app.py": ASKED.format(made=made, asked=asked)}).redis_work().values()
    assert [use.status for use in work.uses] == [status]


@pytest.mark.parametrize(
    ("code", "interval"),
    [
        (
            """
            lock, last = threading.Lock(), 0.0
            def f():
                global last
                now = time.monotonic()
                with lock:
                    if now - last < 30:
                        return None
                    last = now
                return client.get('k')
            """,
            30,
        ),
        (
            """
            lock, last = threading.Lock(), 0.0
            def f():
                global last
                now = time.monotonic()
                with suppress(ValueError):
                    if now - last < 30:
                        return None
                    last = now
                return client.get('k')
            """,
            None,
        ),
    ],
    ids=["lock", "suppress"],
)
def test_what_a_function_leaves_for_inside_of_a_with_is_a_gate_for_what_is_behind_it(code, interval):
    found = guard("import threading\nfrom contextlib import suppress\n" + textwrap.dedent(code))
    assert (None if found is None else found.interval) == interval
