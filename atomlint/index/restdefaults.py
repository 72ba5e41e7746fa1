"""Django REST framework: what ``REST_FRAMEWORK`` in settings says for all views."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from .backends import REST, within
from .expressions import expressions, inside
from .registering import elements, named
from .tables import text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .backends import Backends
    from .linker import Linker
    from .tables import Table

TOKENS = re.compile(r"jwt|token|bearer|api_?key|firebase|clerk|cognito|auth0", re.IGNORECASE)
"""Words of classes that find out who calls by what a request brings, and not by a session."""
MET = re.compile(f"{TOKENS.pattern}|SessionAuthentication$|BasicAuthentication$", re.IGNORECASE)
"""Those, and what finds a session beside them, which somebody has to begin."""
PAGES = frozenset({"LOGIN_URL", "LOGIN_REDIRECT_URL", "LOGOUT_REDIRECT_URL"})
"""Settings of projects with a page to sign in on."""
SESSIONS = frozenset(
    {"django.contrib.auth", "django.contrib.auth.", "django.contrib.auth.*", "django.contrib.auth.login"}
    | {"django.contrib.auth.views", "rest_framework.authentication.SessionAuthentication"}
)
"""Imports of what signs somebody in to a session, or reads one."""
VIEWS = ("django.contrib.auth.views.", "allauth.account.views.")
SITES = ("django.contrib.auth.urls", "allauth.urls", "rest_framework.urls", "django.contrib.auth.middleware.RemoteUser")
"""What settings and tables of URLs name where people sign in to a session."""
ASKED = "rest_framework.pagination.LimitOffsetPagination"
"""A paginator whose requests say how many rows they want."""


class RestDefaults:
    """Reads the settings that views fall back to."""

    def __init__(self, backends: Backends, linker: Linker) -> None:
        self.backends = backends
        self.linker = linker

    @cached_property
    def size(self) -> int:
        """``PAGE_SIZE``, the largest that a settings module says; 0 when that is not known."""
        sizes = [_number(value) for _, _, value in self._said("PAGE_SIZE")]
        return max(sizes, default=0) if all(sizes) else 0

    @cached_property
    def page(self) -> int:
        """Rows of a page of the default paginator, where a request cannot ask for more; 0 when that is not known."""
        sizes = [self.page_of(values) for values in self._paginators]
        return max(sizes, default=0) if all(sizes) else 0

    @cached_property
    def paginators(self) -> list[Value]:
        """Paginators of the project's own that settings name."""
        return [value for values in self._paginators for value in values if value.kind == "def"]

    @cached_property
    def permissions(self) -> tuple[tuple[str, ...], ...]:
        """Names of the permissions that each settings module asks of all requests."""
        return self._listed("DEFAULT_PERMISSION_CLASSES")

    @cached_property
    def by_token_alone(self) -> bool:
        """Whether users are known by what views read off their tokens alone: before a view, ``request.user`` is nobody.

        Not where settings or imports speak of signing in to a session, or where something sets ``request.user`` itself.
        """
        asked = self._listed("DEFAULT_AUTHENTICATION_CLASSES")
        if not asked or not all(any(map(TOKENS.search, names)) and all(map(MET.search, names)) for names in asked):
            return False
        return not any(map(self._signs_in, self.linker.linked))

    def _signs_in(self, path: str) -> bool:
        facts = self.linker.table(path).facts
        targets = [assign.target for assign in facts.assigns if type(assign.target) is str]
        if any(target in PAGES or target.endswith(("request.user", "req.user")) for target in targets):
            return True
        names = [f"{record.module}.{record.attribute or ''}" for record in facts.imports]
        if any(name in SESSIONS or name.startswith(VIEWS) for name in names):
            return True
        texts = (text_of(part) or "" for _, expr in expressions(self.linker.table(path)) for part in inside(expr))
        return any(text.startswith(SITES) for text in texts)

    def _listed(self, key: str) -> tuple[tuple[str, ...], ...]:
        """The texts of a list that each settings module has under a key."""
        found = []
        for table, scope, value in self._said(key):
            items = (text_of(item) for _, _, item in elements(self.linker, table.path, scope, value))
            found.append(tuple(item for item in items if item))
        return tuple(found)

    def page_of(self, paginators: Iterable[Value]) -> int:
        """Rows of a page of a paginator at most; 0 when that is not known."""
        sizes = [self._size(paginator) for paginator in paginators]
        return max(sizes, default=0) if all(sizes) else 0

    def _size(self, paginator: Value) -> int:
        if paginator.kind != "def":
            return 0 if paginator.place == ASKED else self.size
        bases = self.linker.mro(paginator.place, paginator.scope)
        asks = self._attribute(paginator, "page_size_query_param") not in (None, "#None")
        name = "max_limit" if any(base.place == ASKED for base in bases) else "max_page_size" if asks else "page_size"
        said = self._attribute(paginator, name)
        return self.size if said is None and name == "page_size" else _number(said)

    def _attribute(self, paginator: Value, name: str) -> object:
        return next((assign.value for _, assign in self.linker.class_attribute(paginator, name)), None)

    @cached_property
    def _paginators(self) -> list[list[Value]]:
        said = [(table, text_of(value) or "") for table, _, value in self._said("DEFAULT_PAGINATION_CLASS")]
        return [list(named(self.linker, table.path, name)) or [Value("ext", name)] for table, name in said]

    def _said(self, key: str) -> list[tuple[Table, int, object]]:
        """What settings modules say for a key."""
        said = [(table, scope, within(value, key)) for table, scope, value in self.backends.setting(REST)]
        return [place for place in said if place[2] is not None]


def _number(value: object) -> int:
    return int(value[1:]) if type(value) is str and value[:1] == "#" and value[1:].isdecimal() else 0
