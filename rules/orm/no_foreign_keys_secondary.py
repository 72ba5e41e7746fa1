"""The table between two classes lacks a foreign key to one of them.

## Why
SQLAlchemy builds the joins of a many-to-many relationship from the foreign keys of the secondary table: "there are no
foreign keys linking these tables via secondary table", at the first query of the process.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer, Table
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    tags_of_posts = Table(
        "tags_of_posts",
        Base.metadata,
        Column("post_id", ForeignKey("posts.id"), primary_key=True),
        Column("tag_id", Integer, primary_key=True),
    )

    class Post(Base):
        __tablename__ = "posts"
        id = Column(Integer, primary_key=True)
        tags = relationship("Tag", secondary=tags_of_posts)

    class Tag(Base):
        __tablename__ = "tags"
        id = Column(Integer, primary_key=True)

## Good
    from sqlalchemy import Column, ForeignKey, Integer, Table
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    tags_of_posts = Table(
        "tags_of_posts",
        Base.metadata,
        Column("post_id", ForeignKey("posts.id"), primary_key=True),
        Column("tag_id", ForeignKey("tags.id"), primary_key=True),
    )

    class Post(Base):
        __tablename__ = "posts"
        id = Column(Integer, primary_key=True)
        tags = relationship("Tag", secondary=tags_of_posts)

    class Tag(Base):
        __tablename__ = "tags"
        id = Column(Integer, primary_key=True)

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


@rule("orm-no-foreign-keys-secondary", needs=NEEDS, severity="error", since="0.1")
def joins_nothing(index: Index) -> bool:
    """A relationship whose secondary table leads nowhere."""
    return has(index, "no-foreign-keys-secondary")


@joins_nothing.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "no-foreign-keys-secondary")
