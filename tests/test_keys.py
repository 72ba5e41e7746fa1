"""Keys of commands: what is constant in them, and what varies."""

from __future__ import annotations

import textwrap

import pytest
from index_project import index_of

from atomlint.index.keys import KeyPattern, Part

SETUP = """
import redis

client = redis.Redis()
PREFIX = "session"


class Store:
    prefix = "store"

    def key(self, kind, name):
        return f"{self.prefix}:{kind}:{name}"

    def read(self, name):
        return client.get(self.key("page", name))
"""


def pattern(expression: str, before: str = "pass") -> str:
    text = f"{SETUP}\n\ndef f(user, other):\n{textwrap.indent(before, '    ')}\n    client.getex({expression})\n"
    index = index_of({"a.py": text})
    ((_, found),) = index.project.commands.named("getex")
    return found.text


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('"fixed"', "fixed"),
        ('f"user:{user.id}"', "user:{user.id}"),
        ('"user:" + str(user)', "user:{user}"),
        ('"user:%s:%d" % (user, 1)', "user:{...}:{...}"),
        ('"user:{}:{name}".format(user, name=other)', "user:{...}:{name}"),
        ('":".join(["user", user])', "user:{user}"),
        ('f"{PREFIX}:{user}"', "session:{user}"),
        ('f"user:{user}".encode()', "user:{user}"),
        ("user", "{user}"),
    ],
)
def test_a_key_is_read_from_its_expression(expression: str, expected: str) -> None:
    assert pattern(expression) == expected


def test_a_local_name_is_followed_and_one_with_two_values_is_not() -> None:
    assert pattern("key", 'key = f"a:{user}"') == "a:{user}"
    assert pattern("key", 'key = f"a:{user}"\nkey = f"b:{user}"') == "{key}"


def test_a_key_function_is_filled_with_its_arguments() -> None:
    index = index_of({"a.py": SETUP})
    ((_, found),) = index.project.commands.named("get")
    assert found.text == "store:page:{name}"


def of(*parts: str) -> KeyPattern:
    return KeyPattern(tuple(Part(part.strip("{}"), part[:1] == "{") for part in parts))


def test_patterns_meet_when_one_key_can_be_of_both() -> None:
    assert of("job:", "{id}", ":status").meets(of("job:", "{job_id}", ":status"))
    assert of("job:", "{id}", ":status").meets(of("job:", "{name}"))
    assert of("cache:page:7").meets(of("cache:page:", "{id}"))
    assert not of("job:", "{id}").meets(of("jobs:", "{id}"))
    assert not of("job:", "{id}", ":status").meets(of("job:", "{id}", ":data"))


def test_a_pattern_without_a_letter_meets_nothing() -> None:
    assert not of("{key}").meets(of("{key}"))
    assert not of("{a}", ":", "{b}").meets(of("job:", "{id}"))
