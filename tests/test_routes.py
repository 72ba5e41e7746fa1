"""The table of routes: methods, full paths, what runs for each."""

from __future__ import annotations

import pytest
from index_project import index_of


def project(code: str, **files: str):
    index = index_of({"app.py": code, **{f"{path}.py": text for path, text in files.items()}})
    return index, index.project.routes


def table(code: str, **files: str) -> list[str]:
    return sorted(str(route) for route in project(code, **files)[1].all)


FASTAPI = "from fastapi import APIRouter, Depends, FastAPI\napp = FastAPI()\n"


@pytest.mark.parametrize(
    ("code", "routes"),
    [
        ("@app.get('/a/{x:path}')\n@app.post('/b')\ndef f(): pass", ["GET /a/{x}", "POST /b"]),
        ("@app.api_route('/a', methods=['GET', 'PUT'])\ndef f(): pass", ["GET /a", "PUT /a"]),
        ("@app.websocket('/ws')\nasync def f(ws): pass", ["WEBSOCKET /ws"]),
        ("r = APIRouter(prefix='/r')\n@r.get('/x')\ndef f(): pass\napp.include_router(r, prefix='/v1')", ["GET /v1/r/x"]),
        ("r = APIRouter()\n@r.get('')\ndef f(): pass\napp.include_router(r, prefix='/a')\napp.include_router(r, prefix='/b')", ["GET /a", "GET /b"]),
        (
            ("PRE = '/api'\nouter = APIRouter(prefix=f'{PRE}/v2')\ninner = APIRouter(prefix='/i')\n@inner.delete('/x')\ndef f(): pass\n"
            "outer.include_router(inner)\napp.include_router(outer)"),
            ["DELETE /api/v2/i/x"],
        ),
        ("sub = FastAPI()\n@sub.get('/x')\ndef f(): pass\napp.mount('/sub', sub)", ["GET /sub/x"]),
        ("r = APIRouter()\n@r.get('/x')\ndef f(): pass\nfor router in [r]:\n    app.include_router(router, prefix='/l')", ["GET /l/x"]),
        ("r = APIRouter()\n@r.get('/x')\ndef f(): pass\nfor router, pre in [(r, '/l')]:\n    app.include_router(router, prefix=pre)", ["GET /l/x"]),
        ("def setup(target):\n    r = APIRouter()\n    @r.get('/x')\n    def f(): pass\n    target.include_router(r, prefix='/s')\nsetup(app)", ["GET /s/x"]),
        ("import os\nr = APIRouter(prefix=os.environ['P'])\n@r.get('/x')\ndef f(): pass\napp.include_router(r)", ["GET {?}/x"]),
        ("def f(): pass\napp.add_api_route('/x', f, methods=['POST'])", ["POST /x"]),
    ],
)  # fmt: skip
def test_paths_go_through_every_prefix_of_fastapi(code, routes):
    assert table(FASTAPI + code) == routes


def test_a_router_in_another_module_has_its_prefix():
    files = {
        "api/__init__": "",
        "api/users": "from fastapi import APIRouter\nrouter = APIRouter(prefix='/users')\n@router.get('/{id}')\ndef f(): pass",
    }
    assert table(FASTAPI + "from api import users\napp.include_router(users.router, prefix='/v1')", **files) == [
        "GET /v1/users/{id}"
    ]


FLASK = "from flask import Blueprint, Flask\nfrom flask.views import MethodView\napp = Flask(__name__)\n"


@pytest.mark.parametrize(
    ("code", "routes"),
    [
        ("@app.route('/a/<int:x>', methods=['GET', 'POST'])\ndef f(x): pass", ["GET /a/{x}", "POST /a/{x}"]),
        ("bp = Blueprint('b', __name__, url_prefix='/b')\n@bp.get('/x')\ndef f(): pass\napp.register_blueprint(bp)", ["GET /b/x"]),
        ("bp = Blueprint('b', __name__, url_prefix='/b')\n@bp.get('/x')\ndef f(): pass\napp.register_blueprint(bp, url_prefix='/o')", ["GET /o/x"]),
        (
            ("a = Blueprint('a', __name__)\nb = Blueprint('b', __name__, url_prefix='/b')\n@b.get('/x')\ndef f(): pass\n"
            "a.register_blueprint(b)\napp.register_blueprint(a, url_prefix='/a')"),
            ["GET /a/b/x"],
        ),
        ("class V(MethodView):\n    def get(self): pass\n    def post(self): pass\napp.add_url_rule('/v', view_func=V.as_view('v'))", ["GET /v", "POST /v"]),
    ],
)  # fmt: skip
def test_paths_go_through_blueprints(code, routes):
    assert table(FLASK + code) == routes


DJANGO = {
    "site/settings": "ROOT_URLCONF = 'site.urls'",
    "site/urls": (
        "from django.urls import include, path, re_path\nfrom shop import views\n"
        "urlpatterns = [path('shop/', include('shop.urls')), re_path(r'^old/(?P<pk>[0-9]+)/$', views.index)]\n"
        "urlpatterns += [path('api/', include((extra, 'x')))]\n"
    ),
    "shop/__init__": "",
    "shop/urls": (
        "from django.urls import include, path\nfrom rest_framework.routers import DefaultRouter\nfrom . import views\n"
        "router = DefaultRouter()\nrouter.register('items', views.Items)\n"
        "urlpatterns = [path('<slug:name>/', views.Page.as_view()), path('rest/', include(router.urls))]\n"
    ),
    "shop/views": (
        "from django.views import View\nfrom rest_framework.viewsets import ModelViewSet\nfrom rest_framework.decorators import action\n"
        "def index(request, pk): pass\nclass Page(View):\n    def get(self, request): pass\n    def get_context_data(self): pass\n"
        "class Items(ModelViewSet):\n    def list(self, request): pass\n    def destroy(self, request, pk): pass\n"
        "    @action(detail=True, methods=['post'])\n    def publish(self, request, pk): pass\n"
    ),
}  # fmt: skip


def test_paths_go_through_django_includes_and_routers():
    files = DJANGO | {"site/urls": f"from site.more import extra\n{DJANGO['site/urls']}"}
    more = {
        "site/more": "from django.urls import path\nfrom shop import views\nextra = [path('x/', views.index)]",
        "site/__init__": "",
    }
    assert table("", **files, **more) == [
        "ANY /api/x/", "ANY /old/{pk}/", "DELETE /shop/rest/items/{pk}/", "GET /shop/rest/items/", "GET /shop/{name}/",
        "POST /shop/rest/items/{pk}/publish/",
    ]  # fmt: skip


def test_an_action_is_where_a_class_that_extends_its_own_is_registered():
    mine = "from rest_framework.viewsets import ModelViewSet\nfrom shop import views\nclass Mine(views.Items): pass\n"
    urls = f"{mine}{DJANGO['shop/urls']}".replace("views.Items)\n", "Mine)\n").replace(
        "class Mine(Mine)", "class Mine(views.Items)"
    )
    assert "POST /shop/rest/items/{pk}/publish/" in table("", **DJANGO | {"shop/urls": urls})


def test_a_long_table_of_urls_leads_to_what_it_includes():
    many = "".join(f"path('p{number}/', views.index), " for number in range(70))
    choice = "path('a/', include('shop.urls')) if settings.A else path('b/', include('shop.more'))"
    urls = "from django.urls import include, path\nfrom shop import views\n"
    files = {"shop/more": "from django.urls import path\nfrom . import views\nurlpatterns = [path('x/', views.index)]"}
    found = table("", **DJANGO | {"site/urls": f"{urls}urlpatterns = [{many}{choice}]"} | files)
    assert {"ANY /p69/", "GET /a/{name}/", "ANY /b/x/"} <= set(found)


@pytest.mark.parametrize(
    ("code", "routes"),
    [
        ("from sanic import Sanic\napp = Sanic('x')\n@app.get('/a/<x:int>')\nasync def f(r, x): pass", ["GET /a/{x}"]),
        (
            "from aiohttp import web\nasync def f(r): pass\napp = web.Application()\napp.router.add_route('PUT', '/a', f)",
            ["PUT /a"],
        ),
        ("from aiohttp import web\nasync def f(r): pass\nroutes = [web.post('/a', f)]", ["POST /a"]),
        ("from litestar import get\n@get('/a')\nasync def f() -> str: pass", ["GET /a"]),
    ],
)
def test_other_frameworks_have_methods_and_paths(code, routes):
    assert table(code) == routes


# --- what runs for a route -----------------------------------------------------------------------------------------


def dependencies(code: str) -> list[str]:
    index, routes = project(FASTAPI + "def db(): pass\ndef user(d=Depends(db)): pass\n" + code)
    (route,) = routes.all
    return sorted(index.function(function).qualname for function in routes.dependencies(route))


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("@app.get('/')\ndef f(a=Depends(user), b=Depends(db)): pass", ["db", "user"]),
        ("@app.get('/')\ndef f(a=Depends(db), b=Depends(db)): pass", ["db"]),
        ("@app.get('/')\ndef f(a=Depends(db), b=Depends(db, use_cache=False)): pass", ["db", "db"]),
        ("@app.get('/', dependencies=[Depends(user)])\ndef f(): pass", ["db", "user"]),
        ("from typing import Annotated\nDb = Annotated[object, Depends(db)]\n@app.get('/')\ndef f(a: Db, b=Depends(user)): pass", ["db", "user"]),
        ("r = APIRouter(dependencies=[Depends(user)])\n@r.get('/')\ndef f(): pass\napp.include_router(r)", ["db", "user"]),
        ("r = APIRouter()\n@r.get('/')\ndef f(): pass\napp.include_router(r, dependencies=[Depends(db)])", ["db"]),
        ("r = APIRouter(dependencies=[Depends(user)])\n@app.get('/')\ndef f(): pass", []),
        ("class C:\n    def __init__(self, d=Depends(db)): pass\n@app.get('/')\ndef f(c: C = Depends()): pass", ["C.__init__", "db"]),
        ("class C:\n    def __call__(self): pass\n@app.get('/')\ndef f(a=Depends(C()), b=Depends(C())): pass", ["C.__call__", "C.__call__"]),
    ],
)  # fmt: skip
def test_a_dependency_counts_once_a_request(code, names):
    assert dependencies(code) == names


def test_a_dependency_of_the_application_runs_for_all_its_routes_and_no_others():
    code = (
        "from fastapi import Depends, FastAPI\ndef check(): pass\napp = FastAPI(dependencies=[Depends(check)])\nother = FastAPI()\n"
        "@app.get('/a')\ndef a(): pass\n@other.get('/b')\ndef b(): pass\n"
    )
    _, routes = project(code)
    assert {str(route): len(routes.dependencies(route)) for route in routes.all} == {"GET /a": 1, "GET /b": 0}


def test_a_middleware_runs_for_the_routes_of_its_application_and_a_hook_for_those_of_its_blueprint():
    code = (
        "from flask import Blueprint, Flask\napp = Flask('a')\nbp = Blueprint('b', 'b')\napp.register_blueprint(bp, url_prefix='/b')\n"
        "@app.before_request\ndef everyone(): pass\n@bp.before_request\ndef below(): pass\n"
        "@app.get('/a')\ndef a(): pass\n@bp.get('/x')\ndef b(): pass\n"
    )
    index, routes = project(code)
    hooks = {str(route): [index.function(e.function).name for e in routes.hooks(route)] for route in routes.all}
    assert hooks == {"GET /a": ["everyone"], "GET /b/x": ["everyone", "below"]}


def test_a_middleware_of_the_outer_application_runs_for_a_mounted_one():
    code = FASTAPI + (
        "sub = FastAPI()\napp.mount('/sub', sub)\n@app.middleware('http')\nasync def m(request, call_next): pass\n"
        "@sub.get('/x')\ndef f(): pass\nlone = FastAPI()\n@lone.get('/y')\ndef g(): pass\n"
    )
    _, routes = project(code)
    assert {str(route): len(routes.hooks(route)) for route in routes.all} == {"GET /sub/x": 1, "GET /y": 0}


def test_a_route_of_a_router_that_nobody_includes_is_there_and_not_proven():
    (route,) = project(FASTAPI + "r = APIRouter(prefix='/r')\n@r.get('/x')\ndef f(): pass")[1].all
    assert (str(route), route.certainty) == ("GET /r/x", "medium")


def test_routers_that_include_each_other_end():
    code = "a = APIRouter()\nb = APIRouter()\na.include_router(b)\nb.include_router(a)\n@a.get('/x')\ndef f(): pass"
    assert table(FASTAPI + code) == ["GET /x"]


# --- how sure a path is ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "confidence"),
    [
        ("@app.get('/')\ndef f(): target()", "high"),
        ("r = APIRouter()\n@r.get('/')\ndef f(): target()", "medium"),
        (
            "class A:\n    def m(self): target()\nclass B:\n    def m(self): pass\nx = A() if one else B()\n@app.get('/')\ndef f(): x.m()",
            "medium",
        ),
        ("def setup(api):\n    @api.get('/')\n    def f(): target()", "low"),
    ],
)
def test_a_path_is_as_sure_as_its_weakest_edge(code, confidence):
    index, _ = project(FASTAPI + "def target(): pass\n" + code)
    (target,) = [f for f in index.project.reach.reached if index.function(f).name == "target"]
    assert [path.confidence for path in index.project.reach.paths(target)] == [confidence]


def test_what_is_started_in_the_background_is_told_apart():
    index, _ = project(
        FASTAPI
        + "import asyncio\ndef target(): pass\n@app.get('/')\nasync def f():\n    asyncio.create_task(target())\n    asyncio.create_task(other)\ndef other(): pass\n"
    )
    phases = {
        index.function(f).name: path.phase for f in index.project.reach.reached for path in index.project.reach.paths(f)
    }
    assert phases["other"] == "background"
    assert phases["f"] == "request"


def test_a_resource_is_proven_where_it_is_added_and_likely_where_it_is_only_defined():
    code = "from flask_restful import Api, Resource\napi = Api(app)\nclass R(Resource):\n    def get(self): pass\n"
    (alone,) = project(FLASK + code)[1].all
    (added,) = project(FLASK + code + "api.add_resource(R, '/r/<int:id>')\n")[1].all
    assert [(str(r), r.certainty) for r in (alone, added)] == [("GET {?}", "medium"), ("GET /r/{id}", "high")]


@pytest.mark.parametrize(
    ("code", "verbs"),
    [
        ("@app.get('/a')\ndef f(): pass", {"GET"}),
        ("@app.api_route('/a', methods=['PUT', 'patch'])\ndef f(): pass", {"PUT", "PATCH"}),
        ("@app.api_route('/a', methods=LISTED)\ndef f(): pass", set()),
        ("@app.websocket('/ws')\nasync def f(ws): pass", set()),
    ],
)
def test_methods_of_an_entry_point_are_known_without_its_paths(code, verbs):
    index, routes = project(FASTAPI + code)
    (entry,) = [entry for entry in index.project.registrations if entry.kind in ("route", "connection")]
    assert routes.verbs(entry) == verbs


def test_methods_of_a_view_class_are_told_by_the_names_of_what_runs():
    views = """
from rest_framework.viewsets import ModelViewSet
from rest_framework.decorators import action
class Items(ModelViewSet):
    def list(self, request): pass
    def perform_create(self, serializer): pass
    @action(detail=True, methods=["post", "delete"])
    def close(self, request): pass
    @action(detail=True)
    def show(self, request): pass
    def get_queryset(self): pass
"""
    urls = "from rest_framework.routers import DefaultRouter\nfrom views import Items\nrouter = DefaultRouter()\nrouter.register('items', Items)\nurlpatterns = router.urls\n"
    index, routes = project(urls, views=views)
    names = {
        scope.name: routes.verbs(entry)
        for entry in index.project.registrations
        for scope in [index.project.linker.table(entry.function.place).facts.scopes[entry.function.scope]]
    }
    assert names["list"] == {"GET"}
    assert names["perform_create"] == {"POST"}
    assert names["close"] == {"POST", "DELETE"}
    assert names["show"] == {"GET"}
    assert names.get("get_queryset", frozenset()) == frozenset()


def test_modules_that_import_a_name_from_each_other_hold_nothing() -> None:
    code = f"{FASTAPI}from b import ROUTERS\n@app.get('/a')\ndef f(): pass\nfor router in ROUTERS:\n    app.include_router(router)\n"
    assert table(code, b="from c import ROUTERS\n", c="from b import ROUTERS\n") == ["GET /a"]


# --- what is put below what ------------------------------------------------------------------------------------------

HELD = f"{FASTAPI}import typing\nfrom typing import cast\nr = APIRouter(prefix='/r')\n@r.get('/x')\ndef f(): pass\n"


@pytest.mark.parametrize(
    "held",
    [
        "cast(APIRouter, r)",
        "typing.cast('APIRouter', r)",
        "cast(typ=APIRouter, val=r)",
        "cast(APIRouter, cast(object, r))",
    ],
)
def test_a_cast_is_what_it_is_given(held):
    (route,) = project(f"{HELD}app.include_router({held}, prefix='/v1')")[1].all
    assert (str(route), route.certainty) == ("GET /v1/r/x", "high")


OTHER = "s = APIRouter()\n@s.get('/s')\ndef g(): pass\napp.include_router(s)\n"


def found(code: str, **files: str) -> dict[str, str]:
    return {str(route): route.certainty for route in project(HELD + OTHER + code, **files)[1].all}


def test_a_function_that_nobody_calls_includes_nothing():
    assert found("def later():\n    app.include_router(r, prefix='/v1')") == {"GET /r/x": "low", "GET /s": "high"}


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("def later():\n    app.include_router(r, prefix='/v1')\nlater()", {}),
        ("def later():\n    app.include_router(r, prefix='/v1')\nHOOKS = [later]", {}),
        ("def later():\n    app.include_router(r, prefix='/v1')\nHOOKS = ['app:later']", {}),
        ("def later():\n    app.include_router(r, prefix='/v1')", {"b": "from app import later"}),
        ("@app.on_event('startup')\ndef later():\n    app.include_router(r, prefix='/v1')", {}),
        ("def make():\n    new = FastAPI()\n    new.include_router(r, prefix='/v1')\n    return new", {}),
        ("def plug(target):\n    target.include_router(r, prefix='/v1')", {}),
    ],
)
def test_a_function_that_something_may_call_includes_what_it_says(code, files):
    assert found(code, **files) == {"GET /v1/r/x": "high", "GET /s": "high"}
