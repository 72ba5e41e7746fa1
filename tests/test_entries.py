"""Entry points of every framework in the catalog, with how often they run."""

from __future__ import annotations

import pytest
from index_project import index_of


def found(code: str, **files: str) -> set[tuple[str, str]]:
    """Kind and name of every entry point, dependencies that are declared on apps, routers and routes among them."""
    index = index_of({"app.py": code, **{f"{path}.py": text for path, text in files.items()}})
    project = index.project
    listed = {(entry.kind, index.function(entry.function).qualname) for entry in project.entries}
    return listed | {(f"{d.kind}!", index.function(d.function).qualname) for d in project.dependencies}


def one(code: str, **files: str):
    index = index_of({"app.py": code, **{f"{path}.py": text for path, text in files.items()}})
    (entry,) = index.project.entries
    return entry


FASTAPI = """\
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, Request
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.middleware import Middleware
from starlette.applications import Starlette
app = FastAPI()
router = APIRouter()
app.include_router(router)
def f(*a): pass
"""


@pytest.mark.parametrize(
    ("code", "entry"),
    [
        ("app.add_api_route('/', f, methods=['POST'])", ("route", "f")),
        ("app.add_route('/', f)", ("route", "f")),
        ("other = Starlette(routes=[Route('/', f)])", ("route", "f")),
        ("other = Starlette(routes=[Mount('/x', routes=[Route('/', endpoint=f)])])", ("route", "f")),
        ("class E:\n    async def get(self, request): pass\nroutes = [Route('/', E)]", ("route", "E.get")),
        ("async def ws(socket): pass\nroutes = [WebSocketRoute('/', ws)]", ("connection", "ws")),
        ("@router.websocket('/')\nasync def ws(socket): pass", ("connection", "ws")),
        ("app.add_api_websocket_route('/', f)", ("connection", "f")),
        (
            "from starlette.endpoints import WebSocketEndpoint\nclass E(WebSocketEndpoint):\n    async def on_receive(self, ws, data): pass",
            ("message", "E.on_receive"),
        ),
        (
            ("from starlette.middleware.authentication import AuthenticationMiddleware\nclass B:\n    async def authenticate(self, c): pass\n"
            "app.add_middleware(AuthenticationMiddleware, backend=B())"),
            ("every-request", "B.authenticate"),
        ),
        (
            ("from starlette.middleware.authentication import AuthenticationMiddleware\nclass B:\n    async def authenticate(self, c): pass\n"
            "other = FastAPI(middleware=[Middleware(AuthenticationMiddleware, backend=B())])"),
            ("every-request", "B.authenticate"),
        ),
        (
            ("from starlette.middleware.base import BaseHTTPMiddleware\nasync def limit(request, call_next): pass\n"
            "app.add_middleware(BaseHTTPMiddleware, dispatch=limit)"),
            ("every-request", "limit"),
        ),
        (
            "def factory(app):\n    async def run(scope, receive, send): pass\n    return run\napp.add_middleware(factory)",
            ("every-request", "factory.run"),
        ),
        (
            ("from fastapi.routing import APIRoute\nclass R(APIRoute):\n    def get_route_handler(self):\n"
            "        async def handle(request): pass\n        return handle\nr = APIRouter(route_class=R)"),
            ("router-dependency", "R.get_route_handler.handle"),
        ),
        (
            ("from fastapi.routing import APIRoute\nclass R(APIRoute):\n    def get_route_handler(self):\n"
            "        async def handle(request): pass\n        return handle\napp.router.route_class = R"),
            ("router-dependency", "R.get_route_handler.handle"),
        ),
        ("@app.on_event('startup')\ndef begin(): pass", ("start", "begin")),
        ("@app.on_event('shutdown')\ndef end(): pass", ("stop", "end")),
        ("app.add_event_handler('startup', f)", ("start", "f")),
        ("app.add_event_handler('shutdown', f)", ("stop", "f")),
        ("other = FastAPI(on_startup=[f])", ("start", "f")),
        ("other = FastAPI(on_shutdown=[f])", ("stop", "f")),
        (
            "from contextlib import asynccontextmanager\n@asynccontextmanager\nasync def life(app):\n    yield\nother = FastAPI(lifespan=life)",
            ("start", "life"),
        ),
        (
            "from contextlib import asynccontextmanager\n@asynccontextmanager\nasync def life(app):\n    yield\napp.router.lifespan_context = life",
            ("start", "life"),
        ),
        ("@app.middleware('http')\nasync def g(request, call_next): pass", ("every-request", "g")),
        ("class P:\n    async def __call__(self, scope, receive, send): pass\nother = FastAPI(middleware=[Middleware(P)])", ("every-request", "P.__call__")),
        ("@app.post('/')\ndef g(tasks: BackgroundTasks):\n    tasks.add_task(f, 1)", ("after-response", "f")),
        (
            "from starlette.background import BackgroundTask\n@app.post('/')\ndef g():\n    return BackgroundTask(f, 1)",
            ("after-response", "f"),
        ),
        ("@app.exception_handler(ValueError)\nasync def wrong(request, error): pass", ("error", "wrong")),
        ("app.add_exception_handler(ValueError, f)", ("error", "f")),
        ("other = FastAPI(exception_handlers={404: f})", ("error", "f")),
        ("def make(n):\n    def check(): pass\n    return check\nother = FastAPI(dependencies=[Depends(make(3))])", ("every-request!", "make.check")),
        ("SHARED = [Depends(f)]\nr = APIRouter(dependencies=SHARED)", ("router!", "f")),
        ("class C:\n    def __call__(self): pass\napp.include_router(router, dependencies=[Depends(C())])", ("router!", "C.__call__")),
    ],
)  # fmt: skip
def test_fastapi_and_starlette_register_in_every_way(code, entry):
    assert entry in found(FASTAPI + code)


@pytest.mark.parametrize(
    ("code", "entry"),
    [
        ("@app.exception_handler(ValueError)\nasync def g(request, error): pass", ("every-request", "g")),
        ("@app.on_event('shutdown')\ndef g(): pass", ("start", "g")),
        ("def g(): pass\ncache = {}\ncache.get(g)", ("route", "g")),
    ],
)
def test_what_runs_on_errors_or_at_the_end_is_not_for_every_request(code, entry):
    assert entry not in found(FASTAPI + code)


FLASK = "from flask import Blueprint, Flask\nfrom flask.views import MethodView\napp = Flask(__name__)\nbp = Blueprint('b', __name__)\napp.register_blueprint(bp)\ndef f(*a): pass\n"


@pytest.mark.parametrize(
    ("code", "entry"),
    [
        ("app.add_url_rule('/', 'x', f)", ("route", "f")),
        ("@bp.route('/')\ndef g(): pass", ("route", "g")),
        ("app.add_url_rule('/', view_func=f)", ("route", "f")),
        ("class V(MethodView):\n    def post(self): pass\nbp.add_url_rule('/', view_func=V.as_view('v'))", ("route", "V.post")),
        ("class V(MethodView):\n    def get(self): pass", ("route", "V.get")),
        ("bp.before_request(f)", ("router-dependency", "f")),
        ("@bp.before_app_request\ndef g(): pass", ("every-request", "g")),
        ("@app.after_request\ndef g(r): pass", ("every-request", "g")),
        ("def init(app):\n    @app.before_request\n    def g(): pass\ninit(app)", ("every-request", "init.g")),
        ("@app.errorhandler(404)\ndef g(e): pass", ("error", "g")),
        ("app.register_error_handler(404, f)", ("error", "f")),
        ("@only(bp.get, '/')\ndef g(): pass", ("route", "g")),
        ("@app.context_processor\ndef g(): pass", ("page", "g")),
        ("@app.template_filter('x')\ndef g(v): pass", ("render", "g")),
        ("@app.before_first_request\ndef g(): pass", ("start", "g")),
        ("@app.cli.command('x')\ndef g(): pass", ("script", "g")),
        ("from flask_login import LoginManager\nlm = LoginManager()\n@lm.user_loader\ndef g(i): pass", ("every-request", "g")),
        ("from flask_jwt_extended import JWTManager\njwt = JWTManager(app)\n@jwt.token_in_blocklist_loader\ndef g(h, p): pass", ("auth-dependency", "g")),
        ("from flask_httpauth import HTTPTokenAuth\nauth = HTTPTokenAuth()\n@auth.verify_token\ndef g(t): pass", ("auth-dependency", "g")),
        ("from flask_restful import Api, Resource\nclass R(Resource):\n    def get(self): pass\nApi(app).add_resource(R, '/r')", ("route", "R.get")),
        ("from flask_restx import Namespace, Resource\nns = Namespace('n')\n@ns.route('/r')\nclass R(Resource):\n    def get(self): pass", ("route", "R.get")),
        ("from quart import Quart\nq = Quart(__name__)\n@q.websocket('/')\nasync def g(): pass", ("connection", "g")),
        ("from quart import Quart\nq = Quart(__name__)\n@q.after_serving\nasync def g(): pass", ("stop", "g")),
        ("class S:\n    def open_session(self, app, request): pass\n    def other(self): pass\napp.session_interface = S()", ("every-request", "S.open_session")),
        ("class S:\n    def save_session(self, app, session, response): pass\nclass A(Flask):\n    session_interface = S()", ("every-request", "S.save_session")),
        ("from flask_sock import Sock\ns = Sock(app)\n@s.route('/')\ndef g(ws): pass", ("connection", "g")),
        ("from flask_socketio import SocketIO\ns = SocketIO(app)\n@s.on('connect')\ndef g(): pass", ("connection", "g")),
        ("from flask_socketio import SocketIO\ns = SocketIO(app)\n@s.on('chat')\ndef g(m): pass", ("message", "g")),
    ],
)  # fmt: skip
def test_flask_quart_and_their_extensions_register(code, entry):
    assert entry in found(FLASK + code)


def test_a_hook_of_a_blueprint_is_not_for_every_request():
    assert ("every-request", "g") not in found(FLASK + "@bp.before_request\ndef g(): pass")


VIEWS = """\
from django.views import View
from rest_framework import viewsets
from rest_framework.decorators import action
def index(request): pass
class Page(View):
    def dispatch(self, request): pass
    def get(self, request): pass
    def helper(self): pass
class Items(viewsets.ModelViewSet):
    permission_classes = [Allowed]
    def get_queryset(self): pass
    def list(self, request): pass
    @action(detail=True, methods=["post"])
    def publish(self, request, pk): pass
class Allowed:
    def has_permission(self, request, view): pass
"""


@pytest.mark.parametrize(
    ("code", "entry"),
    [
        ("from django.urls import path\nfrom views import index\nurlpatterns = [path('', index)]", ("route", "index")),
        ("from django.urls import re_path\nurlpatterns = [re_path(r'^x$', 'views.index')]", ("route", "index")),
        (
            "from django.conf.urls import url\nimport views\nurlpatterns = [url(r'^x$', views.index)]",
            ("route", "index"),
        ),
        (
            "from django.urls import path\nfrom views import Page\nurlpatterns = [path('', Page.as_view())]",
            ("route", "Page.get"),
        ),
        (
            "from django.urls import path\nfrom views import Page\nurlpatterns = [path('', Page.as_view())]",
            ("route", "Page.dispatch"),
        ),
        (
            "from django.urls import path\nimport views, more\nmine = views.Page.as_view()\nurlpatterns = [path('', mine)]",
            ("route", "Page.dispatch"),
        ),
        (
            (
                "from django.urls import path\nfrom django.views.decorators.cache import cache_page\nfrom views import Page\n"
                "urlpatterns = [path('', cache_page(60)(Page.as_view()))]"
            ),
            ("route", "Page.get"),
        ),
        (
            (
                "from django.urls import path\nfrom django.contrib.auth.decorators import login_required\nfrom views import index\n"
                "urlpatterns = [path('', login_required(index))]"
            ),
            ("route", "index"),
        ),
        (
            "from rest_framework.routers import DefaultRouter\nfrom views import Items\nr = DefaultRouter()\nr.register('items', Items)",
            ("route", "Items.get_queryset"),
        ),
        (
            (
                "from django.urls import path\nfrom django.utils.module_loading import import_string\n"
                "index = import_string('views.index')\nurlpatterns = [path('', index)]"
            ),
            ("route", "index"),
        ),
        (
            (
                "from django.urls import path\ndef lazy(name):\n    def view(request): pass\n    return view\n"
                "urlpatterns = [path('', lazy('views.Page'))]"
            ),
            ("route", "Page.dispatch"),
        ),
        ("", ("route", "Items.publish")),
        ("", ("route", "Items.list")),
        ("", ("route-dependency", "Allowed.has_permission")),
        (
            "REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['views.Allowed']}",
            ("router-dependency", "Allowed.has_permission"),
        ),
    ],
)
def test_django_and_rest_framework_views_are_found_from_their_urls(code, entry):
    assert entry in found(code, views=VIEWS)


def test_a_method_that_django_does_not_call_is_no_entry_point():
    code = "from django.urls import path\nfrom views import Page\nurlpatterns = [path('', Page.as_view())]"
    assert ("route", "Page.helper") not in found(code, views=VIEWS)


MIDDLEWARE = """\
class M:
    def __call__(self, request): pass
    def process_view(self, request): pass
    def process_exception(self, request, error): pass
def simple(get_response):
    def middleware(request): pass
    return middleware
class Token:
    def authenticate(self, request): pass
class Slow:
    def allow_request(self, request, view): pass
def brand(request): pass
class Backend:
    def get_user(self, pk): pass
"""


@pytest.mark.parametrize(
    ("code", "entry"),
    [
        ("MIDDLEWARE = ['mw.M']", ("every-request", "M.process_view")),
        ("MIDDLEWARE = ['mw.M']", ("error", "M.process_exception")),
        ("MIDDLEWARE = ['mw.simple']", ("every-request", "simple.middleware")),
        ("BASE = ['mw.M']\nMIDDLEWARE = BASE + ['x.Y']", ("every-request", "M.__call__")),
        ("MIDDLEWARE = ['x.Y']\nMIDDLEWARE += ['mw.M']", ("every-request", "M.__call__")),
        ("from base import COMMON as BASE\nMIDDLEWARE = [*BASE, 'mw.simple']", ("every-request", "M.__call__")),
        ("OWN = 'mw.M'\nMIDDLEWARE = [OWN]", ("every-request", "M.__call__")),
        ("MIDDLEWARE_CLASSES = ('mw.M',)", ("every-request", "M.process_view")),
        ("REST_FRAMEWORK = {'DEFAULT_AUTHENTICATION_CLASSES': ('mw.Token',)}", ("router-dependency", "Token.authenticate")),
        ("REST_FRAMEWORK = {'DEFAULT_THROTTLE_CLASSES': ['mw.Slow']}", ("router-dependency", "Slow.allow_request")),
        ("TEMPLATES = [{'OPTIONS': {'context_processors': ['mw.brand']}}]", ("page", "brand")),
        ("AUTHENTICATION_BACKENDS = ['mw.Backend']", ("auth-dependency", "Backend.get_user")),
        (
            ("from rest_framework.decorators import api_view, throttle_classes\nfrom mw import Slow\n@api_view(['GET'])\n"
            "@throttle_classes([Slow])\ndef f(request): pass"),
            ("route-dependency", "Slow.allow_request"),
        ),
        ("from rest_framework.views import APIView\nfrom mw import Token\nclass V(APIView):\n    authentication_classes = [Token]", ("route-dependency", "Token.authenticate")),
        ("from rest_framework.views import APIView\nfrom mw import Slow\nclass V(APIView):\n    throttle_classes = [Slow]", ("route-dependency", "Slow.allow_request")),
        ("from ninja import NinjaAPI\nfrom mw import Token\napi = NinjaAPI(auth=Token())", ("router-dependency", "Token.authenticate")),
        ("from django.core.signals import request_started\ndef f(**k): pass\nrequest_started.connect(f)", ("every-request", "f")),
        ("from channels.generic.websocket import WebsocketConsumer\nclass C(WebsocketConsumer):\n    def connect(self): pass", ("connection", "C.connect")),
        (
            "from django.dispatch import receiver\nfrom django.db.models.signals import post_save\n@receiver(post_save)\ndef f(**k): pass",
            ("signal", "f"),
        ),
        ("from django.db.models.signals import post_save\ndef f(**k): pass\npost_save.connect(f)", ("signal", "f")),
        ("from django.core.management.base import BaseCommand\nclass Command(BaseCommand):\n    def handle(self): pass", ("script", "Command.handle")),
        ("from django.apps import AppConfig\nclass Shop(AppConfig):\n    def ready(self): pass", ("start", "Shop.ready")),
        (
            ("from channels.generic.websocket import WebsocketConsumer\nclass C(WebsocketConsumer):\n    def connect(self): pass\n"
            "    def receive(self, text_data): pass"),
            ("message", "C.receive"),
        ),
        ("from ninja import NinjaAPI\napi = NinjaAPI()\n@api.get('/x')\ndef f(request): pass", ("route", "f")),
    ],
)  # fmt: skip
def test_django_settings_signals_and_commands_register(code, entry):
    assert entry in found(code, mw=MIDDLEWARE, base="COMMON = ['mw.M']")


@pytest.mark.parametrize(
    ("code", "entry"),
    [
        ("from litestar import get\n@get('/x')\nasync def f() -> str: pass", ("route", "f")),
        ("from litestar import Controller, post\nclass C(Controller):\n    @post('/')\n    async def f(self): pass", ("route", "C.f")),
        ("from litestar import Litestar\nasync def f(request): pass\napp = Litestar([], before_request=f)", ("every-request", "f")),
        ("from litestar import Litestar\ndef f(c, h): pass\napp = Litestar([], guards=[f])", ("every-request", "f")),
        ("from litestar import Litestar\ndef f(): pass\napp = Litestar([], on_startup=[f])", ("start", "f")),
        ("from litestar.di import Provide\ndef f(): pass\nd = {'db': Provide(f)}", ("router-dependency", "f")),
        ("from litestar import websocket_listener\n@websocket_listener('/')\nasync def f(data: str): pass", ("message", "f")),
        ("from litestar import websocket\n@websocket('/')\nasync def f(socket): pass", ("connection", "f")),
        ("from litestar.middleware import DefineMiddleware\ndef f(app): pass\nm = DefineMiddleware(f)", ("every-request", "f")),
        ("from litestar import Litestar, Router\nasync def f(r): pass\nr = Router('/x', [], before_request=f)", ("router-dependency", "f")),
        ("from litestar import Litestar, Router\ndef f(): pass\napp = Litestar([], on_shutdown=[f])", ("stop", "f")),
        ("from litestar import Litestar, Router\ndef f(r, e): pass\napp = Litestar([], exception_handlers={404: f})", ("error", "f")),
        ("from sanic import Sanic\napp = Sanic('x')\n@app.websocket('/')\nasync def f(r, ws): pass", ("connection", "f")),
        ("from sanic import Sanic\napp = Sanic('x')\n@app.before_server_start\nasync def f(app): pass", ("start", "f")),
        ("from sanic import Sanic\napp = Sanic('x')\n@app.before_server_stop\nasync def f(app): pass", ("stop", "f")),
        ("from aiohttp import web\nasync def f(r): pass\nroutes = [web.route('GET', '/', f)]", ("route", "f")),
        ("from aiohttp import web\nasync def f(r, handler): pass\napp = web.Application(middlewares=[f])", ("every-request", "f")),
        ("from aiohttp import web\napp = web.Application()\nasync def f(a): pass\napp.on_cleanup.append(f)", ("stop", "f")),
        ("import django_rq\ndef f(): pass\ndjango_rq.enqueue(f, 1)", ("task", "f")),
        ("async def f(ctx): pass\nclass WorkerSettings:\n    on_shutdown = f", ("stop", "f")),
        ("from huey.contrib.djhuey import periodic_task\n@periodic_task(when)\ndef f(): pass", ("interval", "f")),
        ("beat_schedule = {'a': {'task': 'jobs.f', 'schedule': 9}}", ("interval", "f")),
        ("CELERYBEAT_SCHEDULE = {'a': {'task': 'jobs.f', 'schedule': 9}}", ("interval", "f")),
        ("from sanic import Sanic\napp = Sanic('x')\n@app.get('/')\nasync def f(request): pass", ("route", "f")),
        ("from sanic import Sanic\napp = Sanic('x')\nasync def f(request): pass\napp.add_route(f, '/')", ("route", "f")),
        ("from sanic import Sanic\napp = Sanic('x')\n@app.on_request\nasync def f(request): pass", ("every-request", "f")),
        ("from sanic import Sanic\napp = Sanic('x')\n@app.middleware('request')\nasync def f(request): pass", ("every-request", "f")),
        ("from sanic import Sanic\napp = Sanic('x')\n@app.listener('before_server_start')\nasync def f(app): pass", ("start", "f")),
        ("from sanic import Blueprint\nbp = Blueprint('x')\n@bp.on_request\nasync def f(request): pass", ("router-dependency", "f")),
        ("from aiohttp import web\nroutes = web.RouteTableDef()\n@routes.get('/')\nasync def f(request): pass", ("route", "f")),
        ("from aiohttp import web\nasync def f(request): pass\nroutes = [web.get('/', f)]", ("route", "f")),
        ("from aiohttp import web\napp = web.Application()\nasync def f(r): pass\napp.router.add_get('/', f)", ("route", "f")),
        ("from aiohttp import web\napp = web.Application()\nasync def f(r): pass\napp.router.add_route('GET', '/', f)", ("route", "f")),
        ("from aiohttp import web\n@web.middleware\nasync def f(request, handler): pass", ("every-request", "f")),
        ("from aiohttp import web\napp = web.Application()\nasync def f(a): pass\napp.on_startup.append(f)", ("start", "f")),
        ("import tornado.web\nclass H(tornado.web.RequestHandler):\n    def prepare(self): pass", ("route", "H.prepare")),
        ("import socketio\nsio = socketio.AsyncServer()\n@sio.event\nasync def chat(sid, data): pass", ("message", "chat")),
        ("from celery import Celery\nc = Celery()\n@c.task(name='x')\ndef f(): pass", ("task", "f")),
        ("from celery import Task\nclass T(Task):\n    def run(self): pass", ("task", "T.run")),
        ("import dramatiq\n@dramatiq.actor\ndef f(): pass", ("task", "f")),
        ("from huey import RedisHuey\nh = RedisHuey()\n@h.task()\ndef f(): pass", ("task", "f")),
        ("from rq import Queue\nq = Queue(connection=c)\ndef f(): pass\nq.enqueue(f, 1)", ("task", "f")),
        ("from rq import Queue\nq = Queue(connection=c)\nq.enqueue('jobs.f', 1)", ("task", "f")),
        ("from rq import Queue\nq = Queue()\ndef f(): pass\nq.enqueue_in(t, f)", ("task", "f")),
        ("from django_rq import job\n@job\ndef f(): pass", ("task", "f")),
        ("async def f(ctx): pass\nclass WorkerSettings:\n    functions = [f]", ("task", "f")),
        ("async def f(ctx): pass\nclass WorkerSettings:\n    on_startup = f", ("start", "f")),
        ("from arq import func\nasync def f(ctx): pass\nclass WorkerSettings:\n    functions = [func(f, name='x')]", ("task", "f")),
        ("import click\n@click.command()\ndef f(): pass", ("script", "f")),
        ("import typer\napp = typer.Typer()\n@app.command()\ndef f(): pass", ("script", "f")),
    ],
)  # fmt: skip
def test_other_frameworks_and_workers_register(code, entry):
    assert entry in found(code, jobs="def f(): pass")


@pytest.mark.parametrize(
    ("code", "seconds"),
    [
        ("from apscheduler.schedulers.asyncio import AsyncIOScheduler\ns = AsyncIOScheduler()\ndef f(): pass\ns.add_job(f, 'interval', seconds=30)", 30),
        ("from apscheduler.schedulers.background import BackgroundScheduler\ns = BackgroundScheduler()\n@s.scheduled_job('interval', minutes=5)\ndef f(): pass", 300),
        (
            ("from apscheduler.schedulers.background import BackgroundScheduler\nfrom apscheduler.triggers.interval import IntervalTrigger\n"
            "s = BackgroundScheduler()\ndef f(): pass\ns.add_job(f, IntervalTrigger(hours=1, minutes=30))"),
            5400,
        ),
        (
            ("from apscheduler.schedulers.background import BackgroundScheduler\ns = BackgroundScheduler()\nEVERY = 2 * 60\ndef f(): pass\n"
            "s.add_job(func=f, trigger='interval', seconds=EVERY)"),
            120,
        ),
        ("from apscheduler.schedulers.background import BackgroundScheduler\ns = BackgroundScheduler()\ndef f(): pass\ns.add_job(f, 'cron', hour=3)", 86400),
        ("from fastapi_utils.tasks import repeat_every\n@repeat_every(seconds=60 * 10)\ndef f(): pass", 600),
        ("from arq import cron\nasync def f(ctx): pass\nclass WorkerSettings:\n    cron_jobs = [cron(f, minute={0, 30})]", 1800),
        ("from huey import RedisHuey, crontab\nh = RedisHuey()\n@h.periodic_task(crontab(minute='*/10'))\ndef f(): pass", 600),
        ("from tornado.ioloop import PeriodicCallback\ndef f(): pass\nPeriodicCallback(f, 5000)", 5),
        ("import aiocron\n@aiocron.crontab('*/15 * * * *')\nasync def f(): pass", 900),
        ("from celery import Celery\nc = Celery()\ndef f(): pass\nc.add_periodic_task(30.0, f.s())", 30),
        ("from celery import Celery\nc = Celery()\nc.conf.beat_schedule = {'a': {'task': 'jobs.f', 'schedule': 45.0}}", 45),
        ("CELERY_BEAT_SCHEDULE = {'a': {'task': 'jobs.f', 'schedule': 90}}", 90),
        ("from celery import Celery\nfrom datetime import timedelta\nc = Celery()\nc.conf.update(beat_schedule={'a': {'task': 'jobs.f', 'schedule': timedelta(minutes=2)}})", 120),
        ("from celery import Celery\nfrom celery.schedules import crontab\nc = Celery()\nc.conf.beat_schedule = {'a': {'task': 'jobs.f', 'schedule': crontab(minute=0, hour='*/2')}}", 7200),
    ],
)  # fmt: skip
def test_a_schedule_is_known_in_seconds(code, seconds):
    entry = one(code, jobs="def f(): pass")
    assert (entry.kind, entry.seconds) == ("interval", seconds)


def test_a_beat_schedule_names_a_task_by_the_name_that_it_was_given():
    index = index_of({"app.py": (
        "from celery import Celery\nc = Celery()\n@c.task(name='send')\ndef f(): pass\n"
        "c.conf.beat_schedule = {'a': {'task': 'send', 'schedule': 10}}\n"
    )})  # fmt: skip
    assert [(e.kind, e.seconds) for e in index.project.entries] == [("task", 0.0), ("interval", 10.0)]


def test_the_route_of_a_router_that_nobody_includes_is_likely_and_not_proven():
    code = "from fastapi import APIRouter, FastAPI\napp = FastAPI()\nr = APIRouter()\n@r.get('/')\ndef f(): pass\n"
    entry = one(code)
    assert (entry.proven, entry.certainty) == (False, "medium")
    entry = one(f"{code}app.include_router(r)\n")
    assert (entry.proven, entry.certainty) == (True, "high")


ROUTERS = """\
from fastapi import APIRouter, FastAPI
app = FastAPI()
r = APIRouter()
s = APIRouter()
@r.get('/')
def f(): pass
"""


@pytest.mark.parametrize(
    "including",
    [
        "app.include_router(s)",
        "for each in [s]:\n    app.include_router(each)",
        "def add(to, each): to.include_router(each)\nadd(app, s)",
        "from fastapi_users import FastAPIUsers\napp.include_router(s)\napp.include_router(FastAPIUsers().get_auth_router(1))",
        "from fastapi.staticfiles import StaticFiles\napp.include_router(s)\napp.mount('/s', StaticFiles(directory='s'))",
        "app.include_router(s)\nimport other\napp.include_router(other.router)",
        "app.include_router(s)\nfrom site.orders import router\napp.include_router(router)",
    ],
)
def test_the_route_of_a_router_that_nobody_includes_is_possible_where_all_that_is_included_is_known(including):
    entry = one(ROUTERS + including)
    assert (entry.proven, entry.certainty) == (False, "low")


def test_a_dependency_of_a_router_that_nobody_includes_is_as_sure_as_its_routes():
    code = ROUTERS.replace("r = APIRouter()", "r = APIRouter(dependencies=[Depends(g)])").replace(
        "FastAPI", "Depends, FastAPI", 1
    )
    code = code.replace("app =", "def g(): pass\napp =", 1)
    reached = [index_of({"app.py": f"{code}app.include_router({of})"}).project.reach.entries for of in "rs"]
    levels = [
        entry.certainty for entries in reached for found in entries.values() for entry in found if "dep" in entry.kind
    ]
    assert levels == ["high", "low"]


@pytest.mark.parametrize(
    "including",
    [
        "",
        "from fastapi.staticfiles import StaticFiles\napp.mount('/s', StaticFiles(directory='s'))",
        "app.include_router(s)\napp.include_router(unknown)",
        "app.include_router(s)\nfrom site.app import router\napp.include_router(router)",
        "app.include_router(s)\nfrom site import app as other\napp.include_router(other.router)",
        "app.include_router(s)\nfor each in load(): app.include_router(each)",
        "for each in [s, unknown]: app.include_router(each)",
        "app.include_router(s if app.debug else unknown)",
        "def add(each): app.include_router(each)\nadd(s)\nfor each in load(): add(each)",
        "app.include_router(s)\napp.include_router(*load())",
        "app.include_router(s)\napp.include_router(**load())",
        "app.include_router(s)\ndef get(): return app\nget().include_router(unknown)",
        "app.include_router(s)\nadd = app.include_router\nadd(r)",
        "app.include_router(s)\nlist(map(app.include_router, [r]))",
        "app.include_router(s)\ngetattr(app, 'include_router')(r)",
        "app.include_router(s)\napp.routes.extend(r.routes)",
        "app.include_router(s)\napp.routes += r.routes",
        "app.include_router(s)\nfrom importlib.metadata import entry_points\nfor each in entry_points(group='a'): app.include_router(each.load())",
    ],
)
def test_the_route_of_a_router_that_something_unknown_may_include_is_likely(including):
    entry = one(ROUTERS + including)
    assert (entry.proven, entry.certainty) == (False, "medium")


def test_a_method_whose_name_begins_like_one_that_takes_routes_takes_none():
    entry = one(f"{ROUTERS}app.include_router(s)\ndef lower(url): return (url.hostname or '').lower()\n")
    assert (entry.proven, entry.certainty) == (False, "low")


def test_a_name_that_is_followed_before_the_mounts_still_tells_that_not_all_of_it_is_known():
    index = index_of({"app.py": f"{ROUTERS}x = s if app.debug else unknown\napp.include_router(x)\n"})
    mounts = index.project.mounts
    assert mounts.made("app.py", 0, "x") == mounts.made("app.py", 0, "s")
    assert not mounts.complete


@pytest.mark.parametrize("receiver", ["get()", "FastAPI()"])
def test_a_router_is_included_by_what_a_call_gives_too(receiver):
    entry = one(f"{ROUTERS}def get(): return app\n{receiver}.include_router(r)\n")
    assert (entry.proven, entry.certainty) == (True, "high")


def test_a_blueprint_that_nobody_registers_is_as_unlikely():
    code = "from flask import Blueprint, Flask\napp = Flask(__name__)\na = Blueprint('a', __name__)\nb = Blueprint('b', __name__)\n"
    code += "@b.get('/')\ndef f(): pass\n"
    assert one(code).certainty == "medium"
    assert one(f"{code}app.register_blueprint(a)\n").certainty == "low"
    assert one(f"{code}app.register_blueprint(b)\n").certainty == "high"


@pytest.mark.parametrize(("registered", "certainty"), [("other", "low"), ("bp", "high")])
def test_what_a_blueprint_adds_to_its_application_is_as_sure_as_its_routes(registered: str, certainty: str) -> None:
    code = (
        "from flask import Blueprint, Flask\napp = Flask(__name__)\nbp = Blueprint('bp', __name__)\nother = Blueprint('other', __name__)\n"
        f"@bp.before_app_request\ndef load(): pass\napp.register_blueprint({registered})\n"
    )
    assert one(code).certainty == certainty


def test_a_receiver_that_is_only_named_like_an_application_is_possible():
    assert one("def setup(app):\n    @app.get('/')\n    def f(): pass\n").certainty == "low"


@pytest.mark.parametrize(
    ("applied", "is_found"),
    [
        ('app.middleware("http")(measure)', True),
        ('def set_up(a):\n    a.middleware("http")(measure)\n\nset_up(app)', True),
        ('other("http")(measure)', False),
        ('app.middleware("http")', False),
    ],
)
def test_a_decorator_that_is_applied_by_hand_registers(applied: str, *, is_found: bool) -> None:
    text = (
        f"from fastapi import FastAPI\n\napp = FastAPI()\n\nasync def measure(request, call_next): ...\n\n{applied}\n"
    )
    index = index_of({"app.py": text})
    assert any(entry.kind == "every-request" for entry in index.project.entries) is is_found


@pytest.mark.parametrize(
    "added",
    [
        'MIDDLEWARE.append("shop.Limit")',
        'MIDDLEWARE.insert(0, "shop.Limit")',
        'MIDDLEWARE.extend(["shop.Limit"])',
        'MIDDLEWARE += ["shop.Limit"]',
        'if not DEBUG:\n    MIDDLEWARE.append("shop.Limit")',
    ],
)
@pytest.mark.parametrize("star", ["", "from base import *\n"])
def test_a_middleware_that_is_added_to_the_setting_is_one(added: str, star: str) -> None:
    shop = "class Limit:\n    def __init__(self, get_response): ...\n    def __call__(self, request): ...\n"
    base = 'DEBUG = False\nMIDDLEWARE = ["other.Thing"]\n'
    files = {"shop.py": shop, "base.py": base if star else "", "settings.py": (star or base) + added + "\n"}
    index = index_of(files)
    names = {
        index.function(entry.function).qualname for entry in index.project.entries if entry.kind == "every-request"
    }
    assert "Limit.__call__" in names


def test_an_application_that_a_class_of_its_own_stands_in_for_is_one_all_the_same():
    compat = """\
try:
    from fastapi import APIRouter, FastAPI
except ModuleNotFoundError:
    class APIRouter:
        def get(self, path): return lambda function: function
    class FastAPI(APIRouter):
        def include_router(self, router): ...
"""
    index = index_of({"compat.py": compat, "app.py": "from compat import FastAPI\napp = FastAPI()"})
    assert len(index.project.linker.values.call("app.py", 0)) == 2
    row = index.project.mounts.row(("app.py", 0))
    assert row is not None
    assert row.served
