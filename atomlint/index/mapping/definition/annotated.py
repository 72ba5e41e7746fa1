"""Annotations that SQLAlchemy cannot read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...tables import text_of
from ..bases import SQLMODEL
from ..names import typing_only
from ..records import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...tables import Binding
    from ...value import Value
    from ..annotations import Reading
    from ..names import Made
    from ..problems import Problem
    from ..records import Attribute, Mapped
    from .check import Check

ABSTRACT = frozenset(
    {"Sequence", "Collection", "Iterable", "MutableSequence", "MutableSet", "AbstractSet", "Mapping", "MutableMapping"}
)  # fmt: skip
"""Collections that cannot be made."""
UNTYPED = frozenset({"dict", "list", "set", "tuple", "frozenset", "object", "complex", "type"})
"""Builtins that no column type belongs to."""
CONSTRUCTS = frozenset(
    {"mapped_column", "relationship", "column_property", "deferred", "synonym", "composite", "query_expression"}
)


def is_read(check: Check, mapped: Mapped) -> bool:
    """Whether SQLAlchemy reads the annotations of a class in its own way: SQLModel and 1.4 do not."""
    return mapped.registry.key != SQLMODEL and not check.is_before_2_0


def allows_unmapped(check: Check, mapped: Mapped) -> bool:
    """Whether the class or a base says ``__allow_unmapped__``, or is a dataclass whose fields say what they are."""
    for value in check.reader(mapped).mro:
        table = check.linker.table(value.place)
        if any(a.value != "#False" for a in table.class_attributes.get((value.scope, "__allow_unmapped__"), ())):
            return True
        for decorator in table.facts.scopes[value.scope].decorators:
            if "dataclass" in str(decorator) or (
                type(decorator) is str and decorator[:1] == "@" and "define" in decorator
            ):
                return True
            made = check.names.made(Site(value.place, 0, decorator))
            callee = (
                check.names.callee(made.site)
                if made is not None and made.call is not None and made.site is not None
                else made
            )
            if callee is None or (callee.kind == "ext" and callee.library == "" and "attr" in callee.name):
                return True
            if callee.kind == "ext" and callee.name.endswith("dataclass"):
                return True
    return False


def without_mapped(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """A construct of SQLAlchemy that is annotated with something other than ``Mapped[...]``."""
    if not is_read(check, mapped) or check.builder.bases.of(mapped.cls.value) is None or mapped.is_open:
        return
    allowed: bool | None = None
    for attribute in mapped.attributes.values():
        annotation = attribute.annotation
        if annotation is None or attribute.place.kind != "assign" or attribute.defined_in != mapped.cls.value:
            continue
        reading = check.reading(attribute)
        message = _unmapped(check, mapped, attribute, reading)
        if not message:
            continue
        allowed = allows_unmapped(check, mapped) if allowed is None else allowed
        if allowed:
            return
        yield check.problem(
            "annotation", mapped, attribute.name, message, attribute.place, "the annotation lacks Mapped[...]",
            f"write {attribute.name}: Mapped[...], ClassVar[...] for what is no column, or __allow_unmapped__ = True",
        )  # fmt: skip
        return


def _unmapped(check: Check, mapped: Mapped, attribute: Attribute, reading: Reading) -> str:
    text = (
        f'Type annotation for "{mapped.name}.{attribute.name}" can\'t be correctly interpreted for Annotated Declarative '
        "Table form.  ORM annotations should normally make use of the ``Mapped[]`` generic type, or other ORM-compatible "
        "generic type, as a container for the actual type, which indicates the intent that the attribute is mapped. Class "
        "variables that are not intended to be mapped by the ORM should use ClassVar[]."
    )
    if reading.container:
        return text if reading.inner is None and reading.container == "Mapped" else ""
    expr = check.builder.annotations.unquoted(attribute.annotation).expr if attribute.annotation is not None else None
    if not _is_plain(check, attribute, expr):
        return ""
    if attribute.site is None:
        return text
    site = check.call_of(attribute)
    return text if site is not None and check.library(site) in CONSTRUCTS else ""


def _is_plain(check: Check, attribute: Attribute, expr: object) -> bool:
    """Whether the type around an annotation is surely none of SQLAlchemy's: a builtin, of typing, or a class of the project."""
    assert attribute.annotation is not None
    if text_of(expr) is not None:
        return False
    head = expr[1] if type(expr) is list and expr[:1] == ["sub"] else expr
    if type(head) is list:
        return head[:2] == ["bin", "|"]
    made = check.builder.typing_names.made(attribute.annotation.part(head))
    if made is None or made.rest:
        return False
    if made.kind == "ext":
        return made.name.partition(".")[0] in ("builtins", "typing", "datetime", "decimal", "uuid", "collections") and (
            not made.name.endswith(("ClassVar", "Annotated", "Any"))
        )
    return made.kind == "def" and made.value is not None and not _descends_from_library(check, made.value)


def _descends_from_library(check: Check, value: Value) -> bool:
    return any(
        one.kind == "ext" and not one.place.startswith(("builtins.", "enum.", "abc.", "typing."))
        for one in check.linker.mro(value.place, value.scope)
    )


def of_types(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """Types inside of ``Mapped[...]`` that no column, or no collection, can be made of."""
    if not is_read(check, mapped) or check.reader(mapped).special("__table__")[1] is not None:
        return
    for attribute in mapped.attributes.values():
        if attribute.place.kind != "assign":
            continue
        if attribute.kind == "relationship":
            yield from _relationship(check, mapped, attribute)
        elif attribute.kind == "column":
            yield from _column(check, mapped, attribute)


def _relationship(check: Check, mapped: Mapped, attribute: Attribute) -> Iterator[Problem]:
    made = attribute.relationship
    site = check.call_of(attribute)
    if made is None or made.open or site is None or check.library(site) == "Relationship":
        return
    reading = check.reading(attribute)
    if attribute.annotation is None:
        if "argument" not in made.arguments or check.names.constant(made.arguments["argument"]) == "#None":
            yield check.problem(
                "annotation", mapped, attribute.name,
                f'Python typing annotation is required for attribute "{mapped.name}.{attribute.name}" when primary '
                'argument(s) for "Relationship" construct are None or not present', attribute.place,
                "it does not say where it leads", 'name the class: relationship("Name"), or Mapped["Name"]',
            )  # fmt: skip
        return
    if (
        reading.container not in ("Mapped", "Relationship")
        or not reading.collection
        or "collection_class" in made.arguments
    ):
        return
    if not reading.known and reading.arguments == 0 and reading.collection in ("list", "set"):
        yield check.problem(
            "annotation", mapped, attribute.name, f"Generic alias {reading.collection} requires an argument", attribute.place,
            "the collection does not say of what", f'write Mapped[{reading.collection}["Name"]]',
        )  # fmt: skip
    elif reading.collection in ABSTRACT and _is_abstract(check, attribute):
        yield check.problem(
            "annotation", mapped, attribute.name,
            f"Collection annotation type {reading.collection} cannot be instantiated; please provide an explicit "
            "'collection_class' parameter (e.g. list, set, etc.) to the relationship() function to accompany this annotation",
            attribute.place, f"{reading.collection} cannot be made", "write list[...], or collection_class=list",
        )  # fmt: skip


def _is_abstract(check: Check, attribute: Attribute) -> bool:
    """Whether the name in the annotation is that of ``typing`` or ``collections.abc``."""
    assert attribute.annotation is not None
    site = check.builder.annotations.unquoted(attribute.annotation)
    if type(site.expr) is not list or site.expr[:1] != ["sub"]:
        return False
    inner = check.builder.annotations.unquoted(site.part(site.expr[2]))
    head = inner.expr[1] if type(inner.expr) is list and inner.expr[:1] == ["sub"] else inner.expr
    made = check.builder.typing_names.made(inner.part(head))
    return made is not None and made.kind == "ext" and made.name.startswith(("typing.", "collections.abc."))


def _column(check: Check, mapped: Mapped, attribute: Attribute) -> Iterator[Problem]:
    site = check.call_of(attribute) if attribute.site is not None else None
    if attribute.site is not None and (site is None or check.library(site) != "mapped_column"):
        return
    column = attribute.columns[0] if attribute.columns else None
    if column is None:
        return
    typed = _is_typed(check, site)
    if attribute.annotation is None:
        if typed is False and not column.foreign_keys and "declared_attr" not in str(attribute.site):
            yield check.problem(
                "annotation", mapped, attribute.name,
                f'Python typing annotation is required for attribute "{mapped.name}.{attribute.name}" when primary '
                'argument(s) for "MappedColumn" construct are None or not present', attribute.place,
                "nothing tells its type", "write a type, or Mapped[...]",
            )  # fmt: skip
        return
    reading = check.reading(attribute)
    if reading.container != "Mapped" or reading.inner is None:
        return
    yield from _unbound(check, mapped, attribute, reading)
    if typed is False and not column.foreign_keys:
        yield from _untyped(check, mapped, attribute, reading)


def _is_typed(check: Check, site: Site | None) -> bool | None:
    """Whether a column states a type; None when that is not known."""
    if site is None:
        return False
    args, keywords, known = check.arguments(site)
    if not known:
        return None
    if "type_" in keywords:
        return True
    rest = args[1:] if args and check.texts.of(args[0]) is not None else args
    for argument in rest:
        made = check.names.made(argument)
        if made is None or made.call is None or made.rest or made.site is None:
            return True
        if check.library(made.site) not in (
            "ForeignKey",
            "Identity",
            "Sequence",
            "CheckConstraint",
            "Computed",
        ):
            return True
    return False


def _unbound(check: Check, mapped: Mapped, attribute: Attribute, reading: Reading) -> Iterator[Problem]:
    """A name that is imported for type checkers alone."""
    name = reading.name
    if not name or reading.inner is None or "." in name:
        return
    typing_made = check.builder.typing_names.made(reading.inner)
    table = check.linker.table(attribute.defined_in.place)
    scope, bindings = table.find(attribute.defined_in.scope, name)
    del scope
    imported = [b for b in bindings if b.imported is not None]
    if not bindings:
        if (
            typing_made is None
            and not table.stars
            and text_of(attribute.annotation.expr if attribute.annotation else None) is None
        ):
            quoted = _is_quoted(attribute)
            if not quoted:
                return
        if typing_made is not None or table.stars:
            return
    elif len(imported) != len(bindings) or not all(_is_typing(check, attribute, b) for b in imported):
        return
    yield check.problem(
        "annotation", mapped, attribute.name,
        f'Could not resolve all types within mapped annotation: "Mapped[{name}]".  Ensure all types are written correctly '
        "and are imported within the module in use.", attribute.place,
        f"{name} is not there at run time", f"import {name} outside of TYPE_CHECKING",
    )  # fmt: skip


def _is_quoted(attribute: Attribute) -> bool:
    expr = attribute.annotation.expr if attribute.annotation is not None else None
    return text_of(expr) is not None or (type(expr) is list and len(expr) > 2 and text_of(expr[2]) is not None)


def _is_typing(check: Check, attribute: Attribute, binding: Binding) -> bool:
    frame = binding.imported.frame if binding.imported is not None else 0
    return typing_only(check.linker.table(attribute.defined_in.place), frame)


def _untyped(check: Check, mapped: Mapped, attribute: Attribute, reading: Reading) -> Iterator[Problem]:
    inner = reading.inner
    assert inner is not None
    if type(inner.expr) is str and inner.expr[:1] == "#" and inner.expr not in ("#None", "#Ellipsis"):
        yield check.problem(
            "annotation", mapped, attribute.name,
            f"The object provided inside the '{attribute.name}' attribute Mapped annotation is not a Python type, it's the "
            f"object {inner.expr[1:]}. Expected a Python type.", attribute.place, "a value is no type",
            "write the type, and the length in mapped_column()",
        )  # fmt: skip
        return
    made = check.names.made(inner) if not reading.collection else None
    if made is not None and made.kind == "ext" and made.name.startswith("sqlalchemy.") and made.library[:1].isupper():
        if made.library not in ("Mapped", "Any", "MutableDict", "MutableList"):
            yield check.problem(
                "annotation", mapped, attribute.name,
                f"The type provided inside the '{attribute.name}' attribute Mapped annotation is the SQLAlchemy type "
                f"{made.library}. Expected a Python type instead", attribute.place,
                f"{made.library} is a type of columns, not of Python", f"write Mapped[...] = mapped_column({made.library})",
            )  # fmt: skip
        return
    if _has_map(check, mapped):
        return
    shown = _without_column_type(check, reading, made)
    if shown:
        yield check.problem(
            "annotation", mapped, attribute.name,
            "Could not locate SQLAlchemy Core type when resolving for Python type indicated by "
            f"'{shown}' inside the Mapped[] annotation for the '{attribute.name}' attribute", attribute.place,
            f"no column type belongs to {shown}", "state one: mapped_column(JSON), or a type_annotation_map on the base",
        )  # fmt: skip


def _without_column_type(check: Check, reading: Reading, made: Made | None) -> str:
    if reading.collection in ("list", "dict", "set", "tuple", "frozenset"):
        return reading.collection
    if made is None:
        return ""
    if made.kind == "ext" and made.name.startswith("builtins."):
        name: str = made.name.rpartition(".")[2]
        return name if name in UNTYPED else ""
    if made.kind == "ext" and made.name == "typing.Any":
        return "typing.Any"
    if made.kind != "def" or made.value is None or made.rest:
        return ""
    if check.linker.table(made.value.place).facts.scopes[made.value.scope].kind != "class":
        return ""
    mro = check.linker.mro(made.value.place, made.value.scope)
    known = all(v.kind == "def" or v.place in ("builtins.object", "object") for v in mro)
    bases = any(check.linker.table(v.place).facts.scopes[v.scope].bases for v in mro if v.kind == "def")
    return check.holder(made.value) if known and not bases else ""


def _has_map(check: Check, mapped: Mapped) -> bool:
    """Whether a base, or the registry, may say what column types belong to Python types."""
    reader = check.reader(mapped)
    for value in reader.mro:
        table = check.linker.table(value.place)
        for name in ("type_annotation_map", "registry"):
            if table.class_attributes.get((value.scope, name)):
                return True
        if "registry" in dict(table.facts.scopes[value.scope].keywords):
            return True
    if any("type_annotation_map" in str(key) for key in mapped.registry.key) or check.builder.bases.is_decorated(
        mapped.cls.value
    ):
        return True
    return _made_with_map(check, mapped)


def _made_with_map(check: Check, mapped: Mapped) -> bool:
    path, _, call = mapped.registry.key[0], "", mapped.registry.key[-1]
    if not call.startswith("@"):
        return False
    keywords = dict(check.linker.table(path).facts.calls[int(call[1:])].keywords)
    return bool({"type_annotation_map", "model_class", "cls", "**", "registry"} & keywords.keys())
