"""Tables refer to each other in a circle.

## Why
Nothing can be created, dropped or filled first. SQLAlchemy warns "Cannot correctly sort tables"; on databases that cannot
add constraints later, such as SQLite, dropping the tables fails, and inserting rows needs `post_update`.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        last_order_id = Column(Integer, ForeignKey("orders.id"))

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer, ForeignKey("customers.id"))

## Good
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        last_order_id = Column(Integer, ForeignKey("orders.id", use_alter=True, name="fk_customers_last_order"))

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer, ForeignKey("customers.id"))

## Limits
A circle within one table is fine. Constraints that a migration alone adds are not seen, and tables that a revision of
Alembic defines for itself are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-table-cycle", needs=NEEDS, severity="warning", since="0.1")
def goes_in_circles(index: Index) -> bool:
    """Foreign keys that close a circle."""
    return has(index, "table-cycle")


@goes_in_circles.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "table-cycle")
