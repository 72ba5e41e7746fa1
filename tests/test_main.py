"""The command as a process: what it is, what it imports, and how it ends when something outside goes wrong."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from commands import BEFORE, LIMITER, ROOT, atomlint, environment, write

from atomlint import __version__
from atomlint.cli import COMMANDS, main
from atomlint.cli.check import GROUPS


@pytest.fixture
def project(tmp_path):
    """A project with one finding that fails."""
    place = tmp_path / "project"
    place.mkdir()
    return write(place, app_dot_py=LIMITER, atomlint_dot_toml="")


def invoke(*arguments: str):
    return CliRunner().invoke(main, list(arguments))


def test_python_m_atomlint_is_the_command(tmp_path):
    done = atomlint("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"atomlint {__version__}\n")
    assert "Usage: atomlint check" in atomlint("check", "-h", cwd=tmp_path).stdout


def test_help_lists_every_command_and_groups_the_options_of_check():
    shown = invoke("--help").output
    assert [name for name in COMMANDS if not re.search(rf"^  {name} ", shown, re.MULTILINE)] == []
    text = invoke("check", "--help").output
    headings = re.findall(r"^(\w+):$", text, re.MULTILINE)
    assert headings == [*GROUPS, "Other"]
    assert "[PATHS]...\n\n" not in text.partition("Other:")[2]


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "lsp"])
def test_every_command_has_help(name):
    assert invoke(name, "--help").exit_code == 0


def test_unknown_commands_and_options_suggest_the_nearest():
    done = invoke("chekc")
    assert done.exit_code == 2
    assert "did you mean 'check'?" in done.output
    done = invoke("check", "--selct", "x")
    assert done.exit_code == 2
    assert "--select" in done.output


def test_a_pack_that_cannot_be_used_is_one_line(monkeypatch, tmp_path):
    from atomlint import registry

    write(tmp_path, redis__broken_dot_py="raise ValueError('no')\n", redis____init___dot_py="")
    monkeypatch.syspath_prepend(tmp_path.parent)
    pack = registry.Pack("broken", tmp_path.name, "1", tmp_path)
    monkeypatch.setattr(registry, "installed_packs", lambda: [pack])
    for command in (["rules"], ["explain", "redis-broken"], ["config", "schema"]):
        done = invoke(*command)
        assert done.exit_code == 2, command
        assert done.output.startswith("atomlint: ")
        assert done.output.count("\n") == 1


def test_starting_the_command_imports_nothing_heavy():
    code = (
        "import sys, atomlint.cli.check, atomlint.cli.rules, atomlint.cli.explain, atomlint.cli.cache\n"
        "heavy = {'libcst', 'detect_secrets', 'tree_sitter', 'msgspec', 'pathspec', 'asyncio', 'subprocess', 'sqlite3',"
        " 'pygls', 'importlib.metadata', 'multiprocessing'}\n"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    plain = [sys.executable, "-c", "import sys, click; print(*sorted(sys.modules))"]
    known = subprocess.run(plain, capture_output=True, text=True, check=True).stdout.split()
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set(found) - set(known) == set()


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="only on POSIX: signals and closed pipes")


def start(*arguments: str, cwd: Path, **streams):
    command = [sys.executable, "-m", "atomlint", *arguments]
    return subprocess.Popen(command, cwd=cwd, env=environment(), stderr=subprocess.PIPE, **streams)


@POSIX
def test_ctrl_c_ends_with_130_and_one_line(project):
    process = start("check", "--stdin-filename", "app.py", cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.write(b"#" * 1_000_000)  # more than a pipe holds: once it is written, the command is reading
    time.sleep(0.5)  # until it has read the rest, and waits for more
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    process.stdin.close()
    assert (process.stdout.read(), process.stderr.read()) == (b"", b"atomlint: interrupted\n")


@POSIX
def test_a_reader_that_has_gone_is_no_traceback(project):
    process = start("check", "-v", cwd=project, stdout=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only on Linux: /dev/full")
def test_a_full_disk_is_said_and_ends_with_2(project):
    with Path("/dev/full").open("wb") as full:
        process = start("check", cwd=project, stdout=full)
        said = process.stderr.read()
    assert process.wait(timeout=60) == 2
    assert re.fullmatch(rb"atomlint: cannot write the output: .*\n", said)


def shell(line: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """The command by a shell, which can close streams."""
    command = f'exec "$0" -m atomlint {line}'
    call = ["sh", "-c", command, sys.executable]
    return subprocess.run(call, cwd=cwd, env=environment(), capture_output=True, check=False)


@POSIX
def test_closed_standard_streams_are_no_traceback(project):
    done = shell("check >&-", project)
    assert (done.returncode, done.stderr) == (1, b"")
    done = shell("check -o concise nowhere.py app.py 2>&-", project)
    assert done.returncode == 2
    assert b"app.py:10:5" in done.stdout
    assert shell("check --output nothing >&- 2>&-", project).returncode == 2
    done = shell("check --stdin-filename app.py <&-", project)
    assert (done.returncode, done.stderr) == (2, b"atomlint: --stdin-filename: standard input is closed\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only on Linux: /dev/full")
@pytest.mark.parametrize("line", ["explain redis-per-request", "rules", "--version", "check --show-files"])
def test_no_command_ends_in_a_traceback_on_a_full_disk(project, line):
    done = shell(f"{line} >/dev/full", project)
    assert done.returncode == 2
    assert re.fullmatch(rb"atomlint: cannot write the output: .*\n", done.stderr)
    assert shell(f"{line} >/dev/full 2>&1", project).returncode == 2


def test_the_demo_prints_the_report_and_ends_with_0():
    done = subprocess.run([sys.executable, ROOT / "tools" / "demo.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "redis-per-request" in done.stdout
    assert re.search(r"^Found \d+ findings", done.stdout, re.MULTILINE)
    assert BEFORE.name in done.stdout
