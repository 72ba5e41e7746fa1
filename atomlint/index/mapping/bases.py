"""Declarative bases, registries and metadata of every kind, and which of them a class descends from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .records import Expr, MetaData, Registry, Site

if TYPE_CHECKING:
    from ..linker import Linker
    from ..value import Value
    from .names import Made, Names
    from .texts import Texts

DECLARATIVE = frozenset({"DeclarativeBase", "DeclarativeBaseNoMeta"})
MAKES_BASE = frozenset({"declarative_base", "generate_base", "as_declarative_base", "automap_base"})
HARMLESS = (
    "sqlalchemy.", "sqlmodel.", "builtins.", "typing.", "typing_extensions.", "abc.", "collections.", "enum.",
    "pydantic.", "flask_login.", "dataclasses.", "uuid.", "datetime.", "sqlalchemy_mixins.serialize.",
    "sqlalchemy_serializer.", "types.", "functools.", "contextlib.",
)  # fmt: skip
"""Libraries whose classes, as mixins, bring no columns and no relationships."""
SQLMODEL = ("sqlmodel",)


class Bases:
    """Finds registries; each is made once."""

    def __init__(self, linker: Linker, names: Names, texts: Texts) -> None:
        self.linker = linker
        self.names = names
        self.texts = texts
        self.registries: dict[tuple[str, ...], Registry] = {}
        self.metadatas: dict[tuple[str, ...], MetaData] = {}
        self._of: dict[Value, Registry | None] = {}
        self.declares: set[Value] = set()
        """Classes that are declarative bases themselves."""
        self.flask: set[Value] = set()
        """Classes below Flask-SQLAlchemy's ``Model``: tables are named after them."""
        self.outside: set[Value] = set()
        """Classes with a base that is not known: attributes and columns may come from it."""

    # --- metadata --------------------------------------------------------------------------------------------------

    def metadata(self, key: tuple[str, ...], schema: str | None = "") -> MetaData:
        """The collection of tables of a key."""
        found = self.metadatas.get(key)
        if found is None:
            found = self.metadatas[key] = MetaData(key, schema or "", open=schema is None)
        return found

    def metadata_of(self, site: Site | None) -> MetaData | None:
        """The collection of tables that an expression is; None when it is not known."""
        made = self.names.made(site)
        if made is None:
            return None
        if made.kind == "ext":
            return self.metadata(SQLMODEL) if made.name == "sqlmodel.SQLModel.metadata" else None
        if made.kind == "def" and made.value is not None and made.rest == ("metadata",):
            registry = self.of(made.value)
            return None if registry is None else self._own_metadata(made.value) or registry.metadata
        if made.call is None or made.site is None:
            return None
        name = self._name(made)
        if name == "MetaData" and not made.rest:
            _, keywords, known = self.names.arguments(made.site)
            schema = self.texts.of(keywords["schema"]) if "schema" in keywords else "" if known else None
            found = self.metadata(_key(made), schema)
            found.names_indexes = found.names_indexes or "naming_convention" in keywords or not known
            return found
        if made.rest[-1:] == ("metadata",):
            holder = self.registry_made(made._replace(rest=made.rest[:-1]))
            return None if holder is None else holder.metadata
        return None

    def _own_metadata(self, cls: Value) -> MetaData | None:
        """What a class itself, or a class above it in the project, says its ``metadata`` is."""
        for value in self.linker.mro(cls.place, cls.scope):
            if value.kind != "def":
                continue
            for assign in self.linker.table(value.place).class_attributes.get((value.scope, "metadata"), ()):
                if assign.value is not None:
                    return self.metadata_of(Site(value.place, value.scope, assign.value))
        return None

    def metadata_for(self, cls: Value, registry: Registry) -> MetaData:
        """The collection that the table of a class belongs to."""
        own = self._own_metadata(cls)
        bind = self._bind_key(cls)
        if bind:
            return self.metadata((*registry.metadata.key, "bind", bind))
        return own or registry.metadata

    def _bind_key(self, cls: Value) -> str:
        for value in self.linker.mro(cls.place, cls.scope) if cls in self.flask else ():
            if value.kind == "def":
                for assign in self.linker.table(value.place).class_attributes.get((value.scope, "__bind_key__"), ()):
                    return self.texts.of(Site(value.place, value.scope, assign.value)) or str(assign.value)
        return ""

    # --- registries ------------------------------------------------------------------------------------------------

    def registry(self, key: tuple[str, ...], metadata: MetaData | None = None) -> Registry:
        """The registry of a key."""
        found = self.registries.get(key)
        if found is None:
            found = self.registries[key] = Registry(key, metadata or self.metadata(key))
        return found

    def registry_made(self, made: Made | None) -> Registry | None:
        """The registry of a base, or the registry itself, that an expression leads to."""
        if made is None:
            return None
        if made.kind == "ext":
            return self.registry(SQLMODEL) if made.name.startswith("sqlmodel.") and "SQLModel" in made.name else None
        if made.kind == "def" and made.value is not None:
            return self.of(made.value) if made.rest in ((), ("registry",)) else None
        if made.call is None or made.site is None:
            return None
        rest = tuple(part for part in made.rest if part not in ("registry", "Model"))
        if rest:
            return None
        name = self._name(made)
        _, keywords, known = self.names.arguments(made.site)
        if name == "registry":
            return self._registry(made, keywords, known=known)
        if name in MAKES_BASE:
            return self._made_base(made, name, keywords, known=known)
        if name == "SQLAlchemy":
            return self._flask(made, keywords)
        return None

    def _registry(self, made: Made, keywords: dict[str, Site], *, known: bool) -> Registry:
        metadata = self.metadata_of(keywords["metadata"]) if "metadata" in keywords else None
        found = self.registry(_key(made), metadata)
        if not known or ("metadata" in keywords and metadata is None):
            found.metadata.open = True
        return found

    def _made_base(self, made: Made, name: str, keywords: dict[str, Site], *, known: bool) -> Registry:
        site = made.site
        assert site is not None
        if name == "generate_base":  # a method of a registry
            above = self.names.callee(site)
            owner = None if above is None else self.registry_made(above._replace(rest=above.rest[:-1]))
            if owner is not None:
                return owner
        metadata = self.metadata_of(keywords["metadata"]) if "metadata" in keywords else None
        found = self.registry(_key(made), metadata)
        if name == "automap_base" or not known or "class_registry" in keywords:
            found.open = found.metadata.open = True
        if "metadata" in keywords and metadata is None:
            found.metadata.open = True
        return found

    def _flask(self, made: Made, keywords: dict[str, Site]) -> Registry:
        model = self.names.made(keywords.get("model_class"))
        metadata = self.metadata_of(keywords["metadata"]) if "metadata" in keywords else None
        if model is not None and model.kind == "def" and model.value is not None:
            found = self.of(model.value)
            if found is not None:
                return found
        found = self.registry(_key(made), metadata)
        if "metadata" in keywords and metadata is None:
            found.metadata.open = True
        return found

    def _name(self, made: Made) -> str:
        """What a call calls, when that is a library's: its last name."""
        assert made.site is not None
        return self.library(self.names.callee(made.site))

    def library(self, callee: Made | None) -> str:
        """The last name of something of SQLAlchemy: also of ``db.Column``, where ``db`` is Flask-SQLAlchemy's object."""
        if callee is None:
            return ""
        if callee.kind == "ext":
            return callee.library
        if callee.kind == "expr" and callee.call is not None and callee.rest:
            return callee.rest[-1] if len(callee.rest) < 3 else ""
        if callee.kind == "expr" and callee.call is not None and callee.site is not None:
            made = self.names.callee(callee.site)  # Column = functools.partial(db.Column, nullable=False)
            if made is not None and made.kind == "ext" and made.name == "functools.partial":
                args, _, _ = self.names.arguments(callee.site)
                return self.library(self.names.made(args[0])) if args else ""
        if callee.kind == "def" and not callee.rest and callee.value is not None:
            for value in self.linker.mro(callee.value.place, callee.value.scope):
                if value.kind == "ext" and value.place in ("flask_sqlalchemy.SQLAlchemy", "sqlalchemy.Column"):
                    return value.place.rpartition(".")[2]
        return ""

    # --- classes ---------------------------------------------------------------------------------------------------

    def of(self, cls: Value) -> Registry | None:
        """The registry of the declarative base that a class is or descends from; None for other classes."""
        if cls not in self._of:
            self._of[cls] = None  # a class that is its own base, through a mistake
            self._of[cls] = self._found(cls)
        return self._of[cls]

    def _found(self, cls: Value) -> Registry | None:
        table = self.linker.table(cls.place)
        record = table.facts.scopes[cls.scope]
        if record.kind != "class":
            return None
        own = self._decorated(cls)
        if own is not None:
            return own
        meta = self.names.made(Site(cls.place, record.parent, dict(record.keywords).get("metaclass")))
        if meta is not None and meta.library == "DeclarativeMeta":
            self.declares.add(cls)
            return self._declared(cls)
        inherited: Registry | None = None
        for base in record.bases:
            expr = base[1] if type(base) is list and base[:1] == ["sub"] else base
            found = self._base(cls, Site(cls.place, record.parent, expr))
            inherited = inherited or found
        return inherited

    def _base(self, cls: Value, site: Site) -> Registry | None:
        made = self.names.made(site)
        if made is None:
            self.outside.add(cls)
            return None
        if made.kind == "def" and made.value is not None and not made.rest:
            found = self.of(made.value)
            if made.value in self.flask:
                self.flask.add(cls)
            if made.value in self.outside:
                self.outside.add(cls)
            return found if found is None else self._replaced(cls) or found
        if made.kind == "ext":
            if made.library in DECLARATIVE and made.name.startswith("sqlalchemy."):
                self.declares.add(cls)
                return self._declared(cls)
            if made.name in ("sqlmodel.SQLModel", "sqlmodel.main.SQLModel"):
                return self.registry(SQLMODEL)
            if not made.name.startswith(HARMLESS):
                self.outside.add(cls)
            return None
        if made.call is not None and made.site is not None:
            found = self.registry_made(made)
            if found is not None and made.rest[-1:] == ("Model",):
                self.flask.add(cls)
            if found is None and not self._is_plain(made):
                self.outside.add(cls)
            self._mixed_in(made, cls)
            return found
        self.outside.add(cls)
        return None

    def _is_plain(self, made: Made) -> bool:
        """Whether a call makes a base without columns: ``namedtuple(...)``, ``NewType``."""
        assert made.site is not None
        callee = self.names.callee(made.site)
        return callee is not None and callee.kind == "ext" and callee.name.startswith(("collections.", "typing."))

    def _mixed_in(self, made: Made, cls: Value) -> None:
        """``declarative_base(cls=Mixin)``: what the mixin does not tell, the class does not."""
        assert made.site is not None
        _, keywords, _ = self.names.arguments(made.site)
        for name in ("cls", "model_class", "metaclass", "mapper"):
            given = keywords.get(name)
            if given is None:
                continue
            inner = self.names.made(given)
            if name in ("metaclass", "mapper") or inner is None or inner.kind != "def" or inner.value is None:
                self.outside.add(cls)

    def mixin(self, cls: Value) -> Value | None:
        """The class that ``declarative_base(cls=...)`` or ``SQLAlchemy(model_class=...)`` puts below all of its heirs."""
        table = self.linker.table(cls.place)
        record = table.facts.scopes[cls.scope]
        for base in record.bases:
            made = self.names.made(Site(cls.place, record.parent, base))
            if made is not None and made.call is not None and made.site is not None:
                _, keywords, _ = self.names.arguments(made.site)
                for name in ("cls", "model_class"):
                    inner = self.names.made(keywords.get(name))
                    if inner is not None and inner.kind == "def":
                        return inner.value
        return None

    def _decorated(self, cls: Value) -> Registry | None:
        table = self.linker.table(cls.place)
        record = table.facts.scopes[cls.scope]
        for decorator in record.decorators:
            made = self.names.made(Site(cls.place, record.parent, decorator))
            if made is None:
                continue
            holder = made
            called: Expr = decorator
            if made.call is not None and not made.rest and made.site is not None:  # @registry.as_declarative_base()
                called = made.site
                found = self.names.callee(made.site)
                if found is None:
                    continue
                holder = found
            name = holder.rest[-1] if holder.rest else holder.library
            if name in ("mapped", "mapped_as_dataclass", "as_declarative_base", "as_declarative", "unmapped_dataclass"):
                if name.startswith("as_declarative"):
                    self.declares.add(cls)
                if holder.rest:
                    return self.registry_made(holder._replace(rest=holder.rest[:-1]))
                if name == "mapped_as_dataclass" and isinstance(called, Site):
                    args, _, _ = self.names.arguments(called)
                    return self.registry_made(self.names.made(args[0])) if args else None
                return self.registry((cls.place, str(cls.scope)), self._own_metadata(cls))
        return None

    def is_decorated(self, cls: Value) -> bool:
        """Whether a decorator of a registry maps the class itself."""
        return self._decorated(cls) is not None and cls not in self.declares

    def _declared(self, cls: Value) -> Registry:
        return self._replaced(cls) or self.registry((cls.place, str(cls.scope)), self._own_metadata(cls))

    def _replaced(self, cls: Value) -> Registry | None:
        """``registry = registry(...)`` in the body of a base, or as a keyword of it."""
        table = self.linker.table(cls.place)
        record = table.facts.scopes[cls.scope]
        given = next((value for name, value in record.keywords if name == "registry"), None)
        site = None if given is None else Site(cls.place, record.parent, given)
        for assign in table.class_attributes.get((cls.scope, "registry"), ()):
            if assign.value is not None:
                site = Site(cls.place, cls.scope, assign.value)
        if site is None:
            return None
        found = self.registry_made(self.names.made(site))
        if found is None and self._own_metadata(cls) is None:
            found = self.registry((cls.place, str(cls.scope)))
            found.open = found.metadata.open = True
        own = self._own_metadata(cls)
        return found or self.registry((cls.place, str(cls.scope)), own)


def _key(made: Made) -> tuple[str, ...]:
    assert made.call is not None
    return (made.call[0], f"@{made.call[1]}")
