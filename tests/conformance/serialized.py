"""Run in a process of its own: the statements of each list view of an example, with one row and with three, as JSON.

The first argument is the folder of the example, whose package is ``library``.
"""

from __future__ import annotations

import inspect
import json
import sys
from contextlib import suppress
from typing import Any


def main(folder: str) -> None:
    """Serve every list view twice, and print how many statements that took."""
    sys.path.insert(0, folder)
    import django
    from django.conf import settings

    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "library"],
        REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": []},
        ALLOWED_HOSTS=["testserver"],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()
    from django.core.management import call_command
    from library import views

    call_command("migrate", run_syncdb=True, verbosity=0)
    found: dict[str, list[int]] = {}
    for rows in (1, 2):
        for number in range(rows):
            _book(f"{rows} {number}")
        for name, cls in inspect.getmembers(views, inspect.isclass):
            if cls.__module__ != views.__name__:
                continue
            if hasattr(cls, "list") and "list" not in vars(cls):
                found.setdefault(name, []).append(_statements(cls, "list"))
            for method in ("get", "recent", "keys"):  # what is serialized by hand
                if method in vars(cls):
                    found.setdefault(f"{name}.{method}", []).append(_statements(cls, method))
        for name, view in inspect.getmembers(views, inspect.isfunction):
            if view.__module__ == views.__name__ and hasattr(view, "cls"):
                found.setdefault(name, []).append(_counted(view))
    sys.stdout.write(json.dumps(found))


def _book(name: str) -> None:
    from library import models

    branch = models.Branch.objects.create(name=name, region=models.Region.objects.create(name=name))
    author = models.Author.objects.create(name=name, branch=branch)
    book = models.Book.objects.create(title=name, author=author)
    book.tags.add(models.Tag.objects.create(name=name, kept_by=branch))
    models.Loan.objects.create(book=book)
    models.Review.objects.create(book=book)
    models.Note.objects.create(text=name, about=book)
    for model in (models.Shop, models.Stall, models.Kiosk):
        model.objects.create(name=name, branch=models.Branch.objects.first())
    models.Visit.objects.create(shop=models.Shop.objects.last())


def _statements(cls: Any, method: str) -> int:
    from rest_framework.viewsets import ViewSetMixin

    actions = ({"get": method},) if issubclass(cls, ViewSetMixin) else ()
    return _counted(cls.as_view(*actions, permission_classes=[]))


def _counted(view: Any) -> int:
    from django.core.exceptions import ImproperlyConfigured
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from rest_framework.test import APIRequestFactory

    with CaptureQueriesContext(connection) as seen, suppress(ImproperlyConfigured):  # a field that no model has
        view(APIRequestFactory().get("/?size=5")).render()
    return len(seen)


if __name__ == "__main__":
    main(sys.argv[1])
