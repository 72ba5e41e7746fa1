"""A relationship's `back_populates` names an attribute that the other class does not have.

## Why
SQLAlchemy looks for the counterpart when mappers are configured, at the first query of the process: "Mapper 'User' has
no property 'assigned_tickets'". From then on every query of every model fails ("One or more mappers failed to
initialize"), although imports, migrations and the start went well.

## Bad
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Ticket(Base):
        __tablename__ = "tickets"
        id: Mapped[int] = mapped_column(primary_key=True)
        assignee_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
        assignee: Mapped["User"] = relationship("User", back_populates="tickets")

## Good
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
        tickets: Mapped[list["Ticket"]] = relationship("Ticket", back_populates="assignee")

    class Ticket(Base):
        __tablename__ = "tickets"
        id: Mapped[int] = mapped_column(primary_key=True)
        assignee_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
        assignee: Mapped["User"] = relationship("User", back_populates="tickets")

## For agents
Both sides of a relationship name each other with `back_populates`.

## Limits
Quiet when the other class is not found, is found more than once, or has a base from a library that the index does not
know. Relationships that a mixin declares, and those whose keywords come from a dictionary, are not looked at. The
repair by a new attribute leaves type annotations to the reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Call, Confidence, Context, Edit, Finding, Note, rule

from ._attributes import may_have
from ._counterpart import counterpart, existing
from ._models import RELATIONSHIPS, Model
from ._programs import is_archived, programs, together
from ._relationships import Relationship, relationships

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst


@rule(
    "orm-back-populates-missing",
    needs=("__tablename__", "relationship(", "Relationship(", "table=True"),
    severity="error",
    since="0.1",
)
def names_nothing(call: Call) -> bool:
    """A relationship whose other class is known and lacks the named attribute."""
    if call.name not in RELATIONSHIPS or "back_populates" not in call.keywords:
        return False
    found = relationships(call.index).by_call.get(call)
    if found is None or found.target is None or not found.back_populates:
        return False
    return not may_have(call.index, found.target, found.back_populates) and not is_archived(call.path)


@names_nothing.on("Call")
def report(ctx: Context, node: cst.Call) -> Iterator[Finding]:
    """The relationship, with the class that lacks its counterpart."""
    found = relationships(ctx.index).by_call[ctx.fact(node)]
    target = found.target
    assert target is not None
    finding = ctx.finding(
        node,
        f'back_populates="{found.back_populates}" names nothing on {target.name}: the first query fails with '
        f"\"Mapper '{target.name}' has no property '{found.back_populates}'\", and so does every one after it",
        confidence=None if _runs(ctx, found, target) else Confidence.MEDIUM,
    ).with_related(Note(target.cls.span, f'{target.name} has no attribute "{found.back_populates}"'))
    yield _repaired(ctx, finding, found, target, node)


def _runs(ctx: Context, found: Relationship, target: Model) -> bool:
    """Whether some program maps both classes."""
    source, other = found.owner.cls.path, target.cls.path
    return source == other or (len(programs(ctx.index, source)) > 1 and together(ctx.index, source, other))


def _repaired(ctx: Context, finding: Finding, found: Relationship, target: Model, node: cst.Call) -> Finding:
    meant = existing(ctx.index, found, target)
    if meant:
        value = next(
            arg.value for arg in node.args if arg.keyword is not None and arg.keyword.value == "back_populates"
        )
        finding = finding.with_help(
            f"{target.name}.{meant} already names {found.owner.name}.{found.attribute}: name it in turn"
        )
        return finding.with_fix(f'name "{meant}"', Edit(ctx.span(value), f'"{meant}"'))
    added = counterpart(ctx.index, found, target)
    if added is None:
        return finding
    return finding.with_fix(f'add "{found.back_populates}" to {target.name}', added)
