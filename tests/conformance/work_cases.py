"""What libraries send by themselves: one case a name of a ``[[work]]`` row."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

from .clients import Bench, settled

Act = Callable[[], Any]
"""What is measured; it may be a coroutine function."""
Case = Callable[[Bench], contextlib.AbstractAsyncContextManager[Act]]


def case(make: Callable[[Bench], AsyncIterator[Act]]) -> Case:
    return contextlib.asynccontextmanager(make)


# --- rate limits -----------------------------------------------------------------------------------------------------------


def slowapi_app(url: str, *, decorated: str = "", middleware: str = "", **given: Any) -> Act:
    import slowapi.middleware
    from slowapi import Limiter
    from slowapi.util import get_remote_address
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse, Response
    from starlette.testclient import TestClient

    limiter = Limiter(key_func=get_remote_address, storage_uri=url, **given)

    def limited(request: Request, response: Response = None):
        return PlainTextResponse("ok")

    app = Starlette()
    app.state.limiter = limiter
    arguments = {"scope": "all"} if decorated == "shared_limit" else {}
    app.add_route("/", getattr(limiter, decorated)("1000/minute", **arguments)(limited) if decorated else limited)
    if middleware:
        app.add_middleware(getattr(slowapi.middleware, middleware))
    client = TestClient(app)

    def act() -> None:
        assert client.get("/").status_code == 200

    return act


def slowapi(*, remote: bool = True, **given: Any) -> Case:
    @case
    async def make(bench: Bench) -> AsyncIterator[Act]:
        act = slowapi_app(bench.server.url() if remote else "memory://", **given)
        act()  # loads the script
        yield act

    return make


def flask_limiter(*, decorated: str = "") -> Case:
    @case
    async def make(bench: Bench) -> AsyncIterator[Act]:
        from flask import Flask
        from flask_limiter import Limiter
        from flask_limiter.util import get_remote_address

        app = Flask("limited")
        limiter = Limiter(
            get_remote_address,
            app=app,
            storage_uri=bench.server.url(),
            default_limits=[] if decorated else ["1000/minute"],
        )

        def view() -> str:
            return "ok"

        arguments = {"scope": "all"} if decorated == "shared_limit" else {}
        app.add_url_rule(
            "/", "view", getattr(limiter, decorated)("1000/minute", **arguments)(view) if decorated else view
        )

        def act() -> None:
            assert app.test_client().get("/").status_code == 200

        act()
        yield act

    return make


@case
async def fastapi_limiter(bench: Bench) -> AsyncIterator[Act]:
    import redis.asyncio
    from fastapi_limiter import FastAPILimiter
    from fastapi_limiter.depends import RateLimiter
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    client = redis.asyncio.from_url(bench.server.url(), encoding="utf8")
    await FastAPILimiter.init(client, prefix=uuid.uuid4().hex)
    limit = RateLimiter(times=1000, seconds=60)

    class App:
        routes = [Route("/", lambda request: None)]  # noqa: RUF012

    async def act() -> None:
        scope = {"type": "http", "path": "/", "method": "GET", "headers": [], "client": ("127.0.0.1", 1), "app": App}
        App.routes[0].dependencies = []
        await limit(Request(scope), Response())

    await act()
    yield act
    await client.aclose()


def limits(name: str) -> Case:
    """``limits[.aio].strategies.X().method``."""

    @case
    async def make(bench: Bench) -> AsyncIterator[Act]:
        import limits
        import limits.aio

        module, _, rest = name.rpartition("strategies.")
        cls, _, method = rest.partition("().")
        package = limits.aio if ".aio." in module else limits
        storage = (
            limits.aio.storage.RedisStorage(f"async+{bench.server.url()}", implementation="redispy")
            if package is limits.aio
            else limits.storage.RedisStorage(bench.server.url())
        )
        strategy = getattr(package.strategies, cls)(storage)
        limit = limits.parse("1000/minute")

        async def act() -> None:
            await settled(getattr(strategy, method)(limit, "caller"))

        await settled(strategy.hit(limit, "caller"))
        await act()
        yield act

    return make


# --- sessions --------------------------------------------------------------------------------------------------------------


def flask_session(*, use: str) -> Case:
    """``use``: ``nothing`` or ``read`` of a session that there is, ``none`` where there is none."""

    @case
    async def make(bench: Bench) -> AsyncIterator[Act]:
        import redis
        from flask import Flask, session
        from flask_session import Session

        app = Flask("sessions")
        app.config.update(SESSION_TYPE="redis", SESSION_REDIS=redis.Redis.from_url(bench.server.url()))
        Session(app)

        @app.get("/begin")
        def begin() -> str:
            session["a"] = 1
            return "ok"

        @app.get("/")
        def view() -> str:
            return str(session.get("a")) if use == "read" else "ok"

        client = app.test_client()
        if use != "none":
            client.get("/begin")

        def act() -> None:
            assert client.get("/").status_code == 200

        yield act

    return make


def django_session(engine: str, *, use: str) -> Case:
    """``use``: ``nothing``, ``read`` or ``write``."""

    @case
    async def make(bench: Bench) -> AsyncIterator[Act]:
        from django.contrib.sessions.middleware import SessionMiddleware
        from django.http import HttpResponse
        from django.test import RequestFactory, override_settings

        def view(request: Any) -> HttpResponse:
            if use == "write":
                request.session["a"] = uuid.uuid4().hex
            if use == "read":
                request.session.get("a")
            return HttpResponse("ok")

        with override_settings(SESSION_ENGINE=engine):
            middleware = SessionMiddleware(view)
            key = saved(middleware.SessionStore)

            def act() -> None:
                request = RequestFactory().get("/")
                request.COOKIES["sessionid"] = key
                middleware(request)

            yield act

    return make


def saved(store: Any) -> str:
    session = store()
    session["a"] = "1"
    session.save()
    return session.session_key


@case
async def django_user(bench: Bench) -> AsyncIterator[Act]:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.middleware import AuthenticationMiddleware
    from django.contrib.auth.models import User
    from django.http import HttpResponse
    from django.test import RequestFactory

    ann = User.objects.get_or_create(username="ann")[0]
    session = {
        SESSION_KEY: str(ann.pk), BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
        HASH_SESSION_KEY: ann.get_session_auth_hash(),
    }  # fmt: skip

    def view(request: Any) -> HttpResponse:
        return HttpResponse(request.user.username)

    def act() -> None:
        request = RequestFactory().get("/")
        request.session = session
        assert AuthenticationMiddleware(view)(request).content == b"ann"

    yield act


def tenants(module: str, name: str) -> Case:
    """A middleware of django-tenants, on a database that has no schemas to set: what it reads is counted all the same."""

    @case
    async def make(bench: Bench) -> AsyncIterator[Act]:
        from importlib import import_module
        from unittest.mock import MagicMock, patch

        from django.contrib.auth.models import Permission
        from django.http import HttpResponse
        from django.test import RequestFactory, override_settings

        class Domains:
            """The model of domains: here a permission with its content type stands for a domain with its tenant."""

            DoesNotExist = Permission.DoesNotExist

            class objects:  # noqa: N801
                @staticmethod
                def select_related(name: str) -> Any:
                    assert name == "tenant"
                    return Domains.objects

                @staticmethod
                def get(domain: str) -> Any:
                    assert domain in ("ann", "testserver")
                    return MagicMock(of=Permission.objects.select_related("content_type").first().content_type.model)

        main = import_module("django_tenants.middleware.main")
        own = import_module(f"django_tenants.middleware.{module}")
        with (
            override_settings(TENANT_SUBFOLDER_PREFIX="at", TENANT_MODEL="auth.Permission"),
            patch.multiple(main, connection=MagicMock(), get_tenant_domain_model=lambda: Domains),
            patch.multiple(own, connection=MagicMock(), get_tenant_domain_model=lambda: Domains, create=True),
        ):
            middleware = getattr(own, name)(lambda _: HttpResponse("ok"))
            middleware.get_urlconf = lambda tenant: "desk.urls"

            def act() -> None:
                assert middleware(RequestFactory().get("/at/ann/")).content == b"ok"

            yield act

    return make


def throttle(name: str, *, rate: str | None = "1000/day", signed_in: bool = False) -> Case:
    limit = rate

    @case
    async def make(bench: Bench) -> AsyncIterator[Act]:
        from django.contrib.auth.models import User
        from django.core.cache import cache
        from django.test import RequestFactory
        from rest_framework import throttling
        from rest_framework.request import Request
        from rest_framework.views import APIView

        class Throttle(getattr(throttling, name)):
            scope = "anon"
            rate = limit

            def get_cache_key(self, request: Any, view: Any) -> str:
                return "key" if name == "SimpleRateThrottle" else super().get_cache_key(request, view)

            def get_rate(self) -> str | None:
                return self.rate

        class Page(APIView):
            throttle_scope = "anon"

        cache.get("warm")

        def act() -> None:
            request = Request(RequestFactory().get("/"))
            request.user = User(pk=1) if signed_in else None
            assert Throttle().allow_request(request, Page())

        yield act

    return make


# --- queues ----------------------------------------------------------------------------------------------------------------


def celery(method: str, *, ignore_result: bool = False, shared: bool = False) -> Case:
    @case
    async def make(bench: Bench) -> AsyncIterator[Act]:
        from celery import Celery, shared_task

        app = Celery("jobs", broker=bench.server.url(1), backend=bench.server.url(1))
        app.set_current()

        @(shared_task if shared else app.task)(name="work", ignore_result=ignore_result)
        def work() -> None:
            return None

        def act() -> None:
            if method == "send_task":
                app.send_task("work")
            else:
                getattr(work, method)()

        act()
        yield act
        app.close()

    return make


def rq(method: str) -> Case:
    @case
    async def make(bench: Bench) -> AsyncIterator[Act]:
        import redis
        from rq import Queue

        queue = Queue(connection=redis.Redis.from_url(bench.server.url()))

        def act() -> None:
            getattr(queue, method)("time.time")

        act()
        yield act

    return make


@case
async def dramatiq(bench: Bench) -> AsyncIterator[Act]:
    from dramatiq import actor
    from dramatiq.brokers.redis import RedisBroker

    broker = RedisBroker(url=bench.server.url())

    @actor(broker=broker, actor_name=uuid.uuid4().hex)
    def work() -> None:
        return None

    work.send()
    yield work.send
    broker.close()


def socketio(*, asynchronous: bool) -> Case:
    @case
    async def make(bench: Bench) -> AsyncIterator[Act]:
        import socketio

        cls = socketio.AsyncRedisManager if asynchronous else socketio.RedisManager
        manager = cls(bench.server.url(), write_only=True)

        async def act() -> None:
            await settled(manager.emit("news", {"a": 1}))

        await act()
        yield act

    return make


def shortcut(name: str) -> Case:
    @case
    async def make(bench: Bench) -> AsyncIterator[Act]:
        import django.shortcuts
        from django.contrib.auth.models import Permission

        def act() -> Any:
            return getattr(django.shortcuts, name)(Permission, codename="add_user")

        yield act

    return make


def slowapi_middleware(name: str) -> tuple[tuple[str, Case], ...]:
    return (
        ("", slowapi(middleware=name, default_limits=["1000/minute"])),
        ("times 2", slowapi(middleware=name, default_limits=["1000/minute", "9000/hour"])),
        (
            "times 3",
            slowapi(middleware=name, default_limits=["1000/minute", "2000/minute"], application_limits=["9000/hour"]),
        ),
        ("headers_enabled", slowapi(middleware=name, default_limits=["1000/minute"], headers_enabled=True)),
        ("local", slowapi(middleware=name, remote=False, default_limits=["1000/minute"])),
    )


CASES: dict[str, tuple[tuple[str, Case], ...]] = {
    "slowapi.Limiter().limit": (
        ("", slowapi(decorated="limit")),
        ("headers_enabled", slowapi(decorated="limit", headers_enabled=True)),
        ("local", slowapi(decorated="limit", remote=False)),
    ),
    "slowapi.Limiter().shared_limit": (("", slowapi(decorated="shared_limit")),),
    "slowapi.middleware.SlowAPIMiddleware": slowapi_middleware("SlowAPIMiddleware"),
    "slowapi.middleware.SlowAPIASGIMiddleware": slowapi_middleware("SlowAPIASGIMiddleware"),
    "flask_limiter.Limiter().limit >=3": (("", flask_limiter(decorated="limit")),),
    "flask_limiter.Limiter().shared_limit >=3": (("", flask_limiter(decorated="shared_limit")),),
    "flask_limiter.Limiter >=3": (("", flask_limiter()),),
    "fastapi_limiter.depends.RateLimiter": (("", fastapi_limiter),),
    "flask_session.Session": tuple(("", flask_session(use=use)) for use in ("none", "nothing", "read")),
    "django.contrib.sessions.middleware.SessionMiddleware redis": tuple(
        ("", django_session("django.contrib.sessions.backends.cache", use=use)) for use in ("nothing", "read", "write")
    ),
    "django.contrib.sessions.middleware.SessionMiddleware database": tuple(
        ("", django_session("django.contrib.sessions.backends.db", use=use)) for use in ("nothing", "read", "write")
    ),
    "django.contrib.auth.middleware.AuthenticationMiddleware": (("", django_user),),
    "django_tenants.middleware.TenantMiddleware": (("", tenants("main", "TenantMainMiddleware")),),
    "django_tenants.middleware.main.TenantMainMiddleware": (("", tenants("main", "TenantMainMiddleware")),),
    "django_tenants.middleware.subfolder.TenantSubfolderMiddleware": (
        ("", tenants("subfolder", "TenantSubfolderMiddleware")),
    ),
    "django_tenants.middleware.default.DefaultTenantMiddleware": (("", tenants("default", "DefaultTenantMiddleware")),),
    "django_tenants.middleware.suspicious.SuspiciousTenantMiddleware": (
        ("", tenants("suspicious", "SuspiciousTenantMiddleware")),
    ),
    **{
        f"rest_framework.throttling.{name}": (
            ("", throttle(name)), ("", throttle(name, signed_in=True)), ("local", throttle(name, rate=None)),
        )
        for name in ("SimpleRateThrottle", "AnonRateThrottle", "UserRateThrottle", "ScopedRateThrottle")
    },
    "celery.Celery().task": (
        ("", celery("delay")), ("", celery("apply_async")), ("", celery("delay", ignore_result=True)),
    ),
    "celery.shared_task": (("", celery("delay", shared=True)),),
    "celery.Celery().send_task": (("", celery("send_task")),),
    "rq.Queue().enqueue": (("", rq("enqueue")),),
    "rq.Queue().enqueue_call": (("", rq("enqueue_call")),),
    "dramatiq.actor": (("", dramatiq),),
    **{
        f"django.shortcuts.{name}": (("", shortcut(name)),)
        for name in ("get_list_or_404", "aget_list_or_404")
    },
    "socketio.RedisManager().emit": (("", socketio(asynchronous=False)),),
    "socketio.AsyncRedisManager().emit": (("", socketio(asynchronous=True)),),
}  # fmt: skip
"""By the row's name (and its resource where two rows share it): what is given or where the data is, and how it is done."""
