"""Every row of the catalogs has something here that runs it, and its names lead to what they say."""

from __future__ import annotations

import importlib
import inspect
import re
import typing

import pytest

from .database_subjects import SUBJECTS as DATABASES
from .redis_subjects import SUBJECTS as CACHES

pytestmark = [pytest.mark.filterwarnings("ignore")]
BY_HAND = "speaks to Postgres alone; compared once with what a server of Postgres 15 logged"
UNMEASURED = {
    "asyncpg.Connection": BY_HAND,
    "asyncpg.Pool": BY_HAND,
    "psycopg.Connection": BY_HAND,
    "psycopg.Cursor": BY_HAND,
    "psycopg.AsyncConnection": BY_HAND,
    "psycopg.AsyncCursor": BY_HAND,
}
"""Client rows that nothing here runs, and why."""


def test_every_client_row_is_measured(catalog):
    measured = {subject.row(catalog) for subject in (*CACHES, *DATABASES)}
    missing = sorted(catalog.clients.keys() - measured - UNMEASURED.keys())
    assert not missing, f"rows that nothing runs: {', '.join(missing)}"
    assert "" not in measured
    assert UNMEASURED.keys() <= catalog.clients.keys()


def resolved(name):
    """What a name of a row leads to: ``()`` stands for an instance, whose class is looked at. None where that is not known.

    Raises:
        AttributeError: the library has no such thing.
        ModuleNotFoundError: the library is not installed.
    """
    parts = name.replace("[]", "").split(".")
    for count in range(len(parts), 0, -1):
        module = ".".join(parts[:count])
        if "(" in module:
            continue
        try:
            found = importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name == parts[0] or count == 1:
                raise
            continue
        return follow(found, parts[count:])
    raise ModuleNotFoundError(name)


def follow(found, parts):
    for part in parts:
        plain = part.removesuffix("()")
        if found is None:
            return None
        if not hasattr(found, plain):
            if plain in getattr(found, "__annotations__", {}) or hasattr(found, "__getattr__") or is_set(found, plain):
                return None
            raise AttributeError(f"{found!r} has no {plain}")
        found = getattr(found, plain)
        if part.endswith("()") and not inspect.isclass(found):
            try:
                given = typing.get_type_hints(found).get("return")
            except Exception:  # names that only its own module knows
                given = None
            found = given if inspect.isclass(given) else None
        elif not part.endswith("()") and not callable(found) and not inspect.ismodule(found):
            return None
    return found


def is_set(cls, name):
    """Whether instances of a class get an attribute in its own source."""
    return inspect.isclass(cls) and re.search(rf"\bself\.{name}\b[^=\n]*=", inspect.getsource(cls)) is not None


def names(rows):
    """(kind of row, name) of everything that rows name outside of the project."""
    for part in rows:
        for client in part.client:
            yield from (
                ("client", name)
                for name in (client.type, *client.aliases, *client.factories, *client.pools, *client.shared)
            )
            yield from (("client", name) for name in client.instances)
        for carrier in part.carrier:
            yield from (("carrier", name) for name in carrier.names)
        for decorator in part.cache_decorator:
            yield from (("cache-decorator", name) for name in decorator.names)
        for work in part.work:
            yield from (("work", name) for name in work.names)


OLD = {
    "limits.strategies.FixedWindowElasticExpiryRateLimiter().hit": "limits 4",
}
"""Names that the installed version of a library no longer has, and the last one that had them."""


def test_names_of_rows_lead_to_something(django_ready, rows):
    from django.test import override_settings

    lost, absent = {}, set()
    for kind, name in names(rows):
        try:
            with override_settings(TENANT_MODEL="auth.Permission"):  # django-tenants reads it when it is imported
                resolved(name)
        except ModuleNotFoundError:  # noqa: PERF203
            absent.add(name.partition(".")[0])
        except AttributeError as error:
            lost[name] = f"{kind}: {error}"
    assert {name: why for name, why in lost.items() if name not in OLD} == {}, sorted(absent)
