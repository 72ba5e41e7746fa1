"""Imports of names that are not there, and what does not start because of them."""

from __future__ import annotations

import pytest

from atomlint.testing import check_files

RULE = "runtime-broken-import"
MAIN = """
from fastapi import FastAPI
import redis

from shop.orders import place

IMPORT
app = FastAPI()
client = redis.Redis(host="cache", socket_timeout=2)

@app.middleware("http")
async def count(request, call_next):
    client.incr("hits")
    return await call_next(request)

@app.post("/orders")
def order(body: dict):
    return place(body)
"""
ORDERS = "def place(order):\n    return order\n"
FILES = {
    "shop/__init__.py": "",
    "shop/orders.py": ORDERS,
    "shop/prices.py": "PRICES = {}\n",
    "shop/test_tools.py": "TOOL = 1\n",
}


def found(import_: str, **more: str) -> list[str]:
    """Messages about the imports of an application."""
    files = FILES | {"main.py": MAIN.replace("IMPORT", import_)}
    files |= {name.replace("__", "/") + ".py": text for name, text in more.items()}
    report = check_files(files, select=(RULE,))
    return [f"{finding.span.path}: {finding.message}" for finding in report.findings]


def test_a_name_that_is_not_there_stops_the_application() -> None:
    assert found("from shop.orders import place, refund") == [
        "main.py: `shop/orders.py` has no `refund`: this import fails, and with it the start of the application in `main.py`"
    ]


def test_so_does_one_that_something_imported_asks_for() -> None:
    (message,) = found("import shop.refunds", shop__refunds="from .orders import refund\n")
    assert message.startswith("shop/refunds.py: `shop/orders.py` has no `refund`")


def test_so_does_one_of_the_package_that_something_imported_is_in() -> None:
    files = {"shop/late/__init__.py": "from shop.orders import refund\n", "shop/late/jobs.py": "JOBS = []\n"}
    report = check_files(
        FILES | files | {"main.py": MAIN.replace("IMPORT", "from shop.late import jobs")}, select=(RULE,)
    )
    assert [finding.span.path for finding in report.findings] == ["shop/late/__init__.py"]


@pytest.mark.parametrize(
    "import_",
    [
        "from shop.orders import place",
        "from shop import orders, prices",
        "from shop import test_tools",
        "from shop.missing import anything",
        "from shop.orders import __doc__",
        "try:\n    from shop.orders import refund\nexcept ImportError:\n    refund = None",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop.orders import Order",
        "def late():\n    from shop.orders import refund",
    ],
)
def test_other_imports_of_an_application_are_let_be(import_: str) -> None:
    assert found(import_) == []


@pytest.mark.parametrize(
    "text",
    [
        "from shop.prices import *\n",
        "def __getattr__(name):\n    return name\n",
        "globals().update(refund=print)\n",
        "for refund in (1, 2):\n    pass\n",
        "with open('x') as refund:\n    pass\n",
        "first, (refund, *rest) = 1, (2, 3)\n",
        "if (refund := 1):\n    pass\n",
        "def fill():\n    global refund\n    refund = 1\n",
        "import os as refund\n",
        "import sys\nsys.modules[__name__] = object()\n",
        "import sys\nsys.modules[__name__].__dict__['refu' + 'nd'] = 1\n",
        "for name in ('refu',):\n    locals()[name + 'nd'] = name\n",
        "give = globals\ngive()['refu' + 'nd'] = 1\n",
        "match 1:\n    case refund:\n        pass\n",
    ],
)
def test_what_a_module_may_bind_is_there(text: str) -> None:
    assert found("from shop.later import refund", shop__later=text) == []


@pytest.mark.parametrize("name", ["_version", "version", "orders_pb2", "_speedups", "notes"])
def test_what_a_build_may_put_into_a_package_is_there(name: str) -> None:
    files = FILES | {"shop/notes.proto": "", "main.py": MAIN.replace("IMPORT", f"from shop import {name}")}
    assert not check_files(files, select=(RULE,)).findings


def test_what_another_module_puts_there_is_there() -> None:
    files = {"shop/patch.py": "from shop import orders\n\norders.refund = print\n"}
    main = MAIN.replace("IMPORT", "import shop.patch\nfrom shop.orders import refund")
    assert not check_files(FILES | files | {"main.py": main}, select=(RULE,)).findings


def test_a_package_that_imports_its_own_modules_fails_with_them() -> None:
    files = {
        "shop/__init__.py": "from flask import Flask\n\napp = Flask(__name__)\n\nfrom shop import routes\n",
        "shop/routes.py": "from shop import app\nfrom shop.models import Gone, User\n\n@app.get('/')\ndef home():\n    return User\n",
        "shop/models.py": "User = 1\n",
    }
    assert [f.span.path for f in check_files(files, select=(RULE,)).findings] == ["shop/routes.py"]


def test_a_directory_with_the_name_of_a_library_is_not_that_library() -> None:
    files = {
        "shop/redis/__init__.py": "def connect():\n    return None\n",
        "shop/redis/cache.py": "from redis import Redis\n\ncache = {}\n",
    }
    main = MAIN.replace("IMPORT", "from shop.redis import connect\nfrom shop.redis.cache import cache")
    assert not check_files(FILES | files | {"main.py": main}, select=(RULE,)).findings


def test_a_module_beside_its_importers_in_a_package_is_not_the_library_of_its_name() -> None:
    files = {
        "shop/bolt.py": "from bolt import decode, Fault\n\ndef read(text):\n    return decode(text)\n",
        "shop/money.py": "from bolt import decode, Missing\n",
    }
    main = MAIN.replace("IMPORT", "from shop.bolt import read\nfrom shop.money import decode")
    assert not check_files(FILES | files | {"main.py": main}, select=(RULE,)).findings


@pytest.mark.parametrize(("import_", "level"), [("", "high"), ("from shop.orders import refund", "low")])
def test_what_an_application_does_that_cannot_start_is_of_low_confidence(import_: str, level: str) -> None:
    files = FILES | {"main.py": MAIN.replace("IMPORT", import_)}
    report = check_files(files, select=("redis-per-request", RULE), confidence="low")
    assert [f.confidence.value for f in report.findings if f.rule != RULE] == [level]


@pytest.mark.parametrize(
    ("import_", "rules"),
    [
        ("from shop.orders import refund", ("redis-per-request",)),
        (f"from shop.orders import refund  # atomlint: ignore[{RULE}] made by the build", ("redis-per-request", RULE)),
    ],
)
def test_where_nobody_is_told_of_a_failing_import_the_application_is_taken_to_start(
    import_: str, rules: tuple[str, ...]
) -> None:
    report = check_files(FILES | {"main.py": MAIN.replace("IMPORT", import_)}, select=rules, confidence="low")
    assert [f.confidence.value for f in report.findings if f.rule == "redis-per-request"] == ["high"]


def test_what_a_sound_application_shares_with_one_that_cannot_start_is_as_sure_as_ever() -> None:
    shared = "import redis\nclient = redis.Redis(host='cache')\n\nasync def count(request, call_next):\n"
    shared += "    client.incr('hits')\n    return await call_next(request)\n"
    app = "from fastapi import FastAPI\nfrom shop.shared import count\nIMPORT\napp = FastAPI()\napp.middleware('http')(count)\n"
    for sound, broken in (("a.py", "b.py"), ("b.py", "a.py")):
        files = FILES | {"shop/shared.py": shared, sound: app.replace("IMPORT", "")}
        files[broken] = app.replace("IMPORT", "from shop.orders import refund")
        report = check_files(files, select=("redis-per-request", RULE), confidence="low")
        assert [f.confidence.value for f in report.findings if f.rule != RULE] == ["high"]


def test_an_application_that_nothing_starts_is_of_low_confidence() -> None:
    files = FILES | {
        "main.py": MAIN.replace("IMPORT", ""),
        "old.py": MAIN.replace("IMPORT", "from shop.orders import refund"),
        "Procfile": "web: uvicorn main:app\n",
    }
    report = check_files(files, select=(RULE,), confidence="low")
    assert [(finding.span.path, finding.confidence.value) for finding in report.findings] == [("old.py", "low")]


@pytest.mark.parametrize(
    ("place", "level"), [("main.py", "high"), ("archive/main.py", "low"), ("legacy/main.py", "low")]
)
def test_an_application_that_was_put_aside_is_of_low_confidence(place: str, level: str) -> None:
    files = FILES | {place: MAIN.replace("IMPORT", "from shop.orders import refund")}
    (one,) = check_files(files, select=(RULE,), confidence="low").findings
    assert one.confidence.value == level


def test_routes_of_an_application_that_cannot_start_are_not_counted_beside_those_of_one_that_can() -> None:
    shared = "import redis\nclient = redis.Redis(host='cache')\n"
    route = "@app.get('/{name}')\ndef {name}(): return client.get('a')\n"
    head = "from fastapi import FastAPI\nfrom kept import client\napp = FastAPI()\n"
    routes = {name: "".join(route.format(name=f"{name}{n}") for n in range(4)) for name in ("sound", "broken")}
    files = FILES | {"kept.py": shared, "requirements.txt": "redis==5.0.1\n"}
    files["sound.py"] = f"from shop.orders import place\n{head}{routes['sound']}"
    files["broken.py"] = f"from shop.orders import refund\n{head}{routes['broken']}"
    found = check_files(files, select=("redis-no-timeout", RULE)).findings
    assert [finding.rule for finding in found if "of 4 routes" in finding.message] == ["redis-no-timeout"]
