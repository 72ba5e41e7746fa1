"""How relationships are loaded with their rows, and how sure it is that reading them sends a query for each row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Class

from .._few import loops_over_few
from ..tenant._helpers import tenant_words, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atomlint import Index
    from atomlint.index.relationships import Relationship
    from atomlint.index.rowsets import Rows

PEOPLE = frozenset(
    {"user", "author", "owner", "creator", "account", "created", "updated", "editor", "invited", "member", "username"}
    | {"applicant", "email", "person", "recipient", "requester", "requestor"}
)
"""Words of relationships with whoever did something: a handful did most of it."""

WIDE = frozenset(
    {"project", "site", "catalog", "catalogue", "account", "company", "team", "customer", "client", "shop", "store"}
)
"""Words of rows that have many children, besides customers."""
KEYS = frozenset({"id", "pk", "uuid"})
"""Columns by which a query asks for chosen rows."""


def is_always(index: Index, relationship: Relationship) -> bool:
    """Whether reading it sends a query for every row: not for an empty foreign key, nor for a row that is held already."""
    if relationship.uselist is not False:
        return True
    made = index.call(relationship.path, relationship.call)
    return relationship.django and not relationship.generic and made.keywords.get("null") != "#True"


def is_loaded_once(relationship: Relationship) -> bool:
    """Whether a session loads each parent once, of which there are fewer than rows: a foreign key of SQLAlchemy."""
    return relationship.uselist is False and not relationship.django


def is_shared(relationship: Relationship) -> bool:
    """Whether many rows have the same few parents, each of which a session loads once: the authors of comments, a status."""
    if not is_loaded_once(relationship):
        return False
    name = relationship.attribute
    return loops_over_few(name) or not PEOPLE.isdisjoint(name.split("_"))


def is_of_one_person(rows: Rows) -> bool:
    """Whether a query asks for what one person has, of which there is a handful: ``filter(user=request.user)``.

    That of a person whom they lead to is, too: ``filter(accesses__user=request.user)``.
    """
    last = {name.rpartition("__")[2] for name in rows.owners if "__" in name}
    names = [name.removesuffix("_id") for name in (*rows.filters, *last)]
    return any(name.rpartition("_")[2] in PEOPLE or name.endswith("_by") for name in names)


def is_of_whoever_asks(index: Index, rows: Rows) -> bool:
    """Whether users get what is their own, and only others, staff, get all: ``filter(order__customer=request.user)``."""
    ways = [name.removesuffix("_id").split("__") for name in rows.asking]
    return any(not way[-1].endswith("s") and not any(is_wide(index, step) for step in way[:-1]) for way in ways)


def is_of_one_parent(index: Index, rows: Rows) -> bool:
    """Whether a query asks for the children of one row, of which there is a handful: ``filter(article=article)``.

    Those of a customer are many.
    """
    known = index.project.relationships.of(rows.model)
    names = {name.removesuffix("_id") for name in rows.owners}
    parents = {name for name in names if name in known and known[name].uselist is not True}
    parents |= {name.removesuffix("_id") for name in rows.owners if name.endswith("_id")}
    return bool(parents) and not any(is_wide(index, name) for name in parents)


def is_wide(index: Index, name: str) -> bool:
    """Whether the row that a relationship leads to has many that lead to it, by its name: a customer, a project."""
    return bool(words_of(name) & (tenant_words(index) | WIDE))


def names_one(index: Index, rows: Rows) -> bool:
    """Whether a query of Django asks for rows by their key, or by a column of which each row has another: ``unique=True``.

    SQLAlchemy's compare columns with attributes of other rows, ``Order.shop_id == shop.id``, which are no keys.
    """
    cls = Class(index, rows.model.place, rows.model.scope)
    if not any(base.kind == "ext" and base.place.startswith("django.") for base in cls.mro):
        return False
    if not rows.filters.isdisjoint(KEYS):
        return True
    for base in cls.mro:
        owner = Class(index, base.place, base.scope) if base.kind == "def" else None
        for name, assign in owner.attributes if owner is not None else ():
            made = assign.value if name in rows.filters and type(assign.value) is str else ""
            if made[:1] == "@" and made[1:].isdigit():
                keywords = dict(owner.table.facts.calls[int(made[1:])].keywords) if owner is not None else {}
                if "#True" in (keywords.get("unique"), keywords.get("primary_key")):
                    return True
    return False


def eager_option(
    index: Index,
    rows: Rows,
    relationships: Sequence[Relationship],
    paths: Sequence[str] = (),
    *,
    narrowed: bool = False,
) -> str:
    """The option that loads relationships with the rows, and how many queries it leaves.

    ``paths`` are their names where rows behind those of the query have them: ``order__customer``.
    """
    first = relationships[0]
    model = index.project.linker.table(rows.model.place).facts.scopes[rows.model.scope].name
    attributes = [relationship.attribute for relationship in relationships]
    if narrowed or (first.lazy == "dynamic" and not first.django):
        return "one query with `IN (...)` makes it 2"
    if first.django:
        wanted = paths or attributes
        longest = [name for name in wanted if not any(other.startswith(f"{name}__") for other in wanted)]
        option = ", ".join(f'"{name}"' for name in longest)
        many = any(relationship.uselist or relationship.generic for relationship in relationships)
        left = 1 + len(relationships) if many else 1  # each that is prefetched is a query of its own
        return f"{'prefetch_related' if many else 'select_related'}({option}) makes it {left}"
    loaded = [relationship.attribute for relationship in relationships if relationship.lazy != "dynamic"]
    option = ", ".join(f"selectinload({model}.{name})" for name in loaded)
    rest = [name for name in attributes if name not in loaded]
    more = f", and one query with `IN (...)` for `{'`, `'.join(rest)}`" if rest else ""
    return f".options({option}){more} makes it {1 + len(attributes)}"
