"""`__table_args__` is neither a tuple nor a dict, or its dict does not stand last.

## Why
`(UniqueConstraint("name"))` is no tuple without a comma, and a list is none either: "__table_args__ value must be a
tuple, dict, or None". Options in a dict come last, or are refused as a constraint that they are not. The module
cannot be imported: the service does not start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy import UniqueConstraint
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __tablename__ = "events"
        __table_args__ = (UniqueConstraint("name"))
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]

## Good
    from sqlalchemy import UniqueConstraint
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __tablename__ = "events"
        __table_args__ = (UniqueConstraint("name"),)
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]

## Limits
Values that functions return are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-table-args", needs=NEEDS, severity="error", since="0.1")
def is_no_tuple(index: Index) -> bool:
    """Table arguments that are no tuple."""
    return has(index, "table-args")


@is_no_tuple.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "table-args")
