"""Relationships of SQLAlchemy that each row of a loop asks for: which are the same for all of them, and what loads them."""

from __future__ import annotations

import pytest

from atomlint.testing import check_files

SOURCE = """
from flask import Flask, jsonify
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)

class Organization(db.Model):
    __tablename__ = "organizations"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)

class Note(db.Model):
    __tablename__ = "notes"
    id = db.Column(db.Integer, primary_key=True)
    run_id = db.Column(db.Integer, db.ForeignKey("runs.id"))

class Run(db.Model):
    __tablename__ = "runs"
    id = db.Column(db.Integer, primary_key=True)
    org_id = db.Column(db.Integer, db.ForeignKey("organizations.id"))
    {other}
    organization = db.relationship("Organization", backref="runs")
    notes = db.relationship("Note", lazy="dynamic")

@app.route("/runs/<int:org_id>")
def runs(org_id):
    rows = Run.query.{query}.limit(50).all()
    return jsonify([{read} for r in rows])
"""


def messages(query: str, read: str, other: str = "") -> list[str]:
    text = SOURCE.replace("{query}", query).replace("{read}", read).replace("{other}", other)
    report = check_files({"app.py": text}, select=("database-query-in-loop",), confidence="low")
    assert not report.errors
    return [finding.message for finding in report.findings]


@pytest.mark.parametrize(
    ("query", "other", "is_found"),
    [
        ("filter_by(org_id=org_id)", "", False),
        ("filter(Run.org_id == org_id)", "", False),
        ("filter_by(id=org_id)", "", True),
        ("order_by(Run.id)", "", True),
        ("filter_by(org_id=org_id)", 'parent_id = db.Column(db.Integer, db.ForeignKey("organizations.id"))', True),
    ],
)
def test_rows_of_one_parent_lead_to_it_without_a_query_each(query: str, other: str, *, is_found: bool) -> None:
    assert bool(messages(query, "r.organization.name", other)) is is_found


def test_a_dynamic_relationship_is_loaded_by_no_option() -> None:
    (told,) = messages("order_by(Run.id)", "(r.organization.name, r.notes.count())")
    assert "selectinload(Run.organization)" in told
    assert "selectinload(Run.notes)" not in told
    assert "one query with `IN (...)` for `notes`" in told


EARLY = """
def place_of(run):
    if run.name:
        try:
            if run.name == "a":
                return run.name
        except ValueError:
            pass
    try:
        return sorted(run.marks, key=id)
    except TypeError:
        return []

def shown(run):
    return {"place": place_of(run)}
"""


@pytest.mark.parametrize(
    ("early", "level"), [(EARLY, "low"), (EARLY.replace("return run.name", "print(run.name)"), "medium")]
)
def test_what_is_read_of_the_rows_that_an_early_return_leaves_over_is_only_possible(early: str, level: str) -> None:
    text = SOURCE.replace("{query}", "filter(Run.name != '')").replace("{read}", "shown(r)")
    text = text.replace("{other}", 'name = db.Column(db.String)\n    marks = db.relationship("Note", viewonly=True)')
    text = text.replace("@app.route", f"{early}\n@app.route")
    report = check_files({"app.py": text}, select=("database-query-in-loop",), confidence="low")
    assert [finding.confidence.value for finding in report.findings] == [level]
