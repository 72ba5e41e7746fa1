"""Deployments of a project: what their images start, which variables and secrets they get, who runs flyctl and how."""

from __future__ import annotations

import pytest
from index_project import index_of

FLY = 'app = "harbour-desk"\n'


def deployment(files: dict[str, str]):
    return index_of({"fly.toml": FLY, **files}).deployments.at("fly.toml")


def started(command: str, env: str = "") -> list[tuple[str, str | None, int | None]] | None:
    """Program, host and port of what the command of a group starts."""
    found = deployment({"fly.toml": f"{FLY}[env]\n{env}\n[processes]\napp = {command!r}\n"}).listeners("app")
    return None if found is None else [(listener.program, listener.host, listener.port) for listener in found]


@pytest.mark.parametrize(
    ("command", "listener"),
    [
        ("uvicorn a:app --host 0.0.0.0 --port 8000", ("uvicorn", "0.0.0.0", 8000)),
        ("uvicorn a:app --port=8000", ("uvicorn", "127.0.0.1", 8000)),
        ("python -m uvicorn a:app --host :: --port 80", ("uvicorn", "::", 80)),
        ("uv run --no-dev uvicorn a:app --host 0.0.0.0", ("uvicorn", "0.0.0.0", None)),
        ("gunicorn -w 2 -b 0.0.0.0:8000 a:app", ("gunicorn", "0.0.0.0", 8000)),
        ("gunicorn --bind=:8000 a:app", ("gunicorn", None, 8000)),
        ("gunicorn a:app", ("gunicorn", None, None)),
        ("hypercorn a:app --bind [::]:8080", ("hypercorn", "::", 8080)),
        ("daphne -b 0.0.0.0 -p 8001 a:app", ("daphne", "0.0.0.0", 8001)),
        ("flask run -h 0.0.0.0 -p 5000", ("flask", "0.0.0.0", 5000)),
        ("fastapi run a.py --port 8000", ("fastapi", None, 8000)),
        ("python manage.py runserver 0.0.0.0:8000", ("runserver", "0.0.0.0", 8000)),
        ("python manage.py runserver", ("runserver", "127.0.0.1", 8000)),
        ("streamlit run a.py --server.port=8501", ("streamlit", None, 8501)),
        ("sh -c 'python migrate.py && exec uvicorn a:app --host 0.0.0.0 --port $PORT'", ("uvicorn", "0.0.0.0", 9000)),
        ("sh -c 'uvicorn a:app --host 0.0.0.0 --port ${OTHER:-7000}'", ("uvicorn", "0.0.0.0", 7000)),
    ],
)
def test_a_server_listens_where_its_command_says(command: str, listener: tuple[str, str | None, int | None]) -> None:
    assert started(command, 'PORT = "9000"') == [listener]


@pytest.mark.parametrize(
    "command", ["./start.sh", "sh -c 'nginx && uvicorn a:app'", "supervisord -n", "npm start", "'"]
)
def test_what_starts_more_than_is_known_is_not_known(command: str) -> None:
    assert started(command) is None


@pytest.mark.parametrize(
    "command",
    ["celery -A a worker", "gunicorn -b unix:/run/a.sock a:app", "uvicorn a:app --uds /run/a", "flask db upgrade", ""],
)
def test_what_listens_nowhere_gives_no_listener(command: str) -> None:
    assert not started(command)


def test_a_setting_of_the_environment_leaves_the_host_open() -> None:
    assert started("uvicorn a:app --port 80", 'UVICORN_HOST = "0.0.0.0"') == []


def test_the_image_starts_what_its_last_instruction_says_in_the_built_stage() -> None:
    docker = """
        FROM python:3.12 AS base
        ENV PORT=8000
        CMD ["uvicorn", "a:app", "--host", "0.0.0.0", "--port", "8000"]
        FROM base AS web
        FROM nginx AS other
        CMD ["nginx"]
        """
    web = deployment({"fly.toml": f'{FLY}[build]\nbuild-target = "web"\n', "Dockerfile": docker})
    assert [(x.port, x.span.path) for x in web.listeners("app")] == [(8000, "Dockerfile")]
    assert deployment({"Dockerfile": docker}).listeners("app") is None
    image = deployment({"fly.toml": f'{FLY}[build]\nimage = "x"\n', "Dockerfile": docker})
    assert image.listeners("app") is None


PROCFILE = "web: gunicorn -w 3 --bind 0.0.0.0:8000 a:app\nworker: TIER=jobs celery -A a worker\n"


def test_a_buildpack_starts_what_the_procfile_says() -> None:
    built = f'{FLY}[build]\nbuilder = "paketobuildpacks/builder:base"\n'
    files = {"fly.toml": built, "Procfile": PROCFILE, "a.py": ""}
    found = deployment(files)
    assert [(x.program, x.port, x.span.path, x.span.start.line) for x in found.listeners("app")] == [
        ("gunicorn", 8000, "Procfile", 1)
    ]
    assert found.sets(("TIER",))
    named = deployment({**files, "fly.toml": f'{built}[processes]\napp = "web"\njobs = "worker"\n'})
    assert [[x.port for x in named.listeners(group)] for group in ("app", "jobs")] == [[8000], []]
    shell = deployment({**files, "Procfile": "web: python migrate.py && uvicorn a:app --port ${PORT:-8080}\n"})
    assert [x.port for x in shell.listeners("app")] == [8080]


def test_a_dockerfile_goes_before_a_procfile_and_a_builder_before_a_dockerfile() -> None:
    docker = 'FROM python\nCMD ["uvicorn", "a:app", "--port", "9000"]\n'
    files = {"Procfile": PROCFILE, "Dockerfile": docker, "a.py": ""}
    assert [x.port for x in deployment(files).listeners("app")] == [9000]
    built = f'{FLY}[build]\nbuilder = "heroku/builder:24"\n'
    assert [x.port for x in deployment({"fly.toml": built, **files}).listeners("app")] == [8000]
    assert deployment({"fly.toml": f'{FLY}[build]\nimage = "x"\n', **files}).listeners("app") is None


def test_an_entry_point_before_the_command_makes_it_unknown_and_a_wrapper_does_not() -> None:
    command = 'CMD ["uvicorn", "a:app", "--port", "8000"]'
    assert deployment({"Dockerfile": f'FROM python\nENTRYPOINT ["./entry"]\n{command}\n'}).listeners("app") is None
    found = deployment({"Dockerfile": f'FROM python\nENTRYPOINT ["/usr/bin/tini", "--"]\n{command}\n'}).listeners("app")
    assert [listener.port for listener in found] == [8000]


def test_an_entry_point_that_hands_on_its_arguments_runs_the_command() -> None:
    docker = 'FROM python\nENTRYPOINT ["./entry.sh"]\nCMD ["uvicorn", "a:app", "--port", "8000"]\n'
    script = '#!/bin/sh\nset -e\npython migrate.py\nexec "$@"\n'
    found = deployment({"Dockerfile": docker, "entry.sh": script}).listeners("app")
    assert [listener.port for listener in found] == [8000]
    assert deployment({"Dockerfile": docker, "entry.sh": "serve\n"}).listeners("app") is None


def test_a_start_script_is_read_where_it_is_the_only_one_of_its_name() -> None:
    docker = 'FROM python\nCMD ["/app/start.sh"]\n'
    script = "#!/bin/sh\npython migrate.py\nexec uvicorn a:app --host 0.0.0.0 --port ${PORT:-8000}\n"
    found = deployment({"Dockerfile": docker, "start.sh": script}).listeners("app")
    assert [(x.port, x.span.path, x.span.start.line) for x in found] == [(8000, "start.sh", 3)]
    assert deployment({"Dockerfile": docker, "start.sh": script, "x/start.sh": script}).listeners("app") is None
    assert deployment({"Dockerfile": docker, "start.sh": "node server.js &\nuvicorn a:app\n"}).listeners("app") is None


def test_a_work_folder_is_followed_through_stages() -> None:
    found = deployment({"Dockerfile": "FROM python AS a\nWORKDIR /srv\nWORKDIR app\nFROM a\nRUN true\n"})
    assert found.stage.workdir == "/srv/app"
    assert deployment({"Dockerfile": "FROM python\n"}).stage.workdir == ""


def test_patterns_of_the_project_say_what_a_configuration_is() -> None:
    index = index_of({"fly.toml": FLY, "deploy/a.toml": FLY, "b.toml": FLY})
    assert [d.path for d in index.deployments.all] == ["fly.toml"]
    index = index_of({"fly.toml": FLY, "deploy/a.toml": FLY, "b.toml": FLY})
    index.fly_files = ("deploy/*.toml",)
    assert [d.path for d in index.deployments.all] == ["deploy/a.toml"]


def test_a_broken_configuration_is_kept_apart_with_its_error() -> None:
    index = index_of({"fly.toml": "app = \n", "api/fly.toml": FLY, "api/fly.dev.toml": FLY})
    assert list(index.deployments.broken) == ["fly.toml"]
    assert [d.path for d in index.deployments.production] == ["api/fly.toml"]
    with pytest.raises(ValueError, match="value"):
        index.deployments.at("fly.toml")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("deploy.sh", "fly secrets set A=1 ENVIRONMENT=production\n"),
        ("deploy.sh", "echo '  fly secrets set ENVIRONMENT=production -a harbour-desk'\n"),
        ("docs/x.md", "```\nflyctl secrets set \\\n  ENVIRONMENT=production\n```\n"),
        (".github/workflows/x.yml", 'jobs: {a: {steps: [{run: "fly secrets set ENVIRONMENT=$X"}]}}\n'),
        ("fly.toml", f"# fly secrets set ENVIRONMENT=production\n{FLY}"),
    ],
)
def test_what_is_documented_as_a_secret_counts_as_set(path: str, text: str) -> None:
    assert deployment({path: text}).sets(("ENVIRONMENT",))


def test_a_secret_of_another_application_does_not_count() -> None:
    assert not deployment({"deploy.sh": "fly secrets set ENVIRONMENT=x -a other\n"}).sets(("ENVIRONMENT",))
    assert not deployment({"deploy.sh": "fly secrets list\nENVIRONMENT=x\n"}).sets(("ENVIRONMENT",))


@pytest.mark.parametrize(
    ("script", "paths"),
    [
        ("fly deploy -c a.toml", ["a.toml", "x/y/a.toml", "x/a.toml"]),
        ('cd "$(dirname "$0")/.."\nfly deploy --config=a.toml', ["x/a.toml"]),
        ('cd "$(git rev-parse --show-toplevel)"\nfly deploy -c ./a.toml', ["a.toml"]),
        ('fly deploy -c "$(dirname "$0")/a.toml"', ["x/y/a.toml"]),
        ('cd "$(dirname "$0")"\nfly deploy web -c a.toml', ["x/y/web/a.toml", "x/y/a.toml"]),
        ("cd $X\nfly deploy -c a.toml", []),
        ("fly deploy -c /srv/a.toml", []),
        ("fly deploy -c $X", []),
        ("fly deploy", []),
    ],
)
def test_a_configuration_is_looked_for_where_the_script_can_be(script: str, paths: list[str]) -> None:
    index = index_of({"x/y/deploy.sh": script})
    (call,) = index.deployments.calls_in(index.document("x/y/deploy.sh"))
    assert call.candidates() == paths


def test_a_guard_is_asked_what_it_makes_of_a_value() -> None:
    text = """
        import os
        ENV = os.getenv("APP_ENV", "dev")
        if ENV == "production":
            check()
        URL = "a" if ENV != "dev" else "b"
        """
    guards = index_of({"app.py": text}).mode_guards
    assert [
        (guard.detail, [guard.is_production(value) for value in ("production", "prod", "dev")]) for guard in guards
    ] == [
        ("URL", [True, True, False]),
        ("check", [True, False, False]),
    ]
