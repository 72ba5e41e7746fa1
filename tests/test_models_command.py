"""``atomlint models``: four formats of one graph, and projects that have none or cannot be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from atomlint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

MODELS = """\
from sqlalchemy import Column, ForeignKey, Integer, Table
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()

order_tags = Table(
    "order_tags",
    Base.metadata,
    Column("order_id", ForeignKey("orders.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)


class Customer(Base):
    __tablename__ = "customers"
    id = Column(Integer, primary_key=True)
    orders = relationship("Order", back_populates="customer")


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    customer_id = Column(Integer, ForeignKey("customers.id"))
    customer = relationship("Customer", back_populates="orders")
    tags = relationship("Tag", secondary=order_tags, back_populates="order_list")


class Tag(Base):
    __tablename__ = "tags"
    id = Column(Integer, primary_key=True)
    orders = relationship("Order", secondary=order_tags, viewonly=True)
    shelf_id = Column(Integer, ForeignKey("shelves.id"))
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.atomlint]\n")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text("")
    (tmp_path / "shop" / "models.py").write_text(MODELS)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["models", *arguments])


def graph_of(path: Path) -> dict[str, Any]:
    result = run(str(path), "--format", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def line(text: str) -> int:
    return next(number for number, found in enumerate(MODELS.splitlines(), 1) if text in found)


def words(result: Result) -> list[list[str]]:
    assert result.exit_code == 0, result.output
    return [found.split() for found in result.stdout.splitlines()]


# --- JSON --------------------------------------------------------------------------------------------------------------


def test_classes_have_their_tables_and_places(shop):
    classes = {cls["name"]: cls for cls in graph_of(shop)["classes"]}
    assert {name: cls["table"] for name, cls in classes.items()} == {
        "shop.models.Customer": "customers", "shop.models.Order": "orders", "shop.models.Tag": "tags",
    }  # fmt: skip
    assert (classes["shop.models.Order"]["path"], classes["shop.models.Order"]["line"]) == (
        "shop/models.py", line("class Order"),
    )  # fmt: skip


def test_relationships_have_direction_and_reverse(shop):
    ties = {f"{cls['name']}.{tie['name']}": tie for cls in graph_of(shop)["classes"] for tie in cls["relationships"]}
    orders, customer = ties["shop.models.Customer.orders"], ties["shop.models.Order.customer"]
    assert (orders["direction"], orders["reverse"]) == ("one-to-many", ["shop.models.Order.customer"])
    assert (customer["direction"], customer["reverse"]) == ("many-to-one", ["shop.models.Customer.orders"])
    assert orders["on"] == ["customers.id = orders.customer_id"]
    tagged = ties["shop.models.Tag.orders"]
    assert (tagged["direction"], tagged["secondary"], tagged["reverse"]) == ("many-to-many", "order_tags", [])


def test_tables_have_their_foreign_keys_and_what_is_missing_is_said(shop):
    tables = {table["name"]: table for table in graph_of(shop)["tables"]}
    assert tables["order_tags"]["class"] is None
    assert [(key["column"], key["table"], key["state"]) for key in tables["order_tags"]["foreign_keys"]] == [
        ("order_id", "orders", "found"), ("tag_id", "tags", "found"),
    ]  # fmt: skip
    [shelf] = tables["tags"]["foreign_keys"]
    assert (shelf["target"], shelf["table"], shelf["state"]) == ("shelves.id", None, "missing")
    assert shelf["line"] == line("shelves.id")


def test_problems_sit_where_they_are(shop):
    found = {(p["rule"], p["owner"], p["attribute"], p["line"]) for p in graph_of(shop)["problems"]}
    assert ("orm-back-populates-missing", "Order", "tags", line("tags = relationship")) in found


def test_a_foreign_key_leads_to_the_schema_that_its_tables_are_in(tmp_path):
    (tmp_path / "models.py").write_text("""\
from sqlalchemy import Column, ForeignKey, Integer, MetaData
from sqlalchemy.orm import declarative_base

Base = declarative_base(metadata=MetaData(schema="shop"))

class Customer(Base):
    __tablename__ = "customers"
    id = Column(Integer, primary_key=True)

class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    customer_id = Column(Integer, ForeignKey("customers.id"))
    shelf_id = Column(Integer, ForeignKey("shelves.id"))
    store_id = Column(Integer, ForeignKey("stock.stores.id"))
""")
    [_, orders] = graph_of(tmp_path)["tables"]
    assert [(key["target"], key["table"], key["state"]) for key in orders["foreign_keys"]] == [
        ("shop.customers.id", "shop.customers", "found"), ("shop.shelves.id", None, "missing"),
        ("stock.stores.id", None, "missing"),
    ]  # fmt: skip


def test_a_table_that_a_class_is_mapped_to_imperatively_has_a_class(tmp_path):
    (tmp_path / "models.py").write_text("""\
from sqlalchemy import Column, ForeignKey, Integer, Table
from sqlalchemy.orm import registry

mapper_registry = registry()
customers = Table("customers", mapper_registry.metadata, Column("id", Integer, primary_key=True))
visits = Table("visits", mapper_registry.metadata, Column("customer_id", ForeignKey("customers.id"), primary_key=True))

class Customer:
    pass

mapper_registry.map_imperatively(Customer, customers)
""")
    tables = {table["name"]: table["class"] for table in graph_of(tmp_path)["tables"]}
    assert tables == {"customers": "models.Customer", "visits": None}
    rows = words(run(str(tmp_path)))
    assert [row[0] for row in rows if row and row[0] in tables and len(row) == 3] == ["visits"]


# --- the other formats -------------------------------------------------------------------------------------------------


def test_the_table_has_a_section_for_each_kind(shop):
    rows = words(run(str(shop)))
    assert ["Order", "orders", "-", f"shop/models.py:{line('class Order')}"] in rows
    assert ["order_tags", "2", f"shop/models.py:{line('order_tags = Table')}"] in rows
    place = f"shop/models.py:{line('orders = relationship')}"
    assert ["Customer.orders", "Order", "one-to-many", "Order.customer", "-", place] in rows
    assert ["tags.shelf_id", "shelves.id", "(missing)", f"shop/models.py:{line('shelves.id')}"] in rows
    place = f"shop/models.py:{line('tags = relationship')}"
    assert ["orm-back-populates-missing", "error", "Order.tags", place] in [row[:4] for row in rows]
    assert " ".join(rows[-1]).startswith("3 classes, 4 tables, 4 relationships, 4 foreign keys, ")


def test_the_flowchart_has_a_pair_as_one_line_and_marks_problems(shop):
    lines = [found.strip() for found in run(str(shop), "--format", "mermaid").stdout.splitlines()]
    assert lines[0] == "flowchart LR"
    assert 'n0["Customer<br/>customers"]' in lines
    assert 'n3[("order_tags")]' in lines
    assert 'n0 <-->|"orders / customer: one-to-many"| n1' in lines
    assert sum("customer: " in found for found in lines) == 1
    assert 'n2 -->|"orders: many-to-many by order_tags"| n1' in lines
    assert 'n3 -.->|"tag_id"| n2' in lines
    marked = next(found for found in lines if found.startswith("class "))
    assert "n1" in marked
    assert "n0" not in marked


def test_the_digraph_has_the_same_edges(shop):
    text = run(str(shop), "--format", "dot").stdout
    assert text.startswith("digraph models {")
    assert 'n0 -> n1 [label="orders / customer: one-to-many", dir=both];' in text
    assert 'n3 -> n1 [label="order_id", style=dotted];' in text
    assert 'n3 [label="order_tags", shape=cylinder];' in text
    assert "! orm-back-populates-missing tags shop/models.py:" in text
    assert text.endswith("}\n")


def test_inheritance_is_drawn_and_listed(shop):
    (shop / "shop" / "more.py").write_text(
        "from shop.models import Customer\nclass Company(Customer):\n    __mapper_args__ = {'polymorphic_identity': 'c'}\n"
    )
    assert ["Company", "customers", "Customer", "shop/more.py:2"] in words(run(str(shop)))
    assert "inherits (single)" in run(str(shop), "--format", "mermaid").stdout


def test_classes_of_one_name_go_by_their_modules(shop):
    (shop / "shop" / "other.py").write_text(
        "from sqlalchemy import Column, Integer\nfrom sqlalchemy.orm import declarative_base\nBase = declarative_base()\n"
        "class Order(Base):\n    __tablename__ = 'others'\n    id = Column(Integer, primary_key=True)\n"
    )
    names = {row[0] for row in words(run(str(shop))) if row}
    assert {"shop.models.Order", "shop.other.Order", "Customer"} <= names
    drawn = run(str(shop), "--format", "mermaid").stdout.splitlines()
    assert '["shop.other.Order<br/>others"]' in next(found for found in drawn if "others" in found)


# --- input that is not what it should be -------------------------------------------------------------------------------


def test_a_project_without_models_has_an_empty_graph(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.atomlint]\n")
    (tmp_path / "app.py").write_text("x = 1\n")
    assert graph_of(tmp_path) == {"version": "1.0", "classes": [], "tables": [], "problems": []}
    assert run(str(tmp_path)).stdout == "0 classes, 0 tables, 0 relationships, 0 foreign keys, 0 problems\n"
    assert run(str(tmp_path), "--format", "mermaid").stdout.startswith("flowchart LR\n")
    assert run(str(tmp_path), "--format", "dot").stdout.endswith("}\n")


@pytest.mark.parametrize("form", ["table", "json", "mermaid", "dot"])
def test_a_file_that_does_not_parse_is_said_and_everything_else_is_there(shop, form):
    before = run(str(shop), "--format", form).stdout
    (shop / "shop" / "broken.py").write_text("x = 1\ndef (:\n")
    result = run(str(shop), "--format", form)
    assert result.exit_code == 2
    assert result.stdout == before
    assert "atomlint: shop/broken.py: does not parse: line 2: " in result.stderr


def test_a_path_that_is_missing_is_said(tmp_path):
    result = run(str(tmp_path / "nowhere"))
    assert result.exit_code == 2
    assert "no such file or directory" in result.stderr
