"""Branches that need an attribute of settings that is certainly not there."""

from __future__ import annotations

import pytest
from index_project import index_of

SETTINGS = """
from pydantic_settings import BaseSettings, SettingsConfigDict

class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="{extra}")
    database_url: str = ""

settings = Settings()
"""
PLAIN = """
import os

class Config:
    database_url = os.getenv("DATABASE_URL")

settings = Config()
"""


def never_runs(app: str, config: str = SETTINGS.format(extra="ignore"), **files: str) -> bool:
    """Whether no call of ``work`` in ``app.py`` ever runs."""
    index = index_of({"app.py": app, "config.py": config, **{f"{path}.py": text for path, text in files.items()}})
    calls = [call for call in index.calls("app.py") if call.name == "work"]
    assert calls
    return all(index.project.calls.raises.never_runs(call.path, call.ordinal) for call in calls)


def is_idle(app: str, config: str = SETTINGS.format(extra="ignore")) -> bool:
    """Whether no call of ``work`` runs with the settings as committed."""
    index = index_of({"app.py": app, "config.py": config})
    return not any(index.idle.runs(call.path, call.ordinal) for call in index.calls("app.py") if call.name == "work")


def branch(test: str) -> str:
    return f"from config import settings\nif {test}:\n    work(settings.replica_url)\n"


@pytest.mark.parametrize(
    "test",
    [
        'hasattr(settings, "replica_url")',
        'hasattr(settings, "replica_url") and settings.replica_url',
        'ready and hasattr(settings, "replica_url")',
        'getattr(settings, "replica_url", None)',
        'getattr(settings, "replica_url", None) is not None',
        'getattr(settings, "replica_url", "") != ""',
        'getattr(settings, "backend", "memory") == "redis"',
        'not (not hasattr(settings, "replica_url"))',
    ],
)
def test_a_branch_that_needs_a_field_that_is_not_there_is_never_taken(test: str) -> None:
    assert never_runs(branch(test))


@pytest.mark.parametrize(
    "test",
    [
        'not hasattr(settings, "replica_url")',
        'hasattr(settings, "replica_url") or ready',
        'hasattr(settings, "database_url")',
        'hasattr(settings, "model_dump")',
        "hasattr(settings, name)",
        'getattr(settings, "replica_url", True)',
        'getattr(settings, "replica_url", default)',
        'getattr(settings, "replica_url", None) is None',
        'getattr(settings, "replica_url", None) == default',
        'getattr(settings, "database_url", None)',
        'hasattr(other, "replica_url")',
    ],
)
def test_what_may_hold_closes_nothing(test: str) -> None:
    assert not never_runs(branch(test))


def test_settings_that_take_what_no_field_names_may_have_everything() -> None:
    asked = branch('hasattr(settings, "replica_url")')
    assert not never_runs(asked, SETTINGS.format(extra="allow"))
    assert not never_runs(asked, "from library import settings\n")
    heir = "from config import Settings\nclass Production(Settings):\n    replica_url: str = ''\n"
    assert not never_runs(asked, production=heir)


def test_settings_of_pydantic_take_no_name_that_is_no_field() -> None:
    filled = "from config import settings\ndef load(rows):\n    for row in rows:\n        setattr(settings, row.key, row.value)\n"
    assert never_runs(branch('hasattr(settings, "replica_url")'), rows=filled)


def test_what_follows_a_way_out_and_what_a_function_gives_are_seen() -> None:
    app = """
from config import Settings
from functools import lru_cache

@lru_cache
def get_settings():
    return Settings()

def connect():
    settings = get_settings()
    if not hasattr(settings, "replica_url"):
        return None
    return work()
"""
    assert never_runs(app)
    assert not never_runs(app.replace("not hasattr", "hasattr"))


def test_settings_that_whoever_runs_it_may_write_into_only_leave_it_idle() -> None:
    asked = branch('hasattr(settings, "replica_url")')
    module = "import config as settings\nif getattr(settings, '{name}', None):\n    work()\n"
    names = "import os\nDATABASE_URL = os.getenv('DATABASE_URL')\n"
    assert not never_runs(asked, PLAIN)
    assert is_idle(asked, PLAIN)
    assert not never_runs(module.format(name="REPLICA_URL"), names)
    assert is_idle(module.format(name="REPLICA_URL"), names)
    assert not is_idle(module.format(name="DATABASE_URL"), names)
    assert not is_idle(module.format(name="REPLICA_URL"), names + "from local import *\n")
    filled = PLAIN + "for name, value in os.environ.items():\n    setattr(settings, name, value)\n"
    assert not is_idle(asked, filled)
    assert not is_idle(asked, PLAIN.replace("class Config", "@fill\nclass Config"))


def test_other_objects_are_asked_for_what_others_give_them() -> None:
    app = """
class Service:
    def run(self):
        if hasattr(self, "prepare"):
            work()
Service().run()
"""
    assert not is_idle(app)
