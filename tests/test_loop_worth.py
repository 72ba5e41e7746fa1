"""How many items a loop has and how often it runs: what makes a query less a turn worth it."""

from __future__ import annotations

import textwrap

import pytest

from atomlint.testing import check_files

MODELS = """
from cachetools import TTLCache
from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import Session, declarative_base, relationship
import redis

app = FastAPI()
Base = declarative_base()
client = redis.Redis(socket_timeout=1)

class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    lines = relationship("Line")
    notes = relationship("Note")

    def labels(self):
        return [line.label for line in self.lines]

class Line(Base):
    __tablename__ = "lines"
    id = Column(Integer, primary_key=True)
    label = Column(String)
    order_id = Column(ForeignKey("orders.id"))

class Note(Base):
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)
    text = Column(String)
    order_id = Column(ForeignKey("orders.id"))

def get_db() -> Session: ...
def get_user(): ...

def order_of(db, name):
    return db.query(Order).filter(Order.name == name).first()
"""
DJANGO = """
from django.conf import settings
from django.db import models
from django.http import HttpResponse
from django.urls import path
from rest_framework.pagination import PageNumberPagination

class Shelf(models.Model):
    slug = models.SlugField()

class Tag(models.Model):
    name = models.CharField(max_length=20)

def page(request):
    rows = Shelf.objects.order_by("slug")
    limit = request.GET.get("limit")
{body}
    return HttpResponse("")

urlpatterns = []
{urls}
"""
LOOP = """
for shelf in rows:
    print(Tag.objects.get(name=shelf.slug))
"""


def levels(source: str) -> list[str]:
    report = check_files({"shop/urls.py": source}, select=("database-query-in-loop",))
    return [finding.confidence.name.lower() for finding in report.findings]


def of_handler(body: str) -> list[str]:
    """Of a handler with a session, a user and the loops of ``body``."""
    head = '\n@app.get("/orders")\ndef orders(name: str, page: int = 1, db: Session = Depends(get_db), user=Depends(get_user)):\n'
    return levels(MODELS + head + textwrap.indent(textwrap.dedent(body), "    "))


def of_page(body: str, urls: str = 'urlpatterns += [path("page", page)]') -> list[str]:
    return levels(DJANGO.format(body=textwrap.indent(textwrap.dedent(body).strip(), "    "), urls=urls))


@pytest.mark.parametrize(
    ("read", "level"),
    [
        ("order.labels()", "medium"),
        ("(order.lines, order.notes)", "high"),
        ("(order.lines, order.notes if order.name else ())", "medium"),
    ],
)
def test_two_relationships_of_each_row_are_worth_it_even_where_rows_are_few(read: str, level: str) -> None:
    assert of_handler(f"return [{read} for order in db.query(Order)]") == [level]


@pytest.mark.parametrize(
    ("read", "level"),
    [
        ("order.lines", "low"),
        ("order.labels()", "medium"),
        ("told(order)", "medium"),
        ("(order.lines, order.notes)", "high"),
        ("(order.labels(), order.notes)", "high"),
    ],
)
def test_one_relationship_that_a_loop_reads_itself_is_only_possible(read: str, level: str) -> None:
    body = f"""
    def told(order):
        return [line.label for line in order.lines]

    return [{read} for order in db.query(Order)]
    """
    assert of_handler(body) == [level]


@pytest.mark.parametrize(
    ("fields", "level"),
    [("lines: list[Shown]", "low"), ("lines: list[Shown]\n    notes: list[Shown]", "high")],
)
def test_one_relationship_that_an_answer_reads_is_only_possible(fields: str, level: str) -> None:
    source = f"""
from pydantic import BaseModel, ConfigDict

class Shown(BaseModel):
    id: int

class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    {fields}

@app.get("/orders", response_model=list[OrderOut])
def orders(db: Session = Depends(get_db)):
    return db.query(Order).order_by(Order.id).all()
"""
    assert levels(MODELS + source) == [level]


@pytest.mark.parametrize(
    ("items", "level"),
    [
        ("order_of(db, name).lines", "low"),
        ("list(order_of(db, name).lines)", "low"),
        ("lines", "low"),
        ("labels", "low"),
        ("db.query(Line)", "medium"),
    ],
)
def test_what_one_row_has_is_taken_for_a_few_items(items: str, level: str) -> None:
    body = f"""
    order = order_of(db, name)
    lines = order.lines
    labels = order.labels()
    return [order_of(db, item.label) for item in {items}]
    """
    assert of_handler(body) == [level]


def test_what_each_of_many_rows_has_is_many() -> None:
    body = """
    for order in db.query(Order).options(joinedload("*")):
        for line in order.lines:
            print(order_of(db, line.label))
    """
    assert of_handler(body) == ["medium"]


@pytest.mark.parametrize(
    ("test", "level"),
    [
        ("user.is_admin", "low"),
        ("user.may('admin')", "low"),
        ("user.role == 'admin'", "low"),
        ("not user.is_admin", "medium"),
        ("user.role != 'admin'", "medium"),
        ("user.is_admin == False", "medium"),
        ("user.is_tenant_admin", "medium"),
        ("user.is_active", "medium"),
    ],
)
def test_a_branch_for_staff_is_only_possible(test: str, level: str) -> None:
    body = f"""
    if {test}:
        return [order.labels() for order in db.query(Order)]
    """
    assert of_handler(body) == [level]


@pytest.mark.parametrize(("test", "level"), [("not user.is_superuser", "low"), ("user.is_superuser", "medium")])
def test_what_stands_behind_the_test_for_staff_is_only_possible(test: str, level: str) -> None:
    body = f"""
    if {test}:
        raise HTTPException(403)
    return [order.labels() for order in db.query(Order)]
    """
    assert of_handler(body) == [level]


def test_a_call_in_a_branch_for_staff_is_left_out() -> None:
    helper = "\ndef lines(db, limit=100):\n    return [order.labels() for order in db.query(Order)]\n"
    head = '\n@app.get("/orders")\ndef orders(db: Session = Depends(get_db), user=Depends(get_user)):\n'
    assert levels(f"{MODELS}{helper}{head}    if user.is_staff:\n        return lines(db)\n") == []
    assert levels(f"{MODELS}{helper}{head}    if user.is_active:\n        return lines(db)\n") == ["medium"]


@pytest.mark.parametrize(
    ("test", "found"), [("settings.DEBUG", []), ("not settings.DEBUG", ["medium"]), ("settings.SHOP", ["medium"])]
)
def test_a_route_that_only_developers_have_is_left_out(test: str, found: list[str]) -> None:
    assert of_page(LOOP, f'if {test}:\n    urlpatterns += [path("page", page)]') == found


@pytest.mark.parametrize(
    ("mark", "level"),
    [("client.set(key, 1, ex=600)", "low"), ("client.set('other', 1, ex=600)", "medium"), ("", "medium")],
)
def test_what_a_mark_in_a_cache_holds_back_is_only_possible(mark: str, level: str) -> None:
    body = f"""
    key = "seen:" + name
    if not client.get(key):
        {mark}
        return [order.labels() for order in db.query(Order)]
    """
    assert of_handler(body) == [level]


@pytest.mark.parametrize(("test", "level"), [("page is not None", "low"), ("rows is not None", "medium")])
def test_what_is_left_for_lists_without_pages_is_only_possible(test: str, level: str) -> None:
    body = f"page = PageNumberPagination().paginate_queryset(rows, request)\nif {test}:\n    return HttpResponse('')"
    assert of_page(body + LOOP) == [level]


def test_what_is_called_on_what_a_row_gives_is_no_query() -> None:
    body = """
    data = order_of(db, name).present(user)
    for order in db.query(Order):
        print(data.get(order.name))
    """
    assert of_handler(body) == []
    body = """
    order = db.query(Order).get(name)
    data = order.present(user)
    for one in db.query(Order):
        print(data.get(one.name))
    """
    assert of_handler(body) == []


@pytest.mark.parametrize(
    ("rows", "level"),
    [
        ("Line.objects.all()", "medium"),
        ("Line.objects.filter(order=request.order)", "low"),
        ("Line.objects.filter(order_id=request.GET['order'])", "low"),
        ("Line.objects.filter(order__id=request.GET['order'])", "low"),
        ("Line.objects.filter(order__state='open')", "medium"),
        ("Line.objects.filter(organization=request.organization)", "medium"),
        ("Line.objects.filter(label='new')", "medium"),
        ("Line.objects.filter(owner=request.user)", "low"),
        ("Line.objects.filter(approved_by=request.user)", "low"),
        ("Line.objects.filter(created_at__gte=request.day)", "medium"),
        ("Line.objects.filter(owner_type='shop')", "medium"),
    ],
)
def test_children_of_one_row_are_few_and_those_of_a_customer_are_many(rows: str, level: str) -> None:
    assert of_lines(f"    rows = {rows}\n") == [level]


def test_a_filter_that_some_requests_leave_out_says_nothing() -> None:
    optional = "    if request.order:\n        rows = rows.filter(order=request.order)\n"
    assert of_lines(f"    rows = Line.objects.all()\n{optional}") == ["medium"]


def of_lines(rows: str) -> list[str]:
    source = """
from django.db import models
from django.http import HttpResponse
from django.urls import path

class Organization(models.Model):
    name = models.CharField(max_length=20)

class Order(models.Model):
    state = models.CharField(max_length=20)

class Product(models.Model):
    name = models.CharField(max_length=20)

class Line(models.Model):
    label = models.CharField(max_length=20)
    order = models.ForeignKey(Order, models.CASCADE)
    organization = models.ForeignKey(Organization, models.CASCADE)
    product = models.ForeignKey(Product, models.CASCADE)

    def title(self):
        return self.product.name

def page(request):
    number = request.GET.get("page")
{rows}
    return HttpResponse([line.title() for line in rows])

urlpatterns = [path("page", page)]
"""
    return levels(source.replace("{rows}", rows))


def test_each_relationship_that_is_prefetched_is_a_query_of_its_own() -> None:
    source = """
from django.db import models
from django.http import HttpResponse
from django.urls import path

class Tag(models.Model):
    name = models.CharField(max_length=20)

class Line(models.Model):
    tags = models.ManyToManyField(Tag)
    product = models.ForeignKey(Tag, models.CASCADE)

def page(request):
    return HttpResponse([(line.product.name, line.tags.all()) for line in Line.objects.all()])

urlpatterns = [path("page", page)]
"""
    (found,) = check_files({"shop/urls.py": source}, select=("database-query-in-loop",)).findings
    assert found.message.endswith(
        "send 2 queries for each of `Line.objects.all()`: 41 for 20 rows; "
        'prefetch_related("product", "tags") makes it 3'
    )


@pytest.mark.parametrize(
    ("read", "found"),
    [
        ("Tag.objects.using(shelf.slug).get(name='new')", ["low"]),
        ("Tag.objects.using('archive').get(name=shelf.slug)", of_page(LOOP)),
    ],
)
def test_no_one_query_asks_the_database_of_each_turn(read: str, found: list[str]) -> None:
    assert found
    assert of_page(LOOP.replace("Tag.objects.get(name=shelf.slug)", read)) == found
    aside = "for shelf in rows:\n    name = shelf.slug\n    print(Tag.objects.using(name).get(name='new'))"
    assert of_page(aside) == ["low"]


@pytest.mark.parametrize(
    ("default", "given", "route", "level"),
    [
        ("5", "", "", "low"),
        ("5", ", 8", "", "low"),
        ("5", ", limit=12", "", "low"),
        ("50", "", "", "medium"),
        ("5", ", limit=80", "", "medium"),
        ("5", ", amount", "", "medium"),
        ("5", "", '@app.get("/recent")', "medium"),
    ],
)
def test_what_all_callers_ask_a_few_of_is_few(default: str, given: str, route: str, level: str) -> None:
    code = f"""
    {route}
    def recent(db, limit: int = {default}):
        rows = db.query(Order).order_by(Order.id).limit(limit).all()
        return [db.query(Line).filter(Line.order_id == row.id).count() for row in rows]

    @app.get("/orders")
    def orders(amount: int, db: Session = Depends(get_db)):
        return recent(db{given})
    """
    for asked in (code, code.replace("db.query(Order)", "db.query(Order.id, Order.name)")):
        report = check_files(
            {"app.py": MODELS + textwrap.dedent(asked)}, select=("database-query-in-loop",), confidence="low"
        )
        assert [finding.confidence.value for finding in report.findings] == [level]


@pytest.mark.parametrize(
    ("rows", "level"),
    [
        ("Shelf.objects.order_by('slug')", "medium"),
        ("Shelf.objects.filter(open=True)", "medium"),
        ("Shelf.objects.filter(open=True)[:5]", "low"),
        ("Shelf.objects.filter(owner=request.user)", "low"),
        ("Shelf.objects.filter(room=request.room)", "low"),
        ("Shelf.objects.filter(code='a')", "low"),
        ("Shelf.objects.filter(pk__in=request.GET.getlist('shelf'))", "low"),
        ("Role.objects.all()", "low"),
        ("asked(request)", "low"),
    ],
)
def test_all_rows_of_a_query_are_many_unless_it_asks_for_what_one_row_or_one_person_has(rows: str, level: str) -> None:
    models = (
        "class Role(models.Model):\n    slug = models.SlugField()\n\nclass Room(models.Model):\n    pass\n\ndef page"
    )
    shelf = "slug = models.SlugField()\n    room = models.ForeignKey(Room, models.CASCADE)\n    open = models.BooleanField()"
    shelf += "\n    code = models.CharField(max_length=9, unique=True)"
    source = DJANGO.format(body=textwrap.indent(LOOP, "    "), urls='urlpatterns = [path("", page)]')
    source = source.replace("def page", models, 1).replace("slug = models.SlugField()", shelf, 1)
    source = source.replace('Shelf.objects.order_by("slug")', rows).replace(
        '    limit = request.GET.get("limit")\n', ""
    )
    assert levels(source) == [level]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Line.label.in_(['new', 'old'])", ["medium"]),
        ("Line.label.in_((State.NEW, State.OLD.value))", ["medium"]),
        ("Line.label.in_(LABELS)", ["medium"]),
        ("~Line.label.in_(few)", ["medium"]),
        ("Line.label.in_([order.name])", []),
        ("Line.id.in_(order.keys)", []),
        ("Line.id.in_(key for key in order.keys)", []),
    ],
)
def test_a_list_that_is_the_same_for_all_rows_makes_no_query_one_for_many(asked: str, found: list[str]) -> None:
    body = f"""
    few = ["new", "old"]
    return [db.query(Line).filter(Line.order_id == order.id, {asked}).count() for order in db.query(Order).all()]
    """
    assert of_handler(body) == found


@pytest.mark.parametrize(
    ("read", "level"),
    [
        ("db.get(Line, order.line)", "medium"),
        ("db.get(Order, order.id)", "low"),
        ("db.query(Order).filter(Order.id == order.id).first()", "medium"),
        ("Order.query.get(order.id)", "low"),
    ],
)
def test_a_session_has_the_row_that_a_loop_goes_through(read: str, level: str) -> None:
    assert of_handler(f"return [{read}.name for order in db.query(Order).filter(Order.name != '')]") == [level]


@pytest.mark.parametrize(("test", "level"), [("Order.name == user.id", "medium"), ("Order.id == user.order", "low")])
def test_a_key_of_another_row_names_none_of_the_rows(test: str, level: str) -> None:
    head = '\n@app.get("/orders")\ndef orders(db: Session = Depends(get_db), user=Depends(get_user)):\n'
    source = f"    return [order_of(db, order.name) for order in db.query(Order).filter({test})]\n"
    assert levels(MODELS + head + source) == [level]


BOTH = """
def page_of(db, page):
    rows = db.query(Order).order_by(Order.name)
    total = rows.count()
    return rows.offset(page * 50).limit(50).all(), total

def names_of(db, page):
    return [order.name for order in page_of(db, page)[0]], 3

@app.get("/orders")
def orders(page: int, db: Session = Depends(get_db)):
    found, total = {rows}(db, page)
    return [order_of(db, {name}) for order in found]
"""


@pytest.mark.parametrize(
    ("rows", "name", "level"),
    [("page_of", "order.name", "medium"), ("names_of", "order", "medium"), ("unknown", "order", "low")],
)
def test_rows_that_come_back_beside_their_number_are_rows(rows: str, name: str, level: str) -> None:
    assert levels(MODELS + BOTH.format(rows=rows, name=name)) == [level]


KEYED = """
class Shop(Base):
    __tablename__ = "shops"
    id = Column(Integer, primary_key=True)
    order_id = Column(Integer)
    deleted_by_id = Column(Integer)
    line = relationship("Line")

@app.get("/shops")
def shops(page: int, db: Session = Depends(get_db)):
    found = []
    for shop in db.query(Shop).offset(page * 50).limit(50):
        if {test}:
            found.append(db.query(Order).filter(Order.id == shop.order_id).first())
    return found
"""


@pytest.mark.parametrize(
    ("test", "level"),
    [
        ("shop.order_id", "medium"),
        ("shop.order_id is not None", "medium"),
        ("shop.line and shop.line.order_id", "medium"),
        ("not shop.order_id", "low"),
        ("shop.deleted_by_id", "low"),
        ("shop.order_id and shop.is_open", "low"),
        ("page and shop.order_id", "low"),
    ],
)
def test_most_rows_lead_to_the_row_that_their_key_is_for(test: str, level: str) -> None:
    report = check_files({"shop/urls.py": MODELS + KEYED.format(test=test)}, select=("database-query-in-loop",))
    asked = [one for one in report.findings if " sends " not in one.message]
    assert [one.confidence.value for one in asked] == [level]
    assert all(one.message.startswith("up to 1 query") for one in asked)


LAYERS = """
class Base_:
    def first(self, db, **by):
        return db.query(Order).filter_by(**by).first()

class Orders(Base_):
    def named(self, db, name):
        return self.first(db, name=name)

repository = Orders()

def shown(db, row):
    return repository.named(db, row.name)

def listed(db, {page}):
    rows = db.query(Order).order_by(Order.id).all()
    return [shown(db, row) for row in rows]

@app.get("/orders")
def orders(db: Session = Depends(get_db), page: int = 0):
    return listed(db, page)
"""


@pytest.mark.parametrize(("page", "level"), [("page", "medium"), ("kind", "low")])
def test_what_each_row_of_a_page_asks_of_layers_below_is_far_away_and_likely(page: str, level: str) -> None:
    assert levels(MODELS + LAYERS.format(page=page)) == [level]


PRINTED = """
def laid_out(rows): ...

@app.get("/orders")
def {name}(page: int, db: Session = Depends(get_db)):
    rows = [order_of(db, order.name) for order in db.query(Order).offset(page * 50).limit(50)]
    return {way}(rows)
"""


@pytest.mark.parametrize(
    ("name", "way", "level"),
    [
        ("orders", "laid_out", "medium"),
        ("orders_pdf", "laid_out", "low"),
        ("orders", "make_pdf", "low"),
        ("orders", "HTML(string=str(page)).write_pdf", "low"),
        ("update_foo", "laid_out", "medium"),
    ],
)
def test_to_lay_out_a_document_takes_longer_than_to_ask_for_what_is_in_it(name: str, way: str, level: str) -> None:
    assert levels(MODELS + PRINTED.format(name=name, way=way)) == [level]


ENGINES = """
from sqlalchemy import create_engine, text

@app.post("/tenants")
def make(name: str):
    engine = create_engine("postgresql://db/postgres"{given})
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE shop"))
    return name
{others}
"""


@pytest.mark.parametrize(
    ("given", "level"),
    [("", "medium"), (', isolation_level="AUTOCOMMIT"', "low"), (', isolation_level="SERIALIZABLE"', "medium")],
)
def test_an_engine_that_databases_are_created_with_is_made_now_and_then(given: str, level: str) -> None:
    source = MODELS + ENGINES.format(given=given, others="")
    report = check_files({"shop/urls.py": source}, select=("database-engine-per-call",))
    assert [finding.confidence.value for finding in report.findings] == [level]


VIEWED = {
    "shop/settings.py": 'ROOT_URLCONF = "shop.urls"\nINSTALLED_APPS = ["shop"]\n',
    "shop/models.py": "from django.db import models\nclass Shop(models.Model): ...\nclass Sale(models.Model):\n"
    "    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)\n",
    "shop/urls.py": "from django.urls import path\nfrom .views import Totals\nurlpatterns = [path('', Totals.as_view())]\n",
}
TOTALS = """
from django.http import JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import cache_page
from .models import Sale, Shop

{}
class Totals(View):
    {}
    def get(self, request):
        found = []
        for shop in Shop.objects.all():
            found.append([Sale.objects.filter(shop=shop).count(), Sale.objects.filter(shop=shop, id__gt=9).count()])
        return JsonResponse({{"found": found}})
"""


@pytest.mark.parametrize(
    ("of_class", "of_method", "found"),
    [
        ("", "", ["medium"]),
        ("", "@method_decorator(cache_page(60))", []),
        ("@method_decorator(cache_page(60), name='get')", "", []),
        ("@method_decorator([cache_page(60)], name='dispatch')", "", []),
        ("@method_decorator(cache_page(60), name='post')", "", ["medium"]),
    ],
)
def test_a_page_that_a_decorator_of_its_method_keeps_is_made_now_and_then(
    of_class: str, of_method: str, found: list[str]
) -> None:
    files = {**VIEWED, "shop/__init__.py": "", "shop/views.py": TOTALS.format(of_class, of_method)}
    report = check_files(files, select=("database-query-in-loop",), confidence="low")
    assert [finding.confidence.value for finding in report.findings] == found


SHOWN = DJANGO.replace("class Tag(", "class Board(models.Model):\n    front = models.ForeignKey(Shelf, on_delete=models.CASCADE,"
    " related_name='a')\n    back = models.ForeignKey(Shelf, on_delete=models.CASCADE, related_name='b')\n\nclass Tag(")  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "level"),
    [
        ("Board.objects.order_by('id')", "high"),
        ("Board.objects.order_by('id')[:5]", "low"),
        ("Board.objects.order_by('id')[:limit]", "low"),
    ],
)
def test_the_first_few_rows_are_few_unless_there_are_pages_of_them(rows: str, level: str) -> None:
    body = f"    for board in {rows}:\n        print(board.front.slug, board.back.slug)"
    source = SHOWN.format(body=body, urls='urlpatterns += [path("page", page)]')
    assert levels(source) == [level]
    assert levels(source.replace("limit", "offset")) == ["high"]
