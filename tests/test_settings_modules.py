"""Which modules of Django's settings a project loads, by everything that names one."""

from __future__ import annotations

import pytest
from index_project import index_of

from atomlint.testing import check_files

MANAGE = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")\n'
FILES = {
    "manage.py": MANAGE,
    "config/__init__.py": "",
    "config/settings.py": "DEBUG = False\n",
    "config/settings_big.py": "from .settings import *\nCACHES = {}\n",
}
OTHER = "config/settings_big.py"


def is_unloaded(**more: str) -> bool:
    """Of the second module of settings; ``__`` in a name is a slash, ``_dot_`` a dot."""
    files = {name.replace("__", "/").replace("_dot_", "."): text for name, text in more.items()}
    return index_of(FILES | files).settings.modules.is_unloaded(OTHER)


def test_what_nothing_names_while_another_is_named_is_not_loaded() -> None:
    assert is_unloaded()
    assert not index_of(FILES).settings.modules.is_unloaded("config/settings.py")
    assert is_unloaded(render_dot_yaml="env:\n  - key: DJANGO_SETTINGS_MODULE\n    value: config.settings\n")
    assert is_unloaded(build_dot_sh="DJANGO_SETTINGS_MODULE=config.settings python manage.py collectstatic\n")
    assert is_unloaded(README_dot_md="`config/settings_big.py` is for large sites\n")


def test_where_nothing_names_one_nothing_is_known() -> None:
    assert not is_unloaded(manage_dot_py="import os\n")
    index = index_of(FILES | {"manage.py": "import os\n", "tests/conftest.py": MANAGE})
    index.tests = frozenset({"tests/conftest.py"})
    assert not index.settings.modules.is_unloaded(OTHER)


@pytest.mark.parametrize(
    "statement",
    [
        'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_big")',
        'os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_big"',
        'BIG = "config.settings_big"\nos.environ["DJANGO_SETTINGS_MODULE"] = BIG',
        'subprocess.run(["x"], env={"DJANGO_SETTINGS_MODULE": "config.settings_big"})',
        'os.environ.update({"DJANGO_SETTINGS_MODULE": "config.settings_big"})',
        'os.environ.update(DJANGO_SETTINGS_MODULE="config.settings_big")',
        'os.environ.setdefault("DJANGO_SETTINGS_MODULE", os.getenv("SETTINGS", "config.settings_big"))',
    ],
)
def test_python_names_it(statement: str) -> None:
    assert not is_unloaded(run_dot_py=f"import os, subprocess\n{statement}\n")
    assert is_unloaded(run_dot_py="import os\nprint(os.environ.get('DJANGO_SETTINGS_MODULE'))\n")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.yaml", "services:\n  web:\n    environment:\n      DJANGO_SETTINGS_MODULE: config.settings_big\n"),
        ("compose.yaml", "services:\n  web:\n    volumes: [./config/settings_big.py:/app/config/settings.py]\n"),
        ("Dockerfile", "FROM python\nENV DJANGO_SETTINGS_MODULE=config.settings_big\n"),
        ("Dockerfile", "FROM python\nCOPY deploy/settings_big.py config/settings.py\n"),
        (".env.example", "DJANGO_SETTINGS_MODULE=config.settings_big\n"),
        ("start.sh", "export DJANGO_SETTINGS_MODULE=${DJANGO_SETTINGS_MODULE:-config.settings_big}\n"),
        ("Procfile", "web: gunicorn config.wsgi --env DJANGO_SETTINGS_MODULE=config.settings_big\n"),
        ("Makefile", "run:\n\tpython manage.py runserver --settings=config.settings_big\n"),
        ("fly.toml", '[env]\nDJANGO_SETTINGS_MODULE = "config.settings_big"\n'),
        ("uwsgi.ini", "[uwsgi]\nenv = DJANGO_SETTINGS_MODULE=config.settings_big\n"),
        ("README.md", "Large sites: `export DJANGO_SETTINGS_MODULE=config.settings_big`\n"),
        ("README.rst", "Set ``config.settings_big`` as the module.\n"),
    ],
)
def test_a_file_that_deploys_or_tells_of_it_names_it(name: str, text: str) -> None:
    assert not index_of(FILES | {name: text}).settings.modules.is_unloaded(OTHER)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run.py", "import os, sys\nos.environ['DJANGO_SETTINGS_MODULE'] = sys.argv[1]\n"),
        ("run.py", "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', f\"config.{os.environ['STAGE']}\")\n"),
        ("compose.yaml", "services:\n  web:\n    environment:\n      - DJANGO_SETTINGS_MODULE\n"),
        ("compose.yaml", "services:\n  web:\n    environment:\n      - DJANGO_SETTINGS_MODULE=${MODULE}\n"),
        (".env.example", "DJANGO_SETTINGS_MODULE=\n"),
        ("run.py", "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'made.by.deploying'\n"),
        ("config/settings.py", "from importlib import import_module\nimport_module(f'config.settings_{SIZE}')\n"),
        ("config/settings.py", "exec(open('settings_' + 'big.py').read())\n"),
        ("config/settings.py", "from split_settings.tools import include\ninclude('settings_*.py')\n"),
        ("config/settings.py", "from config.more import load\n"),
    ],
)
def test_a_name_that_cannot_be_read_may_be_any(name: str, text: str) -> None:
    more = {"config/more.py": "def load(name):\n    __import__(name)\n", name: text}
    assert not index_of(FILES | more).settings.modules.is_unloaded(OTHER)


@pytest.mark.parametrize(
    "statement",
    [
        "from config.settings_big import *",
        "from config import settings_big",
        "import config.settings_big",
        "from .settings_big import CACHES",
    ],
)
def test_what_is_imported_is_loaded(statement: str) -> None:
    assert not is_unloaded(config__wsgi_dot_py=f"{statement}\n")


def test_the_names_of_developers_and_of_other_services_say_nothing_of_it() -> None:
    dev = MANAGE.replace("config.settings", "config.dev")
    assert not is_unloaded(manage_dot_py=dev, config__dev_dot_py="from .settings import *\n")
    shop = {"manage.py": MANAGE.replace("config", "shop"), "shop/settings.py": ""}
    assert not index_of(FILES | shop).settings.modules.is_unloaded(OTHER)


CACHES = """
CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://cache:6379/0"}}
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
"""


@pytest.mark.parametrize(("more", "level"), [({}, "low"), ({"Procfile": "web: run config.settings_big\n"}, "medium")])
def test_a_cache_of_settings_that_nothing_loads_is_hardly_asked(more: dict[str, str], level: str) -> None:
    files = FILES | more | {OTHER: CACHES, "requirements.txt": "django-redis==6.0.0\nredis==5.3.1\n"}
    (found,) = check_files(files, select=["redis-cache-no-timeout"]).findings
    assert found.confidence.value == level
