"""A Fly.io configuration says two things about the same machines, and one of them wins silently.

## Why
`memory_mb` wins over `memory`, `cpus` and `cpu_kind` win over what `size` stands for, of two `[[vm]]` tables without
`processes` the first counts, and of two that name the same group the last. flyctl mentions none of it, and the bill or
the first request that needs the memory tells which one it was.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [[vm]]
      size = "shared-cpu-1x"
      memory = "1gb"
      memory_mb = 512

## Good
    --- fly.toml
    app = "harbour-desk"

    [[vm]]
      size = "shared-cpu-1x"
      memory = "1gb"

## Limits
`memory` and `memory_mb` with the same amount are information of low confidence: flyctl writes both itself.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Document, Finding, FlyFile, Note, Severity, rule

from ._files import fly_file, may_be_fly, removal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.fly.records import Vm


@rule("fly-vm-contradiction", severity="warning", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """Contradictions inside of each table, then between tables."""
    file = fly_file(ctx, document)
    if file is None:
        return
    for vm in (*file.vms, *file.release_vms):
        yield from memory(ctx, file, vm)
        yield from size(ctx, file, vm)
    yield from twice(ctx, file)


def memory(ctx: Context, file: FlyFile, vm: Vm) -> Iterator[Finding]:
    """Two amounts of memory."""
    item = file.document.get(*vm.keys, "memory_mb")
    if not vm.memory or not vm.memory_mb or item is None:
        return
    if vm.memory != vm.memory_mb:
        yield ctx.finding(
            item.key_span, f"memory_mb = {vm.memory_mb} wins over memory = {vm.memory_text!r}, which is {vm.memory} MB"
        ).with_related(Note(file.place(*vm.keys, "memory"), "has no effect"))
        return
    made = ctx.finding(
        item.key_span, "memory_mb says again what memory says", severity=Severity.INFO, confidence=Confidence.LOW
    )
    edit = removal(file.document, item)
    yield made if edit is None else made.with_fix("Leave memory_mb out", edit, safe=True)


def size(ctx: Context, file: FlyFile, vm: Vm) -> Iterator[Finding]:
    """A size and other CPUs."""
    preset = vm.preset
    if vm.size is None or preset is None or vm.is_gpu:
        return
    for key, written, meant in (("cpus", vm.written_cpus, preset.cpus), ("cpu_kind", vm.written_kind, preset.kind)):
        if written and written != meant:
            place = file.place(*vm.keys, key)
            yield ctx.finding(
                place, f"{key} = {written!r} wins over size = {vm.size!r}, which stands for {meant!r}"
            ).with_related(Note(file.place(*vm.keys, "size"), "is overruled"))


def twice(ctx: Context, file: FlyFile) -> Iterator[Finding]:
    """Several tables for the same machines."""
    tables: dict[str, list[Vm]] = defaultdict(list)
    for vm in file.vms:
        for group in dict.fromkeys(vm.processes) or ("",):
            tables[group].append(vm)
    told = set()
    for group, vms in tables.items():
        kept = vms[-1] if group else vms[0]
        for vm in vms:
            if vm is not kept and vm.keys not in told:
                told.add(vm.keys)
                which = f"the machines of {group}" if group else "all machines"
                yield ctx.finding(
                    vm.span, f"this table has no effect: another one is for {which} too, and wins"
                ).with_related(Note(kept.span, "wins"))
