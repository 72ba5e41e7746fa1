"""A machine size or an amount of memory that Fly.io does not have.

## Why
`fly config validate` accepts any text as `size` and any number as `memory`. The deployment fails when the first machine
is made: a performance CPU has at least 2 GB, shared ones 256 MB to 2 GB each, in steps of 256 MB; `256Mi` is a unit of
Kubernetes.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [[vm]]
      size = "performance-1x"
      memory = "512mb"

## Good
    --- fly.toml
    app = "harbour-desk"

    [[vm]]
      size = "performance-1x"
      memory = "2gb"

## Limits
Sizes and limits are those of August 2026. Machines with a GPU are passed over, and so are numbers of CPUs.
Where no memory is written, that of the size is taken, with medium confidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Document, Edit, Finding, FlyFile, Span, rule

from ._files import fly_file, may_be_fly, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.fly.records import Vm


@rule("fly-vm-invalid", severity="error", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """The machines of every group, and those of the release command."""
    file = fly_file(ctx, document)
    if file is None:
        return
    for vm in (*file.vms, *file.release_vms):
        yield from of_vm(ctx, file, vm)


def of_vm(ctx: Context, file: FlyFile, vm: Vm) -> Iterator[Finding]:
    """One finding for the first thing that is wrong: what follows hangs on it."""
    if vm.preset is None:
        near = f"; did you mean {vm.nearest}?" if vm.nearest else ""
        yield ctx.finding(value(file, vm, "size"), f"Fly.io has no machine size {vm.size!r}{near}")
    elif vm.written_kind not in (None, "shared", "performance"):
        yield ctx.finding(value(file, vm, "cpu_kind"), "cpu_kind is shared or performance")
    elif vm.memory_text is not None and not vm.memory:
        yield unreadable(ctx, file, vm)
    elif not vm.is_gpu and (problem := amount(vm)):
        is_written = bool(vm.memory or vm.memory_mb)  # else it is what the size stands for
        yield ctx.finding(
            value(file, vm, "memory_mb" if vm.memory_mb else "memory"),
            problem,
            confidence=None if is_written else Confidence.MEDIUM,
        )


def unreadable(ctx: Context, file: FlyFile, vm: Vm) -> Finding:
    """A memory size that flyctl cannot read; a unit of Kubernetes is repaired."""
    text = vm.memory_text or ""
    made = ctx.finding(value(file, vm, "memory"), f"flyctl cannot read the memory size {text!r}")
    item = file.document.get(*vm.keys, "memory")
    unit = text[-2:].lower()
    if item is None or unit not in ("mi", "gi") or not text[:-2].isdigit():
        return made
    return made.with_fix(
        "Use flyctl's unit", Edit(item.value_span, quoted(file.document, f"{text[:-2]}{unit[0]}b")), safe=True
    )


def amount(vm: Vm) -> str:
    """What is wrong with the amount of memory; empty when nothing is."""
    limits, cpus, memory = vm.limits, vm.cpus, vm.megabytes
    if limits is None or not cpus or not memory:
        return ""
    least, most = limits.least * cpus, limits.most * cpus
    machine = f"{cpus} {vm.kind} CPU{'s' if cpus > 1 else ''}"
    if memory < least or memory > most:
        return f"{memory} MB are not to be had with {machine}: {least} to {most} MB are"
    if memory % limits.step:
        return f"{memory} MB are not to be had with {machine}: only multiples of {limits.step} MB are"
    return ""


def value(file: FlyFile, vm: Vm, key: str) -> Span:
    """The place of a value, else the table's."""
    item = file.document.get(*vm.keys, key)
    return vm.span if item is None else item.value_span
