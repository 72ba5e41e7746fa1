"""Names that mapped classes of customers have."""

from __future__ import annotations

import re

ALWAYS = frozenset({"Tenant", "Organization", "Organisation", "Org", "Workspace"})
ORGANIZATIONS = frozenset({"Organization", "Organisation", "Org"})
SOMETIMES = frozenset(
    {
        *("Account", "Company", "Team", "Customer", "Site"),
        *("Agency", "Business", "Clinic", "Firm", "Merchant", "Restaurant", "School", "Shop", "Store"),
    }
)
AROUND = re.compile(
    r"(?:DB|Db|Platform|Saas|SaaS|App|Core|System|Main)?(.+?)(?:Model|ORM|Orm|DB|Db|Table|Entity|Record|Row)?"
)
"""What projects write around the name of a mapped class, to tell it from the schema of the same name."""
PLURALS = (("ies", "y"), ("es", ""), ("s", ""))
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def meant(name: str) -> str:
    """What the name of a mapped class means, ``Tenant`` of ``TenantsDB``: itself when it is no word for customers."""
    core = meant_without(name)
    singular = [core.removesuffix(ending) + instead for ending, instead in PLURALS if core.endswith(ending)]
    return next((word for word in (core, *singular) if word in ALWAYS | SOMETIMES), name)


def meant_without(name: str) -> str:
    """The name of a mapped class without what projects write around it."""
    whole = AROUND.fullmatch(name)
    return whole[1] if whole else name


def words_of(name: str) -> list[str]:
    """The words of a class's name: ``Business``, ``Unit``."""
    return [found.group() for found in WORDS.finditer(name)]


def column_of(name: str) -> str:
    """How columns about one of a class begin: ``business_unit`` of ``BusinessUnit``, ``tenant`` of ``TenantsDB``."""
    return "_".join(words_of(meant(name))).lower()
