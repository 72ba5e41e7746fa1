"""How sure `database-query-in-serializer` is, by what the view says of its rows and its users."""

from __future__ import annotations

import pytest

from atomlint.testing import check_files

CODE = """
from django.db import models
from rest_framework import pagination, permissions, routers, serializers, viewsets

class Depot(models.Model):
    name = models.CharField(max_length=100)

class Crate(models.Model):
    depot = models.ForeignKey(Depot, on_delete=models.CASCADE{null})

class CrateSerializer(serializers.ModelSerializer):
    depot_name = serializers.CharField(source="depot.name")
{serializer}
    class Meta:
        model = Crate
        fields = ["depot_name"]

class Pages(pagination.PageNumberPagination):
    page_size = {page}

class CrateViewSet(viewsets.ModelViewSet):
    queryset = Crate.objects.all()
    serializer_class = CrateSerializer
    pagination_class = Pages
{view}

router = routers.DefaultRouter()
router.register("crates", CrateViewSet)
"""


def levels(null: str = "", serializer: str = "", page: int = 50, view: str = "", *, routed: bool = True) -> list[str]:
    """Confidences of the findings in a project of one view."""
    text = CODE.format(null=null, serializer=serializer, page=page, view=view)
    text = text if routed else text.partition("router =")[0]
    report = check_files({"stock/views.py": text}, select=("database-query-in-serializer",))
    return [finding.confidence.value for finding in report.findings]


def test_what_each_row_is_sure_to_read_is_of_medium_confidence_as_the_number_of_rows_is_not_known() -> None:
    assert levels() == ["medium"]


def test_a_key_that_may_be_empty_is_of_medium_confidence() -> None:
    assert levels(null=", null=True") == ["medium"]


def test_fields_that_may_be_left_out_are_of_medium_confidence() -> None:
    assert levels(serializer="    def get_fields(self):\n        return {}\n") == ["medium"]


@pytest.mark.parametrize(("page", "level"), [(5, "low"), (20, "medium")])
def test_small_pages_are_of_low_confidence(page: int, level: str) -> None:
    assert levels(page=page) == [level]


def test_a_view_that_no_route_leads_to_is_of_low_confidence() -> None:
    assert levels(routed=False) == ["low"]


@pytest.mark.parametrize(
    "rows", ["Crate.objects.filter(user=self.request.user)", "Crate.objects.all()[:9]", "Crate.objects.none()"]
)
def test_what_one_person_has_and_what_is_cut_out_is_of_low_confidence(rows: str) -> None:
    assert levels(view=f"    def get_queryset(self):\n        return {rows}") == ["low"]


def test_what_there_are_few_of_by_its_name_is_of_low_confidence() -> None:
    report = check_files(
        {"stock/views.py": CODE.format(null="", serializer="", page=50, view="").replace("Crate", "CrateType")},
        select=("database-query-in-serializer",),
    )
    assert [finding.confidence.value for finding in report.findings] == ["low"]


def test_views_of_staff_are_of_low_confidence() -> None:
    assert levels(view="    permission_classes = [permissions.IsAdminUser]") == ["low"]


@pytest.mark.parametrize(
    "view",
    [
        "    def list(self, request):\n        return answer(request)",
        "    http_method_names = ['post']",
        "    def filter_queryset(self, rows):\n        return rows.select_related('depot')",
    ],
)
def test_views_that_answer_in_ways_of_their_own_are_left_alone(view: str) -> None:
    assert levels(view=view) == []
