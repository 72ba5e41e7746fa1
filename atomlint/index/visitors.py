"""Who calls: the class of ``request.user`` in Django, and of Flask-Login's ``current_user``; models that settings name."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from .tables import text_of
from .value import NOTHING, Value, Values, union

if TYPE_CHECKING:
    from .linker import Linker

SETTING = "AUTH_USER_MODEL"
NAMED = {
    "django_tenants.utils.get_tenant_model": "TENANT_MODEL",
    "django_tenants.utils.get_tenant_domain_model": "TENANT_DOMAIN_MODEL",
    "tenant_schemas.utils.get_tenant_model": "TENANT_MODEL",
}
"""Functions that give the class that a setting of Django names."""
CURRENT = frozenset({"flask_login.current_user", "flask_login.utils.current_user"})


class Visitors:
    """Finds the classes once, when something asks."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self._models: dict[str, Values] = {}

    @cached_property
    def of_django(self) -> Values:
        """An instance of the class that ``AUTH_USER_MODEL`` names; nothing when no setting does, or when there are several."""
        return frozenset(value._replace(kind="inst") for value in self._named(SETTING))

    def given(self, place: str) -> Values:
        """The class that a function gives which looks it up in the settings: ``get_tenant_model()``."""
        setting = NAMED.get(place)
        return NOTHING if setting is None else self._named(setting)

    def _named(self, setting: str) -> Values:
        """The one class of a model that a setting names."""
        if setting not in self._models:
            self._models[setting] = frozenset(self._find(setting))
        return self._models[setting]

    def _find(self, setting: str) -> set[Value]:
        names: set[str] = set()
        for path in self.linker.linked:
            for binding in self.linker.table(path).lookup(0, setting):
                text = text_of(binding.assign.value) if binding.assign is not None else None
                names |= {text} if text else set()
        if len({name.rpartition(".")[2] for name in names}) != 1:
            return set()
        found: set[Value] = set()
        label, _, model = min(names).rpartition(".")
        for path in {*self.linker.linked, *self._models_of(label)}:
            for binding in self.linker.table(path).lookup(0, model):
                if binding.definition is not None and self._is_model(path, binding.definition):
                    found.add(Value("def", path, binding.definition))
        return found if len(found) == 1 else set()

    def _models_of(self, label: str) -> list[str]:
        """Files of an application's models, which nothing may import: ``shop/tenants/models.py`` of ``tenants``."""
        part = f"/{label}/models"
        return [path for path in self.linker.modules.paths if f"/{path}".partition(part)[2][:1] in (".", "/")]

    def _is_model(self, path: str, scope: int) -> bool:
        if self.linker.table(path).facts.scopes[scope].kind != "class":
            return False
        return any(base.kind == "ext" and base.place.startswith("django.") for base in self.linker.mro(path, scope))

    def asked(self, owner: str, attribute: str, known: Values) -> Values:
        """What ``request.user`` is where nothing of the project says what ``request`` is."""
        if attribute != "user" or owner != "request" or any(value.kind != "ext" for value in known):
            return NOTHING
        return self.of_django

    @cached_property
    def of_flask(self) -> Values:
        """What the functions return that load the user of a session or a request."""
        loaders = [
            Value("def", path, scope)
            for name in ("user_loader", "request_loader")
            for path, scope, _ in self.linker.decorated(name)
        ]
        found = union(self.linker.values.returned(loader) for loader in loaders)
        return frozenset(value for value in found if value.kind == "inst")
