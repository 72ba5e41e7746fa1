"""A relationship's `cascade` names an option that does not exist, or `delete-orphan` without `delete`.

## Why
"Invalid cascade option(s): 'delete_orphan'" stops the import. `delete-orphan` alone only warns: rows that lose their
parent are deleted, but those of a deleted parent are not.

## Bad
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        files = relationship("File", cascade="all, delete_orphan")

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
        files = relationship("File", cascade="all, delete-orphan")

    class File(Base):
        __tablename__ = "files"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

## Limits
Cascades of `backref(...)` are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-cascade-option", needs=NEEDS, severity="error", since="0.1")
def cascades_by_an_unknown_word(index: Index) -> bool:
    """A cascade that does not exist, or that lacks another."""
    return has(index, "cascade-option")


@cascades_by_an_unknown_word.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "cascade-option")
