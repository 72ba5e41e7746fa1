"""A constraint or an index names a column that the table does not have.

## Why
Constraints name columns of the table, not attributes of the class, and are resolved when the class is defined: "Can't
create UniqueConstraint on table 'events': no column named 'nmae' is present". The module cannot be imported: the
service does not start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy import UniqueConstraint
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __tablename__ = "events"
        __table_args__ = (UniqueConstraint("nmae"),)
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
Quiet when the table may have more columns than are known. Expressions in indexes are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-constraint-column", needs=NEEDS, severity="error", since="0.1")
def constrains_what_is_not_there(index: Index) -> bool:
    """A constraint or index over a column that the table lacks."""
    return has(index, "constraint-column")


@constrains_what_is_not_there.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "constraint-column")
