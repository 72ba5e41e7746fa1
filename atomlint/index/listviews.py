"""Django REST framework: what a list view answers with, and whether requests can ask for it."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from .actions import Acting
from .expressions import inside
from .managers import EAGERLY
from .restdefaults import RestDefaults
from .serializers import FRAMEWORK
from .tables import dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..facts.records import Expr
    from .project import Project
    from .rowsets import Rows
    from .serializers import Serialized
    from .tables import Table

LISTS = (
    "rest_framework.viewsets.ModelViewSet",
    "rest_framework.viewsets.ReadOnlyModelViewSet",
    "rest_framework.generics.ListAPIView",
    "rest_framework.generics.ListCreateAPIView",
    "rest_framework.mixins.ListModelMixin",
)
"""Bases that answer GET with a serializer of all rows of ``get_queryset()``, a page at a time."""
OWN_LIST = ("list", "get", "get_serializer", "filter_queryset", "paginate_queryset", "dispatch")
"""Methods by which a view answers in a way of its own."""
FIRST = frozenset({"initial", "setup", "initialize_request", "check_permissions"})
"""Methods that run before the rows are asked for."""


class ListView(NamedTuple):
    """A view that answers with many rows."""

    rows: Rows
    serializers: tuple[Serialized, ...]
    """More than one where it takes one or the other."""
    routed: bool = True
    """Whether a route is seen that leads to it."""
    page: int = 0
    """Rows that an answer has at most, by the view's paginator; 0 when that is not known."""
    permitted: bool = True
    """Whether what requests have to pass is left to the settings."""
    call: int = -1
    """Where a method of the view serializes them by hand."""
    paginated: bool = False
    """Whether the view names a paginator of its own, for this list rather than for all of them."""


class ListViews:
    """Reads list views as far as classes say it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker
        self.serializers = project.serializers
        self.defaults = RestDefaults(project.effects.backends, self.linker)

    def of(self, cls: Value) -> ListView | None:
        """What a class lists; None for one that is no list view, or one with ways of its own."""
        mro = self.linker.mro(cls.place, cls.scope)
        external = [base.place for base in mro if base.kind == "ext"]
        own = [base for base in mro if base.kind == "def"]
        if not any(name in LISTS for name in external) or not all(_is_known(name) for name in external):
            return None
        if not self.serializers.members(own).isdisjoint(OWN_LIST):
            return None
        if not self._lists(cls) or self.loads(cls):
            return None
        acting = Acting(self.linker, cls)
        rows = self._rows(acting)
        made = [self.serializers.of(value) for value in acting.serializers()] if rows is not None else []
        if rows is None or not made or None in made:
            return None
        serializers = tuple(one for one in made if one is not None)
        paginated = dotted(self._paginator(cls)[1]) is not None
        page, permitted = self._page(cls), self.is_permitted(cls)
        return ListView(rows, serializers, self.is_routed(cls), page, permitted, paginated=paginated)

    def is_routed(self, cls: Value) -> bool:
        """Whether a route is seen that leads to a view."""
        return cls in self._routes

    def asking(self, permission: Value) -> int:
        """How many views that routes lead to list a permission, or leave it to settings that do."""
        name = self.linker.table(permission.place).facts.scopes[permission.scope].name
        usual = any(one.rpartition(".")[2] == name for names in self.defaults.permissions for one in names)
        count = 0
        for view in self._routes:
            said = next(self.linker.class_attribute(view, "permission_classes"), None) if view.kind == "def" else None
            if said is None:
                count += usual
                continue
            table, assign = said
            names = [given for part in inside(assign.value) if type(part) is str and (given := dotted(part))]
            values = (value for given in names for value in self.linker.evaluate(table.path, assign.scope, given))
            count += any(
                value.kind == "def" and permission in self.linker.mro(value.place, value.scope) for value in values
            )
        return count

    def is_permitted(self, cls: Value) -> bool:
        """Whether what requests to a view have to pass is left to the settings."""
        said = list(self.linker.class_attribute(cls, "permission_classes"))
        return not said and self.linker.member(cls, "get_permissions") is None

    def _page(self, cls: Value) -> int:
        """Rows of a page of the view's own paginator, else of the one in the settings."""
        table, value = self._paginator(cls)
        if table is None:
            return self.defaults.page
        return self.defaults.page_of(self.linker.evaluate(table.path, 0, value)) if dotted(value) else 0

    def _paginator(self, cls: Value) -> tuple[Table, Expr] | tuple[None, None]:
        """What the nearest class names as the paginator, ``None`` for none at all among it, and its file."""
        said = self.linker.class_attribute(cls, "pagination_class")
        return next(((table, assign.value) for table, assign in said if assign.value is not None), (None, None))

    def _lists(self, cls: Value) -> bool:
        """Whether requests can ask for the list: not when ``as_view({"get": "retrieve"})`` is all that is routed."""
        for _, methods in self.serializers.stated(cls, "http_method_names"):
            if type(methods) is list and "get" not in {text_of(part) for part in methods[1:]}:
                return False
        actions = self._routes.get(cls, [])
        mapped = [given for given in actions if type(given) is list and given[:1] == ["{}"]]
        return not mapped or len(mapped) < len(actions) or any("'list" in given for given in mapped)

    def loads(self, cls: Value) -> bool:
        """Whether a filter or a paginator of the project's, a list of the view, or what it does first may load related rows."""
        if any(True for name in EAGERLY for _ in self.serializers.stated(cls, name)):
            return True
        helpers: list[Value] = []
        for name in ("filter_backends", "pagination_class"):
            for table, value in list(self.serializers.stated(cls, name))[:1]:
                names = [n for part in (value[1:] if type(value) is list else [value]) if (n := dotted(part))]
                helpers += [v for n in names for v in self.linker.evaluate(table.path, 0, n) if v.kind == "def"]
        helpers += self.defaults.paginators
        classes = [base for v in helpers for base in self.linker.mro(v.place, v.scope) if base.kind == "def"]
        own = [base for base in self.linker.mro(cls.place, cls.scope) if base.kind == "def"]
        methods = [(base, None) for base in classes] + [(base, FIRST) for base in own]
        return any(self._loads_in(base, names) for base, names in methods)

    def _loads_in(self, cls: Value, names: frozenset[str] | None) -> bool:
        table = self.linker.table(cls.place)
        return any(
            str(table.facts.calls[number].callee).endswith(EAGERLY)
            for name, method in table.members_of.get(cls.scope, {}).items()
            if names is None or name in names
            for number in table.calls_in.get(method, ())
        )

    # --- the rows ----------------------------------------------------------------------------------------------------

    def _rows(self, acting: Acting) -> Rows | None:
        """The rows of ``get_queryset``, else of ``queryset``; None where one of them is not understood."""
        own = acting.own
        method = self.linker.member(acting.view, "get_queryset")
        stated = [rows for cls in own for rows in self._stated(cls)][:1]
        if method is None:
            return stated[0] if stated else None
        returned = [exit_.value for exit_ in acting.returns(method)]
        found = [self.project.rowsets.of(method.place, method.scope, value) for value in returned]
        below = own.index(Value("def", method.place, self.linker.table(method.place).facts.scopes[method.scope].parent))
        if below:  # what it asks of ``super()``, ``self.queryset`` or ``self.rows()`` may be what a class below states
            if self._hooks(method) & (self.serializers.members(own[:below]) | self._stated_names(own[:below])):
                return None
            found += [rows for cls in own[:below] for rows in self._stated(cls)]
        return _together([rows for rows in found if rows is not None]) if found and None not in found else None

    def _hooks(self, method: Value) -> set[str]:
        """Members of ``self`` that a method reads or calls."""
        table = self.linker.table(method.place)
        calls = [table.facts.calls[number] for number in table.calls_in.get(method.scope, ())]
        parts = [call.callee for call in calls] + [arg for call in calls for arg in call.args]
        names = (dotted(part) or "" for expr in parts for part in inside(expr) if type(part) is str)
        return {name.split(".")[1] for name in names if name.startswith("self.")} - {"queryset", "request", "kwargs"}

    def _stated_names(self, own: Sequence[Value]) -> set[str]:
        """Attributes that class bodies assign."""
        return {
            str(table.facts.assigns[place].target)
            for cls in own
            for table in [self.linker.table(cls.place)]
            for place in table.assigns_in.get(cls.scope, ())
        }

    def _stated(self, cls: Value) -> Iterator[Rows | None]:
        """The rows of a class's own ``queryset``."""
        for assign in self.linker.table(cls.place).class_attributes.get((cls.scope, "queryset"), ()):
            if assign.value not in (None, "#None"):
                yield self.project.rowsets.of(cls.place, cls.scope, assign.value)

    @cached_property
    def _routes(self) -> dict[Value, list[Expr]]:
        """What each class is routed with: the first argument of ``as_view``, None for ``router.register(...)``."""
        found: dict[Value, list[Expr]] = defaultdict(list)
        for name in ("as_view", "register"):
            for path, ordinal in self.linker.call_sites(name):
                if path in self.project.mounts.urlconf.aside:
                    continue
                record = self.linker.table(path).facts.calls[ordinal]
                head = record.callee.rpartition(".")[0] if type(record.callee) is str else ""
                given = [head] if name == "as_view" else [*record.args, *(value for _, value in record.keywords)]
                actions = record.args[0] if name == "as_view" and record.args else None
                for expr in filter(dotted, given):
                    for value in self.linker.evaluate(path, record.scope, expr):
                        found[value].append(actions)
        return dict(found)


def _is_known(base: str) -> bool:
    return base.startswith((FRAMEWORK, "builtins.", "typing.", "abc."))


def _together(found: Sequence[Rows]) -> Rows | None:
    """Rows that come of one of several queries: what one of them loads may be loaded."""
    first = found[0]
    if any(rows.model != first.model for rows in found):
        return None
    loaded = frozenset().union(*(rows.loaded for rows in found))
    paths = frozenset().union(*(rows.paths for rows in found))
    asking = frozenset().union(*(rows.asking for rows in found))
    most = max(rows.most for rows in found) if all(rows.most for rows in found) else 0
    return first._replace(loaded=loaded, paths=paths, most=most, asking=asking)
