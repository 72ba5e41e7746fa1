from __future__ import annotations

from atomlint.declare import Rule
from atomlint.option import Option
from atomlint.pages import fenced, page

DOC = """Something is wrong.

## Why
It costs.

## Bad
    x = 1

## Good
Leave it out.

## Limits
None known.
"""
OPTIONS = (Option("names", ["a b"], "what to look for"), Option("strict", False, "whether to insist"))


def rule(doc: str = DOC, **more) -> Rule:
    return Rule(id="x-y", nominate=lambda _: False, subject="Call", doc=doc, since="0.1", **more)


def test_a_page_has_the_docstrings_sections_in_their_order():
    text = page(rule())
    assert text.startswith("# x-y\n\nSomething is wrong.\n\n| | |\n")
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Why",
        "## Bad",
        "## Good",
        "## Limits",
    ]
    assert "```python\nx = 1\n```" in text
    assert "Leave it out.\n" in text
    assert text.endswith("None known.\n")


def test_options_are_shown_as_toml_writes_them_also_without_a_section_of_their_own():
    text = page(rule(options=OPTIONS))
    assert "## Configuration\n\nIn `[tool.atomlint.rules.x-y]`:" in text
    assert '| `names` | list of strings | `["a b"]` | what to look for |' in text
    assert "| `strict` | boolean | `false` | whether to insist |" in text
    said = page(rule(DOC + "\n## Configuration\nRarely needed.\n", options=OPTIONS))
    assert said.count("## Configuration") == 1
    assert "Rarely needed.\n\nIn `[tool.atomlint.rules.x-y]`:" in said


def test_an_example_of_several_files_has_a_block_for_each():
    body = '    import os\n\n--- fly.toml\n    app = "a"\n'.replace("---", "    ---")
    assert fenced(body) == '```python\nimport os\n```\n\n`fly.toml`:\n\n```toml\napp = "a"\n```'
    assert fenced("    --- a/b.py\n    x = 1").startswith("`a/b.py`:\n\n```python\nx = 1\n```")
    assert fenced("    --- Procfile\n    web: x") == "`Procfile`:\n\n```text\nweb: x\n```"
