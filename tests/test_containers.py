"""Containers of the process, what is done to them, and how long they live."""

from __future__ import annotations

import pytest
from index_project import index_of


def uses_of(code: str, name: str = "cache") -> list[str]:
    """The kinds of uses of the only container of a name."""
    index = index_of({"app.py": code})
    (container,) = [c for c in index.containers.all if c.name == name]
    return sorted(use.kind for use in index.containers.uses(container))


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        ("{}", "dict"),
        ("dict()", "dict"),
        ("defaultdict(list)", "dict"),
        ("[]", "list"),
        ("set()", "set"),
        ("TTLCache(10, 60)", "ttl"),
        ("LRUCache(10)", "lru"),
        ("deque(maxlen=3)", "lru"),
        ("deque()", "list"),
        ("WeakKeyDictionary()", "weak"),
    ],
)
def test_a_container_is_known_by_how_it_is_made(made: str, kind: str) -> None:
    index = index_of({"app.py": f"cache = {made}\n"})
    assert [(c.name, c.kind) for c in index.containers.all] == [("cache", kind)]


@pytest.mark.parametrize("code", ["cache = None\n", "cache = load()\n", "def f():\n    cache = {}\n"])
def test_locals_and_other_values_are_no_containers(code: str) -> None:
    assert index_of({"app.py": code}).containers.all == ()


def test_a_class_of_the_project_with_the_name_of_a_library_is_no_container() -> None:
    assert index_of({"app.py": "class TTLCache: ...\ncache = TTLCache()\n"}).containers.all == ()


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("cache[k] = 1", "store"),
        ("cache[k] += 1", "store"),
        ("cache.setdefault(k, 1)", "store"),
        ("cache.update({k: 1})", "store"),
        ("cache[k].append(1)", "grow"),
        ("cache[k][0] = 1", "grow"),
        ("cache[k].remove(1)", "shrink"),
        ("del cache[k]", "remove"),
        ("cache.pop(k)", "remove"),
        ("task.add_done_callback(cache.discard)", "remove"),
        ("cache.clear()", "clear"),
        ("cache.get(k)", "read"),
        ("print(cache)", "read"),
        ("len(cache)", "size"),
        ("sweep(cache)", "escape"),
        ("return cache", "escape"),
        ("mine = cache", "escape"),
    ],
)
def test_uses_are_told_apart(statement: str, kind: str) -> None:
    assert uses_of(f"cache = {{}}\n\ndef f(k, task):\n    {statement}\n") == [kind]


def test_setting_a_global_anew_clears_it() -> None:
    assert uses_of("cache = {}\n\ndef f():\n    global cache\n    cache = {}\n") == ["clear"]


def test_uses_in_other_modules_count() -> None:
    index = index_of({
        "a.py": "cache = {}\n",
        "b.py": "from a import cache\n\ndef f(k):\n    cache[k] = 1\n",
        "c.py": "import a\n\ndef f(k):\n    a.cache.pop(k)\n",
    })  # fmt: skip
    (container,) = index.containers.all
    assert [(use.path, use.kind) for use in index.containers.uses(container)] == [("b.py", "store"), ("c.py", "remove")]


def test_what_an_unknown_object_may_drop_counts_and_what_it_may_store_does_not() -> None:
    code = """
        class Service:
            def __init__(self):
                self.cache = {}

        def f(service, k):
            service.cache[k] = 1

        def g(service, k):
            service.cache.pop(k)
    """
    assert uses_of(code) == ["remove"]


@pytest.mark.parametrize(
    ("rest", "lives"),
    [
        ("service = Service()", True),
        ("def f():\n    global service\n    service = Service()", True),
        ("def f():\n    return Service()", False),
        ("@lru_cache\ndef f():\n    return Service()", True),
        ("def f(app):\n    app.state.service = Service()", True),
        ("class Outer:\n    def __init__(self):\n        self.inner = Service()\n\nouter = Outer()", True),
        ("class Outer:\n    def __init__(self):\n        self.inner = Service()\n\ndef f():\n    Outer()", False),
        ("service = Service()\n\ndef f():\n    return Service()", False),
        ("", False),
    ],
)
def test_an_attribute_lives_as_long_as_every_instance_of_its_class(rest: str, lives: bool) -> None:
    index = index_of({"app.py": f"class Service:\n    def __init__(self):\n        self.cache = {{}}\n\n{rest}\n"})
    (container,) = [c for c in index.containers.all if c.name == "cache"]
    assert index.containers.outlives(container) is lives


@pytest.mark.parametrize(("base", "shared"), [("", True), ("(BaseModel)", False)])
def test_a_class_body_is_shared_unless_a_library_copies_it(base: str, shared: bool) -> None:
    index = index_of({"app.py": f"from pydantic import BaseModel\n\nclass A{base}:\n    cache = {{}}\n"})
    (container,) = index.containers.all
    assert index.containers.outlives(container) is shared
