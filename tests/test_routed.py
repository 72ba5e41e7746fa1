"""Views that nothing registers, and how sure what only they declare is."""

import pytest
from index_project import index_of

from atomlint.testing import check_files

VIEWS = """\
from rest_framework.decorators import action
from rest_framework.views import APIView
from rest_framework.viewsets import ModelViewSet
class Counted:
    def allow_request(self, request, view): pass
class Items(ModelViewSet):
    throttle_classes = [Counted]
    def list(self, request): pass
    @action(detail=True)
    def publish(self, request, pk): pass
class Page(APIView):
    def get(self, request): pass
"""
URLS = """\
from django.urls import include, path
from rest_framework.routers import DefaultRouter
import views
router = DefaultRouter()
urlpatterns = [path('page/', views.Page.as_view()), path('', include(router.urls))]
"""


def certainties(urls: str, **files: str) -> list[tuple[str, bool, str]]:
    """(name, proven, certainty) of the throttle, and of the action and the handler of the view set that lists it."""
    given = {"views": VIEWS, "urls": urls} | files
    index = index_of({f"{path}.py": text for path, text in given.items() if text})
    found = [(index.function(entry.function).name, entry.proven, entry.certainty) for entry in index.project.entries]
    return [entry for entry in found if entry[0] in ("allow_request", "publish")]


def levels(urls: str, **files: str) -> set[str]:
    return {certainty for _, _, certainty in certainties(urls, **files)}


@pytest.mark.parametrize(
    "registering",
    [
        "router.register('items', views.Items)",
        "class Mine(views.Items): pass\nrouter.register('mine', Mine)",
        "for prefix, view in [('items', views.Items)]: router.register(prefix, view)",
        "urlpatterns += [path('items/', views.Items.as_view({'get': 'list'}))]",
        "from django.utils.module_loading import import_string\nrouter.register('items', import_string('views.Items'))",
    ],
)
def test_what_a_registered_view_declares_is_proven(registering):
    assert certainties(URLS + registering) == [("publish", True, "high"), ("allow_request", True, "high")]


def test_what_only_a_view_declares_that_nothing_registers_is_possible_where_all_that_is_registered_is_known():
    assert certainties(URLS) == [("publish", False, "low"), ("allow_request", False, "low")]


def test_views_that_another_router_has_are_known():
    merging = "from more import other\nfor prefix, view, name in other.registry: router.register(prefix, view, name)\n"
    other = "from rest_framework.routers import DefaultRouter\nother = DefaultRouter()\n"
    assert levels(URLS + merging, more=other) == {"low"}


@pytest.mark.parametrize(
    "code",
    [
        "for prefix, view in found(): router.register(prefix, view)",
        "def add(to, view): to.register('x', view)",
        "urlpatterns += [path('x/', load('x'))]",
        "table = {'items': views.Items}",
        "serve('views.Items')",
        "class Mine(views.Items): pass\nserve(Mine)",
    ],
)
def test_a_view_that_something_unknown_may_register_is_likely(code):
    assert levels(URLS + code) == {"medium"}


def test_a_view_that_a_decorator_may_register_is_likely():
    marked = VIEWS.replace("class Items", "def serve(cls): return cls\n@serve\nclass Items")
    assert levels(URLS, views=marked) == {"medium"}


def test_views_of_what_has_no_table_of_urls_are_likely():
    assert levels("") == {"medium"}


DECORATED = """\
from rest_framework.decorators import throttle_classes
from views import Counted
def counted(view): return throttle_classes([Counted])(view)
"""


def test_a_decorator_that_nothing_names_declares_nothing():
    urls = "from django.urls import path\n{}urlpatterns = [path('', index)]\n"
    used = "from more import counted\n@counted\ndef index(request): pass\n"
    other = "def index(request): pass\n"
    assert levels(urls.format(used), more=DECORATED, views=VIEWS.partition("class Items")[0]) == {"high"}
    assert levels(urls.format(other), more=DECORATED, views=VIEWS.partition("class Items")[0]) == {"low"}
    assert levels("", more=DECORATED, views=VIEWS.partition("class Items")[0]) == {"medium"}


COUNTING = VIEWS.replace(
    "def allow_request(self, request, view): pass",
    "def allow_request(self, request, view):\n        return cache.incr('a') < 9",
)


@pytest.mark.parametrize(
    ("registering", "level"),
    [("router.register('items', views.Items)", "medium"), ("router.register('x', find('x'))", "low")],
)
def test_the_throttle_of_a_few_views_that_nothing_is_seen_to_register_is_of_low_confidence(registering, level):
    caches = 'CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://cache:6379/0"}}\n'
    files = {
        "settings.py": f"{caches}ROOT_URLCONF = 'urls'\n",
        "views.py": f"from django.core.cache import cache\n{COUNTING}",
        "urls.py": URLS + registering,
    }
    report = check_files(files, select=["redis-per-request"])
    assert [finding.confidence.value for finding in report.findings] == [level]
