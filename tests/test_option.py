from __future__ import annotations

import math

import pytest

from atomlint.option import Option


@pytest.mark.parametrize(
    ("default", "name", "good", "bad"),
    [
        (True, "boolean", [False], [1, "true", None]),
        (300, "integer", [0, -5], [True, 1.0, "1"]),
        (0.5, "number", [2.5], [True, "1", math.nan, math.inf, 10**400]),
        ("redis", "string", ["", "x"], [1, ["x"]]),
        (["a"], "list of strings", [[], ["b", "c"]], ["a", [1], [True], {"a": 1}]),
    ],
)
def test_the_default_gives_the_type_and_the_type_checks_the_value(default, name, good, bad):
    option = Option("what", default, "doc")
    assert option.type_name == name
    assert [option.check(value) for value in good] == good
    for value in bad:
        with pytest.raises(ValueError, match=r"^must be "):
            option.check(value)


def test_an_integer_passes_for_a_number_and_becomes_one():
    checked = Option("ratio", 0.5, "doc").check(2)
    assert (checked, type(checked)) == (2.0, float)


def test_a_checked_list_is_not_the_default_itself():
    option = Option("names", ["a"], "doc")
    option.check(option.default).append("b")
    assert option.default == ["a"]


def test_a_value_below_the_minimum_says_the_minimum():
    with pytest.raises(ValueError, match=r"^must be at least 1$"):
        Option("budget", 60, "doc", minimum=1).check(0)


def test_a_value_that_is_no_choice_says_the_choices_and_the_nearest():
    option = Option("mode", ["read"], "doc", choices=("read", "write"))
    assert option.check(["write", "read"]) == ["write", "read"]
    with pytest.raises(ValueError, match=r"^must be one of read, write; did you mean 'write'\?$"):
        option.check(["wrte"])


def test_a_message_names_kinds_of_values_and_never_the_value():
    with pytest.raises(ValueError, match=r"^must be an integer, not a string$"):
        Option("budget", 60, "doc").check("hunter2hunter2")
    with pytest.raises(ValueError, match=r"but one item is an integer$"):
        Option("names", ["a"], "doc").check(["a", 123456])


@pytest.mark.parametrize(
    ("default", "more"), [(None, {}), ({}, {}), (0, {"minimum": 1}), ("x", {"choices": ("y",)}), ([1], {})]
)
def test_an_option_with_a_wrong_default_cannot_be_declared(default, more):
    with pytest.raises(ValueError, match=r"^option limit: "):
        Option("limit", default, "doc", **more)


def test_the_schema_of_an_option_says_all_that_its_check_does():
    assert Option("budget", 60, "Seconds.", minimum=1).json_schema() == {
        "type": "integer",
        "description": "Seconds.",
        "default": 60,
        "minimum": 1,
    }
    listed = Option("modes", ["read"], "Modes.", choices=("read", "write")).json_schema()
    assert listed["type"] == "array"
    assert listed["items"] == {"type": "string", "enum": ["read", "write"]}
