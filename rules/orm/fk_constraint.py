"""A `ForeignKeyConstraint` has more columns than targets, or targets in several tables.

## Why
Each column refers to one of the same table, in order. The module cannot be imported: the service does not start, and
neither does anything else that imports its models.

## Bad
    from sqlalchemy import ForeignKeyConstraint
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Shelf(Base):
        __tablename__ = "shelves"
        hall: Mapped[int] = mapped_column(primary_key=True)
        number: Mapped[int] = mapped_column(primary_key=True)

    class Box(Base):
        __tablename__ = "boxes"
        __table_args__ = (ForeignKeyConstraint(["hall", "number"], ["shelves.hall"]),)
        id: Mapped[int] = mapped_column(primary_key=True)
        hall: Mapped[int]
        number: Mapped[int]

## Good
    from sqlalchemy import ForeignKeyConstraint
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Shelf(Base):
        __tablename__ = "shelves"
        hall: Mapped[int] = mapped_column(primary_key=True)
        number: Mapped[int] = mapped_column(primary_key=True)

    class Box(Base):
        __tablename__ = "boxes"
        __table_args__ = (ForeignKeyConstraint(["hall", "number"], ["shelves.hall", "shelves.number"]),)
        id: Mapped[int] = mapped_column(primary_key=True)
        hall: Mapped[int]
        number: Mapped[int]

## Limits
Lists that are computed are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-fk-constraint", needs=NEEDS, severity="error", since="0.1")
def refers_unevenly(index: Index) -> bool:
    """A ForeignKeyConstraint that cannot be."""
    return has(index, "fk-constraint")


@refers_unevenly.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "fk-constraint")
