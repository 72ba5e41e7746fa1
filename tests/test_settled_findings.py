"""How sure findings of a middleware are whose branch settings decide, by default, for all requests."""

from __future__ import annotations

import pytest

from atomlint.testing import check_files

APP = """
import os
from dataclasses import dataclass

import redis
from flask import Flask, current_app, request
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    counted: bool = True
    skipped: bool = False

@dataclass
class Options:
    limits: bool = False

app = Flask(__name__)
client = redis.Redis()
settings = Settings()
options = Options()
ON = True
OFF = False
LOADED = False

@app.before_request
def count():
    current_app.config["TRACED"] = request.headers.get("x-trace")
    if TEST:
        client.incr("all")
"""


def level(test: str) -> str:
    report = check_files({"app.py": APP.replace("TEST", test)}, select=("redis-per-request",))
    (finding,) = report.findings
    return finding.confidence.value


@pytest.mark.parametrize("test", ["ON", "not OFF or ON", "settings.counted", "not settings.skipped"])
def test_a_branch_that_is_taken_by_default_keeps_no_request_away(test):
    assert level(test) == "high"


@pytest.mark.parametrize(
    "test",
    [
        "OFF", "not ON", "settings.skipped", "options.limits", "os.environ.get('LIMITS')", "not LOADED",
        "current_app.config['TRACED']", "request.headers.get('x-key')", "ON and request.headers.get('x-key')",
    ],
)  # fmt: skip
def test_one_that_is_not_or_that_a_request_decides_does(test):
    assert level(test) == "low"
