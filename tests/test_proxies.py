"""Werkzeug's proxies: who reads one calls what it was made with."""

from __future__ import annotations

import pytest
from index_project import index_of

ORG = """
from werkzeug.local import LocalProxy

def find(): ...

def other(): ...

current_org = LocalProxy(find)
plain = object()
"""


def called(body: str, org: str = ORG) -> list[str]:
    """Names of the functions that a function with this body calls."""
    index = index_of({"org.py": org, "app.py": f"from org import current_org, plain\n\ndef view(x):\n    {body}\n"})
    (view,) = (function for function in index.functions("app.py") if function.name == "view")
    return [index.function(edge.target).name for edge in index.project.calls.edges(view.value)]


@pytest.mark.parametrize(
    "body",
    [
        "current_org._get_current_object()",
        "print(current_org.slug)",
        "slug = current_org.slug.lower()",
        "return current_org.slug",
        "return [current_org.slug, current_org.id]",
    ],
)
def test_an_attribute_of_a_proxy_calls_its_function_once(body: str) -> None:
    assert called(body) == ["find"]


@pytest.mark.parametrize("body", ["return current_org", "print(plain.slug)", "x.current_org.slug"])
def test_nothing_else_does(body: str) -> None:
    assert called(body) == []


def test_a_proxy_of_another_library_is_none() -> None:
    assert called("print(current_org.slug)", ORG.replace("werkzeug.local", "shop.local")) == []
