"""A foreign key names a table that does not exist.

## Why
No relationship needs it, so that mappers configure and queries run. `create_all`, Alembic's autogenerate and flushes
fail: "Foreign key associated with column could not find table".

## Bad
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        parent_id = Column(Integer, ForeignKey("order.id"))

## Good
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        parent_id = Column(Integer, ForeignKey("orders.id"))

## Limits
Quiet where a MetaData is reflected, or holds tables whose names are computed. A table that is made by hand and lies in no
MetaData is reported: SQLAlchemy needs it there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-unresolved-foreign-key", needs=NEEDS, severity="error", since="0.1")
def names_no_table(index: Index) -> bool:
    """A foreign key to nowhere."""
    return has(index, "unresolved-foreign-key")


@names_no_table.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "unresolved-foreign-key")
