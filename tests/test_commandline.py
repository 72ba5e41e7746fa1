"""What only somebody at a command line makes is no client of a request."""

from __future__ import annotations

import pytest

from atomlint.testing import check_files

CODE = """
import click
import redis
from fastapi import FastAPI

app = FastAPI()

class Publisher:
    def __init__(self, client: redis.Redis):
        self.client = client

    def tell(self, text):
        self.client.publish("news", text)

def own_publisher():
    return Publisher(redis.Redis(host="cache", socket_timeout=2))

def make_publisher():
    return Publisher(redis.Redis(host="elsewhere"))

publisher = own_publisher()

@app.post("/a")
def a():
    publisher.tell("a")

@app.post("/b")
def b():
    publisher.tell("b")

@app.post("/c")
def c():
    publisher.tell("c")

@click.command()
def announce():
    make_publisher().tell("from the shell")

MORE
"""


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ("", 0),
        ("@click.group()\ndef all_(): again()\n\ndef again(): make_publisher()", 0),
        ("spare = make_publisher()", 1),
        ("@app.get('/d')\ndef d(): make_publisher().tell('d')", 1),
    ],
)
def test_a_client_that_only_commands_make_is_not_asked_by_requests(more: str, count: int) -> None:
    report = check_files(
        {"app.py": CODE.replace("MORE", more), "requirements.txt": "redis==5.0.1\n"},
        select=("redis-no-timeout",),
        confidence="low",
    )
    assert len(report.findings) == count


@pytest.mark.parametrize(("path", "count"), [("scripts/try_it.py", 1), ("worker/main.py", 0)])
def test_what_a_script_makes_for_itself_is_not_what_lives_on(path: str, count: int) -> None:
    app = """
from fastapi import FastAPI, Request

class Detector:
    def __init__(self):
        self.times = {}

    def note(self, caller):
        self.times[caller] = 1

detector = Detector()
app = FastAPI()

@app.middleware("http")
async def note(request: Request, call_next):
    detector.note(request.headers["x-caller"])
    return await call_next(request)
"""
    script = (
        "from app import Detector\n\ndef main():\n    Detector().note('me')\n\nif __name__ == '__main__':\n    main()\n"
    )
    report = check_files({"app.py": app, path: script}, select=("runtime-unbounded-local-cache",))
    assert len(report.findings) == count
