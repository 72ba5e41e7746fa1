"""Shared by the rules about tenants: which names tell a customer, and how long caches keep what they hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ._models import tenant_models
from ._names import column_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atomlint import Class, Index
    from atomlint.index.provenance import Leaf
    from atomlint.index.value import Value

WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*")
TENANTS = frozenset({"tenant", "org", "organization", "organisation", "workspace"})
ONE_OFF = ("/migrations/", "/alembic/", "/scripts/", "/fixtures/", "/seed", "/commands/")
"""Parts of paths of what no request runs."""
FACTORIES = frozenset({"functools.lru_cache", "functools.cache"})


def words_of(name: str) -> frozenset[str]:
    """The words of a dotted name, in lower case: ``tenant``, ``id`` of ``self.tenant_id``."""
    return frozenset(word.lower() for word in WORDS.findall(name))


def tenant_words(index: Index) -> frozenset[str]:
    """Words of names that tell a customer; empty when the project has no tenant model."""
    found: frozenset[str] = index.keep("tenant-words", lambda: _tenant_words(index))
    return found


def _tenant_words(index: Index) -> frozenset[str]:
    models = tenant_models(index)
    own = {column_of(model) for model in models}
    return frozenset(own | TENANTS) if models else frozenset()


def tenant_classes(index: Index) -> tuple[Class, ...]:
    """The mapped classes that stand for a customer."""
    models = tenant_models(index)
    return tuple(cls for cls in index.mapped if cls.name in models)


def tenant_columns(index: Index) -> dict[Value, str]:
    """Mapped classes whose rows belong to a customer, with the column that says to which."""
    found: dict[Value, str] = index.keep("tenant-columns", lambda: _tenant_columns(index))
    return found


def _tenant_columns(index: Index) -> dict[Value, str]:
    words = tenant_words(index)
    wanted = {f"{word}_{end}" for word in words for end in ("id", "uuid")} | words
    result = {}
    for cls in index.mapped:
        for base in cls.mro:
            if base.kind != "def":
                continue
            table = index.project.linker.table(base.place)
            targets = (table.facts.assigns[p].target for p in table.assigns_in.get(base.scope, ()))
            name = next((t for t in targets if type(t) is str and t in wanted), None)
            if name is not None:
                result[cls.value] = name
                break
    return result


def tells_tenant(leaf: Leaf, words: frozenset[str]) -> bool:
    """Whether a variable tells a customer by its name."""
    return leaf.kind in ("param", "free") and bool(words_of(leaf.text) & words)


def seconds_of(index: Index, path: str, scope: int, expr: object) -> float | None:
    """The number that an expression is; None when it is no constant."""
    if type(expr) is list and expr[:2] == ["bin", "*"]:
        parts = [seconds_of(index, path, scope, part) for part in expr[2:]]
        return None if None in parts else parts[0] * parts[1]  # type: ignore[operator]
    values = index.project.linker.evaluate(path, scope, expr)
    numbers = [value.place[1:] for value in values if value.kind == "const" and value.place[:1] == "#"]
    try:
        return max(float(number) for number in numbers) if len(numbers) == len(values) else None
    except ValueError:
        return None


def mentions(index: Index, name: str, attributes: Iterable[str]) -> bool:
    """Whether anything calls ``name.attribute()``, such as ``load.cache_clear()``."""
    for attribute in attributes:
        for path, ordinal in index.project.linker.call_sites(attribute):
            callee = index.project.linker.table(path).facts.calls[ordinal].callee
            if type(callee) is str and callee.rpartition(".")[0].rpartition(".")[2] == name:
                return True
    return False
