"""Subjects that speak SQL: SQLAlchemy's sessions, queries, connections and engines, and `databases`."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import Any

import pydantic
import sqlalchemy
import sqlmodel
from sqlalchemy import create_engine, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Query, Session, mapped_column
from sqlalchemy.pool import StaticPool

from .clients import Bench, Subject, public
from .server import Seen
from .statements import counted, django_statements, sqlalchemy_statements


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


@contextlib.contextmanager
def statements(_: Bench) -> Iterator[Seen]:
    seen = Seen()
    with sqlalchemy_statements() as sent:
        yield seen
    seen.sent, seen.trips = sent, len(sent)


def engine() -> Any:
    made = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(made)
    with Session(made) as session:
        session.add_all([Item(id=1, name="a"), Item(id=2, name="b")])
        session.commit()
    return made


async def async_engine() -> Any:
    made = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    async with made.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(made) as session:
        session.add_all([Item(id=1, name="a"), Item(id=2, name="b")])
        await session.commit()
    return made


ROW = select(Item)
SESSION = {
    "add": (Item(name="x"),), "add_all": ([],), "bind_mapper": (Item, create_engine("sqlite://")), "bind_table": (Item.__table__, create_engine("sqlite://")),
    "enable_relationship_loading": (Item(name="x"),), "execute": (ROW,), "scalar": (ROW,), "scalars": (ROW,), "exec": (ROW,),
    "get": (Item, 1), "get_one": (Item, 1), "query": (Item,), "identity_key": (Item, 1), "object_session": (Item(name="x"),),
    "stream": (ROW,), "stream_scalars": (ROW,), "run_sync": (id,), "bulk_insert_mappings": (Item, [{"name": "z"}]),
    "bulk_save_objects": ([Item(name="y")],), "bulk_update_mappings": (Item, [{"id": 1, "name": "z"}]), "is_modified": (Item(name="x"),),
    "connection_callable": (),
}  # fmt: skip
UNIT = frozenset({"add", "add_all", "delete", "delete_all", "merge", "merge_all", "commit", "flush"})
"""Work that waits for the next flush: measured where programs do it, in ``apps/deeds``."""
HELD = frozenset({"expire", "expunge", "refresh", "prepare", "execution_options", "dispatch", "connection_callable", "sync_session_class",
                  "close_all", "get_async_bind", "registry"})  # fmt: skip
"""Needs an object of the session's own, or two phases; and what is no method."""


def session(cls: Any) -> Subject:
    async def make(_: Bench) -> Any:
        return cls(engine() if cls in (Session, sqlmodel.Session) else await async_engine())

    name = {Session: "sqlalchemy.orm.Session", AsyncSession: "sqlalchemy.ext.asyncio.AsyncSession"}.get(
        cls, "sqlmodel.Session"
    )
    return Subject(
        name,
        make,
        public(cls, without=UNIT | HELD | ({"bind_mapper", "bind_table"} if cls is AsyncSession else set())),
        SESSION,
        watch=statements,
        is_redis=False,
    )


QUERY: dict[str, tuple[object, ...]] = {
    "add_column": (Item.name,), "add_columns": (Item.name,), "add_entity": (Item,), "correlate": (Item,), "cte": ("c",),
    "distinct": (), "enable_assertions": (False,), "enable_eagerloads": (False,), "execution_options": (), "filter": (Item.id == 1,),
    "where": (Item.id == 1,), "filter_by": (), "group_by": (Item.id,), "having": (Item.id == 1,), "join": (Item.__table__, text("1=1")),
    "outerjoin": (Item.__table__, text("1=1")), "label": ("l",), "limit": (1,), "offset": (1,), "options": (), "order_by": (Item.id,),
    "params": (), "prefix_with": ("/**/",), "suffix_with": ("/**/",), "select_from": (Item,), "set_label_style": (sqlalchemy.LABEL_STYLE_DEFAULT,),
    "slice": (0, 1), "with_entities": (Item.id,), "with_hint": (Item, ""), "with_statement_hint": ("",), "with_session": (None,),
    "with_transformation": (lambda query: query,), "yield_per": (10,), "autoflush": (False,), "from_statement": (ROW,), "get": (1,),
    "update": ({"name": "z"},), "value": (Item.id,), "values": (Item.id,), "tuples": (), "only_return_tuples": (True,), "instances": ((),),
}  # fmt: skip
SET = frozenset({"ext", "union", "union_all", "except_", "except_all", "intersect", "intersect_all", "merge_result", "with_parent",
                 "get_children", "memoized_attribute", "memoized_instancemethod", "dispatch", "join", "outerjoin", "one", "one_or_none",
                 "load_options", "instances", "scalar", "with_session", "lazy_loaded_from", "prefix_with", "suffix_with"})  # fmt: skip


def query(_: Bench) -> Any:
    return Session(engine()).query(Item)


def one_row(_: Bench) -> Any:
    return Session(engine()).query(Item).filter(Item.id == 1)


def connection(_: Bench) -> Any:
    return engine().connect()


async def async_connection(_: Bench) -> Any:
    return await (await async_engine()).connect()


CONNECTION = {
    "execute": (ROW,), "scalar": (ROW,), "scalars": (ROW,), "exec_driver_sql": ("select 1",), "stream": (ROW,), "stream_scalars": (ROW,),
    "run_sync": (id,), "schema_for_object": (Item.__table__,), "execution_options": (), "start": (),
}  # fmt: skip
TWO_PHASES = frozenset({"begin_twophase", "commit_prepared", "rollback_prepared", "recover_twophase", "dispatch", "start", "get_isolation_level",
                        "run_sync", "default_isolation_level", "detach", "dialect", "execution_options"})  # fmt: skip


async def database(_: Bench) -> Any:
    import databases

    made = databases.Database("sqlite+aiosqlite://")
    await made.connect()
    await made.execute("create table if not exists items (id integer, name text)")
    return made


DATABASE = {
    "execute": ("select 1",), "fetch_all": ("select 1",), "fetch_one": ("select 1",), "fetch_val": ("select 1",),
    "execute_many": ("insert into items values (:id, :name)", [{"id": n, "name": "x"} for n in range(3)]), "iterate": ("select 1",),
}  # fmt: skip


@contextlib.contextmanager
def aiosqlite_statements(_: Bench) -> Iterator[Seen]:
    """Statements of `databases`, which speaks to its drivers without SQLAlchemy's engines."""
    import aiosqlite

    seen = Seen()
    cursor, connection = aiosqlite.Cursor.execute, aiosqlite.Connection.execute

    def noting(real: Any) -> Any:
        def execute(self: Any, sql: str, parameters: Any = None) -> Any:
            if counted(sql):
                seen.sent.append(sql)
            return real(self, sql, parameters)

        return execute

    aiosqlite.Cursor.execute, aiosqlite.Connection.execute = noting(cursor), noting(connection)
    try:
        yield seen
    finally:
        aiosqlite.Cursor.execute, aiosqlite.Connection.execute = cursor, connection
    seen.trips = seen.count


@contextlib.contextmanager
def django(_: Bench) -> Iterator[Seen]:
    seen = Seen()
    with django_statements() as sent:
        yield seen
    seen.sent, seen.trips = sent, len(sent)


def django_row(_: Bench) -> Any:
    from desk.tickets.models import Queue, Ticket

    queue = Queue.objects.create(name="mine")
    Ticket.objects.create(title="one", queue=queue)
    return queue


class Row(pydantic.BaseModel):
    """What FastCRUD is given to write."""

    id: int = 1
    name: str = "z"


class WithSession:
    """FastCRUD's methods with the session that each of them wants first."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    def __getattr__(self, name: str) -> Any:
        import fastcrud

        return functools.partial(getattr(fastcrud.FastCRUD(Item), name), self.session)


async def crud(_: Bench) -> Any:
    return WithSession(AsyncSession(await async_engine()))


CRUD: dict[str, tuple[object, ...]] = {
    "get": (), "exists": (), "count": (), "create": (Row(id=7),), "get_multi": (), "get_multi_by_cursor": (), "update": (Row(),),
    "upsert": (Row(),), "delete": (), "db_delete": (),
}  # fmt: skip
CRUD_KEYWORDS = {name: {"id": 1} for name in ("get", "exists", "update", "delete", "db_delete")}
MODEL = frozenset({"save", "asave", "delete", "adelete", "refresh_from_db", "arefresh_from_db"})
SUBJECTS = (
    Subject("django.db.models.Model", django_row, MODEL, watch=django, is_redis=False),
    Subject("databases.Database", database, frozenset(DATABASE), DATABASE, watch=aiosqlite_statements, is_redis=False),
    Subject("fastcrud.FastCRUD", crud, frozenset(CRUD), CRUD, CRUD_KEYWORDS, watch=statements, is_redis=False),
    session(Session),
    session(AsyncSession),
    session(sqlmodel.Session),
    Subject("sqlalchemy.orm.Query", query, public(Query, without=SET), QUERY, watch=statements, is_redis=False),
    Subject("sqlalchemy.orm.Query", one_row, frozenset({"one", "one_or_none", "scalar"}), watch=statements, is_redis=False),
    Subject("sqlalchemy.engine.Connection", connection, public(sqlalchemy.Connection, without=TWO_PHASES), CONNECTION, watch=statements, is_redis=False),
    Subject("sqlalchemy.engine.Engine", lambda _: engine(), public(sqlalchemy.Engine, without=frozenset({"dispatch"})), watch=statements, is_redis=False),
    Subject("sqlalchemy.ext.asyncio.AsyncConnection", async_connection, public(AsyncConnection, without=TWO_PHASES), CONNECTION, watch=statements, is_redis=False),
    Subject("sqlalchemy.ext.asyncio.AsyncEngine", lambda _: async_engine(), public(AsyncEngine, without=frozenset({"begin", "connect", "dialect"})), watch=statements, is_redis=False),
)  # fmt: skip
