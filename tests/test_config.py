from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from config_project import EVERYTHING, messages, write
from hypothesis import given, settings
from hypothesis import strategies as st

from atomlint.config import (
    Config,
    ConfigErrors,
    divide,
    find,
    load,
    match_any,
    nested,
    override,
)
from atomlint.config.globs import PLAIN
from atomlint.finding import Confidence, Severity


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_own_file_beats_pyproject_and_a_nearer_directory_beats_both(project):
    far = write(project / "pyproject.toml", "[tool.atomlint]\n")
    (project / "a" / "b").mkdir(parents=True)
    assert find(project / "a" / "b") == far
    near = write(project / "a" / "pyproject.toml", "[tool.atomlint]\n")
    assert find(project / "a" / "b") == near
    own = write(project / "a" / "atomlint.toml", "")
    assert find(project / "a" / "b") == own
    assert find(write(project / "a" / "b" / "x.py", "")) == own


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("[tool.atomlint]", True),
        ("[tool]\natomlint = {}", True),
        ("tool.'atomlint'.select = []", True),
        ("[tool.atomlint.rules.x]\ny = 1", True),
        ("[project]\ndependencies = ['atomlint']", False),
        ("[tool.other]\n", False),
        ("[tool.other", False),
        ("[project]\ndependencies = ['atomlint'", False),
        ("[tool.atomlint]\nselect = [", True),
        (b"# atomlint \xff", False),
        (b"[tool.atomlint]\n# \xff", True),
        ("tool = 'atomlint'", False),
    ],
)
def test_a_pyproject_counts_only_with_the_table(project, text, counts):
    path = write(project / "pyproject.toml", text)
    assert find(project) == (path if counts else None)
    write(project / "sub" / "pyproject.toml", text)
    assert nested(["sub/pyproject.toml"], project) == ([project / "sub"] if counts else [])


def test_the_search_ends_at_the_root_of_the_repository(tmp_path):
    write(tmp_path / "atomlint.toml", "")
    for kind in ("file", "directory"):
        inner = tmp_path / kind
        (inner / "deep").mkdir(parents=True)
        if kind == "file":
            (inner / ".git").write_text("gitdir: elsewhere")
        else:
            (inner / ".git").mkdir()
        assert find(inner / "deep") is None
    assert find(tmp_path) == tmp_path / "atomlint.toml"


def test_a_hidden_file_is_not_read(project):
    write(project / ".atomlint.toml", "select = []")
    assert find(project) is None


def test_a_dangling_link_is_found_so_that_loading_says_so(project):
    link = project / "atomlint.toml"
    link.symlink_to("nowhere.toml")
    assert find(project) == link
    assert messages(link) == ["atomlint.toml: no such file"]


def test_nested_projects_are_the_directories_with_their_own_configuration(project):
    write(project / "atomlint.toml", "")
    write(project / "b" / "atomlint.toml", "")
    write(project / "a" / "x" / "pyproject.toml", "[tool.atomlint]")
    write(project / "c" / "pyproject.toml", "[tool.ruff]")
    write(project / "d" / "my-atomlint.toml", "")
    paths = ["atomlint.toml", "b/atomlint.toml", "a/x/pyproject.toml", "c/pyproject.toml", "d/my-atomlint.toml"]
    assert nested([*paths, "gone/atomlint.toml", "b/main.py"], project) == [project / "a" / "x", project / "b"]


def test_looking_for_nested_projects_opens_only_files_of_the_two_names(project, monkeypatch):
    opened = []
    write(project / "a" / "pyproject.toml", "")
    monkeypatch.setattr("os.path.exists", lambda path: opened.append(path.name))
    nested(["a/main.py", "a/pyproject.toml.bak", "a/pyproject.toml"], project)
    assert opened == ["pyproject.toml"]


def test_every_key_is_read_and_typed(project):
    loaded = load(write(project / "atomlint.toml", EVERYTHING))
    assert loaded.select == ("redis", "orm-duplicate-class")
    assert loaded.severity is Severity.ERROR
    assert loaded.confidence is Confidence.MEDIUM
    assert loaded.per_file_ignores == {"scripts/**": ("purge",)}
    assert loaded.rules == {"runtime-tight-poll": {"budget": 60}}
    assert loaded.excluded == ("build/", "gen/*.py")
    assert (loaded.require_reason, loaded.baseline) == (True, "known.json")
    assert [row["kind"] for row in loaded.catalog] == ["client"]
    assert (loaded.root, loaded.path) == (project, project / "atomlint.toml")
    default = Config()
    same = [name for name in Config.__struct_fields__ if getattr(loaded, name) == getattr(default, name)]
    assert same == [], "EVERYTHING must set every key to something other than its default"


def test_both_kinds_of_file_say_the_same(project):
    own = load(write(project / "atomlint.toml", EVERYTHING))
    text = EVERYTHING.replace("[[cat", "[[tool.atomlint.cat").replace("\n[", "\n[tool.atomlint.")
    text = "[tool.atomlint]\n" + text.replace("[tool.atomlint.[tool", "[[tool")
    assert load(write(project / "pyproject.toml", text)).digest == own.digest


def test_without_file_or_table_there_are_defaults(project):
    bare = load(None, start=project)
    assert (bare.select, bare.severity, bare.confidence) == (None, Severity.WARNING, Confidence.HIGH)
    assert (bare.path, bare.root) == (None, project)
    assert load(write(project / "pyproject.toml", "[project]\nname = 'x'")).digest == bare.digest


def test_the_root_is_the_files_directory_else_the_repository_else_the_start(project, tmp_path_factory):
    (project / "a").mkdir()
    assert load(None, start=project / "a").root == project
    path = write(project / "a" / "atomlint.toml", "")
    assert load(path, start=project).root == project / "a"
    assert load(path, root=project).root == project
    alone = tmp_path_factory.mktemp("alone")
    assert load(None, start=alone).root == alone


def test_a_byte_order_mark_and_crlf_are_read(project):
    data = b"\xef\xbb\xbf[tool.atomlint]\r\nseverity = 'error'\r\n"
    assert load(write(project / "pyproject.toml", data)).severity is Severity.ERROR


def test_the_digest_follows_values_and_nothing_else(project):
    one = load(write(project / "atomlint.toml", "ignore = ['a']\n[severities]\nx = 'info'\ny = 'error'"))
    two = load(write(project / "sub" / "pyproject.toml", "[tool.atomlint.severities]\ny = 'error'\nx = 'info'"))
    assert two.digest != one.digest
    assert override(two, ["ignore=['a']"]).digest == one.digest
    assert load(None, {"rules": {"a": {"b": 1}}}).digest != load(None, {"rules": {"a": {"b": True}}}).digest


def test_settings_travel_to_other_processes(project):
    loaded = load(write(project / "atomlint.toml", EVERYTHING))
    assert pickle.loads(pickle.dumps(loaded)) == loaded
    with pytest.raises(ConfigErrors) as caught:
        load(None, {"sel": 1})
    assert pickle.loads(pickle.dumps(caught.value)).messages == caught.value.messages


def test_the_narrowest_severity_wins():
    loaded = load(None, {"severities": {"all": "info", "redis": "error", "redis-per-request": "warning"}})
    assert loaded.severity_of("redis-per-request", "redis") is Severity.WARNING
    assert loaded.severity_of("redis-other", "redis") is Severity.ERROR
    assert loaded.severity_of("orm-other", "orm") is Severity.INFO
    assert load(None).severity_of("orm-other", "orm") is None


def test_the_command_line_replaces_values_and_adds_to_tables(project):
    text = "select = ['redis']\n[rules.a]\nx = 1\n[severities]\norm = 'info'"
    loaded = override(
        load(write(project / "atomlint.toml", text)),
        ["select=['orm']", "rules.a.y=2", "severities={redis='error'}", "rules.b.z=3", "rules.a.y=4"],
    )
    assert loaded.select == ("orm",)
    assert loaded.rules == {"a": {"x": 1, "y": 4}, "b": {"z": 3}}
    assert loaded.severities == {"orm": Severity.INFO, "redis": Severity.ERROR}
    assert loaded.root == project
    assert [loaded.origin(*keys) for keys in (("select",), ("rules",), ("rules", "a", "x"), ("rules", "a", "y"))] == [
        "command line",
        "file",
        "file",
        "command line",
    ]
    assert loaded.origin("severities", "orm") == "file"
    assert loaded.origin("severities", "redis") == "command line"
    assert loaded.origin("ignore") == "default"


def test_overrides_take_what_click_gives(project):
    loaded = load(None, {"select": ("redis",), "ignore": None, "severity": Severity.INFO})
    assert (loaded.select, loaded.ignore, loaded.severity) == (("redis",), (), Severity.INFO)
    assert loaded.origin("select") == "command line"
    assert loaded.origin("ignore") == "default"
    assert override(loaded, {"confidence": "low"}).confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("pair", "line"),
    [
        ("severity=error", "--config severity=error: not KEY=VALUE in TOML: write --config 'severity=\"error\"'"),
        ("select=redis", "--config select=redis: not KEY=VALUE in TOML: write --config 'select=[\"redis\"]'"),
        ("select", "--config select: not KEY=VALUE in TOML"),
        ("sevrity='x'", "sevrity: unknown key; did you mean 'severity'?"),
        ("severity='x'", "severity: must be one of info, warning, error, not 'x'"),
    ],
)
def test_a_wrong_pair_is_one_line(pair, line):
    with pytest.raises(ConfigErrors) as caught:
        override(load(None), [pair])
    assert caught.value.messages == (f"command line: {line}",)


def test_paths_and_pairs_are_told_apart(project):
    odd = write(project / "a=b.toml", "")
    assert divide(["x='1'", "some/file.toml", "y=2"]) == (Path("some/file.toml"), ["x='1'", "y=2"])
    assert divide([str(odd)]) == (odd, [])
    assert divide(["select=" + "x" * 5000])[1] == ["select=" + "x" * 5000]
    with pytest.raises(ConfigErrors, match=r"names more than one file: a\.toml, b\.toml$"):
        divide(["a.toml", "b.toml"])


def test_globs_are_those_of_gitignore():
    matches = match_any(["tests/", "/scripts/*.py", "*.pyi", "!keep.pyi"])
    hits = ["a/tests/x.py", "scripts/x.py", "a/b.pyi"]
    misses = ["a/scripts/x.py", "scripts/a/x.py", "a/keep.pyi", "tests.py"]
    assert [path for path in hits + misses if matches(path)] == hits
    assert not match_any([])("anything")


@settings(max_examples=100, deadline=None)
@given(st.from_regex(PLAIN, fullmatch=True))
def test_a_plain_pattern_needs_no_check(pattern):
    import pathspec

    assert any(part.include is not None for part in pathspec.GitIgnoreSpec.from_lines([pattern]).patterns)
