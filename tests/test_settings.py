"""Setting reads: what is read, what it falls back to, and what an expression was read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from index_project import index_of

if TYPE_CHECKING:
    from atomlint.index.settings import SettingRead


def reads(text: str, **others: str) -> dict[str, SettingRead]:
    index = index_of({"app.py": text, **{f"{name}.py": other for name, other in others.items()}})
    return {read.name: read for read in index.settings.reads("app.py")}


@pytest.mark.parametrize(
    ("imports", "expression", "default", "required"),
    [
        ("import os", 'os.environ["X"]', None, True),
        ("import os", 'os.environ["X"].split(",")', None, True),
        ("import os", 'os.getenv("X")', None, False),
        ("import os", 'os.getenv("X", "a")', "a", False),
        ("import os", 'os.getenv(key="X", default="a")', "a", False),
        ("import os", 'os.environ.get("X", "a")', "a", False),
        ("import os", 'os.environ.setdefault("X", "a")', "a", False),
        ("import os", 'os.environ.get("X") or "a"', "a", False),
        ("import os", 'os.getenv("X", "") or "a"', "a", False),
        ("import os", 'os.getenv("X", "a") or "b"', "a", False),
        ("import os", '(os.getenv("X") or "a").lower()', "a", False),
        ("import os", 'os.getenv("X", os.getenv("Y", "a"))', "a", False),
        ("import os", 'os.getenv("X") or os.environ["Y"]', None, True),
        ("import os\nNAME = 'X'", "os.getenv(NAME, 'a')", "a", False),
        ("import os\nFALLBACK = 'a'", "os.getenv('X', FALLBACK)", "a", False),
        ("import os as _os", '_os.environ["X"]', None, True),
        ("from os import getenv, environ", 'getenv("X", "a")', "a", False),
        ("from os import environ as env", 'env["X"]', None, True),
        ("from decouple import config", 'config("X", default="a")', "a", False),
        ("from decouple import config", 'config("X", cast=str)', None, True),
        ("import environ\nenv = environ.Env()", 'env("X", default="a")', "a", False),
        ("import environ\nenv = environ.Env()", 'env.str("X")', None, True),
        ("from environs import Env\nenv = Env()", 'env.str("X", "a")', "a", False),
        (
            "from starlette.config import Config\nconfig = Config('.env')",
            'config("X", cast=str, default="a")',
            "a",
            False,
        ),
    ],
)
def test_one_read(imports: str, expression: str, default: str | None, required: bool) -> None:
    read = reads(f"{imports}\nvalue = {expression}\n")["X"]
    assert (read.default_text, read.required) == (default, required)
    assert read.span.start.line == imports.count("\n") + 2


@pytest.mark.parametrize(
    "text",
    [
        'data = {}\ndata.get("X", "a")\n',
        'def getenv(n): ...\nvalue = getenv("X")\n',
        'import os\nvalue = os.path.join("X")\n',
    ],
)
def test_what_reads_no_setting(text: str) -> None:
    assert reads(text) == {}


def test_a_chain_of_names_makes_them_aliases() -> None:
    read = reads('import os\nvalue = os.getenv("A") or os.getenv("B") or "x"\n')["A"]
    assert (read.names, read.default_text) == (("A", "B"), "x")


def test_dj_database_url_reads_its_own_variable() -> None:
    found = reads('import dj_database_url\nDATABASES = {"default": dj_database_url.config(default="sqlite:///x")}\n')
    assert found["DATABASE_URL"].default_text == "sqlite:///x"


def test_fields_of_a_settings_class_take_prefix_alias_and_default() -> None:
    found = reads(
        """
        from pydantic import AliasChoices, Field
        from pydantic_settings import BaseSettings, SettingsConfigDict
        class Base(BaseSettings):
            model_config = SettingsConfigDict(env_prefix="APP_")
        class Settings(Base):
            token: str
            mode: str = "dev"
            url: str = Field(default="x", alias="DATABASE_URL")
            key: str = Field(..., validation_alias=AliasChoices("KEY_A", "KEY_B"))
            _hidden: str = "no"
            def method(self): ...
        """
    )
    assert {name: (read.default_text, read.required) for name, read in found.items()} == {
        "APP_TOKEN": (None, True),
        "APP_MODE": ("dev", False),
        "DATABASE_URL": ("x", False),
        "KEY_A": (None, True),
    }
    assert found["KEY_A"].names == ("KEY_A", "KEY_B")
    assert found["APP_MODE"].span.start.line == 7


def test_a_plain_class_reads_nothing() -> None:
    assert reads('class Settings:\n    mode: str = "dev"\n') == {}


def test_a_helper_of_the_project_reads_what_it_is_asked_for() -> None:
    helper = """
        import os
        def setting(name, default=None):
            value = os.getenv(name, default)
            if value is None:
                raise KeyError(name)
            return value
    """
    found = reads(
        'from env import setting\nA = setting("A", "x")\nB = setting("B")\nC = setting(name="C", default="y")\n',
        env=helper,
    )
    assert {name: (read.default_text, read.required) for name, read in found.items()} == {
        "A": ("x", False),
        "B": (None, True),
        "C": ("y", False),
    }


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("from config import MODE", "MODE"),
        ("import config", "config.MODE"),
        ("from config import MODE\nlocal = MODE.strip().lower()", "local"),
        ("from config import settings", "settings.mode"),
        ("from config import mode_of", "mode_of()"),
        ("from config import Service\nservice = Service()", "service.mode"),
        ("from config import Service\nservice = Service()", "service.current"),
    ],
)
def test_an_expression_is_followed_to_its_read(text: str, expression: str) -> None:
    config = """
        import os
        from pydantic_settings import BaseSettings
        MODE = os.getenv("MODE", "dev")
        def mode_of():
            return MODE
        class Settings(BaseSettings):
            mode: str = "dev"
        settings = Settings()
        class Service:
            def __init__(self):
                self.mode = os.environ.get("MODE")
            @property
            def current(self):
                return self.mode
    """
    index = index_of({"app.py": f"{text}\nresult = {expression}\n", "config.py": config})
    assert [read.name for read in index.settings_behind("app.py", 0, "result")] == ["MODE"]
