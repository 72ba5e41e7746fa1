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
