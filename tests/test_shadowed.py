"""Routes that an earlier route of the same router takes the place of."""

import pytest
from index_project import index_of

APP = """
from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="/orders")


{routes}


app = FastAPI()
app.include_router(router)
"""
FIRST = """\
@router.get("{path}")
def first(order_id: int): ...
"""
LATER = """\
@router.{verb}("{path}")
def later(): ...
"""


def counts(routes: str, app: str = APP) -> bool:
    """Whether requests come to the handler ``later``."""
    index = index_of({"app.py": app.format(routes=routes)})
    entries = [entry for entry in index.project.registrations if index.function(entry.function).name == "later"]
    assert entries
    return any(map(index.idle.registered.holds, entries))


@pytest.mark.parametrize(
    ("first", "verb", "later", "served"),
    [
        ("/{order_id}", "get", "/feed", False),
        ("/{order_id}", "get", "/{slug}", False),
        ("/feed", "get", "/feed", False),
        ("/{order_id}/lines", "get", "/open/lines", False),
        ("/{order_id}", "post", "/feed", True),
        ("/{order_id}", "get", "/feed/new", True),
        ("/{order_id:int}", "get", "/feed", True),
        ("/v{order_id}", "get", "/feed", True),
        ("/{order_id}", "get", "/{rest:path}", True),
        ("/feed", "get", "/{slug}", True),
    ],
)
def test_the_first_route_that_takes_all_that_a_later_one_could_leaves_it_nothing(
    first: str, verb: str, later: str, served: bool
) -> None:
    before, after = FIRST.format(path=first), LATER.format(verb=verb, path=later)
    assert counts(f"{before}\n\n{after}") is served
    assert counts(f"{after}\n\n{before}")


def test_an_earlier_route_of_a_branch_may_not_be_there() -> None:
    inside = "if DEMO:\n    @router.get('/{order_id}')\n    def first(order_id: int): ...\n"
    assert counts(f"{inside}\n\n{LATER.format(verb='get', path='/feed')}")


def test_a_library_that_takes_the_best_match_asks_no_earlier_one_first() -> None:
    app = """
from flask import Blueprint, Flask

router = Blueprint("orders", __name__, url_prefix="/orders")


{routes}


app = Flask(__name__)
app.register_blueprint(router)
"""
    assert counts(FIRST.format(path="/{order_id}") + "\n\n" + LATER.format(verb="get", path="/feed"), app)


ROOT = """
from django.urls import include, path
urlpatterns = [path("shop/", include("new.urls")), path("shop/", include("old.urls"))]
"""
TABLE = """
from django.urls import path
from . import views
urlpatterns = [path({pattern!r}, views.{name})]
"""


@pytest.mark.parametrize(
    ("new", "old", "root", "served"),
    [
        ("orders/", "orders/", ROOT, False),
        ("orders/<int:pk>/", "orders/<int:order_id>/", ROOT, False),
        ("orders/<int:pk>/", "orders/<slug:order>/", ROOT, True),
        ("orders/<int:pk>/", "orders/<pk>/", ROOT, True),
        ("orders/", "orders/new/", ROOT, True),
        ("orders/", "orders/", ROOT.replace('"shop/"', '"old/"', 1), True),
        ("orders/", "orders/", ROOT.replace('"shop/"', "prefix()"), True),
        ("orders/", "orders/", ROOT.replace('path("shop/", include("new.urls")), ', "") + "if NEW:\n    urlpatterns = [path('shop/', include('new.urls')), *urlpatterns]", True),
    ],
)  # fmt: skip
def test_django_answers_with_the_first_of_equal_patterns(new: str, old: str, root: str, *, served: bool) -> None:
    files = {
        "conf/settings.py": "ROOT_URLCONF = 'site_urls'",
        "site_urls.py": root,
        "new/urls.py": TABLE.format(pattern=new, name="first"),
        "new/views.py": "def first(request, **given): ...",
        "old/urls.py": TABLE.format(pattern=old, name="later"),
        "old/views.py": "def later(request, **given): ...",
    }
    index = index_of({**files, "new/__init__.py": "", "old/__init__.py": ""})
    holds = {index.function(e.function).name: index.idle.registered.holds(e) for e in index.project.registrations}
    assert holds == {"first": True, "later": served}
