"""A list view whose serializer sends queries for every row.

## Why
A serializer of Django REST framework reads its nested serializers, dotted sources and methods row by row: a page of 20
orders that names each customer sends 21 queries, and nothing in the code of the view shows it. `select_related` or
`prefetch_related` in its queryset makes it 1 or 2, however many rows there are.

## Bad
    from django.db import models
    from rest_framework import routers, serializers, viewsets

    class Customer(models.Model):
        name = models.CharField(max_length=100)

    class Order(models.Model):
        customer = models.ForeignKey(Customer, on_delete=models.CASCADE)

    class OrderSerializer(serializers.ModelSerializer):
        buyer = serializers.CharField(source="customer.name")

        class Meta:
            model = Order
            fields = ["id", "buyer"]

    class OrderViewSet(viewsets.ReadOnlyModelViewSet):
        queryset = Order.objects.order_by("id")
        serializer_class = OrderSerializer

    router = routers.DefaultRouter()
    router.register("orders", OrderViewSet)

## Good
    from django.db import models
    from rest_framework import routers, serializers, viewsets

    class Customer(models.Model):
        name = models.CharField(max_length=100)

    class Order(models.Model):
        customer = models.ForeignKey(Customer, on_delete=models.CASCADE)

    class OrderSerializer(serializers.ModelSerializer):
        buyer = serializers.CharField(source="customer.name")

        class Meta:
            model = Order
            fields = ["id", "buyer"]

    class OrderViewSet(viewsets.ReadOnlyModelViewSet):
        queryset = Order.objects.select_related("customer").order_by("id")
        serializer_class = OrderSerializer

    router = routers.DefaultRouter()
    router.register("orders", OrderViewSet)

## For agents
Name in `select_related` or `prefetch_related` of a list view what its serializer reads of other rows.

## Limits
Views with `list`, `filter_queryset` or `get_serializer` of their own, with bases of other packages, and serializers with
`to_representation` of their own are left alone, as are querysets that are put together where the index cannot follow. Of
a view that takes one serializer or another, what all of them read counts. Serializers inside of serializers are looked at
one level deep. How many rows a list has is not known: findings are of medium confidence at most. Of low confidence are
those of which nothing is sure (a query that a method sends in a branch), views of staff, those whose paginator gives less
than 20 rows, those that no route is seen to lead to, and lists of what one person has (`filter(user=...)`) or of what
there are few of by its name (`EventType`, `Role`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Class, Confidence, Context, Finding, Note, rule

from .._certainty import PAGE
from .._few import loops_over_few
from .._repeats import may_repeat_in
from .._staff import is_class_for_staff
from ._eager import is_of_one_person
from ._serialized import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index

    from ._serialized import Asked, Listed

SHOWN = 4
"""Attributes that a message names."""


@rule("database-query-in-serializer", needs=("rest_framework",), reach=True, severity="warning", since="0.1")
def lists_row_by_row(cls: Class) -> bool:
    """A list view of Django REST framework whose serializer asks for each row."""
    return may_repeat_in(cls.path) and not cls.in_test and listed(cls) is not None


@lists_row_by_row.on("*")
def report(ctx: Context, cls: Class) -> Iterator[Finding]:
    """The view, with the fields that ask."""
    found = listed(cls)
    if found is None:
        return
    finding = ctx.finding(cls, message(ctx.index, cls, found), confidence=confidence(cls, found))
    for asked in found.asked[:SHOWN]:
        field = asked.field
        if field.call >= 0:
            place = ctx.index.call(field.path, field.call).span
            finding = finding.with_related(Note(place, f"this field asks for {asked.what}"))
    yield finding


def message(index: Index, cls: Class, found: Listed) -> str:
    """Which serializer reads what, what it costs, and what would spare it."""
    table = index.project.linker.table(found.serializer.place)
    name = table.facts.scopes[found.serializer.scope].name
    parts = [f"`{asked.what}`" for asked in found.asked[:SHOWN]]
    if len(found.asked) > SHOWN:
        parts.append(f"{len(found.asked) - SHOWN} more")
    what = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    count = sum(asked.queries for asked in found.asked)
    often = "" if found.sure and all(asked.sure for asked in found.asked) else "up to "
    return (
        f"`{name}` reads {what} of each row that {cls.name} lists: {often}{20 * count + 1} queries for 20 rows; "
        f"{repair(found.asked)}"
    )


def repair(asked: tuple[Asked, ...]) -> str:
    """The calls that load it with the rows, and what is left then."""
    named = [one for one in asked if one.relationship is not None and not one.narrowed]
    single = [f'"{one.what}"' for one in named if one.relationship is not None and one.relationship.uselist is False]
    many = [f'"{one.what}"' for one in named if one.relationship is not None and one.relationship.uselist is not False]
    calls = [f"select_related({', '.join(single)})"] if single else []
    calls += [f"prefetch_related({', '.join(many)})"] if many else []
    left = 1 + len(many)
    if len(named) < len(asked):
        calls.append("an annotation, or a query with `IN (...)`")
        left += sum(one.queries for one in asked if one not in named)
    return f"{' and '.join(calls)} make{'s' if len(calls) == 1 else ''} it {left}"


def confidence(cls: Class, found: Listed) -> Confidence:
    """Medium for what each row is sure to read, in a list that its users ask for: how many rows it has is not known."""
    rows = found.view.rows
    model = cls.index.project.linker.table(rows.model.place).facts.scopes[rows.model.scope].name
    few = rows.sliced or 0 < rows.most < PAGE or 0 < found.view.page < PAGE
    if few or is_of_one_person(rows) or loops_over_few(model):
        return Confidence.LOW
    if not found.view.routed or is_class_for_staff(cls.index, cls.value):
        return Confidence.LOW
    sure = found.sure and any(asked.sure for asked in found.asked)
    related = any(asked.relationship is not None and not asked.narrowed for asked in found.asked)
    return Confidence.MEDIUM if sure or related else Confidence.LOW
