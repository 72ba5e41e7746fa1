"""Every table of the product."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base


class Tenant(Base):
    """A boatyard or marina."""

    __tablename__ = "tenants"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    subdomain: Mapped[str] = mapped_column(String(63), unique=True)
    plan: Mapped[str] = mapped_column(String(20), default="harbour")
    logo_url: Mapped[str | None] = mapped_column(String(500))
    primary_color: Mapped[str | None] = mapped_column(String(7))

    users: Mapped[list[User]] = relationship("User", back_populates="tenant")
    skills: Mapped[list[Skill]] = relationship("Skill", back_populates="tenant")
    skill_versions: Mapped[list[SkillVersion]] = relationship("SkillVersion", back_populates="tenant")


class User(Base):
    """Someone who signs in: front desk, technician or owner."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))

    tenant: Mapped[Tenant] = relationship("Tenant", back_populates="users")
    tickets: Mapped[list[Ticket]] = relationship("Ticket", back_populates="assignee")


class Ticket(Base):
    """A piece of work on a boat."""

    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    subject: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20), default="open")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    assignee: Mapped[User | None] = relationship("User", back_populates="assigned_tickets")  # expect: orm-back-populates-missing


class Skill(Base):
    """A kind of work that a technician may be certified for."""

    __tablename__ = "skills"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))

    tenant: Mapped[Tenant] = relationship("Tenant", back_populates="skills")
    versions: Mapped[list[SkillVersion]] = relationship("SkillVersion", back_populates="skill")


class SkillVersion(Base):
    """The checklist of a skill as it stood at one time."""

    __tablename__ = "skill_versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skills.id"))
    number: Mapped[int]
    checklist: Mapped[str] = mapped_column(Text)

    tenant: Mapped[Tenant] = relationship("Tenant", backref="skill_versions")  # todo-expect: orm-backref-conflict
    skill: Mapped[Skill] = relationship("Skill", back_populates="versions")


class AvailabilitySlot(Base):
    """A stretch of time in which a technician can be booked."""

    __tablename__ = "availability_slots"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    is_open: Mapped[bool] = mapped_column(default=True)


class CalendarSession(Base):
    """A user connecting an outside calendar; pending until the provider calls back."""

    __tablename__ = "calendar_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    status: Mapped[str] = mapped_column(String(20), default="pending")


class SkillVersion(Base):  # expect: orm-duplicate-class
    """A published revision of a skill's checklist."""

    __tablename__ = "skill_versions"
    __table_args__ = {"extend_existing": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    skill_id: Mapped[int] = mapped_column(ForeignKey("skills.id"))
    number: Mapped[int]
    checklist: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime | None]

    tenant: Mapped[Tenant] = relationship("Tenant", back_populates="skill_versions")
    skill: Mapped[Skill] = relationship("Skill", back_populates="versions")
