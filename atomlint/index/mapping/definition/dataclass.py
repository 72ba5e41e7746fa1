"""Mapped classes that are dataclasses: the order of their fields, and arguments that only they take."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..bases import SQLMODEL
from ..problems import ERROR, WARNING
from ..records import Place, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...value import Value
    from ..problems import Problem
    from ..records import Mapped
    from .check import Check

ARGUMENTS = ("init", "repr", "default_factory", "compare", "kw_only", "hash")
"""What ``mapped_column`` and ``relationship`` take for dataclasses alone."""
CONSTRUCTS = frozenset(
    {"mapped_column", "relationship", "column_property", "deferred", "synonym", "composite", "query_expression"}
)


class Field(NamedTuple):
    """One field of a dataclass."""

    name: str
    defaults: bool
    place: Place


def is_dataclass(check: Check, value: Value) -> bool:
    """Whether SQLAlchemy makes a dataclass of a class: ``MappedAsDataclass`` is above it."""
    mro = check.linker.mro(value.place, value.scope)
    return any(v.kind == "ext" and v.place.endswith("MappedAsDataclass") for v in mro)


def is_decorated(check: Check, value: Value) -> bool:
    """Whether ``mapped_as_dataclass`` decorates a class."""
    record = check.linker.table(value.place).facts.scopes[value.scope]
    return any(_name_of(check, value, decorator) == "mapped_as_dataclass" for decorator in record.decorators)


def is_plain_dataclass(check: Check, value: Value) -> bool:
    """Whether ``dataclasses.dataclass`` decorates a class."""
    record = check.linker.table(value.place).facts.scopes[value.scope]
    return any(_name_of(check, value, decorator) == "dataclass" for decorator in record.decorators)


def _name_of(check: Check, value: Value, decorator: object) -> str:
    record = check.linker.table(value.place).facts.scopes[value.scope]
    made = check.names.made(Site(value.place, record.parent, decorator))
    if made is not None and made.call is not None and made.site is not None and not made.rest:
        made = check.names.callee(made.site)
    if made is None:
        return "?"
    return made.rest[-1] if made.rest else made.name.rpartition(".")[2]


def of_class(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """What Python's dataclasses refuse, and what SQLAlchemy does not want mixed with them."""
    value = mapped.cls.value
    decorated = is_decorated(check, value)
    if mapped.is_open or mapped.registry.key == SQLMODEL or not (decorated or is_dataclass(check, value)):
        return
    if decorated and _is_decorated_below(check, value):
        yield check.problem(
            "dataclass-mixin", mapped, "",
            f"Class <class '{mapped.module}.{mapped.name}'> is already a dataclass; ensure that base classes / decorator styles "
            "of establishing dataclasses are not being mixed. ", None, "two decorators make a dataclass of it",
            "keep mapped_as_dataclass alone",
        )  # fmt: skip
        return
    yield from _mixins(check, mapped)
    given = dict(mapped.cls.keywords)
    if "kw_only" in given or (decorated and _decorator_says(check, value, "kw_only")):
        return
    fields = _fields(check, mapped)
    first = next((field for field in fields if field.defaults), None)
    at = fields.index(first) if first is not None else len(fields)
    for field in fields[at:]:
        if not field.defaults and first is not None:
            yield check.problem(
                "dataclass-default-order", mapped, "",
                f"Python dataclasses error encountered when creating dataclass for '{mapped.name}': "
                f"TypeError(\"non-default argument '{field.name}' follows default argument\")", field.place,
                f"{first.name} has a default, and {field.name} behind it has none",
                f"give {field.name} a default, init=False or kw_only=True, or put it before {first.name}",
            )  # fmt: skip
            return


def _is_decorated_below(check: Check, value: Value) -> bool:
    """Whether ``@dataclass`` stands below ``@mapped_as_dataclass``: it runs first."""
    record = check.linker.table(value.place).facts.scopes[value.scope]
    names = [_name_of(check, value, decorator) for decorator in record.decorators]
    return (
        "dataclass" in names
        and "mapped_as_dataclass" in names
        and names.index("dataclass") > names.index("mapped_as_dataclass")
    )


def _decorator_says(check: Check, value: Value, name: str) -> bool:
    table = check.linker.table(value.place)
    for decorator in table.facts.scopes[value.scope].decorators:
        if (
            type(decorator) is str
            and decorator[:1] == "@"
            and name in dict(table.facts.calls[int(decorator[1:].partition(".")[0])].keywords)
        ):
            return True
    return False


def _mixins(check: Check, mapped: Mapped) -> Iterator[Problem]:
    for value in check.reader(mapped).mro[1:]:
        if check.builder.mapped(value) is not None or value in check.builder.bases.declares:
            continue
        if is_dataclass(check, value) or is_plain_dataclass(check, value) or is_decorated(check, value):
            continue
        names = [
            attribute.name
            for attribute in mapped.attributes.values()
            if attribute.defined_in == value and attribute.place.kind == "assign" and attribute.annotation is not None
            and attribute.kind in ("column", "relationship")
        ]  # fmt: skip
        if names:
            holder = check.holder(value)
            told = ", ".join(f"'{name}'" for name in names)
            before = check.is_before_2_1
            yield check.problem(
                "dataclass-mixin", mapped, "",
                f"When transforming <class '{mapped.module}.{mapped.name}'> to a dataclass, attribute(s) {told} originates from "
                f"superclass <class '{holder}'>, which is not a dataclass.", None, f"{holder} is no dataclass",
                f"write class {holder}(MappedAsDataclass)", WARNING if before else ERROR,
            )  # fmt: skip


def _fields(check: Check, mapped: Mapped) -> list[Field]:
    """Fields that the generated ``__init__`` takes by position, in its order: those of bases first."""
    found: dict[str, Field | None] = {}
    for value in reversed(check.reader(mapped).mro):
        table = check.linker.table(value.place)
        if value != mapped.cls.value and not is_dataclass(check, value) and not is_decorated(check, value):
            continue
        for ordinal in table.assigns_in.get(value.scope, ()):
            assign = table.facts.assigns[ordinal]
            name = assign.target
            if type(name) is not str or assign.annotation is None or name.startswith("__"):
                continue
            annotation = Site(value.place, value.scope, assign.annotation)
            reading = check.builder.annotations.read(annotation)
            if reading.container == "ClassVar":
                continue
            place = Place(value.place, "assign", ordinal)
            found[name] = _field(check, name, Site(value.place, value.scope, assign.value), place)
    return [field for field in found.values() if field is not None]


def _field(check: Check, name: str, site: Site, place: Place) -> Field | None:
    if site.expr is None:
        return Field(name, False, place)
    made = check.names.made(site)
    if made is None or made.call is None or made.rest or made.site is None:
        return Field(name, True, place)
    if check.library(made.site) not in CONSTRUCTS:
        return None if made.call is not None else Field(name, True, place)
    _, keywords, known = check.arguments(made.site)
    if not known or check.names.flag(keywords.get("kw_only")) or check.names.flag(keywords.get("init")) is False:
        return None
    return Field(name, "default" in keywords or "default_factory" in keywords, place)


def arguments_without(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """Arguments for dataclasses on a class that is none."""
    value = mapped.cls.value
    if mapped.is_open or mapped.registry.key == SQLMODEL or is_dataclass(check, value) or is_decorated(check, value):
        return
    if is_plain_dataclass(check, value):
        return
    for attribute in mapped.attributes.values():
        site = check.call_of(attribute) if attribute.kind in ("column", "relationship") else None
        if site is None or check.library(site) not in ("mapped_column", "relationship"):
            continue
        _, keywords, _ = check.arguments(site)
        given = [name for name in ARGUMENTS if name in keywords]
        if given:
            told = ", ".join(f"'{name}'" for name in given)
            yield check.problem(
                "dataclass-args", mapped, attribute.name,
                f"Attribute '{attribute.name}' on class <class '{mapped.module}.{mapped.name}'> includes dataclasses "
                f"argument(s): {told} but class does not specify SQLAlchemy native dataclass configuration.", attribute.place,
                f"{mapped.name} is no dataclass", "take them away, or inherit from MappedAsDataclass",
            )  # fmt: skip
            return
