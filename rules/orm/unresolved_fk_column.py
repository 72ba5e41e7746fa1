"""A foreign key names a column that its table does not have.

## Why
While SQLAlchemy joins the two tables it says so; otherwise `create_all`, Alembic and the first insert do: "Could not
initialize target column for ForeignKey". What counts is the key of the column, not the name of the attribute.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer, Table
    from sqlalchemy.orm import registry

    mapper_registry = registry()

    users = Table("users", mapper_registry.metadata, Column("id", Integer, primary_key=True))
    files = Table(
        "files",
        mapper_registry.metadata,
        Column("id", Integer, primary_key=True),
        Column("owner_id", ForeignKey("users.uid")),
    )

## Good
    from sqlalchemy import Column, ForeignKey, Integer, Table
    from sqlalchemy.orm import registry

    mapper_registry = registry()

    users = Table("users", mapper_registry.metadata, Column("id", Integer, primary_key=True))
    files = Table(
        "files",
        mapper_registry.metadata,
        Column("id", Integer, primary_key=True),
        Column("owner_id", ForeignKey("users.id")),
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


@rule("orm-unresolved-fk-column", needs=NEEDS, severity="error", since="0.1")
def names_no_column(index: Index) -> bool:
    """A foreign key to a missing column."""
    return has(index, "unresolved-fk-column")


@names_no_column.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "unresolved-fk-column")
