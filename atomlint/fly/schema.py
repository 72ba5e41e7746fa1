"""The keys of a Fly.io configuration: every one that flyctl decodes, with the values that its decoder takes.

Source: flyctl's ``internal/appconfig`` (``config.go``, ``service.go``, ``toplevelcheck.go`` for the keys, ``patches.go``
for the older forms it rewrites first) at ad0172f, and fly-go's ``machine_types.go``. flyctl decodes by way of
``encoding/json``: keys that no struct has are dropped without a word.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal[
    "string", "int", "bool", "float", "strings",
    "uint",  # not below zero
    "port",  # a whole number, or text that holds one
    "size",  # text, or a number that becomes text
    "duration",  # text such as "10s"; a number counts nanoseconds
    "seconds",  # the same, but a number counts seconds
    "millis",  # the same, but a number counts milliseconds
    "autostop",  # off, stop, suspend; true and false
    "words",  # a text or several: a command
    "any",
    "texts",  # a table of texts under free names
    "numbers",  # a table of anything under free names
    "env",  # a table under free names, or several; everything becomes text
    "headers",  # a table under free names or an array of name and value; everything becomes text
    "table",  # one table, never an array
    "tables",  # an array of tables, never one table
    "either",  # a table or an array of tables
    "named",  # tables under free names, or an array of tables with a name
    "processes",  # a table of texts under free names, or an array of tables with a name and a command
    "concurrency",  # a table, or "soft,hard"
]  # fmt: skip
"""What a key's value may be."""


class Field(NamedTuple):
    """What stands under one key."""

    kind: Kind
    table: str = ""
    """The table in `TABLES` that it holds, if any."""
    choices: tuple[str, ...] = ()
    """The texts that flyctl or its platform takes, where these are few."""


def _all(kind: Kind, *names: str) -> dict[str, Field]:
    return {name: Field(kind) for name in names}


_HTTP_CHECK = {
    **_all("string", "method", "path", "tls_server_name"),
    "protocol": Field("string", choices=("http", "https")),
    "tls_skip_verify": Field("bool"),
}
_PROXY = {
    "auto_stop_machines": Field("autostop"),
    "auto_start_machines": Field("bool"),
    "min_machines_running": Field("int"),
    "processes": Field("strings"),
    "machine_checks": Field("tables", "machine_checks"),
}
_VM = {
    **_all("string", "size", "gpu_kind", "host_dedication_id"),
    **_all("int", "cpus", "memory_mb", "max_memory_mb", "gpus"),
    "cpu_kind": Field("string", choices=("shared", "performance")),
    "persist_rootfs": Field("string", choices=("never", "restart", "always")),
    "kernel_args": Field("strings"),
    "processes": Field("strings"),
}

TABLES: dict[str, dict[str, Field]] = {
    "": {
        **_all("string", "app", "primary_region", "kill_signal", "console_command", "host_dedication_id"),
        **_all("string", "machine_config", "container"),
        "kill_timeout": Field("seconds"),
        "swap_size_mb": Field("int"),
        "build": Field("table", "build"),
        "deploy": Field("table", "deploy"),
        "env": Field("env"),
        "processes": Field("processes"),
        **dict.fromkeys(("mounts", "mount"), Field("either", "mounts")),
        "http_service": Field("table", "http_service"),
        "services": Field("either", "services"),
        "checks": Field("named", "checks"),
        "files": Field("tables", "files"),
        "machine_checks": Field("tables", "machine_checks"),
        "restart": Field("tables", "restart"),
        **dict.fromkeys(("vm", "compute", "computes"), Field("either", "vm")),
        "statics": Field("tables", "statics"),
        **dict.fromkeys(("metrics", "metric"), Field("either", "metrics")),
        "experimental": Field("table", "experimental"),
    },
    "build": {
        **_all("string", "builder", "image", "builtin", "dockerfile", "ignorefile", "build-target", "build_target"),
        "buildpacks": Field("strings"),
        "args": Field("texts"),
        "settings": Field("numbers"),
        "compose": Field("table", "build.compose"),
        "compression": Field("string", choices=("gzip", "zstd")),
        "compression_level": Field("int"),
    },
    "build.compose": {"file": Field("string")},
    "deploy": {
        "strategy": Field("string", choices=("rolling", "immediate", "canary", "bluegreen")),
        "max_unavailable": Field("float"),
        **_all("duration", "wait_timeout", "release_command_timeout"),
        **_all("string", "release_command", "seed_command"),
        "release_command_vm": Field("table", "release_command_vm"),
    },
    "release_command_vm": {"memory": Field("string"), **_VM},
    "vm": {"memory": Field("size"), **_VM},
    "mounts": {
        **_all("string", "source", "destination", "auto_extend_size_increment", "auto_extend_size_limit"),
        "initial_size": Field("size"),
        **_all("int", "snapshot_retention", "auto_extend_size_threshold"),
        "scheduled_snapshots": Field("bool"),
        "processes": Field("strings"),
    },
    "http_service": {
        "internal_port": Field("int"),
        "force_https": Field("bool"),
        **_PROXY,
        "concurrency": Field("table", "concurrency"),
        "tls_options": Field("table", "tls_options"),
        "http_options": Field("table", "http_options"),
        "checks": Field("tables", "http_service.checks"),
    },
    "services": {
        "protocol": Field("string", choices=("tcp", "udp")),
        "internal_port": Field("port"),
        **_PROXY,
        "ports": Field("either", "ports"),
        "concurrency": Field("concurrency", "concurrency"),
        "tcp_checks": Field("either", "tcp_checks"),
        "http_checks": Field("either", "http_checks"),
    },
    "ports": {
        "port": Field("port"),
        **_all("int", "start_port", "end_port"),
        "handlers": Field("strings", choices=("http", "tls", "pg_tls", "proxy_proto", "edge_http")),
        "force_https": Field("bool"),
        "tls_options": Field("table", "tls_options"),
        "http_options": Field("table", "http_options"),
        "proxy_proto_options": Field("table", "proxy_proto_options"),
    },
    "concurrency": {
        "type": Field("string", choices=("connections", "requests")),
        **_all("int", "hard_limit", "soft_limit"),
    },
    "tls_options": {**_all("strings", "alpn", "versions"), "default_self_signed": Field("bool")},
    "http_options": {
        **_all("bool", "compress", "h2_backend"),
        **_all("uint", "idle_timeout", "headers_read_timeout"),
        "response": Field("table", "response"),
        "replay_cache": Field("tables", "replay_cache"),
    },
    "response": {"headers": Field("numbers"), "pristine": Field("bool")},
    "replay_cache": {
        **_all("string", "path_prefix", "name"),
        "type": Field("string", choices=("cookie", "header")),
        "ttl_seconds": Field("int"),
        "allow_bypass": Field("bool"),
    },
    "proxy_proto_options": {"version": Field("string")},
    "http_service.checks": {
        **_all("duration", "interval", "timeout", "grace_period"),
        **_HTTP_CHECK,
        "headers": Field("texts"),
    },
    "tcp_checks": _all("millis", "interval", "timeout", "grace_period"),
    "http_checks": {
        **_all("millis", "interval", "timeout", "grace_period"),
        **_HTTP_CHECK,
        "headers": Field("headers"),
    },
    "checks": {
        "name": Field("string"),
        "port": Field("int"),
        "type": Field("string", choices=("http", "tcp")),
        **_all("millis", "interval", "timeout", "grace_period"),
        **_HTTP_CHECK,
        "headers": Field("headers"),
        "processes": Field("strings"),
    },
    "machine_checks": {
        **_all("strings", "command", "entrypoint"),
        **_all("string", "image", "kill_signal"),
        "kill_timeout": Field("duration"),
    },
    "files": {**_all("string", "guest_path", "local_path", "secret_name", "raw_value"), "processes": Field("strings")},
    "restart": {
        "policy": Field("string", choices=("always", "never", "on-failure")),
        "retries": Field("int"),
        "processes": Field("strings"),
    },
    "statics": _all("string", "guest_path", "url_prefix", "tigris_bucket", "index_document"),
    "metrics": {"port": Field("int"), "path": Field("string"), "https": Field("bool"), "processes": Field("strings")},
    "experimental": {
        **_all("words", "cmd", "entrypoint", "exec"),
        **_all("bool", "auto_rollback", "enable_consul", "enable_etcd", "lazy_load_images"),
        "attached": Field("table", "attached"),
        "machine_config": Field("string"),
        "kill_timeout": Field("seconds"),
        "metrics_port": Field("int"),
        "metrics_path": Field("string"),
    },
    "attached": {"secrets": Field("table", "attached.secrets")},
    "attached.secrets": {"export": Field("texts")},
}
"""Fields by table and key; the empty name is the top level. Aliases and older forms that flyctl rewrites are among them."""

ALIASES = {"mount": "mounts", "compute": "vm", "computes": "vm", "metric": "metrics"}
"""Other names of top-level tables, and the one that flyctl writes."""
LEFT_OVER = frozenset(
    [
        ("experimental", "allowed_public_ports"),
        ("experimental", "private_network"),
        ("experimental", "max_per_region"),
        ("services", "script_checks"),
        ("tcp_checks", "restart_limit"),
        ("http_checks", "restart_limit"),
        ("checks", "restart_limit"),
        ("http_service.checks", "restart_limit"),
    ]
)
"""Keys, with their tables, that meant something on Fly.io's former platform (Nomad) and are dropped since."""


def homes(key: str) -> tuple[str, ...]:
    """The tables that have a key."""
    return tuple(table for table, fields in TABLES.items() if key in fields)
