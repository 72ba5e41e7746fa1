"""Records of the mapped-model graph: what a debugger shows of them."""

from __future__ import annotations

from tests.index_project import index_of

MODELS = """
    from sqlalchemy import Column, ForeignKey, Index, Integer
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Yard(Base):
        __tablename__ = "yards"
        id = Column(Integer, primary_key=True)
        boats = relationship("Boat", back_populates="yard")

    class Boat(Base):
        __tablename__ = "boats"
        __table_args__ = (Index("ix_berth", "berth"),)
        id = Column(Integer, primary_key=True)
        berth = Column(Integer)
        yard_id = Column(ForeignKey("yards.id"))
        yard = relationship("Yard", back_populates="vessels")
"""


def test_records_that_refer_to_each_other_show_their_names_alone():
    mapping = index_of({"m.py": MODELS}).mapping
    [problem] = mapping.problems
    assert repr(problem).startswith("<Problem back-populates-missing Boat.yard: Mapper 'Mapper[Yard(yards)]'")
    yard, boat = mapping.classes
    assert boat.table is not None
    [key] = boat.table.foreign_keys
    [index] = [constraint for constraint in boat.table.constraints if constraint.kind == "index"]
    shown = [yard, yard.table, key.column, key, index, boat.attributes["yard"], boat.attributes["yard"].relationship]
    assert [repr(record) for record in shown] == [
        "<Mapped Yard>", "<Table yards>", "<Column boats.yard_id>", "<ForeignKey boats.yard_id -> yards.id>",
        "<Constraint index ix_berth (berth)>", "<Attribute Boat.yard>", "<Relationship Boat.yard>",
    ]  # fmt: skip
    assert len(repr([*mapping.registries, *mapping.metadatas])) < 500
