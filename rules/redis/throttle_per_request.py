"""A throttle of Django REST framework that asks Redis twice on every request.

## Why
`SimpleRateThrottle` reads the history of who asks from Django's default cache and writes it back with every request that it
allows: where that cache is Redis, a GET and a SET one after the other, in front of whatever the view does, and one request
can overwrite what another counted. Each further throttle in the list asks again. Named in a setting, it runs in front of
all views of the API.

## Bad
    --- shop/settings.py
    CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://cache:6379/0"}}
    ROOT_URLCONF = "shop.urls"
    REST_FRAMEWORK = {
        "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
        "DEFAULT_THROTTLE_RATES": {"user": "5000/hour"},
    }
    --- shop/views.py
    from rest_framework.views import APIView

    class Items(APIView):
        def get(self, request): ...

    class Orders(APIView):
        def get(self, request): ...

    class Prices(APIView):
        def get(self, request): ...
    --- shop/urls.py
    from django.urls import path
    from shop.views import Items, Orders, Prices

    urlpatterns = [
        path("items", Items.as_view()), path("orders", Orders.as_view()), path("prices", Prices.as_view()),
    ]

## Good
    --- shop/limits.py
    from django.core.cache import caches
    from rest_framework.throttling import UserRateThrottle

    class PerProcess(UserRateThrottle):
        cache = caches["limits"]
    --- shop/settings.py
    CACHES = {
        "default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://cache:6379/0"},
        "limits": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    }
    ROOT_URLCONF = "shop.urls"
    REST_FRAMEWORK = {
        "DEFAULT_THROTTLE_CLASSES": ["shop.limits.PerProcess"],
        "DEFAULT_THROTTLE_RATES": {"user": "1250/hour"},
    }
    --- shop/views.py
    from rest_framework.views import APIView

    class Items(APIView):
        def get(self, request): ...

    class Orders(APIView):
        def get(self, request): ...

    class Prices(APIView):
        def get(self, request): ...
    --- shop/urls.py
    from django.urls import path
    from shop.views import Items, Orders, Prices

    urlpatterns = [
        path("items", Items.as_view()), path("orders", Orders.as_view()), path("prices", Prices.as_view()),
    ]

## Configuration
`allowed = 2` lets each throttle have its GET and its SET.

## For agents
Give throttles of Django REST framework that stand in front of all views a cache in local memory, with the rate divided by
the number of processes, or list them on the few views that need a limit that all processes share.

## Limits
Reported is a throttle of the library that a setting lists, and a class of the project that does the library's work, for a
setting or for several views; one that overrides `allow_request` is `redis-per-request`. All are of low confidence: a limit
that all processes share is what the library is for, and only its owner knows whether it has to be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Finding, Index, Option, rule

from .._work import SHARED, counted
from ._throttles import throttles

if TYPE_CHECKING:
    from collections.abc import Iterator

ALLOWED = Option(
    "allowed",
    0,
    "Redis commands that a throttle may send per request",
    minimum=0,
    declared="budget.redis-commands-per-request",
)


@rule(
    "redis-throttle-per-request",
    needs=("throttl", "THROTTLE", "CACHES"),
    reach=True,
    options=(ALLOWED,),
    severity="warning",
    since="0.1",
)
def asks_on_every_request(index: Index) -> bool:
    """A project with a throttle whose cache is Redis."""
    return bool(throttles(index))


@asks_on_every_request.on("*")
def report(ctx: Context, index: Index) -> Iterator[Finding]:
    """Each throttle of a setting, and those of several views."""
    for throttle in throttles(index):
        number = throttle.effect.operation.commands
        if number <= ctx.option(ALLOWED) or (throttle.views < SHARED and not throttle.listed.of_all):
            continue
        views = counted(throttle.views, "view")
        when = f"every request to {views}, by" if throttle.always else f"requests to {views} that are limited by"
        text = f"{counted(number)} (get, set) on {when} {throttle.name}"
        yield ctx.finding(throttle.span(index), text, confidence=Confidence.LOW).with_help(
            'give it a cache in local memory (`cache = caches["limits"]`) and its rate divided by the number of processes, '
            "or list it only on the views that need it"
        )
