"""What flyctl makes of a configuration: durations, sizes and texts as Go has them, older forms, groups, machines."""

from __future__ import annotations

import pytest

from atomlint.document import Document
from atomlint.fly.decode import decode
from atomlint.fly.durations import gigabytes, megabytes, seconds
from atomlint.fly.file import FlyFile
from atomlint.fly.gotext import go_text
from atomlint.fly.hints import hint, is_slip, shown
from atomlint.fly.schema import TABLES
from atomlint.fly.stages import is_shelved
from atomlint.source import Source
from atomlint.toml import loads


def fly(text: str, path: str = "fly.toml") -> FlyFile:
    return FlyFile(Document(path, "fly", Source.from_text(path, text)))


@pytest.mark.parametrize(
    ("text", "value"),
    [("10s", 10), ("1m30s", 90), ("1.5h", 5400), ("500ms", 0.5), ("0", 0), ("-2s", -2), (".5s", 0.5), ("3µs", 3e-6)],
)
def test_durations_are_those_of_go(text: str, value: float) -> None:
    assert seconds(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "10", "10 s", "ten", "1d", "s", "1m30", "10S"])
def test_what_go_rejects_is_no_duration(text: str) -> None:
    assert seconds(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("512", 512), ("1gb", 1024), ("2GB", 2048), ("1.5 GiB", 1536), ("256MB", 256), ("1g", 1024), ("1048576b", 1)],
)
def test_memory_is_binary_and_counts_mebibytes(text: str, value: int) -> None:
    assert megabytes(text) == value


@pytest.mark.parametrize("text", ["256Mi", "1 gigabyte", "", "gb", "one", "1bb"])
def test_what_flyctl_cannot_read_is_no_size(text: str) -> None:
    assert megabytes(text) is None


def test_volumes_are_decimal_and_count_gigabytes() -> None:
    assert [gigabytes(text) for text in ("10", "10gb", "1500mb", "1tb", "x")] == [10, 10, 1, 1000, None]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (8080, "8080"),
        (0.1, "0.1"),
        (8080.0, "8080"),
        (1e7, "1e+07"),
        (1234567.5, "1.2345675e+06"),
        (0.00001, "1e-05"),
        (float("inf"), "+Inf"),
        (["a", 1], "[a 1]"),
        ({"b": 1, "a": True}, "map[a:true b:1]"),
        (0.0, "0"),
    ],
)
def test_values_become_what_go_prints(value: object, text: str) -> None:
    assert go_text(value) == text


def test_every_table_that_a_field_holds_is_in_the_schema() -> None:
    kinds = {"table", "tables", "either", "named", "concurrency"}
    held = {field.table for fields in TABLES.values() for field in fields.values() if field.table}
    assert held | {""} == set(TABLES)
    assert all(bool(field.table) == (field.kind in kinds) for fields in TABLES.values() for field in fields.values())


def test_unknown_keys_are_told_with_their_table_and_known_ones_are_not() -> None:
    found = decode(
        loads('app = "a"\nx = 1\n[http_service]\ny = 1\n[[services]]\n[[services.ports]]\nz = 1\n[env]\nfree = "1"\n')
    )
    assert [(unknown.keys, unknown.table) for unknown in found.unknown] == [
        (("x",), ""),
        (("http_service", "y"), "http_service"),
        (("services", 0, "ports", 0, "z"), "ports"),
    ]
    assert found.wrong == ()


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("app = 1", ("app",)),
        ("[http_service]\nauto_start_machines = 'yes'", ("http_service", "auto_start_machines")),
        ("[http_service]\nconcurrency = '20,25'", ("http_service", "concurrency")),
        ("[[vm]]\nprocesses = [1]", ("vm", 0, "processes", 0)),
        ("[processes]\nweb = 1", ("processes", "web")),
        ("[checks]\nalive = 1", ("checks", "alive")),
        ("[[deploy]]\nstrategy = 'rolling'", ("deploy",)),
        ("[deploy]\nwait_timeout = '5 minutes'", ("deploy", "wait_timeout")),
        ("[http_service.http_options]\nidle_timeout = -1", ("http_service", "http_options", "idle_timeout")),
        ("[[services]]\ninternal_port = 'http'", ("services", 0, "internal_port")),
        ("env = 'A=1'", ("env",)),
    ],
)
def test_values_that_the_decoder_rejects_are_told(text: str, keys: tuple[str | int, ...]) -> None:
    assert [wrong.keys for wrong in decode(loads(text)).wrong] == [keys]


def test_keys_of_the_top_level_that_a_table_swallowed_are_known_as_such() -> None:
    found = decode(loads("[deploy]\nkill_timeout = 3\nnothing = 1\n")).unknown
    assert [(unknown.key, unknown.is_swallowed) for unknown in found] == [("kill_timeout", True), ("nothing", False)]


def test_a_hint_is_a_key_of_the_table_or_the_tables_that_have_it() -> None:
    assert hint("build", "target").rename == "build-target"
    assert hint("http_service", "auto_stop_machine").rename == "auto_stop_machines"
    assert hint("", "regoin").rename is None
    assert hint("vm", "min_machines_running").homes == ("[http_service]", "[[services]]")
    assert hint("http_service", "limits") == (None, ())
    assert shown("ports") == "[[services.ports]]"


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("build_target", "build-target", True),
        ("interanl_port", "internal_port", True),
        ("metric", "metrics", True),
        ("timeout", "timeouts", True),
        ("max", "may", False),
        ("memory", "memory_mb", False),
        ("port", "ports", True),
        ("size", "sized", True),
    ],
)
def test_a_slip_is_one_character_or_two_that_changed_places(one: str, other: str, slip: bool) -> None:
    assert is_slip(one, other) is slip


def test_groups_are_those_of_processes_in_both_forms_else_app() -> None:
    assert [(g.name, g.command) for g in fly("app = 'x'").groups] == [("app", None)]
    assert [g.name for g in fly("processes = []").groups] == ["app"]
    new = fly("[processes]\nweb = 'serve'\nbeat = ''\n")
    assert [(g.name, g.command) for g in new.groups] == [("web", "serve"), ("beat", None)]
    assert new.default_group == "beat"
    old = fly("[[processes]]\nname = 'web'\ncommand = 'serve'\n[[processes]]\nname = 'app'\n")
    assert [(g.name, g.command) for g in old.groups] == [("web", "serve"), ("app", None)]
    assert old.default_group == "app"


def test_the_machines_of_a_group_are_the_last_table_that_names_it_else_the_first_of_all() -> None:
    file = fly(
        "[[vm]]\nmemory = '1gb'\n[[vm]]\nmemory = '2gb'\n[[vm]]\nsize = 'performance-2x'\nprocesses = ['w']\n"
        "[[vm]]\ncpus = 4\nmemory_mb = 1024\nmemory = '2gb'\nprocesses = ['w']\n"
    )
    assert [file.vm_of(g).keys for g in ("app", "w")] == [("vm", 0), ("vm", 3)]  # type: ignore[union-attr]
    assert (file.vm_of("w").cpus, file.vm_of("w").megabytes) == (4, 1024)  # type: ignore[union-attr]
    assert (file.vms[2].kind, file.vms[2].megabytes) == ("performance", 4096)
    assert fly("app = 'x'").vm_of("app") is None


def test_services_have_their_ports_and_defaults() -> None:
    file = fly("[http_service]\ninternal_port = 8080\nforce_https = true\nauto_stop_machines = true\n[[services]]\n")
    (service,) = file.services
    assert [(p.first, p.handlers, p.force_https) for p in service.ports] == [
        (80, ("http",), True),
        (443, ("http", "tls"), False),
    ]
    assert (service.autostop, service.autostart, service.min_machines_running, service.protocol) == (
        "stop",
        True,
        0,
        "tcp",
    )
    assert file.services_of("app") == (service,)
    assert file.default_machines("app") == 2
    assert fly("[mounts]\nsource='a'\ndestination='/a'\n[http_service]\ninternal_port=1\n").default_machines("app") == 1


def test_checks_count_in_the_unit_of_their_table() -> None:
    file = fly(
        "[[http_service.checks]]\ninterval = 15\n[[services]]\n[[services.tcp_checks]]\ninterval = 15\n"
        "[checks.a]\ntype = 'tcp'\ntimeout = 2000\n"
    )
    assert file.services[0].checks[0].interval == pytest.approx(15e-9)
    assert file.services[1].checks[0].interval == pytest.approx(0.015)
    assert (file.checks[0].name, file.checks[0].timeout) == ("a", 2)


@pytest.mark.parametrize(
    ("path", "app", "word"),
    [
        ("fly.toml", "harbour-desk", None),
        ("fly.staging.toml", "harbour-desk", "staging"),
        ("fly.toml", "harbour-desk-dev", "dev"),
        ("deploy/preview/fly.toml", "harbour", "preview"),
        ("archive/fly.toml", "harbour", "archive"),
        ("fly.production.toml", "latest-desk", None),
    ],
)
def test_the_stage_is_told_by_name_application_and_folder(path: str, app: str, word: str | None) -> None:
    assert fly(f"app = '{app}'", path).other_stage == word


def test_files_that_nothing_deploys_lie_in_certain_folders() -> None:
    assert is_shelved("x/archive/fly.toml")
    assert not is_shelved("staging/fly.toml")


def test_what_the_build_and_the_deployment_say() -> None:
    file = fly(
        "[build]\nbuild_target = 'prod'\n[build.args]\nA = 1\n[build.compose]\n[deploy]\nstrategy = 'bluegreen'\n"
        "[experimental]\nentrypoint = 'x'\ncmd = ['a', 'b']\n"
    )
    assert (file.build.target, file.build.args, file.build.compose) == ("prod", {"A": "1"}, "")
    assert file.deploy.strategy == "bluegreen"
    assert file.overrides == {"entrypoint": ("x",), "cmd": ("a", "b")}
