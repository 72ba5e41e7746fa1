"""A relationship is read of a row that an `AsyncSession` loaded without it.

## Why
The first reading of a relationship sends a query. With an `AsyncSession` it would have to be awaited, and an attribute
cannot be: SQLAlchemy raises "MissingGreenlet: greenlet_spawn has not been called". It works in tests as long as the other
rows happen to be in the session already.

## Bad
    from sqlalchemy import ForeignKey, select
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class Order(Base):
        __tablename__ = "orders"
        id: Mapped[int] = mapped_column(primary_key=True)
        items: Mapped[list["Item"]] = relationship()

    class Item(Base):
        __tablename__ = "items"
        id: Mapped[int] = mapped_column(primary_key=True)
        order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))

    async def size(session: AsyncSession, number: int) -> int:
        result = await session.execute(select(Order).where(Order.id == number))
        order = result.scalar_one()
        return len(order.items)

## Good
    from sqlalchemy import ForeignKey, select
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

    class Base(DeclarativeBase):
        pass

    class Order(Base):
        __tablename__ = "orders"
        id: Mapped[int] = mapped_column(primary_key=True)
        items: Mapped[list["Item"]] = relationship()

    class Item(Base):
        __tablename__ = "items"
        id: Mapped[int] = mapped_column(primary_key=True)
        order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))

    async def size(session: AsyncSession, number: int) -> int:
        result = await session.execute(select(Order).where(Order.id == number).options(selectinload(Order.items)))
        order = result.scalar_one()
        return len(order.items)

## Limits
A row is followed through local names, loops, functions that return it, dependencies of FastAPI, and into the methods and
functions that get it, as far as these read the attribute whenever they run. Of what a schema of pydantic reads, the fields
of `model_validate(row)`, `from_orm(row)` and FastAPI's `response_model` are seen, unless it has validators or aliases; not
those of the schemas inside of it. Not seen are the second step of `order.customer.address`, what a lambda reads, rows that
the program itself made and saved, and columns that a commit expired. A relationship that leads to one row is reported with
medium confidence, for that row may be in the session already; not at all where the function mentions its class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Finding, Index, Note, rule

from .._readings import place_of
from .._schemas import SchemaReading
from ._async_reads import async_reads

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDS = ("AsyncSession", "async_sessionmaker", "async_scoped_session", "relationship(", "Relationship(")


@rule("orm-lazy-load-in-async", needs=NEEDS, severity="error", since="0.1")
def is_read_late(index: Index) -> bool:
    """A project in which a relationship is read of a row that came without it."""
    return bool(async_reads(index))


@is_read_late.on("*")
def report(ctx: Context, index: Index) -> Iterator[Finding]:
    """The first reading in each function, and the query that lacks the relationship."""
    for read in async_reads(index):
        model, attribute = read.relationship.owner.name, read.relationship.name
        (function, name), (reader, read_name) = read.steps[0], read.steps[-1]
        query = index.call(read.rows.path, read.rows.call)
        is_told = len(read.steps) == 1 and not isinstance(read.direct, SchemaReading)
        what = f"{name} is not loaded" if is_told else f"{name} reads {attribute}, which is not loaded"
        finding = ctx.finding(
            read.direct.span() if read.direct is not None else place_of(index, function, name),
            f"{what}: its query is sent where nothing awaits it, and raises MissingGreenlet",
            confidence=Confidence.HIGH if read.sure else Confidence.MEDIUM,
        ).with_symbol(f"{model}.{attribute}")
        notes = [Note(query.span, f"the row is loaded here, without {attribute}")]
        if len(read.steps) > 1:
            notes.append(Note(place_of(index, reader, read_name), f"{attribute} is read here"))
        notes.append(
            Note(index.mapping.span_of(read.relationship.place), f"{attribute} is loaded when it is first read")
        )
        yield finding.with_related(*notes).with_help(
            f"load it with the row: .options(selectinload({model}.{attribute})), or await its awaitable_attrs"
        )
