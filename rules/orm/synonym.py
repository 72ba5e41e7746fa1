"""A synonym with `map_column=True` finds no column of its name.

## Why
"Can't compile synonym: no column on table named". A synonym of an attribute that is there needs no `map_column`. The
module cannot be imported: the service does not start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, synonym

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        mail: Mapped[str]
        email = synonym("_email", map_column=True)

## Good
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, synonym

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        mail: Mapped[str]
        email = synonym("mail")

## Limits
A synonym to an attribute that does not exist is accepted by SQLAlchemy, and not reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-synonym", needs=NEEDS, severity="error", since="0.1")
def maps_no_column(index: Index) -> bool:
    """A synonym with map_column and no column."""
    return has(index, "synonym")


@maps_no_column.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "synonym")
