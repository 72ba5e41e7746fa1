"""A mapped table or column that no Alembic revision creates.

## Why
The class works where tests make tables with `create_all`. In production the tables are what the migrations made of them:
"relation does not exist", "column does not exist", at the first query that names it.

## Bad
    --- models.py
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        email = Column(String)
    --- migrations/env.py
    from alembic import context
    from models import Base

    context.configure(target_metadata=Base.metadata)
    --- migrations/versions/1.py
    import sqlalchemy as sa
    from alembic import op

    revision = "1"
    down_revision = None

    def upgrade():
        op.create_table("customers", sa.Column("id", sa.Integer, primary_key=True))

## Good
    --- models.py
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        email = Column(String)
    --- migrations/env.py
    from alembic import context
    from models import Base

    context.configure(target_metadata=Base.metadata)
    --- migrations/versions/1.py
    import sqlalchemy as sa
    from alembic import op

    revision = "1"
    down_revision = None

    def upgrade():
        op.create_table("customers", sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.String))

## Limits
All revisions of an environment are read in their order, branches too, with the functions that `upgrade()` calls. SQL is
only looked through for the names of the table and the column. Nothing is said where a revision makes tables by
`create_all` or by names that are computed, and where statements are executed of which nothing is known the confidence is
low. Where the application calls `create_all` itself, only columns are reported. Types, constraints and indexes are not
compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, Note, rule

from ._problems import NEEDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.index.mapping.records import Place
    from atomlint.index.migrations.missing import Missing


@rule(
    "orm-migration-missing",
    needs=(*NEEDS, "down_revision", "target_metadata"),
    status="preview",
    severity="error",
    since="0.1",
)
def is_never_created(index: Index) -> bool:
    """A project with tables or columns that its migrations lack."""
    return bool(index.unmigrated)


@is_never_created.on("*")
def report(ctx: Context, index: Index) -> Iterator[Finding]:
    """One finding a place: a column of a mixin is missing in every table that takes it."""
    places: dict[Place, list[Missing]] = {}
    for one in index.unmigrated:
        places.setdefault(one.place, []).append(one)
    for place, together in places.items():
        first = together[0]
        name = f'"{first.table.fullname}"'
        what = f"no revision creates the table {name}"
        if first.column is not None:
            what = f'no revision adds the column "{first.column.name}" to the table {name}'
        more = f", nor to {len(together) - 1} more" if len(together) > 1 else ""
        finding = ctx.finding(index.mapping.span_of(place), what + more, confidence=first.confidence)
        title = first.table.title if first.column is None else f"{first.table.title}.{first.column.key}"
        notes = [
            Note(index.mapping.span_of(one.table.place), f'"{one.table.fullname}" lacks it too')
            for one in together[1:6]
            if one.table.place is not None
        ]
        yield (
            finding.with_symbol(title)
            .with_related(*notes)
            .with_help(
                f"alembic revision --autogenerate: {first.revisions} revisions were read, the last is {first.last}"
            )
        )
