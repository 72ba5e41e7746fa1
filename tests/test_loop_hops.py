"""Rows behind the rows of a loop: what a foreign key leads to is asked for what it leads to."""

from __future__ import annotations

import pytest

from atomlint import Finding
from atomlint.testing import check_files

SOURCE = """
from django.db import models
from django.http import HttpResponse
from django.urls import path

class Region(models.Model):
    name = models.CharField(max_length=20)

class Branch(models.Model):
    city = models.CharField(max_length=20)
    region = models.ForeignKey(Region, models.CASCADE)

class Person(models.Model):
    name = models.CharField(max_length=20)
    branch = models.ForeignKey(Branch, models.CASCADE)
    skills = models.ManyToManyField("Skill")

class Skill(models.Model):
    title = models.CharField(max_length=20)

class Order(models.Model):
    label = models.CharField(max_length=20)
    seller = models.ForeignKey(Person, models.CASCADE)

    def to_dict(self):
        return {"label": self.label, "city": self.seller.branch.city}

def page(request):
    number = request.GET.get("page")
    return HttpResponse([{read} for order in Order.objects.{query}])

urlpatterns = [path("page", page)]
"""


def found(read: str, query: str = "all()") -> list[Finding]:
    source = SOURCE.replace("{read}", read).replace("{query}", query)
    return check_files({"shop/urls.py": source}, select=("database-query-in-loop",)).findings


@pytest.mark.parametrize("read", ["order.seller.branch.city", "order.to_dict()"])
def test_each_step_to_another_row_is_a_query(read: str) -> None:
    (finding,) = found(read)
    assert finding.message.startswith("`order.seller`, `order.seller.branch` send 2 queries")
    assert finding.message.endswith('41 for 20 rows; select_related("seller__branch") makes it 1')
    assert finding.confidence.name == "HIGH"


def test_what_the_first_step_leads_to_is_asked_for_where_only_that_step_is_loaded() -> None:
    (finding,) = found("order.seller.branch.city", "select_related('seller')")
    assert finding.message.startswith("`order.seller.branch` sends 1 query")
    assert 'select_related("seller__branch") makes it 1' in finding.message


def test_rows_behind_that_are_prefetched_come_with_a_query_for_each_kind() -> None:
    (finding,) = found("list(order.seller.skills.all())")
    assert 'prefetch_related("seller__skills") makes it 3' in finding.message


@pytest.mark.parametrize(
    ("read", "query"),
    [
        ("order.seller.branch.city", "select_related('seller__branch')"),
        ("list(order.seller.skills.all())", "prefetch_related('seller__skills')"),
        ("order.seller.branch_id", "select_related('seller')"),
        ("order.seller.order_set", "select_related('seller')"),
    ],
)
def test_what_is_loaded_or_a_column_is_not_asked_for(read: str, query: str) -> None:
    assert not found(read, query)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("all()", "`order.seller`, `order.seller.branch`, `order.seller.branch.region` send 3 queries"),
        ("select_related('seller__branch')", "`order.seller.branch.region` sends 1 query"),
    ],
)
def test_each_further_step_is_a_query_too(query: str, names: str) -> None:
    (finding,) = found("order.seller.branch.region.name", query)
    assert finding.message.startswith(names)
    assert 'select_related("seller__branch__region") makes it 1' in finding.message
