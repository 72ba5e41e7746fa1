"""The table between two classes has several foreign keys to one of them.

## Why
SQLAlchemy does not guess which column is meant: "there are multiple foreign key paths linking the tables via secondary
table", at the first query of the process. A many-to-many relationship of a class with itself always needs both joins.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer, Table
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    friends = Table(
        "friends",
        Base.metadata,
        Column("left_id", ForeignKey("accounts.id"), primary_key=True),
        Column("right_id", ForeignKey("accounts.id"), primary_key=True),
    )

    class Account(Base):
        __tablename__ = "accounts"
        id = Column(Integer, primary_key=True)
        friends = relationship(
            "Account",
            secondary=friends,
        )

## Good
    from sqlalchemy import Column, ForeignKey, Integer, Table
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    friends = Table(
        "friends",
        Base.metadata,
        Column("left_id", ForeignKey("accounts.id"), primary_key=True),
        Column("right_id", ForeignKey("accounts.id"), primary_key=True),
    )

    class Account(Base):
        __tablename__ = "accounts"
        id = Column(Integer, primary_key=True)
        friends = relationship(
            "Account",
            secondary=friends,
            primaryjoin=id == friends.c.left_id,
            secondaryjoin=id == friends.c.right_id,
        )

## Limits
Quiet when something that it depends on is not known: a computed name, a base of a library that the index does not know, a
table that is reflected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-ambiguous-fk-secondary", needs=NEEDS, severity="error", since="0.1")
def is_ambiguous(index: Index) -> bool:
    """A relationship with several ways through its secondary table."""
    return has(index, "ambiguous-fk-secondary")


@is_ambiguous.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "ambiguous-fk-secondary")
