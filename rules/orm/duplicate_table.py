"""A table is defined twice in one MetaData.

## Why
A MetaData holds each table once. The second definition fails when its module is imported: "Table 'audit' is already
defined for this MetaData instance". Whether that happens can depend on which modules a process imports, so that a
worker or a migration fails where the web service starts.

## Bad
    from sqlalchemy import Column, Integer, Table
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    audit = Table("audit", Base.metadata, Column("id", Integer, primary_key=True))

    class Audit(Base):
        __tablename__ = "audit"
        id: Mapped[int] = mapped_column(primary_key=True)

## Good
    from sqlalchemy import Column, Integer, Table
    from sqlalchemy.orm import DeclarativeBase

    class Base(DeclarativeBase):
        pass

    audit = Table("audit", Base.metadata, Column("id", Integer, primary_key=True))

    class Audit(Base):
        __table__ = audit

## Limits
Table names computed by code, and a module that is imported under two names, are not seen. Modules that no common
module imports count as alternatives. `extend_existing=True` and `keep_existing=True` permit a second definition: two
classes of one table are then `orm-duplicate-class`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-duplicate-table", needs=NEEDS, severity="error", since="0.1")
def defines_a_table_twice(index: Index) -> bool:
    """A table that one MetaData is given twice."""
    return has(index, "duplicate-table")


@defines_a_table_twice.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "duplicate-table")
