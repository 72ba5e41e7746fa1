"""Which pairs of Redis commands are worth mending, and which are hardly so."""

from __future__ import annotations

import textwrap
import time

import pytest

from atomlint.testing import check_files

RULE = "redis-check-then-get"
HEAD = """
import redis
from fastapi import FastAPI

app = FastAPI()
client = redis.Redis()
"""


def levels(text: str, **files: str) -> list[str]:
    texts: dict[str, str | bytes] = {"app.py": HEAD + textwrap.dedent(text)}
    texts.update({name.replace("_txt", ".txt"): content for name, content in files.items()})
    return [finding.confidence.value for finding in check_files(texts, select=(RULE,)).findings]


TAKE = """
@app.post("/take")
def take(token: str, connection_id: str):
    key = f"{prefix}:{{{by}}}"
    value = client.get(key)
    if value is None:
        return None
    client.delete(key)
    return value
"""


@pytest.mark.parametrize(
    ("prefix", "by", "level"),
    [
        ("password-reset", "token", "medium"),
        ("email-verification", "token", "low"),
        ("login-code", "connection_id", "low"),
    ],
)
def test_taking_twice_matters_where_another_can_take_and_where_it_does_harm(prefix: str, by: str, level: str) -> None:
    assert levels(TAKE.format(prefix=prefix, by=by)) == [level]


SPENT = """
@app.post("/{name}")
def {name}(number: str):
    value = client.get(f"{key}:{{number}}")
    if value is None:
        return None
    client.delete(f"{key}:{{number}}")
    return value
"""


@pytest.mark.parametrize(
    ("name", "key", "level"),
    [
        ("take", "cart", "low"),
        ("take", "reset-token", "medium"),
        ("take", "oauth:state", "medium"),
        ("redeem_invitation", "cart", "medium"),
    ],
)
def test_what_is_taken_twice_does_harm_where_it_may_be_spent_once(name: str, key: str, level: str) -> None:
    assert levels(SPENT.format(name=name, key=key)) == [level]


@pytest.mark.parametrize(("version", "level"), [("3.5.3", "low"), ("4.3.4", "medium")])
def test_a_client_too_old_for_getdel_is_told_of_a_pipeline_with_low_confidence(version: str, level: str) -> None:
    files: dict[str, str | bytes] = {
        "app.py": HEAD + TAKE.format(prefix="password-reset", by="token"),
        "requirements.txt": f"redis=={version}\n",
    }
    (found,) = check_files(files, select=(RULE,)).findings
    assert found.confidence.value == level
    assert ("GETDEL" in str(found.help)) is (level == "medium")


RACED = """
@app.post("/run")
def run(user: str, credits: int):
    used = int(client.get(f"used:{{user}}") or 0)
    {then}
"""


@pytest.mark.parametrize(
    ("then", "level"),
    [
        ('client.set(f"used:{user}", used + 1)', "medium"),
        ('if used < 10: client.incr(f"used:{user}")', "low"),
        ('if used + credits < 10: client.incrby(f"used:{user}", credits)', "low"),
    ],
)
def test_a_lost_count_is_likely_and_one_too_many_only_possible(then: str, level: str) -> None:
    assert levels(RACED.format(then=then)) == [level]


@pytest.mark.parametrize(
    ("ask", "then", "level"),
    [
        ("client.llen('jobs')", "client.lpop('jobs')", "low"),
        ("client.exists('job')", "client.get('job')", "medium"),
        ("client.exists('job')", "client.getex('job', ex=60)", "medium"),
        ("client.exists('job')", "client.hget('job', 'name')", "low"),
        ("'job' in client", "client.get('job')", "medium"),
        ("client.exists('told')", "client.set('told', 1, ex=60)", "medium"),
    ],
)
def test_to_ask_first_whether_there_is_a_value_is_likely_and_a_list_or_a_hash_only_possible(
    ask: str, then: str, level: str
) -> None:
    test = f"not {ask}" if "set" in then else ask
    assert levels(f"@app.get('/job')\ndef job():\n    if {test}:\n        return {then}\n") == [level]


TIMED = """
@app.post("/add")
def add(user: str):
    key = f"items:{{user}}"
    client.set(key, 1)
    {then}
"""


@pytest.mark.parametrize(
    ("then", "found"),
    [
        ("client.expire(key, 60)", ["high"]),
        ("if client.ttl(key) < 0: client.expire(key, 60)", []),
        ("if client.ttl('other') < 0: client.expire(key, 60)", ["high"]),
        ("client.ttl(key); client.expire(key, 60)", ["high"]),
    ],
)
def test_an_expiry_that_a_ttl_asks_for_heals_itself(then: str, found: list[str]) -> None:
    assert levels(TIMED.format(then=then)) == found


@pytest.mark.parametrize(
    ("write", "level"),
    [
        ("client.rpush(key, user)", "low"),
        ("client.hset(key, 'name', user)", "low"),
        ("client.sadd(key, user)", "low"),
        ("client.incr(key)", "low"),
        ("client.set(key, user)", "high"),
    ],
)
def test_an_expiry_that_the_next_write_gives_anyway_is_of_low_confidence(write: str, level: str) -> None:
    code = TIMED.replace("client.set(key, 1)", write).format(then="client.expire(key, 60)")
    assert levels(code) == [level]


UNREACHED = """
def put(key: str):
    client.set(key, 1)
    client.expire(key, 60)

def work():
    put("a")

{route}
"""


@pytest.mark.parametrize(
    ("route", "level"),
    [
        ("", "low"),
        ("if __name__ == '__main__':\n    work()", "low"),
        ("@app.get('/work')\ndef asked(): work()", "high"),
    ],
)
def test_a_pair_that_no_request_reaches_is_only_possible(route: str, level: str) -> None:
    assert levels(UNREACHED.format(route=route)) == [level]


PROGRESS = """
class Progress:
    def __init__(self):
        self.timed = False

    def add(self, key: str, text: str):
        client.set(key, text)
        if not self.timed:
            client.expire(key, 60)
        {then}

@app.post("/progress")
def progress(key: str, text: str):
    Progress().add(key, text)
"""


@pytest.mark.parametrize(("then", "level"), [("self.timed = True", "low"), ("pass", "high")])
def test_an_expiry_that_a_flag_sends_once_is_of_low_confidence(then: str, level: str) -> None:
    assert levels(PROGRESS.format(then=then)) == [level]


COUNT = """
def count(user: str, ttl: int = 0):
    client.set(f"calls:{{user}}", 1)
    if ttl:
        client.expire(f"calls:{{user}}", ttl)

@app.get("/count")
def counted(user: str):
    count(user{given})
"""


@pytest.mark.parametrize(("given", "found"), [("", []), (", 60", ["high"]), (", ttl=0", [])])
def test_what_waits_for_a_number_that_is_never_given_is_never_sent(given: str, found: list[str]) -> None:
    assert levels(COUNT.format(given=given)) == found


@pytest.mark.parametrize(("name", "level"), [("cache_debug", "low"), ("announce", "medium")])
def test_pages_of_operators_are_of_low_confidence(name: str, level: str) -> None:
    code = f"""
    @app.get("/page")
    def {name}(user: str):
        if client.get(f"told:{{user}}"):
            return "told"
        client.set(f"told:{{user}}", 1, ex=60)
        return "new"
    """
    assert levels(code) == [level]


HELD = """
import time
from datetime import date

def bucket_key(user: str) -> str:
    return f"lock:{{user}}:{{date.today().isoformat()}}"

@app.get("/report")
def report(user: str):
    {made}
    if not client.setnx({key}, 1):
        return False
    client.expire({key}, 60)
    return True
"""


@pytest.mark.parametrize(
    ("made", "key", "level"),
    [
        ("pass", 'f"lock:{user}"', "high"),
        ("pass", 'f"lock:{user}:minute"', "high"),
        ("window = int(time.time() // 60)", 'f"lock:{user}:{window}"', "low"),
        ("key = f'lock:{user}:{date.today().isoformat()}'", "key", "low"),
        ("key = bucket_key(user)", "key", "low"),
    ],
)
def test_a_lock_of_a_day_or_a_window_locks_nobody_out(made: str, key: str, level: str) -> None:
    assert levels(HELD.format(made=made, key=key)) == [level]


def test_three_thousand_branches_take_no_half_minute() -> None:
    branches = "".join(f"    elif x == {n}:\n        client.get('{n}')\n" for n in range(1, 3000))
    start = time.process_time()
    assert levels(f"def f(x):\n    if not x:\n        client.get('0')\n{branches}") == []
    assert time.process_time() - start < 10


WINDOW = """
@app.middleware("http")
async def limit(request, call_next):
    who = request.headers["x-who"]
    now = int(time.time())
    {bucket}
    count = client.incr(key)
    if count == 1:
        client.expire(key, 60)
    return await call_next(request)
"""


@pytest.mark.parametrize(
    ("bucket", "level"),
    [
        ('bucket = now // 60\n    key = f"rate:{bucket}:{who}"', "low"),
        ('key = f"rate:{now // 60}:{who}"', "low"),
        ("key = f\"rate:{datetime.now().strftime('%H')}:{who}\"", "low"),
        ('key = "rate:%s:%s" % (who, int(time.time() / 60))', "low"),
        ('bucket = len(who)\n    key = f"rate:{bucket}:{who}"', "medium"),
        ('key = f"rate:{who}"', "medium"),
    ],
)
def test_a_counter_of_a_window_that_is_over_locks_nobody_out(bucket: str, level: str) -> None:
    assert levels("import time\nfrom datetime import datetime\n" + WINDOW.format(bucket=bucket)) == [level]


ONCE = """
class Answers:
    def take(self, text: str, asked: str = None):
        if asked:
            if client.get(f"asked:{{asked}}"):
                raise ValueError
            client.set(f"asked:{{asked}}", 1, ex=60)
        return text

@app.get("/answer")
def answered(text: str, asked: str):
    return Answers().take(text{given})
"""


@pytest.mark.parametrize(("given", "found"), [("", []), (", asked", ["medium"]), (", asked=None", [])])
def test_two_commands_behind_an_argument_that_is_never_given_are_never_sent(given: str, found: list[str]) -> None:
    assert levels(ONCE.format(given=given)) == found


COUNTED_FOR = """
import time
from datetime import date

def day_key(user):
    return f"b:{{user}}:{{date.today().isoformat()}}"

def hit(key: str) -> int:
    count = client.incr(key)
    if count == 1:
        client.expire(key, 60)
    return count

@app.get("/a")
def a(user: str):
    return hit({a})

@app.get("/b")
def b(user: str):
    minute = int(time.time() // 60)
    return hit(key={b})
"""


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ('f"a:{user}:{int(time.time() // 60)}"', 'f"b:{user}:{minute}"', "low"),
        ('"a:{}:{}".format(user, time.strftime("%H"))', "day_key(user)", "low"),
        ('f"a:{user}"', 'f"b:{user}:{minute}"', "medium"),
        ('f"a:{user}"', 'f"b:{user}"', "medium"),
    ],
)
def test_a_counter_is_of_a_window_where_all_its_callers_say_so(a: str, b: str, level: str) -> None:
    assert levels(COUNTED_FOR.format(a=a, b=b).replace("{{", "{").replace("}}", "}")) == [level]


ELSEWHERE = """
@app.post("/count")
def count(user: str):
    number = client.incr(user)
    if number == 1:
        client.expire(user, 60)
    else:
        {}
    return number
"""


@pytest.mark.parametrize(
    ("other", "found"),
    [("pass", ["medium"]), ("if client.ttl(user) == -1:\n            client.expire(user, 60)", [])],
)
def test_a_counter_without_an_expiry_may_be_mended_by_the_next_count(other: str, found: list[str]) -> None:
    assert levels(ELSEWHERE.format(other)) == found


@pytest.mark.parametrize(
    ("between", "found"), [("", ["medium"]), ("client.delete(user)", []), ("client.set(user, 1)", [])]
)
def test_a_read_of_what_was_written_in_between_asks_what_has_become_of_the_key(between: str, found: list[str]) -> None:
    code = f"""
    @app.get("/probe")
    def probe(user: str):
        known = client.exists(user)
        {between}
        return known, client.get(user)
    """
    assert levels(code) == found


@pytest.mark.parametrize(
    ("test", "level"),
    [
        ("role not in ('admin', 'super_user')", "low"),
        ("role not in STAFF", "low"),
        ("role not in [Role.ADMIN, Role.SUPERUSER]", "low"),
        ("role != Role.ADMIN", "low"),
        ("role not in ('admin', 'member')", "medium"),
        ("role == 'admin'", "medium"),
    ],
)
def test_what_a_handler_does_for_staff_alone_is_of_low_confidence(test: str, level: str) -> None:
    code = f"""
    @app.get("/probe")
    def probe(user: str, role: str):
        STAFF = ["admin", "staff"]
        if {test}:
            raise PermissionError
        if client.exists(user):
            return client.get(user)
    """
    assert levels(code) == [level]


def test_what_no_application_serves_has_nobody_to_race_with() -> None:
    code = """
    from fastapi import APIRouter
    router = APIRouter()

    @router.get("/probe")
    def probe(user: str):
        if client.exists(user):
            return client.get(user)
    """
    assert levels(code) == ["low"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("client.set(key, str(int(client.get(key) or 0) + 1))", ["medium"]),
        ("client.set(f'n:{key}', int(client.get(f'n:{key}') or 0) + 1)", ["medium"]),
        ("client.set(key, int(client.get('other') or 0) + 1)", []),
        ("client.set(key, str(client.get(key)))", []),
        ("with client.lock('n'): client.set(key, int(client.get(key)) + 1)", []),
    ],
)
def test_a_read_may_stand_in_what_is_written(written: str, found: list[str]) -> None:
    assert levels(f"@app.post('/hit')\ndef hit(key: str):\n    {written}\n") == found
