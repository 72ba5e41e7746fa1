"""What views list for each request, such as throttles, and what that costs."""

from __future__ import annotations

import pytest
from index_project import index_of

REDIS = 'CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://cache:6379/0"}'
USER = "rest_framework.throttling.UserRateThrottle"
ANON = "rest_framework.throttling.AnonRateThrottle"
SCOPED = "rest_framework.throttling.ScopedRateThrottle"
VIEW = "from rest_framework.views import APIView\nclass Items(APIView):\n    def get(self, request): ...\n"
URLS = "from django.urls import path\nfrom shop.views import Items\nurlpatterns = [path('items', Items.as_view())]\n"
FUNCTION = URLS.replace("Items.as_view()", "Items")
OWN = "from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle\nfrom django.core.cache import caches\nfrom django.conf import settings\n"

SOME = "        if request.user.is_staff:\n            return None\n        return 'all'\n"
HANDED_ON = "        return request.user.is_staff or super().allow_request(request, view)\n"


def commands(
    listed: str = USER,
    rates: str = '{"user": "9/s", "anon": "9/s", "burst": "9/s"}',
    views: str = VIEW,
    own: str = "",
    more: str = "",
    urls: str = URLS,
    caches: str = REDIS + "}",
) -> str:
    """Redis commands of a request to the one route of a project."""
    rest = f'REST_FRAMEWORK = {{"DEFAULT_THROTTLE_CLASSES": [{listed!r}], "DEFAULT_THROTTLE_RATES": {rates}}}\n'
    index = index_of(
        {
            "shop/__init__.py": "",
            "shop/settings.py": f"{caches}\nROOT_URLCONF = 'shop.urls'\nLIMITED = 1 > 0\n{rest}{more}",
            "shop/urls.py": urls,
            "shop/views.py": views,
            "shop/limits.py": OWN + own,
        }
    )
    (route,) = index.costs.routes()
    return str(route.redis)


@pytest.mark.parametrize(
    ("listed", "count"), [(USER, "2"), (ANON, "0..2"), (SCOPED, "0"), ("rest_framework.throttling.BaseThrottle", "0")]
)
def test_what_a_setting_lists_costs_every_view_of_the_framework(listed: str, count: str) -> None:
    assert commands(listed) == count


def test_a_throttle_by_scope_costs_views_that_have_one() -> None:
    assert commands(SCOPED, views=VIEW.replace("    def", "    throttle_scope = 'burst'\n    def")) == "2"
    scoped = VIEW.replace("    def", "    @property\n    def throttle_scope(self): return 'burst'\n    def")
    assert commands(SCOPED, views=scoped) == "2"


@pytest.mark.parametrize(
    ("views", "urls", "count"),
    [
        ("from django.views import View\nclass Items(View):\n    def get(self, request): ...\n", URLS, "0"),
        ("def Items(request): ...\n", FUNCTION, "0"),
        (
            "from rest_framework.decorators import api_view\n@api_view(['GET'])\ndef Items(request): ...\n",
            FUNCTION,
            "2",
        ),
        (VIEW.replace("    def", "    throttle_classes = ()\n    def"), URLS, "0"),
        (VIEW.replace("    def", "    def get_throttles(self): ...\n    def"), URLS, "0..2"),
        (
            "from rest_framework.throttling import UserRateThrottle\nMANY = [UserRateThrottle]\n"
            + VIEW.replace("    def", "    throttle_classes = MANY\n    def"),
            URLS,
            "2",
        ),
    ],
)
def test_a_view_says_for_itself_or_is_none_of_the_framework(views: str, urls: str, count: str) -> None:
    assert commands(views=views, urls=urls) == count


@pytest.mark.parametrize(
    ("rates", "more", "count"),
    [
        ('{"user": None}', "", "0"),
        ('{"user": "9/s" if LIMITED else None}', "", "0..2"),
        ("RATES", "RATES = {'user': None}\n", "0..2"),
        ('{"user": RATE}', "", "2"),
        ('{"anon": "9/s"}', "REST_FRAMEWORK['DEFAULT_THROTTLE_RATES']['user'] = None\n", "0"),
    ],
)
def test_a_rate_of_none_turns_a_throttle_off(rates: str, more: str, count: str) -> None:
    assert commands(rates=rates, more=more) == count


def test_the_frameworks_own_scopes_have_no_rate_unless_one_is_given() -> None:
    views = "from rest_framework.throttling import UserRateThrottle\n" + VIEW.replace(
        "    def", "    throttle_classes = [UserRateThrottle]\n    def"
    )
    assert commands(views=views) == "2"
    index = index_of(
        {"shop/settings.py": REDIS + "}\nROOT_URLCONF = 'shop.urls'", "shop/urls.py": URLS, "shop/views.py": views}
    )
    assert [str(route.redis) for route in index.costs.routes()] == ["0"]


@pytest.mark.parametrize(
    ("own", "count"),
    [
        ("class Mine(UserRateThrottle):\n    scope = 'burst'\n", "2"),
        ("class Mine(AnonRateThrottle):\n    rate = '9/s'\n", "0..2"),
        ("class Mine(UserRateThrottle):\n    cache = caches['limits']\n", "0"),
        ("class Mine(UserRateThrottle):\n    cache = caches[settings.UNKNOWN]\n", "2"),
        (
            "class Mine(SimpleRateThrottle):\n    rate = '9/s'\n    def get_cache_key(self, request, view): return 'all'\n",
            "2",
        ),
        (
            "class Mine(SimpleRateThrottle):\n    rate = '9/s'\n    def get_cache_key(self, request, view):\n" + SOME,
            "0..2",
        ),
        ("class Mine(UserRateThrottle):\n    def allow_request(self, request, view): return True\n", "0"),
        (
            "class Mine(UserRateThrottle):\n    def allow_request(self, request, view):\n" + HANDED_ON,
            "0..2",
        ),
    ],
)
def test_a_throttle_of_the_project_costs_what_it_inherits(own: str, count: str) -> None:
    caches = REDIS + ', "limits": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}'
    assert commands("shop.limits.Mine", own=own, caches=caches) == count
