"""Werkzeug's ``LocalProxy(f)``: whoever reads an attribute of it calls ``f``."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from .entries import called_functions
from .tables import dotted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .linker import Linker
    from .tables import Table
    from .value import Value

PROXY = "LocalProxy"
MADE = ("werkzeug.local.LocalProxy", "werkzeug.LocalProxy")


class Proxies:
    """The functions behind proxies, by where they are read."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker

    def used(self, table: Table, scope: int, chains: Iterable[tuple[int, str]]) -> Iterator[tuple[int, Value, int]]:
        """(call that it belongs to or -1, function, number of functions it can be), once for each proxy that a function reads.

        ``chains`` are the attributes that it reads as they are, without those that it calls.
        """
        if not self.functions:
            return
        called = (
            (ordinal, callee)
            for ordinal in table.calls_in.get(scope, ())
            if type(callee := table.facts.calls[ordinal].callee) is str and dotted(callee)
        )
        seen = set()
        for ordinal, chain in (*called, *chains):
            parts = chain.split(".")
            for place, name in enumerate(parts[:-1]):
                if name not in self.functions or name in seen:
                    continue
                if any(
                    self._is_proxy(value)
                    for value in self.linker.evaluate(table.path, scope, ".".join(parts[: place + 1]))
                ):
                    seen.add(name)
                    behind = self.functions[name]
                    yield from ((ordinal, function, len(behind)) for function in behind)

    @cached_property
    def functions(self) -> dict[str, tuple[Value, ...]]:
        """By the name that a module gives a proxy: the functions that it calls; of several modules' one, all."""
        found: dict[str, dict[Value, None]] = defaultdict(dict)
        for path, ordinal in self.linker.call_sites(PROXY):
            table = self.linker.table(path)
            call = table.facts.calls[ordinal]
            if not call.args or not any(
                value.kind == "ext" and value.place in MADE for value in self.linker.values.callee(path, ordinal)
            ):
                continue
            names = [a.target for a in table.facts.assigns if a.value == f"@{ordinal}" and a.scope == 0]
            for value in self.linker.evaluate(path, call.scope, call.args[0]):
                for function in called_functions(self.linker, value):
                    for name in names:
                        if type(name) is str:
                            found[name][function] = None
        return {name: tuple(functions) for name, functions in found.items()}

    @staticmethod
    def _is_proxy(value: Value) -> bool:
        return value.kind == "ext" and value.place.removesuffix("()") in MADE
