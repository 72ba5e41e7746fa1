"""Both halves of a relationship have the same direction.

## Why
One half must be the many side. Of a class with itself SQLAlchemy takes both for collections unless `remote_side` says which
one is not: "are both of the same direction. Did you mean to set remote_side on the many-to-one side?"

## Bad
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Folder(Base):
        __tablename__ = "folders"
        id = Column(Integer, primary_key=True)
        parent_id = Column(Integer, ForeignKey("folders.id"))
        children = relationship("Folder", back_populates="parent")
        parent = relationship("Folder", back_populates="children")

## Good
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Folder(Base):
        __tablename__ = "folders"
        id = Column(Integer, primary_key=True)
        parent_id = Column(Integer, ForeignKey("folders.id"))
        children = relationship("Folder", back_populates="parent")
        parent = relationship("Folder", back_populates="children", remote_side=[id])

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


@rule("orm-same-direction", needs=NEEDS, severity="error", since="0.1")
def lead_the_same_way(index: Index) -> bool:
    """Two halves that are the same half."""
    return has(index, "same-direction")


@lead_the_same_way.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "same-direction")
