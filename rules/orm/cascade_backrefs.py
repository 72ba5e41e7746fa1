"""A relationship switches `cascade_backrefs` on, which 2.0 took away.

## Why
"The 'cascade_backrefs' parameter passed to relationship() may only be set to False." The module cannot be imported:
the service does not start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        files = relationship("File", cascade_backrefs=True)

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
        files = relationship("File", cascade_backrefs=False)

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


@rule("orm-cascade-backrefs", needs=NEEDS, severity="error", since="0.1")
def cascades_along_backrefs(index: Index) -> bool:
    """A relationship with cascade_backrefs switched on."""
    return has(index, "cascade-backrefs")


@cascades_along_backrefs.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "cascade-backrefs")
