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
    sealed = models.BooleanField()

class CrateSerializer(serializers.ModelSerializer):
    depot_name = serializers.CharField(source="depot.name")
{serializer}
    class Meta:
        model = Crate
        fields = ["depot_name"]

class Pages(pagination.PageNumberPagination):
    page_size = {page}

class CrateViewSet(viewsets.ModelViewSet):
    queryset = Crate.objects.filter(sealed=True)
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


def of_table(fields: int, rows: str, pages: str = "Pages") -> list[str]:
    """Confidences where each row costs so many queries, and a list is of these rows."""
    names = [f"part{number}" for number in range(1, fields)]
    keys = "".join(f"\n    {name} = models.ForeignKey(Depot, on_delete=models.CASCADE)" for name in names)
    read = "".join(f'    {name}_name = serializers.CharField(source="{name}.name")\n' for name in names)
    code = CODE.format(null="", serializer=read, page=50, view="").replace("Crate.objects.filter(sealed=True)", rows)
    code = code.replace("pagination_class = Pages", f"pagination_class = {pages}")
    code = code.replace("    sealed = models.BooleanField()", f"    sealed = models.BooleanField(){keys}")
    code = code.replace('["depot_name"', "".join(['["depot_name"', *(f', "{name}_name"' for name in names)]))
    report = check_files({"stock/views.py": code}, select=("database-query-in-serializer",))
    assert all(f"{20 * fields + 1} queries for 20 rows" in finding.message for finding in report.findings)
    return [finding.confidence.value for finding in report.findings]


@pytest.mark.parametrize(
    ("fields", "rows", "level"),
    [
        (1, "Crate.objects.all()", "low"),
        (2, "Crate.objects.all()", "low"),
        (3, "Crate.objects.all()", "medium"),
        (1, "Crate.objects.filter(sealed=True)", "medium"),
        (1, "Crate.objects.filter(depot=1)", "low"),
        (3, "Crate.objects.filter(depot=1)", "medium"),
    ],
)
def test_one_or_two_queries_a_row_are_worth_it_in_lists_that_grow_and_three_in_all(
    fields: int, rows: str, level: str
) -> None:
    assert of_table(fields, rows) == [level]


@pytest.mark.parametrize(("fields", "level"), [(1, "low"), (2, "low"), (3, "medium")])
def test_three_queries_a_row_are_worth_it_in_lists_that_nothing_pages_for_themselves(fields: int, level: str) -> None:
    assert of_table(fields, "Crate.objects.filter(sealed=True)", pages="None") == [level]


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
    "rows",
    [
        "Crate.objects.filter(user=self.request.user)",
        "Crate.objects.filter(sealed=True)[:9]",
        "Crate.objects.filter(sealed=True).none()",
    ],
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


SETTINGS = """
REST_FRAMEWORK = {{
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.{paginator}",
    "PAGE_SIZE": {size},
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.{permission}"],
}}
"""


def with_settings(
    paginator: str = "PageNumberPagination",
    size: str = "100",
    permission: str = "IsAuthenticated",
    view: str = "",
    own: str = "",
) -> tuple[str, str]:
    """Confidence and message of the finding in a project whose settings say how lists are paged and who may ask."""
    code = CODE.format(null="", serializer="", page=50, view=view)
    code = code.replace("pagination_class = Pages", f"pagination_class = {own}" if own else "kind = 1")
    settings = SETTINGS.format(paginator=paginator, size=size, permission=permission)
    report = check_files(
        {"stock/views.py": code, "stock/settings.py": settings}, select=("database-query-in-serializer",)
    )
    (finding,) = report.findings
    return finding.confidence.value, finding.message


@pytest.mark.parametrize(
    ("paginator", "size", "level", "said"),
    [
        ("PageNumberPagination", "10", "low", "11 queries for a page of 10;"),
        ("PageNumberPagination", "100", "medium", "21 queries for 20 rows;"),
        ("LimitOffsetPagination", "10", "medium", "21 queries for 20 rows;"),
        ("PageNumberPagination", "int(size())", "medium", "21 queries for 20 rows;"),
    ],
)
def test_pages_of_settings_say_how_many_rows_an_answer_has(paginator: str, size: str, level: str, said: str) -> None:
    confidence, message = with_settings(paginator, size, own=f"pagination.{paginator}")
    assert (confidence, said in message) == (level, True)
    confidence, message = with_settings(paginator, size)
    assert (confidence, said in message) == ("low", True)


def test_small_pages_of_rows_that_ask_for_several_things_are_of_medium_confidence() -> None:
    code = CODE.replace("class Crate(models.Model):", "class Crate(models.Model):\n    lid = models.ForeignKey(Depot)")
    code = code.replace("{serializer}", '    lid_name = serializers.CharField(source="lid.name")')
    code = code.replace('["depot_name"]', '["depot_name", "lid_name"]')
    report = check_files(
        {"stock/views.py": code.format(null="", page=10, view="")}, select=("database-query-in-serializer",)
    )
    assert [finding.confidence.value for finding in report.findings] == ["medium"]
    assert "21 queries for a page of 10;" in report.findings[0].message


def test_lists_that_settings_open_to_staff_alone_are_of_low_confidence() -> None:
    assert with_settings(permission="IsAdminUser", own="Pages")[0] == "low"
    assert with_settings(permission="IsAdminUser", view="    permission_classes = []", own="Pages")[0] == "medium"


NARROWING = """
class Depots(serializers.ModelSerializer):
    newest = serializers.SerializerMethodField()

    class Meta:
        model = Depot
        fields = ["newest"]

    def get_newest(self, depot):
        crates = depot.crate_set.all()
        return crates.order_by("-id").first().id

"""


def test_what_a_name_narrows_later_is_not_prefetched() -> None:
    code = CODE.format(null="", serializer="", page=50, view="").replace("queryset = Crate.", "queryset = Depot.")
    code = code.replace("class CrateViewSet(", NARROWING + "class CrateViewSet(")
    code = code.replace("serializer_class = CrateSerializer", "serializer_class = Depots")
    (finding,) = check_files({"stock/views.py": code}, select=("database-query-in-serializer",)).findings
    assert finding.message.endswith("21 queries for 20 rows; an annotation, or a query with `IN (...)` makes it 2")


@pytest.mark.parametrize(
    ("decorated", "rows", "level"),
    [
        ("@action(detail=False)\n    def open(", "Crate.objects.filter(sealed=True)", "medium"),
        ("@action(detail=True)\n    def open(", "Crate.objects.filter(sealed=True)", "low"),
        ("@action(detail=False)\n    def open(", "Crate.objects.filter(depot=depot())", "low"),
        ("@action(detail=False)\n    def open(", "Crate.objects.filter(id__in=chosen())", "low"),
        ("@action(detail=False)\n    def export(", "Crate.objects.filter(sealed=True)", "low"),
    ],
)
def test_what_methods_serialize_by_hand_is_of_medium_confidence_unless_few_rows_are_likely(
    decorated: str, rows: str, level: str
) -> None:
    view = f"    http_method_names = ['post']\n\n    {decorated}self, request, page=1):\n        crates = {rows}\n"
    view += "        return CrateSerializer(crates, many=True).data\n"
    assert levels(view=view) == [level]


def test_a_table_of_few_rows_by_its_name_is_of_low_confidence() -> None:
    code = CODE.format(null="", serializer="", page=50, view="").replace("Crate", "CratePolicy")
    report = check_files({"stock/views.py": code}, select=("database-query-in-serializer",))
    assert [finding.confidence.value for finding in report.findings] == ["low"]


@pytest.mark.parametrize(
    ("rows", "level"),
    [
        ("Crate.objects.filter(depot__user=self.request.user)", "low"),
        ("Crate.objects.filter(depot__name='north')", "medium"),
    ],
)
def test_what_leads_to_one_person_is_a_handful(rows: str, level: str) -> None:
    assert levels(view=f"    def get_queryset(self):\n        return {rows}\n") == [level]


@pytest.mark.parametrize(
    ("body", "level"),
    [
        ("if user.is_staff:\n    return rows\nreturn rows.filter(depot__keeper=user)", "low"),
        ("if user.is_staff:\n    return rows\nreturn rows.filter(depot__keeper_id=user.id)", "low"),
        ("if not user.is_staff:\n    rows = rows.filter(keeper=self.request.user)\nreturn rows", "low"),
        ("return rows.filter(depot__keepers=user)", "medium"),
        ("return rows.filter(depot__company__keeper=user)", "medium"),
        ("return rows.filter(depot__keeper=self.kwargs['keeper'])", "medium"),
    ],
)
def test_what_users_have_who_are_no_staff_is_a_handful(body: str, level: str) -> None:
    lines = ["user = self.request.user", "rows = Crate.objects.filter(sealed=True)", *body.split("\n")]
    method = "    def get_queryset(self):\n" + "".join(f"        {line}\n" for line in lines)
    assert levels(view=method) == [level]


def test_customers_are_few_for_each_user() -> None:
    text = CODE.format(null="", serializer="", page=50, view="")
    for name, level in (("Crate", "medium"), ("Organization", "low")):
        report = check_files({"stock/views.py": text.replace("Crate", name)}, select=("database-query-in-serializer",))
        assert [finding.confidence.value for finding in report.findings] == [level]


@pytest.mark.parametrize(
    ("rows", "level"),
    [
        ("Crate.objects.filter(depot=self.kwargs['depot'])", "low"),
        ("Crate.objects.filter(depot_id=self.kwargs['depot'])", "low"),
        ("Crate.objects.filter(sealed=True).exclude(depot=None)", "medium"),
    ],
)
def test_a_list_of_what_one_row_has_is_of_low_confidence(rows: str, level: str) -> None:
    view = f"    def get_queryset(self):\n        return {rows}\n"
    assert levels(view=view) == [level]


@pytest.mark.parametrize(
    ("who", "level"),
    [
        ("IsSuperUser", "low"),
        ("IsAdminUser", "low"),
        ("IsAuthenticated", "medium"),
        ("IsAuthenticated | permissions.IsAdminUser", "medium"),
    ],
)
def test_an_action_for_staff_is_of_low_confidence(who: str, level: str) -> None:
    text = CODE.format(null="", serializer="", page=5, view="").replace(
        "import pagination,", "import decorators, pagination,"
    )
    text += f"""
class Drafts(viewsets.GenericViewSet):
    @decorators.action(detail=False, methods=["get"], permission_classes=[permissions.{who}])
    def drafts(self, request):
        page = request.GET.get("page")
        return Response(CrateSerializer(Crate.objects.filter(sealed=True), many=True).data)

router.register("drafts", Drafts)
"""
    report = check_files({"stock/views.py": text}, select=("database-query-in-serializer",))
    assert [finding.confidence.value for finding in report.findings if "drafts" in finding.message] == [level]


@pytest.mark.parametrize(
    ("stated", "level"),
    [
        ("pagination_class = Pages", "medium"),
        ("pagination_class = pagination.CursorPagination", "medium"),
        ("pagination_class = None", "low"),
        ("lookup_field = 'pk'", "low"),
    ],
)
def test_a_list_is_long_where_its_view_names_a_paginator_of_its_own(stated: str, level: str) -> None:
    code = CODE.format(null="", serializer="", page=50, view="").replace("pagination_class = Pages", stated)
    report = check_files({"stock/views.py": code}, select=("database-query-in-serializer",))
    assert [finding.confidence.value for finding in report.findings] == [level]


@pytest.mark.parametrize(("stated", "level"), [("kind = 1", "medium"), ("pagination_class = None", "low")])
def test_a_paginator_of_a_base_of_views_counts_unless_the_view_takes_it_back(stated: str, level: str) -> None:
    base = "class Paged(viewsets.ModelViewSet):\n    pagination_class = Pages\n\nclass CrateViewSet(Paged):"
    code = CODE.format(null="", serializer="", page=50, view="").replace("pagination_class = Pages", stated)
    code = code.replace("class CrateViewSet(viewsets.ModelViewSet):", base)
    report = check_files({"stock/views.py": code}, select=("database-query-in-serializer",))
    assert [finding.confidence.value for finding in report.findings] == [level]


@pytest.mark.parametrize(
    ("first", "rows", "level"),
    [
        ("pass", "Crate.objects.filter(sealed=True)", "low"),
        ("page = request.GET.get('name')", "Crate.objects.filter(sealed=True)", "medium"),
        ("number = request.GET.get('page')", "Crate.objects.filter(sealed=True)", "medium"),
        ("total = Crate.objects.count()", "Crate.objects.filter(sealed=True)", "low"),
        ("pass", "self.paginate_queryset(Crate.objects.filter(sealed=True))", "medium"),
    ],
)
def test_what_a_method_serializes_by_hand_is_long_where_the_method_pages_it(first: str, rows: str, level: str) -> None:
    view = "    http_method_names = ['post']\n\n    @action(detail=False)\n    def open(self, request):\n"
    view += f"        {first}\n        crates = {rows}\n        return CrateSerializer(crates, many=True).data\n"
    assert levels(view=view) == [level]
