"""The mapped classes of a project with the registry that holds each, its table, and its relationships."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import Class, Index, dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    Expr = Any
    Value = Any

Registry = tuple[str, ...]
"""Where a declarative base is bound: two classes share a registry when this is equal."""

DECLARATIVE = (
    "sqlalchemy.orm.DeclarativeBase",
    "sqlalchemy.orm.DeclarativeBaseNoMeta",
    "sqlalchemy.ext.asyncio.AsyncAttrs",
)
MADE = ("declarative_base()", "automap_base()", ".generate_base()")
SQLMODEL = "sqlmodel.SQLModel"
RELATIONSHIPS = frozenset({"relationship", "Relationship", "relation", "dynamic_loader"})
MAX_HOPS = 12
"""Re-exports followed to find where a name is bound."""


class Table(NamedTuple):
    """What a class says about its table; ``schema`` and ``bind`` are in the facts' notation."""

    name: str
    schema: str
    extends: bool
    """Whether it says ``extend_existing=True``."""


class Model(NamedTuple):
    """One mapped class."""

    cls: Class
    registry: Registry
    table: Table | None
    """Its own table, when it has one and its name is literal."""

    @property
    def name(self) -> str:
        """The class's name, which strings in relationships use."""
        return self.cls.name


class Models:
    """Every mapped class outside of tests, in file order."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.linker = index.project.linker
        self._registries: dict[Value, Registry | None] = {}
        self.all: list[Model] = []
        for cls in index.all_classes():
            if cls.in_test or not (cls.bases or cls.keywords):
                continue
            registry = self.registry(cls)
            if registry is not None and self._is_mapped(cls, registry):
                self.all.append(Model(cls, registry, self._table(cls)))

    @cached_property
    def by_name(self) -> dict[tuple[Registry, str], list[Model]]:
        """Mapped classes by registry and name."""
        table: dict[tuple[Registry, str], list[Model]] = defaultdict(list)
        for model in self.all:
            table[model.registry, model.name].append(model)
        return dict(table)

    @cached_property
    def by_place(self) -> dict[tuple[str, int], Model]:
        """Mapped classes by file and scope."""
        return {(model.cls.path, model.cls.ordinal): model for model in self.all}

    # --- registries ------------------------------------------------------------------------------------------------

    def registry(self, cls: Class) -> Registry | None:
        """The registry of the declarative base that a class descends from, or None."""
        if cls.value not in self._registries:
            self._registries[cls.value] = None  # a class that is its own base, through a mistake
            self._registries[cls.value] = self._registry(cls)
        return self._registries[cls.value]

    def _registry(self, cls: Class) -> Registry | None:
        own = dotted_decorators(cls)
        if any(name.rpartition(".")[2] in ("as_declarative", "as_declarative_base") for name in own):
            return (cls.path, cls.symbol)
        for base in cls.bases:
            expr = base[1] if type(base) is list and base[:1] == ["sub"] else base
            for value in self.linker.evaluate(cls.path, cls.parent, expr):
                if value.kind == "def":
                    found = self.registry(Class(self.index, value.place, value.scope))
                elif value.kind != "ext":
                    continue
                elif value.place in DECLARATIVE[:2]:
                    found = (cls.path, cls.symbol)
                elif value.place.endswith(MADE):
                    found = self.origin(cls.path, cls.parent, dotted(expr) or "") or (cls.path, cls.symbol)
                elif value.place.endswith("SQLAlchemy().Model"):
                    found = self.origin(cls.path, cls.parent, (dotted(expr) or "").rpartition(".")[0])
                else:
                    found = (SQLMODEL,) if value.place == SQLMODEL else None
                if found is not None:
                    given = cls.keywords.get("registry") or next((a.value for a in cls.attribute("registry")), None)
                    return (cls.path, cls.symbol) if given is not None else found
        return None

    def origin(self, path: str, scope: int, name: str, hops: int = MAX_HOPS) -> Registry | None:
        """Where a dotted name is bound: file, scope and name, through imports and re-exports."""
        head, _, rest = name.partition(".")
        table = self.linker.table(path)
        bindings = table.lookup(scope, head) if head and hops else []
        if not bindings:
            for star in table.stars if hops else ():
                target = self.linker.modules.target(path, star)
                if target is not None and target.endswith(".py") and target != path:
                    found = self.origin(target, 0, name, hops - 1)
                    if found is not None:
                        return found
            return None
        record = bindings[-1].imported
        if record is None:
            return (path, str(bindings[-1].scope), name)
        if record.attribute:
            target = self.linker.modules.target(path, record)
            if target is not None and target.endswith(".py") and self.linker.table(target).lookup(0, record.attribute):
                return self.origin(target, 0, ".".join(filter(None, [record.attribute, rest])), hops - 1)
        for value in self.linker.evaluate(path, scope, head):
            if value.kind == "module" and value.place.endswith(".py") and rest:
                return self.origin(value.place, 0, rest, hops - 1)
        return (f"{record.module}.{record.attribute or ''}", name)

    # --- classes ---------------------------------------------------------------------------------------------------

    def _is_mapped(self, cls: Class, registry: Registry) -> bool:
        """SQLAlchemy maps every descendant of a declarative base that is not abstract; SQLModel those with a table."""
        if any(assign.value == "#True" for assign in cls.attribute("__abstract__")):
            return False
        if any(value.place == SQLMODEL for value in cls.mro):
            return any(view.keywords.get("table") == "#True" for view in self.lineage(cls))
        return registry != (cls.path, cls.symbol)

    def _table(self, cls: Class) -> Table | None:
        name = cls.table_name
        if name is None and cls.keywords.get("table") == "#True" and cls.method("__tablename__") is None:
            name = None if cls.attribute("__tablename__") else cls.name.lower()
        if name is None:
            return None
        schema, extends = "", False
        for view in self.lineage(cls):
            for key, value in table_options(view):
                if key == "schema":
                    schema = schema or str(value)
                if key == "extend_existing" and view == cls:
                    extends = value == "#True"
            schema = schema or "".join(str(assign.value) for assign in view.attribute("__bind_key__"))
        return Table(name, schema, extends)

    def lineage(self, cls: Class) -> Iterator[Class]:
        """The class and its bases in the project."""
        for value in cls.mro:
            if value.kind == "def":
                yield Class(self.index, value.place, value.scope)


def models(index: Index) -> Models:
    """The mapped classes of the project, found once."""
    found: Models = index.keep("orm models", lambda: Models(index))
    return found


def table_options(cls: Class) -> Iterator[tuple[str, Expr]]:
    """Options of a literal ``__table_args__``: those of the dict, or of the last item of the tuple."""
    for assign in cls.attribute("__table_args__"):
        value = assign.value
        if type(value) is list and value[:1] == ["[]"] and len(value) > 1:
            value = value[-1]
        if type(value) is list and value[:1] == ["{}"]:
            for key, option in zip(value[1::2], value[2::2], strict=True):
                yield text_of(key) or "", option


def dotted_decorators(cls: Class) -> list[str]:
    """Names of the decorators of a class, called or not."""
    names = []
    for decorator in cls.table.facts.scopes[cls.ordinal].decorators:
        expr = decorator
        if type(decorator) is str and decorator[:1] == "@" and "." not in decorator:
            expr = cls.table.facts.calls[int(decorator[1:])].callee
        names.append(dotted(expr) or "")
    return names
