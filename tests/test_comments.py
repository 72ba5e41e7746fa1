import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomlint.comments import comments, scan
from atomlint.source import Source

MARK = "atomlint: x"


def texts(path, text):
    return [comment.text for comment in comments(Source(path, text.encode()))]


def state(path, text):
    found = scan(Source(path, text.encode()))
    return [comment.text for comment in found.comments], found.complete


def test_a_file_without_the_mark_is_not_scanned():
    assert state("a.py", "# a comment\n(((") == ([], True)


def test_python_comments_come_with_text_line_span_and_whether_they_stand_alone():
    source = Source("a.py", "\ufeffé = 1  #  atomlint: one \n    ## two\n".encode())
    one, two = comments(source)
    assert (one.text, one.line, one.own_line) == ("atomlint: one", 1, False)
    assert source.slice(one.span) == "#  atomlint: one "
    assert (two.text, two.line, two.own_line) == ("two", 2, True)
    assert source.slice(two.span) == "## two"


def test_a_hash_inside_a_python_string_is_no_comment():
    text = f"x = \"# {MARK}\"\ny = '''\n# {MARK}\n'''\nz = f\"{{x}} # {MARK}\"\n# real\n"
    assert texts("a.py", text) == ["real"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_end_ends_a_comment(ending):
    source = Source("a.py", ending.join([f"x = 1  # {MARK}", "\x0c# b", '"""', '# no"""', "# c"]).encode())
    assert [(c.text, c.line) for c in comments(source)] == [(MARK, 1), ("b", 2), ("c", 5)]
    assert [source.slice(c.span) for c in comments(source)] == [f"# {MARK}", "# b", "# c"]


@pytest.mark.parametrize(
    "broken", ['"""never closed', "x = (", "if x:\n        a\n    b", "x = 'open", "x = b'open \\\n# no"]
)
def test_what_stood_before_a_python_error_counts_and_the_failure_is_said(broken):
    found, complete = state("a.py", f"x = 1  # {MARK}\n{broken}\n")
    assert found[0] == MARK
    assert not complete


@pytest.mark.parametrize("stray", ["$", "?", "!", "‰", "\xa0", "`"])
def test_a_stray_character_hides_no_comment_behind_it(stray):
    assert state("a.py", f"x = 1 {stray} 2\n# {MARK}\n") == ([MARK], True)


def test_null_bytes_and_bytes_that_are_no_text_are_failures_not_exceptions():
    assert scan(Source("a.py", b"# atomlint: \xff")) == ((), False)
    assert not scan(Source("a.py", b"x = 1\0\n# atomlint: x\n")).complete


def test_toml_comments_are_not_those_in_strings():
    text = (
        f'a = "# {MARK}"  # one\nb = \'# \\\'  # two\nc = """\n# {MARK} \\""" "\n"""  # three\n'
        f"d = '''\n# ''''  # four\ne = [\n  1,  # five\n]\n\"f#\" = 1 # six"
    )
    assert state("fly.toml", text) == (["one", "two", "three", "four", "five", "six"], True)


def test_an_unterminated_toml_string_swallows_the_rest_and_says_so():
    assert state("a.toml", f'a = 1  # {MARK}\nb = """\n# two\n') == ([MARK], False)
    assert state("a.toml", f"a = 1  # {MARK}\nb = [\n# two\n") == ([MARK, "two"], False)


def test_dotenv_comments_stand_alone_or_after_white_space():
    text = (
        f'# {MARK}\nA=abc#def\nB=abc # two\nC=\'it # no\' # three\nD="a\\"#\n# no" # four\n'
        "export E=x # five\nF= # a value, to python-dotenv\nG=it's # six\n"
    )
    assert state(".env", text) == ([MARK, "two", "three", "four", "five", "six"], True)


def test_a_dotenv_quote_that_never_closes_is_said():
    assert state(".env.local", f"# {MARK}\nA='open # no\n# two\n") == ([MARK, "two"], False)


def test_dockerfile_comments_are_whole_lines_only():
    text = f"FROM x # {MARK}\n  # two\nRUN a \\\n# three\n  b # four\n"
    assert texts("Dockerfile", text) == ["two", "three"]
    assert texts("Procfile", f"# {MARK}\nweb: x # no\n") == [MARK]


def test_markdown_comments_stand_outside_fences_and_inline_code():
    text = (
        f"<!-- {MARK} -->\ntext <!-- two --> more <!-- three -->\n```html\n<!-- no -->\n``\n<!-- no -->\n````\n"
        "<!-- four -->\n- ~~~\n  <!-- no -->\n  ~~~\n``a ` <!-- no -->`` <!-- five -->\n<!--\nsix\n-->\n"
        "> ```\n> <!-- no -->\n> ```\n``` not ` a fence <!-- seven -->\n"
    )
    assert state("CLAUDE.md", text) == ([MARK, "two", "three", "four", "five", "six", "seven"], True)


def test_a_markdown_comment_knows_whether_it_stands_alone():
    found = list(comments(Source("a.md", f"  <!-- {MARK} -->\nx <!-- two -->\n<!-- three\n --> y\n".encode())))
    assert [(c.line, c.own_line) for c in found] == [(1, True), (2, False), (3, False)]


def test_an_unterminated_markdown_comment_or_fence_is_said():
    assert state("a.md", f"<!-- {MARK} -->\n<!-- open\n") == ([MARK], False)
    assert state("a.md", f"<!-- {MARK} -->\n```\n<!-- no -->\n") == ([MARK], False)


@pytest.mark.parametrize("path", ["a.yml", "a.ini", "a.conf", ".npmrc", "run.sh", ".envrc"])
def test_yaml_shell_and_ini_comments_stand_at_a_line_start_or_behind_white_space(path):
    text = f'# {MARK}\na: b # two\n\t# three\na: b#no\na: "x # no" # four\na: \'x # no\'  # five\na: b # "six\n'
    assert state(path, text) == ([MARK, "two", "three", "four", "five", '"six'], True)


def test_an_apostrophe_in_a_word_of_yaml_hides_no_comment():
    assert texts("a.yml", f"a: it's here # {MARK}\n") == [MARK]


@pytest.mark.parametrize(("path", "line"), [("a.yml", 'a: "open'), ("a.ini", "a = 'open"), ("run.sh", 'echo a"open')])
def test_a_quote_that_stays_open_hides_the_rest_of_its_line_only(path, line):
    assert texts(path, f"{line} # {MARK}\n# two\n") == ["two"]


def test_shell_knows_escaped_quotes_and_quotes_inside_words():
    assert texts("run.sh", f"echo it\\'s # {MARK}\nA=b'c # no'\necho \"a\\\" # no\" # three\n") == [MARK, "three"]


def test_only_directives_count_inside_a_fence():
    text = f"# {MARK}\n```sh\nA=b # {MARK}\n# {MARK}\n# a heading of the shell\nA='# {MARK}'\n```\nA=b # {MARK}\n"
    found = list(comments(Source("a.md", text.encode())))
    assert [(c.text, c.line, c.own_line) for c in found] == [(MARK, 3, False), (MARK, 4, True)]


def test_files_of_other_kinds_have_no_comments():
    assert state("a.js", f"# {MARK}") == ([], True)


PATHS = ["run.sh", "a.cfg", "a.py", "a.toml", ".env", "Dockerfile", "a.md", "a.yml", "a.bin"]


@settings(max_examples=100)
@given(st.sampled_from(PATHS), st.text(alphabet="\"'`#\\\n\r[]{}=<!-> ~aé\x0c\0", max_size=60))
def test_any_text_scans_without_an_exception_into_ordered_spans(path, text):
    source = Source.from_text(path, f"{text}# {MARK}")
    previous = 0
    for comment in scan(source).comments:
        start, end = source.offset(comment.span.start), source.offset(comment.span.end)
        assert previous <= start < end
        assert source.text.startswith(("<!--", "#") if path == "a.md" else "#", start)
        assert comment.text in source.text[start:end]
        previous = end
