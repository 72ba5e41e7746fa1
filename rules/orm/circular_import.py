"""Two modules of models import from each other what they do not have yet.

## Why
Each takes a class from the other at its top, before its own is defined: "cannot import name 'Customer' from partially
initialized module", whichever of the two is imported first. Relationships need no import: a text names the class.

## Bad
    --- shop/__init__.py
    --- shop/base.py
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()
    --- shop/customers.py
    from sqlalchemy import Column, ForeignKey, Integer, String
    from sqlalchemy.orm import relationship

    from shop.base import Base
    from shop.orders import Order

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        orders = relationship("Order")
    --- shop/orders.py
    from sqlalchemy import Column, ForeignKey, Integer, String
    from sqlalchemy.orm import relationship

    from shop.base import Base
    from shop.customers import Customer

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(ForeignKey("customers.id"))

## Good
    --- shop/__init__.py
    --- shop/base.py
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()
    --- shop/customers.py
    from sqlalchemy import Column, Integer
    from sqlalchemy.orm import relationship

    from shop.base import Base

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        orders = relationship("Order")
    --- shop/orders.py
    from sqlalchemy import Column, ForeignKey, Integer, String
    from sqlalchemy.orm import relationship

    from shop.base import Base
    from shop.customers import Customer

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(ForeignKey("customers.id"))

## Limits
Only circles of two modules that hold mapped classes are found, and only imports at the top without a condition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-circular-import", needs=NEEDS, severity="error", since="0.1")
def imports_in_a_circle(index: Index) -> bool:
    """Two modules of models that import each other."""
    return has(index, "circular-import")


@imports_in_a_circle.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "circular-import")
