"""A relationship's `back_populates` names an attribute that the other class does not have.

## Why
SQLAlchemy looks for the counterpart when mappers are configured, at the first query of the process: "Mapper 'User' has
no property 'assigned_tickets'". From then on every query of every model fails ("One or more mappers failed to
initialize"), although imports, migrations and the start went well.

## Bad
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Ticket(Base):
        __tablename__ = "tickets"
        id: Mapped[int] = mapped_column(primary_key=True)
        assignee_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
        assignee: Mapped["User"] = relationship("User", back_populates="tickets")

## Good
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        tickets: Mapped[list["Ticket"]] = relationship("Ticket", back_populates="assignee")

    class Ticket(Base):
        __tablename__ = "tickets"
        id: Mapped[int] = mapped_column(primary_key=True)
        assignee_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
        assignee: Mapped["User"] = relationship("User", back_populates="tickets")

## For agents
Both sides of a relationship name each other with `back_populates`.

## Limits
Quiet when the other class is not found, is found more than once, or has a base from a library that the index does not
know. The repair by a new attribute leaves type annotations to the reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-back-populates-missing", needs=NEEDS, severity="error", since="0.1")
def names_nothing(index: Index) -> bool:
    """A relationship whose other class lacks the named attribute."""
    return has(index, "back-populates-missing")


@names_nothing.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "back-populates-missing")
