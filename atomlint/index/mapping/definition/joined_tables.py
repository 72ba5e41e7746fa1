"""Classes over a join, a subquery, or a table that is reflected later: what they, and their heirs, may not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...provenance import last_name
from ..problems import WARNING
from ..records import Place, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..problems import Problem
    from ..records import Mapped
    from .check import Check

SELECTABLES = frozenset({"join", "outerjoin", "subquery", "alias", "cte"})


def _is_selectable(check: Check, mapped: Mapped) -> bool:
    """Whether ``__table__`` of a class is surely no ``Table``."""
    site, owner, known = check.reader(mapped).special("__table__")
    made = check.names.made(site) if site is not None and owner == mapped.cls.value and known else None
    if made is None or made.call is None or made.rest or made.site is None:
        return False
    callee = check.names.callee(made.site)
    record = check.names.record(made.site)
    is_library = callee is None or callee.kind != "ext" or callee.library in SELECTABLES
    return last_name(record.callee) in SELECTABLES and is_library and (callee is None or callee.kind != "def")


def of_heirs(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """A column of a class that shares what its parent is mapped to, where that is no table."""
    parent = mapped.inherits
    if parent is None or check.reader(mapped).special("__tablename__")[1] == mapped.cls.value:
        return
    if check.reader(mapped).special("__table__")[1] == mapped.cls.value or not _is_selectable(check, parent):
        return
    for attribute in mapped.attributes.values():
        if attribute.kind == "column" and attribute.defined_in == mapped.cls.value:
            yield check.problem(
                "sti-columns-no-table", mapped, "",
                f"Can't declare columns on single-table-inherited subclass <class '{mapped.module}.{mapped.name}'>; superclass "
                f"<class '{parent.module}.{parent.name}'> is not mapped to a Table", attribute.place,
                f"{parent.name} is mapped to a join, which takes no further columns", "give the class a table of its own",
            )  # fmt: skip
            return


def of_shared(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """A column name that both tables of a join have, and that the class body does not tell apart."""
    site, owner, known = check.reader(mapped).special("__table__")
    made = check.names.made(site) if site is not None and owner == mapped.cls.value and known else None
    if made is None or made.call is None or made.site is None or check.library(made.site) not in ("join", "outerjoin"):
        return
    args, _, _ = check.arguments(made.site)
    tables = [check.builder.tables.table_of(argument) for argument in args[:2]]
    if len(tables) < 2 or "properties" in mapped.mapper_args or "?" in mapped.mapper_args or mapped.is_open:
        return
    first, second = tables
    if first is None or second is None or first.open or second.open:
        return
    facts = check.linker.table(mapped.cls.path)
    said = " ".join(str(facts.facts.assigns[at].value) for at in facts.assigns_in.get(mapped.cls.ordinal, ()))
    for key in first.columns.keys() & second.columns.keys():
        if key not in said and key not in mapped.attributes and "@" not in said.replace(made.site.expr, ""):
            yield check.problem(
                "inherited-column-conflict", mapped, key,
                f"Implicitly combining column {first.columns[key]} with column {second.columns[key]} under attribute '{key}'.  "
                "Please configure one or more attributes for these same-named columns explicitly.", None,
                f'both tables of the join have a column "{key}"', "give each an attribute of its own",
            )  # fmt: skip
            return


def of_keys(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """One attribute for two columns of the primary key of a join."""
    if not _is_selectable(check, mapped):
        return
    for name, site, place in _lists(check, mapped):
        columns = [found for item in site for found in _columns(check, item)]
        if len(columns) > 1 and len(columns) == len(site) and all(columns):
            yield check.problem(
                "pk-warning", mapped, name,
                f"On mapper {mapped.name}, primary key columns are being combined in attribute '{name}'. Use explicit "
                "properties to give each column its own mapped attribute name.", place,
                "each of them is a part of the primary key of the join", "give each column an attribute of its own", WARNING,
            )  # fmt: skip


def _lists(check: Check, mapped: Mapped) -> Iterator[tuple[str, list[Site], Place]]:
    """Attributes that are ``column_property(...)``, with what these are given."""
    table = check.linker.table(mapped.cls.path)
    for ordinal in table.assigns_in.get(mapped.cls.ordinal, ()):
        assign = table.facts.assigns[ordinal]
        made = (
            check.names.made(Site(mapped.cls.path, mapped.cls.ordinal, assign.value))
            if assign.value is not None
            else None
        )
        if made is None or made.call is None or made.site is None or type(assign.target) is not str:
            continue
        if check.library(made.site) == "column_property":
            yield assign.target, check.arguments(made.site)[0], Place(mapped.cls.path, "assign", ordinal)


def _columns(check: Check, site: Site) -> Iterator[bool]:
    """Whether ``table.c.name`` is a column of a primary key."""
    if type(site.expr) is not str or ".c." not in site.expr:
        return
    head, _, name = site.expr.rpartition(".c.")
    table = check.builder.tables.table_of(site._replace(expr=head))
    column = table.columns.get(name) if table is not None else None
    if column is not None:
        yield column.primary_key


def of_reflected(check: Check, mapped: Mapped) -> Iterator[Problem]:
    """A ``declared_attr`` of a mapped class that waits for reflection: only until then its heirs see it as one."""
    parent = mapped.inherits
    mro = check.linker.mro(mapped.cls.path, mapped.cls.ordinal)
    if parent is None or not any(value.kind == "ext" and value.place.endswith("DeferredReflection") for value in mro):
        return
    table = check.linker.table(parent.cls.path)
    for (scope, name), member in table.members.items():
        record = table.facts.scopes[member]
        if scope != parent.cls.ordinal or name.startswith("__") or "declared_attr" not in str(record.decorators):
            continue
        yield check.problem(
            "declared-attr-on-mapped", mapped, name,
            f"Regular (i.e. not __special__) attribute '{parent.name}.{name}' uses @declared_attr, but owning class "
            f"<class '{parent.module}.{parent.name}'> is mapped - not applying to subclass "
            f"<class '{mapped.module}.{mapped.name}'>.", Place(parent.cls.path, "scope", member),
            f"{parent.name} is mapped itself: {mapped.name} does not get {name}", "put it on a mixin that both take", WARNING,
        )  # fmt: skip
