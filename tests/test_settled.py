"""Tests that settings and constants decide for all requests."""

from __future__ import annotations

import pytest
from index_project import index_of

CONFIG = """
import os
from functools import lru_cache
from pydantic import Field
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    limits: bool = True
    counted: bool = Field(default=True)
    debug: bool = False
    quiet: bool = False
    region: str = "eu"
    url: str = ""
    seen: int = 1
    needed: bool

class Plain:
    limits = True
    loaded = False
    queue = []

settings = Settings()
plain = Plain()
LEVEL = 3
OTHER = {"eu": 1}
DEBUG = True

@lru_cache
def get_settings():
    return Settings()

def note():
    settings.seen = 4
"""
APP = """
import os
from decouple import config as decoupled
from django.conf import settings as django
from flask import current_app, request
import config
from config import DEBUG, LEVEL, OTHER, Settings, get_settings, plain, settings

ON = os.getenv("LIMITS", "true").lower() in ("1", "true")
OFF = os.getenv("LIMITS", "0") == "1"
BOTH = ON and LEVEL > 2
LOADED = False
try:
    import zstd
    PACKED = True
except ImportError:
    PACKED = False
count = 1
kept = [1]
APP_ENV = os.getenv("APP_ENV", "production")

def grow():
    global count
    count = count + 1

def view(user, given: Settings, flag=None):
    own = settings.limits
    twice = True
    if user:
        twice = False
    if TEST:
        here()
"""
TRUE = (
    "True", "ON", "BOTH", "not OFF", "LEVEL", "LEVEL > 2 and ON", "settings.limits", "config.settings.limits", "own",
    "config.LEVEL == 3", "bool(os.environ.get('LIMITS', '1'))", "settings.counted", "settings.region == 'eu'",
    "get_settings().limits", "given.limits", "plain.limits", "not settings.debug", "not settings.quiet", "not settings.url",
    "settings.limits or user", "settings.limits is not None", "settings.limits != False", "decoupled('LIMITS', default=True, cast=bool)", "decoupled('LIMITS', default='yes', cast=bool)",
    "settings.region in ('eu', 'us')", "user if OFF else ON", "int(os.getenv('LEVEL', '2')) >= 2",
)  # fmt: skip
FALSE = (
    "OFF", "not ON", "settings.debug", "settings.quiet", "settings.url", "settings.region != 'eu'", "OFF and user",
    "decoupled('LIMITS', default='no', cast=bool)",
)  # fmt: skip
UNKNOWN = (
    "user", "user.limits", "flag", "twice", "count", "kept", "OTHER", "request.args", "settings.seen", "settings.needed",
    "APP_ENV == 'production'", "django.LIMITS", "current_app.config['LIMITS']", "unknown", "ON and user", "PACKED", "DEBUG",
    "settings.unknown", "os.getenv(user)", "os.getenv('LIMITS')", "grow()", "LEVEL > user", "LOADED", "not LOADED",
    "not plain.loaded", "plain.queue", "user in ('a', 'b')", "1 < LEVEL < 5", "settings.limits == 1", "settings.region in OTHER",
)  # fmt: skip


def holds(test: str) -> bool | None:
    index = index_of({"config.py": CONFIG, "app.py": APP.replace("TEST", test)})
    facts = index.project.linker.table("app.py").facts
    (call,) = (call for call in facts.calls if call.callee == "here")
    return index.project.guards.settled.holds("app.py", call.scope, facts.frames[call.frame].test)


@pytest.mark.parametrize("test", TRUE)
def test_what_settings_leave_on_holds_for_every_request(test):
    assert holds(test) is True


@pytest.mark.parametrize("test", FALSE)
def test_what_settings_leave_off_holds_for_none(test):
    assert holds(test) is False


@pytest.mark.parametrize("test", UNKNOWN)
def test_nothing_is_known_of_what_requests_bring_deployments_choose_or_code_sets_later(test):
    assert holds(test) is None
