"""A column or a relationship is given arguments for dataclasses on a class that is none.

## Why
"Attribute 'id' includes dataclasses argument(s): 'init' but class does not specify SQLAlchemy native dataclass
configuration". The module cannot be imported: the service does not start, and neither does anything else that imports
its models.

## Bad
    from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

    class Base(MappedAsDataclass, DeclarativeBase):
        pass

    class Plain(DeclarativeBase):
        pass

    class User(Plain):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True, init=False)
        name: Mapped[str] = mapped_column(default=None)

## Good
    from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

    class Base(MappedAsDataclass, DeclarativeBase):
        pass

    class Plain(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True, init=False)
        name: Mapped[str] = mapped_column(default=None)

## Limits
Attributes of mixins are looked at with the class that uses them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-dataclass-args", needs=NEEDS, severity="error", since="0.1")
def is_no_dataclass(index: Index) -> bool:
    """Arguments for dataclasses on a class that is none."""
    return has(index, "dataclass-args")


@is_no_dataclass.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "dataclass-args")
