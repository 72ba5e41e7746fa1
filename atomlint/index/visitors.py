"""Who calls: the class of ``request.user`` in Django, and of Flask-Login's ``current_user``."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from .tables import text_of
from .value import NOTHING, Value, Values, union

if TYPE_CHECKING:
    from .linker import Linker

SETTING = "AUTH_USER_MODEL"
CURRENT = frozenset({"flask_login.current_user", "flask_login.utils.current_user"})


class Visitors:
    """Finds the classes once, when something asks."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker

    @cached_property
    def of_django(self) -> Values:
        """An instance of the class that ``AUTH_USER_MODEL`` names; nothing when no setting does, or when there are several."""
        names = set()
        for path in self.linker.linked:
            for binding in self.linker.table(path).lookup(0, SETTING):
                text = text_of(binding.assign.value) if binding.assign is not None else None
                names |= {text.rpartition(".")[2]} if text else set()
        found: set[Value] = set()
        for path in self.linker.linked if len(names) == 1 else ():
            for binding in self.linker.table(path).lookup(0, *names):
                if binding.definition is not None and self._is_model(path, binding.definition):
                    found.add(Value("inst", path, binding.definition))
        return frozenset(found) if len(found) == 1 else NOTHING

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
