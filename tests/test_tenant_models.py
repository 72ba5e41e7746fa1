"""Which mapped classes stand for a customer, and which lead to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from atomlint_rules.tenant._models import telling_models, tenant_models
from commands import atomlint
from index_project import index_of
from projects import write

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()
"""


def mapped(name: str, *columns: str) -> str:
    written = "\n    ".join(f"{column} = Column(Integer)" for column in columns or ("name",))
    return f"\nclass {name}(Base):\n    __tablename__ = '{name}'\n    id = Column(Integer, primary_key=True)\n    {written}\n"


def tenants(*classes: str) -> set[str]:
    return set(tenant_models(index_of({"app/models.py": HEAD + "".join(classes)})))


def telling(*classes: str) -> set[str]:
    return set(telling_models(index_of({"app/models.py": HEAD + "".join(classes)})))


@pytest.mark.parametrize(
    "name",
    [
        *("Tenant", "Tenants", "Organization", "Organisations", "Workspaces", "Org"),
        *(
            "TenantModel",
            "OrganizationORM",
            "WorkspaceDB",
            "DBWorkspace",
            "TenantTable",
            "OrganizationEntity",
            "OrgRecord",
        ),
    ],
)
def test_a_class_is_a_customer_by_its_name_however_it_is_decorated(name: str) -> None:
    assert tenants(mapped(name)) == {name}


@pytest.mark.parametrize(
    "name",
    ["TenantUser", "UserTenant", "OrganizationMember", "Orgs2", "Model", "DB", "Table", "WorkspaceSettings", "Organ"],
)
def test_what_belongs_to_a_customer_is_none(name: str) -> None:
    assert tenants(mapped(name)) == set()


@pytest.mark.parametrize("name", ["Company", "Companies", "Accounts", "Business", "MerchantModel", "Shop", "Clinic"])
def test_other_words_mean_a_customer_where_three_classes_belong_to_one(name: str) -> None:
    stem = {"Companies": "company", "Accounts": "account", "MerchantModel": "merchant"}.get(name, name.lower())
    owned = [mapped(owner, f"{stem}_id") for owner in ("Order", "Invoice", "Member")]
    assert tenants(mapped(name), *owned) == {name}
    assert tenants(mapped(name), *owned[:2]) == set()
    assert tenants(mapped(name), mapped("Tenant"), *owned) == {"Tenant"}


def test_a_key_leads_to_a_customer_by_its_column_or_by_what_it_belongs_to() -> None:
    tenant, project = mapped("Organizations"), mapped("Project", "organization_id")
    assert telling(tenant, mapped("ApiKey", "organization_id")) == {"ApiKey"}
    assert telling(tenant, mapped("ApiKey", "org_id")) == {"ApiKey"}
    assert telling(tenant, project, mapped("ApiKey", "project_id")) == {"ApiKey"}
    assert telling(tenant, mapped("Project"), mapped("ApiKey", "project_id")) == set()
    assert telling(tenant, mapped("User", "organization_id"), mapped("ApiKey", "user_id")) == set()
    assert telling(tenant, mapped("ApiKey", "name")) == set()
    assert telling(project, mapped("ApiKey", "project_id")) == set()


SCHEMAS = """
from django.db import models
try:
    from django_tenants.models import DomainMixin, TenantMixin
except ImportError:
    class TenantMixin: ...
    class DomainMixin: ...

class Parish({base}):
    name = models.CharField(max_length=9)

class HostName(DomainMixin):
    pass

class Organization(models.Model):
    name = models.CharField(max_length=9)
"""


def of_django(base: str, head: str = "") -> tuple[set[str], set[str]]:
    index = index_of({"parishes/models.py": head + SCHEMAS.format(base=base)})
    return set(tenant_models(index)), set(telling_models(index))


def test_a_model_with_a_schema_of_its_own_is_the_customer_whatever_it_is_called() -> None:
    assert of_django("TenantMixin") == ({"Parish"}, {"HostName"})
    assert of_django("models.Model") == ({"Organization"}, {"HostName"})
    old = "from tenant_schemas.models import TenantMixin as Schema\n"
    assert of_django("Schema", old) == ({"Parish"}, {"HostName"})
    shared = "from tenant_users.tenants.models import TenantBase\nclass Shared(TenantBase):\n    class Meta:\n        abstract = True\n"
    assert "Parish" in of_django("Shared", shared)[0]


def test_a_mixin_of_the_project_that_only_has_the_name_makes_no_customer() -> None:
    own = mapped("Parish").replace("(Base)", "(TenantMixin, Base)")
    assert tenants("\nclass TenantMixin:\n    tenant_id = Column(Integer)\n", own) == set()


def test_a_customer_of_a_customer_is_none() -> None:
    orders = [mapped(f"Order{n}", "customer_id") for n in range(4)]
    assert tenants(mapped("Customer"), *orders) == {"Customer"}
    assert tenants(mapped("Customer", "tenant_id"), *orders) == set()
    assert tenants(mapped("PlatformTenant"), mapped("Customer"), *orders) == {"PlatformTenant"}


def belonging(stem: str, count: int) -> list[str]:
    return [mapped(f"Thing{n}", f"{stem}_id") for n in range(count)]


def test_where_no_name_says_it_the_class_that_people_and_most_else_belong_to_is_the_customer() -> None:
    institute, user, others = (
        mapped("Institute"),
        mapped("User", "institute_id"),
        [mapped(f"Other{n}") for n in range(5)],
    )
    assert tenants(institute, user, *belonging("institute", 4)) == {"Institute"}
    assert tenants(institute, user, *belonging("institute", 3)) == set()
    assert tenants(institute, user, *belonging("institute", 4), *others[:3]) == {"Institute"}  # five of nine
    assert tenants(institute, user, *belonging("institute", 4), *others, mapped("One")) == {
        "Institute"
    }  # five of twelve
    assert tenants(institute, user, *belonging("institute", 4), *others, mapped("One"), mapped("Two")) == set()
    assert tenants(institute, mapped("User"), *belonging("institute", 5)) == set()
    assert tenants(
        mapped("BusinessUnit"), mapped("UserProfile", "business_unit_id"), *belonging("business_unit", 4)
    ) == {"BusinessUnit"}


def test_what_people_are_one_of_many_of_is_no_customer() -> None:
    studio = mapped("Studio")
    assert tenants(studio, mapped("StudioMember", "studio_id", "user_id"), *belonging("studio", 9)) == set()
    assert tenants(studio, mapped("Profile", "studio_id"), *belonging("studio", 9)) == {"Studio"}
    form = "\nclass UserProfile:\n    studio_id: int = 0\n"
    assert tenants(studio, form, *belonging("studio", 9)) == set()
    for name in ("Department", "Project", "Course", "Category"):
        stem = name.lower()
        assert tenants(mapped(name), mapped("User", f"{stem}_id"), *belonging(stem, 9)) == set()


def test_a_database_that_people_look_at_is_no_customer() -> None:
    assert tenants(mapped("DataSource", "schema_name", "host", "port")) == set()


def test_people_are_no_customers_however_much_is_theirs() -> None:
    assert tenants(mapped("User", "user_id"), *belonging("user", 9)) == set()
    assert tenants(mapped("Patient"), mapped("User", "patient_id"), *belonging("patient", 9)) == set()


def test_what_most_belongs_to_comes_before_a_word_that_is_a_customer_now_and_then() -> None:
    company = [mapped("Company"), *(mapped(f"Offer{n}", "company_id") for n in range(3))]
    college = [mapped("College"), mapped("User", "college_id"), *belonging("college", 9)]
    assert tenants(*company) == {"Company"}
    assert tenants(*company, *college) == {"College"}
    assert tenants(*company, *college, mapped("Tenant")) == {"Tenant"}


def test_the_one_class_whose_rows_say_where_their_data_is_is_the_customer() -> None:
    assert tenants(mapped("School", "schema_name"), mapped("Pupil")) == {"School"}
    assert tenants(mapped("Parish", "subdomain")) == {"Parish"}
    assert tenants(mapped("Parish", "subdomain"), mapped("Request", "subdomain")) == set()


def test_a_model_without_a_table_is_no_customer() -> None:
    models = """
from django.db import models

class TenantModel(models.Model):
    firm = models.ForeignKey("Firm", on_delete=models.CASCADE)
    class Meta:
        abstract = True

class Firm(models.Model):
    name = models.CharField(max_length=9)
"""
    models += "".join(f"\nclass {name}(TenantModel):\n    pass\n" for name in ("Member", "Case", "Note", "Bill"))
    assert set(tenant_models(index_of({"firms/models.py": models}))) == {"Firm"}


PUT = """
from app.models import Marina, User, session


class Middleware:
    def __call__(self, request):
        row = session.query(MODEL).filter_by(slug=request.META["HTTP_X_SLUG"]).first()
        PLACE = row
        return self.get_response(request)
"""


@pytest.mark.parametrize(
    ("place", "model", "names"),
    [
        ("request.tenant", "Marina", {"Marina"}),
        ("request.state.organization", "Marina", {"Marina"}),
        ("self.request.workspace", "Marina", {"Marina"}),
        ("request.marina", "Marina", set()),
        ("self.tenant", "Marina", set()),
        ("request.tenant", "User", set()),
    ],
)
def test_what_a_request_is_given_as_its_customer_is_one(place: str, model: str, names: set[str]) -> None:
    models = f"{HEAD}{mapped('Marina')}{mapped('User')}\nfrom sqlalchemy.orm import Session\nsession = Session()\n"
    code = PUT.replace("MODEL", model).replace("PLACE", place)
    index = index_of({"app/__init__.py": "", "app/models.py": models, "app/middleware.py": code})
    assert set(tenant_models(index)) == names


ROUTE = """
from fastapi import FastAPI
from sqlalchemy.orm import Session

app = FastAPI()

@app.get("/")
def home(db: Session):
    return db.query(College).filter(College.id == 1).first()
"""


def test_a_name_that_no_mapped_class_has_is_no_clean_run(tmp_path: Path) -> None:
    models = HEAD + mapped("College") + ROUTE
    for name, said in (
        ("College", ""),
        ("college", "tenant-models: no mapped class is called college; did you mean 'College'?"),
    ):
        project = write(
            tmp_path / name.swapcase(), {"atomlint.toml": f'tenant-models = ["{name}"]\n', "models.py": models}
        )
        done = atomlint("check", "--select", "tenant", ".", cwd=project)
        assert done.returncode == (2 if said else 0)
        assert said in done.stdout + done.stderr
