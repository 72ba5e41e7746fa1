"""Packs, ids, redirects and selectors; and packs that are wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from packs import calls, make_pack, make_registry

from atomlint.config import load
from atomlint.registry import PackError, Registry

OWN = ["atomlint-rule-crashed", "atomlint-syntax-error", "atomlint-unused-suppression"]
RULES = {
    "mail/no_timeout.py": calls("mail-no-timeout", "send", redirects=("mail-timeout", "smtp-timeout")),
    "mail/plain.py": calls("mail-plain", "login", status="preview"),
    "mail/old.py": calls("mail-old", "rset", status="deprecated"),
    "queue/empty.py": calls("queue-empty", "pop"),
    "queue/_helpers.py": "raise RuntimeError('never imported by itself')",
    "_shared/thing.py": "raise RuntimeError('no family')",
}


@pytest.fixture
def registry(tmp_path, monkeypatch):
    return make_registry(tmp_path, monkeypatch, RULES)


def selected(registry, **settings) -> list[str]:
    return [rule.id for rule in registry.selected(load(None, settings))]


def test_an_id_is_the_family_and_the_file(registry):
    assert registry.ids == [*OWN, "mail-no-timeout", "mail-old", "mail-plain", "queue-empty"]
    assert registry.families == {"atomlint", "mail", "queue"}


def test_a_module_is_imported_when_its_rule_is_asked_for_and_not_before(registry, tmp_path):
    (tmp_path / "packs" / registry.packs[0].package / "queue" / "empty.py").write_text("raise OSError('gone')")
    assert registry.rule("mail-plain").summary == "Mail plain"
    with pytest.raises(PackError, match=r"queue\.empty: OSError: gone"):
        registry.rule("queue-empty")


def test_a_selector_names_an_id_an_earlier_id_a_family_or_all(registry):
    assert registry.expand("mail-plain") == {"mail-plain"}
    assert registry.expand("mail") == {"mail-no-timeout", "mail-old", "mail-plain"}
    assert registry.expand("smtp-timeout") == {"mail-no-timeout"}
    assert registry.expand("all") == set(registry.ids)
    assert registry.expand("nothing") == set()
    assert registry.redirects == {"mail-timeout": "mail-no-timeout", "smtp-timeout": "mail-no-timeout"}


def test_a_wrong_name_suggests_the_nearest(registry):
    assert registry.nearest("mail-no-timout") == "mail-no-timeout"
    assert registry.nearest("mial") == "mail"
    assert registry.nearest("xyzzy") is None


def test_an_unknown_id_is_a_key_error(registry):
    with pytest.raises(KeyError):
        registry.rule("mail-nothing")


@pytest.mark.parametrize(
    ("settings", "ids"),
    [
        ({}, [*OWN, "mail-no-timeout", "queue-empty"]),
        ({"select": ("all",)}, [*OWN, "mail-no-timeout", "queue-empty"]),
        ({"select": ("mail",)}, [*OWN[:2], "mail-no-timeout"]),
        ({"select": ("mail-plain",)}, [*OWN[:2], "mail-plain"]),
        ({"select": ("mail", "mail-old")}, [*OWN[:2], "mail-no-timeout", "mail-old"]),
        ({"select": ("mail-timeout",)}, [*OWN[:2], "mail-no-timeout"]),
        ({"ignore": ("mail", "atomlint")}, ["queue-empty"]),
        ({"ignore": ("smtp-timeout",)}, [*OWN, "queue-empty"]),
        ({"select": ("queue",), "ignore": ("all",)}, []),
        ({"select": ("queue",), "ignore": ("atomlint-syntax-error",)}, [OWN[0], "queue-empty"]),
    ],
)
def test_what_runs_is_selected_less_what_is_ignored_and_preview_rules_only_by_their_id(registry, settings, ids):
    assert selected(registry, **settings) == ids


def test_one_id_in_two_packs_is_an_error(tmp_path, monkeypatch):
    one = make_pack(tmp_path, monkeypatch, RULES, name="one")
    two = make_pack(tmp_path, monkeypatch, {"queue/empty.py": RULES["queue/empty.py"]}, name="two")
    with pytest.raises(PackError, match=r"pack 'two': rule 'queue-empty' is already defined by .*queue\.empty"):
        Registry([one, two])


def test_no_pack_can_define_an_id_of_the_engine(tmp_path, monkeypatch):
    with pytest.raises(PackError, match=r"'atomlint-syntax-error' is already defined by atomlint itself"):
        make_registry(tmp_path, monkeypatch, {"atomlint/syntax_error.py": ""})


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("", "a rule module defines exactly one rule, and its id is 'mail-plain'"),
        (calls("mail-other", "x"), "its id is 'mail-plain'"),
        (
            calls("mail-plain", "x") + "\nreport2 = rule('mail-two')(lambda call: True)\n",
            "annotate the nominating function",
        ),
        ("def f(:", "SyntaxError"),
        ("import nothing_of_that_name", "ModuleNotFoundError: No module named 'nothing_of_that_name'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        (
            "from atomlint import rule\n@rule('mail-plain')\ndef f(x: int): pass",
            "annotate the nominating function's first parameter",
        ),
        (
            "from atomlint import rule\n@rule('mail-plain', severity='fatal')\ndef f(x: 'Call'): pass",
            "'fatal' is not a valid Severity",
        ),
    ],
)
def test_a_broken_rule_module_is_one_line_that_names_it(tmp_path, monkeypatch, module, message):
    registry = make_registry(tmp_path, monkeypatch, {"mail/plain.py": module})
    with pytest.raises(PackError) as caught:
        registry.rule("mail-plain")
    assert str(caught.value).startswith(f"{registry.packs[0].package}.mail.plain: ")
    assert message in str(caught.value)


def test_the_stamp_changes_with_every_file_and_with_the_version(tmp_path, monkeypatch):
    pack = make_pack(tmp_path, monkeypatch, RULES)
    before = pack.stamp()
    assert pack.stamp() == before
    assert replace(pack, version="2.0").stamp() != before
    (pack.directory / "queue" / "_helpers.py").write_text("x = 1\n")
    assert pack.stamp() != before


@pytest.mark.parametrize("rows", ["[[client]]\ntype = 3\n", "[[client]]\ntipe = 'x'\n", "[[client\n"])
def test_a_catalog_that_does_not_fit_names_its_file(tmp_path, monkeypatch, rows):
    pack = make_pack(tmp_path, monkeypatch, {"catalog/rows.toml": rows})
    with pytest.raises(PackError, match=r"catalog/rows\.toml: "):
        list(pack.rows())


def test_every_installed_rule_can_be_loaded_and_belongs_to_its_family():
    registry = Registry()
    assert [rule.id for rule in map(registry.rule, registry.ids)] == registry.ids
    assert all(rule.family == rule.id.partition("-")[0] for rule in map(registry.rule, registry.ids))
