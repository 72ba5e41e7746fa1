"""What libraries send by themselves, with every request, call or message: rows of the kind ``work``, each done for real."""

from __future__ import annotations

import asyncio
import re

import msgspec
import pytest

from atomlint.index.rows import operation_from

from .clients import judge, settled
from .statements import django_statements
from .work_cases import CASES, limits

pytestmark = [pytest.mark.filterwarnings("ignore")]
UNMEASURED = {
    "fastapi_limiter.depends.RateLimiter >=0.2": "one version of a library at a time",
    "fastapi_limiter.depends.WebSocketRateLimiter >=0.2": "one version of a library at a time",
    "fastapi_limiter.depends.WebSocketRateLimiter": "the dependency's twin, with the same method of the same base class",
    "flask_limiter.Limiter": "one version of a library at a time",
    "flask_limiter.Limiter().limit": "one version of a library at a time",
    "flask_limiter.Limiter().shared_limit": "one version of a library at a time",
    "limits.strategies.FixedWindowElasticExpiryRateLimiter().hit": "gone since limits 5",
}
"""Names of rows that nothing here runs, and why."""


def key_of(row, name, rows):
    """The name that a case has: with the versions or the resource where several rows share it."""
    sharing = [other for part in rows for other in part.work if name in other.names]
    if len(sharing) == 1:
        return name
    if len({other.resource for other in sharing}) == len(sharing):
        return f"{name} {row.resource}"
    return name if row is sharing[0] else f"{name} {row.versions}"


def short(key):
    """What a name leads to, however it is imported: ``Limiter().limit`` of ``slowapi.extension.Limiter().limit``."""
    name, _, kind = key.partition(" ")
    *_, owner, last = ["", *name.split(".")]
    return (f"{owner}.{last}" if owner.endswith("()") else last) + kind, name.partition(".")[0]


def cases(rows):
    """(row, name, variant, case) of every name of every row; a case of None where there is none."""
    known = {short(key): found for key, found in CASES.items()}
    for part in rows:
        for row in part.work:
            for name in row.names:
                key = key_of(row, name, rows)
                if key in UNMEASURED:
                    continue
                if name.startswith("limits."):
                    yield row, key, "", limits(name)
                for variant, case in known.get(short(key), () if name.startswith("limits.") else [("", None)]):
                    yield row, key, variant, case


async def measured(bench, case, resource):
    bench.server.command("FLUSHALL")
    async with case(bench) as act:
        with django_statements() as statements, bench.server.watch() as seen:
            await settled(act())
        if resource == "database":
            seen.sent, seen.trips = list(statements), len(statements)
    return seen


def disagreement(bench, row, variant, case):
    """How a row differs from what its library sent; empty when it does not."""
    seen = asyncio.run(measured(bench, case, row.resource))
    cost = row.given.get(variant, row.cost)
    operation = None if variant == "local" or not cost else operation_from(row.resource, "work", cost)
    times = re.fullmatch(r"times (\d)", variant)
    if times and operation is not None:
        operation = msgspec.structs.replace(
            operation, trips=operation.trips * int(times[1]), commands=operation.commands * int(times[1])
        )
    return judge(operation, seen)


def test_every_row_costs_what_its_library_sends(bench, django_tables, rows):
    wrong = []
    for row, key, variant, case in cases(rows):
        line = disagreement(bench, row, variant, case) if case is not None else ""
        if line:
            wrong.append(f"{key} {variant}: {line}")
    assert not wrong, "\n".join(wrong)


def test_every_row_has_a_case(rows):
    assert [key for _, key, _, case in cases(rows) if case is None] == []


def test_every_case_is_of_a_row(rows):
    assert {short(key) for key in CASES} - {short(key) for _, key, _, _ in cases(rows)} == set()


def test_a_wrong_row_is_noticed(bench, rows):
    row = next(row for part in rows for row in part.work if "rq.Queue().enqueue" in row.names)
    (_, case), *_ = CASES["rq.Queue().enqueue"]
    wrong = msgspec.structs.replace(row, cost={"trips": 2, "commands": 7})
    assert "the catalog says 2 trips and 7 commands, seen 2 and 8" in disagreement(bench, wrong, "", case)
