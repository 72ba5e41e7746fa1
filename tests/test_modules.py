"""Which file an import names, whatever directory the project is started from."""

from __future__ import annotations

import pytest

from atomlint.facts.records import Import
from atomlint.index.modules import Modules, ancestors

FILES = [
    "app.py", "setup.py",
    "backend/__init__.py", "backend/main.py", "backend/core/__init__.py", "backend/core/cache.py", "backend/core/redis.py",
    "backend/core/app.py", "backend/api/routes.py", "backend/api/core/deps.py", "libs/shared/util.py", "libs/shared/deep/x.py",
]  # fmt: skip


def absolute(importer: str, name: str, **options) -> str | None:
    return Modules(FILES, **options).absolute(importer, name)


@pytest.mark.parametrize(
    ("importer", "name", "file"),
    [
        ("app.py", "backend.core.cache", "backend/core/cache.py"),
        ("app.py", "backend", "backend/__init__.py"),
        ("app.py", "backend.core", "backend/core/__init__.py"),
        ("app.py", "backend.api", "backend/api"),
        ("app.py", "backend.api.routes", "backend/api/routes.py"),
        ("backend/main.py", "core.cache", "backend/core/cache.py"),
        ("backend/core/cache.py", "core.app", "backend/core/app.py"),
        ("backend/core/cache.py", "setup", "setup.py"),
        ("libs/shared/deep/x.py", "util", "libs/shared/util.py"),
        ("app.py", "backend.nothing", None),
        ("app.py", "fastapi", None),
        ("app.py", "core.cache", None),
    ],
)
def test_an_absolute_import_counts_from_the_directories_above_the_importing_file(importer, name, file):
    assert absolute(importer, name) == file


def test_the_nearest_directory_that_has_the_module_wins():
    assert absolute("backend/api/routes.py", "core.deps") == "backend/api/core/deps.py"
    assert absolute("backend/api/routes.py", "core.cache") == "backend/core/cache.py", "the nearest one lacks it"


def test_a_package_is_no_import_root_for_its_own_modules_where_there_is_another():
    assert absolute("backend/core/cache.py", "app") == "app.py"
    assert absolute("backend/core/cache.py", "main") == "backend/main.py", "nothing else fits"


def test_a_module_does_not_import_itself_under_a_librarys_name():
    assert absolute("backend/core/redis.py", "redis") is None


def test_a_library_that_the_catalog_knows_is_not_shadowed_by_a_module_named_alike():
    assert absolute("backend/core/cache.py", "redis") == "backend/core/redis.py"
    assert absolute("backend/core/cache.py", "redis", external=frozenset({"redis"})) is None
    assert absolute("a.py", "redis.x", external=frozenset({"redis"}), src=["backend/core"]) is None
    assert absolute("a.py", "redis", external=frozenset({"redis"}), src=["backend/core"]) == "backend/core/redis.py"


@pytest.mark.parametrize("src", ["libs", "libs/", "./libs", "/libs"])
def test_configured_roots_come_first(src):
    assert absolute("app.py", "shared.util", src=[src]) == "libs/shared/util.py"


@pytest.mark.parametrize("src", [".", "./", ""])
def test_the_project_itself_can_be_a_root(src):
    assert absolute("backend/api/routes.py", "core.deps", src=[src]) == "backend/api/core/deps.py"
    assert absolute("libs/shared/util.py", "app", src=[src]) == "app.py"


@pytest.mark.parametrize(
    ("importer", "level", "name", "file"),
    [
        ("backend/core/cache.py", 1, "redis", "backend/core/redis.py"),
        ("backend/core/cache.py", 1, "", "backend/core/__init__.py"),
        ("backend/core/__init__.py", 1, "cache", "backend/core/cache.py"),
        ("backend/core/cache.py", 2, "main", "backend/main.py"),
        ("backend/api/core/deps.py", 3, "core.cache", "backend/core/cache.py"),
        ("backend/api/routes.py", 1, "", "backend/api"),
        ("backend/core/cache.py", 1, "nothing", None),
        ("app.py", 1, "setup", "setup.py"),
        ("app.py", 5, "setup", "setup.py"),
    ],
)
def test_a_relative_import_counts_from_the_importing_file(importer, level, name, file):
    assert Modules(FILES).relative(importer, level, name) == file


def test_a_submodule_is_found_in_packages_and_in_namespace_directories():
    modules = Modules(FILES)
    assert modules.submodule("backend/core/__init__.py", "cache") == "backend/core/cache.py"
    assert modules.submodule("backend/api", "routes") == "backend/api/routes.py"
    assert modules.submodule("backend/core/cache.py", "redis") is None
    assert modules.submodule("libs", "shared") == "libs/shared"


def test_an_import_statement_leads_to_the_file_that_it_takes_from():
    modules = Modules(FILES)
    assert modules.target("backend/main.py", Import(0, "get", "core.cache", 0, "get")) == "backend/core/cache.py"
    assert modules.target("backend/core/cache.py", Import(0, "x", "redis", 1, "x")) == "backend/core/redis.py"


def test_names_are_dotted_from_the_root():
    names = [Modules(FILES).name(path) for path in ("app.py", "backend/core/cache.py", "backend/core/__init__.py")]
    assert names == ["app", "backend.core.cache", "backend.core"]


def test_the_directories_above_a_file_end_with_the_root():
    assert ancestors("a/b/c.py") == ["a/b", "a", ""]
    assert ancestors("c.py") == [""]


def test_a_file_and_a_package_of_one_name_are_the_package():
    assert Modules(["a.py", "a/__init__.py", "b.py"]).absolute("b.py", "a") == "a/__init__.py"
