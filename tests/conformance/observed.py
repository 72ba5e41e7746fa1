"""Drives the small applications below ``apps`` and notes what each request sends."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .statements import django_statements, sqlalchemy_statements

if TYPE_CHECKING:
    from .server import Server

APPS = Path(__file__).parent / "apps"


def files_of(*names: str) -> dict[str, str]:
    """The texts of some applications, by paths as below ``apps``."""
    return {
        path.relative_to(APPS).as_posix(): path.read_text("utf-8")
        for name in names
        for path in sorted((APPS / name).rglob("*.py"))
    }


NONE: Mapping[str, str] = {}


class Request(NamedTuple):
    """One request, and the status that it is answered with."""

    url: str
    status: int = 200
    headers: Mapping[str, str] = NONE
    json: Any = None
    body: str = ""


@dataclass
class Drive:
    """A route as the index names it, and requests to it."""

    method: str
    path: str
    requests: tuple[Request, ...]
    """Sent one after the other, twice: what is kept in the process is empty at first."""
    once: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Observation:
    """Commands and statements of a route's requests, those of refused requests apart."""

    redis: list[int] = field(default_factory=list)
    database: list[int] = field(default_factory=list)
    refused: list[tuple[int, int]] = field(default_factory=list)
    sent: list[list[str]] = field(default_factory=list)


class App(NamedTuple):
    name: str
    client: Callable[[], contextlib.AbstractContextManager[Callable[[str, Request], int]]]
    """Starts the application anew; gives what sends a request and says its status."""
    seed: tuple[tuple[str, ...], ...]
    drives: tuple[Drive, ...]
    statements: Callable[[], contextlib.AbstractContextManager[list[str]]] = sqlalchemy_statements


def observe(server: Server, app: App, drive: Drive) -> Observation:
    """Runs a route's requests against the real servers; once more where a script had to be loaded."""
    while True:
        found = Observation()
        server.command("FLUSHALL")
        for words in app.seed:
            server.command(*words)
        with app.client() as send, app.statements() as statements:
            for request in drive.requests * (1 if drive.once else 2):
                statements.clear()
                with server.watch() as seen:
                    status = send(drive.method, request)
                if status != request.status:
                    raise AssertionError(f"{drive}: {request.url} was answered with {status}")
                if status < 400:
                    found.redis.append(seen.count)
                    found.database.append(len(statements))
                else:
                    found.refused.append((seen.count, len(statements)))
                found.sent.append(seen.sent)
        if not any("SCRIPT" in sent for sent in found.sent):
            return found


def fresh(module: str) -> Any:
    """Imports an application as a new process would."""
    package = module.partition(".")[0]
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]
    return importlib.import_module(module)


@contextlib.contextmanager
def starlette(module: str, prepare: Callable[[], None] | None = None) -> Iterator[Callable[[str, Request], int]]:
    from starlette.testclient import TestClient

    app = fresh(module).app
    if prepare is not None:
        prepare()
    with TestClient(app, raise_server_exceptions=True) as client:

        def send(method: str, request: Request) -> int:
            kind = (
                {"json": request.json}
                if request.json is not None
                else {"content": request.body}
                if request.body
                else {}
            )
            return client.request(method, request.url, headers=request.headers, **kind).status_code

        yield send


@contextlib.contextmanager
def flask(module: str, prepare: Callable[[Any], None]) -> Iterator[Callable[[str, Request], int]]:
    app = fresh(module).app
    with app.app_context():
        prepare(app)

    def send(method: str, request: Request) -> int:
        kind = {"json": request.json} if request.json is not None else {}
        return app.test_client().open(request.url, method=method, headers=request.headers, **kind).status_code

    yield send


@contextlib.contextmanager
def django(prepare: Callable[[], None]) -> Iterator[Callable[[str, Request], int]]:
    from django.test import Client

    prepare()

    def send(method: str, request: Request) -> int:
        return Client().generic(method, request.url, request.body).status_code

    yield send


def notes() -> App:
    me = {"Authorization": "token"}
    seed = (
        ("SET", "session:token", "ann"), ("SADD", "admins", "ann"), ("SET", "note:1", "first"), ("SET", "note:2", "second"),
        ("SADD", "notes:ann", "1", "2"), ("HSET", "settings:acme", "theme", "dark"), ("SET", "notes", "2"),
        ("ZADD", "board:a", "1", "ann", "2", "bob"), ("SET", "session:new", "eve"),
    )  # fmt: skip
    drives = (
        Drive("GET", "/health", (Request("/health"),)),
        Drive("GET", "/version", (Request("/version"),)),
        Drive("GET", "/notes/{note}", (Request("/notes/1"), Request("/notes/9", 404))),
        Drive("POST", "/notes", (Request("/notes?text=x", headers=me), Request("/notes?text=x", 401))),
        Drive("GET", "/notes", (Request("/notes", headers=me), Request("/notes", headers={"Authorization": "new"}))),
        Drive("GET", "/notes-at-once", (Request("/notes-at-once", headers=me), Request("/notes-at-once", headers={"Authorization": "new"}))),
        Drive("DELETE", "/notes/{note}", (Request("/notes/1", headers=me), Request("/notes/9", headers=me))),
        Drive("GET", "/me", (Request("/me", headers=me),)),
        Drive("GET", "/settings/{tenant}", (Request("/settings/acme"), Request("/settings/none"))),
        Drive("GET", "/overview", (Request("/overview"),)),
        Drive("POST", "/announce", (Request("/announce?text=hi"),)),
        Drive("POST", "/reindex", (Request("/reindex"),)),
        Drive("POST", "/boards/{board}/points", (Request("/boards/a/points?player=ann", headers=me),)),
        Drive("POST", "/boards/{board}/views", (Request("/boards/a/views", headers=me),)),
        Drive("GET", "/boards/{board}/weeks", (Request("/boards/a/weeks", headers=me),)),
        Drive("GET", "/boards/{board}/top", (Request("/boards/a/top", headers=me),)),
        Drive("POST", "/boards/{board}/import", (Request("/boards/a/import", headers=me, json={"ann": 1, "bob": 2, "eve": 3}),)),
        Drive("GET", "/boards/{board}/all", (Request("/boards/a/all", headers=me),)),
    )  # fmt: skip
    return App("notes", lambda: starlette("notes.main"), seed, drives)


def store() -> App:
    drives = (
        Drive("GET", "/internal/ready", (Request("/internal/ready"),)),
        Drive("GET", "/products/{number}", (Request("/products/1"), Request("/products/2"))),
        Drive("GET", "/products/{number}/stock", (Request("/products/1/stock"),)),
        Drive("PUT", "/products/{number}/stock", (Request("/products/1/stock?value=3"),)),
        Drive("GET", "/orders/summary", (Request("/orders/summary"),)),
        Drive("POST", "/orders/close", (Request("/orders/close", json=[1, 2, 3]), Request("/orders/close", json=[]))),
        Drive("GET", "/banner", (Request("/banner"),)),
        Drive("POST", "/reserve/{number}", (Request("/reserve/1"),)),
        Drive("GET", "/search", (Request("/search?words=a+b"), Request("/search"))),
        Drive("POST", "/baskets/{basket}", (Request("/baskets/b?number=1"),)),
        Drive("GET", "/baskets/{basket}", (Request("/baskets/b"),)),
        Drive("DELETE", "/baskets/{basket}", (Request("/baskets/b"),)),
        Drive("POST", "/products/{number}/views", (Request("/products/1/views"),)),
    )
    return App("store", lambda: starlette("store.main"), (("SADD", "flags", "banner"),), drives)


def edge() -> App:
    key = {"X-Key": "k1"}
    drives = (
        Drive("GET", "/healthz", (Request("/healthz"),)),
        Drive("GET", "/whoami", (Request("/whoami", headers=key), Request("/whoami", 401))),
        Drive("GET", "/links/{name}", (Request("/links/a", headers=key),)),
        Drive("PUT", "/links/{name}", (Request("/links/a", headers=key, body="http://example.org"),)),
        Drive("POST", "/v1/usage", (Request("/v1/usage", headers=key),)),
    )
    return App("edge", lambda: starlette("edge.main"), (("HSET", "keys", "k1", "ann"),), drives)


def ledger_tables() -> None:
    database, models = sys.modules["ledger.database"], sys.modules["ledger.models"]
    database.Base.metadata.drop_all(database.engine)
    database.Base.metadata.create_all(database.engine)
    with database.SessionLocal() as session:
        tenant = models.Tenant(slug="acme")
        tenant.accounts = [
            models.Account(name=f"a{n}", entries=[models.Entry(amount=n), models.Entry(amount=1)]) for n in range(5)
        ]
        session.add_all([tenant, models.Tenant(slug="bare")])
        session.commit()


def ledger() -> App:
    acme, bare = {"X-Tenant": "acme"}, {"X-Tenant": "bare"}
    drives = (
        Drive("GET", "/ping", (Request("/ping"),)),
        Drive("GET", "/tenant", (Request("/tenant", headers=acme), Request("/tenant", 404))),
        Drive("GET", "/accounts/{number}", (Request("/accounts/1"),)),
        Drive("GET", "/accounts", (Request("/accounts", headers=acme),)),
        Drive("GET", "/balances", (Request("/balances", headers=acme), Request("/balances", headers=bare))),
        Drive("GET", "/balances/lazy", (Request("/balances/lazy"),)),
        Drive("GET", "/balances/eager", (Request("/balances/eager"),)),
        Drive("GET", "/balances/joined", (Request("/balances/joined"),)),
        Drive("POST", "/accounts/{number}/entries", (Request("/accounts/1/entries?amount=5"),)),
        Drive("GET", "/page", (Request("/page"),)),
        Drive("PUT", "/accounts/{number}", (Request("/accounts/1?name=new"), Request("/accounts/99?name=new", 404))),
        Drive("DELETE", "/entries/{number}", (Request("/entries/1"),), once=True),
        Drive("POST", "/transfers", (Request("/transfers?source=1&target=2&amount=3"),)),
        Drive("POST", "/accounts", (Request("/accounts?name=x", headers=acme),)),
        Drive("POST", "/accounts/{number}/reset", (Request("/accounts/1/reset"),)),
        Drive("GET", "/tenants/{slug}/known", (Request("/tenants/acme/known"),)),
        Drive("PATCH", "/async/accounts/{number}", (Request("/async/accounts/1?name=new"),)),
        Drive("GET", "/async/accounts/{number}", (Request("/async/accounts/1"),)),
        Drive("GET", "/async/accounts", (Request("/async/accounts"),)),
        Drive("GET", "/async/totals", (Request("/async/totals"),)),
        Drive("POST", "/async/tenants", (Request("/async/tenants?slug=acme"), Request("/async/tenants?slug=new"))),
    )
    return App("ledger", lambda: starlette("ledger.main", ledger_tables), (), drives)


def blog_tables(app: Any) -> None:
    db, models = sys.modules["blog.extensions"].db, sys.modules["blog.models"]
    db.drop_all()
    db.create_all()
    db.session.add_all([models.Author(id=1, name="ann"), models.Author(id=2, name="bob")])
    db.session.add_all([models.Post(id=n, title=f"post {n}", author_id=1) for n in range(1, 4)])
    db.session.commit()


def blog() -> App:
    token = {"X-Token": "t"}
    drives = (
        Drive("GET", "/", (Request("/"),)),
        Drive("GET", "/about", (Request("/about"),)),
        Drive("GET", "/api/posts", (Request("/api/posts", headers=token), Request("/api/posts", 401))),
        Drive(
            "GET", "/api/posts/{number}", (Request("/api/posts/1", headers=token), Request("/api/posts/99", 404, token))
        ),
        Drive("GET", "/api/authors", (Request("/api/authors", headers=token),)),
        Drive("POST", "/api/posts", (Request("/api/posts", headers=token, json={"title": "new"}),)),
        Drive(
            "GET",
            "/api/pages/{number}",
            (Request("/api/pages/1", headers=token), Request("/api/pages/9", headers=token)),
        ),
        Drive("GET", "/api/search", (Request("/api/search?word=post", headers=token),)),
    )
    return App("blog", lambda: flask("blog.app", blog_tables), (("HSET", "tokens", "t", "ann"),), drives)


def desk_tables() -> None:
    from django.core.management import call_command
    from django.db import connection

    models = sys.modules["desk.tickets.models"]
    if "tickets_ticket" not in connection.introspection.table_names():
        call_command("migrate", "--run-syncdb", verbosity=0)
    models.Queue.objects.all().delete()
    first, second = models.Queue.objects.create(pk=1, name="first"), models.Queue.objects.create(pk=2, name="second")
    for number in range(1, 5):
        models.Ticket.objects.create(pk=number, title=f"t{number}", queue=first if number % 2 else second)


def desk() -> App:
    paths = (
        "status",
        "tickets",
        "with-queues",
        "with-queues-joined",
        "counts",
        "queue-names",
        "ticket-view",
        "throttled",
        "open",
    )
    drives = (
        *(Drive("GET", f"/desk/{path}", (Request(f"/desk/{path}"),)) for path in paths),
        Drive("GET", "/desk/tickets/{number}", (Request("/desk/tickets/1"),)),
        Drive("POST", "/desk/ticket-view", (Request("/desk/ticket-view"),)),
    )
    return App("desk", lambda: django(desk_tables), (), drives, django_statements)


def hub_tables() -> None:
    storage, models = sys.modules["hub.storage"], sys.modules["hub.models"]
    models.SQLModel.metadata.drop_all(storage.engine)
    models.SQLModel.metadata.create_all(storage.engine)
    with storage.Session(storage.engine) as session:
        session.add(models.Project(id=1, slug="one", owner="ann"))
        session.add_all([models.Member(project_id=1, name=name) for name in ("ann", "bob")])
        session.commit()
    models.SQLModel.metadata.clear()


def hub() -> App:
    drives = (
        Drive("GET", "/alive", (Request("/alive"),)),
        Drive("GET", "/limited", (Request("/limited"),)),
        Drive("GET", "/figures", (Request("/figures"),)),
        Drive("GET", "/state", (Request("/state"),)),
        Drive("GET", "/api/projects/{slug}", (Request("/api/projects/one"), Request("/api/projects/two", 404))),
        Drive("GET", "/api/projects/{slug}/members", (Request("/api/projects/one/members"),)),
        Drive("POST", "/api/projects/{slug}/members", (Request("/api/projects/one/members?name=eve"),)),
        Drive("GET", "/api/projects/{slug}/online", (Request("/api/projects/one/online"),)),
        Drive("POST", "/api/projects/{slug}/hit", (Request("/api/projects/one/hit"),)),
        Drive(
            "POST",
            "/api/projects/{slug}/visit",
            (Request("/api/projects/one/visit"), Request("/api/projects/secret/visit")),
        ),
        Drive("GET", "/api/projects/", (Request("/api/projects/"),)),
    )
    seed = (("RPUSH", "recent", "one", "two"), ("SADD", "hidden", "secret"))
    return App("hub", lambda: starlette("hub.main", hub_tables), seed, drives)


ALL = (notes, store, edge, hub, ledger, blog, desk)
