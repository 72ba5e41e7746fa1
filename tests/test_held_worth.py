"""How sure rules are of reads for what a request may hold, or may never be asked for."""

from __future__ import annotations

import pytest

from atomlint.testing import check_files

HOOKS = """
from flask import Flask, g, request, session
from flask_login import current_user
from flask_sqlalchemy import SQLAlchemy
from elsewhere import claims

app = Flask(__name__)
db = SQLAlchemy(app)

class Tenant(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    slug = db.Column(db.String)

@app.before_request
def gives():
    {gives}

@app.before_request
def asks():
    if not getattr(g, "tenant", None):
        g.tenant = Tenant.query.filter_by(slug=request.host).first()
"""

LAZY = """
from django.db import models
from django.utils.functional import SimpleLazyObject

MIDDLEWARE = ["app.Middleware"]

class Tenant(models.Model):
    slug = models.SlugField()

class Middleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.tenant = SimpleLazyObject(lambda: Tenant.objects.get(slug=request.get_host()))
        {then}
        return self.get_response(request)

def view(request):
    return {view}
"""


def found(text: str) -> list[tuple[str, str]]:
    """Each finding's confidence, with how often it says that the tenant is read."""
    report = check_files({"app.py": text}, select=("tenant-uncached-lookup",), confidence="low")
    assert not report.errors
    return [
        (f.confidence.value, f.message.partition(" is read by slug ")[2].partition(", and")[0]) for f in report.findings
    ]


@pytest.mark.parametrize(
    ("gives", "levels"),
    [
        ("g.tenant = claims(request)", []),
        ("if current_user.is_authenticated:\n        g.tenant = claims(request)", ["low"]),
        ("if request.path.startswith('/api'):\n        g.tenant = claims(request)", ["medium"]),
        ("g.user = claims(request)", ["high"]),
    ],
)
def test_a_hook_that_looks_first_is_worth_as_little_as_another_one_leaves_to_it(gives, levels):
    assert [level for level, _ in found(HOOKS.format(gives=gives))] == levels


@pytest.mark.parametrize(
    ("then", "view", "level", "when"),
    [
        ("pass", "request", "low", "on every request that reads request.tenant"),
        ("pass", "request.tenant.slug", "medium", "on every request that reads request.tenant"),
        ("print(request.tenant.slug)", "request", "high", "on every request"),
    ],
)
def test_a_lazy_row_is_read_as_often_as_something_asks_for_it(then, view, level, when):
    assert found(LAZY.format(then=then, view=view)) == [(level, when)]
