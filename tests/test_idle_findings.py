"""Findings about running code, where a setting that is off by default keeps the code from running."""

from __future__ import annotations

import textwrap

import pytest

from atomlint.testing import check_files

SETTINGS = """
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    rate_limit_enabled: bool = False
    tenants_enabled: bool = False
    redis_url: str | None = None

settings = Settings()
"""
COMPOSE = "services:\n  web:\n    environment:\n      DATABASE_URL: postgres://db/app\n"


def levels(rule: str, app: str, **files: str) -> list[str]:
    """Confidence of what a rule says of ``app.py``."""
    given = {"app.py": textwrap.dedent(app), "config.py": SETTINGS, "docker-compose.yml": COMPOSE, **files}
    report = check_files(given, select=(rule,))
    assert not report.errors
    return [finding.confidence.value for finding in report.findings if finding.span.path == "app.py"]


def on(**values: str) -> dict[str, str]:
    """The deployment file that sets variables."""
    return {"docker-compose.yml": COMPOSE + "".join(f"      {name}: '{value}'\n" for name, value in values.items())}


MIDDLEWARE = """
    import redis
    from fastapi import FastAPI, Request
    from config import settings

    app = FastAPI()
    client = redis.Redis()

    @app.middleware("http")
    async def limit(request: Request, call_next):
        if not settings.rate_limit_enabled:
            return await call_next(request)
        if client.incr(request.client.host) > 100:
            raise RuntimeError
        return await call_next(request)
"""
ADDED = """
    import redis
    from fastapi import FastAPI
    from starlette.middleware.base import BaseHTTPMiddleware
    from config import settings

    app = FastAPI()
    client = redis.Redis()

    class Limit(BaseHTTPMiddleware):
        async def dispatch(self, request, call_next):
            if client.incr(request.client.host) > 100:
                raise RuntimeError
            return await call_next(request)

    if settings.rate_limit_enabled:
        app.add_middleware(Limit)
"""
BELOW = """
    import redis
    from fastapi import FastAPI, Request
    from config import settings

    app = FastAPI()
    client = redis.Redis()

    def check(host):
        if not settings.rate_limit_enabled:
            return True
        return client.incr(host) < 100

    @app.middleware("http")
    async def limit(request: Request, call_next):
        if not check(request.client.host):
            raise RuntimeError
        return await call_next(request)
"""
OPTIONAL = """
    import redis
    from fastapi import FastAPI, Request
    from config import settings

    app = FastAPI()
    client = redis.Redis.from_url(settings.redis_url) if settings.redis_url else None

    @app.middleware("http")
    async def limit(request: Request, call_next):
        if client is not None and client.incr(request.client.host) > 100:
            raise RuntimeError
        return await call_next(request)
"""


ASKED = """
    import redis
    from fastapi import FastAPI
    from config import Settings

    app = FastAPI()
    kept: Settings | None = None

    def get_settings() -> Settings:
        global kept
        if kept is None:
            kept = Settings()
        return kept

    class Counts:
        def __init__(self, settings: Settings | None = None) -> None:
            self.settings = settings or get_settings()
            self.client = redis.Redis()

        def take(self, host):
            self.client.incr(host)

    class Limit:
        def __init__(self, app) -> None:
            self.app = app
            self.counts = Counts()

        async def __call__(self, scope, receive, send):
            if scope["type"] != "http" or not get_settings().rate_limit_enabled:
                await self.app(scope, receive, send)
                return
            self.counts.take(scope["client"])
            await self.app(scope, receive, send)

    app.add_middleware(Limit)

    def rename(job: "Job"):
        job.rate_limit_enabled = True

    class Job:
        pass
"""


@pytest.mark.parametrize(
    ("app", "setting"),
    [
        (MIDDLEWARE, "RATE_LIMIT_ENABLED"),
        (ADDED, "RATE_LIMIT_ENABLED"),
        (BELOW, "RATE_LIMIT_ENABLED"),
        (OPTIONAL, "REDIS_URL"),
        (ASKED, "RATE_LIMIT_ENABLED"),
    ],
)
def test_commands_behind_a_setting_are_low_until_something_turns_it_on(app: str, setting: str) -> None:
    assert levels("redis-per-request", app) == ["low"]
    (known,) = levels("redis-per-request", app, **on(**{setting: "1"}))
    assert known in ("high", "medium")


LOADED = """
    from fastapi import FastAPI, Request
    from sqlalchemy import String
    from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
    from config import settings

    app = FastAPI()

    class Base(DeclarativeBase):
        pass

    class Tenant(Base):
        __tablename__ = "tenants"
        id: Mapped[int] = mapped_column(primary_key=True)
        slug: Mapped[str] = mapped_column(String, unique=True)

    def tenant_of(db: Session, slug: str):
        return db.query(Tenant).filter(Tenant.slug == slug).first()

    @app.middleware("http")
    async def resolve(request: Request, call_next):
        if not settings.tenants_enabled:
            return await call_next(request)
        with Session() as db:
            request.state.tenant = tenant_of(db, request.headers["host"])
        return await call_next(request)
"""


def test_a_lookup_on_every_request_is_low_though_a_route_makes_it_too() -> None:
    route = """
    @app.get("/tenants/{slug}")
    def page(slug: str):
        with Session() as db:
            return tenant_of(db, slug)
"""
    assert levels("tenant-uncached-lookup", LOADED + route) == ["low"]
    assert levels("tenant-uncached-lookup", LOADED + route, **on(TENANTS_ENABLED="true")) == ["high"]


GIVEN = """
    import redis
    from fastapi import FastAPI
    from starlette.middleware.base import BaseHTTPMiddleware
    from config import settings

    app = FastAPI()

    class Limit(BaseHTTPMiddleware):
        def __init__(self, app, enabled: bool = True) -> None:
            super().__init__(app)
            self.enabled = enabled
            self.client = redis.Redis()

        async def dispatch(self, request, call_next):
            if not self.enabled:
                return await call_next(request)
            self.client.incr(request.client.host)
            return await call_next(request)

    {}
"""


@pytest.mark.parametrize(
    "made",
    [
        "app.add_middleware(Limit, enabled=settings.rate_limit_enabled)",
        "app.add_middleware(Limit, settings.rate_limit_enabled)",
        "app = Limit(app, settings.rate_limit_enabled); app.add_middleware(Limit, enabled=settings.rate_limit_enabled)",
    ],
)
def test_a_flag_that_a_constructor_is_given_is_the_setting_that_it_is_given(made: str) -> None:
    assert levels("redis-per-request", GIVEN.format(made)) == ["low"]
    (known,) = levels("redis-per-request", GIVEN.format(made), **on(RATE_LIMIT_ENABLED="1"))
    assert known in ("high", "medium")


@pytest.mark.parametrize(
    "made",
    [
        "app.add_middleware(Limit)",
        "app.add_middleware(Limit, enabled=True)",
        "app.add_middleware(Limit, **options)",
        "app.add_middleware(Limit, enabled=settings.rate_limit_enabled); app.add_middleware(Limit)",
    ],
)
def test_a_flag_that_some_constructor_may_set_is_no_setting_that_is_off(made: str) -> None:
    (known,) = levels("redis-per-request", GIVEN.format(made))
    assert known in ("high", "medium")


UNUSED = """
    import redis
    from django.conf import settings
    from django.core.exceptions import MiddlewareNotUsed

    client = redis.Redis()

    class Limit:
        def __init__(self, get_response):
            {}
            self.get_response = get_response

        def __call__(self, request):
            client.incr(request.META["REMOTE_ADDR"])
            return self.get_response(request)
"""
PLAIN_UNUSED = """
    import redis
    from django.conf import settings
    from django.core.exceptions import MiddlewareNotUsed

    client = redis.Redis()

    def limit(get_response):
        {}
        def middleware(request):
            client.incr(request.META["REMOTE_ADDR"])
            return get_response(request)
        return middleware
"""


@pytest.mark.parametrize(("app", "name"), [(UNUSED, "Limit"), (PLAIN_UNUSED, "limit")])
@pytest.mark.parametrize("setting", ["False", 'os.getenv("LIMIT_ENABLED", "false").lower() == "true"'])
def test_a_django_middleware_that_takes_itself_out_is_not_on_every_request(app: str, name: str, setting: str) -> None:
    django = f'import os\nMIDDLEWARE = ["app.{name}"]\nLIMIT_ENABLED = {setting}\n'
    manage = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")\n'
    files = {"settings.py": django, "manage.py": manage}
    out = app.format("if not settings.LIMIT_ENABLED: raise MiddlewareNotUsed")
    called = app.format('if not settings.LIMIT_ENABLED: raise MiddlewareNotUsed("off")')
    kept = app.format("if settings.LIMIT_ENABLED: raise MiddlewareNotUsed")
    unknown = app.format("if not settings.OTHER: raise MiddlewareNotUsed")
    assert levels("redis-per-request", out, **files) == levels("redis-per-request", called, **files) == ["low"]
    for text in (kept, unknown):
        (known,) = levels("redis-per-request", text, **files)
        assert known in ("high", "medium")


LIMITER = """
    import os
    from fastapi import FastAPI, Request
    from slowapi import Limiter
    from slowapi.middleware import SlowAPIMiddleware
    from config import settings

    app = FastAPI()
    limiter = Limiter(key_func=str, storage_uri="redis://cache", default_limits=["9/minute"]{})
    app.state.limiter = limiter
    app.add_middleware(SlowAPIMiddleware)
"""
FLASK_LIMITER = """
    import os
    from flask import Flask
    from flask_limiter import Limiter
    from config import settings

    app = Flask(__name__)
    limiter = Limiter(str, app=app, storage_uri="redis://cache", default_limits=["9/minute"]{})
"""


@pytest.mark.parametrize("app", [LIMITER, FLASK_LIMITER])
@pytest.mark.parametrize(
    ("switch", "off"),
    [
        ("", False),
        (", enabled=False", True),
        (", enabled=settings.rate_limit_enabled", True),
        (', enabled=os.getenv("LIMITS", "false") == "true"', True),
        (', enabled=os.getenv("LIMITS", "true") == "true"', False),
        (", enabled=not settings.rate_limit_enabled", False),
        (", enabled=True", False),
    ],
)
def test_a_limiter_whose_switch_is_off_sends_nothing(app: str, switch: str, *, off: bool) -> None:
    (known,) = levels("redis-per-request", app.format(switch))
    assert (known == "low") is off


STARTED = """
    import redis
    from contextlib import asynccontextmanager
    from fastapi import FastAPI

    @asynccontextmanager
    async def lifespan(app):
        {}
        yield

    app = FastAPI({})
    client = None

    def connect():
        global client
        client = redis.Redis()
        client.get("plans")

    @app.on_event("startup")
    async def start():
        connect()

    @app.middleware("http")
    async def limit(request, call_next):
        if client is not None:
            client.incr(request.client.host)
        return await call_next(request)
"""


@pytest.mark.parametrize(
    ("inside", "given", "is_ignored"),
    [
        ("pass", "lifespan=lifespan", True),
        ("pass", "", False),
        ("pass", "lifespan=None", False),
        ("await app.router.startup()", "lifespan=lifespan", False),
        ("connect()", "lifespan=lifespan", False),
    ],
)
def test_an_application_with_a_lifespan_ignores_its_other_start_handlers(
    inside: str, given: str, *, is_ignored: bool
) -> None:
    app = STARTED.format(inside, given)
    (known,) = levels("redis-per-request", app)
    assert (known == "low") is is_ignored
    assert bool(levels("runtime-unguarded-startup", app)) is not is_ignored


LEFT_OVER = """
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.Redis()

    class Bus:
        def __init__(self, prefix):
            self.prefix = prefix

        def tell(self, user_id):
            client.set(f"cache:seen:{{user_id}}", user_id)

    def make_bus():
        return Bus("bus")

    def track(user_id):
        client.set(f"cache:progress:{{user_id}}", user_id)

    @app.get("/{{user_id}}")
    def show(user_id):
        {}
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return 1", ["low", "low"]),
        ("return track(user_id)", ["low", "medium"]),
        ("return make_bus().tell(user_id)", ["medium", "low"]),
        ("return queue.enqueue(track, user_id)", ["low", "medium"]),
    ],
)
def test_what_nothing_of_an_application_leads_to_is_a_weak_claim(body: str, expected: list[str]) -> None:
    assert levels("redis-set-without-ttl", LEFT_OVER.format(body)) == expected


def test_what_a_library_offers_to_others_is_not_left_over() -> None:
    library = LEFT_OVER.format("return 1").replace('@app.get("/{user_id}")', "").replace("app = FastAPI()", "")
    assert levels("redis-set-without-ttl", library) == ["medium", "medium"]


INSTALLED = """
    import redis
    from fastapi import FastAPI
    from starlette.middleware.base import BaseHTTPMiddleware

    client = redis.Redis()

    class Limit(BaseHTTPMiddleware):
        async def dispatch(self, request, call_next):
            client.incr(request.client.host)
            return await call_next(request)

    {}
"""


@pytest.mark.parametrize(
    ("installed", "is_idle"),
    [
        ("app = FastAPI(); app.add_middleware(Limit)", False),
        ("app = FastAPI()\n    def set_up_modules(app: FastAPI):\n        app.add_middleware(Limit)", True),
        (
            "app = FastAPI()\n    def set_up_modules(app: FastAPI):\n        app.add_middleware(Limit)\n    set_up_modules(app)",
            False,
        ),
        (
            "app = FastAPI()\n    def set_up_modules(app: FastAPI):\n        app.add_middleware(Limit)\n    run(set_up_modules)",
            False,
        ),
        ("def create_app():\n        app = FastAPI()\n        app.add_middleware(Limit)\n        return app", False),
        ("def start():\n        app = FastAPI()\n        app.add_middleware(Limit)\n        return app", False),
        ("app = FastAPI()\n    def init_app(app: FastAPI):\n        app.add_middleware(Limit)", False),
    ],
)
def test_a_middleware_that_no_code_installs_is_not_on_every_request(installed: str, *, is_idle: bool) -> None:
    app = INSTALLED.format(installed) + "\n    @app.get('/')\n    def home(): ...\n" * (
        "app = FastAPI()\n" in installed
    )
    (known,) = levels("redis-per-request", app)
    assert (known == "low") is is_idle


@pytest.mark.parametrize(
    ("copy", "original", "level"),
    [
        ("backup_20250902_120252/shop/app.py", "shop/other.py", "low"),
        ("old/shop/app.py", "shop/app.py", "low"),
        ("shop_backup/app.py", "shop/main.py", "low"),
        ("backend/app_old/app.py", "backend/app/main.py", "low"),
        ("shop.bak/app.py", "shop/app.py", "low"),
        ("backup/app.py", "shop/main.py", "high"),
        ("old/app.py", "new/main.py", "high"),
        ("archived/removed_2025-11-05/app.py", "new/main.py", "low"),
        (".claude/worktrees/calm-sea/app.py", "new/main.py", "low"),
        ("trash/old shop/app.py", "new/main.py", "low"),
        ("shop/app.py", "shop/app/__init__.py", "low"),
        ("shop/app.py", "shop/app/main.py", "high"),
        ("oldham/app.py", "ham/app.py", "high"),
        ("archive/views/app.py", "shop/main.py", "high"),
        ("legacy/2026-05-cleanup/tree/shop/api/app.py", "shop/api/main.py", "low"),
        ("legacy/api/shop/app.py", "shop/main.py", "high"),
    ],
)
def test_a_copy_beside_its_original_is_run_by_nothing(copy: str, original: str, level: str) -> None:
    app = textwrap.dedent(INSTALLED.format("app = FastAPI(); app.add_middleware(Limit)"))
    report = check_files({copy: app, original: "x = 1\n"}, select=("redis-per-request",), confidence="low")
    assert [finding.confidence.value for finding in report.findings] == [level]


KEPT = """
    import redis
    from fastapi import FastAPI

    app = FastAPI()

    class Cache:
        def __init__(self):
            self.client = None

        def {name}(self):
            self.client = redis.Redis()

        def get(self, key):
            if self.client is None:
                return None
            return self.client.get(key)

    cache = Cache()
    {call}

    @app.middleware("http")
    async def limit(request, call_next):
        cache.get(request.client.host)
        return await call_next(request)
"""


@pytest.mark.parametrize(
    ("name", "call", "is_idle"),
    [
        ("start", "", True),
        ("start", "cache.start()", False),
        ("start", "run(cache.start)", False),
        ("start", "other.start()", False),
        ("setup", "", False),
    ],
)
def test_a_client_that_nothing_makes_is_asked_nothing(name: str, call: str, *, is_idle: bool) -> None:
    (known,) = levels("redis-per-request", KEPT.format(name=name, call=call))
    assert (known == "low") is is_idle


CACHED = """
    import os
    REDIS_URL = os.getenv("REDIS_URL", "")
    if REDIS_URL:
        CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": REDIS_URL}}
    else:
        CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    MIDDLEWARE = ["app.Count"]
"""
COUNT = """
    from django.core.cache import cache

    class Count:
        def __init__(self, get_response):
            self.get_response = get_response

        def __call__(self, request):
            cache.incr("requests")
            return self.get_response(request)

        async def __acall__(self, request):
            cache.incr("others")
            return await self.get_response(request)
"""


def test_a_cache_of_django_that_no_address_turns_on_is_no_redis() -> None:
    files = {
        "settings.py": textwrap.dedent(CACHED),
        "manage.py": 'import os\nos.environ["DJANGO_SETTINGS_MODULE"] = "settings"\n',
    }
    assert levels("redis-per-request", COUNT, **files) == ["low"]
    (known,) = levels("redis-per-request", COUNT, **files, **on(REDIS_URL="redis://cache"))
    assert known in ("high", "medium")


@pytest.mark.parametrize(
    ("made", "heir", "is_idle"),
    [
        ("app.add_middleware(Limit, enabled=False)", "", True),
        ("app.add_middleware(Limit, enabled=settings.rate_limit_enabled)", "class Other(Limit): pass", True),
        ("app.add_middleware(Limit, enabled=False)", "class Other(Limit):\n        def __init__(self): ...", False),
        ("app.add_middleware(Limit, enabled=False); app.add_middleware(Limit, enabled=True)", "", False),
    ],
)
def test_a_flag_that_is_written_out_is_off_whoever_inherits(made: str, heir: str, *, is_idle: bool) -> None:
    (known,) = levels("redis-per-request", GIVEN.format(f"{heir}\n    {made}"))
    assert (known == "low") is is_idle


HANDED = """
    import redis.asyncio as redis
    from fastapi import FastAPI
    from starlette.middleware.base import BaseHTTPMiddleware

    client = {first}

    class Limit(BaseHTTPMiddleware):
        def __init__(self, app, client: redis.Redis | None = None):
            super().__init__(app)
            self.client = client

        async def dispatch(self, request, call_next):
            if not self.client:
                return await call_next(request)
            if await self.client.incr(request.client.host) > 100:
                raise RuntimeError
            return await call_next(request)

    def connect():
        global client
        client = redis.from_url("redis://cache")

    {before}
    app = FastAPI(on_startup=[connect])
    app.add_middleware({given})
"""


@pytest.mark.parametrize(
    ("first", "before", "given", "level"),
    [
        ("None", "", "Limit, client=client", "low"),
        ("None", "", "Limit", "low"),
        ("None", "connect()", "Limit, client=client", "high"),
        ("redis.from_url('redis://cache')", "", "Limit, client=client", "high"),
        ("None", "", "Limit, client=redis.from_url('redis://cache')", "high"),
    ],
)
def test_a_middleware_that_is_handed_nothing_at_import_is_not_given_a_client_later(
    first: str, before: str, given: str, level: str
) -> None:
    app = textwrap.dedent(HANDED).format(first=first, before=before, given=given)
    assert levels("redis-per-request", app) == [level]


STORED = """
    import os
    from fastapi import FastAPI
    from slowapi import Limiter
    from slowapi.middleware import SlowAPIMiddleware
    from shop import config

    limiter = Limiter(key_func=str, storage_uri={}, default_limits=["9/minute"])
    app = FastAPI()
    app.state.limiter = limiter
    app.add_middleware(SlowAPIMiddleware)
"""


@pytest.mark.parametrize(
    ("uri", "levels"),
    [
        ('"redis://cache"', {"medium"}),
        ('os.getenv("LIMIT_URL", "redis://cache")', {"medium"}),
        ('os.getenv("LIMIT_REDIS", "memory://")', {"low"}),
        ('os.getenv("LIMIT_REDIS") or "memory://"', {"low"}),
        ('config.LIMIT_REDIS if getattr(config, "LIMIT_REDIS", None) else "memory://"', {"low"}),
    ],
)
def test_a_limiter_that_counts_in_the_process_as_committed_asks_no_redis(uri: str, levels: set[str]) -> None:
    files = {"shop/__init__.py": "", "shop/config.py": "NAME = 1\n", "app.py": textwrap.dedent(STORED.format(uri))}
    files["fly.toml"] = '[env]\nAPP_ENV = "production"\n'
    report = check_files(files, select=("redis-per-request", "redis-blocking-in-async"), confidence="low")
    assert {finding.confidence.value for finding in report.findings} == levels


@pytest.mark.parametrize("test", ["self", "self.kind == 'all'", "self and self.kind"])
def test_what_a_method_is_called_on_is_no_flag_that_callers_give(test: str) -> None:
    app = f"""
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.Redis()

    class Counter:
        kind = "all"

        def count(self):
            if {test}:
                client.incr("all")

    @app.middleware("http")
    async def tell(request, call_next):
        Counter().count()
        return await call_next(request)
    """
    files = {"app.py": textwrap.dedent(app), "other.py": "def total(self):\n    return self.rows.count()\ncount()\n"}
    report = check_files(files, select=("redis-per-request", "redis-no-timeout"))
    assert not report.errors
    assert {finding.rule for finding in report.findings} == {"redis-per-request", "redis-no-timeout"}


IN_A_DICT = """
    import redis
    from django.conf import settings

    client = redis.Redis()
    STATE = {"ENABLED": False}
    state = {"ENABLED": False}

    def config():
        return getattr(settings, "LIMITS", {})

    class Limit:
        def __init__(self, get_response):
            self.get_response = get_response

        def __call__(self, request):
            cfg = config()
            if not TEST:
                return self.get_response(request)
            client.incr(request.META["REMOTE_ADDR"])
            return self.get_response(request)
"""


@pytest.mark.parametrize(
    ("test", "value", "is_off"),
    [
        ('cfg.get("ENABLED", False)', 'os.getenv("LIMITS_ENABLED", "false").lower() == "true"', True),
        ('cfg["ENABLED"]', 'os.getenv("LIMITS_ENABLED", "false").lower() == "true"', True),
        ('settings.LIMITS["ENABLED"]', "False", True),
        ('settings.LIMITS["ENABLED"]', "True", False),
        ('settings.LIMITS["ENABLED"]', 'os.environ["LIMITS_ENABLED"] == "true"', False),
        ('cfg.get("OTHER")', "False", False),
        ('STATE["ENABLED"]', "False", False),
        ('state["ENABLED"]', "False", False),
        ("cfg[request.path]", "False", False),
    ],
)
def test_a_switch_may_be_an_entry_of_a_dict_of_settings(test: str, value: str, *, is_off: bool) -> None:
    django = f'import os\nMIDDLEWARE = ["app.Limit"]\nLIMITS = {{"RATE": 10, "ENABLED": {value}}}\n'
    manage = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")\n'
    files = {"settings.py": django, "manage.py": manage}
    (level,) = levels("redis-per-request", IN_A_DICT.replace("TEST", test), **files)
    assert (level == "low") is is_off


def test_a_switch_in_a_dict_of_settings_is_on_where_one_of_several_modules_turns_it_on() -> None:
    local = 'from .base import *\nLIMITS = {"ENABLED": True}\n'
    files = {"conf/base.py": 'MIDDLEWARE = ["app.Limit"]\nLIMITS = {"ENABLED": False}\n', "conf/local.py": local}
    (level,) = levels("redis-per-request", IN_A_DICT.replace("TEST", 'cfg["ENABLED"]'), **files)
    assert level != "low"
