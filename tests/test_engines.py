"""Engines, the numbers that size them, the processes that make them, and the sum of their connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from index_project import index_of

from atomlint.index.connections import connections
from atomlint.index.engines import engine, engine_calls
from atomlint.index.figures import Given, Settler
from atomlint.index.workers import started

if TYPE_CHECKING:
    from atomlint.index.connections import Connections
    from atomlint.index.engines import Engine

HEAD = "import os\nfrom sqlalchemy import create_engine\nURL = os.environ['DATABASE_URL']\n"


def engines(text: str, environment: dict[str, str] | None = None, **others: str) -> list[Engine]:
    index = index_of({"app.py": text, **{f"{name}.py": other for name, other in others.items()}})
    given = {name: Given(value, "fly.toml", None) for name, value in (environment or {}).items()}
    return [engine(Settler(index, given), call) for call in engine_calls(index)]


def most(text: str, environment: dict[str, str] | None = None, **others: str) -> float | None:
    (found,) = engines(text, environment, **others)
    return found.most


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("URL", 15),
        ("URL, pool_size=3", 13),
        ("URL, max_overflow=0", 5),
        ("URL, pool_size=20, max_overflow=30", 50),
        ("URL, pool_size=2 * 4, max_overflow=max(1, 2)", 10),
        ("URL, pool_size=int(os.getenv('SIZE', '7')), max_overflow=0", 7),
        ("URL, pool_size=int(os.getenv('SIZE') or 6), max_overflow=0", 6),
        ("URL, **{'pool_size': 4, 'max_overflow': 1}", 5),
        ("URL, **dict(pool_size=4, max_overflow=1)", 5),
        ("URL, pool_size=int(os.environ['SIZE'])", None),
        ("URL, pool_size=unknown()", None),
        ("URL, max_overflow=-1", None),
        ("URL, pool_size=0", None),
    ],
)
def test_what_an_engine_opens_at_most(arguments: str, expected: float | None) -> None:
    assert most(f"{HEAD}engine = create_engine({arguments})\n") == expected


def test_a_deployments_variable_wins_over_the_default() -> None:
    text = f"{HEAD}engine = create_engine(URL, pool_size=int(os.getenv('SIZE', '7')), max_overflow=0)\n"
    (found,) = engines(text, {"SIZE": "12"})
    assert (found.most, found.size.source, found.size.is_set) == (12, "SIZE in fly.toml", True)


@pytest.mark.parametrize(
    ("pool", "expected"), [("NullPool", None), ("StaticPool", 1), ("QueuePool", 15), ("AsyncAdaptedQueuePool", 15)]
)
def test_the_class_of_the_pool_counts(pool: str, expected: float | None) -> None:
    assert (
        most(f"{HEAD}from sqlalchemy.pool import {pool}\nengine = create_engine(URL, poolclass={pool})\n") == expected
    )


def test_options_that_are_put_together_are_followed() -> None:
    text = f"""{HEAD}
options = {{"pool_pre_ping": True}}
options["pool_size"] = 8
options.update({{"max_overflow": 2}})
engine = create_engine(URL, **options)
"""
    assert most(text) == 10


def test_what_is_handed_in_is_unknown_and_what_one_call_gives_is_not() -> None:
    text = f"{HEAD}def make(**options):\n    return create_engine(URL, **options)\n"
    assert engines(text)[0].pool == "unknown"
    text = f"{HEAD}def make(size=5):\n    return create_engine(URL, pool_size=size, max_overflow=0)\nengine = make(9)\n"
    assert most(text) == 9


def test_branches_of_sqlite_and_of_development_do_not_count() -> None:
    text = f"""{HEAD}
if URL.startswith("sqlite"):
    size = 100
elif os.getenv("ENVIRONMENT", "development") == "development":
    size = 50
else:
    size = 4
engine = create_engine(URL, pool_size=size, max_overflow=0)
"""
    assert most(text) == 4


def test_an_engine_behind_a_field_that_the_settings_have_not_is_none() -> None:
    config = "from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    url: str = ''\nsettings = Settings()\n"
    made = "from config import settings\nclass Manager:\n    def __init__(self):\n        self.engine = create_engine(settings.url)\n"
    replica = "        if hasattr(settings, 'replica') and settings.{name}:\n            self.replica = create_engine(settings.{name})\n"
    assert len(engines(HEAD + made + replica.format(name="replica"), config=config)) == 1
    assert len(engines(HEAD + made + replica.replace("'replica'", "'url'").format(name="url"), config=config)) == 2


def test_an_engine_of_sqlite_alone_is_none() -> None:
    assert engines(f"{HEAD}engine = create_engine('sqlite:///x.db')\n") == []
    assert engines(f"{HEAD}if 'sqlite' in URL:\n    engine = create_engine(URL)\n") == []


def test_fields_of_settings_are_followed_into_their_class() -> None:
    config = """
        from pydantic_settings import BaseSettings
        class Settings(BaseSettings):
            db_pool_size: int = 11
        settings = Settings()
        """
    text = f"{HEAD}from config import settings\nengine = create_engine(URL, pool_size=settings.db_pool_size, max_overflow=0)\n"
    assert most(text, config=config) == 11
    assert most(text, {"DB_POOL_SIZE": "3"}, config=config) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import asyncpg\nasync def f(url):\n    return await asyncpg.create_pool(url)\n", 10),
        ("import asyncpg\nasync def f(url):\n    return await asyncpg.create_pool(url, max_size=4)\n", 4),
        ("from psycopg_pool import ConnectionPool\npool = ConnectionPool('')\n", 4),
        ("from psycopg_pool import AsyncConnectionPool\npool = AsyncConnectionPool('', min_size=2, max_size=8)\n", 8),
        ("from psycopg2.pool import ThreadedConnectionPool\npool = ThreadedConnectionPool(1, 6)\n", 6),
    ],
)
def test_pools_of_other_libraries(text: str, expected: float) -> None:
    assert most(text) == expected


FLY = """
app = "desk"
[processes]
{processes}
[http_service]
internal_port = 8000
processes = ["web"]
"""


def programs(command: str, **files: str) -> list[tuple[str, float | None]] | None:
    index = index_of(
        {"app/__init__.py": "", "app/main.py": "", "fly.toml": FLY.format(processes=f"web = {command!r}"), **files}
    )
    (deployment,) = index.deployments.production
    found = started(Settler(index, {}), deployment, "web")
    return None if found is None else [(one.program, one.processes.value) for one in found]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("uvicorn app.main:app", [("uvicorn", 1)]),
        ("uvicorn app.main:app --workers 4", [("uvicorn", 4)]),
        ("uvicorn app.main:app --workers=3 --reload", [("uvicorn", 1)]),
        ("poetry run gunicorn app.main:app -w 4 -k uvicorn.workers.UvicornWorker", [("gunicorn", 4)]),
        ("gunicorn -w4 app.main:app", [("gunicorn", 4)]),
        ("python -m uvicorn app.main:app --workers 2", [("uvicorn", 2)]),
        ("fastapi run app/main.py --workers 2", [("fastapi", 2)]),
        ("celery -A app.main worker --concurrency=8", [("celery", 8)]),
        ("celery -A app.main worker --pool solo", [("celery", 1)]),
        ("celery -A app.main beat", [("celery", 1)]),
        ("python -m app.main", [("python", 1)]),
        ("sh -c 'uvicorn app.main:app --workers 2 & celery -A app.main worker -c 3'", [("uvicorn", 2), ("celery", 3)]),
        ("node server.js", None),
    ],
)
def test_how_many_processes_a_command_starts(command: str, expected: list[tuple[str, float]] | None) -> None:
    assert programs(command) == expected


def test_a_file_of_gunicorns_settings_says_the_workers() -> None:
    assert programs("gunicorn app.main:app", **{"gunicorn.conf.py": "workers = 3\n"}) == [("gunicorn", 3)]
    counted = {"gunicorn.conf.py": "import multiprocessing\nworkers = multiprocessing.cpu_count() * 2 + 1\n"}
    assert programs("gunicorn app.main:app", **counted) == [("gunicorn", None)]


def budget(files: dict[str, str], **machines: int) -> Connections:
    (found,) = connections(index_of(files), machines)
    return found


SHARED = {
    "database.py": f"{HEAD}engine = create_engine(URL, pool_size=10, max_overflow=5)\n",
    "web.py": "from fastapi import FastAPI\nfrom database import engine\napp = FastAPI()\n",
    "jobs.py": "from database import engine\n",
    "clock.py": "import time\n",
}


def test_the_sum_goes_over_groups_machines_and_processes() -> None:
    fly = FLY.format(
        processes='web = "uvicorn web:app --workers 2"\njobs = "python jobs.py"\nclock = "python clock.py"'
    )
    found = budget({**SHARED, "fly.toml": fly}, web=3)
    assert [(share.group, share.machines.value, share.each) for share in found.shares] == [
        ("web", 3, 30),
        ("jobs", 1, 15),
    ]
    assert (found.least, found.is_known) == (105, True)


def test_a_bluegreen_deployment_runs_twice() -> None:
    fly = FLY.format(processes='web = "uvicorn web:app"') + '[deploy]\nstrategy = "bluegreen"\n'
    assert budget({**SHARED, "fly.toml": fly}).least == 2 * 2 * 15


def test_a_canary_is_one_machine_more_in_each_group() -> None:
    fly = FLY.format(processes='web = "uvicorn web:app"\njobs = "python jobs.py"') + '[deploy]\nstrategy = "canary"\n'
    found = budget({**SHARED, "fly.toml": fly}, web=3)
    assert [share.least for share in found.shares] == [(3 + 1) * 15, (1 + 1) * 15]
    assert budget({**SHARED, "fly.toml": fly}, web=0).shares[0].least == 0


MIGRATIONS = "#!/bin/sh\npython -m alembic upgrade head\n"


@pytest.mark.parametrize(
    ("deploy", "expected"),
    [
        ('release_command = "alembic upgrade head"', 31),
        ('release_command = "sh scripts/release.sh"', 31),
        ('release_command = "python manage.py collectstatic"', 30),
        ('release_command = "alembic upgrade head"\nstrategy = "immediate"', 31),
        ('release_command = "alembic upgrade head"\nstrategy = "bluegreen"', 60),
        ('release_command = "alembic upgrade head"\nstrategy = "canary"', 45),
    ],
)
def test_a_release_command_that_migrates_connects_once_before_anything_else_changes(deploy: str, expected: int) -> None:
    fly = FLY.format(processes='web = "uvicorn web:app"') + f"[deploy]\n{deploy}\n"
    assert budget({**SHARED, "fly.toml": fly, "scripts/release.sh": MIGRATIONS}).least == expected


def test_an_engine_that_no_process_imports_is_named_and_not_counted() -> None:
    manager = f"""{HEAD}
class Manager:
    def connect(self):
        self.engine = create_engine(URL)
    def session(self):
        self.connect()
manager = Manager()
"""
    fly = FLY.format(processes='web = "uvicorn web:app"')
    files = {**SHARED, "fly.toml": fly, "manager.py": manager, "scripts/verify.py": "from manager import manager\n"}
    found = budget(files)
    assert (found.least, [(one.call.path, one.most) for one in found.left]) == (30, [("manager.py", 15)])
    used = budget({**files, "web.py": f"from manager import manager\n{SHARED['web.py']}"})
    assert (used.least, used.left) == (60, ())


def test_a_term_that_is_unknown_makes_a_lower_bound() -> None:
    fly = FLY.format(processes='web = "celery -A web worker"') + '[[vm]]\nsize = "imaginary"\n'
    found = budget({**SHARED, "fly.toml": fly})
    assert (found.least, found.is_known) == (2 * 15, False)


def test_machines_come_from_what_someone_says_before_what_flyctl_does() -> None:
    fly = FLY.format(processes='web = "uvicorn web:app"')
    assert budget({**SHARED, "fly.toml": fly}).shares[0].machines.source == "what a first deployment makes"
    told = budget({**SHARED, "fly.toml": f"# fly scale count web=5\n{fly}"}).shares[0].machines
    assert (told.value, told.source) == (5, "fly scale count in fly.toml")
    assert budget({**SHARED, "fly.toml": f"# fly scale count web=5\n{fly}"}, web=7).shares[0].machines.value == 7


def test_without_a_deployment_one_process_is_what_an_application_imports() -> None:
    other = f"{HEAD}engine = create_engine(URL, pool_size=40, max_overflow=0)\n"
    files = {**SHARED, "reports/__init__.py": "", "reports/database.py": other}
    found = connections(index_of(files), {})
    assert sorted(one.least for one in found) == [15, 40]


def test_an_engine_counts_where_it_is_used() -> None:
    database = f"""{HEAD}
from sqlalchemy.ext.asyncio import create_async_engine, async_sessionmaker
from sqlalchemy.orm import sessionmaker
engine = create_engine(URL, pool_size=4, max_overflow=0)
Session = sessionmaker(bind=engine)
async_engine = create_async_engine(URL, pool_size=6, max_overflow=0)
AsyncSession = async_sessionmaker(async_engine)
async def get_session():
    async with AsyncSession() as session:
        yield session
"""
    files = {
        "database.py": database,
        "web.py": "from fastapi import FastAPI\nfrom database import get_session\napp = FastAPI()\n",
        "jobs.py": "from database import Session\n",
        "fly.toml": FLY.format(processes='web = "uvicorn web:app"\njobs = "python jobs.py"'),
    }
    assert [(share.group, share.each) for share in budget(files).shares] == [("web", 6), ("jobs", 4)]


def test_a_worker_of_celery_imports_the_tasks_that_it_discovers() -> None:
    files = {
        **SHARED,
        "worker.py": "from celery import Celery\napp = Celery()\napp.autodiscover_tasks(['tasks'])\n",
        "tasks.py": "from celery import shared_task\nfrom database import engine\n@shared_task\ndef close():\n    engine.connect()\n",
        "fly.toml": FLY.format(processes='web = "celery -A worker worker -c 2"\nbeat = "celery -A worker beat"'),
    }
    assert [(share.group, share.each) for share in budget(files).shares] == [("web", 30)]


def test_a_project_without_another_driver_is_told_of_its_fallback_with_low_confidence() -> None:
    from atomlint.testing import check_files

    app = "import os\nfrom sqlalchemy import create_engine\nengine = create_engine(os.getenv('DATABASE_URL', 'sqlite:///app.db'))\n"
    confidences = []
    for required in ("aiosqlite==0.20.0\n", "psycopg==3.2.1\n"):
        report = check_files({"app.py": app, "requirements.txt": required}, select=("database-sqlite-default",))
        confidences += [finding.confidence.value for finding in report.findings]
    assert confidences == ["low", "high"]


def test_the_block_for_agents_says_machines_and_processes() -> None:
    block = """
# Desk

<!-- BEGIN:atomlint-deploy v1 -->
```toml
config = "fly.toml"

[apps.desk]
groups = { web = { machines = 6, processes = 3 } }
```
<!-- END:atomlint-deploy -->
"""
    fly = FLY.format(processes='web = "./start"')
    share = budget({**SHARED, "fly.toml": fly, "CLAUDE.md": block}).shares[0]
    assert (share.machines.value, share.programs[0].processes.value, share.each) == (6, 3, 45)
    assert (share.machines.source, share.programs[0].processes.source) == ("CLAUDE.md", "CLAUDE.md")


DECLARED = """
# Desk

<!-- BEGIN:atomlint-deploy v1 -->
```toml
config = ["fly.api.toml", "fly.worker.toml"]
{budget}
```
<!-- END:atomlint-deploy -->
"""


def test_a_declared_budget_is_for_all_declared_apps_together() -> None:
    from atomlint.testing import check_files

    files = {
        **SHARED,
        "requirements.txt": "psycopg==3.2.1\n",
        "fly.api.toml": FLY.format(processes='web = "uvicorn web:app"').replace("desk", "desk-api"),
        "fly.worker.toml": FLY.format(processes='web = "uvicorn web:app"').replace("desk", "desk-worker"),
        "fly.other.toml": FLY.format(processes='web = "uvicorn web:app"').replace("desk", "desk-other"),
    }
    select = ("database-pool-budget",)
    budget = "[budget]\ndatabase-connections = 59"
    (finding,) = check_files({**files, "CLAUDE.md": DECLARED.format(budget=budget)}, select=select).findings
    assert finding.message == (
        "fly.api.toml and fly.worker.toml can open 60 database connections, and the limit is 59: "
        "desk-api web 2 x 1 x 15 + desk-worker web 2 x 1 x 15"
    )
    assert not check_files({**files, "CLAUDE.md": DECLARED.format(budget="")}, select=select).findings
    alone = DECLARED.format(budget=budget.replace("59", "29")).replace(', "fly.worker.toml"', "")
    found = check_files({**files, "CLAUDE.md": alone}, select=select).findings
    assert "fly.api.toml can open 30 database connections, and the limit is 29: web 2 x 1 x 15" in [
        f.message for f in found
    ]


def test_pyramid_calls_includeme_by_its_name() -> None:
    files = {"shop/db.py": f"{HEAD}def includeme(config):\n    config.registry['engine'] = create_engine(URL)\n"}
    assert [one.least for one in connections(index_of(files), {})] == [15]


def test_a_size_that_is_a_secret_is_unknown() -> None:
    files = {
        "web.py": f"{HEAD}from fastapi import FastAPI\napp = FastAPI()\n"
        "engine = create_engine(URL, pool_size=int(os.getenv('DB_POOL_SIZE', '5')), max_overflow=0)\n",
        "fly.toml": FLY.format(processes='web = "uvicorn web:app"'),
    }
    assert budget(files).is_known
    told = budget({**files, "README.md": "```sh\nfly secrets set DB_POOL_SIZE=40\n```\n"})
    assert (told.is_known, told.least, told.engines[0].size.source) == (False, 0, "DB_POOL_SIZE in the secrets")
