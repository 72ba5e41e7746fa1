"""A column of a subclass has the name of a relationship of its parent.

## Why
"WARNING: when configuring property 'tools' on Mapper[Engineer(engineers)], column 'tools' conflicts with property".
In spite of its first word, it is an error. The module cannot be imported: the service does not start, and neither
does anything else that imports its models.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer, String
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
        tools = relationship("Tool")

    class Engineer(Person):
        __tablename__ = "engineers"
        id = Column(Integer, ForeignKey("people.id"), primary_key=True)
        tools = Column(String)

    class Tool(Base):
        __tablename__ = "tools"
        id = Column(Integer, primary_key=True)
        owner_id = Column(Integer, ForeignKey("people.id"))

## Good
    from sqlalchemy import Column, ForeignKey, Integer, String
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
        tools = relationship("Tool")

    class Engineer(Person):
        __tablename__ = "engineers"
        id = Column(Integer, ForeignKey("people.id"), primary_key=True)
        tool_names = Column(String)

    class Tool(Base):
        __tablename__ = "tools"
        id = Column(Integer, primary_key=True)
        owner_id = Column(Integer, ForeignKey("people.id"))

## Limits
Classes that share their parent's table are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-column-relationship-collision", needs=NEEDS, severity="error", since="0.1")
def collides_with_a_relationship(index: Index) -> bool:
    """A column under the name of an inherited relationship."""
    return has(index, "column-relationship-collision")


@collides_with_a_relationship.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "column-relationship-collision")
