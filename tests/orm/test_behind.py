"""What a class that is defined twice hides: it is told with the class, and goes when it is repaired."""

from __future__ import annotations

from .agreement import claims

MODELS = """
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()


class Skill(Base):
    __tablename__ = "skills"
    __table_args__ = {"extend_existing": True}
    id = Column(Integer, primary_key=True)
    ratings = relationship("Rating", back_populates="skill")


class Rating(Base):
    __tablename__ = "ratings"
    id = Column(Integer, primary_key=True)
    skill_id = Column(ForeignKey("skills.id"))
    skill = relationship("Skill", back_populates="ratings")


class Installation(Base):
    __tablename__ = "installations"
    id = Column(Integer, primary_key=True)
    skill_id = Column(ForeignKey("skills.id"))
    source_id = Column(ForeignKey("skills.id"))
    skill = relationship("Skill", backref="installations"%s)


class Skill(Base):
    __tablename__ = "skills"
    __table_args__ = {"extend_existing": True}
    id = Column(Integer, primary_key=True)
%s
"""
RATINGS = '    ratings = relationship("Rating", back_populates="skill")'


def told(models: str) -> tuple[list[str], list[str]]:
    """Causes and errors that are told as their consequences."""
    found = claims({"models.py": models})
    causes = [f"{one.kind} {one.owner}" for one in found if one.cause]
    rest = [f"{one.kind} {one.owner}.{one.attribute}" for one in found if not one.cause and one.severity == "error"]
    return causes, rest


def test_an_ambiguous_relationship_to_a_duplicated_class_is_told_with_it():
    causes, rest = told(MODELS % ("", RATINGS))
    assert causes == ["duplicate-class Skill"]
    assert "ambiguous-fk Installation.skill" in rest
    assert "duplicate-class Installation.skill" in rest


def test_it_goes_when_the_relationship_says_its_key():
    causes, rest = told(MODELS % (", foreign_keys=[skill_id]", RATINGS))
    assert causes == ["duplicate-class Skill"]
    assert "ambiguous-fk Installation.skill" not in rest


def test_a_counterpart_that_only_the_first_class_has_is_told_with_it():
    assert "back-populates-missing Rating.skill" in told(MODELS % ("", ""))[1]
    assert "back-populates-missing Rating.skill" not in told(MODELS % ("", RATINGS))[1]


COMPONENTS = """

class Component(Base):
    __tablename__ = "components"
    id = Column(Integer, primary_key=True)


class Part(Base):
    __tablename__ = "parts"
    id = Column(Integer, primary_key=True)
    component_id = Column(ForeignKey("components.id"))
    component = relationship("Component", back_populates="installations")
"""


def test_a_backref_on_the_duplicated_class_makes_no_counterpart_on_another():
    causes, _ = told(MODELS % (', backref="installations"', RATINGS) + COMPONENTS)
    assert set(causes) == {"duplicate-class Skill", "back-populates-missing Part"}
