"""Where "ignore here" puts its comment, by kind of file and by what stands on the line already."""

from __future__ import annotations

import pytest

from atomlint.finding import Confidence, Finding, Position, Severity, Span
from atomlint.lsp.ignore import ignore_edit, ignore_file_edit
from atomlint.source import Source
from atomlint.splice import apply

RULE = "redis-per-request"
HERE = f"# atomlint: ignore[{RULE}]"


def finding(path: str, line: int, column: int = 1, rule: str = RULE) -> Finding:
    start = Position(line, column)
    return Finding(rule, Severity.WARNING, Confidence.HIGH, "found", Span(path, start, start))


def ignored(path: str, text: str, line: int) -> str | None:
    """The text after "ignore here" on a line, or None where nothing is offered."""
    source = Source.from_text(path, text)
    edit = ignore_edit(source, finding(path, line))
    return None if edit is None else apply(source, [edit])


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("x = 1\n", 1, f"x = 1  {HERE}\n"),
        ("x = 1", 1, f"x = 1  {HERE}"),
        ("x = 1  \r\ny = 2\r\n", 1, f"x = 1  {HERE}  \r\ny = 2\r\n"),
        ("x = call(\n    1,\n)\n", 1, f"x = call(\n    1,\n)  {HERE}\n"),
        ("x = call(\n    1,\n)\n", 2, f"x = call(\n    1,\n)  {HERE}\n"),
        ('x = """a\nb\nc"""\ny = 1\n', 2, f'x = """a\nb\nc"""  {HERE}\ny = 1\n'),
        ("x = 1 + \\\n    2\n", 1, f"x = 1 + \\\n    2  {HERE}\n"),
        ('x = """a\nb"""; y = """c\nd"""\n', 1, f'x = """a\nb"""; y = """c\nd"""  {HERE}\n'),
        ("if (\n    x\n):\n    y = 1\n", 1, f"if (\n    x\n):  {HERE}\n    y = 1\n"),
        ("@a\n@b\ndef f():\n    y = 1\n", 1, f"@a\n@b\ndef f():  {HERE}\n    y = 1\n"),
        ("class A:\n\tx = '🦊'\n", 2, f"class A:\n\tx = '🦊'  {HERE}\n"),
        ("x = '# no comment'\n", 1, f"x = '# no comment'  {HERE}\n"),
    ],
)
def test_python_takes_it_at_the_end_of_the_statement(text: str, line: int, expected: str) -> None:
    assert ignored("a.py", text, line) == expected


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# noqa: E501", f"# noqa: E501  {HERE}"),
        ("# type: ignore[arg-type]  # noqa", f"# type: ignore[arg-type]  # noqa  {HERE}"),
        ("# see the runbook", f"{HERE}  # see the runbook"),
        ("# type: ignore  # old clients", f"# type: ignore  {HERE}  # old clients"),
        ("#: documented", f"{HERE}  #: documented"),
        ("# atomlint: ignore[secret-hardcoded] why", f"# atomlint: ignore[secret-hardcoded, {RULE}] why"),
        ("# noqa  # atomlint: ignore[secret-hardcoded]", f"# noqa  # atomlint: ignore[secret-hardcoded, {RULE}]"),
        ("# atomlint: ignore secret-hardcoded", f"# atomlint: ignore secret-hardcoded  {HERE}"),
        (
            "# atomlint: ignore-file[secret-hardcoded] made up",
            f"# atomlint: ignore-file[secret-hardcoded] made up  {HERE}",
        ),
    ],
)
def test_a_comment_that_is_there_keeps_its_meaning(comment: str, expected: str) -> None:
    assert ignored("a.py", f"x = 1  {comment}\n", 1) == f"x = 1  {expected}\n"


def test_a_directive_on_its_own_line_above_gains_the_rule() -> None:
    text = "# atomlint: ignore[secret-hardcoded] why\nx = call(\n    1)\n"
    assert ignored("a.py", text, 3) == text.replace("]", f", {RULE}]", 1)


def test_a_directive_of_another_statement_is_left_alone() -> None:
    text = "x = 1  # atomlint: ignore[secret-hardcoded]\ny = 2\n"
    assert ignored("a.py", text, 2) == text.replace("y = 2", f"y = 2  {HERE}")


@pytest.mark.parametrize(
    ("path", "text", "line", "expected"),
    [
        ("fly.toml", 'app = "x"\n[env]\n', 2, f'app = "x"\n[env]  {HERE}\n'),
        ("fly.toml", 'x = """\na\n"""\n', 2, f'x = """\na\n"""  {HERE}\n'),
        ("fly.toml", "x = [\n  1, # one\n]\n", 2, f"x = [\n  1, # one\n]  {HERE}\n"),
        (".env", "A=1\nB=2\n", 2, f"A=1\n{HERE}\nB=2\n"),
        (".env", "A='x\ny'\n", 2, f"{HERE}\nA='x\ny'\n"),
        ("Dockerfile", "FROM x\nRUN a \\\n  b\n", 3, f"FROM x\n{HERE}\nRUN a \\\n  b\n"),
        ("ci.yml", "a:\r\n  b: 1\r\n", 2, f"a:\r\n  {HERE}\r\n  b: 1\r\n"),
        ("CLAUDE.md", "# Title\ntext\n", 2, f"# Title\ntext <!-- {HERE[2:]} -->\n"),
    ],
)
def test_documents_take_it_where_every_reader_of_them_sees_a_comment(
    path: str, text: str, line: int, expected: str
) -> None:
    assert ignored(path, text, line) == expected


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("ci.yml", "run: |\n  export A=1\n", 2),
        ("ci.yml", "steps:\n  - run: >-\n\n      a\n      b\n", 5),
        ("notes.md", "```\ncode\n```\n", 2),
        ("config.json", '{"a": 1}\n', 1),
        ("a.py", 'x = """a\nb\n', 1),
    ],
)
def test_nothing_is_offered_where_no_comment_can_stand(path: str, text: str, line: int) -> None:
    assert ignored(path, text, line) is None


def test_what_the_engine_says_itself_is_not_ignored_by_a_line() -> None:
    source = Source.from_text("a.py", "x = 1\n")
    assert ignore_edit(source, finding("a.py", 1, rule="atomlint-unused-suppression")) is None


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("notes.md", "```\ncode\n```\n", f"```\ncode\n```\n<!-- atomlint: ignore-file[{RULE}] -->\n"),
        ("ci.yml", "run: |\n  export A=1", f"run: |\n  export A=1\n# atomlint: ignore-file[{RULE}]\n"),
        ("config.json", "{}\n", None),
        ("notes.md", "```\nnever closed\n", None),
    ],
)
def test_a_whole_file_is_ignored_by_a_comment_at_its_end(path: str, text: str, expected: str | None) -> None:
    source = Source.from_text(path, text)
    edit = ignore_file_edit(source, finding(path, 2))
    assert (None if edit is None else apply(source, [edit])) == expected
