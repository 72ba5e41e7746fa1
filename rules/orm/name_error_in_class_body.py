"""A mapped class is named in its own body, or above its definition.

## Why
The class does not exist while its body runs: "name 'Folder' is not defined". Texts and lambdas wait until mappers are
configured. The module cannot be imported: the service does not start, and neither does anything else that imports its
models.

## Bad
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class Folder(Base):
        __tablename__ = "folders"
        id: Mapped[int] = mapped_column(primary_key=True)
        parent_id: Mapped[int] = mapped_column(ForeignKey("folders.id"))
        parent = relationship("Folder", remote_side=[Folder.id])

## Good
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class Folder(Base):
        __tablename__ = "folders"
        id: Mapped[int] = mapped_column(primary_key=True)
        parent_id: Mapped[int] = mapped_column(ForeignKey("folders.id"))
        parent = relationship("Folder", remote_side=[id])

## Limits
Only classes of the same module are looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-name-error-in-class-body", needs=NEEDS, severity="error", since="0.1")
def is_not_defined_yet(index: Index) -> bool:
    """A class that is used before it is defined."""
    return has(index, "name-error-in-class-body")


@is_not_defined_yet.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "name-error-in-class-body")
