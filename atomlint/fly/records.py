"""The parts of a Fly.io configuration as flyctl understands them, each with the place where it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..didyoumean import nearest
from .sizes import LIMITS, PRESETS, Limits, Preset

if TYPE_CHECKING:
    from ..finding import Span
    from ..syntax.item import Keys

Autostop = Literal["off", "stop", "suspend"]


class Variable(NamedTuple):
    """One variable of ``[env]``."""

    name: str
    value: str
    """As the machine gets it: flyctl makes text of whatever is written."""
    written: Any
    key_span: Span
    value_span: Span


class Group(NamedTuple):
    """A process group: machines that run one command."""

    name: str
    command: str | None
    """As written; None when it is the image's own."""
    span: Span
    """The name in ``[processes]``; the first line of a file that declares none."""
    value_span: Span | None


class PublicPort(NamedTuple):
    """One entry of ``[[services.ports]]``, or one of the two that ``[http_service]`` stands for."""

    first: int
    last: int
    handlers: tuple[str, ...]
    force_https: bool
    keys: Keys
    span: Span

    def meets(self, other: PublicPort) -> range:
        """The ports that both claim."""
        return range(max(self.first, other.first), min(self.last, other.last) + 1)


class Check(NamedTuple):
    """A health check."""

    kind: Literal["http", "tcp", ""]
    name: str
    """Of a top-level check; else empty."""
    port: int | None
    path: str | None
    interval: float | None
    """Seconds, as flyctl counts them."""
    timeout: float | None
    grace_period: float | None
    processes: tuple[str, ...]
    keys: Keys
    span: Span


class Service(NamedTuple):
    """``[http_service]``, or one of ``[[services]]``."""

    is_http_service: bool
    protocol: str
    internal_port: int | None
    """None when none is written; flyctl then takes 0."""
    ports: tuple[PublicPort, ...]
    autostop: Autostop
    autostart: bool
    min_machines_running: int
    processes: tuple[str, ...]
    """As written; empty: the group ``app`` alone."""
    checks: tuple[Check, ...]
    force_https: bool
    concurrency: dict[str, Any]
    keys: Keys
    span: Span
    """Its header."""
    internal_port_span: Span | None


class Mount(NamedTuple):
    """A volume."""

    source: str
    destination: str
    processes: tuple[str, ...]
    keys: Keys
    span: Span

    def holds(self, path: str) -> bool:
        """Whether an absolute path lies on the volume."""
        where = self.destination.rstrip("/") or "/"
        return path == where or path.startswith(where.rstrip("/") + "/")


class Vm(NamedTuple):
    """The machines of some groups, or of all: what is written, and by ``cpus`` and so on what comes of it."""

    size: str | None
    memory: int | None
    """``memory`` in MB; None when it is not written or cannot be read."""
    memory_text: str | None
    memory_mb: int | None
    written_cpus: int | None
    written_kind: str | None
    is_gpu: bool
    processes: tuple[str, ...]
    keys: Keys
    span: Span

    @property
    def preset(self) -> Preset | None:
        """The size that it names, ``shared-cpu-1x`` when it names none; None when there is none of that name."""
        return PRESETS.get(self.size or "shared-cpu-1x")

    @property
    def nearest(self) -> str | None:
        """The size that its name resembles."""
        return next(iter(nearest(self.size or "", PRESETS)), None)

    @property
    def limits(self) -> Limits | None:
        """How much memory its CPUs can have."""
        return LIMITS.get(self.kind or "")

    @property
    def cpus(self) -> int | None:
        """CPUs of each machine."""
        return self.written_cpus or (self.preset.cpus if self.preset else None)

    @property
    def kind(self) -> str | None:
        """``shared`` or ``performance``."""
        return self.written_kind or (self.preset.kind if self.preset else None)

    @property
    def megabytes(self) -> int | None:
        """Memory of each machine: ``memory_mb`` wins over ``memory``, and both over the preset's."""
        return self.memory_mb or self.memory or (self.preset.memory if self.preset else None)


class Scoped(NamedTuple):
    """An entry of ``[[files]]``, ``[[metrics]]``, ``[[restart]]`` or ``[[statics]]``."""

    table: str
    values: dict[str, Any]
    processes: tuple[str, ...]
    keys: Keys
    span: Span


class Scope(NamedTuple):
    """A table that can name process groups."""

    table: str
    """Under the name that flyctl writes: ``services``, ``mounts``, ``vm`` ..."""
    processes: tuple[str, ...]
    """As written."""
    keys: Keys
    span: Span


class Build(NamedTuple):
    """``[build]``."""

    image: str | None
    builder: str | None
    builtin: str | None
    dockerfile: str | None
    target: str | None
    args: dict[str, str]
    compose: str | None
    """File of ``[build.compose]``; empty when it is to be found."""


class Deploy(NamedTuple):
    """``[deploy]``."""

    strategy: str | None
    max_unavailable: float | None
    release_command: str | None
    seed_command: str | None
