"""Tests with one answer for the life of a process, whatever a request brings."""

from __future__ import annotations

import pytest
from index_project import index_of

CONFIG = """
import os
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    limits: bool = True
    debug: bool = False
    seen: int = 0

settings = Settings()
LEVEL = 3
OTHER = {"eu": 1}

def note():
    settings.seen = 4
"""
APP = """
import os
from django.conf import settings as django
from flask import Flask, current_app, request
import config
from config import LEVEL, OTHER, settings

app = Flask(__name__)
ON = os.getenv("LIMITS", "true").lower() in ("1", "true")
BOTH = ON and LEVEL > 2
try:
    import zstd
    PACKED = True
except ImportError:
    PACKED = False
count = 0
kept = []
APP_ENV = os.getenv("APP_ENV", "dev")

def grow():
    global count
    count = count + 1

def view(user, flag=None):
    own = True
    if TEST:
        here()
"""
SETTLED = (
    "True", "ON", "BOTH", "not ON", "PACKED", "LEVEL", "LEVEL > 2 and ON", "settings.limits", "config.settings.limits",
    "config.LEVEL == 3", "os.getenv('LIMITS')", "bool(os.environ.get('LIMITS'))", "django.RATE_LIMITS",
    "current_app.config['LIMITS']", "app.config.get('LIMITS')",
)  # fmt: skip
OPEN = (
    "user", "user.limits", "flag", "own", "count", "kept", "OTHER", "request.args", "settings.seen", "settings.debug",
    "APP_ENV == 'dev'", "django.DEBUG", "current_app.config['TESTING']", "app.config.get(user)", "unknown", "ON and user",
    "settings.unknown", "os.getenv(user)", "grow()", "LEVEL > user",
)  # fmt: skip


def is_settled(test: str) -> bool:
    index = index_of({"config.py": CONFIG, "app.py": APP.replace("TEST", test)})
    facts = index.project.linker.table("app.py").facts
    (call,) = (call for call in facts.calls if call.callee == "here")
    return index.project.guards.settled.is_settled("app.py", call.scope, facts.frames[call.frame].test)


@pytest.mark.parametrize("test", SETTLED)
def test_constants_and_settings_are_the_same_for_every_request(test):
    assert is_settled(test)


@pytest.mark.parametrize("test", OPEN)
def test_what_a_request_brings_what_is_set_later_and_what_only_development_turns_on_is_not(test):
    assert not is_settled(test)
