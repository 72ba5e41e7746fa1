"""A Django cache on Redis that waits for ever.

## Why
django-redis, django-valkey and Django's own backend hand on the timeouts of `OPTIONS`, and without them a client before
redis-py 8 has none. When Redis, or the network on the way to it, stops answering without closing the connection, every
request that asks the cache hangs, and with it sessions and throttles that are kept there. `IGNORE_EXCEPTIONS` does not
help: nothing is raised. `TIMEOUT` is how long a key lives.

## Bad
    --- shop/settings.py
    ROOT_URLCONF = "shop.urls"
    CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": "redis://cache:6379/0",
        }
    }
    --- requirements.txt
    django-redis==6.0.0
    redis==5.3.1
    --- shop/views.py
    from django.core.cache import cache

    def prices(request):
        return cache.get("prices")
    --- shop/urls.py
    from django.urls import path
    from shop.views import prices

    urlpatterns = [path("prices", prices)]

## Good
    --- shop/settings.py
    ROOT_URLCONF = "shop.urls"
    CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": "redis://cache:6379/0",
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 2, "SOCKET_TIMEOUT": 2},
        }
    }
    --- requirements.txt
    django-redis==6.0.0
    redis==5.3.1
    --- shop/views.py
    from django.core.cache import cache

    def prices(request):
        return cache.get("prices")
    --- shop/urls.py
    from django.urls import path
    from shop.views import prices

    urlpatterns = [path("prices", prices)]

## For agents
Give every Django cache on Redis a socket timeout: `SOCKET_TIMEOUT` in the `OPTIONS` of django-redis, `socket_timeout` in
those of Django's own backend.

## Limits
Read is a `CACHES` of a settings module that is made of literals, by name as well, or filled entry by entry in one;
settings of tests, of a CI, of staging and of developers are left out. Quiet where a part of it comes from elsewhere,
where a module that is served changes it later, for sentinels and clusters, and when the project's requirements or lock
file ask for redis-py 8 or later. Low when they leave that open, where nothing, or only work beside requests, such as
tasks, is seen to ask a cache, for caches besides the default one that nothing in the project names, and for settings
that nothing names or imports where all that is given to `DJANGO_SETTINGS_MODULE` is read and names a neighbour. A base
module whose neighbour sets `CACHES` anew, and not only in a branch, is not read. django-redis reads `SOCKET_TIMEOUT` in
capitals alone: in small letters it is no timeout, unless it stands in `CONNECTION_POOL_KWARGS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Finding, Index, rule

from ._asked import is_asked_by_work_alone, is_named_nowhere
from ._django import Configured, configured

if TYPE_CHECKING:
    from collections.abc import Iterator

BOUNDED = 8
"""The first release of redis-py with a default."""


@rule("redis-cache-no-timeout", needs=("CACHES", "cache", "DJANGO_SETTINGS_MODULE"), reach=True, since="0.1")
def waits_for_ever(index: Index) -> bool:
    """A project with a Django cache on Redis that has no timeout."""
    return any(True for _ in configured(index))


@waits_for_ever.on("*")
def report(ctx: Context, index: Index) -> Iterator[Finding]:
    """The alias of each settings module's first such cache."""
    for cache in configured(index):
        level = confidence(index, cache)
        if level is None:
            continue
        if level is not Confidence.LOW and is_hardly_asked(index, cache):
            level = Confidence.LOW
        option = "socket_timeout" if cache.is_django else "SOCKET_TIMEOUT"
        connect = "socket_connect_timeout" if cache.is_django else "SOCKET_CONNECT_TIMEOUT"
        names = ", ".join(cache.aliases)
        lack = (
            "socket_timeout in OPTIONS is not read, SOCKET_TIMEOUT is"
            if cache.is_misspelt
            else f"no {option} in OPTIONS"
        )
        text = f"{lack} ({names}): a Redis that hangs also hangs every request that asks this cache"
        yield ctx.finding(cache.span(index), text, confidence=level).with_help(
            f'give it `"OPTIONS": {{"{connect}": 2, "{option}": 2}}`'
        )


def is_hardly_asked(index: Index, cache: Configured) -> bool:
    """Whether no request asks it, as far as the project tells: the settings are not loaded, or nothing names the cache."""
    if is_named_nowhere(index, cache.aliases) or is_asked_by_work_alone(index):
        return True
    return index.settings.modules.is_unloaded(cache.path)


def confidence(index: Index, cache: Configured) -> Confidence | None:
    """None when the client that the project uses has a timeout of its own."""
    if cache.is_valkey:
        return Confidence.MEDIUM
    before = index.project.effects.versions.holds("redis", f"<{BOUNDED}", cache.path)
    return {True: Confidence.MEDIUM, None: Confidence.LOW, False: None}[before]
