"""Which library a name comes from when several are imported with a star."""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

DECLARATIVE = frozenset(
    {
        "declarative_base", "declared_attr", "as_declarative", "has_inherited_table", "synonym_for", "AbstractConcreteBase",
        "ConcreteBase", "DeferredReflection", "DeclarativeMeta",
    }
)  # fmt: skip
ORM = frozenset(
    {
        "DeclarativeBase", "DeclarativeBaseNoMeta", "DeclarativeMeta", "DynamicMapped", "Load", "Mapped", "MappedAsDataclass",
        "MappedColumn", "Mapper", "Query", "Relationship", "RelationshipProperty", "Session", "WriteOnlyMapped", "aliased",
        "as_declarative", "attribute_keyed_dict", "attribute_mapped_collection", "backref", "class_mapper", "clear_mappers",
        "column_keyed_dict", "column_mapped_collection", "column_property", "composite", "configure_mappers", "contains_eager",
        "declarative_base", "declarative_mixin", "declared_attr", "defer", "deferred", "dynamic_loader", "foreign",
        "has_inherited_table", "immediateload", "joinedload", "keyfunc_mapping", "lazyload", "load_only", "mapped_collection",
        "mapped_column", "mapper", "noload", "object_session", "polymorphic_union", "query_expression", "raiseload",
        "reconstructor", "registry", "relationship", "remote", "scoped_session", "selectin_polymorphic", "selectinload",
        "sessionmaker", "subqueryload", "synonym", "synonym_for", "undefer", "validates", "with_expression",
        "with_loader_criteria", "with_polymorphic",
    }
)  # fmt: skip
NAMES = {
    "sqlalchemy.orm": ORM,
    "sqlalchemy.ext.declarative": DECLARATIVE,
    "typing": frozenset(typing.__all__),
    "datetime": frozenset({"date", "datetime", "time", "timedelta", "timezone", "tzinfo", "UTC", "MINYEAR", "MAXYEAR"}),
}
"""What a star brings from modules of which all is known here; the rest is SQLAlchemy's own, when that is among them."""


def library_of(modules: Sequence[str], name: str) -> str | None:
    """The module, of those that are imported with a star, that gives a name; None when that cannot be told.

    Args:
        modules: in the order of their imports; the last one that has the name wins.
    """
    if len(modules) == 1:
        return modules[0]
    giving = [module for module in modules if name in NAMES.get(module, ())]
    if giving:
        return giving[-1]
    others = dict.fromkeys(module for module in modules if module not in NAMES)
    return next(iter(others)) if len(others) == 1 else None
