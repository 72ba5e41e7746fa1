"""Two mapped classes share a table, or a name that relationships look up.

## Why
A declarative base keeps one registry of class names and one set of tables. A second class for the same table fails on
import ("Table 'invoices' is already defined for this MetaData instance"). `extend_existing=True` hides that, and
nothing is won: columns of the first class are replaced under it, and the first query of the process fails to configure
the mappers ("Multiple classes found for path "Invoice""). Every later query then fails too, so that a service starts,
reports that it is healthy, and crashes on its first request, over and over.

## Bad
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Invoice(Base):
        __tablename__ = "invoices"
        id = Column(Integer, primary_key=True)

    class Invoice(Base):
        __tablename__ = "invoices"
        __table_args__ = {"extend_existing": True}
        id = Column(Integer, primary_key=True)
        number = Column(String(20))

## Good
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Invoice(Base):
        __tablename__ = "invoices"
        id = Column(Integer, primary_key=True)
        number = Column(String(20))

## For agents
Map each table once, and give each mapped class a name of its own.

## Limits
Tables made by `Table(...)` without a class, table names computed by code, and a module that is imported under two names
are not seen. Classes that share a name but no table are reported only when they stand in one file, or when a
relationship names them by an unqualified string. Modules that no common module imports count as alternatives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Class, Confidence, Context, Finding, Note, rule

from ._duplicates import Duplicate, duplicates

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst


@rule(
    "orm-duplicate-class",
    needs=("__tablename__", "relationship(", "Relationship(", "table=True", ".Model)"),
    severity="error",
    since="0.1",
)
def repeats_another(cls: Class) -> bool:
    """The second of two classes that cannot both be mapped."""
    return bool(cls.bases) and cls in duplicates(cls.index)


@repeats_another.on("ClassDef")
def report(ctx: Context, node: cst.ClassDef) -> Iterator[Finding]:
    """One finding for the class that has to go."""
    cls = ctx.fact(node)
    duplicate = duplicates(ctx.index)[cls]
    first = duplicate.first
    where = f"line {first.cls.span.start.line}" if first.cls.path == cls.path else first.cls.path
    yield (
        ctx.finding(cls, _message(duplicate, where), confidence=None if duplicate.proven else Confidence.MEDIUM)
        .with_related(Note(first.cls.span, f"{first.name} is mapped here first"))
        .with_help("keep one of the two classes, with the columns of both, and import it wherever the other was used")
    )


def _ambiguous(name: str) -> str:
    return f'"Multiple classes found for path "{name}""'


def _message(duplicate: Duplicate, where: str) -> str:
    first, second = duplicate.first, duplicate.second
    if duplicate.table:
        claim = f'{second.name} maps table "{duplicate.table}", which {first.name} ({where}) maps already'
        if not duplicate.hidden:
            error = f"Table '{duplicate.table}' is already defined for this MetaData instance"
            return f'{claim}: importing both fails ("{error}")'
        if not duplicate.looked_up:
            return f"{claim}; extend_existing hides it: the second class replaces columns of the table under the first"
        return f"{claim}; extend_existing hides it until mappers are configured ({_ambiguous(second.name)})"
    if duplicate.looked_up:
        return (
            f'{second.name} has the name of a mapped class in {where}, and a relationship looks "{second.name}" up: '
            f"mappers fail to configure ({_ambiguous(second.name)})"
        )
    return f"{second.name} is mapped twice in this module: the class on {where} cannot be reached by its name any more"
