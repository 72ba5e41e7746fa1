"""Setting reads of further libraries and shapes: types, times, nested models, loops, helpers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from index_project import index_of

if TYPE_CHECKING:
    from atomlint.index.contract import Setting
    from atomlint.index.settings import SettingRead


def all_reads(text: str) -> list[SettingRead]:
    return list(index_of({"app.py": text}).settings.reads("app.py"))


def names(text: str) -> list[str]:
    return [read.name for read in all_reads(text)]


def one(text: str) -> SettingRead:
    (read,) = all_reads(text)
    return read


def contract(text: str, **others: str) -> dict[str, Setting]:
    return dict(index_of({"app.py": text, **{f"{n}.py": t for n, t in others.items()}}).contract.settings)


@pytest.mark.parametrize(
    ("imports", "expression", "type_name"),
    [
        ("import os", 'os.getenv("X")', "str"),
        ("import os", 'int(os.getenv("X", "5"))', "int"),
        ("import os", 'int(os.environ["X"])', "int"),
        ("import os", 'int(os.getenv("X") or 5)', "int"),
        ("import os", 'float(os.environ.get("X", "0.5"))', "float"),
        ("import os", 'os.getenv("X", 7)', "int"),
        ("import os", 'os.getenv("X", "false").lower() == "true"', "bool"),
        ("import os", 'os.getenv("X", "").strip().lower() in ("1", "yes")', "bool"),
        ("import os", 'os.getenv("X") == "production"', "str"),
        ("import os", 'os.getenv("X", "a,b").split(",")', "list"),
        ("import os, json", 'json.loads(os.getenv("X", "{}"))', "json"),
        ("import os\nfrom pathlib import Path", 'Path(os.getenv("X", "/data"))', "path"),
        ("from decouple import config", 'config("X", default=False, cast=bool)', "bool"),
        ("from decouple import config, Csv", 'config("X", default="a", cast=Csv())', "list"),
        ("import environ\nenv = environ.Env()", 'env.int("X", default=3)', "int"),
        ("import environ\nenv = environ.Env()", 'env("X", bool, False)', "bool"),
        ("import environ\nenv = environ.Env()", 'env.db("X")', "url"),
        ("from starlette.config import Config\nconfig = Config()", 'config("X", cast=int, default=1)', "int"),
        ("from starlette.config import Config\nconfig = Config()", 'config("X", bool, False)', "bool"),
    ],
)
def test_the_type_of_a_read(imports: str, expression: str, type_name: str) -> None:
    assert one(f"{imports}\nvalue = {expression}\n").type_name == type_name


def test_the_name_that_a_read_is_bound_to_tells_its_type() -> None:
    text = "import os\nvalue = os.getenv('X', 'None')\nflag = value.lower() in ('true', '1') if value != 'None' else False\n"
    assert one(text).type_name == "bool"
    other = (
        "import os\ndef f():\n    value = os.getenv('X')\n    return value\ndef g(value):\n    return value == 'true'\n"
    )
    assert one(other).type_name == "str"


def test_positional_defaults_follow_each_librarys_signature() -> None:
    assert one("from decouple import config\nx = config('X', 'a')\n").default_text == "a"
    assert one("import environ\nenv = environ.Env()\nx = env('X', str, 'a')\n").default_text == "a"
    assert one("import environ\nenv = environ.Env()\nx = env.str('X', 'a')\n").default_text == "a"


def test_a_scheme_of_django_environ_gives_cast_and_default() -> None:
    read = one("import environ\nenv = environ.Env(DEBUG=(bool, False))\nDEBUG = env('DEBUG')\n")
    assert (read.type_name, read.default, read.required) == ("bool", "#False", False)


def test_a_prefix_of_environs_holds_inside_of_its_block() -> None:
    text = """
        from environs import Env
        env = Env()
        with env.prefixed("APP_"):
            with env.prefixed("DB_"):
                host = env.str("HOST")
            name = env.str("NAME", "x")
        port = env.int("PORT")
        """
    assert names(text) == ["APP_DB_HOST", "APP_NAME", "PORT"]


def test_a_loop_over_literal_names_reads_them_all() -> None:
    text = """
        import os
        for name in ("A_KEY", "B_KEY"):
            if not os.getenv(name):
                raise RuntimeError(name)
        values = {n: os.environ[n] for n in ["C_KEY", "D_KEY"]}
        pairs = [("E_KEY", "1"), ("F_KEY", "2")]
        for key, value in pairs:
            os.environ.setdefault(key, value)
        """
    assert names(text) == ["A_KEY", "B_KEY", "E_KEY", "F_KEY", "C_KEY", "D_KEY"]


def test_a_loop_over_something_unknown_reads_nothing() -> None:
    assert names("import os\ndef check(names):\n    return [n for n in names if not os.getenv(n)]\n") == []


def test_two_loops_with_one_variable_do_not_mix() -> None:
    text = """
        import os
        for name in ("A", "B"):
            print(name)
        for name in ("C", "D"):
            os.getenv(name)
        """
    assert names(text) == ["C", "D"]


def test_a_presence_test_is_an_optional_read() -> None:
    (read,) = all_reads("import os\nif 'GITHUB_TOKEN' in os.environ:\n    print(1)\n")
    assert (read.name, read.kind, read.required, read.span.start.line) == ("GITHUB_TOKEN", "presence", False, 2)


def test_a_joined_name_of_constants_is_read() -> None:
    assert names("import os\nPREFIX = 'APP_'\nx = os.getenv(f'{PREFIX}URL')\ny = os.getenv(PREFIX + 'KEY')\n") == [
        "APP_URL",
        "APP_KEY",
    ]


def test_options_of_a_command_line_name_their_variables() -> None:
    text = """
        import click, typer
        @click.command()
        @click.option("--url", envvar="APP_URL", default="http://localhost")
        @click.option("--key", envvar=["APP_KEY", "KEY"])
        def run(url, key): ...
        def main(port: int = typer.Option(8000, envvar="PORT")): ...
        """
    found = {read.name: (read.aliases, read.default_text, read.kind) for read in all_reads(text)}
    assert found["APP_URL"] == ((), "http://localhost", "option")
    assert found["APP_KEY"] == (("KEY",), None, "option")
    assert found["PORT"][2] == "option"


def test_dynaconf_reads_by_its_prefix() -> None:
    text = """
        from dynaconf import Dynaconf
        settings = Dynaconf(envvar_prefix="SHOP", settings_files=["settings.toml"])
        url = settings.DATABASE.URL
        name = settings.get("NAME", "x")
        """
    found = {read.name: read.default_text for read in all_reads(text)}
    assert found == {"SHOP_NAME": "x", "SHOP_DATABASE__URL": None}


@pytest.mark.parametrize(
    ("helper", "call", "expected"),
    [
        ("def setting(name):\n    return os.environ[name]", 'setting("X")', ("X", None, True)),
        (
            "def setting(name, default=None):\n    return os.getenv(name, default)",
            'setting("X", "a")',
            ("X", "a", False),
        ),
        ("def setting(name):\n    return os.getenv(f'APP_{name}')", 'setting("X")', ("APP_X", None, False)),
        ("def setting(name):\n    return os.getenv('APP_' + name.upper())", 'setting("X")', ("APP_X", None, False)),
        (
            "def raw(name, default=None):\n    return os.getenv(name, default)\n"  # noqa: ISC004
            "def flag(name, default='false'):\n    return raw(name, default) == 'true'",
            'flag("X")',
            ("X", "false", False),
        ),
        (
            "VALUES = dict(os.environ)\ndef setting(key, default=None):\n    return VALUES.get(key, default)",
            'setting("X", "a")',
            ("X", "a", False),
        ),
    ],
)
def test_helpers_of_the_project_are_read_through(
    helper: str, call: str, expected: tuple[str, str | None, bool]
) -> None:
    found = [r for r in all_reads(f"import os\n{helper}\nvalue = {call}\n") if r.kind == "helper"]
    assert [(r.name, r.default_text, r.required) for r in found] == [expected]


FIELDS = """
    from typing import Annotated, Optional
    from pydantic import BaseModel, Field
    from pydantic_settings import BaseSettings, SettingsConfigDict

    class Database(BaseModel):
        url: str
        pool_size: int = 5

    class Mixin:
        log_level: str = "INFO"

    class Settings(Mixin, BaseSettings):
        model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__", env_file=".env")
        debug: bool = False
        key: Annotated[str, Field(alias="SHOP_SIGNING_KEY")]
        timeout: Optional[float] = None
        database: Database

    settings = Settings()
    """


def test_fields_of_settings_classes_nested_mixed_in_and_annotated() -> None:
    found = contract(FIELDS)
    types = {name: setting.types for name, setting in found.items()}
    assert types["SHOP_DEBUG"] == ("bool",)
    assert types["SHOP_TIMEOUT"] == ("float",)
    assert types["SHOP_DATABASE__POOL_SIZE"] == ("int",)
    assert {"SHOP_LOG_LEVEL", "SHOP_DATABASE__URL", "SHOP_SIGNING_KEY"} <= set(found)
    assert {found[name].required for name in ("SHOP_SIGNING_KEY", "SHOP_DATABASE__URL")} == {True}


def test_fields_are_read_on_import_when_their_class_is_made_then() -> None:
    found = contract(FIELDS)
    assert found["SHOP_DEBUG"].at_import
    later = FIELDS.replace("settings = Settings()", "def get_settings():\n        return Settings()")
    assert not contract(later)["SHOP_DEBUG"].at_import


def test_a_read_in_a_function_that_a_module_calls_happens_on_import() -> None:
    text = "import os\ndef url():\n    return os.environ['A']\ndef later():\n    return os.environ['B']\nURL = url()\n"
    found = contract(text)
    assert [found[name].at_import for name in ("A", "B")] == [True, False]


def test_what_runs_as_a_script_only_is_not_read_on_import() -> None:
    text = "import os\nif __name__ == '__main__':\n    print(os.environ['A'])\n"
    assert not contract(text)["A"].at_import
    assert not contract(text)["A"].required


@pytest.mark.parametrize(
    "text",
    [
        "if 'X' in os.environ:\n    value = os.environ['X']\n",
        "value = int(os.environ['X']) if 'X' in os.environ else None\n",
        "if os.getenv('X'):\n    value = os.environ['X']\n",
        "try:\n    value = os.environ['X']\nexcept KeyError:\n    value = 'a'\n",
        "os.environ['X'] = 'a'\nvalue = os.environ['X']\n",
        "os.environ.setdefault('X', 'a')\nvalue = os.environ['X']\n",
    ],
)
def test_a_subscript_that_cannot_fail_requires_nothing(text: str) -> None:
    assert not contract(f"import os\n{text}")["X"].required


def test_a_flag_is_a_bool_only_where_nothing_else_is_made_of_it() -> None:
    assert contract("import os\nx = bool(os.getenv('X'))\n")["X"].types == ("bool",)
    text = "import os\nx = bool(os.getenv('X'))\ny = os.getenv('X')\n"
    assert contract(text)["X"].types == ("str",)


def test_a_singleton_that_a_module_makes_reads_on_import() -> None:
    text = """
        import os
        class Cache:
            _instance = None
            def __new__(cls):
                if cls._instance is None:
                    cls._instance = super().__new__(cls)
                    cls._instance._load()
                return cls._instance
            def _load(self):
                self.url = os.getenv("CACHE_URL")
        cache = Cache()
        """
    assert contract(text)["CACHE_URL"].at_import


@pytest.mark.parametrize(
    ("body", "call", "required"),
    [
        (
            "value = os.getenv(name)\n    if value is None:\n        raise KeyError(name)\n    return value",
            "get('X')",
            True,
        ),
        (
            "value = os.getenv(name)\n    if not value:\n        raise KeyError(name)\n    return value",
            "get('X')",
            True,
        ),
        (
            "try:\n        return os.environ[name]\n    except KeyError:\n        raise RuntimeError(name)",
            "get('X')",
            True,
        ),
        (
            "value = os.getenv(name)\n    if value not in ('a', 'b'):\n        raise ValueError(name)\n    return value",
            "get('X')",
            False,
        ),
        (
            "try:\n        return int(os.getenv(name))\n    except ValueError:\n        raise RuntimeError(name)",
            "get('X')",
            False,
        ),
        (
            "value = os.getenv(name)\n    if required and not value:\n        raise KeyError(name)\n    return value",
            "get('X')",
            False,
        ),
        (
            "value = os.getenv(name)\n    if required and not value:\n        raise KeyError(name)\n    return value",
            "get('X', required=True)",
            True,
        ),
    ],
)
def test_a_helper_requires_what_it_refuses_to_go_without(body: str, call: str, required: bool) -> None:
    text = f"import os\ndef get(name, required=False):\n    {body}\nvalue = {call}\n"
    assert [read.required for read in all_reads(text) if read.kind == "helper"] == [required]


def test_what_only_some_set_ups_need_is_not_required() -> None:
    text = """
        import os
        MODE = os.getenv("ENVIRONMENT", "development")
        if os.getenv("STORAGE") == "azure":
            KEY = os.environ["AZURE_KEY"]
        if MODE == "production":
            URL = os.environ["DATABASE_URL"]
        """
    found = contract(text)
    assert [found[name].required for name in ("AZURE_KEY", "DATABASE_URL")] == [False, True]


def test_a_field_that_the_code_hands_in_is_not_required() -> None:
    text = """
        from pydantic_settings import BaseSettings
        class Settings(BaseSettings):
            secret: str
            database_url: str
        settings = Settings(secret="x" * 32)
        """
    found = contract(text)
    assert [found[name].required for name in ("SECRET", "DATABASE_URL")] == [False, True]


def test_a_default_that_can_be_reckoned_is_shown() -> None:
    text = "import os\nMOST = 30\nx = int(os.getenv('X') or MOST)\ny = int(os.getenv('Y', 5 * 60))\nz = os.getenv('Z', MOST())\n"
    found = contract(text)
    assert [found[name].defaults for name in "XYZ"] == [("30",), ("300",), ("(computed)",)]


# --- names that objects keep -------------------------------------------------------------------------------------------

PROVIDER = """
import os
class Provider:
    def __init__(self, id_env, secret_env="SHOP_SECRET"):
        self._id_env = id_env
        self._secret_env = secret_env
    @property
    def client_id(self):
        return os.getenv(self._id_env)
    @property
    def secret(self):
        return os.environ[self._secret_env]
"""


def test_names_that_objects_are_made_with_are_read_where_the_class_reads_them() -> None:
    made = 'google = Provider("GOOGLE_ID", secret_env="GOOGLE_SECRET")\nshop = Provider(id_env="SHOP_ID")\n'
    found = contract(PROVIDER, providers=f"from app import Provider\n{made}")
    assert {name: [(read.path, read.kind) for read in setting.reads] for name, setting in found.items()} == {
        name: [("app.py", "each")] for name in ("GOOGLE_ID", "GOOGLE_SECRET", "SHOP_ID", "SHOP_SECRET")
    }
    assert not any(setting.at_import for setting in found.values())


def test_fields_of_dataclasses_keep_names_too_and_names_that_are_computed_are_none() -> None:
    text = """
import os
from dataclasses import dataclass
@dataclass
class Key:
    name_env: str
    size: int = 0
    def value(self):
        return os.environ.get(self.name_env)
keys = [Key("FIRST_KEY"), Key(name_env="SECOND_KEY", size=3)]
def other(name):
    return Key(name.upper())
"""
    assert sorted(contract(text)) == ["FIRST_KEY", "SECOND_KEY"]


# --- defaults, requirements and gates -----------------------------------------------------------------------------------


def test_what_a_format_begins_with_is_no_default_when_it_begins_with_a_value() -> None:
    text = 'import os\nHOST = os.getenv("HOST", "a")\nx = os.getenv("X", "{}/api/".format(HOST))\n'
    assert contract(text)["X"].defaults == ("(computed)",)
    text = 'import os\nx = os.getenv("X", "https://{}/api/".format(HOST))\n'
    assert contract(text)["X"].defaults == ("https://...",)


def test_a_list_of_texts_is_a_default_as_it_stands() -> None:
    text = "import environ\nenv = environ.Env()\nx = env.list('X', default=['A', 'B'])\n"
    assert contract(text)["X"].defaults == ("A, B",)


def test_a_field_that_falls_back_to_its_own_variable_has_that_reads_default() -> None:
    text = """
import os
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    POOL: int = os.getenv("POOL", 8)
    SHOP_NAME: str = os.getenv("NAME", "desk")
"""
    found = contract(text)
    assert (found["POOL"].defaults, found["SHOP_NAME"].defaults) == (("8",), ("(computed)",))


def test_what_is_only_asked_whether_it_is_there_is_no_flag_because_of_its_default() -> None:
    text = 'import json, os\nif os.getenv("MAIL", False):\n    mail = json.loads(os.getenv("MAIL"))\n'
    assert contract(text)["MAIL"].types == ("json",)


def test_a_reader_that_raises_is_required_whatever_stands_behind_an_or() -> None:
    env = "import environ\nenv = environ.Env()\n"
    assert contract(f"{env}x = env('X') or 'none'\n")["X"].required
    assert not contract(f"{env}x = env('X', default='') or 'none'\n")["X"].required


def test_a_variable_whose_absence_raises_is_required() -> None:
    text = 'import os\nif "X" not in os.environ:\n    raise SystemExit("set X")\nx = os.environ["X"]\n'
    assert contract(text)["X"].required
    assert not contract(text.replace("raise SystemExit", "print"))["X"].required


def test_a_key_that_is_made_up_where_none_is_set_is_a_gate_wherever_it_goes() -> None:
    text = """
import os, secrets
SECRET_KEY = os.environ.get("SECRET_KEY")
if not SECRET_KEY:
    with open("key.txt", "x") as file:
        file.write(secrets.token_hex(32))
"""
    assert [(gate.effect, gate.when) for gate in contract(text)["SECRET_KEY"].gates] == [("secret", "unset")]
    assert not contract(text.replace("not SECRET_KEY", "SECRET_KEY"))["SECRET_KEY"].gates


@pytest.mark.parametrize(
    "url",
    [
        'f"postgresql://{USER}:{PASSWORD}@{HOST}/{NAME}"',
        '"postgresql://" + USER + ":" + PASSWORD + "@" + HOST + "/" + NAME',
        '"postgresql://{}:{}@{}/{}".format(USER, PASSWORD, HOST, NAME)',
        'URL.create("postgresql", username=USER, password=PASSWORD, host=HOST, database=NAME)',
    ],
)
def test_the_parts_of_a_url_decide_on_the_database_but_for_who_asks(url: str) -> None:
    text = f"""
import os
from sqlalchemy import URL, create_engine
USER, PASSWORD = os.environ["DB_USER"], os.environ["DB_PASSWORD"]
HOST = os.getenv("DB_HOST", "localhost")
NAME = os.getenv("DB_NAME", "shop")
def url():
    return {url}
engine = create_engine(url())
"""
    decides = {name: [gate.effect for gate in found.gates] for name, found in contract(text).items()}
    assert decides == {"DB_USER": [], "DB_PASSWORD": [], "DB_HOST": ["database"], "DB_NAME": ["database"]}


def test_a_key_that_stands_in_the_code_is_a_gate_where_none_is_set() -> None:
    text = 'import os\nSIGNING_KEY = os.getenv("SIGNING_KEY", "not a secret at all")\n'
    assert [(gate.effect, gate.when) for gate in contract(text)["SIGNING_KEY"].gates] == [("secret", "unset")]
    assert not contract(text.replace("not a secret at all", ""))["SIGNING_KEY"].gates


def test_fields_of_a_class_that_only_a_branch_makes_are_not_required() -> None:
    text = """
from pydantic_settings import BaseSettings
class Tracing(BaseSettings):
    ENDPOINT: str
class Sentry(Tracing):
    DSN: str
class Settings(BaseSettings):
    NAME: str
    TRACED: bool = False
settings = Settings()
if settings.TRACED:
    tracing = Sentry()
"""
    assert {name: found.required for name, found in contract(text).items()} == {
        "ENDPOINT": False, "DSN": False, "NAME": True, "TRACED": False,
    }  # fmt: skip
    assert contract(f"{text}tracing = Tracing()\n")["ENDPOINT"].required


def test_an_annotation_of_several_types_is_the_one_that_is_no_text() -> None:
    text = "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    X: str | list[str] | None = None\n"
    assert contract(text)["X"].types == ("list",)
