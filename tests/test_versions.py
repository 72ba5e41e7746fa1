"""Which version of a library a project uses, by its lock file or its requirements."""

from __future__ import annotations

import pytest

from atomlint.index.requirements import states_versions
from atomlint.index.versions import Versions
from atomlint.testing import check_files


def versions(**files: str) -> Versions:
    texts = {name.replace("__", "/").replace("_", "."): text for name, text in files.items()}
    return Versions(lambda: texts, texts.get)


LOCK = '[[package]]\nname = "fastapi-limiter"\nversion = "0.1.6"\n'


@pytest.mark.parametrize(
    ("files", "answer"),
    [
        ({"uv_lock": LOCK}, True),
        ({"backend__poetry_lock": LOCK.replace("0.1.6", "0.2.0")}, False),
        ({"requirements_txt": "# pinned\nfastapi_limiter==0.1.6  # by hand\n"}, True),
        ({"requirements_txt": "fastapi-limiter>=0.2\n"}, False),
        ({"requirements_txt": "fastapi-limiter[redis]~=0.1.5 ; python_version > '3.8'\n"}, True),
        ({"requirements_txt": "fastapi-limiter>=0.1\n"}, None),
        ({"requirements_txt": "fastapi-limiter\n"}, False),
        ({"requirements_txt": "fastapi-limiter==0.1.6 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n"}, True),
        ({"requirements_txt": "fastapi-limiter==0.1.6 --hash=sha256:00\n"}, True),
        ({"Pipfile": '[packages]\nfastapi-limiter = {version = "==0.1.6", extras = ["x"]}\n'}, True),
        ({"Pipfile": '[packages]\nfastapi-limiter = "*"\n[dev-packages]\nfastapi-limiter = "==0.1.6"\n'}, False),
        ({"api__Pipfile_lock": '{"default": {"fastapi-limiter": {"version": "==0.1.6"}}}'}, True),
        ({"Pipfile_lock": '{"default": {"fastapi-limiter": {"ref": "main"}}, "develop": []}'}, None),
        ({"Pipfile_lock": "[]"}, None),
        ({"Pipfile_lock": "{"}, None),
        ({"pyproject_toml": '[project]\ndependencies = ["fastapi-limiter>=0.1,<0.2"]\n'}, True),
        ({"pyproject_toml": '[tool.poetry.dependencies]\npython = "^3.11"\nfastapi-limiter = "^0.1.6"\n'}, True),
        (
            {"pyproject_toml": '[tool.poetry.dependencies]\nfastapi-limiter = {version = "~0.1", extras = ["x"]}\n'},
            True,
        ),
        ({"pyproject_toml": '[tool.poetry.dependencies]\nfastapi-limiter = "0.2.1"\n'}, False),
        ({"pyproject_toml": '[tool.pixi.pypi-dependencies]\nfastapi-limiter = "==0.1.6"\n'}, True),
        ({"pyproject_toml": '[tool.pixi.feature.api.dependencies]\nfastapi-limiter = { version = ">=0.2" }\n'}, False),
        ({"pyproject_toml": "not toml ["}, None),
        ({"requirements_txt": "-r other.txt\nfastapi-limiter @ git+https://example.com/x.git\n"}, None),
        ({"requires_txt": "fastapi-limiter>=0.1.5,<0.2\n"}, True),
        ({"Pipfile_lock": '{"default": {}, "develop": {"fastapi-limiter": {"version": "==0.1.6"}}}'}, None),
        ({"setup_cfg": "[options]\ninstall_requires =\n    # pinned\n    fastapi-limiter==0.1.6\n"}, True),
        ({"setup_cfg": "[metadata]\nname = shop\n"}, None),
        ({"setup_cfg": "no section\n"}, None),
        ({"setup_py": "from setuptools import setup\nsetup(install_requires=['fastapi-limiter==0.1.6'])\n"}, True),
        ({"setup_py": "wanted = ['fastapi-limiter>=0.2']\nsetup(name='shop', install_requires=wanted)\n"}, False),
        ({"setup_py": "setup(install_requires=read('requires.txt'))\n"}, None),
        ({"setup_py": "setup(\n"}, None),
        ({"pyproject_toml": '[project.optional-dependencies]\nlimits = ["fastapi-limiter==0.1.6"]\n'}, True),
        ({}, None),
    ],
)
def test_a_range_holds_for_the_version_that_the_project_states(files: dict[str, str], answer: bool | None) -> None:
    assert versions(**files).holds("fastapi-limiter", "<0.2") is answer


def test_a_lock_file_goes_before_a_range() -> None:
    known = versions(uv_lock=LOCK, pyproject_toml='[project]\ndependencies = ["fastapi-limiter>=0.1"]\n')
    assert known.holds("Fastapi_Limiter", "<0.2") is True


def test_two_lock_files_that_disagree_say_nothing() -> None:
    known = versions(a__uv_lock=LOCK, b__uv_lock=LOCK.replace("0.1.6", "0.2.3"))
    assert known.holds("fastapi-limiter", "<0.2") is None


def test_what_is_stated_nearest_to_a_file_goes_before_the_rest() -> None:
    pinned, open_ended = "fastapi-limiter==0.1.6\n", "fastapi-limiter>=0.1\n"
    known = versions(
        uv_lock=LOCK.replace("0.1.6", "0.2.3"),
        a__requirements__base_txt=pinned,
        b__requirements_txt=open_ended,
        c__other__requirements_txt=pinned,
    )
    answers = {
        near: known.holds("fastapi-limiter", "<0.2", near) for near in ("a/app/x.py", "b/x.py", "c/x.py", "x.py")
    }
    assert answers == {"a/app/x.py": True, "b/x.py": False, "c/x.py": False, "x.py": False}


def test_where_nothing_is_stated_above_a_file_all_statements_count() -> None:
    known = versions(a__uv_lock=LOCK, b__uv_lock=LOCK.replace("0.1.6", "0.1.7"))
    assert known.holds("fastapi-limiter", "<0.2", "shared/x.py") is True
    known = versions(a__uv_lock=LOCK, b__uv_lock=LOCK.replace("0.1.6", "0.2.3"))
    assert known.holds("fastapi-limiter", "<0.2", "shared/x.py") is None


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("uv.lock", True),
        ("setup.cfg", True),
        ("setup.py", True),
        ("pkg/requires.txt", True),
        ("backend/requirements/base-requirements.txt", True),
        ("requirements-dev.in", True),
        ("requirements.txt", True),
        ("requirements/main.txt", True),
        ("api/Pipfile", True),
        ("api/Pipfile.lock", True),
        ("main.txt", False),
        ("notes.txt", False),
        ("app/requirements.py", False),
    ],
)
def test_files_that_state_versions_are_known_by_name(path: str, answer: bool) -> None:
    assert states_versions(path) is answer


def test_what_a_part_leaves_open_is_not_decided_by_the_parts_beside_it() -> None:
    stated = versions(api__requirements_txt="redis==5.0.1\n", maps__requirements_txt="redis>=5\n")
    assert stated.holds("redis", "<8", "maps/app.py") is None
    assert stated.holds("redis", "<8", "api/app.py") is True
    assert stated.holds("redis", "<8", "jobs/app.py") is True
    locked = versions(requirements_txt="redis==5.0.1\n", maps__requirements_txt="redis>=5\n")
    assert locked.holds("redis", "<8", "maps/app.py") is True


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_requirements_are_read_in_the_encodings_that_pip_reads(encoding: str) -> None:
    files: dict[str, str | bytes] = {
        "app.py": 'import redis\nfrom flask import Flask\n\napp = Flask(__name__)\nclient = redis.Redis(host="cache")\n\n'
        "@app.before_request\ndef count():\n    client.incr('n')\n",
        "requirements.txt": "# caf\xe9\nredis==5.0.0\n".encode(encoding),
    }
    (finding,) = check_files(files, select=("redis-no-timeout",)).findings
    assert finding.confidence.value == "high"
