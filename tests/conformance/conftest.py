"""One redis-server and one stand-in for Upstash a test process; the catalog as a run loads it."""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from importlib.util import find_spec

import pytest

from atomlint.index.catalog import Catalog
from atomlint.registry import Registry, installed_packs

collect_ignore = ["apps"]
"""Programs to run and to look at."""
LIBRARIES = (
    "aiocache",
    "arq",
    "cashews",
    "celery",
    "django_redis",
    "fastapi_cache",
    "flask_limiter",
    "slowapi",
    "upstash_redis",
    "valkey",
)
"""One or another of the extra ``conformance``."""


def absent() -> str:
    """Why nothing here can run; empty when it can."""
    if sys.version_info < (3, 11):
        return "only on Python 3.11 and newer, which the libraries measured want"
    if shutil.which("redis-server") is None:
        return "redis-server is not installed"
    lacking = [name for name in LIBRARIES if find_spec(name) is None]
    return f"{lacking[0]} is not installed (pip install 'atomlint[conformance]')" if lacking else ""


class Absent(pytest.Module):
    def collect(self):
        pytest.skip(absent(), allow_module_level=True)


def pytest_pycollect_makemodule(module_path, parent):
    """Without the server or the libraries the suites are skipped before their modules import them."""
    return Absent.from_parent(parent, path=module_path) if absent() else None


@pytest.fixture(scope="session")
def server():
    from .server import Server

    one = Server()
    yield one
    one.close()


@pytest.fixture(scope="session")
def bench(server):
    from .clients import Bench
    from .server import Server
    from .upstash import Upstash

    stand_in = Upstash(server.port)
    cluster = Server(cluster=True)
    yield Bench(server, stand_in, cluster)
    cluster.close()
    stand_in.close()


@pytest.fixture(scope="session")
def environment(server, tmp_path_factory):
    """What the small applications read of their environment."""
    from .observed import APPS

    directory = tmp_path_factory.mktemp("databases")
    values = {
        "REDIS_URL": server.url(),
        "DATABASE_URL": f"sqlite:///{directory}/app.db",
        "ASYNC_DATABASE_URL": f"sqlite+aiosqlite:///{directory}/app.db",
        "DATABASE_FILE": f"{directory}/desk.db",
        "DJANGO_SETTINGS_MODULE": "desk.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
    }
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    sys.path.insert(0, str(APPS))
    yield directory
    sys.path.remove(str(APPS))
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})


@pytest.fixture(scope="session")
def django_ready(environment):
    """Django can be set up once a process: with the help desk's settings."""
    import django

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        django.setup()


@pytest.fixture(scope="session")
def django_tables(django_ready):
    """Tables of Django's own applications, and a connection that threads may share."""
    from django.core.management import call_command
    from django.db import connection

    connection.inc_thread_sharing()
    call_command("migrate", "--run-syncdb", verbosity=0)
    yield
    connection.close()


@pytest.fixture(scope="session")
def rows():
    return Registry(installed_packs()).catalog_rows()


@pytest.fixture(scope="session")
def catalog(rows) -> Catalog:
    return Catalog(rows)
