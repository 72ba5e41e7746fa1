"""What the author of a key that flyctl drops is likely to have meant."""

from __future__ import annotations

from typing import NamedTuple

from ..didyoumean import nearest
from .schema import TABLES, homes

MEANT: dict[tuple[str, str], str] = {
    ("build", "target"): "build-target",
    ("build", "docker_build_target"): "build-target",
    ("build", "buildpack"): "buildpacks",
    ("build", "file"): "dockerfile",
    ("", "static"): "statics",
    ("", "file"): "files",
    ("", "check"): "checks",
    ("", "service"): "services",
    ("", "process"): "processes",
    ("", "region"): "primary_region",
    ("services", "checks"): "http_checks",
    ("http_service", "http_checks"): "checks",
    ("http_service", "check"): "checks",
    ("deploy", "wait"): "wait_timeout",
}
"""Keys that people write, and the one that the same table has for it."""
TOP_SCALARS = frozenset(
    key for key, field in TABLES[""].items() if not field.table and field.kind not in ("env", "processes")
)
"""Keys of the top level that the table before them swallows."""
STRAY = frozenset(
    [
        *("release_command", "release_command_timeout", "kill_timeout", "kill_signal", "internal_port", "force_https"),
        *("auto_stop_machines", "auto_start_machines", "min_machines_running", "primary_region", "swap_size_mb"),
        *("console_command", "wait_timeout", "max_unavailable", "memory_mb", "cpu_kind", "host_dedication_id"),
        *("seed_command", "grace_period", "build-target", "snapshot_retention", "initial_size"),
    ]
)
"""Keys of flyctl that are no name of a variable or argument: under free names they were meant for another table."""
SHOWN = {
    "": "the top level",
    "release_command_vm": "[deploy.release_command_vm]",
    "mounts": "[[mounts]]",
    "services": "[[services]]",
    "vm": "[[vm]]",
    "ports": "[[services.ports]]",
    "tcp_checks": "[[services.tcp_checks]]",
    "http_checks": "[[services.http_checks]]",
    "http_service.checks": "[[http_service.checks]]",
    "checks": "[checks.NAME]",
    "files": "[[files]]",
    "restart": "[[restart]]",
    "statics": "[[statics]]",
    "metrics": "[[metrics]]",
    "machine_checks": "[[machine_checks]]",
    "concurrency": "[http_service.concurrency]",
    "tls_options": "[http_service.tls_options]",
    "http_options": "[http_service.http_options]",
    "attached": "[experimental.attached]",
}
"""How a table is written, where that is not its name in brackets."""
MAX_HOMES = 2


class Hint(NamedTuple):
    """What was meant, as far as that can be told."""

    rename: str | None
    """The key of the same table that was meant."""
    homes: tuple[str, ...]
    """Other tables that have the key, as they are written."""


def hint(table: str, key: str) -> Hint:
    """What to write instead of a key that a table does not have."""
    meant = MEANT.get((table, key))
    if meant is not None:
        return Hint(meant, ())
    found = tuple(shown(home) for home in homes(key))
    if found:
        return Hint(None, found if len(found) <= MAX_HOMES else ())
    near = next(iter(nearest(key, TABLES[table])), None)
    return Hint(near if near is not None and is_slip(key, near) else None, ())


def shown(table: str) -> str:
    """A table of the schema as it is written in a file."""
    return SHOWN.get(table, f"[{table}]")


def is_slip(one: str, other: str) -> bool:
    """Whether two keys differ by one character, two that changed places, or what joins their words."""
    if one.replace("-", "_").lower() == other.replace("-", "_").lower():
        return True
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1 or min(len(one), len(other)) < 4:
        return False
    start = next((place for place, char in enumerate(one) if char != other[place]), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    rest, remaining = one[start:], other[start:]
    return rest[1:] == remaining[1:] or (rest[:2] == remaining[1::-1] and rest[2:] == remaining[2:])
