"""An annotation of a mapped attribute cannot be read by SQLAlchemy.

## Why
From 2.0 on, annotations say what is mapped. SQLAlchemy refuses, when the class is defined, what it cannot read: a
construct of its own without `Mapped[...]`, a Python type that no column type belongs to, a column type instead of a
Python type, a name that is imported under `TYPE_CHECKING` alone, a collection that cannot be made. The module cannot
be imported: the service does not start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy import String
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __tablename__ = "events"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: str = mapped_column(String)

## Good
    from sqlalchemy import String
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __tablename__ = "events"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(String)

## Limits
Quiet for 1.4, for SQLModel, below `__allow_unmapped__`, and where a `type_annotation_map` may say more. Types from
libraries are taken to be known. Unions of several types are not reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-annotation", needs=NEEDS, severity="error", since="0.1")
def cannot_be_read(index: Index) -> bool:
    """An annotation that SQLAlchemy cannot read."""
    return has(index, "annotation")


@cannot_be_read.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "annotation")
