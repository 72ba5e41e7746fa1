"""Attributes that classes get after their bodies: ``User.posts = relationship(...)``, ``setattr``, ``add_property``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..tables import dotted, text_of
from .classes import ClassReader
from .names import Made, always, typing_only
from .records import Mapped, Place, Site

if TYPE_CHECKING:
    from .builder import Builder

ADDERS = ("setattr", "add_property", "add_properties", "add_mapped_attribute", "__setattr__")


class LateAttributes:
    """Finds them in all files outside of tests."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder

    def apply(self) -> None:
        """Give classes what is assigned to them; what is not understood makes them open."""
        names = {mapped.name for mapped in self.builder.classes}
        linker = self.builder.linker
        for path in self.builder.index.paths:
            if path in self.builder.index.tests:
                continue
            table = linker.table(path)
            for ordinal, assign in enumerate(table.facts.assigns):
                target = assign.target
                if assign.kind != "=" or type(target) is not str or "." not in target or target[0] == "@":
                    continue
                holder, _, attribute = target.rpartition(".")
                if attribute.startswith("__"):
                    continue
                site = Site(path, assign.scope, holder)
                if holder.rpartition(".")[2] in names or holder[:1].isupper():
                    self._assigned(site, attribute, Place(path, "assign", ordinal), assign.value, table, assign.frame)
        for name in ADDERS:
            for path, ordinal in linker.call_sites(name):
                if path not in self.builder.index.tests:
                    self._added(path, ordinal, name)

    def _owner(self, site: Site) -> Mapped | None:
        made = self.builder.names.made(site)
        if made is None or made.kind != "def" or made.value is None or made.rest not in ((), ("__mapper__",)):
            return None
        return self.builder.mapped(made.value)

    def _assigned(self, site: Site, name: str, place: Place, value: object, table: object, frame: int) -> None:
        from ..tables import Table

        assert isinstance(table, Table)
        owner = self._owner(site)
        if owner is None or typing_only(table, frame):
            return
        if table.facts.scopes[site.scope].kind == "function" or not always(table, frame):
            made = self.builder.names.made(site.part(value))
            if self._is_mapped_value(made):
                owner.open = True
            return
        ClassReader(self.builder, owner).late(name, Site(site.path, site.scope, value), place)

    def _is_mapped_value(self, made: Made | None) -> bool:
        if made is None or made.call is None or made.site is None:
            return False
        return bool(self.builder.columns.library(made.site))

    def _added(self, path: str, ordinal: int, name: str) -> None:
        table = self.builder.linker.table(path)
        call = table.facts.calls[ordinal]
        if name == "setattr" and len(call.args) > 2 and call.callee == "setattr":
            holder, key, value = call.args[0], text_of(call.args[1]), call.args[2]
        elif name in ("add_property", "add_mapped_attribute") and len(call.args) > 1:
            holder = (dotted(call.callee) or "").rpartition(".")[0] or "?"
            if name == "add_mapped_attribute":
                if len(call.args) < 3:
                    return
                holder, key, value = call.args[0], text_of(call.args[1]), call.args[2]
            else:
                key, value = text_of(call.args[0]), call.args[1]
        else:
            holder, key, value = (dotted(call.callee) or "").rpartition(".")[0] or "?", None, None
        owner = self._owner(Site(path, call.scope, holder))
        if owner is None:
            if name in ("setattr", "__setattr__") and key is not None:
                self._by_name(dotted(holder) or "")
            return
        within_function = table.facts.scopes[call.scope].kind == "function"
        if key is None or within_function or not always(table, call.frame):
            owner.open = True
            return
        ClassReader(self.builder, owner).late(key, Site(path, call.scope, value), Place(path, "call", ordinal))

    def _by_name(self, holder: str) -> None:
        """``setattr(cls, "posts", ...)`` where the class is not known: those of that name are open."""
        last = holder.rpartition(".")[2]
        for mapped in self.builder.classes:
            if mapped.name == last:
                mapped.open = True
