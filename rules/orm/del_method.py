"""A mapped class has a `__del__` method.

## Why
Mapped objects and their state refer to each other, so that Python calls `__del__` late or never: "will cause
unreachable cycles and memory leaks".

## Bad
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)

        def __del__(self):
            pass

## Good
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)

        def close(self):
            pass

## Limits
Methods that a mixin brings are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-del-method", needs=NEEDS, severity="warning", since="0.1")
def has_a_finaliser(index: Index) -> bool:
    """A mapped class with __del__."""
    return has(index, "del-method")


@has_a_finaliser.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "del-method")
