import pytest

from atomlint.source import Source
from atomlint.statements import statement_ranges, syntax_tree

PYTHON = '''\
@cached(
    ttl=1,
)
# a comment
@other
async def f(
    a: int = 1,  # type: ignore
    *,
    b=lambda: 3,
) -> dict[
    str, int
]:
    # about the next statement
    """Doc

    string"""
    x = call(
        1,
        # inside
        2,
    )
    if x: y(
        1)
    else:
        z()
    try:
        pass
    except (A,
            B) as e:
        pass
    finally:
        with a as b, \\
             c as d:
            pass
    match x:
        case [1,
              2] if y:
            pass
    return {
        "a": [i for i in
              range(3)],
    }
class A(Base,
        metaclass=M): x = 1
def g(a, b  # note: this
      , *args
      ): pass
for é, ö in "ü": pass

a = 1; b = (
    2)
'''


def range_of(start, text=PYTHON, path="a.py"):
    """The range of the first line that starts with a text."""
    lines = [line.strip() for line in text.split("\n")]
    return statement_ranges(Source(path, text.encode()))(
        next(i for i, line in enumerate(lines, 1) if line.startswith(start))
    )


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("ttl=1", (1, 12)),
        ("# a comment", (1, 12)),
        ("@other", (1, 12)),
        ("str, int", (1, 12)),
        ("# about", (13, 13)),
        ("string", (14, 16)),
        ("# inside", (17, 21)),
        ("1)", (22, 23)),
        ("else:", (24, 24)),
        ("z()", (25, 25)),
        ("try:", (26, 26)),
        ("B) as e", (28, 29)),
        ("finally:", (31, 31)),
        ("c as d", (32, 33)),
        ("match x", (35, 35)),
        ("2] if y", (36, 37)),
        ("range(3)", (39, 42)),
        ("metaclass", (43, 44)),
        ("def g", (45, 47)),
        ("for é", (48, 48)),
        ("a = 1; b", (50, 51)),
    ],
)
def test_a_line_belongs_to_its_simple_statement_or_header(start, expected):
    assert range_of(start) == expected


def test_blank_lines_and_lines_past_the_end_are_ranges_of_their_own():
    find = statement_ranges(Source("a.py", PYTHON.encode()))
    assert find(49) == (49, 49)
    assert find(999) == (999, 999)


@pytest.mark.parametrize("data", [b"x = (\n1\n", b"x = (\0\n1)\n", b"x = (\n'\xff')\n", b"x = " + b"(" * 5000])
def test_a_file_that_does_not_parse_has_lines_only(data):
    assert statement_ranges(Source("a.py", data))(1) == (1, 1)
    assert statement_ranges(Source("a.py", data))(2) == (2, 2)


def test_a_toml_value_over_several_lines_is_one_range():
    text = 'a = 1\nb = [\n  "x]", # ]\n  2,\n]\n[t]\nc = """\n\n"""\nd = { e = [\n1] }'
    find = statement_ranges(Source("fly.toml", text.encode()))
    assert [find(line) for line in range(1, 12)] == [
        (1, 1), (2, 5), (2, 5), (2, 5), (2, 5), (6, 6), (7, 9), (7, 9), (7, 9), (10, 11), (10, 11),
    ]  # fmt: skip


def test_a_toml_bracket_that_never_closes_joins_nothing():
    assert statement_ranges(Source("a.toml", b"a = [\n1\n"))(1) == (1, 1)


def test_a_quoted_dotenv_value_over_several_lines_is_one_range():
    find = statement_ranges(Source(".env", b'A=1\nB="x\ny"\nC=2\n'))
    assert [find(line) for line in (1, 2, 3, 4)] == [(1, 1), (2, 3), (2, 3), (4, 4)]


def test_a_dockerfile_instruction_is_one_range_with_its_continuations():
    find = statement_ranges(Source("Dockerfile", b"FROM x\nRUN a \\\n# c\n\n  b\nCMD y\n"))
    assert [find(line) for line in (1, 2, 3, 4, 5, 6)] == [(1, 1), (2, 5), (2, 5), (2, 5), (2, 5), (6, 6)]


def test_markdown_has_lines_only():
    assert statement_ranges(Source("a.md", b"<!-- a\n b -->\n"))(2) == (2, 2)


def test_parsing_prints_no_warning_about_the_code(recwarn):
    assert syntax_tree("x = '\\d'; 1 is 1") is not None
    assert not recwarn.list
