"""Values as Go's ``%v`` writes them: what flyctl makes of a value where it wants text."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any


def go_text(value: Any) -> str:
    """The text that flyctl passes on: ``true``, ``1e+07``, ``[1 2]``, ``map[a:1]``."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, list):
        return f"[{' '.join(map(go_text, value))}]"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{go_text(value[key])}' for key in sorted(value))}]"
    return str(value)


def _float(value: float) -> str:
    """``%g`` with as many digits as are needed: an exponent below 1e-4 and from 1e6 on."""
    if math.isnan(value) or math.isinf(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    power = len(digits) - 1 + int(exponent) if value else 0
    if power < -4 or power >= 6:
        return _exponent(sign, digits, power)
    return format(Decimal(repr(value)), "f").removesuffix(".0")


def _exponent(sign: int, digits: tuple[int, ...], power: int) -> str:
    head, tail = str(digits[0]), "".join(map(str, digits[1:]))
    return f"{'-' if sign else ''}{head}{'.' + tail if tail else ''}e{'-' if power < 0 else '+'}{abs(power):02}"
