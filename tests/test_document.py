"""Documents: their kinds, their items, their errors."""

from __future__ import annotations

import pytest

from atomlint.document import Document, DocumentError, document_kind
from atomlint.source import Source


def document(path: str, text: str) -> Document:
    kind = document_kind(path)
    assert kind is not None
    return Document(path, kind, Source.from_text(path, text))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("fly.toml", "fly"),
        ("deploy/fly.worker.toml", "fly"),
        ("staging.fly.toml", "fly"),
        ("fly-api.toml", "fly"),
        ("butterfly.toml", "toml"),
        ("flyway.toml", "toml"),
        ("pyproject.toml", "toml"),
        (".env", "dotenv"),
        (".env.production", "dotenv"),
        ("Dockerfile.api", "dockerfile"),
        ("CLAUDE.md", "markdown"),
        ("Procfile", "procfile"),
        ("app.py", None),
        ("notes.txt", None),
    ],
)
def test_the_kind_follows_from_the_name(path: str, kind: str | None) -> None:
    assert document_kind(path) == kind


def test_a_fly_file_gives_items_tables_and_data() -> None:
    fly = document("ops/fly.toml", "app = 'x'\n[env]\nA = '1'\n[[services]]\nport = 80\n")
    assert fly.get("env", "A").value == "1"
    assert fly.get("env", "B") is None
    assert fly.get("services", 0, "port").value == 80
    assert fly.table("env").start.line == 2
    assert fly.table("build") is None
    assert fly.data["app"] == "x"
    assert (fly.name, fly.directory, fly.error) == ("fly.toml", "ops", None)


def test_the_last_assignment_of_a_dotenv_file_wins() -> None:
    env = document(".env", "A=1\nA=2\n")
    assert env.get("A").value == "2"
    assert env.data == {"A": "2"}
    assert env.table("A") is None


def test_a_broken_file_raises_when_it_is_asked_and_not_before() -> None:
    broken = document("fly.toml", "a = \n")
    assert broken.span.start.line == 1
    assert isinstance(broken.error, DocumentError)
    with pytest.raises(DocumentError):
        broken.get("a")
