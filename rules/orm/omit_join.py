"""A relationship switches `omit_join` on.

## Why
SQLAlchemy finds out by itself when a join can be left out of a `selectin` load. Switched on by hand, it loads wrong
rows where the join was needed, and warns: "setting omit_join to True is not supported".

## Bad
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        files = relationship("File", lazy="selectin", omit_join=True)

    class File(Base):
        __tablename__ = "files"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

## Good
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        files = relationship("File", lazy="selectin", omit_join=False)

    class File(Base):
        __tablename__ = "files"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

## Limits
Values that are not constant are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-omit-join", needs=NEEDS, severity="warning", since="0.1")
def omits_a_join(index: Index) -> bool:
    """A relationship with omit_join switched on."""
    return has(index, "omit-join")


@omits_a_join.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "omit-join")
