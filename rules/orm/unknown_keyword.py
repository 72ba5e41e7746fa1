"""A column, a relationship or a mapper is given a keyword that it does not take.

## Why
A misspelt keyword is refused when the class is defined: `relationship(back_populate=...)`, `Column(nulable=False)`, a
wrong key in `__mapper_args__`. The module cannot be imported: the service does not start, and neither does anything
else that imports its models.

## Bad
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        files = relationship("File", back_populate="owner")

    class File(Base):
        __tablename__ = "files"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
        owner = relationship("User", back_populates="files")

## Good
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        files = relationship("File", back_populates="owner")

    class File(Base):
        __tablename__ = "files"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
        owner = relationship("User", back_populates="files")

## Limits
Keywords of columns that hold an underscore are taken for those of a database dialect, as SQLAlchemy does. Subclasses
of `Column` take what they like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-unknown-keyword", needs=NEEDS, severity="error", since="0.1")
def has_an_unknown_keyword(index: Index) -> bool:
    """A keyword that a column, a relationship or a mapper does not take."""
    return has(index, "unknown-keyword")


@has_an_unknown_keyword.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "unknown-keyword")
