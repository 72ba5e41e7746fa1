"""A list view whose serializer sends queries for every row.

## Why
A serializer of Django REST framework reads its nested serializers, dotted sources and methods row by row: a page of 20
orders that names each customer sends 21 queries, and nothing in the code of the view shows it. `select_related` or
`prefetch_related` in its queryset makes it 1 or 2, however many rows there are.

## Bad
    from django.db import models
    from rest_framework import pagination, routers, serializers, viewsets

    class Customer(models.Model):
        name = models.CharField(max_length=100)

    class Order(models.Model):
        customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
        paid = models.BooleanField()

    class OrderSerializer(serializers.ModelSerializer):
        buyer = serializers.CharField(source="customer.name")

        class Meta:
            model = Order
            fields = ["id", "buyer"]

    class OrderViewSet(viewsets.ReadOnlyModelViewSet):
        queryset = Order.objects.filter(paid=True).order_by("id")
        serializer_class = OrderSerializer
        pagination_class = pagination.LimitOffsetPagination

    router = routers.DefaultRouter()
    router.register("orders", OrderViewSet)

## Good
    from django.db import models
    from rest_framework import pagination, routers, serializers, viewsets

    class Customer(models.Model):
        name = models.CharField(max_length=100)

    class Order(models.Model):
        customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
        paid = models.BooleanField()

    class OrderSerializer(serializers.ModelSerializer):
        buyer = serializers.CharField(source="customer.name")

        class Meta:
            model = Order
            fields = ["id", "buyer"]

    class OrderViewSet(viewsets.ReadOnlyModelViewSet):
        queryset = Order.objects.filter(paid=True).select_related("customer").order_by("id")
        serializer_class = OrderSerializer
        pagination_class = pagination.LimitOffsetPagination

    router = routers.DefaultRouter()
    router.register("orders", OrderViewSet)

## For agents
Name in `select_related` or `prefetch_related` of a list view what its serializer reads of other rows.

## Limits
Views with `filter_queryset` or `get_serializer` of their own, with bases of other packages, and serializers with
`to_representation` of their own are left alone, as are querysets that are put together where the index cannot follow. Of
a view that takes one serializer or another, the list's is read where `self.action` or the method decides; else what all
of them read counts. Of what is serialized by hand, `OrderSerializer(orders, many=True)`, that of methods and functions
with `@api_view` is seen that answer a GET. Serializers inside of serializers are looked at three levels deep, each with
one row where there may be many. How many rows a list has is not known: findings are of medium confidence at most. Of low
confidence are those whose rows cost one or two queries, unless the list is paged for itself, by a `pagination_class` of
the view's own or in the method, and narrowed to something other than what one row has (`filter(published=True)`): many a
whole table has a handful of rows. So are those of which nothing is sure (a query that a method sends in a branch), views
of staff, those whose page spares less than 20 queries, by their paginator or `REST_FRAMEWORK`, those that no route is
seen to lead to, lists of what one person has (`filter(user=...)`, `filter(members__user=...)`, also where staff get all
of them), lists of customers, of which a user has a few, by hand those of one row, for staff or for an export, and what
there are few of by its name (`EventType`, `Role`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Definition, Finding, Note, rule

from .._certainty import PAGE
from .._few import is_table_of_few
from .._paged import expects_many, goes_through_pages
from .._repeats import may_repeat_in
from .._staff import is_view_for_staff, lets_staff_alone, names_staff
from ..tenant._models import tenant_models
from ._eager import is_of_one_parent, is_of_one_person, is_of_whoever_asks, is_wide, names_one
from ._serialized import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.listviews import ListView
    from atomlint.index.rowsets import Rows

    from ._serialized import Asked, Listed

SHOWN = 4
"""Attributes that a message names."""
CHOSEN = ("id", "pk", "**")
"""Names by which a query asks for rows that are chosen one by one, or by what is not known."""
FILES = "export"
SEVERAL = 3
"""Queries of a row from which they are worth mending, whatever the list: readers found one or two so half of the time, and
these five times in six."""


@rule(
    "database-query-in-serializer",
    needs=("rest_framework", "serializer_class"),
    reach=True,
    severity="warning",
    since="0.1",
)
def lists_row_by_row(view: Definition) -> bool:
    """A view of Django REST framework, a class or a function, that lists rows with a serializer that asks for each."""
    return may_repeat_in(view.path) and not view.in_test and bool(listed(view))


@lists_row_by_row.on("*")
def report(ctx: Context, view: Definition) -> Iterator[Finding]:
    """The view, or the call that serializes by hand, with the fields that ask."""
    for found in listed(view):
        by_hand = found.view.call
        place = view if by_hand < 0 else ctx.index.call(view.path, by_hand).span
        finding = ctx.finding(place, message(view, found), confidence=confidence(view, found))
        for asked in found.asked[:SHOWN]:
            field = asked.field
            if field.call >= 0:
                at = ctx.index.call(field.path, field.call).span
                finding = finding.with_related(Note(at, f"this field asks for {asked.what}"))
        yield finding


def message(view: Definition, found: Listed) -> str:
    """Which serializer reads what, what it costs, and what would spare it."""
    index = view.index
    by_hand = found.view.call
    where = view.name if by_hand < 0 else index.call(view.path, by_hand).function.qualname
    table = index.project.linker.table(found.serializer.place)
    name = table.facts.scopes[found.serializer.scope].name
    read = list(dict.fromkeys(f"`{asked.what}`" for asked in found.asked))
    parts = read[:SHOWN]
    if len(read) > SHOWN:
        parts.append(f"{len(read) - SHOWN} more")
    what = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    answer = f"a page of {found.page}" if found.page else f"{PAGE} rows"
    return (
        f"`{name}` reads {what} of each row that {where} lists: {often(found)}{spared(found) + 1} queries for {answer}; "
        f"{repair(found.asked)}"
    )


def often(found: Listed) -> str:
    """What is known of the number: a row may lead to several others, and may leave queries out."""
    if any(asked.way is not None and asked.way.many for asked in found.asked):
        return "some "
    return "" if found.sure and all(asked.sure for asked in found.asked) else "up to "


def spared(found: Listed) -> int:
    """Queries that its fields cost an answer."""
    return (found.page or PAGE) * sum(asked.queries for asked in found.asked)


def repair(asked: tuple[Asked, ...]) -> str:
    """The calls that load it with the rows, and what is left then."""
    named = [one for one in asked if one.relationship is not None and not one.narrowed]
    single = [one.what for one in named if not one.many]
    many = list(dict.fromkeys(one.what for one in named if one.many))
    calls = [f"select_related({_names(single)})"] if single else []
    calls += [f"prefetch_related({_names(many)})"] if many else []
    left = 1 + len(many)
    if len(named) < len(asked):
        calls.append("an annotation, or a query with `IN (...)`")
        left += sum(one.queries for one in asked if one not in named)
    return f"{' and '.join(calls)} make{'s' if len(calls) == 1 else ''} it {left}"


def _names(paths: list[str]) -> str:
    """Arguments that load all of them: ``depot__region`` loads the depot as well."""
    last = [path for path in paths if not any(other.startswith(f"{path}__") for other in paths)]
    return ", ".join(f'"{path}"' for path in last)


def confidence(view: Definition, found: Listed) -> Confidence:
    """Medium for what each row is sure to read, in a list that its users ask for: how many rows it has is not known."""
    rows = found.view.rows
    model = view.index.project.linker.table(rows.model.place).facts.scopes[rows.model.scope].name
    few = (rows.sliced and not is_page(view, found.view)) or 0 < rows.most < PAGE or spared(found) < PAGE
    own = is_of_one_person(rows) or is_of_whoever_asks(view.index, rows)
    if few or own or is_table_of_few(model) or model in tenant_models(view.index):
        return Confidence.LOW
    several, paged = sum(asked.queries for asked in found.asked) >= SEVERAL, is_paginated(view, found.view)
    if not (several or piles_up(view.index, rows)) or not (paged or (several and not is_of_few(view.index, rows))):
        return Confidence.LOW
    if found.view.call >= 0 and (is_of_one_row(view.index, rows) or is_rare(view, found.view.call)):
        return Confidence.LOW
    if not found.view.routed or is_view_for_staff(view.index, view.value) or is_for_staff_by_default(view, found.view):
        return Confidence.LOW
    sure = found.sure and any(asked.sure for asked in found.asked)
    related = any(asked.relationship is not None and not asked.narrowed for asked in found.asked)
    return Confidence.MEDIUM if sure or related else Confidence.LOW


def is_paginated(view: Definition, answer: ListView) -> bool:
    """Whether a list is asked for by the page because of itself: by a paginator of the view's own, or of its method's."""
    if answer.call < 0:
        return answer.paginated
    return expects_many(view.index.call(view.path, answer.call).function, 0)


def is_page(view: Definition, answer: ListView) -> bool:
    """Whether rows that are cut out of a list are a page of it rather than the first few: ``orders[start : start + size]``."""
    return answer.call >= 0 and goes_through_pages(view.index.call(view.path, answer.call).function)


def piles_up(index: Index, rows: Rows) -> bool:
    """Whether a list is narrowed, and not to one row's: what is published, or not archived, is what there is more and more of."""
    return bool(rows.filters or rows.offered) and not is_of_one_parent(index, rows)


def is_of_few(index: Index, rows: Rows) -> bool:
    """Whether a list is of what one row has, or of a row that its key names."""
    return is_of_one_parent(index, rows) or names_one(index, rows)


def is_for_staff_by_default(view: Definition, answer: ListView) -> bool:
    """Whether settings let only staff pass where a view says nothing of it."""
    asked = view.index.project.listviews.defaults.permissions
    return answer.permitted and bool(asked) and all(any(map(names_staff, names)) for names in asked)


def is_of_one_row(index: Index, rows: Rows) -> bool:
    """Whether a query asks for what leads to one row, or for chosen ones, of which there is often a handful.

    Those of a customer are many.
    """
    related = index.project.relationships.of(rows.model)
    names = {name.removesuffix("_id") for name in rows.filters}
    return not names.isdisjoint(CHOSEN) or any(name in related and not is_wide(index, name) for name in names)


def is_rare(view: Definition, number: int) -> bool:
    """Whether a method answers for one row, ``@action(detail=True)``, for staff alone, or with all that there is for a file."""
    method = view.index.call(view.path, number).function
    made = (str(part) for part in method.table.facts.scopes[method.ordinal].decorators)
    calls = (view.index.call(view.path, int(part[1:])) for part in made if part[:1] == "@" and part[1:].isdigit())
    return FILES in method.name or any(
        call.keywords.get("detail") == "#True" or lets_staff_alone(call.keywords.get("permission_classes"))
        for call in calls
    )
