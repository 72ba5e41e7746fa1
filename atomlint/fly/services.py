"""Services and health checks of a Fly.io configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from .durations import seconds, whole
from .places import place, tables
from .records import Autostop, Check, PublicPort, Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..document import Document
    from ..syntax.item import Keys

UNITS = {"duration": 1e-9, "seconds": 1.0, "millis": 1e-3}


def services(document: Document) -> Iterator[Service]:
    """``[http_service]`` first, as flyctl has them; empty ``[[services]]`` are dropped."""
    http = document.data.get("http_service")
    if isinstance(http, dict):
        yield _service(document, ("http_service",), http)
    for keys, table in tables(document, "services"):
        if table:
            yield _service(document, keys, table)


def _service(document: Document, keys: Keys, table: dict[str, Any]) -> Service:
    is_http = keys == ("http_service",)
    span = place(document, keys)
    force_https = table.get("force_https") is True
    if is_http:
        ports: tuple[PublicPort, ...] = (
            PublicPort(80, 80, ("http",), force_https, keys, span),
            PublicPort(443, 443, ("http", "tls"), False, keys, span),
        )
        checks = tuple(_checks(document, (*keys, "checks"), "http", "duration"))
    else:
        ports = tuple(
            found for at, entry in tables(document, *keys, "ports") if (found := _port(document, at, entry)) is not None
        )
        checks = (
            *_checks(document, (*keys, "tcp_checks"), "tcp", "millis"),
            *_checks(document, (*keys, "http_checks"), "http", "millis"),
        )
    concurrency = table.get("concurrency")
    port = document.get(*keys, "internal_port")
    return Service(
        is_http_service=is_http,
        protocol=str(table.get("protocol") or "tcp"),
        internal_port=whole(table.get("internal_port")),
        ports=ports,
        autostop=_autostop(table.get("auto_stop_machines")),
        autostart=table.get("auto_start_machines") is not False,
        min_machines_running=whole(table.get("min_machines_running")) or 0,
        processes=_strings(table.get("processes")),
        checks=checks,
        force_https=force_https,
        concurrency=concurrency if isinstance(concurrency, dict) else {},
        keys=keys,
        span=span,
        internal_port_span=None if port is None else port.value_span,
    )


def _port(document: Document, keys: Keys, table: dict[str, Any]) -> PublicPort | None:
    port, start, end = (whole(table.get(key)) for key in ("port", "start_port", "end_port"))
    first = port if port is not None else start
    if first is None:
        return None
    last = first if port is not None or end is None else end
    force_https = table.get("force_https") is True
    return PublicPort(first, last, _strings(table.get("handlers")), force_https, keys, place(document, keys))


def _checks(document: Document, keys: Keys, kind: Literal["http", "tcp"], unit: str) -> Iterator[Check]:
    for at, table in tables(document, *keys):
        yield _check(document, at, table, kind, unit)


def top_checks(document: Document) -> Iterator[Check]:
    """``[checks.NAME]``, or the older ``[[checks]]`` with a name."""
    raw = document.data.get("checks")
    for name, table in raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ():
        if isinstance(table, dict):
            given = table.get("type")
            kind: Literal["http", "tcp", ""] = given if given in ("http", "tcp") else ""
            found = _check(document, ("checks", name), table, kind, "millis")
            yield found._replace(name=name if isinstance(name, str) else str(table.get("name", "")))


def _check(document: Document, keys: Keys, table: dict[str, Any], kind: Literal["http", "tcp", ""], unit: str) -> Check:
    interval, timeout, grace = (duration(table.get(key), unit) for key in ("interval", "timeout", "grace_period"))
    path = table.get("path")
    return Check(
        kind=kind,
        name="",
        port=whole(table.get("port")),
        path=path if isinstance(path, str) else None,
        interval=interval,
        timeout=timeout,
        grace_period=grace,
        processes=_strings(table.get("processes")),
        keys=keys,
        span=place(document, keys),
    )


def duration(value: Any, kind: str) -> float | None:
    """Seconds of a duration of a kind of the schema; None when there is none that flyctl reads."""
    if isinstance(value, str):
        return seconds(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value * UNITS[kind]


def _autostop(value: Any) -> Autostop:
    if value is True or value == "stop":
        return "stop"
    return "suspend" if value == "suspend" else "off"


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
