"""YAML with places, the commands of workflows, and the variables of Compose files."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomlint.document import Document, DocumentError, document_kind
from atomlint.source import Source
from atomlint.syntax.yaml import read_yaml

STEPS = """\
on: push
defaults:
  run:
    working-directory: api
jobs:
  web:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: fly deploy -c ä.toml -a ${{ vars.APP }}
      - run: |
          cd ../web
          fly deploy -c b.toml
      - working-directory: ./site
        run: >-
          fly deploy
          -c c.toml
      - run: "fly deploy -c 'd.toml'"
        working-directory: ${{ env.X }}
"""


def workflow(text: str) -> Document:
    return Document(".github/workflows/x.yml", "workflow", Source.from_text(".github/workflows/x.yml", text))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (".github/workflows/deploy.yml", "workflow"),
        (".github/workflows/deploy.YAML", "workflow"),
        ("app/.github/workflows/deploy.yml", None),
        (".github/dependabot.yml", None),
        ("docker-compose.yml", "compose"),
        ("deploy/compose.prod.yaml", "compose"),
        ("docker-compose.override.yml", "compose"),
        ("composer.yml", None),
        ("scripts/deploy.sh", "shell"),
    ],
)
def test_a_name_tells_the_kind(path: str, kind: str | None) -> None:
    assert document_kind(path) == kind


def test_scalars_have_paths_and_places() -> None:
    source = Source.from_text("x.yml", "a:\r\n  - é: 1\r\n  - 'two'\r\nb: &x {c: yes}\r\nd: *x\r\n")
    items = read_yaml(source)
    assert [(i.keys, i.value, source.slice(i.value_span)) for i in items] == [
        (("a", 0, "é"), "1", "1"),
        (("a", 1), "two", "'two'"),
        (("b", "c"), "yes", "yes"),
        (("d", "c"), "yes", "yes"),
    ]


@pytest.mark.parametrize(
    ("text", "line"), [("a: b: c\n", 1), ("a:\n  - b\n c: d\n", 3), ("a: 'x\n", 2), ("\tx: 1\n", 1)]
)
def test_what_is_no_yaml_is_an_error_with_its_line(text: str, line: int) -> None:
    with pytest.raises(DocumentError) as error:
        read_yaml(Source.from_text("x.yml", text))
    assert error.value.position.line == line
    assert "\n" not in str(error.value)


def test_aliases_that_multiply_and_deep_nests_end() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    assert len(read_yaml(Source.from_text("x.yml", bomb))) <= 100_000
    with pytest.raises(DocumentError, match=r"deep|nesting"):
        read_yaml(Source.from_text("x.yml", "[" * 5000))


def test_commands_of_steps_have_their_words_places_and_folders() -> None:
    document = workflow(STEPS)
    found = [c for c in document.commands if c.words[0] == "fly"]
    assert [(c.words[-1] if c.words[-1] is not None else c.words[3], c.folder) for c in found] == [
        ("ä.toml", "api"),
        ("b.toml", "web"),
        ("c.toml", "site"),
        ("d.toml", None),
    ]
    assert [document.source.slice(c.places[3]) for c in found] == ["ä.toml", "b.toml", "c.toml", "'d.toml'"]
    assert [c.span.start.line for c in found] == [10, 13, 16, 18]


def test_the_former_action_runs_flyctl_with_its_arguments() -> None:
    text = "jobs:\n  a:\n    steps:\n      - uses: superfly/flyctl-actions@1.3\n        with:\n          args: deploy -c é.toml\n"
    (command,) = workflow(text).commands
    assert command.words == ("flyctl", "deploy", "-c", "é.toml")
    assert workflow(text).source.slice(command.places[3]) == "é.toml"
    assert workflow(text.replace("actions@1.3", "actions/setup-flyctl@1")).commands == ()


def test_a_workflow_without_steps_has_no_commands() -> None:
    assert workflow("").commands == ()
    assert workflow("jobs: 3\nrun: fly deploy\n").commands == ()


def test_compose_files_give_variables_in_both_forms() -> None:
    text = (
        "services:\n  web:\n    environment:\n      A: 1\n      B:\n  db:\n    environment:\n      - C=x=y\n      - D\n"
    )
    document = Document("compose.yml", "compose", Source.from_text("compose.yml", text))
    assert [(v.service, v.name, v.value, v.span.start.line) for v in document.environment] == [
        ("web", "A", "1", 4),
        ("web", "B", None, 5),
        ("db", "C", "x=y", 8),
        ("db", "D", None, 9),
    ]


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab:-[]{}&*!|>'\"#\n é%@,", max_size=40))
def test_any_text_gives_scalars_with_their_places_or_one_error(text: str) -> None:
    source = Source.from_text("x.yml", text)
    try:
        items = read_yaml(source)
    except DocumentError:
        return
    assert all(item.value_span.start <= item.value_span.end for item in items)
