"""A class with a table inherits from `DeclarativeBase` itself.

## Why
A direct subclass is a base, not a model: "Cannot use 'DeclarativeBase' directly as a declarative base class". The
module cannot be imported: the service does not start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class User(DeclarativeBase):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)

## Good
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)

## Limits
Only classes with `__tablename__` are reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-declarative-base", needs=NEEDS, severity="error", since="0.1")
def is_a_base_itself(index: Index) -> bool:
    """A table on a direct subclass of DeclarativeBase."""
    return has(index, "declarative-base")


@is_a_base_itself.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "declarative-base")
