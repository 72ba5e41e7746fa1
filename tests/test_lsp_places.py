"""URIs, paths and columns as editors write them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types

from atomlint.finding import Position, Span
from atomlint.lsp.places import Columns, key_of, path_of, uri_of
from atomlint.source import Source

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///srv/app/a.py", "/srv/app/a.py"),
        ("file:///srv/a%20b%23c%3Fd.py", "/srv/a b#c?d.py"),
        ("file:///srv/a;b@c=d.py", "/srv/a;b@c=d.py"),
        ("file:///srv/%C3%BC.py", "/srv/ü.py"),
        ("file:///srv/%FF.py", os.fsdecode(b"/srv/\xff.py")),
        ("file:///srv/%2541.py", "/srv/%41.py"),
        ("file://localhost/srv/a.py", "/srv/a.py"),
        ("file://elsewhere/srv/a.py", None),
        ("untitled:Untitled-1", None),
        ("git:/srv/a.py?ref=HEAD", None),
        ("vscode-notebook-cell:/srv/a.ipynb#W0", None),
        ("file:///srv/a%00.py", None),
        ("file:", None),
        ("http://[broken", None),
        ("", None),
    ],
)
def test_a_uri_names_a_path_or_is_no_file(uri: str, path: str | None) -> None:
    assert path_of(uri, windows=False) == path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/app/a.py", "c:\\app\\a.py"),
        ("file:///C:/app/a.py", "C:\\app\\a.py"),
        ("file://server/share/a.py", "\\\\server\\share\\a.py"),
    ],
)
def test_a_uri_names_a_drive_or_a_share_on_windows(uri: str, path: str) -> None:
    assert path_of(uri, windows=True) == path


@pytest.mark.parametrize("name", ["a b;c#d?.py", "ü%41.py", os.fsdecode(b"\xff.py")])
def test_a_path_comes_back_from_its_uri(tmp_path: Path, name: str) -> None:
    path = str(tmp_path / name)
    assert path_of(uri_of(path)) == path


def test_a_link_to_a_directory_is_the_directory_and_one_to_a_file_is_itself(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.py").touch()
    try:
        (tmp_path / "link").symlink_to("real", target_is_directory=True)
        (tmp_path / "real/b.py").symlink_to("a.py")
    except OSError:  # a Windows user without the right to make links
        return
    assert key_of(str(tmp_path / "link/a.py")) == key_of(str(tmp_path / "real/a.py"))
    assert key_of(str(tmp_path / "real/b.py")) != key_of(str(tmp_path / "real/a.py"))


@pytest.mark.parametrize(
    ("encoding", "columns"),
    [
        (types.PositionEncodingKind.Utf8, (7, 11)),
        (types.PositionEncodingKind.Utf16, (5, 7)),
        (types.PositionEncodingKind.Utf32, (4, 5)),
    ],
)
def test_columns_count_units_of_the_encoding(encoding: types.PositionEncodingKind, columns: tuple[int, int]) -> None:
    source = Source.from_text("a.py", "first\rx='🦊🦊'\n")
    shown = Columns(source, encoding).range(Span("a.py", Position(2, 5), Position(2, 6)))
    assert (shown.start.line, shown.end.line) == (1, 1)
    assert (shown.start.character, shown.end.character) == columns


def test_a_text_that_cannot_be_had_is_counted_in_code_points() -> None:
    place = Columns(None, types.PositionEncodingKind.Utf16).position(Position(3, 4))
    assert (place.line, place.character) == (2, 3)
