"""Dockerfiles: instructions, stages, environments."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomlint.source import Source
from atomlint.syntax.dockerfile import Dockerfile, read_dockerfile


def read(text: str) -> Dockerfile:
    return read_dockerfile(Source.from_text("Dockerfile", dedent(text).lstrip("\n")))


def environment(text: str, target: str | None = None) -> dict[str, str | None]:
    stage = read(text).stage(target)
    assert stage is not None
    return {name: setting.value for name, setting in stage.environment.items()}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("ENV A=1", {"A": "1"}),
        ("ENV A=1 B='two words' C=\"x y\" D=a\\ b", {"A": "1", "B": "two words", "C": "x y", "D": "a b"}),
        ("ENV A some words", {"A": "some words"}),
        ("env A=1", {"A": "1"}),
        ("ENV A=1 \\\n    # why\n\n    B=2", {"A": "1", "B": "2"}),
        ("ARG X=1\nENV A=$X", {"A": "1"}),
        ("ARG X\nENV A=${X:-2}", {"A": "2"}),
        ("ENV A=1\nENV A=2", {"A": "2"}),
        ("RUN echo <<EOF\nENV A=1\nEOF\nENV B=2", {"B": "2"}),
        ("# ENV A=1", {}),
    ],
)
def test_env_in_its_forms(line: str, value: dict[str, str]) -> None:
    assert environment(f"FROM python:3.12\n{line}\n") == value


def test_only_the_built_stage_and_the_stages_below_it_count() -> None:
    text = """
        ARG TAG=3.12
        FROM python:${TAG}-slim AS base
        ENV A=base
        FROM node:22 AS web
        ENV B=web
        FROM base
        ENV C=last
        CMD ["python", "-m", "app"]
    """
    assert environment(text) == {"A": "base", "C": "last"}
    assert environment(text, "web") == {"B": "web"}
    assert environment(text, "0") == {"A": "base"}
    assert read(text).stage("none") is None
    assert [stage.image for stage in read(text).stages] == ["python:3.12-slim", "node:22", "base"]


def test_commands_in_both_forms_and_inherited() -> None:
    text = """
        FROM --platform=linux/amd64 python:3.12 AS base
        ENTRYPOINT ["/bin/tini", "--"]
        EXPOSE 8080 9090/tcp
        FROM base
        CMD uvicorn app:app \\
            --port 8080
    """
    stage = read(text).stage()
    assert stage is not None
    assert stage.last("CMD").command == "uvicorn app:app --port 8080"
    assert stage.last("ENTRYPOINT").command == ["/bin/tini", "--"]
    assert stage.last("HEALTHCHECK") is None
    assert read(text).stages[0].ports == ["8080", "9090/tcp"]


def test_an_instruction_spans_its_continuation_lines() -> None:
    instruction = read("FROM a\nRUN x && \\\n  y\nCMD z\n").instructions[1]
    assert (instruction.span.start.line, instruction.span.end.line, instruction.text) == (2, 3, "x && y")


def test_the_escape_directive_changes_the_continuation_mark() -> None:
    assert environment("# escape=`\nFROM a\nENV A=1 `\n  B=c:\\\\x\n").keys() == {"A", "B"}


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="FROMENVARG abc=\\\n\r#\"'<[]$:{}", max_size=80))
def test_any_text_is_read_without_an_error(text: str) -> None:
    file = read_dockerfile(Source.from_text("Dockerfile", text))
    assert all(stage.environment is not None for stage in file.stages)
