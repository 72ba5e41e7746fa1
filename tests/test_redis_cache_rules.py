"""How sure the rules are about Django's caches on Redis and the throttles that ask them."""

from __future__ import annotations

import pytest

from atomlint.testing import check_files

SETTINGS = """
INSTALLED_APPS = ["shop"]
ROOT_URLCONF = "shop.urls"
CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://cache:6379/0"}}
"""
LOCK = """
from django.core.cache import caches

store = caches["default"]

def alone(name):
    return store.add(name, 1, 60)
"""
TASK = """
from celery import shared_task
from shop.lock import alone

@shared_task
def send():
    if alone("send"):
        print("sent")
"""
LIMITS = """
from django.core.cache import caches
from rest_framework.throttling import UserRateThrottle

class Mine(UserRateThrottle):
    rate = "9/s"

class Chosen(Mine):
    cache = caches["default"]
"""
USED = {"shop/pages.py": "from django.views.decorators.cache import cache_page\n"}
"""Something that asks the default cache."""
VIEW = "from django.urls import path\n{0}\ndef items(request):\n    {1}\n\nurlpatterns = [path('items', items)]\n"


def confidences(rule: str, files: dict[str, str]) -> list[str]:
    """Of the findings of a rule, in order."""
    return [finding.confidence.value for finding in check_files(files, select=[rule]).findings]


@pytest.mark.parametrize(
    ("changed", "confidence"),
    [
        ({}, "low"),
        ({"shop/urls.py": VIEW.format("from shop.tasks import send", "send.delay()")}, "low"),
        ({"shop/urls.py": VIEW.format("from shop.lock import alone", "alone('items')")}, "medium"),
        ({"shop/urls.py": VIEW.format("from shop.lock import store", "store.get('items')")}, "medium"),
        ({"shop/urls.py": VIEW.format("from django.views.decorators.cache import cache_page", "pass")}, "medium"),
        ({"shop/settings.py": SETTINGS + 'SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"\n'}, "medium"),
        (
            {"shop/settings.py": SETTINGS + 'MIDDLEWARE = ["django.middleware.cache.FetchFromCacheMiddleware"]\n'},
            "medium",
        ),
        ({"shop/settings.py": SETTINGS + 'INSTALLED_APPS += ["axes"]\n'}, "medium"),
        ({"shop/lock.py": "def alone(name): ...\n"}, "low"),
        ({"shop/lock.py": "def alone(name): ...\n", **USED}, "medium"),
    ],
)
def test_a_cache_that_only_tasks_or_nobody_asks_is_of_low_confidence(changed: dict[str, str], confidence: str) -> None:
    files = {
        "requirements.txt": "redis==5.0.8\n",
        "shop/settings.py": SETTINGS,
        "shop/lock.py": LOCK,
        "shop/tasks.py": TASK,
    }
    files["shop/urls.py"] = VIEW.format("", "pass")
    assert confidences("redis-cache-no-timeout", {**files, **changed}) == [confidence]


@pytest.mark.parametrize(
    ("requirements", "found"),
    [
        ({"requirements.txt": "redis==5.0.8 \\\n    --hash=sha256:00\n"}, ["medium"]),
        ({"Pipfile.lock": '{"default": {"redis": {"version": "==5.0.8"}}}'}, ["medium"]),
        ({"Pipfile": '[packages]\nredis = "==5.0.8"\n'}, ["medium"]),
        ({"requirements.txt": "redis>=5\n"}, ["low"]),
        ({"requirements.txt": "redis==8.0.1 --hash=sha256:00\n"}, []),
    ],
)
def test_the_version_that_is_used_decides_whether_a_cache_waits(requirements: dict[str, str], found: list[str]) -> None:
    assert confidences("redis-cache-no-timeout", {"shop/settings.py": SETTINGS, **USED, **requirements}) == found


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ('CACHES["default"].update({"TIMEOUT": 60})', ["medium"]),
        ('CACHES["default"].update(KEY_PREFIX="shop")', ["medium"]),
        ('CACHES["default"]["KEY_PREFIX"] = "shop"', ["medium"]),
        ('CACHES["default"].update(OPTIONS)', []),
        ('CACHES["default"].update({"OPTIONS": {"SOCKET_TIMEOUT": 2}})', []),
        ('CACHES["default"]["OPTIONS"] = {"SOCKET_TIMEOUT": 2}', []),
        ('CACHES["default"].setdefault("OPTIONS", {})["SOCKET_TIMEOUT"] = 2', []),
        ('CACHES["default"]["OPTIONS"]["SOCKET_TIMEOUT"] = 2', []),
    ],
)
def test_a_change_of_what_a_timeout_can_be_in_is_the_last_word(change: str, found: list[str]) -> None:
    files = {"requirements.txt": "redis==5.0.8\n", "shop/settings.py": SETTINGS + change + "\n", **USED}
    assert confidences("redis-cache-no-timeout", files) == found


DJANGO = "django.core.cache.backends.redis.RedisCache"
DJANGO_REDIS = "django_redis.cache.RedisCache"


@pytest.mark.parametrize(
    ("backend", "options", "said"),
    [
        (DJANGO_REDIS, {"SOCKET_TIMEOUT": 2}, ""),
        (DJANGO_REDIS, {"SOCKET_TIMEOUT": None}, "no SOCKET_TIMEOUT in OPTIONS"),
        (DJANGO_REDIS, {"socket_timeout": 2}, "socket_timeout in OPTIONS is not read, SOCKET_TIMEOUT is"),
        (DJANGO_REDIS, {"CONNECTION_POOL_KWARGS": {"socket_timeout": 2}}, ""),
        ("redis_cache.RedisCache", {"SOCKET_TIMEOUT": 2}, ""),
        ("redis_cache.RedisCache", {"DB": 1}, "no SOCKET_TIMEOUT in OPTIONS"),
        ("django_prometheus.cache.backends.redis.RedisCache", {}, "no SOCKET_TIMEOUT in OPTIONS"),
        (DJANGO, {"socket_timeout": 2}, ""),
        (DJANGO, {}, "no socket_timeout in OPTIONS"),
    ],
)
def test_each_backend_has_names_of_its_own_for_a_timeout(backend: str, options: dict[str, object], said: str) -> None:
    caches = {"default": {"BACKEND": backend, "LOCATION": "redis://cache", "OPTIONS": options}}
    files: dict[str, str | bytes] = {"requirements.txt": "redis==5.0.8\n", "shop/settings.py": f"CACHES = {caches!r}\n"}
    found = [finding.message for finding in check_files(files, select=["redis-cache-no-timeout"]).findings]
    assert len(found) == bool(said)
    assert all(message.startswith(said) for message in found)


@pytest.mark.parametrize(
    ("listed", "views"),
    [
        ("rest_framework.throttling.UserRateThrottle", 3),
        ("rest_framework.throttling.AnonRateThrottle", 2),
        ("shop.limits.Mine", 3),
    ],
)
def test_a_throttle_of_all_views_is_of_low_confidence(listed: str, views: int) -> None:
    rest = {
        "DEFAULT_THROTTLE_CLASSES": [listed],
        "DEFAULT_THROTTLE_RATES": {"user": "9/s", "anon": "9/s"},
    }
    classes = "".join(f"class V{n}(APIView):\n    def get(self, request): ...\n" for n in range(views))
    paths = ", ".join(f"path('{n}', V{n}.as_view())" for n in range(views))
    files = {
        "shop/settings.py": f"{SETTINGS}REST_FRAMEWORK = {rest}\n",
        "shop/urls.py": f"from django.urls import path\nfrom shop.views import *\nurlpatterns = [{paths}]\n",
        "shop/views.py": f"from rest_framework.views import APIView\n{classes}",
        "shop/limits.py": LIMITS,
    }
    assert confidences("redis-throttle-per-request", files) == ["low"]


@pytest.mark.parametrize(
    ("alias", "code", "level"),
    [
        ("default", "", "medium"),
        ("locks", "", "low"),
        ("locks", "from django.core.cache import caches\n\nstore = caches['locks']\n", "medium"),
        (
            "locks",
            "from django.views.decorators.cache import cache_page\n\n@cache_page(60, cache='locks')\ndef page(r): ...\n",
            "medium",
        ),
        ("locks", "SESSION_CACHE_ALIAS = 'locks'\n", "medium"),
        ("locks", "kind = 'locks'\n", "low"),
    ],
)
def test_a_cache_that_nothing_names_is_of_low_confidence(alias: str, code: str, level: str) -> None:
    caches = {alias: {"BACKEND": DJANGO_REDIS, "LOCATION": "redis://cache"}}
    files: dict[str, str | bytes] = {
        "requirements.txt": "redis==5.0.8\n",
        "shop/settings.py": f"CACHES = {caches!r}\n{code if 'ALIAS' in code else ''}",
        "shop/code.py": code,
        **USED,
    }
    found = [f.confidence.name.lower() for f in check_files(files, select=["redis-cache-no-timeout"]).findings]
    assert found == [level]


NAMED = """
import os

REDIS = os.environ["REDIS"]
OTHER = "reports"
POOL = {}
if REDIS.startswith("rediss"):
    POOL = {"ssl_cert_reqs": None}
BASE = {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": REDIS, "OPTIONS": {"CONNECTION_POOL_KWARGS": POOL}}
"""
SPREAD = '{**BASE, "OPTIONS": {**BASE["OPTIONS"], "KEY_PREFIX": "r"}}'


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ('CACHES = {"default": BASE}', ["medium"]),
        (f'CACHES = {{"default": BASE, OTHER: {SPREAD}}}', ["medium"]),
        (f'CACHES = {{"default": {SPREAD}}}', ["medium"]),
        ('CACHES = {"default": {**BASE, "OPTIONS": {"SOCKET_TIMEOUT": 2}}}', []),
        ('POOL = {"socket_timeout": 2}\nCACHES = {"default": BASE}', []),
        ('POOL["socket_timeout"] = 2\nCACHES = {"default": BASE}', []),
        ('CACHES = {"default": BASE | EXTRA}', []),
        ('from .base import *\nCACHES["default"] = BASE', ["medium"]),
        ('from .base import *\nCACHES["redis"] = BASE\nCACHES["default"] = CACHES["redis"]', ["medium"]),
        (
            'from .base import *\nCACHES["redis"] = BASE\nCACHES["redis"] = {**BASE, "OPTIONS": {"SOCKET_TIMEOUT": 2}}',
            [],
        ),
        ('from .base import *\nCACHES["default"] = made(BASE)', []),
        ('CACHES = {}\nCACHES["default"] = BASE', ["medium"]),
        ('CACHES = {"default": {}}\nCACHES["default"] = BASE', []),
        ('KIND = "django_redis.cache.RedisCache"\nCACHES = {"default": {**BASE, "BACKEND": KIND}}', ["medium"]),
        ('KIND = "django.core.cache.backends.dummy.DummyCache"\nCACHES = {"default": {**BASE, "BACKEND": KIND}}', []),
    ],
)
def test_names_in_the_setting_stand_for_the_literals_that_they_hold(settings: str, expected: list[str]) -> None:
    files = {"requirements.txt": "redis==5.0.8\n", "shop/settings.py": f"{NAMED}{settings}\n", **USED}
    files["shop/urls.py"] = VIEW.format("", "cache.get('a')")
    assert confidences("redis-cache-no-timeout", files) == expected
