"""What a turn of a loop does besides reading, and which rows load what by themselves."""

from __future__ import annotations

import textwrap

import pytest

from atomlint.testing import check_files

MODELS = """
from fastapi import Depends, FastAPI
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import Session, declarative_base, relationship

app = FastAPI()
Base = declarative_base()

class Stored:
    def put_away(self, db):
        self.touch(db)

    def touch(self, db):
        db.add(self)

class Folder(Base, Stored):
    __tablename__ = "folders"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    files = relationship("File")

    def contents(self):
        return [file.name for file in self.files]

    def present(self, details=False):
        names = []
        if details:
            names = [file.name for file in self.files]
        return {"name": self.name, "files": names}

class Note(Base):
    __tablename__ = "notes"
    title = Column(String, primary_key=True)

class File(Base):
    __tablename__ = "files"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    folder_id = Column(ForeignKey("folders.id"))

def get_db() -> Session: ...

def find(db, name):
    return db.query(Folder).filter(Folder.name == name).first()
"""
HANDLER = """
@app.get("/names")
def names(page: int = 1, db: Session = Depends(get_db)):
    items = [row.title for row in db.query(Note)]
    for item in items:
{turn}
"""
DJANGO = """
from django.db import models
from django.http import HttpResponse
from django.urls import path

class Tag(models.Model):
    name = models.CharField(max_length=20)

class Shelf(models.Model):
    slug = models.SlugField()

class FileQuery(models.QuerySet):
    def shown(self):
        return self.select_related("shelf")

class File(models.Model):
    shelf = models.ForeignKey(Shelf, models.CASCADE)
    tags = models.ManyToManyField(Tag)
    made = models.DateField()

    def place(self):
        return self.shelf.slug

    def words(self):
        return self.tags.all()

    def new_words(self):
        return self.tags.filter(name="new")

    objects = FileQuery.as_manager()

def page(request):
    number = request.GET.get("page")
{body}
    return HttpResponse("done")

urlpatterns = [path("page", page)]
"""


def levels(source: str) -> list[str]:
    """The confidences of what is said of one module."""
    report = check_files({"shop/urls.py": source}, select=("database-query-in-loop",))
    assert not report.errors
    return [finding.confidence.name.lower() for finding in report.findings]


def of_turn(turn: str, more: str = "") -> list[str]:
    """The same of a handler whose loop has this turn."""
    return levels(MODELS + textwrap.dedent(more) + HANDLER.format(turn=textwrap.indent(textwrap.dedent(turn), " " * 8)))


def of_page(body: str) -> list[str]:
    """The same of a view of Django with this body."""
    return levels(DJANGO.format(body=textwrap.indent(textwrap.dedent(body), " " * 4)))


def test_a_read_alone_is_likely() -> None:
    assert of_turn("find(db, item).name.upper()") == ["medium"]


@pytest.mark.parametrize(
    ("given", "items", "level"),
    [
        ("items: list[str]", "items", "low"),
        ("body: Body", "body.items", "low"),
        ("folder: Folder = Depends(get_folder)", "folder.files", "low"),
        ("folder_id: int", "db.scalars(select(Note.title))", "medium"),
        ("folder_id: int", "titles(db)", "medium"),
        ("folder_id: int", "elsewhere.names()", "low"),
    ],
)
def test_of_rows_there_are_many_and_of_what_a_client_names_a_few(given: str, items: str, level: str) -> None:
    handler = f"""
    import elsewhere
    from sqlalchemy import select

    class Body: ...
    def get_folder() -> Folder: ...
    def titles(db):
        return [row.title for row in db.query(Note)]

    @app.get("/names")
    def names({given}, page: int = 1, db: Session = Depends(get_db)):
        return [find(db, item).name for item in {items}]
    """
    assert levels(MODELS + textwrap.dedent(handler)) == [level]


@pytest.mark.parametrize(
    "beside",
    [
        "Folder(id=folder.id).put_away(db)",
        "send_report.delay(folder.id)",
        'requests.post("https://example.com/report", json={"name": folder.name})',
        "store.save_report(folder.name)",
        "db.execute(statement=update(Folder).values(name=item))",
    ],
)
def test_a_turn_that_writes_or_sends_further_down_is_only_possible(beside: str) -> None:
    imports = "import requests\nfrom sqlalchemy import update\nfrom shop.tasks import send_report, store\n"
    assert of_turn(f"folder = find(db, item)\n{beside}", imports) == ["low"]


@pytest.mark.parametrize(("folder", "level"), [("find(db, item)", "medium"), ("item and find(db, item)", "low")])
def test_a_turn_that_may_write_is_believed_of_what_is_sure_in_all_else(folder: str, level: str) -> None:
    assert of_turn(f"folder = {folder}\nif folder is None:\n    db.add(Folder(name=item))") == [level]


def test_a_turn_that_makes_a_row_is_believed_of_what_is_sure_in_all_else() -> None:
    more = "def wrap(db, item):\n    folder = item and find(db, item)\n    return File(folder_id=folder)\n"
    assert of_turn("print(find(db, item), File(name=item))", more) == ["medium"]
    assert of_turn("print(item and find(db, item), File(name=item))", more) == ["low"]


def test_a_decorator_of_the_project_that_may_answer_is_not_known_to_ask() -> None:
    more = """
    from functools import wraps

    def kept(f):
        @wraps(f)
        def inner(*args):
            hit = store.get(args)
            if hit:
                return loads(hit)
            found = f(*args)
            store.put(args, found)
            return found
        return inner

    def guarded(f):
        @wraps(f)
        def inner(*args):
            if not args:
                raise ValueError
            return f(*args)
        return inner

    @kept
    def kept_name(db, name):
        return db.query(Folder).filter(Folder.name == name).first()

    @guarded
    def guarded_name(db, name):
        return db.query(Folder).filter(Folder.name == name).first()
    """
    assert of_turn("print(kept_name(db, item))", more) == ["low"]
    assert of_turn("print(guarded_name(db, item))", more) == ["medium"]


@pytest.mark.parametrize(("given", "found"), [("", []), ("details=False", []), ("details=True", ["medium"])])
def test_what_a_method_of_the_row_reads_hangs_on_the_constant_that_it_is_given(given: str, found: list[str]) -> None:
    handler = f"""
    @app.get("/folders")
    def folders(page: int = 1, db: Session = Depends(get_db)):
        return [folder.present({given}) for folder in db.query(Folder).all()]
    """
    assert levels(MODELS + textwrap.dedent(handler)) == found


def test_a_turn_that_links_rows_is_only_possible() -> None:
    body = """
    file = File.objects.get(id=1)
    for name in Shelf.objects.values_list("slug", flat=True):
        tag = Tag.objects.get(name=name)
        {use}
    """
    assert of_page(body.format(use="file.tags.add(tag)")) == ["low"]
    assert of_page(body.format(use="print(tag)")) == ["medium"]


def test_rows_that_were_made_hold_what_they_were_made_with() -> None:
    made = "File.objects.bulk_create([File(shelf=shelf) for shelf in request.shelves])"
    assert of_page(f"for file in {made}:\n    print(file.place())") == []
    assert of_page("for file in File.objects.all():\n    print(file.place())") == ["medium"]


def test_a_method_of_a_manager_may_load_what_it_likes() -> None:
    assert of_page("for file in File.objects.shown():\n    print(file.shelf.slug)") == []


@pytest.mark.parametrize(
    ("loop", "asked"),
    [
        ("for year in years_of(request.GET)", "File.objects.filter(made__year=year).count()"),
        ('for shelf in Shelf.objects.filter(slug=request.GET["slug"])', "File.objects.filter(shelf=shelf).count()"),
    ],
)
def test_a_loop_that_turns_once_or_a_few_times_is_only_possible(loop: str, asked: str) -> None:
    assert of_page(f"{loop}:\n    print({asked})") == ["low"]


@pytest.mark.parametrize(
    ("method", "after", "level"),
    [
        ("post", "db.add(Folder(name=names[0]))", "low"),
        ("delete", "send_report.delay(names)", "low"),
        ("post", "print(names)", "medium"),
        ("get", "db.add(Folder(name=names[0]))", "medium"),
        ("api_route", "db.add(Folder(name=names[0]))", "medium"),
    ],
)
def test_a_request_that_is_sent_to_change_something_and_does_is_only_possible(
    method: str, after: str, level: str
) -> None:
    handler = f"""
    from shop.tasks import send_report

    @app.{method}("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        names = [find(db, item).name for item in items]
        {after}
    """
    assert levels(MODELS + textwrap.dedent(handler)) == [level]


def test_a_request_that_reads_the_same_is_believed_beside_one_that_writes() -> None:
    handler = """
    def described(db, items, limit=100):
        return [find(db, item).name for item in items]

    @app.post("/names")
    def change(db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        db.add(Folder(name=described(db, items)[0]))

    @app.get("/names")
    def show(db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        return described(db, items)
    """
    assert levels(MODELS + textwrap.dedent(handler)) == ["medium"]


@pytest.mark.parametrize(
    ("test", "level"),
    [
        ('request.method == "POST"', "low"),
        ('request.method != "GET"', "low"),
        ('request.method == "GET"', "medium"),
        ('request.method != "POST"', "medium"),
        ("request.user", "medium"),
    ],
)
def test_a_branch_for_requests_that_write_is_only_possible(test: str, level: str) -> None:
    assert of_page(
        f"if {test}:\n    for name in Shelf.objects.values_list('slug', flat=True):\n        print(Tag.objects.get(name=name))"
    ) == [level]


@pytest.mark.parametrize(
    ("decorator", "level"),
    [
        ("require_POST", "low"),
        ('require_http_methods(["POST"])', "low"),
        ('require_http_methods(["GET", "POST"])', "medium"),
    ],
)
def test_a_decorator_tells_which_requests_a_view_takes(decorator: str, level: str) -> None:
    view = f"from django.views.decorators.http import require_http_methods, require_POST\n\n@{decorator}\ndef page("
    body = "    for name in Shelf.objects.values_list('slug', flat=True):\n        print(Tag.objects.get(name=name))\n    Tag.objects.create(name=name)"
    assert levels(DJANGO.replace("def page(", view).format(body=body)) == [level]


@pytest.mark.parametrize(
    "items",
    [
        "request.roles",
        "get_regions()",
        "request.user.strategies.all()",
        "choice_set.all()",
        "request.GET.getlist('tag')",
        "request.query_params.getlist('tag')",
    ],
)
def test_a_loop_over_what_there_are_few_of_by_its_name_is_only_possible(items: str) -> None:
    assert of_page(f"for item in {items}:\n    print(Tag.objects.get(name=item))") == ["low"]


@pytest.mark.parametrize(
    ("turn", "same"),
    [
        ("print(item, db.query(Folder).filter(Folder.name == 'new').count())", True),
        ("print(item, db.query(Folder).filter(Folder.name == item).count())", False),
        ("name = item.upper()\nprint(db.query(Folder).filter(Folder.name == name).count())", False),
        ("query = db.query(Folder).filter(Folder.name == item)\nprint(query.count())", False),
        ("print(find(db, 'new'))", False),
    ],
)
def test_a_query_that_asks_for_the_same_at_every_turn_is_told_so(turn: str, same: bool) -> None:
    source = MODELS + HANDLER.format(turn=textwrap.indent(turn, " " * 8))
    (finding,) = check_files({"shop/urls.py": source}, select=("database-query-in-loop",)).findings
    assert ("asks for the same at every turn" in finding.message) == same
    assert ("`IN (...)`" in finding.message) != same


@pytest.mark.parametrize(
    ("limit", "level"), [("", "medium"), (".limit(10)", "low"), (".limit(100)", "medium"), (".limit(n)", "medium")]
)
def test_rows_of_a_query_that_is_limited_are_few(limit: str, level: str) -> None:
    handler = f"""
    @app.get("/folders")
    def folders(n: int, page: int = 1, db: Session = Depends(get_db)):
        return [folder.contents() for folder in db.query(Folder).order_by(Folder.id){limit}]
    """
    assert levels(MODELS + textwrap.dedent(handler)) == [level]
    asked = handler.replace("folder.contents()", "find(db, folder.name)")
    assert levels(MODELS + textwrap.dedent(asked)) == ["low" if level == "low" else "medium"]


@pytest.mark.parametrize(
    ("asked", "level"), [("Folder.id == n", "low"), ("Folder.name == n", "medium"), ("Folder.id > n", "medium")]
)
def test_rows_that_are_asked_for_by_their_key_are_few(asked: str, level: str) -> None:
    handler = f"""
    @app.get("/folders")
    def folders(n: int, page: int = 1, db: Session = Depends(get_db)):
        return [folder.contents() for folder in db.query(Folder).filter({asked})]
    """
    assert levels(MODELS + textwrap.dedent(handler)) == [level]


@pytest.mark.parametrize(
    ("dependency", "found"),
    [
        ("require_admin", []),
        ("get_current_active_superuser", []),
        ("get_current_user", ["medium"]),
        ("admin_or_owner", ["medium"]),
    ],
)
def test_a_route_that_only_staff_pass_is_left_out(dependency: str, found: list[str]) -> None:
    handler = f"""
    def {dependency}(): ...

    @app.get("/names", dependencies=[Depends({dependency})])
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        return [find(db, item).name for item in items]
    """
    assert levels(MODELS + textwrap.dedent(handler)) == found
    handler = handler.replace(f", dependencies=[Depends({dependency})]", "")
    assert levels(MODELS + textwrap.dedent(handler)) == ["medium"]
    handler = handler.replace("def names(", f"def names(user=Depends({dependency}), *, ")
    assert levels(MODELS + textwrap.dedent(handler)) == found


@pytest.mark.parametrize(
    ("decorator", "found"),
    [
        ("@staff_member_required", []),
        ("@user_passes_test(lambda user: user.is_staff)", []),
        ("@user_passes_test(lambda user: user.is_active)", ["medium"]),
    ],
)
def test_a_view_that_only_staff_pass_is_left_out(decorator: str, found: list[str]) -> None:
    imports = "from django.contrib.admin.views.decorators import staff_member_required\n"
    imports += "from django.contrib.auth.decorators import user_passes_test\n"
    view = f"{imports}\n{decorator}\ndef page("
    body = "    for name in Shelf.objects.values_list('slug', flat=True):\n        print(Tag.objects.get(name=name))"
    assert levels(DJANGO.replace("def page(", view).format(body=body)) == found


@pytest.mark.parametrize(
    ("names", "level"),
    [
        (["folder"], "low"),
        (["author"], "low"),
        (["author", "status"], "low"),
        (["folder", "shelf"], "medium"),
    ],
)
def test_parents_that_many_rows_share_are_loaded_once_each(names: list[str], level: str) -> None:
    key = '    folder_id = Column(ForeignKey("folders.id"))\n'
    told = ", ".join(f"self.{name}.id" for name in names)
    related = "".join(f"    {name} = relationship(Folder)\n" for name in names)
    models = MODELS.replace(key, f"{key}{related}\n    def parents(self):\n        return ({told})\n")
    handler = """
    @app.get("/files")
    def files(page: int = 1, db: Session = Depends(get_db)):
        return [file.parents() for file in db.query(File)]
    """
    assert levels(models + textwrap.dedent(handler)) == [level]


def test_an_eager_option_does_not_serve_what_filters() -> None:
    assert of_page("for file in File.objects.all():\n    print(file.new_words())") == ["low"]
    assert of_page("for file in File.objects.all():\n    print(file.words())") == ["medium"]


def test_a_loop_over_models_is_only_possible() -> None:
    handler = """
    @app.get("/counts")
    def counts(models: list[type], page: int = 1, db: Session = Depends(get_db)):
        return [db.query(model).count() for model in models]
    """
    assert levels(MODELS + textwrap.dedent(handler)) == ["low"]


def test_a_scope_that_each_turn_sets_is_no_read() -> None:
    handler = """
    from sqlalchemy import text

    @app.get("/counts")
    def counts(page: int = 1, db: Session = Depends(get_db)):
        for tenant in [row.title for row in db.query(Note)]:
            {asks}
    """
    asks = 'print(db.execute(text("SELECT set_config(:name, :tenant, true)"), {"tenant": tenant}).scalar())'
    assert levels(MODELS + textwrap.dedent(handler).replace("{asks}", asks)) == []
    asks = 'print(db.execute(text("SELECT name FROM tenants WHERE id = :tenant"), {"tenant": tenant}).scalar())'
    assert levels(MODELS + textwrap.dedent(handler).replace("{asks}", asks)) == ["medium"]


def test_a_turn_that_sets_a_row_is_only_possible() -> None:
    assert of_turn("folder = find(db, item)\nfolder.name = item.upper()") == ["low"]
    assert of_turn("folder = find(db, item)\napp.title = folder.name") == ["medium"]


@pytest.mark.parametrize(
    ("asked", "level"),
    [
        ("rows(db)", "medium"),
        ("kept.get('rows') or rows(db)", "medium"),
        ("known(db)", "low"),
        ("cached(db)", "low"),
    ],
)
def test_what_a_cache_answers_for_most_requests_is_only_possible(asked: str, level: str) -> None:
    handler = f"""
    from functools import lru_cache
    kept = {{}}

    def rows(db, limit=100):
        return [folder.contents() for folder in db.query(Folder)]

    @lru_cache
    def cached(db):
        return rows(db)

    def known(db):
        if "rows" not in kept:
            kept["rows"] = rows(db)
        return kept["rows"]

    @app.get("/folders")
    def folders(db: Session = Depends(get_db)):
        return {asked}
    """
    assert levels(MODELS + textwrap.dedent(handler)) == [level]


@pytest.mark.parametrize(
    "loop",
    [
        "    for folder in db.query(Folder):\n        names.append(folder.files)\n    return names",
        "    return [\n        folder.files\n        for folder in db.query(Folder)\n    ]",
    ],
)
def test_the_reading_of_the_loop_is_pointed_at_and_not_one_of_the_same_name_before_it(loop: str) -> None:
    handler = """
@app.get("/folders")
def folders(n: int, db: Session = Depends(get_db)):
    names = []
    if n:
        folder = db.query(Folder).filter(Folder.id == n).one()
        return folder.files
    again = 0
    print(again)
    print(again)
    print(again)
    print(again)
    print(again)
    print(again)
"""
    text = MODELS + handler + loop
    (found,) = check_files({"shop/urls.py": text}, select=("database-query-in-loop",)).findings
    assert found.span.start.line == max(n for n, line in enumerate(text.splitlines(), 1) if "folder.files" in line)
