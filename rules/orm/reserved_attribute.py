"""A mapped attribute is called `metadata` or `registry`.

## Why
Every declarative class has its tables in `metadata` and its classes in `registry`. Up to SQLAlchemy 2.0 an attribute
called `metadata` is refused ("Attribute name 'metadata' is reserved"); 2.1 warns, and what reads `Model.metadata`,
such as Flask-SQLAlchemy and Alembic, then meets a column.

## Bad
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Document(Base):
        __tablename__ = "documents"
        id: Mapped[int] = mapped_column(primary_key=True)
        metadata: Mapped[str] = mapped_column()

## Good
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Document(Base):
        __tablename__ = "documents"
        id: Mapped[int] = mapped_column(primary_key=True)
        metadata_: Mapped[str] = mapped_column("metadata")

## Limits
The severity follows the version that the lock file or the requirements name; the newest is assumed without one.
`query` is accepted by SQLAlchemy, and not reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-reserved-attribute", needs=NEEDS, severity="warning", since="0.1")
def takes_a_reserved_name(index: Index) -> bool:
    """An attribute called metadata or registry."""
    return has(index, "reserved-attribute")


@takes_a_reserved_name.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "reserved-attribute")
