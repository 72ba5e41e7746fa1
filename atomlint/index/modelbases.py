"""Classes of Django that are models by what their bodies say, where their base is another package's.

``class Org(SmartModel): name = models.CharField()`` is a table of the project, whatever ``SmartModel`` is: Django takes
fields of no other classes. Bases of well-known packages are aliases of ``Model`` in the catalog.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import call_number
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .linker import Linker

MODEL = Value("ext", "django.db.models.Model")
FIELDS = ("Field", "ForeignKey")
"""How the names of fields end."""
PLACES = ("django.db.models.", "django.contrib.gis.db.models.")


def with_model(linker: Linker, path: str, scope: int, bases: Sequence[Value]) -> Sequence[Value]:
    """The bases of a class, with Django's ``Model`` before those of other packages where one of them must be a model."""
    outside = [base for base in bases if base.kind == "ext"]
    if not outside or MODEL in outside:
        return bases
    is_known = any(linker.catalog.canonical(f"{base.place}()") == f"{MODEL.place}()" for base in outside)
    if not is_known and not _has_fields(linker, path, scope):
        return bases
    return [*(base for base in bases if base.kind != "ext"), MODEL, *outside]


def _has_fields(linker: Linker, path: str, scope: int) -> bool:
    """Whether the body of a class makes a field of Django's models."""
    table = linker.table(path)
    parent = table.facts.scopes[scope].parent
    for place in table.assigns_in.get(scope, ()):
        made = call_number(table.facts.assigns[place].value)
        callee = table.facts.calls[made].callee if made is not None else None
        if type(callee) is str and callee.endswith(FIELDS) and callee[0] != "@":
            return any(v.kind == "ext" and v.place.startswith(PLACES) for v in linker.evaluate(path, parent, callee))
    return False
