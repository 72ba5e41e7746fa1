"""Names, casts and defaults that ``environ.Env(DEBUG=(bool, False))`` of django-environ declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .linker import Linker


def schemes(linker: Linker) -> dict[str, tuple[Expr, Expr]]:
    """Cast and default by name, over all of a project's readers; None for a default that is not given."""
    found: dict[str, tuple[Expr, Expr]] = {}
    for name in ("Env", "FileAwareEnv"):
        for path, ordinal in linker.call_sites(name):
            call = linker.table(path).facts.calls[ordinal]
            if not call.keywords or not any(
                v.place.startswith("environ.") for v in linker.values.callee(path, ordinal)
            ):
                continue
            for key, value in call.keywords:
                if type(value) is list and value[:1] == ["[]"] and len(value) == 3:
                    found[key] = (value[1], value[2])
                elif key.isupper():
                    found[key] = (value, None)
    return found
