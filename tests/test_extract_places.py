"""Where facts stand, what moving lines changes, what does not parse, and what is not kept."""

from __future__ import annotations

import ast

import msgspec
import pytest

from atomlint.facts.extract import extract
from atomlint.facts.records import Spans

# --- places ------------------------------------------------------------------------------------------------------------


def test_places_are_lines_from_1_and_utf_8_columns_from_0():
    _, spans = extract("é = 1; f(\n  2)\n@d\nclass É: pass\nasync def g(): return 1\n")
    assert spans.calls == [1, 8, 2, 4]
    assert spans.scopes[5:] == [4, 0, 8, 3, 4, 5, 0, 11, 5, 5]
    assert spans.exits == [5, 15, 5, 23]


def test_units_are_top_level_statements_and_the_members_of_classes():
    code = "a()\n@d()\nclass A(\n    B\n):\n    x = b()\n    @e\n    def m(self):\n        c()\n"
    code += "if a:\n    class C:\n        y = 1\n"
    _, spans = extract(code)
    assert [(u.first_line, u.last_line, u.first_call, u.first_scope, u.owner) for u in spans.units] == [
        (1, 1, 0, 1, 0), (2, 9, 1, 1, 0), (6, 6, 2, 2, 1), (7, 9, 3, 2, 1), (10, 12, 4, 3, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["class A: x = f()", "class A: x = f(); y = g()", "class A(\n    B,\n    C): x = f()"])
def test_a_class_that_begins_its_body_on_its_own_line_is_one_unit(code):
    assert [unit.owner for unit in extract(code)[1].units] == [0]


def test_every_record_has_its_place():
    code = "import a, b\nx = y = f(lambda: 1)\nfor z in x: pass\ndef g(): return [w for w in (v := 1)]\n"
    code += "match x:\n  case u: pass\n"
    found, spans = extract(code)
    tables = [(found.calls, spans.calls, 4), (found.scopes, spans.scopes, 5), (found.assigns, spans.assigns, 4),
              (found.imports, spans.imports, 4), (found.exits, spans.exits, 4)]  # fmt: skip
    for records, places, width in tables:
        assert len(places) == width * len(records) > 0


def test_moving_a_line_changes_no_fact():
    before, after = (
        extract("x = f()\n\ndef g():\n    h()\n"),
        extract("\n\nx = f()  # so\n\ndef g():\n    # and\n    h()\n"),
    )
    assert before[0] == after[0]
    assert before[1] != after[1]


# --- wrong input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["x = = 1", "x = '\0'", "\ud800", "  x", "(" * 3000, "x = " + "a" + ".b()" * 200_000])
def test_what_does_not_parse_is_a_syntax_error(text):
    with pytest.raises(SyntaxError):
        extract(text)


def test_an_empty_file_has_one_scope():
    found, spans = extract("")
    assert [scope.kind for scope in found.scopes] == ["module"]
    assert spans == Spans([], [1, 0, 0, 1, 1], [], [], [])


def test_facts_can_be_written_whatever_a_string_holds():
    found, spans = extract("x = '\\ud800'\ny = {'a': '\\udcff'}\nz = f'{x}\\ud83d'\n")
    assert msgspec.msgpack.encode(found)
    assert msgspec.msgpack.encode(spans)


SECRET = "hunter2"


@pytest.mark.parametrize(
    "code",
    ["password = '{}'", "self.password: str = '{}'", "f(password='{}')", "f(password='{}', *a)", "x = {{'password': '{}'}}",
     "def f(password='{}'): pass", "os.getenv('PASSWORD', '{}')", "x = password == '{}'", "a, password = 1, '{}'"],
)  # fmt: skip
def test_what_a_name_gives_away_is_not_kept(code):
    found, _ = extract(code.format(SECRET))
    assert SECRET.encode() not in msgspec.msgpack.encode(found)
    assert b"***" in msgspec.msgpack.encode(found)
    ast.parse(code.format(SECRET))
