"""`PrimaryKeyConstraint` names other columns than those that say `primary_key=True`.

## Why
The constraint wins, and the table has another key than its columns say: "not matching locally specified columns".
Rows that the class takes for different can clash.

## Bad
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    from sqlalchemy import PrimaryKeyConstraint

    class Event(Base):
        __tablename__ = "events"
        __table_args__ = (PrimaryKeyConstraint("stream"),)
        id: Mapped[int] = mapped_column(primary_key=True)
        stream: Mapped[int]

## Good
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    from sqlalchemy import PrimaryKeyConstraint

    class Event(Base):
        __tablename__ = "events"
        __table_args__ = (PrimaryKeyConstraint("id"),)
        id: Mapped[int] = mapped_column(primary_key=True)
        stream: Mapped[int]

## Limits
Quiet when the table may have more columns than are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-pk-warning", needs=NEEDS, severity="warning", since="0.1")
def disagrees_on_its_key(index: Index) -> bool:
    """Columns and constraint that disagree on the primary key."""
    return has(index, "pk-warning")


@disagrees_on_its_key.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "pk-warning")
