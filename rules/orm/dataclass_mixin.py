"""A mapped dataclass takes fields from a class that is no dataclass, or is made one twice.

## Why
From 2.1 on an error, before a deprecation: fields of a plain mixin are missing in `__init__`, or come in an order of
their own. `@dataclass` below `@mapped_as_dataclass` is refused by all versions.

## Bad
    from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

    class Base(MappedAsDataclass, DeclarativeBase):
        pass

    class Named:
        name: Mapped[str] = mapped_column()

    class User(Named, Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True, init=False)

## Good
    from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

    class Base(MappedAsDataclass, DeclarativeBase):
        pass

    class Named(MappedAsDataclass):
        name: Mapped[str] = mapped_column()

    class User(Named, Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True, init=False)

## Limits
The severity follows the version that the lock file or the requirements name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-dataclass-mixin", needs=NEEDS, severity="error", since="0.1")
def mixes_dataclasses(index: Index) -> bool:
    """A mixin of a mapped dataclass that is none."""
    return has(index, "dataclass-mixin")


@mixes_dataclasses.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "dataclass-mixin")
