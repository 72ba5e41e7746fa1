"""A class is mapped twice by `map_imperatively`.

## Why
"Class already has a primary mapper defined", when the second call runs. The module cannot be imported: the service
does not start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy import Column, Integer, Table
    from sqlalchemy.orm import registry

    mapper_registry = registry()

    users = Table("users", mapper_registry.metadata, Column("id", Integer, primary_key=True))

    class User:
        pass

    mapper_registry.map_imperatively(User, users)
    mapper_registry.map_imperatively(User, users)

## Good
    from sqlalchemy import Column, Integer, Table
    from sqlalchemy.orm import registry

    mapper_registry = registry()

    users = Table("users", mapper_registry.metadata, Column("id", Integer, primary_key=True))

    class User:
        pass

    mapper_registry.map_imperatively(User, users)

## Limits
Calls in functions are not looked at: tests clear mappers between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-already-mapped", needs=NEEDS, severity="error", since="0.1")
def is_mapped_already(index: Index) -> bool:
    """A class that is mapped a second time."""
    return has(index, "already-mapped")


@is_mapped_already.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "already-mapped")
