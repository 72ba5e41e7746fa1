"""How sure it is that a tenant's row is loaded through whoever asks, and how many requests that is."""

from __future__ import annotations

import textwrap

import pytest

from atomlint.finding import Finding
from atomlint.testing import check_files

SETTINGS = """
ROOT_URLCONF = "shop.urls"
AUTH_USER_MODEL = "shop.User"
MIDDLEWARE = ["django.contrib.auth.middleware.AuthenticationMiddleware", "shop.middleware.TenantMiddleware"]
"""
MODELS = """
from django.contrib.auth.models import AbstractUser
from django.db import models

class Tenant(models.Model):
    name = models.CharField(max_length=100)

class Profile(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)

class User(AbstractUser):
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE)
    profile = models.OneToOneField(Profile, on_delete=models.CASCADE)
"""
MIDDLEWARE = """
class TenantMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        {body}
        return self.get_response(request)
"""
URLS = """
from django.http import HttpResponse
from django.urls import path

def page(request):
    return HttpResponse("")

urlpatterns = [path("page/", page)]
"""


def found(body: str, settings: str = "") -> list[Finding]:
    files: dict[str, str | bytes] = {
        "shop/__init__.py": "",
        "shop/settings.py": SETTINGS + settings,
        "shop/models.py": MODELS,
        "shop/urls.py": URLS,
        "shop/middleware.py": MIDDLEWARE.format(body=textwrap.indent(body, " " * 8).strip()),
    }
    report = check_files(files, select=("tenant-lazy-lookup",))
    assert not report.errors
    return list(report.findings)


@pytest.mark.parametrize(
    ("body", "levels"),
    [
        ("request.tenant = user.tenant", ["medium"]),
        ("request.tenant = getattr(user, 'tenant', None)", ["medium"]),
        ("if user.is_authenticated and user.tenant:\n    request.tenant = user.tenant", ["medium"]),
        ("if hasattr(request, 'user') and user.is_authenticated:\n    request.tenant = user.tenant", ["medium"]),
        ("if user.tenant_id:\n    request.plan = user.tenant.plan", ["medium"]),
        ("request.tenant = user.profile.tenant", ["medium"]),
        ("if user.is_superuser:\n    request.tenant = user.tenant", ["low"]),
        ("if request.COOKIES.get('x'):\n    request.tenant = user.tenant", ["low"]),
        ("if user.tenant_id:\n    return None\nrequest.tenant = user.tenant", ["low"]),
        ("request.tenant = getattr(request, 'tenant', None) or user.tenant", []),
        ("request.tenant = getattr(request, 'tenant', None) or getattr(user, 'tenant', None)", []),
        ("request.tenant = user.tenant_id", []),
        ("if request.path.startswith('/api/'):\n    request.tenant = user.tenant", ["low"]),
        ("request.tenant = SimpleLazyObject(lambda: request.user.tenant)", []),
        ("request.name = user.username", []),
    ],
)
def test_only_who_is_signed_in_decides(body: str, levels: list[str]) -> None:
    assert [finding.confidence.value for finding in found(body)] == levels


def test_the_message_says_how_many_queries_and_the_help_what_spares_them() -> None:
    (direct,) = found("request.tenant = user.tenant")
    assert (
        direct.message
        == "`user.tenant` loads the Tenant row of whoever asks on every request: 1 query more than the user's own"
    )
    assert '`select_related("tenant")`' in (direct.help or "")
    (behind,) = found("request.tenant = user.profile.tenant")
    assert "2 queries more" in behind.message
    assert '`select_related("profile__tenant")`' in (behind.help or "")
    (key,) = found("request.tenant = user.tenant.id")
    assert key.help == "`user.tenant_id` is there without a query"


def test_a_project_of_tokens_alone_has_nobody_signed_in_before_a_view() -> None:
    settings = 'REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"]}'
    assert [finding.confidence.value for finding in found("request.tenant = user.tenant", settings)] == ["low"]


def test_users_that_the_project_makes_itself_have_what_it_gives_them() -> None:
    assert [one.confidence.value for one in found("request.user = claims(request)\nrequest.tenant = user.tenant")] == [
        "low"
    ]


@pytest.mark.parametrize(("views", "level"), [(35, "medium"), (5, "low")])
def test_a_permission_stands_in_front_of_the_views_that_list_it(views: int, level: str) -> None:
    head = "from rest_framework import routers, viewsets\nfrom shop.models import Profile\nfrom shop.permissions import HasTenant\n"
    classes = "".join(
        f"class V{n}(viewsets.ModelViewSet):\n    queryset = Profile.objects.all()\n    permission_classes = [HasTenant]\n"
        for n in range(views)
    )
    routes = "".join(f"router.register('v{n}', V{n})\n" for n in range(views))
    files: dict[str, str | bytes] = {
        "shop/__init__.py": "",
        "shop/settings.py": SETTINGS,
        "shop/models.py": MODELS,
        "shop/urls.py": f"{head}{classes}router = routers.DefaultRouter()\n{routes}urlpatterns = router.urls\n",
        "shop/permissions.py": (
            "from rest_framework.permissions import BasePermission\nclass HasTenant(BasePermission):\n"
            "    def has_permission(self, request, view):\n        return request.user.tenant.name != ''\n"
        ),
    }
    (one,) = check_files(files, select=("tenant-lazy-lookup",)).findings
    assert one.confidence.value == level
    assert f"in front of {views} routes" in one.message
