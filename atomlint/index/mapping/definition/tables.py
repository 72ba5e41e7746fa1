"""The table of a class: its arguments, its columns, its constraints, and its primary key."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ..columns import COLUMNS
from ..keys import target_of
from ..problems import WARNING
from ..tables import CONSTRAINTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..problems import Problem
    from ..records import Column, Constraint, Mapped, Table
    from .check import Check

CLASSES = {
    "unique": "UniqueConstraint", "index": "Index", "foreign key": "ForeignKeyConstraint", "primary key": "PrimaryKeyConstraint",
}  # fmt: skip
MISSPELT = ("__table_name__", "__tablename", "_tablename__", "tablename", "__table__name__", "__table_name")


def of_arguments(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """``__table_args__`` that is no tuple and no dict."""
    site, owner, known = check.reader(mapped).special("__table_args__")
    place = check.special_place(mapped, "__table_args__")
    if site is None or owner is None or not known or place is None:
        return
    made = check.names.made(site)
    if made is None or made.kind != "expr" or made.rest or made.site is None:
        return
    message = "__table_args__ value must be a tuple, dict, or None"
    if made.call is not None:
        name = check.library(made.site)
        if name in CONSTRAINTS or name in COLUMNS:
            yield check.problem(
                "table-args", mapped, "__table_args__", message, place,
                "one element in parentheses is no tuple without a comma", "put a comma behind it",
            )  # fmt: skip
        return
    expr = made.site.expr
    if type(expr) is not list or expr[:1] != ["[]"] or made.site != site or place.kind != "assign":
        return
    text = check.statement(place).partition("=")[2].strip()
    if text.startswith("[") and text.endswith("]"):
        yield check.problem("table-args", mapped, "__table_args__", message, place, "it is a list", "write a tuple")


def of_items(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """A dict that does not stand last among the arguments of a table."""
    site, owner, known = check.reader(mapped).special("__table_args__")
    items = check.names.items(site) if site is not None and owner is not None and known else None
    for item in (items or [])[:-1]:
        if type(item.expr) is list and item.expr[:1] == ["{}"]:
            yield check.problem(
                "table-args", mapped, "__table_args__",
                "'SchemaItem' object, such as a 'Column' or a 'Constraint' expected, got a dict",
                check.special_place(mapped, "__table_args__"), "the dict of options does not stand last",
                "put the dict behind the constraints",
            )  # fmt: skip


def beside_table(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """Columns of a class body beside ``__table__``."""
    _, owner, known = check.reader(mapped).special("__table__")
    if owner != mapped.cls.value or not known or mapped.table is None or mapped.table.open:
        return
    for attribute in mapped.attributes.values():
        for column in attribute.columns:
            if attribute.defined_in == mapped.cls.value and column.key not in mapped.table.columns:
                yield check.problem(
                    "column-with-table", mapped, attribute.name,
                    f"Can't add additional column '{column.name}' when specifying __table__", attribute.place,
                    "the table is given as a whole", "add the column to the Table",
                )  # fmt: skip
                return


def of_names(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """Two attributes whose columns have one name in the table."""
    own = check.builder.own_tables.get(mapped)
    if own is None:
        return
    named: dict[str, list[str]] = defaultdict(list)
    for attribute in mapped.attributes.values():
        for column in attribute.columns:
            if attribute.kind == "column":
                named[column.name].append(attribute.name)
    for name, attributes in named.items():
        if len(attributes) < 2:
            continue
        second = mapped.attributes[attributes[-1]]
        yield check.problem(
            "duplicate-column-name", mapped, second.name,
            f"On class '{mapped.name}', Column object '{name}' named directly multiple times, only one will be used: "
            f"{', '.join(sorted(attributes))}. Consider using orm.synonym instead", second.place,
            f"{attributes[0]} and {second.name} name one column", "take one of the two, or synonym()", WARNING,
        )  # fmt: skip
        yield check.problem(
            "duplicate-column-name", mapped, second.name,
            f"A column with name '{name}' is already present in table '{own.name}'.", second.place,
            f"{attributes[0]} and {second.name} name one column", "give each a column of its own, or write synonym()",
        )  # fmt: skip
        return


def of_replaced(check: Check, mapped: Mapped, own: Table) -> Iterator[Problem]:
    """A later definition of a table, of whose primary key it makes a plain column."""
    for column in own.columns.values():
        old = column.replaced
        if column.extends and old is not None and old.primary_key and not column.primary_key and not own.open:
            yield check.problem(
                "duplicate-column-name", mapped, column.key,
                f"Trying to redefine primary-key column '{column.key}' as a non-primary-key column on table "
                f"'{own.fullname}'", column.place, f'"{own.fullname}" is defined already, with {column.key} as its primary key',
                "write primary_key=True here, too",
            )  # fmt: skip


def of_constraints(check: Check, owner: Mapped | str, table: Table) -> Iterator[Problem]:
    """Constraints and indexes over columns that the table does not have."""
    if table.open:
        return
    known = set(table.columns)
    held = None if isinstance(owner, str) or not table.extends else owner.table
    if held is not None and not (held.owner is not None and held.owner.refused):  # else there is nothing to extend
        if held.open:
            return
        known |= set(held.columns)
    for constraint in table.constraints:
        yield from _columns(check, owner, table, constraint, known)
        if constraint.kind == "foreign key" and not constraint.open:
            yield from _several(check, owner, table, constraint)


def _columns(
    check: Check, owner: Mapped | str, table: Table, constraint: Constraint, known: set[str]
) -> Iterator[Problem]:
    if constraint.open or constraint.kind not in CLASSES or (constraint.kind == "foreign key" and not constraint.keys):
        return
    for name in constraint.columns:
        if name and name not in known:
            yield check.problem(
                "constraint-column", owner, "",
                f"Can't create {CLASSES[constraint.kind]} on table '{table.name}': no column named '{name}' is present.",
                constraint.place, f'table "{table.name}" has no column "{name}"', _meant(name, table),
            )  # fmt: skip
            return


def _meant(name: str, table: Table) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, list(table.columns), n=1, cutoff=0.6)
    return f'name the column that is meant: "{close[0]}"' if close else "name a column of the table"


def _several(check: Check, owner: Mapped | str, table: Table, constraint: Constraint) -> Iterator[Problem]:
    targets = {target_of(key).key for key in constraint.keys if key.target}
    if len(targets) > 1 and all(key.target for key in constraint.keys):
        columns = ", ".join(constraint.columns)
        yield check.problem(
            "fk-constraint", owner, "",
            f"ForeignKeyConstraint on {table.name}({columns}) refers to multiple remote tables: {' and '.join(sorted(targets))}",
            constraint.place, "one constraint leads to one table", "write a constraint for each table",
        )  # fmt: skip


def of_counts(check: Check, owner: Mapped | str, table: Table) -> Iterator[Problem]:
    """A foreign key over more columns than it refers to: said where the constraint is made."""
    for constraint in table.constraints:
        if constraint.kind != "foreign key" or constraint.open or not constraint.targets:
            continue
        repeated = len(set(constraint.columns)) != len(constraint.columns) and "" not in constraint.columns
        if repeated and check.is_before_2_1 and len(set(constraint.columns)) != len(constraint.targets):
            yield check.problem(
                "fk-constraint", owner, "__table_args__" if table.owner is not None else "",
                "ForeignKeyConstraint with duplicate source column references are not supported.", constraint.place,
                "one column refers to two", "name a column of its own for each",
            )  # fmt: skip
        elif len(constraint.columns) != len(constraint.targets):
            yield check.problem(
                "fk-constraint", owner, "__table_args__" if table.owner is not None else "",
                "ForeignKeyConstraint number of constrained columns must match the number of referenced columns.",
                constraint.place, f"{len(constraint.columns)} columns refer to {len(constraint.targets)}",
                "name a column for each",
            )  # fmt: skip


def of_primary_key(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """A table without a primary key, which a mapper needs."""
    table = mapped.table
    if table is None or table.open or mapped.is_open or check.is_special(mapped):
        return
    own = check.builder.own_tables.get(mapped, table)
    if any(column.order <= mapped.made for column in (*table.primary_key, *own.primary_key)):
        return  # those of heirs without a table, and of what extends it, come later
    if any(column.may_be_key for column in table.columns.values()):
        return
    if "?" in mapped.mapper_args or "primary_key" in mapped.mapper_args:
        return
    if mapped.inheritance == "single" and table is mapped.root.table:
        return
    if mapped.inheritance in ("joined", "single"):  # one without a table has the joined table of the class above
        yield check.problem(
            "missing-primary-key", mapped, "",
            f"Could not assemble any primary keys for locally mapped table '{table.name}' - no rows will be persisted in "
            "this Table.", None, f'no column of "{table.name}" is a primary key',
            "give the column that refers to the parent primary_key=True", WARNING,
        )  # fmt: skip
        return
    yield check.problem(
        "missing-primary-key", mapped, "",
        f"Mapper Mapper[{mapped.name}({table.name})] could not assemble any primary key columns for mapped table '{table.name}'",
        None, f'no column of "{table.name}" is a primary key', "write primary_key=True on a column",
    )  # fmt: skip


def of_disagreement(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """A ``PrimaryKeyConstraint`` over other columns than those that say ``primary_key=True``."""
    own = check.builder.own_tables.get(mapped)
    if own is None or own.open:
        return
    for constraint in own.constraints:
        if constraint.kind != "primary key" or constraint.open or not constraint.columns:
            continue
        stated = [column for column in own.columns.values() if _says_primary(check, column)]
        named = set(constraint.columns)
        if stated and {column.name for column in stated} != named and {column.key for column in stated} != named:
            given = ", ".join(f"'{column.name}'" for column in stated)
            local = ", ".join(f"'{name}'" for name in constraint.columns)
            yield check.problem(
                "pk-warning", mapped, "",
                f"Table '{own.name}' specifies columns {given} as primary_key=True, not matching locally specified columns "
                f"{local}; setting the current primary key columns to {local}. This warning may become an exception in a "
                "future release", constraint.place, "the columns and the constraint disagree",
                "keep one of the two", WARNING,
            )  # fmt: skip


def _says_primary(check: Check, column: Column) -> bool:
    if column.call is None:
        return False
    _, keywords, _ = check.arguments(column.call)
    return bool(check.names.flag(keywords.get("primary_key")))


def missing(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """A class that has no table and inherits from none that has."""
    if mapped.table is not None or mapped.inherits is not None or mapped.is_open or check.is_special(mapped):
        return
    written = next((name for name in MISSPELT if mapped.cls.attribute(name)), "")
    yield check.problem(
        "missing-table", mapped, "",
        f"Class <class '{mapped.module}.{mapped.name}'> does not have a __table__ or __tablename__ specified and does not "
        "inherit from an existing table-mapped class.", None,
        f"{written} is not __tablename__" if written else "it says neither __tablename__ nor __abstract__",
        "write __tablename__, or __abstract__ = True for a class that others inherit from",
    )  # fmt: skip
