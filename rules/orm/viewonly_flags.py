"""A relationship with `viewonly=True` is told how to write.

## Why
What is only viewed writes nothing: `passive_deletes` and its like are ignored with a warning, and `sync_backref=True`
is refused, here and on the other side of it. Whoever wrote both expects writes that do not happen.

## Bad
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        files = relationship("File", viewonly=True, passive_deletes=True)

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
        files = relationship("File", viewonly=True)

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


@rule("orm-viewonly-flags", needs=NEEDS, severity="warning", since="0.1")
def contradicts_viewonly(index: Index) -> bool:
    """A relationship that is only viewed, and told how to write."""
    return has(index, "viewonly-flags")


@contradicts_viewonly.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "viewonly-flags")
