"""Applications that the start commands of a project leave out."""

from __future__ import annotations

import pytest
from limiting_app import APP

from atomlint.testing import check_files

MAIN = "from fastapi import FastAPI\n\napp = FastAPI()\n"


def levels(**files: str) -> list[str]:
    """Confidence of what is said of ``hybrid.py``, beside a ``main.py``."""
    given = {"hybrid.py": APP, "main.py": MAIN} | files
    report = check_files(given, select=("redis-per-request",))
    assert not report.errors
    return [finding.confidence.value for finding in report.findings if finding.span.path == "hybrid.py"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Dockerfile", 'FROM python:3.12\nCMD ["uvicorn", "main:app", "--host", "0.0.0.0"]\n'),
        ("Procfile", "web: gunicorn main:app -k uvicorn.workers.UvicornWorker\n"),
        ("entrypoint.sh", "exec gunicorn \\\n    --workers 2 \\\n    main:app\n"),
        ("docker-compose.yml", "services:\n  web:\n    command: uvicorn main:app\n"),
        ("docker-compose.yml", "services:\n  web:\n    # command: uvicorn hybrid:app\n    command: uvicorn main:app\n"),
    ],
)
def test_an_application_that_no_start_command_names_beside_one_that_is_named_is_a_weak_claim(
    name: str, text: str
) -> None:
    assert levels(**{name: text}) == ["low"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Dockerfile", "FROM python:3.12\nCMD python -m http.server\n"),
        ("Dockerfile", "FROM main:latest\n"),
        ("Procfile", "web: gunicorn main:app\nlimits: uvicorn hybrid:app\n"),
        ("pyproject.toml", '[project.scripts]\nlimits = "hybrid:app"\n'),
        ("Makefile", "serve:\n\tuvicorn main:app\nlimits:\n\tpython hybrid.py\n"),
        ("README.md", "Start it with `uvicorn main:app`.\n"),
    ],
)
def test_it_is_as_sure_as_any_where_nothing_else_is_started_or_something_names_it(name: str, text: str) -> None:
    assert levels(**{name: text}) == ["high"]


@pytest.mark.parametrize(
    "main",
    [
        "from hybrid import app\n",
        "import uvicorn\n\napp = None\n\nif __name__ == '__main__':\n    uvicorn.run('hybrid:app')\n",
        "from importlib import import_module\n\napp = import_module('hybrid.app')\n",
        "import importlib\n\napp = importlib.import_module('hybrid').app\n",
        "from wiring import app\n",
    ],
)
def test_what_is_started_starts_what_it_imports_or_names(main: str) -> None:
    wiring = "import hybrid\n\napp = hybrid.app\n"
    assert levels(**{"main.py": main, "wiring.py": wiring, "Procfile": "web: gunicorn main:app\n"}) == ["high"]


def test_an_application_of_another_directory_may_be_another_service() -> None:
    files = {"services/main.py": MAIN, "services/Procfile": "web: gunicorn main:app\n", "limits/hybrid.py": APP}
    report = check_files(files, select=("redis-per-request",))
    assert [finding.confidence.value for finding in report.findings] == ["high"]
