"""The repair of a missing mode variable: one line in the file's own style, valid wherever it is put."""

from __future__ import annotations

import pytest
from atomlint_rules.fly.mode_variable_missing import insertion

from atomlint.document import Document
from atomlint.source import Source
from atomlint.toml import loads


def repaired(text: str) -> str | None:
    source = Source.from_text("fly.toml", text)
    edit = insertion(Document("fly.toml", "fly", source), "ENVIRONMENT", "production")
    if edit is None:
        return None
    start, end = source.offset(edit.span.start), source.offset(edit.span.end)
    return source.text[:start] + edit.text + source.text[end:]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[env]\n  A = 'x'\n", "[env]\n  ENVIRONMENT = 'production'\n  A = 'x'\n"),
        ('[env]  # why\nA = "x"\n', '[env]  # why\nENVIRONMENT = "production"\nA = "x"\n'),
        ('[env]\r\n\tA = "x"\r\n', '[env]\r\n\tENVIRONMENT = "production"\r\n\tA = "x"\r\n'),
        ("app = 'a'\n[env]", "app = 'a'\n[env]\n  ENVIRONMENT = 'production'"),
        ("app = 'a'", "app = 'a'\n\n[env]\n  ENVIRONMENT = 'production'\n"),
        ("app = 'a'\n", "app = 'a'\n\n[env]\n  ENVIRONMENT = 'production'\n"),
        ("[env]\n# none yet\n\n[http_service]\nport = 1\n",
         '[env]\n  ENVIRONMENT = "production"\n# none yet\n\n[http_service]\nport = 1\n'),
    ],
)  # fmt: skip
def test_the_variable_becomes_the_first_line_of_the_table(before: str, after: str) -> None:
    assert repaired(before) == after
    assert loads(after)["env"]["ENVIRONMENT"] == "production"


@pytest.mark.parametrize("text", ["env.A = 'x'\n", "env = { A = 'x' }\n", "[[env]]\nA = 'x'\n"])
def test_other_ways_to_write_the_table_are_left_to_the_author(text: str) -> None:
    assert repaired(text) is None
