"""Machine sizes of Fly.io.

Presets: fly-go's ``MachinePresets`` (``machine_types.go``). Memory for each CPU: Fly.io's page on machine sizing, which
flyctl does not check. Both as of August 2026.
"""

from __future__ import annotations

from typing import NamedTuple


class Preset(NamedTuple):
    """What a size stands for."""

    kind: str
    cpus: int
    memory: int
    """MB."""


class Limits(NamedTuple):
    """Memory in MB that the platform gives for each CPU, and the step between two amounts."""

    least: int
    most: int
    step: int


LIMITS = {"shared": Limits(256, 2048, 256), "performance": Limits(2048, 8192, 2048)}
SHARED = (1, 2, 4, 6, 8)
PERFORMANCE = (1, 2, 4, 6, 8, 10, 12, 14, 16)
GPU_SIZES = ("a100-40gb", "a100-80gb", "l40s", "a10")
PRESETS: dict[str, Preset] = {
    **{f"shared-cpu-{n}x": Preset("shared", n, n * 256) for n in SHARED},
    **{f"performance-{n}x": Preset("performance", n, n * 2048) for n in PERFORMANCE},
    **dict.fromkeys(GPU_SIZES, Preset("performance", 8, 16 * 2048)),
}
