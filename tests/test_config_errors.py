from __future__ import annotations

from pathlib import Path

import pytest
from config_project import complaints, messages, outcome, write
from hypothesis import given, settings
from hypothesis import strategies as st

from atomlint.config import (
    ConfigError,
    ConfigErrors,
    check_options,
    find,
    load,
    override,
    unknown_selectors,
)
from atomlint.config.read import line_of
from atomlint.config.schema import schema
from atomlint.option import Option


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("selekt = []", "atomlint.toml:1: selekt: unknown key; did you mean 'select'?"),
        ("per_file_ignores = {}", "atomlint.toml:1: per_file_ignores: unknown key; did you mean 'per-file-ignores'?"),
        (
            "[tool.atomlint]\nselect = []",
            (
                "atomlint.toml:1: tool: unknown key; outside pyproject.toml the keys stand at the top level, "
                "without tool.atomlint"
            ),
        ),
        (
            '\nselect = "redis"',
            'atomlint.toml:2: select: must be a list of strings, not a string: write ["redis"]',
        ),
        ("select = [1]", "atomlint.toml:1: select[0]: must be a string, not an integer"),
        (
            "per-file-ignores = ['x']",
            "atomlint.toml:1: per-file-ignores: must be a table of lists of strings, not a list",
        ),
        (
            "[per-file-ignores]\n'a b' = 'x'",
            'atomlint.toml:2: per-file-ignores."a b": must be a list of strings, not a string: write ["x"]',
        ),
        (
            "severity = 'Eror'",
            "atomlint.toml:1: severity: must be one of info, warning, error, not 'Eror'; did you mean 'error'?",
        ),
        ("confidence = 3", "atomlint.toml:1: confidence: must be one of low, medium, high, not an integer"),
        ("severities = 'x'", "atomlint.toml:1: severities: must be a table of severities, not a string"),
        ("rules = []", "atomlint.toml:1: rules: must be a table of tables, not a list"),
        ("catalog = {}", "atomlint.toml:1: catalog: must be a list of tables, not a table"),
        (
            "require-reason = 'true'",
            "atomlint.toml:1: require-reason: must be a boolean, not a string: write true without quotes",
        ),
        ("require-reason = 1", "atomlint.toml:1: require-reason: must be a boolean, not an integer"),
        ("baseline = 2026-01-01", "atomlint.toml:1: baseline: must be a string, not a date"),
        ("exclude = ['!']", "atomlint.toml:1: exclude[0]: the pattern '!' is not a gitignore pattern"),
        (
            "exclude = ['a[']",
            (
                "atomlint.toml:1: exclude[0]: the pattern 'a[' matches nothing: it is blank, a comment, "
                "or has an open bracket"
            ),
        ),
        ("[[catalog]]\nknd = 'x'", "atomlint.toml:1: catalog[0]: has no kind; its key 'knd' may be meant"),
        ("[[catalog]]\nkind = 1", "atomlint.toml:2: catalog[0].kind: must be a string, not an integer"),
        ('"bad\\nkey" = 1', None),
        (f"[rules.a]\nb = 0x{'f' * 5000}", "atomlint.toml:2: rules.a.b: is an integer of more than 64 bits"),
        (f"rules.a.b{'.c' * 5000} = 1", "atomlint.toml:1: rules.a.b: is nested too deep"),
    ],
)
def test_a_mistake_names_the_file_the_line_the_key_the_reason_and_the_repair(project, text, line):
    (found,) = complaints(project, text)
    if line is None:
        assert found.startswith('atomlint.toml: "bad\\nkey": unknown key')
    else:
        assert found == line


def test_keys_of_a_pyproject_are_named_in_full(project):
    write(project / "pyproject.toml", "[project]\n\n[tool.atomlint.severities]\nredis = 'warn'")
    with pytest.raises(ConfigError) as caught:
        load(project / "pyproject.toml")
    assert caught.value.key == "tool.atomlint.severities.redis"
    assert caught.value.path == project / "pyproject.toml"
    assert str(caught.value) == (
        "pyproject.toml:4: tool.atomlint.severities.redis: must be one of info, warning, error, not 'warn'; "
        "did you mean 'warning'?"
    )
    assert messages(write(project / "pyproject.toml", "[tool]\natomlint = 3")) == [
        "pyproject.toml:2: tool.atomlint: must be a table, not an integer"
    ]


def test_all_mistakes_of_file_and_command_line_are_reported_together(project):
    path = write(project / "atomlint.toml", "exclude = ['!']\nselekt = []\nseverity = 'bad'\nignore = [1, 'x', 2]")
    found = messages(path, srk=["x"])
    assert [line.partition(": ")[0] for line in found] == [
        "atomlint.toml:1",
        "atomlint.toml:2",
        "atomlint.toml:3",
        "atomlint.toml:4",
        "atomlint.toml:4",
        "command line",
    ]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("a = \n", "atomlint.toml:1:5: not TOML: Invalid value"),
        ("x = 1\nselect = [", "atomlint.toml:2:11: not TOML: "),
        ("a = 1\na = 2", "atomlint.toml:2:"),
        ("a = " + "[" * 5000, "atomlint.toml: not TOML that can be read: nested too deep"),
        ("a = " + "1" * 5000, "atomlint.toml: "),
        (b"\xff\xfea\x00", "atomlint.toml: not "),
        (b"# caf\xe9", "atomlint.toml: not "),
        (b"a = '\x00'", "atomlint.toml:1:"),
    ],
)
def test_what_is_no_toml_is_one_line_with_its_place(project, text, start):
    (found,) = complaints(project, text)
    assert found.startswith(start)


def test_a_pyproject_in_another_encoding_is_no_project_without_settings(project):
    (project / "pyproject.toml").write_bytes('[tool.atomlint]\nselect = ["orm"]\n'.encode("utf-16"))
    assert find(project) == project / "pyproject.toml"
    with pytest.raises(ConfigErrors, match="not UTF-8"):
        load(project / "pyproject.toml")


def test_what_is_no_file_is_one_line(project, monkeypatch):
    assert messages(project / "gone.toml") == ["gone.toml: no such file"]
    (project / "pyproject.toml").mkdir()
    assert find(project) == project / "pyproject.toml"
    assert messages(project / "pyproject.toml") == ["pyproject.toml: is a directory, not a file"]

    path = write(project / "locked" / "pyproject.toml", "")

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert find(path.parent) == path
    assert messages(path) == ["locked/pyproject.toml: cannot be read: Permission denied"]


LINES = '''# severity
[tool.other]
severity = 1
text = """
severity = 2
[[tool.atomlint.catalog]]
"""
[tool.atomlint]
ignore = ["severity"]
severity = 3
rules.severity.severity = 4
[[tool.atomlint.catalog]]
[tool.atomlint.catalog.catalog]
catalog = 1
[[tool.atomlint.catalog]]  # catalog
inner = [
  "[[catalog]]",
]
  [[ tool.'atomlint'."catalog" ]]
'''


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("severity",), 10),
        (("ignore", 0), 9),
        (("rules", "severity"), 11),
        (("rules", "severity", "severity"), 11),
        (("catalog", 0), 12),
        (("catalog", 0, "catalog"), 13),
        (("catalog", 0, "catalog", "catalog"), 14),
        (("catalog", 1), 15),
        (("catalog", 1, "inner", 0), 16),
        (("catalog", 2), 19),
        (("catalog", 3), None),
        (("absent",), None),
    ],
)
def test_a_line_is_that_of_the_key_or_none(keys, line):
    assert line_of(LINES, ("tool", "atomlint", *keys)) == line


def test_a_key_spelled_with_escapes_has_no_line():
    assert line_of('"sel\\u0065kt" = "selekt"', ("selekt",)) is None


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=60), table=st.booleans())
def test_any_bytes_give_settings_or_clear_lines(tmp_path_factory, data, table):
    path = tmp_path_factory.getbasetemp() / "any" / "atomlint.toml"
    write(path, b"select = [" + data if table else data)
    assert all(line.isprintable() for line in outcome(path))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
).filter(lambda value: value is not None)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(schema()["properties"])) | st.text(max_size=4), VALUES, max_size=3))
def test_any_values_give_settings_or_clear_lines(table):
    assert all(line.isprintable() and line.startswith("command line: ") for line in outcome(None, table))


def test_unknown_selectors_name_their_place_and_the_nearest(project):
    text = """
select = ["redis", "tenat", "all"]
severities = { redis-per-requst = "info" }
[per-file-ignores]
"a/**" = ["redis-per-request", "xyz"]
[rules.redis]
x = 1
"""
    loaded = override(load(write(project / "atomlint.toml", text)), ["ignore=['orm-x']"])
    assert list(unknown_selectors(loaded, {"redis-per-request", "tenant-uncached-lookup"}, {"redis", "tenant"})) == [
        "atomlint.toml:2: select: unknown rule or family 'tenat'; did you mean 'tenant'?",
        "command line: ignore: unknown rule 'orm-x'",
        "atomlint.toml:5: per-file-ignores.\"a/**\": unknown rule or family 'xyz'",
        (
            "atomlint.toml:3: severities.redis-per-requst: unknown rule 'redis-per-requst'; "
            "did you mean 'redis-per-request'?"
        ),
        "atomlint.toml:6: rules.redis: unknown rule 'redis'",
    ]


BUDGET = Option("budget", 60, "Seconds a poll may wait.", minimum=1)
MODES = Option("modes", ["read"], "What to look at.", choices=("read", "write"))


def test_options_are_checked_and_completed():
    assert check_options("x-y", {"budget": 5}, [BUDGET, MODES]) == {"budget": 5, "modes": ["read"]}


def test_wrong_options_are_reported_together_with_their_lines(project):
    text = "[rules.x-y]\nbudgt = 1\nbudget = 0\nmodes = ['raed']"
    loaded = load(write(project / "atomlint.toml", text))
    with pytest.raises(ConfigErrors) as caught:
        check_options("x-y", loaded.rules["x-y"], [BUDGET, MODES], settings=loaded)
    assert caught.value.messages == (
        "atomlint.toml:2: rules.x-y.budgt: x-y has no such option; did you mean 'budget'?",
        "atomlint.toml:3: rules.x-y.budget: must be at least 1",
        "atomlint.toml:4: rules.x-y.modes: must be one of read, write; did you mean 'read'?",
    )
    with pytest.raises(ConfigErrors, match=r"^command line: rules\.x-y\.a: x-y has no such option; it has none$"):
        check_options("x-y", {"a": 1}, [])
