"""Classes that inherit from mapped classes: their joins, their columns, their identities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...tables import text_of
from ..keys import target_of
from ..lookup import OpenError, RefusedError
from ..problems import WARNING, Related

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..problems import Problem
    from ..records import Mapped, Site, Table
    from .check import Check

MAPPER_KEYWORDS = frozenset(
    {"class_", "local_table", "properties", "primary_key", "non_primary", "inherits", "inherit_condition",
     "inherit_foreign_keys", "always_refresh", "version_id_col", "version_id_generator", "polymorphic_on", "_polymorphic_map",
     "polymorphic_identity", "concrete", "with_polymorphic", "polymorphic_abstract", "polymorphic_load", "allow_partial_pks",
     "batch", "column_prefix", "include_properties", "exclude_properties", "passive_updates", "passive_deletes",
     "confirm_deleted_rows", "eager_defaults", "legacy_is_orphan", "_compiled_cache_size", "order_by", "extension"}
)  # fmt: skip


def of_bases(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """Two mapped classes among the bases."""
    found: list[Mapped] = []
    for base in mapped.cls.bases:
        made = check.names.made(check.reader(mapped).site.part(base))
        if made is None or made.kind != "def" or made.value is None or made.rest:
            continue
        for value in check.linker.mro(made.value.place, made.value.scope):
            one = check.builder.mapped(value) if value.kind == "def" else None
            if one is not None:
                if one not in found:
                    found.append(one)
                break
    if len(found) > 1:
        names = ", ".join(f"<class '{one.module}.{one.name}'>" for one in found)
        yield check.problem(
            "multiple-mapped-bases", mapped, "",
            f"Class <class '{mapped.module}.{mapped.name}'> has multiple mapped bases: [{names}]", None,
            f"{' and '.join(one.name for one in found)} are both mapped", "make all but one of them mixins without a table",
        )  # fmt: skip


def of_single(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """What a class without a table of its own may not bring."""
    parent = mapped.inherits
    if parent is None or mapped.table is None or not _shares_table(mapped, parent):
        return
    site, owner, known = check.reader(mapped).special("__table_args__")
    if site is not None and owner == mapped.cls.value and known and not _is_empty(check, site):
        yield check.problem(
            "sti-table-args", mapped, "", "Can't place __table_args__ on an inherited class with no table.",
            check.special_place(mapped, "__table_args__"), f"{mapped.name} shares the table of {parent.name}",
            f"put them on {mapped.root.name}",
        )  # fmt: skip
    for attribute in mapped.attributes.values():
        if attribute.kind != "column" or attribute.defined_in in (cls.cls.value for cls in parent.lineage):
            continue
        for made in check.builder.single_columns.get((mapped, attribute.name), ()):
            known_column = mapped.table.columns.get(made.key)
            if known_column is not None and known_column is not made and not made.existing:
                yield check.problem(
                    "sti-column-conflict", mapped, attribute.name,
                    f"Column '{made.name}' on class {mapped.name} conflicts with existing column "
                    f"'{mapped.table.name}.{made.name}'.  If using Declarative, consider using the use_existing_column "
                    "parameter of mapped_column() to resolve conflicts.", attribute.place,
                    f'table "{mapped.table.name}" has a column "{made.name}" already', "write use_existing_column=True on both",
                )  # fmt: skip
            elif made.primary_key:
                yield check.problem(
                    "sti-primary-key", mapped, attribute.name,
                    "Can't place primary key columns on an inherited class with no table.", attribute.place,
                    f"{mapped.name} shares the table of {parent.name}", "take primary_key away, or give the class a table",
                )  # fmt: skip


def _shares_table(mapped: Mapped, parent: Mapped) -> bool:
    """Whether a class has no table of its own; one that says to be concrete may lack it, too."""
    return mapped.inheritance == "single" or (mapped.inheritance == "concrete" and mapped.table is parent.table)


def _is_empty(check: Check, site: Site) -> bool:
    return check.names.constant(site) == "#None" or check.names.items(site) == [] or check.names.entries(site) == {}


def of_arguments(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """``__mapper_args__`` that a mapper does not take."""
    place = check.special_place(mapped, "__mapper_args__")
    site, owner, known = check.reader(mapped).special("__mapper_args__")
    if site is None or not known or owner is None:
        return
    given = check.names.made(mapped.mapper_args.get("inherits"))
    if given is not None and mapped.inherits is None and "inherits" in mapped.mapper_args:
        name = check.texts.of(mapped.mapper_args["inherits"]) or (
            check.holder(given.value) if given.value is not None else ""
        )
        yield check.problem(
            "inherits-arg", mapped, "", f"mapper inherits argument given for non-inheriting class {name}", place,
            f"{mapped.name} does not inherit from {name}", f"write class {mapped.name}({name})",
        )  # fmt: skip
    for name in mapped.mapper_args:
        if name != "?" and name not in MAPPER_KEYWORDS:
            yield check.problem(
                "unknown-keyword", mapped, "", f"Mapper.__init__() got an unexpected keyword argument '{name}'", place,
                f'a mapper takes no argument "{name}"', "take it away, or correct its name",
            )  # fmt: skip


def of_condition(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """The join of a table with that of the class above."""
    parent = mapped.inherits
    if mapped.inheritance != "joined" or parent is None or {"?", "inherit_condition"} & mapped.mapper_args.keys():
        return
    if mapped.table is None or parent.table is None or mapped.table is parent.table or parent.refused:
        return
    tables = f"inherited table '{parent.table.name}' and inheriting table '{mapped.table.name}'"
    table = _as_mapped(check, mapped)
    if table is not mapped.table and any(target_of(key).key == table.fullname for key in parent.table.foreign_keys):
        return
    try:
        mapped.joined_on = check.keys.join([parent.table], None, [table], None)
    except OpenError:
        return
    except RefusedError as error:
        yield check.problem(error.kind, mapped, "", str(error), None, error.reason)
    except LookupError:
        yield check.problem(
            "inheritance-no-fk", mapped, "",
            f"Can't determine the inherit condition between {tables}; tables have no foreign key relationships established.  "
            "Please ensure the inheriting table has a foreign key relationship to the inherited table, or provide an 'on "
            "clause' using the 'inherit_condition' mapper argument.", None,
            f'"{mapped.table.name}" has a table of its own and no foreign key to "{parent.table.name}"',
            f'make its primary key refer to it: ForeignKey("{parent.table.fullname}.id")',
        )  # fmt: skip
    except ValueError:
        yield check.problem(
            "inheritance-ambiguous-fk", mapped, "",
            f"Can't determine the inherit condition between {tables}; tables have more than one foreign key relationship "
            "established.  Please specify the 'on clause' using the 'inherit_condition' mapper argument.", None,
            f'several foreign keys lead to "{parent.table.name}"',
            f'say which one: __mapper_args__ = {{"inherit_condition": id == {parent.name}.id}}',
        )  # fmt: skip


def _as_mapped(check: Check, mapped: Mapped) -> Table:
    """The table of a class as it was when the class was mapped, before another one extended it."""
    assert mapped.table is not None
    own = check.builder.own_tables.get(mapped)
    return mapped.table if own is None or own.extends or own.open else own


def of_identity(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """Rows of a hierarchy that no class, or two, stand for."""
    parent = mapped.inherits
    if not mapped.refused:
        check.identified.add(mapped)
    if parent is None:
        return
    line = list(mapped.lineage)
    if any("?" in one.mapper_args or one.open for one in line):
        return
    root = mapped.root
    stated = mapped.mapper_args.get("polymorphic_identity")
    if stated is None or check.names.constant(stated) == "#None":
        on = root.mapper_args.get("polymorphic_on")
        if on is not None and not check.names.flag(mapped.mapper_args.get("polymorphic_abstract")) and (
            stated is None or check.names.constant(stated) == "#None"
        ):  # fmt: skip
            yield check.problem(
                "polymorphic-identity", mapped, "",
                f"Mapper[{mapped.name}({mapped.table.name if mapped.table else '?'})] does not indicate a "
                "'polymorphic_identity', yet is part of an inheritance hierarchy that has a 'polymorphic_on' column.", None,
                f"nothing tells its rows from those of {parent.name}",
                f'write __mapper_args__ = {{"polymorphic_identity": "{mapped.name.lower()}"}}, or "polymorphic_abstract": True',
                WARNING,
            )  # fmt: skip
        return
    value = _value(check, stated)
    for other in check.builder.classes:
        if other is mapped:
            break
        if value is None or other.root is not root or other not in check.identified or other not in root.family:
            continue
        theirs = other.mapper_args.get("polymorphic_identity")
        if theirs is not None and _value(check, theirs) == value:
            found = check.problem(
                "polymorphic-identity", mapped, "",
                f"Reassigning polymorphic association for identity {_shown(value)} from {other.name} to {mapped.name}: Check "
                f"for duplicate use of {_shown(value)} as value for polymorphic_identity.", None,
                f"{other.name} has that identity already", "give each class an identity of its own", WARNING,
            )  # fmt: skip
            if other.place is not None:
                found.related.append(Related(other.place, f"{other.name} has the same identity"))
            yield found
            return


def _value(check: Check, site: Site) -> object:
    constant = check.names.constant(site)
    if constant is not None:
        return constant
    made = check.names.made(site)
    if made is not None and made.kind == "def" and made.rest and made.rest[-1:] != ("__name__",):
        return (made.value, made.rest)
    return check.texts.of(site)


def _shown(value: object) -> str:
    return repr(text_of(value)) if type(value) is str and value[:1] == "'" else str(value).lstrip("#")


def of_polymorphic(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """``polymorphic_on`` that names nothing, and options that a hierarchy does not have."""
    args = mapped.mapper_args
    place = check.special_place(mapped, "__mapper_args__")
    if "?" in args:
        return
    on = check.texts.of(args["polymorphic_on"]) if "polymorphic_on" in args else None
    found = mapped.find(on) if on is not None else None
    known = not mapped.is_open and not mapped.has_open_table
    named = found is not None and found.kind not in ("plain", "method")
    if on is not None and known and not named and not any(on in table.columns for table in mapped.tables):
        yield check.problem(
            "polymorphic-on", mapped, "",
            f"Can't determine polymorphic_on value '{on}' - no attribute is mapped to this name.", place,
            f'{mapped.name} has no attribute "{on}"', "name the column that tells the classes apart",
        )  # fmt: skip
    load = check.texts.of(args["polymorphic_load"]) if "polymorphic_load" in args else None
    if load is not None and load not in ("inline", "selectin"):
        yield check.problem(
            "polymorphic-load", mapped, "", f"unknown argument for polymorphic_load: {load!r}", place,
            "a subclass is loaded inline or by selectin", 'write "selectin" or "inline"',
        )  # fmt: skip
    if check.names.flag(args.get("polymorphic_abstract")) and not any(
        "polymorphic_on" in one.mapper_args or "?" in one.mapper_args for one in mapped.lineage
    ):
        yield check.problem(
            "polymorphic-abstract", mapped, "",
            "The Mapper.polymorphic_abstract parameter may only be used on a mapper hierarchy which includes the "
            "Mapper.polymorphic_on parameter at the base of the hierarchy.", place, "no class of its line says polymorphic_on",
            f"write polymorphic_on on {mapped.root.name}",
        )  # fmt: skip


def of_combined(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """A column of a joined table that has the name of an attribute of the class above."""
    parent = mapped.inherits
    if (
        mapped.inheritance not in ("joined", "single")
        or parent is None
        or mapped.table is None
        or mapped.table.open
        or parent.is_open
    ):
        return
    versions = {
        check.texts.of(one.mapper_args["version_id_col"])
        for one in mapped.lineage
        if "version_id_col" in one.mapper_args
    }
    for attribute in mapped.attributes.values():
        above = parent.find(attribute.name)
        if above is None or not attribute.columns or attribute.columns[0].table is not mapped.table:
            continue
        column = attribute.columns[0]
        call = check.call_of(attribute)
        if call is not None and check.library(call) == "column_property":
            continue  # it may name both columns
        if above.kind == "relationship":
            yield check.problem(
                "column-relationship-collision", mapped, attribute.name,
                f"WARNING: when configuring property '{attribute.name}' on Mapper[{mapped.name}({mapped.table.name})], column "
                f"'{column.key}' conflicts with property '{above.name}'. To resolve this, map the column to the class under a "
                "different name in the 'properties' dictionary.", attribute.place,
                f"{above.owner.name} has a relationship {above.name}", "call the column otherwise",
            )  # fmt: skip
        elif above.kind == attribute.kind == "column" and above.columns and mapped.inheritance == "joined":
            held = above.columns[0]
            if (
                any(other.key == column.key and one.key == held.key for one, other in mapped.joined_on)
                or held is column
                or versions
                or (column.original is not None and column.original is held.original)
            ):
                continue
            if not mapped.joined_on:
                continue  # what joins the two is not known
            if column.key != attribute.name:
                continue  # an attribute that is called otherwise than its column is a configured one
            if len(attribute.columns) > 1:
                continue
            yield check.problem(
                "inherited-column-conflict", mapped, attribute.name,
                f"Implicitly combining column {held} with column {column} under attribute '{attribute.name}'.  Please configure "
                "one or more attributes for these same-named columns explicitly.", attribute.place,
                f"{parent.name}.{attribute.name} is another column", "call one of the two attributes otherwise", WARNING,
            )  # fmt: skip
