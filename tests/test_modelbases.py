"""Models of Django whose base is another package's are seen by their fields."""

from __future__ import annotations

import pytest

from atomlint.testing import check_files

SOURCE = """
from django.contrib.auth.models import AbstractUser
from django.contrib.gis.db import models as gis
from django.db import models
from django.http import HttpResponse
from django.urls import path
from rest_framework import serializers
from smart.models import SmartModel
from mptt.models import MPTTModel

class Organization({base}):
    {body}

class TenantMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.org = Organization.objects.filter(slug=request.headers["x-org"]).first()
        return self.get_response(request)

def page(request):
    return HttpResponse(request.org.slug)

urlpatterns = [path("page", page)]
MIDDLEWARE = ["shop.urls.TenantMiddleware"]
"""
SLUG = "slug = models.SlugField()"


def found(base: str, body: str) -> list[str]:
    source = SOURCE.replace("{base}", base).replace("{body}", body)
    report = check_files({"shop/urls.py": source}, select=("tenant-uncached-lookup",))
    return [finding.rule for finding in report.findings]


@pytest.mark.parametrize(
    ("base", "body"),
    [
        ("models.Model", SLUG),
        ("gis.Model", "slug = gis.SlugField()"),
        ("SmartModel", SLUG),
        ("SmartModel", "owner = models.ForeignKey('auth.User', models.CASCADE)"),
        ("object, SmartModel", SLUG),
        ("MPTTModel", "pass"),
        ("AbstractUser", "pass"),
    ],
)
def test_a_class_with_fields_is_a_model_whatever_its_base_is(base: str, body: str) -> None:
    assert found(base, body) == ["tenant-uncached-lookup"]


@pytest.mark.parametrize(
    ("base", "body"),
    [
        ("SmartModel", "slug = 'a'"),
        ("SmartModel", "slug = serializers.SlugField()"),
        ("SmartModel", "slug = SmartModel.SlugField()"),
        ("SmartModel", "slug = models.Count('pk')"),
        ("object", SLUG),
    ],
)
def test_a_class_without_fields_or_without_a_base_elsewhere_is_none(base: str, body: str) -> None:
    assert not found(base, body)
