"""Credentials in ``[env]``: judged by their value, which never comes out."""

from __future__ import annotations

import random
import string

import msgspec
import pytest

from atomlint.testing import check_files

RANDOM = random.Random(1979)


def made(size: int) -> str:
    """A value as a machine makes it: letters and digits in turns."""
    return "".join(RANDOM.choice(string.ascii_letters) + RANDOM.choice(string.digits) for _ in range(size // 2))


def found(line: str, path: str = "fly.toml") -> list[tuple[str, str]]:
    report = check_files({path: f'app = "harbour-desk"\n\n[env]\n  {line}\n'}, select=("fly-secret-in-env",))
    return [(finding.message, finding.confidence.value) for finding in report.findings]


@pytest.mark.parametrize(
    ("line", "confidence"),
    [
        ('CRM_CLIENT_SECRET = "{}"', "high"),
        ("API_TOKEN = '{}'", "medium"),
        ('DATABASE_URL = "postgresql://desk:{}@db.harbour.dev/desk"', "high"),
    ],
)
def test_a_value_that_a_machine_made_is_found_and_not_told(line: str, confidence: str) -> None:
    value = made(32)
    text = f'app = "harbour-desk"\n\n[env]\n  {line.format(value)}\n'
    report = check_files({"fly.toml": text}, select=("fly",))
    assert [finding.rule for finding in report.findings] == ["fly-secret-in-env"]
    assert report.findings[0].confidence.value in (confidence, "high")
    assert value.encode() not in msgspec.json.encode(list(report.findings))


@pytest.mark.parametrize(
    "line",
    [
        'KEY_FILE = "/etc/desk/key.pem"',
        'WORKER_QUEUE_KEY = "jobs:default"',
        'ALLOW_PRIVATE_NETWORKS = "true"',
        'DATABASE_URL = "postgresql://db.internal:5432/desk"',
        'STRIPE_PUBLISHABLE_KEY = "pk_live_{}"',
        'SESSION_SECRET = "${{SESSION_SECRET}}"',
        'PASSWORD_RESET_URL = "https://harbour.dev/reset"',
    ],
)
def test_a_name_alone_makes_no_secret(line: str) -> None:
    assert found(line.format(made(24))) == []


@pytest.mark.parametrize(
    "line", ['DB_PASSWORD = "password"', 'SECRET_KEY = "changeme"', 'URL = "mysql://root:root@db/x"']
)
def test_a_guessable_password_counts_where_production_is_deployed(line: str) -> None:
    assert [confidence for _, confidence in found(line)] == ["medium"]
    assert found(line, "fly.staging.toml") == []
