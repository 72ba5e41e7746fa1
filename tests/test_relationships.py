"""Relationships of mapped classes: where they lead, how many rows, and whether reading one sends a query."""

from __future__ import annotations

from index_project import index_of

from atomlint.index.relationships import Relationship

SQLALCHEMY = """
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import Mapped, backref, declarative_base, relationship
    Base = declarative_base()
"""


def of(text: str, name: str, **files: str) -> dict[str, Relationship]:
    """Relationships of a class of ``m.py``."""
    index = index_of({"m.py": text, **{f"{module}.py": body for module, body in files.items()}})
    cls = next(cls for cls in index.all_classes() if cls.name == name)
    return index.project.relationships.of(cls.value)


def facts(found: dict[str, Relationship]) -> dict[str, tuple[str, bool | None]]:
    return {name: (relationship.lazy, relationship.uselist) for name, relationship in found.items()}


BOOKS = (
    SQLALCHEMY
    + """
    class Author(Base):
        __tablename__ = "authors"
        id = Column(Integer, primary_key=True)
        books = relationship("Book", back_populates="author")
        prizes = relationship("Prize", lazy="selectin")
        notes = relationship("Note", lazy="dynamic")
        home = relationship("Home", uselist=False)
    class Book(Base):
        __tablename__ = "books"
        author_id = Column(ForeignKey("authors.id"))
        author = relationship(Author, back_populates="books")
        tags = relationship("Tag", secondary="book_tags", backref="books")
        reviews = relationship(lambda: Review, backref=backref("book", lazy="joined"))
    class Prize(Base):
        __tablename__ = "prizes"
        author_id = Column(ForeignKey("authors.id"))
    class Note(Base):
        __tablename__ = "notes"
    class Home(Base):
        __tablename__ = "homes"
    class Tag(Base):
        __tablename__ = "tags"
    class Review(Base):
        __tablename__ = "reviews"
        book_id = Column(ForeignKey("books.id"))
    """
)


def test_a_foreign_key_on_the_own_side_leads_to_one_row_and_none_to_many():
    assert facts(of(BOOKS, "Author")) == {
        "books": ("select", True), "prizes": ("selectin", True), "notes": ("dynamic", True), "home": ("select", False),
    }  # fmt: skip
    assert facts(of(BOOKS, "Book")) == {
        "author": ("select", False),
        "tags": ("select", True),
        "reviews": ("select", True),
    }


def test_without_a_foreign_key_on_either_side_how_many_is_not_known():
    found = of(
        SQLALCHEMY
        + """
    class Parcel(Base):
        __table__ = outerjoin(head, body)
        depot = relationship("Depot")
    class Depot(Base):
        __tablename__ = "depots"
    """,
        "Parcel",
    )
    assert facts(found) == {"depot": ("select", None)}


def test_back_references_are_attributes_of_the_other_class():
    assert facts(of(BOOKS, "Tag")) == {"books": ("select", True)}
    assert facts(of(BOOKS, "Review")) == {"book": ("joined", False)}


def test_only_lazy_ones_send_a_query_when_they_are_read():
    assert {name: r.queries for name, r in of(BOOKS, "Author").items()} == {
        "books": True, "prizes": False, "notes": True, "home": True,
    }  # fmt: skip


def test_annotations_say_the_target_and_how_many():
    text = (
        SQLALCHEMY
        + """
    class Team(Base):
        __tablename__ = "teams"
        members: Mapped[list["Member"]] = relationship()
        captain: Mapped["Member | None"] = relationship()
    class Member(Base):
        __tablename__ = "members"
    """
    )
    found = of(text, "Team")
    assert facts(found) == {"members": ("select", True), "captain": ("select", False)}
    assert all(r.target is not None and r.target.place == "m.py" for r in found.values())


def test_relationships_of_bases_are_inherited():
    text = (
        SQLALCHEMY
        + """
    class Node(Base):
        __tablename__ = "nodes"
        links = relationship("Link")
    class Leaf(Node):
        pass
    class Link(Base):
        __tablename__ = "links"
    """
    )
    assert list(of(text, "Leaf")) == ["links"]


def test_sqlmodel_takes_the_mode_from_a_dict():
    text = """
    from sqlmodel import Field, Relationship, SQLModel
    class Team(SQLModel, table=True):
        id: int = Field(primary_key=True)
        heroes: list["Hero"] = Relationship(back_populates="team", sa_relationship_kwargs={"lazy": "selectin"})
    class Hero(SQLModel, table=True):
        team_id: int = Field(foreign_key="team.id")
        team: Team | None = Relationship(back_populates="heroes")
    """
    assert facts(of(text, "Team")) == {"heroes": ("selectin", True)}
    assert facts(of(text, "Hero"))["team"][0] == "select"


def test_foreign_keys_of_django_lead_to_one_row_and_managers_to_many():
    text = """
    from django.db import models
    class Tag(models.Model):
        pass
    class Order(models.Model):
        customer = models.ForeignKey("Customer", on_delete=models.CASCADE)
        parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE)
        tags = models.ManyToManyField(Tag)
    class Customer(models.Model):
        pass
    """
    found = of(text, "Order")
    assert facts(found) == {
        "customer": ("select", False), "parent": ("select", False), "tags": ("dynamic", True), "order_set": ("dynamic", True),
    }  # fmt: skip
    assert found["parent"].target == found["parent"].owner


def test_a_foreign_key_column_is_no_relationship():
    text = (
        SQLALCHEMY
        + """
    class Book(Base):
        __tablename__ = "books"
        author_id = Column(ForeignKey("authors.id"))
    """
    )
    assert of(text, "Book") == {}


def test_django_gives_the_other_model_the_way_back():
    text = """
    from django.db import models
    class Harbour(models.Model):
        pass
    class Berth(models.Model):
        harbour = models.ForeignKey(Harbour, on_delete=models.CASCADE, related_name="berths")
        rival = models.ForeignKey(Harbour, on_delete=models.CASCADE, related_name="+")
    class Office(models.Model):
        harbour = models.OneToOneField(Harbour, on_delete=models.CASCADE)
    class Dated(models.Model):
        place = models.ForeignKey(Harbour, on_delete=models.CASCADE)
        class Meta:
            abstract = True
    class Log(models.Model):
        harbour = models.ForeignKey(Harbour, on_delete=models.CASCADE)
    """
    assert facts(of(text, "Harbour")) == {
        "berths": ("dynamic", True), "office": ("select", False), "log_set": ("dynamic", True),
    }  # fmt: skip
