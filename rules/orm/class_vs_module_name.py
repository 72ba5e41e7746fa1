"""A mapped class is called like a module of mapped classes beside it.

## Why
Strings in relationships can name a class by the end of its module's path, so SQLAlchemy keeps modules and classes in
one tree. A class `item` in the package `catalog`, and classes in the module `catalog.item`, want the same place in
it: "name "item" matches both a class name and a module name", when the second of them is imported.

## Bad
    --- shop/__init__.py
    --- shop/base.py
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()
    --- shop/catalog/__init__.py
    from sqlalchemy import Column, Integer

    from shop.base import Base

    class item(Base):
        __tablename__ = "items"
        id = Column(Integer, primary_key=True)
    --- shop/catalog/item.py
    from sqlalchemy import Column, Integer

    from shop.base import Base

    class Price(Base):
        __tablename__ = "prices"
        id = Column(Integer, primary_key=True)
    --- shop/app.py
    import shop.catalog
    import shop.catalog.item

## Good
    --- shop/__init__.py
    --- shop/base.py
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()
    --- shop/catalog/__init__.py
    from sqlalchemy import Column, Integer

    from shop.base import Base

    class Item(Base):
        __tablename__ = "items"
        id = Column(Integer, primary_key=True)
    --- shop/catalog/item.py
    from sqlalchemy import Column, Integer

    from shop.base import Base

    class Price(Base):
        __tablename__ = "prices"
        id = Column(Integer, primary_key=True)
    --- shop/app.py
    import shop.catalog
    import shop.catalog.item

## Limits
Only modules that one program imports together are compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-class-vs-module-name", needs=NEEDS, severity="error", since="0.1")
def is_called_like_a_module(index: Index) -> bool:
    """A class that is called like a module of classes beside it."""
    return has(index, "class-vs-module-name")


@is_called_like_a_module.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "class-vs-module-name")
