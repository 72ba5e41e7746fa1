"""A suite whose tool is absent is skipped, and said so at the end; with ATOMLINT_REQUIRE_ALL=1 it fails instead.

``pytest.mark.needs("git", "pre_commit")`` names commands or importable modules. A skip for any other reason counts the
same, but for one that begins with "only on": a platform is no tool.
"""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from importlib.util import find_spec

import pytest

REQUIRED = os.environ.get("ATOMLINT_REQUIRE_ALL", "") not in ("", "0")
PLATFORM = "only on "
collect_ignore = ["fixtures"]
"""Code to look at, some of it tests."""


def _heed_interrupts() -> None:
    """Commands that tests start must meet Ctrl-C as from a terminal: a shell's background job hands on that it is ignored."""
    import signal

    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


_heed_interrupts()


def pytest_configure(config):
    config.addinivalue_line("markers", "needs(*tools): commands or modules without which the test is skipped")


def pytest_runtest_setup(item):
    for mark in item.iter_markers("needs"):
        for tool in mark.args:
            if not is_there(tool):
                pytest.skip(f"{tool} is not installed")


def is_there(tool: str) -> bool:
    return shutil.which(tool) is not None or find_spec(tool) is not None


def reason_of(report) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def insist(report) -> None:
    """Where everything is required, a skip for want of a tool is a failure."""
    if REQUIRED and report.skipped and not hasattr(report, "wasxfail"):
        reason = reason_of(report)
        if not reason.startswith(PLATFORM):
            report.outcome = "failed"
            report.longrepr = f"{report.nodeid}: skipped, but ATOMLINT_REQUIRE_ALL is set: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    report = yield
    insist(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    report = yield
    insist(report)
    return report


def pytest_terminal_summary(terminalreporter):
    for report in terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", []):
        for name, value in report.user_properties if report.when == "call" else ():
            if name == "summary":
                terminalreporter.write_line(str(value))
    found = defaultdict(list)
    for report in terminalreporter.stats.get("skipped", []):
        found[report.nodeid.partition("::")[0], reason_of(report)].append(report)
    if found:
        terminalreporter.write_line("")
        terminalreporter.write_line("Suites skipped, in whole or in part:")
    for (suite, reason), reports in sorted(found.items()):
        terminalreporter.write_line(f"  {suite} ({len(reports)} of its tests): {reason}")
