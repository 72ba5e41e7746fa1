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
        ({"shop/lock.py": "def alone(name): ...\n"}, "medium"),
    ],
)
def test_a_cache_that_only_tasks_ask_is_of_low_confidence(changed: dict[str, str], confidence: str) -> None:
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
    assert confidences("redis-cache-no-timeout", {"shop/settings.py": SETTINGS, **requirements}) == found


@pytest.mark.parametrize(
    ("listed", "views", "found"),
    [
        ("rest_framework.throttling.UserRateThrottle", 3, ["medium"]),
        ("rest_framework.throttling.UserRateThrottle", 2, ["low"]),
        ("rest_framework.throttling.AnonRateThrottle", 3, ["low"]),
        ("shop.limits.Mine", 3, ["medium"]),
        ("shop.limits.Chosen", 3, ["low"]),
    ],
)
def test_a_throttle_of_many_views_is_of_medium_confidence_unless_it_may_let_pass(
    listed: str, views: int, found: list[str]
) -> None:
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
    assert confidences("redis-throttle-per-request", files) == found
