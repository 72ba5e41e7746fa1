"""A relationship is given both `backref` and `back_populates`.

## Why
`backref` makes the other side, `back_populates` names one that is there: "backref and back_populates keyword
arguments are mutually exclusive", when the class is defined. The module cannot be imported: the service does not
start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)

    class File(Base):
        __tablename__ = "files"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
        owner = relationship("User", backref="files", back_populates="files")

## Good
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)

    class File(Base):
        __tablename__ = "files"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
        owner = relationship("User", backref="files")

## Limits
Keywords that come from a dictionary are not always known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-backref-and-back-populates", needs=NEEDS, severity="error", since="0.1")
def has_both(index: Index) -> bool:
    """A relationship with both backref and back_populates."""
    return has(index, "backref-and-back-populates")


@has_both.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "backref-and-back-populates")
