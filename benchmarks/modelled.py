"""A module of mapped classes as large projects have one: columns, foreign keys and relationships, both halves of each."""

from __future__ import annotations

from dataclasses import dataclass, field

OWNERS = (
    "Account", "Agent", "Billing", "Campaign", "Catalog", "Channel", "Contract", "Customer", "Dispatch", "Document",
    "Expense", "Feedback", "Fleet", "Grant", "Incident", "Inventory", "Ledger", "Market", "Order", "Partner",
)  # fmt: skip
THINGS = (
    "Alert", "Batch", "Comment", "Draft", "Entry", "Event", "File", "Group", "Item", "Job", "Line", "Member", "Note",
    "Option", "Period", "Quote", "Record", "Session", "Ticket", "Version",
)  # fmt: skip
CHILDREN = 4
"""How many classes belong to one."""

HEAD = '''"""Everything that is stored."""

import uuid
from datetime import datetime, timezone

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Enum,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, backref, mapped_column, relationship


def new_id() -> str:
    """A fresh primary key."""
    return str(uuid.uuid4())


def now() -> datetime:
    """This moment."""
    return datetime.now(timezone.utc)


class Base(DeclarativeBase):
    """Of all classes here."""


class Tenant(Base):
    """A customer."""

    __tablename__ = "tenants"

    id = Column(String(36), primary_key=True, default=new_id)
    name = Column(String(200), nullable=False, unique=True)
    plan = Column(Enum("free", "team", "enterprise", name="plan"), nullable=False, default="free")


class User(Base):
    """Somebody who logs in."""

    __tablename__ = "users"

    id = Column(String(36), primary_key=True, default=new_id)
    tenant_id = Column(String(36), ForeignKey("tenants.id", ondelete="CASCADE"), nullable=False, index=True)
    email = Column(String(320), nullable=False, unique=True)
    tenant = relationship("Tenant", backref=backref("users", cascade="all, delete-orphan"))
'''


@dataclass
class Model:
    """One class of the module."""

    number: int
    name: str
    table: str
    parent: Model | None = None
    children: list[Model] = field(default_factory=list)

    @property
    def plural(self) -> str:
        """What the parent calls its rows."""
        return self.table

    @property
    def is_typed(self) -> bool:
        """Whether it is written with ``Mapped``."""
        return self.number % 2 == 1


def models(count: int) -> list[Model]:
    """Classes, each but the first belonging to one before it; at most 400 have names of their own."""
    found: list[Model] = []
    for number in range(count):
        owner, thing = OWNERS[number // len(THINGS) % len(OWNERS)], THINGS[number % len(THINGS)]
        more = "" if number < len(OWNERS) * len(THINGS) else str(number)
        model = Model(number, f"{owner}{thing}{more}", f"{owner.lower()}_{thing.lower()}{more}s")
        if number:
            model.parent = found[(number - 1) // CHILDREN]
            model.parent.children.append(model)
        found.append(model)
    return found


def module(count: int) -> str:
    """The source of a module with so many classes, some 31 lines for each."""
    made = models(count)
    return "\n\n".join([HEAD, *(_source(model) for model in made)])


def _source(model: Model) -> str:
    lines = [*_between(model), f"class {model.name}(Base):", f'    """One {model.name} of a tenant."""', ""]
    lines += [
        f'    __tablename__ = "{model.table}"',
        "    __table_args__ = (",
        f'        Index("ix_{model.table}_status", "status", "created_at"),',
        f'        UniqueConstraint("tenant_id", "slug", name="uq_{model.table}_slug"),',
        "    )",
        "",
    ]
    columns = _typed(model) if model.is_typed else _plain(model)
    return "\n".join([*lines, *columns, "", *_relationships(model), ""])


def _plain(model: Model) -> list[str]:
    owner = model.parent
    return [
        "    id = Column(String(36), primary_key=True, default=new_id)",
        '    tenant_id = Column(String(36), ForeignKey("tenants.id", ondelete="CASCADE"), nullable=False, index=True)',
        *([f'    parent_id = Column(String(36), ForeignKey("{owner.table}.id"), nullable=True)'] if owner else []),
        '    author_id = Column(String(36), ForeignKey("users.id"), nullable=False)',
        '    approver_id = Column(String(36), ForeignKey("users.id"), nullable=True)',
        "    slug = Column(String(80), nullable=False)",
        '    status = Column(String(20), nullable=False, default="open", comment="open, running or done")',
        "    amount = Column(Float, nullable=False, default=0.0)",
        "    position = Column(Integer, default=0)",
        "    is_active = Column(Boolean, nullable=False, default=True)",
        "    description = Column(Text, nullable=True)",
        "    settings = Column(JSON, nullable=False, default=dict)",
        "    created_at = Column(DateTime(timezone=True), nullable=False, default=now)",
        "    updated_at = Column(DateTime(timezone=True), nullable=False, default=now, onupdate=now)",
    ]


def _typed(model: Model) -> list[str]:
    owner = model.parent
    return [
        "    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)",
        '    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), index=True)',
        *([f'    parent_id: Mapped[str | None] = mapped_column(ForeignKey("{owner.table}.id"))'] if owner else []),
        '    author_id: Mapped[str] = mapped_column(ForeignKey("users.id"))',
        '    approver_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"))',
        "    slug: Mapped[str] = mapped_column(String(80))",
        '    status: Mapped[str] = mapped_column(String(20), default="open", comment="open, running or done")',
        "    amount: Mapped[float] = mapped_column(default=0.0)",
        "    position: Mapped[int | None]",
        "    is_active: Mapped[bool] = mapped_column(default=True)",
        "    description: Mapped[str | None] = mapped_column(Text)",
        "    settings: Mapped[dict] = mapped_column(JSON, default=dict)",
        "    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)",
        "    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now, onupdate=now)",
    ]


def _relationships(model: Model) -> list[str]:
    lines = [
        '    tenant = relationship("Tenant")',
        '    author = relationship("User", foreign_keys=[author_id])',
        f'    approver = relationship("User", foreign_keys="{model.name}.approver_id")',
    ]
    if model.parent is not None:
        lines.append(f'    parent = relationship("{model.parent.name}", back_populates="{model.plural}")')
    lines += [
        f'    {child.plural} = relationship("{child.name}", back_populates="parent", cascade="all, delete-orphan")'
        for child in model.children
    ]
    if _has_tags(model):
        lines.append(
            f'    marked_by = relationship("User", secondary={model.table}_users, backref="{model.table}_marked")'
        )
    return lines


def _has_tags(model: Model) -> bool:
    return model.number % 20 == 0


def _between(model: Model) -> list[str]:
    if not _has_tags(model):
        return []
    return [
        f"{model.table}_users = Table(",
        f'    "{model.table}_users",',
        "    Base.metadata,",
        f'    Column("row_id", ForeignKey("{model.table}.id"), primary_key=True),',
        '    Column("user_id", ForeignKey("users.id"), primary_key=True),',
        ")",
        "",
        "",
    ]
