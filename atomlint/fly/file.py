"""A Fly.io configuration, read: what flyctl would deploy, under the names that it uses now.

Source: flyctl's ``internal/appconfig`` (patches, ``processgroups.go``, ``machines.go``) at ad0172f.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from .decode import Decoded, decode, strays
from .durations import megabytes, whole
from .gotext import go_text
from .places import place, tables
from .records import Build, Deploy, Group, Mount, Scope, Scoped, Service, Variable, Vm
from .services import services, top_checks
from .stages import stage_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..document import Document
    from ..finding import Span
    from ..syntax.item import Keys
    from .records import Check

SCOPED = ("files", "metrics", "restart", "statics")


class FlyFile:
    """One configuration that parses as TOML. Values that flyctl would reject are read as if they were not there."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.data = document.data

    def __repr__(self) -> str:
        return f"<FlyFile {self.document.path}>"

    @property
    def path(self) -> str:
        """Relative to the project's root."""
        return self.document.path

    @cached_property
    def decoded(self) -> Decoded:
        """What flyctl drops and what it rejects."""
        return decode(self.data)

    @cached_property
    def strays(self) -> tuple[Keys, ...]:
        """Keys of flyctl that stand under free names: in ``[env]``, ``[build.args]`` and ``[processes]``."""
        return tuple(strays(self.data))

    # --- what it is ------------------------------------------------------------------------------------------------

    @property
    def app(self) -> str | None:
        """The application; None when the file names none and ``flyctl`` is told with ``-a``."""
        return self.text("app")

    @property
    def primary_region(self) -> str | None:
        """Where machines with ``min_machines_running`` are, and what ``PRIMARY_REGION`` becomes."""
        return self.text("primary_region")

    @cached_property
    def other_stage(self) -> str | None:
        """The word of its name, its application or its folder by which it deploys no production; None: it does."""
        return stage_words(self.path, self.app)

    # --- parts -----------------------------------------------------------------------------------------------------

    @cached_property
    def env(self) -> dict[str, Variable]:
        """The variables of ``[env]``."""
        found = {}
        for keys, table in tables(self.document, "env"):
            for name, written in table.items():
                item = self.document.get(*keys, name)
                span = place(self.document, (*keys, name))
                value_span = item.value_span if item is not None else span
                found[name] = Variable(name, go_text(written), written, span, value_span)
        return found

    @cached_property
    def declared_groups(self) -> tuple[Group, ...]:
        """What ``[processes]`` names, in its order."""
        raw = self.data.get("processes")
        found: dict[str, Group] = {}
        pairs: Iterable[tuple[Keys, str, Any]] = ()
        if isinstance(raw, dict):
            pairs = [(("processes", name), name, command) for name, command in raw.items()]
        elif isinstance(raw, list):
            pairs = [
                (("processes", place, "command"), go_text(table["name"]), table.get("command", ""))
                for place, table in enumerate(raw)
                if isinstance(table, dict) and "name" in table
            ]
        for keys, name, command in pairs:
            item = self.document.get(*keys)
            written = command if isinstance(command, str) and command else None
            found[name] = Group(
                name, written, place(self.document, keys), item.value_span if item is not None else None
            )
        return tuple(found.values())

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The process groups that are deployed: those declared, else ``app`` alone."""
        return self.declared_groups or (Group("app", None, self.document.span, None),)

    @property
    def default_group(self) -> str:
        """The group of what names none: ``app``, else the first by name."""
        names = sorted(group.name for group in self.groups)
        return "app" if "app" in names else names[0]

    def groups_of(self, processes: Sequence[str]) -> tuple[str, ...]:
        """The groups that a list of ``processes`` means; an empty one means the default group."""
        return tuple(processes) or (self.default_group,)

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """``[http_service]`` and ``[[services]]``; empty tables of the latter are dropped, as flyctl does."""
        return tuple(services(self.document))

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """The top-level ``[checks]``, which inform and gate nothing."""
        return tuple(top_checks(self.document))

    @cached_property
    def mounts(self) -> tuple[Mount, ...]:
        """The volumes."""
        return tuple(
            Mount(text(t, "source"), text(t, "destination"), strings(t, "processes"), keys, place(self.document, keys))
            for name in ("mount", "mounts")
            for keys, t in tables(self.document, name)
        )

    @cached_property
    def vms(self) -> tuple[Vm, ...]:
        """The ``[[vm]]`` tables under all of their names."""
        return tuple(
            _vm(table, keys, place(self.document, keys))
            for name in ("compute", "computes", "vm")
            for keys, table in tables(self.document, name)
        )

    @cached_property
    def release_vms(self) -> tuple[Vm, ...]:
        """The machine of the release command, where it has one of its own."""
        return tuple(
            _vm(table, keys, place(self.document, keys))
            for keys, table in tables(self.document, "deploy", "release_command_vm")
        )

    def vm_of(self, group: str) -> Vm | None:
        """The machines of a group: the last table that names it, else the first without groups; None: nothing is said."""
        named = [vm for vm in self.vms if group in vm.processes]
        return named[-1] if named else next((vm for vm in self.vms if not vm.processes), None)

    def services_of(self, group: str) -> tuple[Service, ...]:
        """The services that a group's machines answer."""
        return tuple(service for service in self.services if group in self.groups_of(service.processes))

    def mounts_of(self, group: str) -> tuple[Mount, ...]:
        """The volumes of a group's machines."""
        return tuple(mount for mount in self.mounts if group in self.groups_of(mount.processes))

    def default_machines(self, group: str) -> int:
        """The machines that a first deployment makes for a group: two with a service and no volume, else one."""
        return 2 if self.services_of(group) and not self.mounts_of(group) else 1

    @cached_property
    def scoped(self) -> tuple[Scoped, ...]:
        """Entries of ``files``, ``metrics``, ``restart`` and ``statics``."""
        return tuple(
            Scoped(name, table, strings(table, "processes"), keys, place(self.document, keys))
            for name in SCOPED
            for written in ((name, "metric") if name == "metrics" else (name,))
            for keys, table in tables(self.document, written)
        )

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """Everything that is for some groups, in no order: services, volumes, machines, checks and the rest."""
        parts: list[tuple[str, Service | Mount | Vm | Check | Scoped]] = [
            *(("http_service" if s.is_http_service else "services", s) for s in self.services),
            *(("mounts", mount) for mount in self.mounts),
            *(("vm", vm) for vm in self.vms),
            *(("checks", check) for check in self.checks),
            *((scoped.table, scoped) for scoped in self.scoped if scoped.table != "statics"),
        ]
        return tuple(Scope(table, part.processes, part.keys, part.span) for table, part in parts)

    @cached_property
    def build(self) -> Build:
        """How the image comes to be."""
        table = self.table("build")
        args = table.get("args")
        compose = table.get("compose")
        return Build(
            image=_text(table, "image"),
            builder=_text(table, "builder"),
            builtin=_text(table, "builtin"),
            dockerfile=_text(table, "dockerfile"),
            target=_text(table, "build-target") or _text(table, "build_target"),
            args={name: go_text(value) for name, value in args.items()} if isinstance(args, dict) else {},
            compose=text(compose, "file") if isinstance(compose, dict) else None,
        )

    @cached_property
    def deploy(self) -> Deploy:
        """How a new version takes over."""
        table = self.table("deploy")
        given = table.get("max_unavailable")
        unavailable = float(given) if isinstance(given, (int, float)) and not isinstance(given, bool) else None
        return Deploy(
            strategy=_text(table, "strategy"),
            max_unavailable=unavailable,
            release_command=_text(table, "release_command"),
            seed_command=_text(table, "seed_command"),
        )

    @cached_property
    def overrides(self) -> dict[str, tuple[str, ...]]:
        """``entrypoint``, ``cmd`` and ``exec`` of ``[experimental]``, which replace the image's."""
        table = self.table("experimental")
        found: dict[str, tuple[str, ...]] = {}
        for key in ("entrypoint", "cmd", "exec"):
            given = table.get(key)
            if isinstance(given, str):
                found[key] = (given,)
            elif isinstance(given, list):
                found[key] = tuple(map(str, given))
        return found

    # --- access ----------------------------------------------------------------------------------------------------

    def text(self, key: str) -> str | None:
        """A text at the top level; None when there is none."""
        return _text(self.data, key)

    def table(self, key: str) -> dict[str, Any]:
        """A table at the top level; empty when there is none."""
        found = self.data.get(key)
        return found if isinstance(found, dict) else {}

    def holds(self, *keys: str | int) -> bool:
        """Whether there is a value or a table at a path of keys."""
        value: Any = self.data
        try:
            for key in keys:
                value = value[key]
        except (KeyError, IndexError, TypeError):
            return False
        return True

    def place(self, *keys: str | int) -> Span:
        """Where a path of keys is written: its header, its key, or the first place below it."""
        return place(self.document, keys)


def _vm(table: dict[str, Any], keys: Keys, span: Span) -> Vm:
    memory = table.get("memory")
    written = None if memory is None or isinstance(memory, (dict, list)) else go_text(memory)
    return Vm(
        size=_text(table, "size"),
        memory=None if written is None else megabytes(written),
        memory_text=written,
        memory_mb=_number(table, "memory_mb"),
        written_cpus=_number(table, "cpus"),
        written_kind=_text(table, "cpu_kind"),
        is_gpu="gpu_kind" in table or "gpus" in table or str(table.get("size", "")).startswith(("a100", "l40s", "a10")),
        processes=strings(table, "processes"),
        keys=keys,
        span=span,
    )


def _text(table: dict[str, Any], key: str) -> str | None:
    found = table.get(key)
    return found if isinstance(found, str) else None


def text(table: dict[str, Any], key: str) -> str:
    """A text of a table; empty when there is none."""
    return _text(table, key) or ""


def _number(table: dict[str, Any], key: str) -> int | None:
    found = table.get(key)
    return None if isinstance(found, str) else whole(found)


def strings(table: dict[str, Any], key: str) -> tuple[str, ...]:
    """The texts of an array in a table."""
    found = table.get(key)
    return tuple(item for item in found if isinstance(item, str)) if isinstance(found, list) else ()
