"""Library knowledge as data: rows of packs and of a team's configuration, merged."""

from __future__ import annotations

import pytest

from atomlint.index.catalog import Catalog, CatalogError, Client, Rows, configured_rows, operation_of, parse_rows
from atomlint.index.value import Value
from atomlint.registry import Registry
from atomlint.testing import check_files

CATALOG = Catalog(Registry().catalog_rows())

APP = """
from fastapi import FastAPI, Request

from core.cache import Cache

app = FastAPI()
cache = Cache()


@app.middleware("http")
async def count(request: Request, call_next):
    cache.get("hits")
    return await call_next(request)
"""


@pytest.mark.parametrize(
    "factory",
    ["redis.Redis", "redis.from_url", "redis.StrictRedis.from_url", "valkey.Valkey", "flask_redis.FlaskRedis"],
)
def test_every_way_to_make_a_client_gives_one_type(factory: str) -> None:
    assert CATALOG.canonical(f"{factory}()") == "redis.client.Redis()"


def test_a_client_that_extends_another_takes_its_methods() -> None:
    assert CATALOG.operation("redis.asyncio.client.Redis().close") is None
    operation = CATALOG.operation("arq.connections.ArqRedis().enqueue_job")
    assert operation is not None
    assert (operation.trips, operation.commands) == (3, 6)


def test_a_pipeline_costs_only_when_it_is_sent() -> None:
    assert CATALOG.canonical("redis.client.Redis().pipeline()") == "redis.client.Pipeline()"
    assert CATALOG.operation("redis.client.Pipeline().incr") is None
    assert CATALOG.operation("redis.client.Pipeline().execute") is not None


def test_methods_that_are_free_or_private_cost_nothing() -> None:
    client = Client("shop.Store", free=["close"], methods={"load": {"trips": 2}})
    assert operation_of(client, "close") is None
    load = operation_of(client, "load")
    assert load is not None
    assert (load.trips, load.commands) == (2, 2)
    assert CATALOG.operation("redis.client.Redis()._connect") is None


def test_a_row_with_an_unknown_field_names_its_file_and_the_field() -> None:
    with pytest.raises(CatalogError, match=r"redis\.toml: .*`kost`"):
        parse_rows({"client": [{"type": "a.B", "kost": 1}]}, "redis.toml")


def test_a_configured_row_of_an_unknown_kind_suggests_the_nearest() -> None:
    with pytest.raises(CatalogError, match="did you mean"):
        configured_rows([{"kind": "clientt", "type": "a.B"}], "pyproject.toml")


def test_rows_of_a_configuration_are_sorted_by_kind() -> None:
    rows = configured_rows([{"kind": "client", "type": "a.B"}, {"kind": "carrier", "names": ["a.run"]}], "x")
    assert rows == Rows(client=[Client("a.B", project=True)], carrier=rows.carrier)
    assert rows.carrier[0].names == ["a.run"]


def test_three_lines_of_configuration_state_what_the_projects_own_client_costs() -> None:
    files = {
        "app.py": APP,
        "core/__init__.py": "",
        "core/cache.py": "class Cache:\n    def get(self, key): ...",
    }
    assert check_files(files, select=("redis-per-request",)).findings == []
    row = {"kind": "client", "type": "core.cache.Cache", "methods": {"get": {"trips": 2}}}
    report = check_files(files, select=("redis-per-request",), catalog=[row])
    assert [f.message.partition(" (")[0] for f in report.findings] == ["2 Redis commands"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            {"kind": "client", "type": "a.B", "fre": ["close"]},
            "row 1 (client): unknown field 'fre'; did you mean 'free'?",
        ),
        ({"kind": "client"}, "row 1 (client): 'type' is missing"),
        (
            {"kind": "client", "type": "a.B", "resource": "rediss"},
            "row 1 (client): invalid enum value 'rediss' - at `$.resource`",
        ),
    ],
)
def test_a_wrong_row_is_named_by_its_number_and_kind(row: dict[str, object], reason: str) -> None:
    with pytest.raises(CatalogError) as error:
        configured_rows([row], "pyproject.toml")
    assert str(error.value) == f"pyproject.toml: tool.atomlint.catalog: {reason}"


def test_a_stated_method_that_is_free_is_taken_at_its_word() -> None:
    cache = "import redis\nclient = redis.Redis()\n\n\nclass Cache:\n    def get(self, key):\n        return client.get(key)\n"
    files = {"app.py": APP, "core/__init__.py": "", "core/cache.py": cache}
    assert len(check_files(files, select=("redis-per-request",)).findings) == 1
    row = {"kind": "client", "type": "core.cache.Cache", "free": ["get"]}
    assert check_files(files, select=("redis-per-request",), catalog=[row]).findings == []


# --- costs in rows -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "lower", "upper"),
    [
        ("redis.client.Redis().get", (1, 1), (1, 1)),
        ("redis.client.Redis().mget", (1, 1), (1, 1)),
        ("redis.client.Redis().scan_iter", (1, 1), (None, None)),
        ("redis.commands.core.Script()", (1, 1), (1, 1)),
        ("django.core.cache.cache.get_or_set", (1, 1), (3, 3)),
        ("django.core.cache.caches[].get", (1, 1), (1, 1)),
        ("django.db.models.Model().save", (1, 1), (2, 2)),
        ("rq.Queue().enqueue", None, None),
    ],
)
def test_an_operation_has_a_lower_and_an_upper_cost(
    place: str, lower: tuple[int, int] | None, upper: tuple[int | None, int | None] | None
) -> None:
    operation = CATALOG.operation(place)
    assert (operation and operation.lower, operation and operation.upper) == (lower, upper)


def test_a_row_states_a_range_with_least_and_most() -> None:
    row = Client("shop.Store", methods={"load": {"trips": 2, "commands": 5, "least-commands": 3, "most-commands": 9}})
    load = operation_of(row, "load")
    assert load is not None
    assert (load.lower, load.upper) == ((2, 3), (2, 9))


def test_a_method_that_may_cost_nothing_is_an_operation_all_the_same() -> None:
    row = Client("shop.Store", methods={"touch": {"trips": 0, "most-commands": 2, "most-trips": 2}})
    touch = operation_of(row, "touch")
    assert touch is not None
    assert (touch.lower, touch.upper) == ((0, 0), (2, 2))


@pytest.mark.parametrize(
    ("made", "is_async"),
    [
        ("redis.client.Redis().pipeline()", False),
        ("redis.asyncio.client.Redis().pipeline()", True),
        ("redis.asyncio.client.Redis().lock()", True),
        ("redis.asyncio.client.Redis().pubsub()", True),
        ("redis.asyncio.client.Redis().register_script()", True),
        ("upstash_redis.asyncio.Redis().multi()", True),
        ("upstash_redis.Redis().multi()", False),
        ("arq.create_pool()", True),
        ("sqlalchemy.ext.asyncio.async_sessionmaker()()", True),
        ("sqlalchemy.orm.sessionmaker()()", False),
        ("psycopg.AsyncConnection.connect()", True),
    ],
)
def test_what_an_asynchronous_client_makes_is_asynchronous(made: str, is_async: bool) -> None:
    client = CATALOG.client_of(CATALOG.canonical(made))
    assert client is not None
    assert client.is_async is is_async


def test_what_queues_gives_the_pipeline_back() -> None:
    queued = CATALOG.called(Value("ext", "redis.client.Pipeline().get"))
    assert queued.place == "redis.client.Pipeline()"


def test_one_row_of_a_manager_is_a_row() -> None:
    row = CATALOG.called(Value("ext", "django.db.models.Model.objects.filter().first"))
    assert row.place == "django.db.models.Model()"


def test_every_row_that_names_versions_names_its_library() -> None:
    assert [row.names for row in CATALOG.works if row.versions and not row.library] == []
    versioned = [(row.versions, bool(row.cost)) for row in CATALOG.works if row.library == "fastapi-limiter"]
    assert versioned == [("<0.2", True), (">=0.2", False)]


def test_a_configured_row_of_work_names_a_wrong_field() -> None:
    with pytest.raises(CatalogError, match=r"row 1 \(work\): unknown field 'costs'; did you mean 'cost'"):
        configured_rows([{"kind": "work", "names": ["a.b"], "costs": {}}], "pyproject.toml")
