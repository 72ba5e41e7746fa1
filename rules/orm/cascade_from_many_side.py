"""A delete cascade stands on the many side of a relationship.

## Why
A cascade goes the way that the relationship goes. On the half that leads from many rows to one, deleting any of the many
deletes the one, and often, by its own cascades, all the others: an order that is deleted takes its customer along.
SQLAlchemy accepts it. The cascade was nearly always meant for the other half.

## Bad
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class Customer(Base):
        __tablename__ = "customers"
        id: Mapped[int] = mapped_column(primary_key=True)
        orders: Mapped[list["Order"]] = relationship(back_populates="customer")

    class Order(Base):
        __tablename__ = "orders"
        id: Mapped[int] = mapped_column(primary_key=True)
        customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
        customer: Mapped["Customer"] = relationship(back_populates="orders", cascade="all")

## Good
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class Customer(Base):
        __tablename__ = "customers"
        id: Mapped[int] = mapped_column(primary_key=True)
        orders: Mapped[list["Order"]] = relationship(back_populates="customer", cascade="all, delete-orphan")

    class Order(Base):
        __tablename__ = "orders"
        id: Mapped[int] = mapped_column(primary_key=True)
        customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
        customer: Mapped["Customer"] = relationship(back_populates="orders")

## Limits
`single_parent=True`, and relationships with one row on either side, are taken for what was meant. Cascades of the database
(`ondelete`) are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-cascade-from-many-side", needs=NEEDS, severity="warning", since="0.1")
def deletes_the_one(index: Index) -> bool:
    """A cascade that leads from many rows to one."""
    return has(index, "cascade-from-many-side")


@deletes_the_one.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "cascade-from-many-side")
