"""A mixin's foreign key is given a column that belongs to no table.

## Why
Columns of a mixin are copied for each class, and a copy's foreign key cannot lead to the original, which no table
has: "Columns with foreign keys to non-table-bound columns must be declared as @declared_attr callables". Text targets
are fine from 2.0 on.

## Bad
    from sqlalchemy import ForeignKey, Integer
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Owned:
        reference = mapped_column(Integer)
        copy = mapped_column(Integer, ForeignKey(reference))

    class File(Owned, Base):
        __tablename__ = "files"
        id: Mapped[int] = mapped_column(primary_key=True)

## Good
    from sqlalchemy import Integer
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Owned:
        reference = mapped_column(Integer)
        copy = mapped_column(Integer)

    class File(Owned, Base):
        __tablename__ = "files"
        id: Mapped[int] = mapped_column(primary_key=True)

## Limits
1.4 refuses text targets as well; that is not reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-mixin-column", needs=NEEDS, severity="error", since="0.1")
def refers_to_a_column_without_table(index: Index) -> bool:
    """A mixin's foreign key that is given a column object."""
    return has(index, "mixin-column")


@refers_to_a_column_without_table.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "mixin-column")
