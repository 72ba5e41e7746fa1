"""Markdown: headings, fences, comments."""

from __future__ import annotations

from textwrap import dedent

from hypothesis import given, settings
from hypothesis import strategies as st

from atomlint.source import Source
from atomlint.syntax.markdown import Markdown, read_markdown


def read(text: str) -> Markdown:
    return read_markdown(Source.from_text("CLAUDE.md", dedent(text).lstrip("\n")))


def test_headings_of_both_kinds_with_their_levels_and_lines() -> None:
    headings = read("# One #\n\nTwo\n---\n\ntext\n### Three\n#none\n\n---\n").headings
    assert [(h.level, h.text, h.span.start.line) for h in headings] == [(1, "One", 1), (2, "Two", 3), (3, "Three", 7)]


def test_a_fence_hides_what_looks_like_markup() -> None:
    text = """
        ```toml title
        # no heading
        <!-- no comment -->
        ```
        ~~~~
        ```
        ~~~~
        - list:
          ```Python
          x = 1
          ```
    """
    file = read(text)
    assert [(f.language, f.text) for f in file.fences] == [
        ("toml", "# no heading\n<!-- no comment -->\n"),
        ("", "```\n"),
        ("python", "  x = 1\n"),
    ]
    assert file.headings == ()
    assert file.comments == ()


def test_an_open_fence_runs_to_the_end() -> None:
    fence = read("a\n```\nx\n").fences[0]
    assert (fence.text, fence.span.start.line) == ("x\n\n", 2)


def test_comments_may_span_lines_and_code_holds_none() -> None:
    comments = read("a <!-- one\ntwo --> b\n`<!-- no -->`\n<!--x-->\n").comments
    assert [(c.text, c.span.start.line, c.span.end.line) for c in comments] == [("one\ntwo", 1, 2), ("x", 4, 4)]


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="#`~-=<!> ab\n\r", max_size=80))
def test_any_text_is_read_without_an_error(text: str) -> None:
    source = Source.from_text("x.md", text)
    file = read_markdown(source)
    for comment in file.comments:
        assert source.slice(comment.span).startswith("<!--")
