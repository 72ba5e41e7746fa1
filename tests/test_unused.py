"""Functions that nothing leads to: what is called only by unused code is unused itself."""

from __future__ import annotations

import textwrap

import pytest
from index_project import index_of

LIMITS = """
class Limiter:
    def check(self, name):
        return len(name)

class Other:
    def check(self, name):
        return name

def limited(function):
    limiter = Limiter()
    def inner(name):
        limiter.check(name)
        return function(name)
    return inner

def again(n):
    return again(n - 1)

class Base:
    def run(self):
        return self.step()
    def step(self):
        raise NotImplementedError

class Runner(Base):
    def step(self):
        return 1

def main():
    Other().check("a")
    Runner().run()

if __name__ == "__main__":
    main()
"""


def unused(extra: str = "") -> set[str]:
    index = index_of({"shop.py": textwrap.dedent(LIMITS) + textwrap.dedent(extra)})
    return {function.qualname for function in index.functions("shop.py") if function.is_unused}


def test_what_only_unused_code_calls_is_unused() -> None:
    assert unused() >= {"Limiter.check", "limited", "limited.inner", "again"}


def test_what_the_module_runs_is_used_with_all_that_it_may_call() -> None:
    assert unused().isdisjoint({"main", "Other.check", "Base.run", "Runner.step", "shop.py"})


@pytest.mark.parametrize(
    "extra",
    [
        "@limited\ndef page(name): return name",
        "limited(main)",
        "import threading\nthreading.Thread(target=limited).start()",
        "class Mine(Limiter): ...\ndef mine(it): return Mine().check(it)\nmine('a')",
    ],
)
def test_a_decoration_a_call_and_a_subclass_use_it(extra: str) -> None:
    assert "Limiter.check" not in unused(extra)


@pytest.mark.parametrize(
    ("decorator", "used"), [("register('a')", True), ("property", True), ("wraps(main)", False), ("lru_cache", False)]
)
def test_a_decorator_that_is_not_known_may_call_it(decorator: str, used: bool) -> None:
    assert ("alone" not in unused(f"@{decorator}\ndef alone(): return 1")) is used
