"""Attributes that a model of Django has, as far as classes say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .project import Project
    from .value import Value

MODEL = frozenset({"django.db.models.Model", "django.db.models.base.Model", "builtins.object", "abc.ABC"})
"""Bases that give a model nothing but a key and a way to its rows."""
KEYS = frozenset({"id", "pk"})


def lacks(project: Project, model: Value, names: Iterable[str]) -> str:
    """One of some names that a model certainly has not; empty where there is none, or where another base may give it."""
    linker = project.linker
    known = set(KEYS)
    for cls in linker.mro(model.place, model.scope):
        if cls.kind == "ext":
            if cls.place not in MODEL:
                return ""
            continue
        table = linker.table(cls.place)
        if table.facts.scopes[cls.scope].decorators:
            return ""
        known |= {name for scope, name in table.class_attributes if scope == cls.scope}
        known |= set(table.members_of.get(cls.scope, ()))
    known |= set(project.relationships.of(model))
    made = (name for name in names if not name.endswith(("_set", "_display", "_id")))
    return next((name for name in made if name not in known), "")
