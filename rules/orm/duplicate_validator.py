"""Two functions of a class validate one attribute.

## Why
"A validation function for mapped attribute 'email' already exists." The module cannot be imported: the service does
not start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, validates

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        email: Mapped[str]
        name: Mapped[str]

        @validates("email")
        def check_email(self, key, value):
            return value

        @validates("name", "email")
        def check_name(self, key, value):
            return value

## Good
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, validates

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        email: Mapped[str]
        name: Mapped[str]

        @validates("email")
        def check_email(self, key, value):
            return value

        @validates("name")
        def check_name(self, key, value):
            return value

## Limits
Validators of mixins are not compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-duplicate-validator", needs=NEEDS, severity="error", since="0.1")
def validates_twice(index: Index) -> bool:
    """Two validators of one attribute."""
    return has(index, "duplicate-validator")


@validates_twice.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "duplicate-validator")
