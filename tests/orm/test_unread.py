"""Files that are not read: what they may define is not missed."""

from __future__ import annotations

from atomlint.testing import check_files

MODELS = """
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    customer_id = Column(ForeignKey("customers.id"))
    customer = relationship("Customer")
    invoice_id = Column(ForeignKey("invoices.id"))
    note = relationship("Note")
"""
BROKEN = """
from models import Base


class Customer(Base)
    __tablename__ = "customers"


class Invoice(Base):
    pass
"""


def told(files: dict[str, str]) -> set[tuple[str, str]]:
    """Rule and symbol of every finding of the family."""
    return {(one.rule, one.symbol) for one in check_files(files, select=("orm",)).active if one.rule.startswith("orm-")}


def test_a_class_or_table_of_a_file_that_does_not_parse_is_not_missed():
    with_main = {"models.py": MODELS, "customers.py": BROKEN, "main.py": "import models, customers\n"}
    assert told(with_main) == {
        ("orm-unknown-class-name", "Order.note"),
        ("orm-unresolved-foreign-key", "Order.invoice_id"),
    }


def test_names_that_stand_nowhere_are_missed():
    assert told({"models.py": MODELS}) == {
        ("orm-unknown-class-name", "Order.note"),
        ("orm-unknown-class-name", "Order.customer"),
        ("orm-unresolved-foreign-key", "Order.invoice_id"),
        ("orm-unresolved-foreign-key", "Order.customer_id"),
    }


def test_a_class_of_a_model_that_is_called_like_a_test_is_not_missed():
    models = MODELS.replace("Customer", "TestRun")
    run = 'from .order import Base\n\n\nclass TestRun(Base):\n    __tablename__ = "customers"\n    id = Column(Integer, primary_key=True)\n'
    files = {
        "app/__init__.py": "",
        "app/order.py": models,
        "app/test_run.py": run,
        "main.py": "from app import order, test_run\n",
    }
    assert told(files) == {
        ("orm-unknown-class-name", "Order.note"),
        ("orm-unresolved-foreign-key", "Order.invoice_id"),
    }
    elsewhere = {path.replace("app/test_run", "tests/test_run"): text for path, text in files.items()}
    assert ("orm-unknown-class-name", "Order.customer") in told(elsewhere)


def test_a_table_of_a_plugin_in_another_folder_is_not_missed():
    customers = "from app.models import Base\n\n\nclass Customer(Base):\n    __tablename__ = 'customers'\n    id = Column(Integer, primary_key=True)\n"
    files = {"app/models.py": MODELS, "main.py": "import app.models\n"}
    missed = ("orm-unresolved-foreign-key", "Order.customer_id")
    assert missed in told(files)
    assert missed not in told({**files, "extra/plugin/models.py": customers.replace("app.models", "shop.app.models")})
