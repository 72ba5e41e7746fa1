"""What the instructions for agents declare: blocks, imports, types and places."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomlint.agents.blocks import DEPLOY, RULES, read_blocks
from atomlint.agents.declared import Instructions, directory_of, is_agent_document
from atomlint.agents.imports import MAX_HOPS, read_imports
from atomlint.document import Document, document_kind
from atomlint.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from atomlint.agents.blocks import Blocks


def document(path: str, text: str | bytes) -> Document:
    kind = document_kind(path)
    assert kind is not None
    return Document(path, kind, Source(path, text if isinstance(text, bytes) else text.encode()))


def instructions(files: Mapping[str, str | bytes]) -> Instructions:
    return Instructions(tuple(files), lambda path: document(path, files[path]) if path in files else None)


def blocks(text: str) -> Blocks:
    return read_blocks(document("CLAUDE.md", dedent(text).lstrip("\n")).markdown)


def block(toml: str) -> str:
    return f"<!-- BEGIN:atomlint-deploy v1 -->\n```toml\n{toml}\n```\n<!-- END:atomlint-deploy -->\n"


def problems(toml: str) -> list[str]:
    root = instructions({"CLAUDE.md": block(toml)}).root
    assert root is not None
    return [problem.message for problem in root.problems]


# --- blocks -----------------------------------------------------------------------------------------------------------


def test_a_block_reaches_from_its_begin_to_its_end() -> None:
    found = blocks("a\n<!-- BEGIN:atomlint-deploy v1 -->\nx\n<!-- END:atomlint-deploy -->\nb\n")
    assert [(b.name, b.span.start.line, b.span.end.line) for b in found.found] == [(DEPLOY, 2, 4)]
    assert found.problems == ()


def test_markers_in_code_are_text() -> None:
    found = blocks("```\n<!-- BEGIN:atomlint-deploy v1 -->\n```\n`<!-- END:atomlint-deploy -->`\n")
    assert found == ((), ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<!-- BEGIN:atomlint-deploy v1 -->", "not closed"),
        ("<!-- END:atomlint-deploy -->", "has no <!-- BEGIN:atomlint-deploy v1 --> before it"),
        ("<!-- BEGIN:atomlint-depoly v1 -->", "did you mean 'atomlint-deploy'?"),
        ("<!-- BEGIN:atomlint-deploy -->\n<!-- END:atomlint-deploy -->", "the version is missing"),
        ("<!-- BEGIN:atomlint-deploy v2 -->\n<!-- END:atomlint-deploy -->", "the version 'v2' is not known"),
        (
            "<!-- BEGIN:atomlint-deploy v1 -->\n<!-- BEGIN:atomlint-deploy v1 -->\n<!-- END:atomlint-deploy -->",
            "not closed",
        ),
        ("<!-- BEGIN:atomlint-deploy v1 -->\n<!-- END:atomlint-rules -->", "has no <!-- BEGIN:atomlint-rules v1 -->"),
    ],
)
def test_a_marker_that_makes_no_block_says_why(text: str, said: str) -> None:
    assert any(said in problem.message for _, problem in blocks(text).problems)


def test_a_begin_before_another_leaves_the_second_block() -> None:
    text = "<!-- BEGIN:atomlint-rules v1 -->\n<!-- BEGIN:atomlint-rules v1 -->\n<!-- END:atomlint-rules -->"
    assert [b.begin.start.line for b in blocks(text).named(RULES)] == [2]


def test_comments_of_others_are_left_alone() -> None:
    assert blocks("<!-- BEGIN:nextjs-agent-rules -->\n<!-- END:nextjs-agent-rules -->\n<!-- begin: x -->") == ((), ())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["<!-- BEGIN:atomlint-deploy v1 -->", "<!-- END:atomlint-deploy -->", "```", "x", ""])))
def test_any_order_of_markers_is_read_and_every_marker_outside_of_code_counts(lines: list[str]) -> None:
    found = blocks("\n".join(lines))
    closed = 2 * len(found.found)
    assert closed + len(found.problems) == len(document("a.md", "\n".join(lines)).markdown.comments)


# --- imports ----------------------------------------------------------------------------------------------------------


def test_imports_count_in_prose_and_not_in_code_or_addresses() -> None:
    text = "@docs/a.md and (see @b.md), mail a@b.md\n```\n@app.get\n```\n`@c.md`\n- @d.md.\n"
    assert [one.written for one in read_imports(document("x/CLAUDE.md", text))] == ["docs/a.md", "b.md", "d.md"]


def test_imports_are_relative_to_their_file_and_stay_in_the_project() -> None:
    text = "@../a.md @../../b.md @/etc/c.md @~/d.md @./e.md"
    assert [one.target for one in read_imports(document("x/CLAUDE.md", text))] == ["a.md", None, None, None, "x/e.md"]


def test_an_import_circle_is_read_once() -> None:
    files = {"CLAUDE.md": "@a.md", "a.md": "@b.md", "b.md": "@CLAUDE.md @a.md @b.md"}
    assert [one.path for _, one in instructions(files).documents] == ["CLAUDE.md", "a.md", "b.md"]


def test_imports_end_after_five_hops() -> None:
    files = {"CLAUDE.md": "@1.md", **{f"{n}.md": f"@{n + 1}.md" for n in range(1, 10)}}
    assert len(instructions(files).documents) == 1 + MAX_HOPS


def test_only_files_of_the_project_are_imported() -> None:
    files = {"CLAUDE.md": "@b.md @notes.txt", "b.md": "x"}
    asked: list[str] = []

    def find(path: str) -> Document | None:
        asked.append(path)
        return document(path, files.get(path, ""))

    assert [one.path for _, one in Instructions(("CLAUDE.md",), find).documents] == ["CLAUDE.md"]
    assert asked == ["CLAUDE.md"]


def test_which_documents_are_instructions_and_what_they_are_about() -> None:
    assert [p for p in ("CLAUDE.md", "a/AGENTS.md", "agents.md", "docs/CLAUDE.md.bak") if is_agent_document(p)] == [
        "CLAUDE.md",
        "a/AGENTS.md",
    ]
    assert [directory_of(p) for p in ("CLAUDE.md", "a/AGENTS.md", ".claude/CLAUDE.md", "a/.claude/CLAUDE.md")] == [
        "",
        "a",
        "",
        "a",
    ]


# --- the declaration --------------------------------------------------------------------------------------------------

WHOLE = """\
config = "fly.toml"
also-allowed = ["fly.*.toml", "!fly.api.toml"]
secrets = ["DATABASE_URL"]

[env]
ENVIRONMENT = "production"
LOG_LEVEL = ["INFO", "WARNING"]
DB_POOL_SIZE = "*"

[kill-switches]
redis = "SUSPEND_REDIS"

[apps.harbour-desk]
regions = ["ams"]
auto-stop = "off"
groups = { api = { machines = 2, processes = 1 }, worker = { machines = 1 } }

[budget]
database-connections = 40
redis-commands-per-request = 2
poll-seconds = 300
"""


def test_a_whole_declaration_is_typed() -> None:
    root = instructions({"CLAUDE.md": "# A\n\n" + block(WHOLE)}).root
    assert root is not None
    assert root.problems == ()
    declared = root.architecture
    assert root.configs == ("fly.toml",)
    assert declared.env == {"ENVIRONMENT": "production", "LOG_LEVEL": ("INFO", "WARNING"), "DB_POOL_SIZE": "*"}
    assert declared.secrets == ("DATABASE_URL",)
    assert declared.kill_switches == {"redis": "SUSPEND_REDIS"}
    app = declared.apps["harbour-desk"]
    assert (app.regions, app.auto_stop, {n: g.machines for n, g in app.groups.items()}) == (
        ("ams",),
        "off",
        {"api": 2, "worker": 1},
    )
    assert (declared.budget.database_connections, declared.budget.poll_seconds) == (40, 300.0)
    assert (root.span("env", "ENVIRONMENT").start.line, root.span("env", "ENVIRONMENT").start.column) == (10, 15)


def test_which_fly_files_are_declared() -> None:
    root = instructions({"backend/CLAUDE.md": block(WHOLE)}).root
    assert root is not None
    files = ("backend/fly.toml", "backend/fly.staging.toml", "backend/fly.api.toml", "fly.toml")
    assert [path for path in files if root.is_allowed(path)] == ["backend/fly.toml", "backend/fly.staging.toml"]
    assert [path for path in files if root.governs(path)] == list(files[:3])


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("confg = 'fly.toml'", "confg: unknown key; did you mean 'config'?"),
        ("also_allowed = []", "also_allowed: unknown key; did you mean 'also-allowed'?"),
        ("zzz = 1", "zzz: unknown key; the keys are config, also-allowed, env, secrets, kill-switches, apps, budget"),
        ("secrets = 'TOKEN'", 'secrets: must be a list of strings, not a string: write ["TOKEN"]'),
        ("secrets = [1]", "secrets[0]: must be a string, not an integer"),
        ("config = 1", "config: must be a string or a list of strings, not an integer"),
        ("config = ''", "config: must not be empty"),
        ("also-allowed = ['fly.[']", "also-allowed: the pattern 'fly.[' matches nothing"),
        ("env = 'x'", "env: must be a table of strings or lists of strings, not a string"),
        ("[env]\nDEBUG = false", "env.DEBUG: must be a string or a list of strings, not a boolean"),
        ("[apps.a]\nauto-stop = 'stopp'", "apps.a.auto-stop: must be one of off, stop, suspend, not 'stopp'"),
        ("[apps.a.groups.web]\nmachines = -1", "apps.a.groups.web.machines: must be at least 0"),
        ("[apps.a.groups.web]\nmachines = '2'", "must be an integer, not a string: write 2 without quotes"),
        ("[budget]\npoll-seconds = 0", "budget.poll-seconds: must be more than 0"),
        ("[budget]\npoll-seconds = inf", "budget.poll-seconds: must be a finite number"),
        ("[budget]\ndatabase-conections = 4", "did you mean 'database-connections'?"),
        ("a =", "no TOML: "),
        ("a = 1\na = 2", "no TOML: "),
    ],
)
def test_what_is_wrong_names_the_key_and_the_nearest_right_one(toml: str, said: str) -> None:
    assert [said in message for message in problems(toml)] == [True]


def test_what_is_wrong_costs_nothing_that_is_right() -> None:
    root = instructions({"CLAUDE.md": block("config = 'fly.toml'\nsecrets = [1, 'A']\nzzz = 1")}).root
    assert root is not None
    assert (root.configs, root.architecture.secrets) == (("fly.toml",), ("A",))
    assert [problem.span.start.line for problem in root.problems] == [5, 4]


def test_a_value_that_could_be_a_secret_is_not_repeated() -> None:
    assert "hunter2" not in "".join(problems("secrets = 'postgres://a:hunter2@db'"))


@pytest.mark.parametrize("text", [block("config = 'fly.toml'\nx = 1").replace("\n", "\r\n"), "\ufeff" + block("x = 1")])
def test_line_ends_and_byte_order_marks_move_no_place(text: str) -> None:
    root = instructions({"CLAUDE.md": text}).root
    assert root is not None
    line = text[: text.index("x = 1")].count("\n") + 1
    assert [(p.span.start.line, p.span.start.column) for p in root.problems] == [(line, 1)]


def test_a_block_of_an_imported_file_is_about_the_importing_folder() -> None:
    files = {"backend/CLAUDE.md": "@docs/fly.md", "backend/docs/fly.md": block("config = 'fly.toml'")}
    root = instructions(files).root
    assert root is not None
    assert (root.path, root.directory, root.configs) == ("backend/docs/fly.md", "backend", ("backend/fly.toml",))


def test_the_nearest_folder_has_the_say() -> None:
    found = instructions({"CLAUDE.md": block(""), "a/CLAUDE.md": block(""), "b/AGENTS.md": block("")})
    said = {path: one.path for path in ("fly.toml", "a/fly.toml", "b/c/x.toml") if (one := found.declaration_for(path))}
    assert said == {"fly.toml": "CLAUDE.md", "a/fly.toml": "a/CLAUDE.md", "b/c/x.toml": "b/AGENTS.md"}


def test_nothing_is_declared_where_no_block_stands() -> None:
    found = instructions({"CLAUDE.md": "one unified `fly.toml`", "README.md": block("config = 'fly.toml'")})
    assert (found.root, found.declarations) == (None, ())


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="[]{}=\"'`<!->.\n abc1", max_size=60))
def test_any_text_in_a_block_is_read_without_an_error(text: str) -> None:
    root = instructions({"CLAUDE.md": block(text)}).root
    if root is not None:
        assert root.architecture is not None
        assert all(problem.message for problem in root.problems)
