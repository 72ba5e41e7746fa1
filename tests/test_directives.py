import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomlint.directives import parse
from atomlint.finding import Edit
from atomlint.source import Source
from atomlint.splice import apply


def directives(text, path="a.py"):
    return parse(Source(path, text.encode()))


def one(comment, path="a.py"):
    (directive,) = directives(f"x = 1  {comment}\n", path)
    return directive


def erased(text, path="a.py"):
    source = Source(path, text.encode())
    return apply(source, [Edit(d.erase, "") for d in parse(source)])


def test_a_directive_has_scope_ids_reason_and_places():
    source = Source("a.py", "é = 1  # atomlint: ignore[redis-per-request, tenant-x]  because é \n".encode())
    (directive,) = parse(source)
    assert (directive.path, directive.line, directive.scope) == ("a.py", 1, "statement")
    assert directive.ids == ("redis-per-request", "tenant-x")
    assert directive.reason == "because é"
    assert directive.problem is None
    assert [source.slice(span) for span in directive.id_spans] == ["redis-per-request", "tenant-x"]
    assert directive.lines == (1,)


def test_ignore_file_concerns_the_file():
    assert one("# atomlint: ignore-file[orm-duplicate-class]").scope == "file"


@pytest.mark.parametrize(
    "comment", ["# atomlint:ignore[a-b] why", "#atomlint: ignore[ a-b ] why", "#  atomlint:  ignore[a-b] -- why"]
)
def test_spaces_and_a_leading_dash_do_not_matter(comment):
    directive = one(comment)
    assert (directive.ids, directive.reason, directive.problem) == (("a-b",), "why", None)


def test_a_reason_of_dashes_is_none():
    assert one("# atomlint: ignore[a-b] --").reason == ""


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("# atomlint:", "it says nothing; write ignore[rule-id] or ignore-file[rule-id]"),
        ("# atomlint: [a-b]", "it says nothing"),
        ("# atomlint: ignroe[a-b]", "unknown directive 'ignroe'; did you mean 'ignore'?"),
        ("# atomlint: Ignore[a-b]", "unknown directive 'Ignore'; did you mean 'ignore'?"),
        ("# atomlint: ignorefile[a-b]", "did you mean 'ignore-file'?"),
        ("# atomlint: this file is odd", "unknown directive 'this'"),
        ("# atomlint: ignore", "the id of a rule is missing; write ignore[rule-id]"),
        ("# atomlint: ignore a-b", "the id of a rule is missing"),
        ("# atomlint: ignore-file", "the id of a rule is missing; write ignore-file[rule-id]"),
        ("# atomlint: ignore [a-b]", "no space may stand before '['"),
        ("# atomlint: ignore[a-b", "the closing ']' is missing"),
        ("# atomlint: ignore[]", "the id of a rule is empty"),
        ("# atomlint: ignore[a-b,]", "the id of a rule is empty"),
        ("# atomlint: ignore[a-b,,c-d]", "the id of a rule is empty"),
        ("# atomlint: ignore[*]", "'*' is no rule: every rule is named"),
        ("# atomlint: ignore[a-b, all]", "'all' is no rule: every rule is named"),
        ("# atomlint: ignore[redis]", "'redis' is no rule but at most a family; name the rule: ignore[redis-...]"),
        ("# atomlint: ignore[redis-*]", "'redis-*' is no id of a rule"),
        ("# atomlint: ignore[Redis-x]", "'Redis-x' is no id of a rule"),
        ("# atomlint: ignore[a-b]why", "a space must stand between ']' and the reason"),
    ],
)
def test_what_starts_like_a_directive_and_is_none_says_why(comment, said):
    directive = one(comment)
    assert said in (directive.problem or "")
    assert "\n" not in (directive.problem or "")


@pytest.mark.parametrize(
    "comment",
    [
        "# see atomlint: ignore[a-b] is how",
        '# write "# atomlint: ignore[a-b]" there',
        "# NOTE use # atomlint: ignore[a-b]",
        "# (atomlint: ignore[a-b])",
        "# atomlint is fine; its mark is atomlint:",
        "# Atomlint: a linter",
    ],
)
def test_a_comment_that_mentions_atomlint_in_prose_is_no_directive(comment):
    assert directives(f"y = b'atomlint:'\nx = 1  {comment}\n") == []


def test_a_directive_in_a_string_is_none():
    assert directives('x = "# atomlint: ignore[a-b]"\n') == []


def test_directives_stand_beside_the_pragmas_of_other_tools():
    text = "x = 1  # noqa: E501  # atomlint: ignore[a-b] see #5 # type: ignore # atomlint: ignore[c-d]\n"
    first, second = directives(text)
    assert (first.ids, first.reason, second.ids) == (("a-b",), "see #5", ("c-d",))
    assert first.span != second.span


def test_a_duplicate_id_counts_once():
    assert one("# atomlint: ignore[a-b, a-b]").ids == ("a-b",)


def test_a_comment_on_its_own_line_also_speaks_about_the_next_line_below_the_comments():
    first, second = directives("# atomlint: ignore[a-b]\n# why\n# atomlint: ignore[c-d]\nx = 1\n")
    assert first.lines == (1, 4)
    assert second.lines == (3, 4)


@pytest.mark.parametrize(
    ("path", "text", "left"),
    [
        ("a.py", "x = 1  # atomlint: ignore[a-b] why\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n"),
        ("a.py", "if x:\n    # atomlint: ignore[a-b]\n    y = 2\n", "if x:\n    y = 2\n"),
        ("a.py", "x = 1\n# atomlint: ignore[a-b]", "x = 1\n"),
        ("a.py", "x = 1  # noqa: E501  # atomlint: ignore[a-b] why\n", "x = 1  # noqa: E501\n"),
        ("a.py", "x = 1  # atomlint: ignore[a-b] why  # noqa: E501\n", "x = 1  # noqa: E501\n"),
        ("a.md", "# T\n<!-- atomlint: ignore[a-b]\n# 5 -->\nx <!-- atomlint: ignore[a-b] -->!\n", "# T\nx!\n"),
        ("fly.toml", "[env]  # atomlint: ignore[a-b]\n# atomlint: ignore[a-b]\nA = 1\n", "[env]\nA = 1\n"),
        (".env", "A=1 # atomlint: ignore[a-b]\n", "A=1\n"),
        ("Dockerfile", "RUN a \\\n# atomlint: ignore[a-b]\n  b\n", "RUN a \\\n  b\n"),
    ],
)
def test_erasing_a_directive_leaves_nothing_of_it_and_all_of_the_rest(path, text, left):
    assert erased(text, path) == left


@settings(max_examples=100)
@given(st.text(alphabet="ignore-fl[]*, ab#:\té", max_size=40))
def test_any_text_after_the_mark_gives_a_directive_with_ids_or_a_problem(text):
    for directive in directives(f"# atomlint:{text}\n"):
        assert directive.ids or directive.problem
        assert len(directive.ids) == len(directive.id_spans)
