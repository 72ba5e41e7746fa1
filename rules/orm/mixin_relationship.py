"""A mixin or an abstract base declares a relationship outside of `@declared_attr`.

## Why
One relationship object belongs to one mapper, so SQLAlchemy refuses to copy it from a mixin to the classes that use
it: "Mapper properties must be declared as @declared_attr callables on declarative mixin classes". The error comes
with the first class that uses the mixin.

## Bad
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class Owned:
        owner = relationship("User")

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)

    class File(Owned, Base):
        __tablename__ = "files"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

## Good
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class Owned:
        @declared_attr
        def owner(cls):
            return relationship("User")

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)

    class File(Owned, Base):
        __tablename__ = "files"
        id: Mapped[int] = mapped_column(primary_key=True)
        owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

## Limits
A mixin that no mapped class uses is not looked at. `column_property` and `deferred` on mixins are not reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-mixin-relationship", needs=NEEDS, severity="error", since="0.1")
def is_declared_on_a_mixin(index: Index) -> bool:
    """A relationship in the body of a class that is not mapped."""
    return has(index, "mixin-relationship")


@is_declared_on_a_mixin.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "mixin-relationship")
