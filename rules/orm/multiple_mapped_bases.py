"""A mapped class inherits from two mapped classes.

## Why
A mapper inherits from one mapper: "has multiple mapped bases". The module cannot be imported: the service does not
start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Person(Base):
        __tablename__ = "people"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Account(Base):
        __tablename__ = "accounts"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Member(Person, Account):
        pass

## Good
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Person(Base):
        __tablename__ = "people"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Account:
        pass

    class Member(Person, Account):
        pass

## Limits
Bases that are not known are not counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-multiple-mapped-bases", needs=NEEDS, severity="error", since="0.1")
def has_two_mapped_bases(index: Index) -> bool:
    """A class with two mapped classes among its bases."""
    return has(index, "multiple-mapped-bases")


@has_two_mapped_bases.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "multiple-mapped-bases")
