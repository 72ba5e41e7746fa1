"""Classes of Django that are models by what their bodies say, where their base is another package's.

``class Org(SmartModel): name = models.CharField()`` is a table of the project, whatever ``SmartModel`` is: Django takes
fields of no other classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .linker import Linker

MODEL = Value("ext", "django.db.models.Model")
FIELDS = ("Field", "ForeignKey")
"""How the names of fields end."""
PLACES = ("django.db.models.", "django.contrib.gis.db.models.")
KNOWN = frozenset(
    {
        "django.contrib.auth.base_user.AbstractBaseUser",
        "django.contrib.auth.models.AbstractBaseUser",
        "django.contrib.auth.models.AbstractUser",
        "django.contrib.gis.db.models.Model",
        "django.db.models.base.Model",
        "django_extensions.db.models.TimeStampedModel",
        "model_utils.models.SoftDeletableModel",
        "model_utils.models.TimeStampedModel",
        "mptt.models.MPTTModel",
        "ordered_model.models.OrderedModel",
        "parler.models.TranslatableModel",
        "polymorphic.models.PolymorphicModel",
        "wagtail.models.Page",
    }
)
"""Models and abstract models of well-known packages."""


def with_model(linker: Linker, path: str, scope: int, bases: Sequence[Value]) -> Sequence[Value]:
    """The bases of a class, with Django's ``Model`` before those of other packages where one of them must be a model."""
    outside = [base for base in bases if base.kind == "ext"]
    if not outside or MODEL in outside:
        return bases
    if not any(base.place in KNOWN for base in outside) and not _has_fields(linker, path, scope):
        return bases
    return [*(base for base in bases if base.kind != "ext"), MODEL, *outside]


def _has_fields(linker: Linker, path: str, scope: int) -> bool:
    """Whether the body of a class makes a field of Django's models."""
    table = linker.table(path)
    parent = table.facts.scopes[scope].parent
    for place in table.assigns_in.get(scope, ()):
        value = table.facts.assigns[place].value
        if type(value) is not str or value[:1] != "@" or not value[1:].isdecimal():
            continue
        callee = table.facts.calls[int(value[1:])].callee
        if type(callee) is str and callee.endswith(FIELDS) and callee[0] != "@":
            return any(v.kind == "ext" and v.place.startswith(PLACES) for v in linker.evaluate(path, parent, callee))
    return False
