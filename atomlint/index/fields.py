"""Fields of pydantic's settings classes: each reads one variable of the environment.

Facts of the library: pydantic-settings' ``EnvSettingsSource`` (names are matched without case, ``env_prefix`` goes
before the field's name, an alias replaces both), and ``Field(env=...)`` of pydantic 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .expressions import Place, inside
from .tables import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Assign, Call, Expr
    from .facade import Index
    from .settings import SettingRead
    from .tables import Table
    from .values import Value

BASES = frozenset(
    {"pydantic_settings.BaseSettings", "pydantic_settings.main.BaseSettings", "pydantic.BaseSettings",
     "pydantic.v1.BaseSettings", "pydantic.env_settings.BaseSettings"}
)  # fmt: skip
IGNORED = frozenset({"model_config", "Config"})
MAX_NESTING = 3
"""Levels of models inside of models that are followed."""


def field_reads(index: Index, table: Table) -> Iterator[SettingRead]:
    """The fields of a file's settings classes, in source order."""
    for ordinal, scope in enumerate(table.facts.scopes):
        if scope.kind == "class" and scope.bases and is_settings(index, table.path, ordinal):
            prefix = env_prefix(index, table.path, ordinal)
            for place in table.assigns_in.get(ordinal, ()):
                read = _field(index, table, ordinal, place, prefix)
                if read is not None:
                    yield read


def mixed_reads(index: Index, table: Table) -> Iterator[SettingRead]:
    """Fields that a file's settings classes take from classes that are none by themselves, and those of nested models."""
    for ordinal, scope in enumerate(table.facts.scopes):
        if scope.kind != "class" or not scope.bases or not is_settings(index, table.path, ordinal):
            continue
        prefix = env_prefix(index, table.path, ordinal)
        for cls in index.project.linker.mro(table.path, ordinal):
            if cls.kind == "def" and not is_settings(index, cls.place, cls.scope):
                yield from _all_fields(index, cls, prefix)
        delimiter = configured(index, table.path, ordinal, "env_nested_delimiter")
        if delimiter:
            yield from _nested(index, table, ordinal, prefix, delimiter, MAX_NESTING)


def _all_fields(index: Index, cls: Value, prefix: str) -> Iterator[SettingRead]:
    table = index.project.linker.table(cls.place)
    for place in table.assigns_in.get(cls.scope, ()):
        read = _field(index, table, cls.scope, place, prefix)
        if read is not None:
            yield read


def _nested(index: Index, table: Table, cls: int, prefix: str, delimiter: str, depth: int) -> Iterator[SettingRead]:
    """``PREFIX_DB__URL`` of a field ``db: Database`` whose class is a model."""
    for place in table.assigns_in.get(cls, ()):
        assign = table.facts.assigns[place]
        if type(assign.target) is not str or assign.annotation is None or depth == 0:
            continue
        for value in index.project.linker.values.parameters.annotation(table.path, assign.scope, assign.annotation):
            if value.kind != "inst" or not value.place.endswith(".py") or not _is_model(index, value):
                continue
            inner = f"{prefix}{assign.target}{delimiter}"
            yield from _all_fields(index, value, inner)
            yield from _nested(index, index.project.linker.table(value.place), value.scope, inner, delimiter, depth - 1)


def _is_model(index: Index, cls: Value) -> bool:
    names = {base.place for base in index.project.linker.mro(cls.place, cls.scope) if base.kind == "ext"}
    return any(name.startswith("pydantic") for name in names)


def inherited_field(index: Index, concrete: Value, name: str) -> SettingRead | None:
    """A field of a settings class or of any class that it is made of: a mixin reads nothing until it is part of one."""
    if not is_settings(index, concrete.place, concrete.scope):
        return None
    prefix = env_prefix(index, concrete.place, concrete.scope)
    for cls in index.project.linker.mro(concrete.place, concrete.scope):
        if cls.kind == "def":
            table = index.project.linker.table(cls.place)
            for place in table.assigns_in.get(cls.scope, ()):
                if table.facts.assigns[place].target == name:
                    return index.settings.of_field(cls, name) or _field(index, table, cls.scope, place, prefix)
    return None


def is_settings(index: Index, path: str, scope: int) -> bool:
    """Whether a class is one of pydantic's settings classes."""
    return any(base.kind == "ext" and base.place in BASES for base in index.project.linker.mro(path, scope))


def env_prefix(index: Index, path: str, scope: int) -> str:
    """What goes before the names of a class's fields."""
    return configured(index, path, scope, "env_prefix")


def configured(index: Index, path: str, scope: int, key: str) -> str:
    """A text of a class's ``model_config`` or inner ``Config``; empty when it is not given."""
    for cls in index.project.linker.mro(path, scope):
        if cls.kind != "def":
            continue
        table = index.project.linker.table(cls.place)
        for assign in table.class_attributes.get((cls.scope, "model_config"), ()):
            found = _keyword(table, assign.value, key)
            if found is not None:
                return index.settings.constant(cls.place, cls.scope, found) or ""
        inner = table.members.get((cls.scope, "Config"))
        for assign in table.class_attributes.get((inner, key), ()) if inner is not None else ():
            return index.settings.constant(cls.place, cls.scope, assign.value) or ""
        own = dict(table.facts.scopes[cls.scope].keywords)  # class Settings(BaseSettings, env_prefix="APP_")
        if key in own:
            return index.settings.constant(cls.place, cls.scope, own[key]) or ""
    return ""


def _keyword(table: Table, value: Expr, name: str) -> Expr:
    """A keyword of a call, or a key of a literal dict."""
    call = _called(table, value)
    if call is not None:
        return dict(call.keywords).get(name)
    if type(value) is list and value[:1] == ["{}"]:
        return dict(zip(map(str, value[1::2]), value[2::2], strict=False)).get(f"'{name}")
    return None


def _called(table: Table, value: Expr) -> Call | None:
    if type(value) is str and value[:1] == "@" and value[1:].isdigit():
        return table.facts.calls[int(value[1:])]
    return None


def _field(index: Index, table: Table, cls: int, number: int, prefix: str) -> SettingRead | None:
    from .settings import SettingRead

    assign: Assign = table.facts.assigns[number]
    name = assign.target
    if type(name) is not str or name[:1] == "_" or name in IGNORED or assign.kind not in ("=", ":"):
        return None
    if assign.annotation is None or "ClassVar" in str(assign.annotation):
        return None
    default: Expr = assign.value
    required = assign.kind == ":"
    names = [prefix + name]
    call = _called(table, assign.value)
    annotated = _annotated(table, assign.annotation)
    if annotated is not None and not (call is not None and _is_field(call.callee)):
        given = [value for key, value in annotated.keywords if key in ("validation_alias", "alias", "env")]
        names = _aliases(table, given[0]) or names if given else names
    elif call is not None and _is_field(call.callee):
        keywords = dict(call.keywords)
        default = call.args[0] if call.args else keywords.get("default", keywords.get("default_factory"))
        required = default in (None, "#Ellipsis")
        given = [keywords[key] for key in ("validation_alias", "alias", "env") if key in keywords]
        names = _aliases(table, given[0]) or names if given else names
    required = required and not _is_handed_in(index, table, cls, name)
    upper = [name.upper() for name in names]
    return SettingRead(
        upper[0], table.path, cls, None, None if required else default, required, "field", tuple(upper[1:]), name,
        Place("assign", number, cls, 0), cast=assign.annotation, index=index,
    )  # fmt: skip


def _is_handed_in(index: Index, table: Table, cls: int, name: str) -> bool:
    """Whether a class is made with a value for a field, so that its variable may be missing."""
    linker = index.project.linker
    for path, ordinal in linker.call_sites(table.facts.scopes[cls].name):
        keywords = dict(linker.table(path).facts.calls[ordinal].keywords)
        if path in index.tests or (name not in keywords and "**" not in keywords):
            continue
        if any(v.place == table.path and v.scope == cls for v in linker.values.callee(path, ordinal)):
            return True
    return False


def _annotated(table: Table, annotation: Expr) -> Call | None:
    """The ``Field(...)`` of ``Annotated[str, Field(alias="NAME")]``."""
    for item in inside(annotation):
        call = _called(table, item)
        if call is not None and _is_field(call.callee):
            return call
    return None


def _is_field(callee: Expr) -> bool:
    return type(callee) is str and callee.rpartition(".")[2] == "Field"


def _aliases(table: Table, given: Expr) -> list[str]:
    """``"NAME"``, ``["A", "B"]`` or ``AliasChoices("A", "B")``."""
    call = _called(table, given)
    items = call.args if call is not None else given[1:] if type(given) is list and given[:1] == ["[]"] else [given]
    return [text for item in items if (text := text_of(item)) is not None]
