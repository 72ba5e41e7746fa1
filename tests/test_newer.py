"""Which Python a file needs, by the syntax in it; and files that are too strange to be looked at for that."""

from __future__ import annotations

import pytest

from atomlint.syntax.newer import LINKS, deepest_brackets, longest_chain, needed

OLD = (3, 9)


@pytest.mark.parametrize(
    ("code", "version"),
    [
        ("match x:\n    case 1: pass", "3.10"),
        ("try: pass\nexcept* A: pass", "3.11"),
        ("a[*b]", "3.11"),
        ("def f(*args: *T): pass", "3.11"),
        ("type X = int", "3.12"),
        ("def f[T](x): pass", "3.12"),
        ("class A[T]: pass", "3.12"),
        ("class A[T = int]: pass", "3.13"),
        ("t'{x}'", "3.14"),
        ("try: pass\nexcept A, B: pass", "3.14"),
        ("type X = int\nt'{x}'", "3.14"),
        ("try: pass\nexcept (A, B): pass", ""),
        ("x = 1", ""),
        ("x = = 1", ""),
        ("print 'x'", ""),
        ("try: pass\nexcept A, e:\n    print e", ""),
    ],
)
def test_the_newest_syntax_of_a_file_says_what_it_needs(code, version):
    assert needed(f"{code}\n", "invalid syntax", OLD) == version


def test_what_the_running_python_knows_is_not_needed():
    assert needed("type X = int\n", "invalid syntax", (3, 12)) == ""
    assert needed("type X = int\nt'{x}'\n", "invalid syntax", (3, 12)) == "3.14"
    assert needed("t'{x}'\n", "invalid syntax", (3, 14)) == ""
    assert needed("class A[T = int]: pass\n", "invalid syntax", (3, 12)) == "3.13"


def test_quotes_inside_of_an_f_string_are_known_by_the_message():
    assert needed("f'{d['a']}'\n", "f-string: unmatched '['", OLD) == "3.12"
    assert needed("f'{d['a']}'\n", "f-string: unmatched '['", (3, 12)) == ""


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        ("a + b\nc", 3), ("a, b, c", 1), ("(a.b, c.d)", 3), ("f(a, b).c(d, e).f", 5), ("a; b", 1), ("(a\n+ b\n+ c)", 5),
        ("'''a b c d''' + x", 3), ("# a b c d\nx", 1), ("'it\\'s a b' + x", 3), ("", 0),
    ],
)  # fmt: skip
def test_a_chain_is_what_stands_between_commas_line_ends_and_brackets(text, chain):
    assert longest_chain(text) == chain


def test_brackets_are_counted_as_deep_as_they_nest():
    assert [deepest_brackets(text) for text in ("", "()()", "([{}])", ")))(", "(((")] == [0, 1, 3, 1, 3]


@pytest.mark.parametrize("code", ["[" * 5000, "x = " + "a + " * LINKS + "1", "x = a" + ".b()" * LINKS, "#" * 2_000_001])
def test_what_the_parser_could_not_stand_is_not_given_to_it(code, monkeypatch):
    import libcst

    monkeypatch.setattr(libcst, "parse_module", lambda text: pytest.fail("it was"))
    assert needed(f"type X = int\n{code}\n", "invalid syntax", OLD) == ""
