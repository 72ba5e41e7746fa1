"""Code behind settings that are off by default: when it is idle, and what in a repository turns it on."""

from __future__ import annotations

import pytest
from index_project import index_of

SETTINGS = """
    from pydantic_settings import BaseSettings

    class Settings(BaseSettings):
        limit_enabled: bool = False
        admin_api_key_enabled: bool = False
        redis_url: str | None = None
        on: bool = True
        backend: str = "memory"

    settings = Settings()
"""
DEPLOYED = {"docker-compose.yml": "services:\n  web:\n    environment:\n      DATABASE_URL: postgres://db/app\n"}


def runs(app: str, name: str = "work", **files: str) -> bool:
    """Whether some call of a function in ``app.py`` runs."""
    given = {"app.py": app, "config.py": SETTINGS, **{path.replace("__", "."): text for path, text in files.items()}}
    index = index_of(given)
    calls = [c for c in index.calls("app.py") if c.name == name]
    assert calls
    return any(index.idle.runs(c.path, c.ordinal) for c in calls)


def branch(test: str, before: str = "") -> str:
    return f"import os\nfrom config import settings\n{before}\nif {test}:\n    work()\n"


@pytest.mark.parametrize(
    "test",
    [
        "settings.limit_enabled",
        "settings.limit_enabled is True",
        "settings.limit_enabled and other",
        "not (not settings.limit_enabled)",
        "settings.admin_api_key_enabled",
        "bool(settings.limit_enabled)",
        'os.getenv("LIMIT", "false").lower() == "true"',
        'os.getenv("LIMIT", "false").lower() in ("true", "1", "yes")',
        'os.environ.get("LIMIT", "0") == "1"',
    ],
)
def test_a_flag_that_is_off_closes_its_branch(test: str) -> None:
    assert not runs(branch(test))


@pytest.mark.parametrize(
    "test",
    [
        "not settings.limit_enabled",
        "settings.limit_enabled or other",
        "settings.on",
        "other",
        "settings.limit_enabled is False",
        'os.getenv("LIMIT", "true").lower() == "true"',
        'os.getenv("LIMIT", "false").lower() != "true"',
        'os.environ["LIMIT"] == "true"',
        'os.getenv("APP_ENV", "dev") == "production"',
        'os.getenv("API_KEY")',
        'os.getenv("CI") == "true"',
    ],
)
def test_what_is_on_or_not_known_closes_nothing(test: str) -> None:
    assert runs(branch(test), **DEPLOYED)


@pytest.mark.parametrize(
    "test",
    [
        "settings.redis_url",
        "settings.redis_url is not None",
        'os.getenv("REDIS_URL")',
        'os.environ.get("REDIS_URL", "")',
        '"REDIS_URL" in os.environ',
        'settings.backend == "redis"',
        'os.getenv("BACKEND", "memory").lower() == "redis"',
    ],
)
def test_what_has_no_value_is_off_where_the_project_says_how_it_is_deployed(test: str) -> None:
    assert not runs(branch(test), **DEPLOYED)
    assert runs(branch(test))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("docker-compose.yml", "services:\n  web:\n    environment:\n      REDIS_URL: redis://redis:6379\n"),
        ("docker-compose.yml", "services:\n  web:\n    environment:\n      - REDIS_URL=redis://redis:6379\n"),
        ("docker-compose.yml", "services:\n  web:\n    environment:\n      - REDIS_URL\n"),
        ("docker-compose.yml", "services:\n  web:\n    environment:\n      REDIS_URL: ${REDIS_URL}\n"),
        ("docker-compose.yml", "services:\n  web:\n    environment:\n      A_B: c\n  redis:\n    image: redis:7\n"),
        (".env.example", "A_B=c\nREDIS_URL=redis://localhost:6379\n"),
        (".env.sample", "A_B=c\nexport REDIS_URL=your-url\n"),
        ("env.example", "A_B=c\nREDIS_URL=your-url\n"),
        ("Dockerfile", "FROM python\nENV A_B=c REDIS_URL=redis://redis\n"),
        ("Dockerfile", "FROM python\nENV A_B c\nENV REDIS_URL redis://redis\n"),
        ("fly.toml", "[env]\nA_B = 'c'\nREDIS_URL = 'redis://redis'\n"),
        ("render.yaml", "services:\n  - envVars:\n      - key: REDIS_URL\n        fromService: x\n"),
        ("k8s/web.yaml", "env:\n  - name: REDIS_URL\n    value: redis://redis\n"),
        ("k8s/web.yaml", "env:\n  - name: REDIS_URL\n    valueFrom:\n      secretKeyRef: x\n"),
        ("main.tf", 'name = "REDIS_URL"\nvalue = "redis://x"\n'),
        ("app.json", '{"env": {"A_B": "c", "REDIS_URL": {"required": true}}}'),
    ],
)
def test_a_file_that_gives_the_variable_turns_it_on(path: str, text: str) -> None:
    assert runs(
        branch("settings.redis_url"), **{path: text, ".env.example": text if path == ".env.example" else "C_D=e\n"}
    )


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("docker-compose.yml", "services:\n  web:\n    environment:\n      LIMIT_ENABLED: 'false'\n"),
        ("docker-compose.yml", "services:\n  web:\n    environment:\n      LIMIT_ENABLED: ${LIMIT_ENABLED:-false}\n"),
        ("docker-compose.yml", "services:\n  web:\n    environment:\n      - LIMIT_ENABLED=${LIMIT_ENABLED:-0}\n"),
        ("deploy.sh", "gcloud run deploy app --set-env-vars=LIMIT_ENABLED=false \\\n  --port=80\n"),
        ("deploy.sh", "gcloud run deploy app --set-env-vars=LIMIT_ENABLED=false,MODE=fast\n"),
        ("deploy.sh", "gcloud run deploy app --set-env-vars=MODE=fast,LIMIT_ENABLED=0 --port=80\n"),
        (".github/workflows/ci.yml", "jobs:\n  test:\n    env:\n      LIMIT_ENABLED: 'true'\n"),
        (".github/workflows/nightly-e2e.yml", "jobs:\n  test:\n    env:\n      LIMIT_ENABLED: 'true'\n"),
        (".env.example", "LIMIT_ENABLED=False  # opt in\n"),
        (".env.example", "# LIMIT_ENABLED=true\n"),
        (".env.example", "LIMIT_ENABLED=\n"),
        ("k8s/web.yaml", "env:\n  - name: LIMIT_ENABLED\n    value: 'false'\n"),
        ("README.md", "Set `LIMIT_ENABLED=true` to limit requests.\n"),
    ],
)
def test_a_file_that_leaves_it_off_or_only_tells_of_it_does_not(path: str, text: str) -> None:
    assert not runs(branch("settings.limit_enabled"), **{path: text})


def test_a_readme_that_gives_an_address_says_that_there_is_one() -> None:
    readme = {"README.md": "```\nexport REDIS_URL=redis://localhost:6379\n```\n"}
    assert runs(branch("settings.redis_url"), **DEPLOYED, **readme)


def test_what_follows_a_way_out_is_closed_and_an_alternative_is_not() -> None:
    app = """
        from config import settings
        def check():
            if not settings.limit_enabled:
                return other()
            work()
        check()
    """
    assert not runs(app)
    assert runs(app, "other")


def test_a_side_of_an_expression_is_closed() -> None:
    app = "from config import settings\nclient = work(load()) if settings.limit_enabled else other()\n"
    assert not runs(app)
    assert not runs(app, "load")
    assert runs(app, "other")
    assert not runs("from config import settings\nclient = settings.limit_enabled and work()\n")


def test_names_attributes_properties_and_functions_are_followed() -> None:
    app = """
        from config import settings
        ENABLED = settings.limit_enabled

        class Limiter:
            def __init__(self):
                self.enabled = ENABLED

            @property
            def active(self):
                return self.enabled

            def check(self):
                if {test}:
                    work()

        def is_on():
            if not settings.limit_enabled:
                return False
            return True

        Limiter().check()
    """
    for test in ("self.enabled", "self.active", "is_on()", "ENABLED"):
        assert not runs(app.format(test=test)), test


CACHED = "from functools import lru_cache\n@lru_cache\ndef get_settings():\n    return Settings()\n"
KEPT = """
_kept: Settings | None = None
def get_settings() -> Settings:
    global _kept
    if _kept is None:
        _kept = Settings()
    return _kept
"""
UNTYPED = "_kept = None\ndef get_settings():\n    global _kept\n    if _kept is None:\n        _kept = Settings()\n    return _kept\n"
LATE = "class Holder:\n    kept = Settings()\ndef get_settings():\n    return Holder.kept\n"


@pytest.mark.parametrize("accessor", [CACHED, KEPT, UNTYPED, LATE])
def test_a_function_that_gives_the_settings_is_followed(accessor: str) -> None:
    before = f"from config import Settings\n{accessor}\n"
    for test in (
        "get_settings().limit_enabled",
        'getattr(get_settings(), "limit_enabled", False)',
        "get_settings().limit_enabled and other",
    ):
        assert not runs(branch(test, before)), test
        assert runs(branch(f"not {test}", before)), test
        assert runs(branch(test.replace("limit_enabled", "on"), before)), test


def test_settings_that_an_object_keeps_are_followed() -> None:
    app = """
        from config import Settings
        {accessor}

        class Limiter:
            def __init__(self, settings: Settings | None = None):
                self._settings = settings or get_settings()
                self.enabled = get_settings().limit_enabled

            async def dispatch(self, request, call_next):
                if request.path == "/" or not {test}:
                    return await call_next(request)
                work()

        Limiter().dispatch(1, 2)
        {also}
    """.replace("{accessor}", KEPT.strip().replace("\n", "\n        "))
    for test in ("self._settings.limit_enabled", "self.enabled", 'getattr(self, "enabled", False)'):
        assert not runs(app.format(test=test, also="")), test
        assert runs(app.format(test=test.replace("limit_enabled", "on").replace("enabled", "on"), also=""))
    assert runs(app.format(test='getattr(self, "enabled", True)', also=""))
    assert runs(app.format(test="self.enabled", also="Limiter().enabled = True"))
    assert runs(app.format(test="self._settings.limit_enabled", also="get_settings().limit_enabled = load()"))


def test_what_a_class_sets_of_itself_is_followed() -> None:
    app = """
        import os
        class Manager:
            def __new__(cls):
                made = object.__new__(cls)
                cls.enabled = os.getenv("MANAGER", {default})
                return made

            def check(self):
                if not self.enabled:
                    return
                work()

        Manager().check()
    """
    assert not runs(app.format(default="False"))
    assert runs(app.format(default="True"))


def test_an_attribute_of_the_same_name_that_another_class_is_given_turns_nothing_on() -> None:
    also = """
import limits
class Job:
    limit_enabled = False
def start(job: Job, mixed: {known}):
    {name}.limit_enabled = True
"""
    assert not runs(branch("settings.limit_enabled", also.format(known="Job", name="job")))
    assert not runs(branch("settings.limit_enabled", also.format(known="Job", name="limits.Limiter()")))
    job = "(limits.find() if mixed else Job())"
    assert not runs(branch("settings.limit_enabled", also.format(known="bool", name=job)))
    assert runs(branch("settings.limit_enabled", also.format(known="bool", name="(limits.find() if mixed else None)")))
    assert runs(branch("settings.limit_enabled", also.format(known="object", name="mixed")))
    assert runs(branch("settings.limit_enabled", also.format(known="Job", name="unknown")))
    assert runs(
        branch("settings.limit_enabled", "from config import Settings\n" + also.format(known="Settings", name="mixed"))
    )


def test_settings_that_are_one_of_several_classes_are_not_known() -> None:
    several = """
from config import Settings
class Always:
    limit_enabled = True
def get_settings():
    if other():
        return {other}()
    return Settings()
"""
    assert runs(branch("get_settings().limit_enabled", several.format(other="Always")))
    assert not runs(branch("get_settings().limit_enabled", several.format(other="Settings")))


def test_a_value_that_is_given_by_an_alias_is_not_known() -> None:
    config = """
    from pydantic import Field
    from pydantic_settings import BaseSettings

    class Settings(BaseSettings):
        limit_enabled: bool = Field(default=False, alias="LIMITS_ON")

    settings = Settings({given})
    """
    assert not runs(branch("settings.limit_enabled"), config__py=config.format(given=""))
    assert runs(branch("settings.limit_enabled"), config__py=config.format(given="LIMITS_ON=True"))


def test_what_is_certainly_not_there_is_off() -> None:
    assert not runs(branch('getattr(settings, "replica", None)'))
    assert not runs(branch('hasattr(settings, "replica") and settings.replica'))
    assert not runs('from config import settings\nx = hasattr(settings, "replica") and work()\n')
    assert runs(branch('not hasattr(settings, "replica")'))
    assert runs(branch('getattr(settings, "replica", other)'))


def test_a_value_from_elsewhere_is_not_known() -> None:
    for given in ("settings.limit_enabled = load()", "Settings(limit_enabled=True)", "Settings(**given)"):
        app = f"from config import Settings, settings\n{given}\nif settings.limit_enabled:\n    work()\n"
        assert runs(app), given
    heir = SETTINGS + "\n    class Production(Settings):\n        limit_enabled: bool = True\n"
    assert runs(branch("settings.limit_enabled"), config__py=heir)
    parameter = """
        from config import settings
        def check(enabled=settings.limit_enabled):
            if enabled:
                work()
        check(True)
    """
    assert runs(parameter)


def test_constants_alone_close_nothing() -> None:
    assert runs("client = None\nif client:\n    work()\n")
    assert runs("class A:\n    on = False\n    def f(self):\n        if self.on:\n            work()\nA().f()\n")


def test_a_function_that_only_closed_branches_call_is_idle() -> None:
    app = """
        from fastapi import FastAPI
        from config import settings
        app = FastAPI()

        @app.get("/")
        def page():
            if settings.limit_enabled:
                limit()
            {also}

        def limit():
            work()
    """
    assert not runs(app.format(also=""))
    assert runs(app.format(also="limit()"))


@pytest.mark.parametrize(
    "registered",
    [
        "if settings.limit_enabled:\n    app.add_middleware(Limit)",
        "def setup(app):\n    app.add_middleware(Limit)\nif settings.limit_enabled:\n    setup(app)",
    ],
)
def test_a_middleware_that_is_only_added_in_a_closed_branch_is_idle(registered: str) -> None:
    app = """
from fastapi import FastAPI
from starlette.middleware.base import BaseHTTPMiddleware
from config import settings
app = FastAPI()

class Limit(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        work()
        return await call_next(request)

"""
    assert not runs(app + registered)
    assert runs(app + registered.replace("settings.limit_enabled", "settings.on"))


def test_a_router_that_is_only_included_in_a_closed_branch_is_idle() -> None:
    app = """
        from fastapi import APIRouter, FastAPI
        from config import settings
        app = FastAPI()
        router = APIRouter()

        @router.get("/")
        def page():
            work()

        if settings.{flag}:
            app.include_router(router)
    """
    assert not runs(app.format(flag="limit_enabled"))
    assert runs(app.format(flag="on"))


def test_a_guide_to_deployment_that_sets_a_flag_turns_it_on() -> None:
    guide = {"docs/deployment.md": "```\nLIMIT_ENABLED=true\n```\n"}
    assert runs(branch("settings.limit_enabled"), **guide)
    assert not runs(branch("settings.limit_enabled"), **{"docs/deployment.md": "LIMIT_ENABLED=false\n"})


def test_a_platform_that_gives_addresses_may_give_this_one() -> None:
    assert runs(branch("settings.redis_url"), **DEPLOYED, Procfile="web: uvicorn app:app\n")


def test_what_only_builds_an_image_says_nothing_of_deployment() -> None:
    assert runs(branch("settings.redis_url"), Dockerfile="FROM python\nENV PIP_NO_CACHE_DIR=1\n")


def test_names_of_nested_settings_count() -> None:
    assert runs(branch("settings.limit_enabled"), **{".env": "APP__LIMIT_ENABLED=true\n"})
    assert runs(branch("settings.limit_enabled"), **{"app.toml": "[web]\nlimit_enabled = true\n"})


def test_a_function_that_something_unknown_may_call_is_not_idle() -> None:
    app = """
        from config import settings
        class Limiter:
            def check(self):
                work()
        if settings.limit_enabled:
            Limiter().check()
        {also}
    """
    assert not runs(app.format(also=""))
    assert runs(app.format(also="Limiter()\n        unknown().check()"))


@pytest.mark.parametrize(
    "helper",
    [
        'def flag(name):\n    return os.environ.get(name, "").lower() in {"1", "true"}',
        'def flag(name, default="false"):\n    return os.getenv(name, default).lower() == "true"',
        "def flag(name, default=False):\n    value = os.getenv(name)\n    if value is None:\n        return default\n    return value == '1'",
    ],
)
def test_helpers_that_read_a_flag_by_its_name_are_followed(helper: str) -> None:
    assert not runs(branch('flag("LIMIT")', helper), **DEPLOYED)
    assert runs(branch('flag("LIMIT")', helper), **DEPLOYED, **{".env": "LIMIT=1\n"})
    assert runs(branch('not flag("LIMIT")', helper), **DEPLOYED)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("FEATURE = False", False),
        ("FEATURE = env.bool('FEATURE', default=False)", False),
        ("FEATURE = os.getenv('FEATURE', 'false') == 'true'", False),
        ("FEATURE = env.bool('FEATURE', default=True)", True),
        ("FEATURE = True", True),
        ("FEATURE = None", True),
        ("FEATURE = load()", True),
    ],
)
@pytest.mark.parametrize("asked", ["settings.FEATURE", 'getattr(settings, "FEATURE", False)'])
def test_settings_of_django_are_followed(settings: str, expected: bool, asked: str) -> None:
    app = f"from django.conf import settings\nif {asked}:\n    work()\n"
    module = f"import os\nimport environ\nenv = environ.Env()\nINSTALLED_APPS = []\n{settings}\n"
    assert runs(app, **{"shop/settings.py": module}) is expected
    production = {"shop/settings.py": module, "shop/production.py": "from .settings import *\nFEATURE = True\n"}
    assert runs(app, **production)
    assert runs(
        "from django.conf import settings\nif not settings.FEATURE:\n    work()\n", **{"shop/settings.py": module}
    )


@pytest.mark.parametrize(
    ("test", "does_run"),
    [
        ('os.getenv("CACHE_DISABLED", "true").lower() == "true"', False),
        ('os.getenv("SKIP_CACHE", "1") == "1"', False),
        ('os.getenv("CACHE_DISABLED", "false").lower() == "true"', True),
        ('os.getenv("CACHE_ENABLED", "true").lower() == "true"', True),
    ],
)
def test_a_switch_that_is_on_and_turns_something_off_closes_what_comes_after(test: str, *, does_run: bool) -> None:
    app = f"import os\nOFF = {test}\ndef f():\n    if OFF:\n        return\n    work()\nf()\n"
    assert runs(app) is does_run


CHART = "data:\n  LIMIT_ENABLED: {{ .Values.limits.isOn | quote }}\n"


@pytest.mark.parametrize(
    ("files", "is_on"),
    [
        ({"chart/values.yaml": "limits:\n  isOn: false\n", "chart/templates/config.yaml": CHART}, False),
        ({"chart/values.yaml": "limits:\n  isOn: true\n", "chart/templates/config.yaml": CHART}, True),
        ({"chart/templates/config.yaml": CHART}, True),
        (
            {
                "roles/app/defaults/main.yml": 'limit_is_on: "false"\n',
                "roles/app/templates/env.j2": "LIMIT_ENABLED={{ limit_is_on }}\n",
            },
            False,
        ),
        ({".github/workflows/deploy.yml": "env:\n  LIMIT_ENABLED: 'true'\n"}, True),
    ],
)
def test_the_value_of_a_template_is_that_of_the_file_with_its_values(files: dict[str, str], *, is_on: bool) -> None:
    given = {"app.py": branch("settings.limit_enabled"), "config.py": SETTINGS, **files}
    index = index_of(given)
    (call,) = [c for c in index.calls("app.py") if c.name == "work"]
    assert index.idle.runs(call.path, call.ordinal) is is_on


@pytest.mark.parametrize(
    ("before", "test", "open_"),
    [
        ("CLUSTER = False", "CLUSTER", False),
        ("CLUSTER = False\nNODES = []", "CLUSTER and NODES", False),
        ("CLUSTER = True", "not CLUSTER", False),
        ("CLUSTER = True", "CLUSTER", True),
        ("cluster = False", "cluster", True),
        ("CLUSTER = False\nCLUSTER = probe()", "CLUSTER", True),
        ("CLUSTER = False\ndef start():\n    global CLUSTER\n    CLUSTER = True", "CLUSTER", True),
        ("from other import CLUSTER", "CLUSTER", False),
        ("from other import *", "CLUSTER", False),
        ("import all_of_it", "all_of_it.CLUSTER", False),
        ("from all_of_it import CLUSTER", "CLUSTER", False),
        ("from other import *\nCLUSTER = probe()", "CLUSTER", True),
        ("from round_about import *", "CLUSTER", False),
        ("from one_way import CLUSTER", "CLUSTER", True),
        ("import all_of_it\nall_of_it.CLUSTER = probe()", "all_of_it.CLUSTER", True),
    ],
)
def test_a_constant_of_a_module_switches_on_and_off(before: str, test: str, open_: bool) -> None:
    files = {"other__py": "CLUSTER = False\n", "all_of_it__py": "from other import *\n"}
    files["round_about__py"] = "from app import *\nfrom round_about import *\nfrom all_of_it import *\n"
    files |= {"one_way__py": "from back import CLUSTER\n", "back__py": "from one_way import CLUSTER\n"}
    assert runs(branch(test, before), **files) is open_
