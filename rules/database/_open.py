"""Whether a fallback to SQLite stands open in production, and what should have kept it shut."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ._fallbacks import is_chosen, is_sqlite, is_used
from ._refusals import refused

if TYPE_CHECKING:
    from atomlint import Deployment, Index, ModeBranch

    from ._fallbacks import Fallback

SCRIPTS = re.compile(
    r"(?:^|/)(?:scripts?|tools?|bin|examples?|archived?|_archive|legacy|old|deprecated|benchmarks?|demo|notebooks)/"
    r"|(?:^|/)(?:create|check|fix|seed|reset|migrate|init|import|export|cleanup|debug|start|run|verify|validate)_[^/]*$"
)
"""Files that someone starts by hand."""
LOCAL = re.compile(r"dev|test|local|demo|example", re.IGNORECASE)
"""In the name of a database that a script makes for the one who starts it."""
GUIDES = re.compile(r"(?:^|/)(?:README|INSTALL\w*|DEPLOY\w*|CONFIG\w*)[^/]*$|(?:^|/)docs?/|(?:^|/)doc/", re.IGNORECASE)
SAID = re.compile(
    r"\bsqlite\b[^.\n]{0,40}\b(?:by default|is the default|as the default|\(default\))"
    r"|\bdefaults? (?:to|is|database is|db is) [^.\n]{0,20}\bsqlite\b"
    r"|\bby default,?[^.\n]{0,40}\bsqlite\b"
    r"|\buses\W{1,4}sqlite\b(?!.*\b(?:postgres|mysql))",
    re.IGNORECASE,
)
DRIVERS = (
    "psycopg2", "psycopg2-binary", "psycopg", "psycopg-binary", "psycopg-c", "asyncpg", "pg8000", "psycopg2cffi", "pymysql",
    "mysqlclient", "aiomysql", "asyncmy", "mysql-connector-python", "cx-oracle", "oracledb", "pyodbc", "pymssql", "libsql-client",
    "sqlalchemy-libsql", "sqlalchemy-cockroachdb", "databases", "psycopg-pool", "tortoise-orm", "snowflake-sqlalchemy",
)  # fmt: skip
"""Distributions by which a project reaches another database than SQLite."""
DEVELOPMENT = re.compile(r"\bdev\b|develop|local|\btests?\b|testing|demo", re.IGNORECASE)


class Opening(NamedTuple):
    """Why nothing keeps production from a fallback; both None when nothing even tries."""

    guard: ModeBranch | None
    """A branch on the mode that would, were its variable set."""
    deployment: Deployment | None
    """The deployment that leaves the variable unset."""


def opening(index: Index, fallback: Fallback) -> Opening | None:
    """How a fallback stands open; None when something shuts it, or it is meant."""
    if is_local(fallback) or is_chosen(index, fallback) or not is_used(index, fallback):
        return None
    guards = [b for _, b in index.mode_branches(fallback.path, fallback.scope, fallback.frame) if not b.production]
    refusals = refused(index, fallback.read, fallback.path, fallback.scope, fallback.targets)
    if any(refusal.branch is None for refusal in refusals):
        return None
    guards += [refusal.branch for refusal in refusals if refusal.branch is not None]
    if guards:
        return missing_mode(index, fallback, guards)
    return None if is_documented(index, fallback) else Opening(None, None)


def is_local(fallback: Fallback) -> bool:
    """Whether a script makes a database for the one who starts it."""
    return SCRIPTS.search(fallback.path) is not None and LOCAL.search(fallback.text) is not None


def missing_mode(index: Index, fallback: Fallback, guards: list[ModeBranch]) -> Opening | None:
    """A guard, and a deployment of this code that leaves its mode variable unset; None when one holds everywhere."""
    for deployment in index.deployments.production:
        if not deployment.builds(fallback.path):
            continue
        unset = [g for g in guards if not deployment.sets([name for read in g.reads for name in read.names])]
        if len(unset) == len(guards):
            return Opening(unset[0], deployment)
    return None


def is_documented(index: Index, fallback: Fallback) -> bool:
    """Whether the product is meant to run on SQLite: what deploys it sets such a URL, or its guides say so and nothing
    that is known deploys it."""
    names = fallback.read.names
    places = [place for name in names for place in index.provided.get(name, ()) if is_sqlite(place.value)]
    deployments = [deployment for deployment in index.deployments.production if deployment.builds(fallback.path)]
    if deployments:
        files = {file.path for d in deployments for file in (d.document, d.dockerfile) if file is not None}
        return any(place.path in files for place in places)
    if any(place.kind in ("compose", "dockerfile") and not DEVELOPMENT.search(place.path) for place in places):
        return True
    said: bool = index.keep("sqlite-documented", lambda: any(_says(index, path) for path in index.files))
    return said


def knows_no_other(index: Index) -> bool:
    """Whether the project's requirements are known, and name no driver of another database."""
    return index.pools.requirements and not index.pools.requires(DRIVERS)


def _says(index: Index, path: str) -> bool:
    if not path.lower().endswith((".md", ".mdx", ".rst")) or not GUIDES.search(path):
        return False
    document = index.document(path)
    if document is None or b"ite" not in document.source.data:
        return False
    return any(SAID.search(line) and not DEVELOPMENT.search(line) for line in document.source.lines)
