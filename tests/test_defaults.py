"""What an annotation promises is there where something gives it."""

from __future__ import annotations

import pytest
from index_project import index_of

CODE = """
import redis

class Limiter:
    def __init__(self, client: redis.Redis | None = None, *, spare: "redis.Redis | None" = None):
        self.client = client
        self.spare = spare

    def count(self):
        self.client.incr("hits")
        self.spare.incr("hits")

def make(parts, names):
    return MADE
"""


@pytest.mark.parametrize(
    ("made", "commands"),
    [
        ("Limiter()", 0),
        ("Limiter(redis.Redis())", 1),
        ("Limiter(client=redis.Redis())", 1),
        ("Limiter(spare=redis.Redis())", 1),
        ("Limiter(*parts)", 2),
        ("Limiter(**names)", 2),
        ("parts.Limiter()", 2),
        ("[Limiter(), parts.Limiter()]", 2),
    ],
)
def test_a_client_that_no_caller_gives_is_none(made: str, commands: int) -> None:
    index = index_of({"app.py": CODE.replace("MADE", made)})
    calls = index.project.linker.table("app.py").facts.calls
    found = [index.project.effects.remote("app.py", n) for n, call in enumerate(calls) if "incr" in str(call.callee)]
    assert sum(effect is not None for effect in found) == commands


def test_an_heir_may_hand_on_what_nobody_gives_its_base() -> None:
    heir = (
        "class Tight(Limiter):\n    def __init__(self):\n        super().__init__(redis.Redis(), spare=redis.Redis())\n"
    )
    index = index_of({"app.py": CODE.replace("MADE", "Limiter()") + heir})
    calls = index.project.linker.table("app.py").facts.calls
    found = [index.project.effects.remote("app.py", n) for n, call in enumerate(calls) if "incr" in str(call.callee)]
    assert all(effect is not None for effect in found)
