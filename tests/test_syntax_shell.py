"""Shell scripts: commands with their words, places and folders, as far as they are literal."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomlint.source import Source
from atomlint.syntax.shell import HERE, ROOT, below, program, read_commands


def commands(text: str, **variables: str):
    return read_commands(Source.from_text("x.sh", text), variables=dict(variables))


def words(text: str, **variables: str) -> list[tuple[str | None, ...]]:
    return [command.words for command in commands(text, **variables)]


def folders(text: str) -> list[tuple[str | None, str | None]]:
    """Names and folders of the commands that are no ``cd``."""
    return [(c.words[0], c.folder) for c in commands(text) if c.words[0] not in ("cd", "pushd", "popd", "exit")]


def test_words_lose_their_quotes_and_keep_their_places() -> None:
    source = Source.from_text("x.sh", "# c\nfly deploy --config 'a b.toml' \"ü\"x -a=y \\\n  --now\n")
    (command,) = read_commands(source)
    assert command.words == ("fly", "deploy", "--config", "a b.toml", "üx", "-a=y", "--now")
    assert [source.slice(place) for place in command.places][3:5] == ["'a b.toml'", '"ü"x']
    assert command.span.start.line == 2


def test_variables_count_when_the_script_sets_them_to_one_literal() -> None:
    assert words('A=x\nB="$A.toml"\nfly $A "$B" ${A} "$C"')[-1] == ("fly", "x", "x.toml", "x", None)
    assert words("A=x\nA=y\nfly $A")[-1] == ("fly", None)
    assert words("serve --port ${PORT:-8000} ${HOST-0.0.0.0}", HOST="::")[-1] == ("serve", "--port", "8000", "::")
    assert words("A=$(date)\nfly $A `x`")[-1][:2] == ("fly", None)


def test_redirections_assignments_and_here_documents_are_no_words() -> None:
    text = "A=1 fly deploy > log 2>&1\ncat <<EOF\nfly deploy --config no.toml\nEOF\necho 'fly deploy'\n"
    assert words(text) == [("fly", "deploy"), ("cat",), ("echo", "fly deploy")]
    assert commands(text)[0].assigned == ("A",)


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("fly", ""),
        ("cd web\nfly", "web"),
        ("cd web && cd ../api/x\nfly", "api/x"),
        ("cd web || exit 1\nfly", "web"),
        ("(cd web; true)\nfly", ""),
        ("pushd web\npopd\nfly", ""),
        ('cd "$(dirname "$0")"\nfly', HERE),
        ('cd "$(dirname "${BASH_SOURCE[0]}")/.."\nfly', f"{HERE}.."),
        ('D="$( cd "$( dirname "${BASH_SOURCE[0]}" )/.." && pwd )"\ncd "$D/web"\nfly', f"{HERE}../web"),
        ('cd "$(git rev-parse --show-toplevel)/web"\nfly', f"{ROOT}web"),
        ('cd "$SOMEWHERE"\nfly', None),
        ("cd /srv\nfly", None),
        ("cd -\nfly", None),
        ("if true; then cd web; fi\nfly", None),
        ("f() { cd web; }\nfly", ""),
    ],
)
def test_the_folder_is_followed_as_far_as_it_is_known(text: str, folder: str | None) -> None:
    assert folders(text)[-1] == ("fly", folder)


def test_a_path_is_seen_from_a_folder() -> None:
    assert below("a/b", "../c") == "a/c"
    assert below("a", "./") == "a"
    assert below("", "..") == ".."
    assert below(None, "x") is None
    assert below("a", None) is None
    assert below(None, f"{HERE}/x") == f"{HERE}x"


def test_the_program_comes_after_its_wrappers() -> None:
    assert program(("exec", "env", "A=1", "/usr/bin/tini", "--", "serve", "-x")) == ["serve", "-x"]
    assert program(()) == []
    assert program((None, "x")) == [None, "x"]


def test_a_part_of_a_file_has_the_places_of_the_file() -> None:
    source = Source.from_text("x.yml", "run: fly deploy -c ü.toml\n")
    (command,) = read_commands(source, source.text[5:], 5)
    assert source.slice(command.places[3]) == "ü.toml"


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab $(){}'\"\\\n;&|<>`#=cd-ü", max_size=60))
def test_any_text_gives_commands_or_none(text: str) -> None:
    source = Source.from_text("x.sh", text)
    for command in read_commands(source):
        assert len(command.words) == len(command.places)
        assert command.span.start <= command.span.end
