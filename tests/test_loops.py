"""What loops around a call go through, and why they turn."""

from __future__ import annotations

import textwrap

import pytest
from index_project import index_of

from atomlint.index.loops import Loop


def loops(body: str, **files: str) -> list[Loop]:
    """The loops around the call of ``f`` in a file."""
    index = index_of({"m.py": body, **{f"{name}.py": text for name, text in files.items()}})
    return next(call for call in index.calls("m.py") if call.name == "f").loops


def only(body: str, **files: str) -> tuple[str, int | None, str]:
    """Kind, count and name of the one loop around ``f``."""
    (loop,) = loops(body, **files)
    return loop.kind, loop.count, loop.name


def of_function(body: str) -> tuple[str, int | None, str]:
    return only("async def g(x, items, db, n, q):\n" + textwrap.indent(textwrap.dedent(body), "    "))


EACH = {
    "for a in items: f(a)": "items",
    "for a in x.items[:10]: f(a)": "x.items",
    "for i, a in enumerate(items): f(a)": "items",
    "for i in range(len(items)): f(items[i])": "items",
    "for k, v in x.table.items(): f(k)": "x.table",
    "for a in items or []: f(a)": "items",
    "for a in sorted(set(items), key=str): f(a)": "items",
    "for a in find_users(n): f(a)": "find_users()",
    "for a in db.query(User).filter(n).all(): f(a)": "query(User)",
    'for a in x["ids"]: f(a)': 'x["ids"]',
    "y = [f(a) for a in items]": "items",
    "y = {a: f(a) for a in items}": "items",
    "y = [f(a) for a in items if a]": "items",
    "y = list(f(a) for a in items)": "items",
    "y = await gather(*[f(a) for a in items])": "items",
    "async for a in x.rows(): f(a)": "x.rows()",
    "for a in items:\n    if not a: continue\n    f(a)": "items",
    "for a in items:\n    try: f(a)\n    except E: pass": "items",
    "for a in items:\n    r = f(a)\n    if r is None: raise E": "items",
    "for a in items:\n    out.append(f(a))\n    if len(out) >= n: break": "items",
    "while items:\n    a = items.pop()\n    f(a)": "items",
    "for a in range(n): f(a)": "n",
    "for batch in x.batches: f(batch)": "x.batches",
    "for a in batch: f(a)": "batch",
    "for a in batch_result['rows']: f(a)": 'batch_result["rows"]',
    "for batch_name in items: f(batch_name)": "items",
    "names = []\nfor b in q: names.append(b)\nfor a in names: f(a)": "names",
    "for session in client.smembers(key) or set(): f(session)": "client.smembers()",
}


@pytest.mark.parametrize("body", EACH)
def test_a_loop_over_data_turns_for_each_item(body: str):
    assert of_function(body) == ("each", None, EACH[body])


CONSTANT = {
    "async for session in get_session(): f(session)": 1,
    "for a in (1, 2, 3): f(a)": 3,
    "for a in ['x', 'y']: f(a)": 2,
    "for i in range(4): f(i)": 4,
    "for i in range(2, 8, 2): f(i)": 3,
    "for i, a in enumerate(['x', 'y']): f(a)": 2,
    "days = 7\nfor i in range(days): f(i)": 7,
    "keys = ['a', 'b', 'c']\nfor a in keys: f(a)": 3,
    "for k, v in {'a': 1, 'b': 2}.items(): f(a)": 2,
    "for a in 'x y z'.split(): f(a)": 3,
    "y = [f(a) for a in (1, 2)]": 2,
}


@pytest.mark.parametrize("body", CONSTANT)
def test_a_loop_over_a_literal_turns_as_often_as_it_has_items(body: str):
    kind, count, _ = of_function(body)
    assert (kind, count) == ("constant", CONSTANT[body])


def test_constants_of_modules_classes_and_enumerations_are_counted():
    assert only("KEYS = ('a', 'b')\ndef g():\n    for k in KEYS: f(k)") == ("constant", 2, "KEYS")
    assert only("from c import KEYS\ndef g():\n    for k in KEYS: f(k)", c="KEYS = {'a': 1, 'b': 2, 'c': 3}")[:2] == (
        "constant",
        3,
    )
    assert only("import c\ndef g():\n    for k in c.KEYS: f(k)", c="KEYS = [1, 2]")[:2] == ("constant", 2)
    assert only("class A:\n    K = ('a', 'b')\n    def g(self):\n        for k in self.K: f(k)")[:2] == ("constant", 2)
    enum = "from enum import Enum\nclass E(Enum):\n    A = 1\n    B = 2\n"
    assert only(enum + "def g():\n    for k in E: f(k)")[:2] == ("constant", 2)


def test_a_list_that_grows_is_no_constant():
    assert only("KEYS = ['a']\ndef add(k):\n    KEYS.append(k)\ndef g():\n    for k in KEYS: f(k)") == (
        "each",
        None,
        "KEYS",
    )


RETRIES = [
    "for _ in range(3):\n    try:\n        return f(x)\n    except E:\n        pass",
    "for _ in range(3):\n    try:\n        y = f(x)\n        break\n    except E:\n        pass",
    "for _ in range(3):\n    try:\n        y = f(x)\n    except E:\n        continue\n    return y",
    "for _ in range(3):\n    try:\n        y = f(x)\n    except E:\n        pass\n    else:\n        break",
    "for attempt in range(n):\n    f(x)",
    "while True:\n    try:\n        return f(x)\n    except E:\n        pass",
    "tries = 0\nwhile tries < n:\n    try:\n        f(x)\n        return\n    except E:\n        tries += 1",
]


@pytest.mark.parametrize("body", RETRIES)
def test_a_loop_that_only_failure_repeats_is_a_retry(body: str):
    assert of_function(body)[0] == "retry"


SEARCHES = [
    "for a in items:\n    r = f(a)\n    if r:\n        raise E",
    "for a in items:\n    if f(a): return a",
    "for a in items:\n    r = f(a)\n    if r:\n        break",
    "for a in items:\n    try:\n        return f(a)\n    except E:\n        pass",
    "for a in items:\n    return f(a)",
    "for a in items:\n    if a.ok:\n        f(a)\n        break",
    "for a in items:\n    if a.bad:\n        f(a)\n        raise E",
    "y = any(f(a) for a in items)",
    "y = next((f(a) for a in items), None)",
    "for a in ('x', 'y'):\n    if f(a): return a",
]


@pytest.mark.parametrize("body", SEARCHES)
def test_a_loop_that_leaves_at_the_first_hit_is_a_search(body: str):
    assert of_function(body)[0] == "search"


def test_a_break_of_an_inner_loop_leaves_the_outer_one_alone():
    body = "def g(items):\n    for a in items:\n        f(a)\n        for b in a:\n            if b: break"
    assert only(body) == ("each", None, "items")


BATCHES = [
    "for chunk in chunks(items, 500): f(chunk)",
    "for i in range(0, len(items), 500): f(items[i:i + 500])",
    "for i in range(0, len(items), n): f(items[i:i + n])",
    "for part in itertools.batched(items, 500): f(part)",
    "for b in batches: f(b)",
    "for number, b in enumerate(self.split_in_batches(items)): f(b)",
    "y = await gather(*(f(batch) for batch in items))",
]


@pytest.mark.parametrize("body", BATCHES)
def test_a_loop_over_chunks_is_a_batch(body: str):
    assert of_function(body)[0] == "batch"


PAGINGS = [
    "while True:\n    rows = f(offset)\n    if not rows: break\n    offset += 100",
    "cursor = 0\nwhile cursor != 0:\n    cursor, keys = f(cursor)",
    "page = f(1)\nwhile page.next_page:\n    page = f(page.next_page)",
    "for page in paginator.paginate(x): f(page)",
    "for page in range(n): f(page)",
    "while x is not None:\n    f(x)\n    x = x.parent",
]


@pytest.mark.parametrize("body", PAGINGS)
def test_a_loop_whose_turns_go_where_the_last_one_pointed_is_paging(body: str):
    index = index_of({"m.py": "async def g(x, items, n):\n" + textwrap.indent(body, "    ")})
    kinds = {loop.kind for call in index.calls("m.py") if call.name == "f" for loop in call.loops}
    assert kinds == {"paging"}


FOREVER = [
    "while True:\n    f(x)\n    sleep(1)",
    "while not stop.is_set():\n    f(x)",
    "async for message in pubsub.listen(): f(message)",
    "for message in consumer: f(message)",
    "for item in iter(q.get, None): f(item)",
    "while time.time() < deadline:\n    f(x)",
]


@pytest.mark.parametrize("body", FOREVER)
def test_consumers_and_pollers_go_on_forever(body: str):
    assert of_function(body)[0] == "forever"


def test_the_iterable_of_a_loop_runs_once():
    assert loops("def g(items):\n    for a in f(items): pass") == []
    assert loops("def g(items):\n    return [a for a in f(items)]") == []


def test_an_inner_generators_iterable_runs_for_each_outer_item():
    assert only("def g(items):\n    return [b for a in items for b in f(a)]") == ("each", None, "items")


def test_loops_come_innermost_first_and_stay_in_their_function():
    body = "def g(users):\n    for user in users:\n        for role in user.roles: f(role)"
    assert [(loop.kind, loop.name) for loop in loops(body)] == [("each", "user.roles"), ("each", "users")]
    assert loops("def g(users):\n    for user in users:\n        def inner(): f(user)") == []


def test_map_is_a_loop_over_its_items():
    index = index_of({"m.py": "def g(items):\n    return list(map(str, items))"})
    (loop,) = next(call for call in index.calls("m.py") if call.name == "map").loops
    assert loop == Loop(0, "each", None, "items")


def test_what_runs_after_the_loop_is_not_in_it():
    assert loops("def g(items):\n    for a in items: pass\n    else: f(a)") == []
