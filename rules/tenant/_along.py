"""Rows that say who belongs to which customer, read together with the customer's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._models import owners, tenant_models
from ._names import meant_without, words_of
from ._recognised import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.requestwork import Use

LINKS = frozenset({"Member", "Membership", "Role", "Assignment", "Access", "Link", "Collaborator", "Seat"})
"""Last words of classes whose rows say that somebody belongs to a customer."""
PEOPLE = frozenset({"User", "Member", "Profile", "Staff", "Employee"})
"""Words of classes of people: ``UserTenant``, ``AccountUser``."""


def linking_models(index: Index) -> frozenset[str]:
    """Names of the classes of people and of what links them to customers: ``OrganizationMember``, ``User`` with an ``org_id``."""
    tenants = tenant_models(index)
    names: frozenset[str] = index.keep(("linking models", tenants), lambda: frozenset(_linking(index, tenants)))
    return names


def _linking(index: Index, tenants: frozenset[str]) -> Iterator[str]:
    own = owners(tenants)
    parts = {word for name in tenants for word in words_of(meant_without(name))}
    for cls in index.mapped if tenants else ():
        words = words_of(meant_without(cls.name))
        is_link = words[-1:] and (
            words[-1] in LINKS | PEOPLE or not (PEOPLE.isdisjoint(words) or parts.isdisjoint(words))
        )
        if is_link and cls.name not in tenants and not own.isdisjoint(columns_of(cls)):
            yield cls.name


def tenant_along(index: Index, use: Use) -> str:
    """The attribute of a row through which the row of its tenant comes with it; empty where none does.

    Whoever asks is read in any case: with a person's row, only a query more counts.
    """
    tenants = tenant_models(index)
    if use.lookup.model_name in tenants:
        return ""  # its own parent perhaps
    words = words_of(meant_without(use.lookup.model_name))
    is_person = len(words) == 1 and words[0] in PEOPLE
    for name, relationship in sorted(index.project.along.of(use.lookup, apart=is_person).items()):
        target = relationship.target
        if target is not None and index.table(target.place).facts.scopes[target.scope].name in tenants:
            return name
    return ""
