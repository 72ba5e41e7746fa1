"""Decorators that choose a wrapper by what they are given."""

from __future__ import annotations

import pytest
from index_project import index_of

from atomlint.index.value import Value

DECORATED = """
import asyncio
import inspect
from typing import cast

def traced(function):
    async def awaiting(*args):
        return await function(*args)

    def calling(*args):
        return function(*args)

    {choice}

@traced
async def fetch():
    pass

@traced
def work():
    pass
"""


def wrappers(code: str, name: str) -> list[str]:
    """The functions that decorators put around one of the file's functions, the outermost first."""
    index = index_of({"app.py": code})
    table = index.project.linker.table("app.py")
    (scope,) = [n for n, record in enumerate(table.facts.scopes) if record.name == name and not record.parent]
    layers = index.project.calls.layers(Value("def", "app.py", scope))
    return [index.function(wrapper).name for layer in layers for wrapper in layer.wrappers]


@pytest.mark.parametrize(
    "choice",
    [
        "return awaiting if asyncio.iscoroutinefunction(function) else calling",
        "return calling if not inspect.iscoroutinefunction(function) else awaiting",
        "return awaiting if inspect.iscoroutinefunction(function) and function else calling",
        "is_async = inspect.iscoroutinefunction(function)\n    return awaiting if is_async else calling",
        "if inspect.iscoroutinefunction(function):\n        return cast(F, awaiting)\n    return cast(F, calling)",
        "if inspect.iscoroutinefunction(function):\n        return awaiting\n    else:\n        return calling",
    ],
)
def test_a_plain_function_has_the_wrapper_for_plain_functions(choice):
    assert wrappers(DECORATED.format(choice=choice), "work") == ["calling"]


@pytest.mark.parametrize(
    "choice",
    [
        "return awaiting if asyncio.iscoroutinefunction(function) else calling",
        "return awaiting if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function) else calling",
        "if not inspect.iscoroutinefunction(function):\n        return calling\n    return awaiting",
        "if inspect.isgeneratorfunction(function):\n        return calling\n    return awaiting",
    ],
)
def test_a_coroutine_function_has_the_wrapper_for_coroutine_functions(choice):
    assert wrappers(DECORATED.format(choice=choice), "fetch") == ["awaiting"]


@pytest.mark.parametrize(
    "choice",
    [
        "return awaiting if function.is_async else calling",
        "return awaiting if inspect.iscoroutinefunction(other) else calling",
        "return awaiting if inspect.iscoroutinefunction(function) and function.traced else calling",
        "wanted = not wanted\n    return awaiting if wanted else calling",
        "asked = inspect.iscoroutinefunction(function)\n    asked = FORCED\n    return awaiting if asked else calling",
    ],
)
def test_both_wrappers_are_possible_where_something_else_is_asked(choice):
    assert sorted(wrappers(DECORATED.format(choice=choice), "fetch")) == ["awaiting", "calling"]


def test_a_decorator_that_turns_a_function_into_another_kind_leaves_both():
    code = DECORATED.format(choice="return awaiting if inspect.iscoroutinefunction(function) else calling")
    code = f"from asgiref.sync import sync_to_async\n{code}".replace(
        "@traced\ndef work", "@traced\n@sync_to_async\ndef work"
    )
    assert sorted(wrappers(code, "work")) == ["awaiting", "calling"]
