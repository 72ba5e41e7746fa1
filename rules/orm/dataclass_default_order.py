"""A mapped dataclass has a field without a default behind one with a default.

## Why
Python refuses the order of the arguments: "non-default argument 'email' follows default argument". Fields of bases
come first, so a default in a mixin suffices. The module cannot be imported: the service does not start, and neither
does anything else that imports its models.

## Bad
    from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

    class Base(MappedAsDataclass, DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True, init=False)
        name: Mapped[str] = mapped_column(default="")
        email: Mapped[str]

## Good
    from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

    class Base(MappedAsDataclass, DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True, init=False)
        name: Mapped[str] = mapped_column(default="")
        email: Mapped[str] = mapped_column(default="")

## Limits
Quiet with `kw_only`, and when a base is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-dataclass-default-order", needs=NEEDS, severity="error", since="0.1")
def orders_fields_wrongly(index: Index) -> bool:
    """A field without a default behind one with."""
    return has(index, "dataclass-default-order")


@orders_fields_wrongly.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "dataclass-default-order")
