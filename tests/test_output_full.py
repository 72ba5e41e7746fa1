"""The ``full`` format, as it is read."""

from __future__ import annotations

import pytest
from output_examples import CACHE, FILES, GET, KNOWN, SILENCED, everything, finding, located, rendered, report, span

from atomlint.finding import Note, Span

ALL = """\
redis-per-request  error (high confidence)  Redis GET on every request
 --> app/cache.py:8:22
  |
3 | client = redis.Redis()
  |          ------------- the client
...
7 |     async def get(self, key: str) -> bytes | None:
8 |         return await client.get(key)
  |                      ^^^^^^^^^^^^^^^
  |
 --> app/app.py:8:1
  |
8 | @app.get("/items")
  | ------------------ each request enters here
9 | async def items(request: Request) -> list[str]:
  |
  = call path:
      1. app/app.py:9  request handler `items`
           async def items(request: Request) -> list[str]:
      2. app/app.py:10  calls `Cache.get`
           return await Cache().get("items")
      3. app/cache.py:8  Redis GET
           return await client.get(key)
  = why: Each request pays a round trip, e.g. 733K an hour.
  = help: Keep the value in memory for a while.
  = fix (unsafe): Cache the value
  = see: https://example.com/rules/redis-per-request or `atomlint explain redis-per-request`

fly-mode-variable-missing  warning (medium confidence)  ENVIRONMENT is not set
 --> fly.toml:1:1
  |
1 | app = "shop"
  | ^^^^^
  |
  = see: `atomlint explain fly-mode-variable-missing`

error (config): pyproject.toml: unknown key `tool.atomlint.selekt`
error (path): app/gone.py: no such file
Found 2 findings (1 fails) in 41 files; 40 read, 12 parsed, 1 out of reach; 3 calls unresolved, 2 hidden by confidence \
(--confidence low shows them), 1 suppressed, 1 baselined; 9 rules ran.
2 errors: what they name was not looked at, so this run is incomplete.
"""


def framed(text: str | bytes, primary: Span, *related: tuple[Span, str], path: str = "a.py", **options) -> str:
    """What stands between the header and ``= see``."""
    one = finding(primary, related=tuple(Note(where, label) for where, label in related))
    output = rendered("full", report(one, files={path: text}, rules={}), **options)
    return output.split("\n", 1)[1].split("\n  = see")[0].split("\n   = see")[0] + "\n"


def at(text: str, what: str, nth: int = 0) -> Span:
    return located("a.py", text, what, nth)


def test_a_whole_report():
    assert rendered("full", everything()) == ALL


def test_suppressed_and_baselined_findings_say_so_when_shown():
    output = rendered("full", report(KNOWN, SILENCED, files=FILES), show_suppressed=True)
    assert "  = note: baselined\n" in output
    assert "  = note: suppressed: one worker only (by the comment at app/cache.py:3)\n" in output
    assert output.splitlines()[-1].startswith("No findings in 41 files")


def test_verbose_adds_the_symbol_and_the_fingerprint():
    of = report(GET, files=FILES)
    assert "  = in: app.cache.Cache.get\n  = fingerprint: f00d\n" in rendered("full", of, verbose=1)
    assert "fingerprint" not in rendered("full", of)


CALL = """\
import x


def f():
    with lock(
        key,
        1,
    ):
        pass
"""


def test_a_span_over_several_lines_runs_down_a_bar():
    inner = "lock(\n        key,\n        1,\n    )"
    assert (
        framed(CALL, at(CALL, inner), (at(CALL, "key"), "the key"))
        == """\
 --> a.py:5:10
  |
4 |   def f():
5 |       with lock(
  |  __________^
6 | |         key,
  | |         --- the key
7 | |         1,
8 | |     ):
  | |_____^
9 |           pass
  |
"""
    )


def test_a_span_over_several_lines_that_starts_its_line_has_a_corner():
    whole = "with lock(\n        key,\n        1,\n    )"
    assert (
        framed(CALL, at(CALL, whole))
        == """\
 --> a.py:5:5
  |
4 |   def f():
5 | /     with lock(
6 | |         key,
7 | |         1,
8 | |     ):
  | |_____^
9 |           pass
  |
"""
    )


def test_a_tall_span_is_shortened_and_a_tall_related_one_says_where_it_ends():
    text = "x = (\n" + "".join(f"    {n},\n" for n in range(20)) + ")\nend\n"
    assert (
        framed(text, at(text, text[:-5]), (at(text, "    10,\n    11,"), "these"))
        == """\
  --> a.py:1:1
   |
 1 | / x = (
 2 | |     0,
 3 | |     1,
 4 | |     2,
...
11 | |     9,
12 | |     10,
   | | ------- these (to line 13)
13 | |     11,
...
21 | |     19,
22 | | )
   | |_^
23 |   end
   |
"""
    )


def test_tabs_and_wide_characters_keep_underlines_in_place():
    text = '\tif a:\n\t\tb = "鍵鍵" + call(x)\tand y\u0301\n'
    assert (
        framed(text, at(text, "call(x)"), (at(text, "y"), "y"), (at(text, "鍵鍵"), "keys"))
        == """\
 --> a.py:2:14
  |
1 |     if a:
2 |         b = "鍵鍵" + call(x)    and y\u0301
  |                      ^^^^^^^
  |              ---- keys
  |                                     - y
  |
"""
    )


def test_a_long_line_is_clipped_around_the_span():
    text = "x = [" + ", ".join(f'"item{n}"' for n in range(100)) + "]\nshort\n"
    assert (
        framed(text, at(text, '"item50"'))
        == """\
 --> a.py:1:496
  |
1 | ..."item47", "item48", "item49", "item50", "item51", "item52", "item53", "item54", "item55", "item56", "item57...
  |                                  ^^^^^^^^
2 | short
  |
"""
    )
    assert framed(text, at(text, text[4:-7])).splitlines()[3].endswith("^" * 100)


@pytest.mark.parametrize("nth", [0, 5_000, 99_999])
def test_no_line_of_a_minified_file_is_long(nth):
    text = "a=1;" * 100_000
    lines = framed(text, span("a.py", 1, nth * 4 + 1, 1, nth * 4 + 2))
    assert max(map(len, lines.splitlines())) < 125
    code, marks = lines.splitlines()[2:4]
    assert code[marks.index("^")] == "a"


def test_control_characters_are_shown_as_escapes_and_lines_end_as_python_ends_them():
    assert (
        framed("a\r\nb\x0cc\x1b[31m\rd", span("a.py", 2, 3, 2, 4))
        == """\
 --> a.py:2:3
  |
1 | a
2 | b\\x0cc\\x1b[31m
  |      ^
3 | d
  |
"""
    )


def test_an_empty_span_has_one_caret():
    assert framed("a", span("a.py", 1, 2, 1, 2)) == " --> a.py:1:2\n  |\n1 | a\n  |  ^\n  |\n"
    assert framed("", span("a.py", 1, 1, 1, 1)) == " --> a.py:1:1\n  |\n1 |\n  | ^\n  |\n"


def test_a_span_that_ends_with_its_line_end_stays_on_its_line():
    assert framed("ab\ncd\n", span("a.py", 1, 1, 2, 1)) == " --> a.py:1:1\n  |\n1 | ab\n  | ^^\n2 | cd\n  |\n"


@pytest.mark.parametrize("files", [{}, {"a.py": b"\xff\xfe"}, {"a.py": "one line"}])
def test_a_file_that_vanished_shrank_or_cannot_be_decoded_has_no_frame(files):
    one = finding(span("a.py", 7, 2, 7, 4), related=(Note(span("b.py", 1, 1, 1, 2), "gone too"),))
    assert rendered("full", report(one, files=files, rules={})).splitlines()[1:4] == [
        " --> a.py:7:2",
        " --> b.py:1:1  gone too",
        "  = see: `atomlint explain redis-per-request`",
    ]


def test_a_stale_related_place_does_not_hide_the_primary_one():
    assert framed("a = 1\n", span("a.py", 1, 1, 1, 2), (span("a.py", 9, 1, 9, 2), "gone")) == (
        "  --> a.py:1:1\n   |\n 1 | a = 1\n   | ^\n   |\n  --> a.py:9:1  gone\n"
    )


def test_related_places_far_away_have_frames_of_their_own():
    text = "\n".join(f"line{n} = {n}" for n in range(1, 60))
    assert (
        framed(text, at(text, "line9 "), (at(text, "line50"), "far"), (at(text, "line20"), "near"))
        == """\
  --> a.py:9:1
   |
 8 | line8 = 8
 9 | line9 = 9
   | ^^^^^^
10 | line10 = 10
...
19 | line19 = 19
20 | line20 = 20
   | ------ near
21 | line21 = 21
   |
  --> a.py:50:1
   |
49 | line49 = 49
50 | line50 = 50
   | ------ far
51 | line51 = 51
   |
"""
    )


def test_many_related_places_are_counted_unless_verbose():
    related = tuple(Note(span(f"a{n}.py", 1, 1, 1, 2), f"place {n}") for n in range(6))
    of = report(finding(span("app/cache.py", 1, 1, 1, 7), related=related), files={"app/cache.py": CACHE})
    short, long = rendered("full", of), rendered("full", of, verbose=1)
    assert "place 2\n  = note: 3 more related places (-v shows all)\n" in short
    assert "place 5" in long
    assert "more related" not in long


@pytest.mark.parametrize("where", [(3, 1, 1, 2), (0, 0, 0, 0), (1, 0, 1, 0), (1, 9, 1, 3), (1, 900, 1, 950)])
def test_a_span_that_no_rule_should_report_still_renders(where):
    assert framed("a = 1\nb\nc\n", span("a.py", *where)).startswith(f" --> a.py:{where[0]}:{where[1]}\n")
