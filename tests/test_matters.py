"""Which files are parsed: those with a needle, what leads to them, and what all of these import; and imports by bytes alone."""

from __future__ import annotations

import pytest

from atomlint.index.modules import Modules
from atomlint.matters import matters
from atomlint.scan import Imported, Scan, read_imports


def parsed(files: dict[str, str], needle: str = "redis") -> list[str]:
    scans = {
        path: Scan(needs=[needle] if needle in text else [], imports=read_imports(text.encode()))
        for path, text in files.items()
    }
    return matters(scans, Modules(scans))


def test_a_file_with_a_needle_is_parsed_and_no_other():
    assert parsed({"a.py": "import redis", "b.py": "x = 1"}) == ["a.py"]
    assert parsed({"a.py": "x = 1"}) == []


def test_what_leads_to_a_needle_is_parsed():
    files = {"main.py": "from api import routes", "api/routes.py": "import core.cache", "core/cache.py": "import redis"}
    assert parsed(files) == ["api/routes.py", "core/cache.py", "main.py"]


def test_what_those_import_is_parsed_too():
    files = {"main.py": "import settings\nimport cache", "settings.py": "from defaults import URL", "defaults.py": "URL = ''",
             "cache.py": "import redis", "other.py": "import defaults"}  # fmt: skip
    assert parsed(files) == ["cache.py", "defaults.py", "main.py", "settings.py"]


def test_imports_in_circles_end():
    assert parsed({"a.py": "import b", "b.py": "import a  # redis"}) == ["a.py", "b.py"]


@pytest.mark.parametrize(
    ("statement", "file"),
    [
        ("from . import cache", "pkg/cache.py"),
        ("from .cache import get", "pkg/cache.py"),
        ("from pkg import cache", "pkg/cache.py"),
        ("import pkg.cache as c", "pkg/cache.py"),
        ("from ..other import x", "other.py"),
        ("def f():\n    from . import cache", "pkg/cache.py"),
        ("try:\n    import a, pkg.cache\nexcept ImportError: pass", "pkg/cache.py"),
        ("from . import (\n    a,  # (one)\n    cache,\n)", "pkg/cache.py"),
        ("from . import a, \\\n    cache", "pkg/cache.py"),
        ("from . import a, \\\r\n    cache\r\n", "pkg/cache.py"),
        ("x = 1\rfrom . import cache\r", "pkg/cache.py"),
        ("\x0cfrom . import cache", "pkg/cache.py"),
        ("from.import cache", "pkg/cache.py"),
        ("from .import cache", "pkg/cache.py"),
        ("from .import(cache)", "pkg/cache.py"),
    ],
)
def test_an_import_is_seen_however_it_is_written(statement, file):
    files = {"pkg/__init__.py": "", "pkg/main.py": statement, "pkg/cache.py": "", "other.py": ""}
    files[file] = "import redis"
    assert "pkg/main.py" in parsed(files)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"import a", [Imported(0, "a", [])]),
        (b"import a.b as c, d", [Imported(0, "a.b", []), Imported(0, "d", [])]),
        (b"from a import b as c, d", [Imported(0, "a", ["b", "d"])]),
        (b"from ...a import *", [Imported(3, "a", [])]),
        (b"from a import b; import c", [Imported(0, "a", ["b"])]),
        (b"important = 1\nfrom_ = 2\nfromage import x\nimporting a", []),
        (b"from caf\xe9 import b", []),
        (b"", []),
        (b"from a import (", [Imported(0, "a", [])]),
    ],
)
def test_an_import_statement_is_read_from_bytes(data, found):
    assert read_imports(data) == found


def test_an_unclosed_parenthesis_is_no_trap():
    assert len(read_imports(b"from a import (b, # c\n" * 3000)) >= 1
