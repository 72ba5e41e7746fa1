"""Whether what Redis clients need is installed."""

from __future__ import annotations

import pytest
from limiting_app import APP

from atomlint.testing import check_files

OTHERS = "fastapi==0.115\nuvicorn==0.30\nsqlalchemy==2.0.30\npydantic==2.7\nhttpx==0.27\n"


def levels(**files: str) -> list[str]:
    """Confidence of what is said of a limiter on Redis."""
    report = check_files({"app.py": APP} | files, select=("redis-per-request",))
    assert not report.errors
    return [finding.confidence.value for finding in report.findings]


def test_a_client_that_no_requirement_brings_does_not_run_as_the_project_is_committed() -> None:
    assert levels(**{"requirements.txt": OTHERS}) == ["low"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", OTHERS + "redis\n"),
        ("requirements.txt", OTHERS + "celery[redis]\n"),
        ("requirements.txt", OTHERS + "arq>=0.25\n"),
        ("requirements/prod.txt", "django-redis\n"),
        ("Dockerfile", "FROM python:3.12\nRUN pip install redis\n"),
        ("Dockerfile", "FROM python:3.12\nRUN pip install \\\n    fastapi \\\n    redis\n"),
        ("environment.yml", "dependencies:\n  - redis-py\n"),
    ],
)
def test_whatever_brings_or_names_one_may_have_it_installed(name: str, text: str) -> None:
    assert levels(**({"requirements.txt": OTHERS} | {name: text})) == ["high"]


def test_a_server_beside_it_is_no_client() -> None:
    compose = "services:\n  cache:\n    image: redis:7\n"
    assert levels(**{"requirements.txt": OTHERS, "docker-compose.yml": compose}) == ["low"]


def test_requirements_that_are_missing_or_few_say_nothing_of_what_is_installed() -> None:
    assert levels() == ["high"]
    assert levels(**{"requirements.txt": "fastapi\n"}) == ["high"]
