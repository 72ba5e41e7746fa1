"""Loops and lists are believed to be long where their function asks for them by the page, or limits them."""

from __future__ import annotations

import textwrap

import pytest

from atomlint.testing import check_files

HEAD = """
import redis
from fastapi import Depends, FastAPI, Request
from sqlalchemy import Column, String
from sqlalchemy.orm import Session, declarative_base

app = FastAPI()
client = redis.Redis()
Base = declarative_base()

class Order(Base):
    __tablename__ = "orders"
    name = Column(String, primary_key=True)
    owner = Column(String)

def get_db() -> Session: ...

def find(db, name):
    return db.query(Order).filter(Order.name == name).first()

def mine(db):
    return db.query(Order).filter(Order.owner == db.info["user"])
"""
HANDLER = """
@app.get("/orders")
def orders(request: Request, {given}db: Session = Depends(get_db)):
    {before}
    return [{turn} for order in {rows}]
"""
QUERY = ("database-query-in-loop", "find(db, order.name)")
COMMAND = ("redis-command-in-loop", "client.publish(order.name, 1)")
BOTH = pytest.mark.parametrize(("rule", "turn"), [QUERY, COMMAND], ids=["query", "command"])


def level(rule: str, source: str) -> str:
    report = check_files({"shop/app.py": source}, select=(rule,))
    assert not report.errors
    (finding,) = report.findings
    return finding.confidence.value


def of_handler(rule: str, turn: str, *, given: str = "", before: str = "pass", rows: str = "mine(db)") -> str:
    """The confidence in what is said of a loop over rows in a handler."""
    return level(rule, HEAD + HANDLER.format(given=given, before=before, turn=turn, rows=rows))


@BOTH
def test_a_loop_over_what_one_person_has_is_only_possible(rule: str, turn: str) -> None:
    assert of_handler(rule, turn) == "low"


def test_a_loop_over_all_that_there_is_is_likely_to_be_worth_a_query_but_no_command() -> None:
    assert of_handler(*QUERY, rows="db.query(Order)") == "medium"
    assert of_handler(*COMMAND, rows="db.query(Order)") == "low"


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        ("client.get(order.name)", "medium"),
        ("client.exists(order.name)", "low"),
        ("client.get(order.name) if order.open else 0", "low"),
    ],
)
def test_a_value_that_each_turn_reads_is_likely_worth_one_command(turn: str, expected: str) -> None:
    assert of_handler("redis-command-in-loop", turn) == expected


@BOTH
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("limit: int, ", "medium"),
        ("page: int, ", "medium"),
        ("page_size: int, ", "medium"),
        ("pageSize: int, ", "medium"),
        ("rowOffset: int, ", "medium"),
        ("next_cursor: str, ", "medium"),
        ("limited: bool, ", "low"),
        ("homepage: str, ", "low"),
    ],
)
def test_a_parameter_for_a_part_of_the_rows_tells_that_there_are_many(
    rule: str, turn: str, given: str, expected: str
) -> None:
    assert of_handler(rule, turn, given=given) == expected


@BOTH
@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("offset = 20 * int(request.headers['x-part'])", "medium"),
        ("number = request.query_params.get('page')", "medium"),
        ("number = request.query_params.get('page_size', 50)", "medium"),
        ("number = request.query_params.getlist('limit')", "medium"),
        ("number = request.query_params.get('name')", "low"),
        ("self.page = 1", "low"),
    ],
)
def test_a_variable_or_a_value_of_the_address_for_a_part_tells_so(
    rule: str, turn: str, before: str, expected: str
) -> None:
    assert of_handler(rule, turn, before=before) == expected


@BOTH
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("db.query(Order).limit(100)", "medium"),
        ("db.query(Order).limit(SIZE)", "medium"),
        ("db.query(Order).limit(5)", "low"),
        ("db.query(Order).offset(100)", "medium"),
        ("paginate(db.query(Order))", "medium"),
        ("sorted(db.query(Order))", "low"),
    ],
)
def test_rows_that_are_asked_for_by_the_page_are_many_unless_it_is_a_short_one(
    rule: str, turn: str, rows: str, expected: str
) -> None:
    assert of_handler(rule, turn, before=f"first = {rows}") == expected


@BOTH
@pytest.mark.parametrize("count", ["db.query(Order).count()", "db.query(Order).filter(Order.name != '').count()"])
def test_that_rows_are_counted_tells_nothing_of_how_many_there_are(rule: str, turn: str, count: str) -> None:
    assert of_handler(rule, turn, before=f"total = {count}") == "low"
    assert of_handler(rule, turn, before=f"total = {count}", given="page: int, ") == "medium"


@BOTH
@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("skip = 20", "medium"),
        ("skip = True", "low"),
        ("skip = False", "low"),
        ("part = request.query_params.get('page')", "medium"),
        ("part = request.state.kept.pop('page')", "low"),
    ],
)
def test_a_flag_or_what_is_taken_out_of_a_mapping_is_no_part_of_the_rows(
    rule: str, turn: str, before: str, expected: str
) -> None:
    assert of_handler(rule, turn, before=before) == expected


@pytest.mark.parametrize(
    ("before", "inside", "expected"),
    [("pass", "page = order.name", "low"), ("page = request.headers['x-part']", "pass", "medium")],
)
def test_a_name_that_a_turn_assigns_is_of_that_turn(before: str, inside: str, expected: str) -> None:
    source = f"""
    @app.get("/orders")
    def orders(request: Request, db: Session = Depends(get_db)):
        {before}
        rows = []
        for order in mine(db):
            {inside}
            rows.append(find(db, order.name))
        return rows
    """
    assert level(QUERY[0], HEAD + textwrap.dedent(source)) == expected


@pytest.mark.parametrize("amount", ["1", "100", "SIZE"])
def test_a_limit_inside_of_a_turn_finds_one_row_and_says_nothing_of_the_loop(amount: str) -> None:
    turn = "db.query(Order).filter(Order.name == order.name){limit}.all()"
    assert of_handler(QUERY[0], turn.format(limit=f".limit({amount})")) == "low"
    before = "rows = db.query(Order).limit(100)"
    assert of_handler(QUERY[0], turn.format(limit=""), before=before) == "medium"


@pytest.mark.parametrize(("given", "expected"), [("limit: int", "medium"), ("state: str", "low")])
def test_it_is_the_function_of_the_loop_that_asks_for_a_part(given: str, expected: str) -> None:
    source = f"""
    def listed(db, {given}):
        return [find(db, order.name) for order in mine(db)]

    @app.get("/orders")
    def orders(number: int, db: Session = Depends(get_db)):
        return listed(db, number)
    """
    assert level(QUERY[0], HEAD + textwrap.dedent(source)) == expected
    other = source.replace("number: int", "page: int").replace("listed(db, number)", "listed(db, page)")
    assert level(QUERY[0], HEAD + textwrap.dedent(other)) == expected


def test_a_number_of_turns_that_the_source_states_needs_no_page() -> None:
    source = """
    @app.get("/orders")
    def orders():
        return [client.get(f"order:{number}") for number in range(100)]
    """
    assert level(COMMAND[0], HEAD + textwrap.dedent(source)) == "high"
