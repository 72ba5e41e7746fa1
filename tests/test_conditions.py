"""Tests taken apart: negations pushed inward, names and small helpers seen through."""

from __future__ import annotations

import textwrap

import pytest
from index_project import index_of

from atomlint.index.bodies import Bodies, outlives
from atomlint.index.conditions import Joined, Leaf, availability, describe, leaves, short, tree


def taken_apart(test: str, before: str = "", helpers: str = ""):
    """The tree of the last ``if`` of a method."""
    body = textwrap.indent(f"{before}\nif {test}:\n    mark()", " " * 8)
    code = f"class A:\n    def f(self, a, b, c, now):\n{body}\n{helpers}"
    index = index_of({"app.py": code})
    linker = index.project.linker
    table = linker.table("app.py")
    call = max(n for n, record in enumerate(table.facts.calls) if record.callee == "mark")
    frame = table.facts.calls[call].frame
    bodies = Bodies(linker)
    scope = table.facts.calls[call].scope
    return tree(bodies, Leaf(bodies.of(table, scope), table.facts.frames[frame].test, True, call, frame))


def text(node) -> str:
    """A tree as text, ``!`` before leaves that must not hold."""
    if isinstance(node, Joined):
        return f"({f' {node.kind} '.join(text(part) for part in node.parts)})"
    return ("" if node.positive else "!") + describe(node.expr, node.body.table)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("a and not b", "(a and !b)"),
        ("not (a and b)", "(!a or !b)"),
        ("not (a or b)", "(!a and !b)"),
        ("not (a < 3)", "a >= 3"),
        ("not (a in b)", "a not in b"),
        ("not (a is None or b == 2)", "(a is not None and b != 2)"),
        ("not (a < b < c)", "!a < b"),
        ("bool(a)", "a"),
        ("a or (b and (not c))", "(a or (b and !c))"),
    ],
)
def test_negations_end_at_the_leaves(test, expected):
    assert text(taken_apart(test)) == expected


def test_a_local_name_for_a_test_is_seen_through_and_one_for_a_value_is_not():
    assert (
        text(taken_apart("due and a", before="due = now - self.last > 3 or b")) == "((now - self.last > 3 or b) and a)"
    )
    assert text(taken_apart("due", before="due = self.compute()")) == "due"
    assert text(taken_apart("due", before="due = a > 1\nif b:\n    due = a > 2")) == "due"


def test_a_helper_that_only_answers_is_seen_through():
    helpers = (
        "    def due(self, now):\n        if not self.on:\n            return False\n        return now > self.next\n"
    )
    assert text(taken_apart("self.due(now)", helpers=helpers)) == "(self.on and now > self.next)"
    assert text(taken_apart("not self.due(now)", helpers=helpers)) == "(!self.on or now <= self.next)"


def test_a_helper_that_does_more_than_answer_is_not():
    helpers = "    def due(self, now):\n        return self.ask(now)\n"
    assert [leaf.positive for leaf in leaves(taken_apart("not self.due(now)", helpers=helpers))] == [False]


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (["sub", "local", "'day_count"], "day_count"),
        ("self.day_count", "day_count"),
        (["sub", "counts", "key"], "counts"),
        ([".", ["sub", "a", "b"], "count"], "count"),
        ("@3", "it"),
    ],
)
def test_the_short_name_of_a_counter_is_what_a_reader_calls_it(expr, expected):
    assert short(expr) == expected


@pytest.mark.parametrize(
    ("test", "asks"),
    [("self.client", True), (["and", "redis", "self.enabled"], True), (["not", "self._pool"], True), ("user", False)],
)
def test_a_test_may_only_ask_whether_a_client_is_there(test, asks):
    assert availability(test) is asks


@pytest.mark.parametrize(
    ("slot", "kept"),
    [
        (".cache", True), ("app.py:cache", True), ("~cache", False), ("$cache", False), ("$service.cache", True),
        ("$request.state.cache", False), ("$request.app.state.cache", True), ("flask.g.cache", False), (None, False),
    ],
)  # fmt: skip
def test_what_is_still_there_at_the_next_request(slot, kept):
    assert outlives(slot) is kept
