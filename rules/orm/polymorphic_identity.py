"""A class of a polymorphic hierarchy has no identity, or that of another class.

## Why
Rows say by their `polymorphic_on` column which class they are. A class without an identity writes rows that say
nothing, and two with one identity read each other's rows as the one that was defined last. SQLAlchemy only warns.

## Bad
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
        kind = Column(String)
        __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "person"}

    class Engineer(Person):
        __mapper_args__ = {"polymorphic_identity": "engineer"}

    class Manager(Person):
        __mapper_args__ = {"polymorphic_identity": "engineer"}

## Good
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
        kind = Column(String)
        __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "person"}

    class Engineer(Person):
        __mapper_args__ = {"polymorphic_identity": "engineer"}

    class Manager(Person):
        __mapper_args__ = {"polymorphic_identity": "manager"}

## Limits
Identities that are computed are compared only when they are attributes of the same class. Quiet when
`__mapper_args__` is not a literal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-polymorphic-identity", needs=NEEDS, severity="warning", since="0.1")
def has_no_identity_of_its_own(index: Index) -> bool:
    """A class of a hierarchy without an identity, or with another's."""
    return has(index, "polymorphic-identity")


@has_no_identity_of_its_own.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "polymorphic-identity")
