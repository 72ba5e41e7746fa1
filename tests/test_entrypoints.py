"""Entry points are found where `importlib.metadata` finds them."""

import sys
import zipfile
from importlib import metadata

import pytest

from atomlint.entrypoints import EntryPoint, entry_points

GROUPS = sorted(metadata.entry_points().groups)


def expected(group):
    found = metadata.entry_points(group=group)
    return sorted(EntryPoint(one.name, one.value, one.dist.version) for one in found)


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_of_this_environment_is_the_same(group):
    assert sorted(entry_points(group)) == expected(group)


def install(place, directory, text, version="1.0"):
    folder = place / directory
    folder.mkdir(parents=True)
    (folder / "entry_points.txt").write_text(text, "utf-8")
    about = "METADATA" if directory.endswith(".dist-info") else "PKG-INFO"
    (folder / about).write_text(f"Metadata-Version: 2.1\nName: x\nVersion: {version}\n\nVersion: 9\n", "utf-8")
    return folder


def test_the_first_of_two_installations_of_a_distribution_counts(tmp_path):
    install(tmp_path / "a", "Acme_Rules-2.0.dist-info", "[packs]\nacme = acme_two\n", "2.0")
    install(tmp_path / "b", "acme.rules-1.0.dist-info", "[packs]\nacme = acme_one\n")
    path = [str(tmp_path / "a"), str(tmp_path / "b")]
    assert entry_points("packs", path) == [("acme", "acme_two", "2.0")]


def test_other_groups_comments_and_spaces_are_no_entries(tmp_path):
    text = "# packs\n[other]\na = b\n\n[packs]\n; no\n  x=y \n# z = z\n[packs.more]\nc = d\n"
    install(tmp_path, "acme.egg-info", text)
    assert entry_points("packs", [str(tmp_path)]) == [("x", "y", "1.0")]


def test_a_distribution_without_metadata_and_an_unreadable_file_are_nothing_special(tmp_path):
    (install(tmp_path, "acme-1.dist-info", "[packs]\nx = y\n") / "METADATA").unlink()
    (install(tmp_path, "bad-1.dist-info", "") / "entry_points.txt").write_bytes(b"[packs]\nx = \xff\n")
    (tmp_path / "file.dist-info").write_text("", "utf-8")
    assert entry_points("packs", [str(tmp_path), str(tmp_path / "absent")]) == [("x", "y", "0")]


def test_a_zip_on_the_path_is_left_to_the_library(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "acme.zip", "w") as file:
        file.writestr("acme-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
        file.writestr("acme-1.0.dist-info/entry_points.txt", "[packs]\nx = y\n")
    monkeypatch.syspath_prepend(tmp_path / "acme.zip")
    assert entry_points("packs") == [("x", "y", "1.0")]


def test_another_finder_of_distributions_is_left_to_the_library(monkeypatch):
    class Finder:
        @staticmethod
        def find_spec(*_):
            return None

        @staticmethod
        def find_distributions(*_):
            class Distribution(metadata.Distribution):
                def read_text(self, name):
                    texts = {"METADATA": "Name: acme\nVersion: 3\n", "entry_points.txt": "[packs]\nx = y\n"}
                    return texts.get(name)

                def locate_file(self, path):
                    return path

            return [Distribution()]

    monkeypatch.setattr("sys.meta_path", [*sys.meta_path, Finder])
    assert entry_points("packs") == [("x", "y", "3")]
