"""`secondary` is a mapped class.

## Why
Rows of a secondary table belong to no class: "secondary argument must be a Table object or other FROM clause; can't send a
mapped class directly". A class in between is an association object, with relationships of its own.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class TagOfPost(Base):
        __tablename__ = "tags_of_posts"
        post_id = Column(ForeignKey("posts.id"), primary_key=True)
        tag_id = Column(ForeignKey("tags.id"), primary_key=True)

    class Post(Base):
        __tablename__ = "posts"
        id = Column(Integer, primary_key=True)
        tags = relationship("Tag", secondary="TagOfPost")

    class Tag(Base):
        __tablename__ = "tags"
        id = Column(Integer, primary_key=True)

## Good
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class TagOfPost(Base):
        __tablename__ = "tags_of_posts"
        post_id = Column(ForeignKey("posts.id"), primary_key=True)
        tag_id = Column(ForeignKey("tags.id"), primary_key=True)

    class Post(Base):
        __tablename__ = "posts"
        id = Column(Integer, primary_key=True)
        tags = relationship("Tag", secondary="tags_of_posts")

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


@rule("orm-secondary-mapped-class", needs=NEEDS, severity="error", since="0.1")
def is_a_class(index: Index) -> bool:
    """A relationship by way of a class."""
    return has(index, "secondary-mapped-class")


@is_a_class.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "secondary-mapped-class")
