"""When a setting is read: as soon as a module is imported, or when something is called later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .expressions import receiver
from .tables import dotted
from .value import Value

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .facade import Index
    from .settings import SettingRead

MAX_DEPTH = 4
MAX_SITES = 200
"""Call sites of one name that are looked at."""


class Times:
    """Which scopes run on import; every answer is kept."""

    def __init__(self, index: Index) -> None:
        self.linker = index.project.linker
        self.tests = index.tests
        self._known: dict[tuple[str, int], bool] = {}

    def at_import(self, read: SettingRead) -> bool:
        """Whether importing a module reads a setting: its field's class is made, or its call runs, then."""
        if read.kind == "option":
            return False
        if read.kind == "field":
            return self._is_called(read.path, read.scope, MAX_DEPTH)
        return not self.is_by_hand(read) and self.runs(read.path, read.scope)

    def is_by_hand(self, read: SettingRead) -> bool:
        """Whether a read lies below ``if __name__ == "__main__"``: someone starts it by hand."""
        return self._is_main(read.path, self._frame(read))

    def is_conditional(self, read: SettingRead) -> bool:
        """Whether a read lies in a branch, other than one that production takes: only some set-ups need it. A field is
        read where objects of its class, or of one that inherits it, are made."""
        if read.kind != "field":
            return self._is_branch(read.index, read.path, read.scope, self._frame(read))
        this = Value("def", read.path, read.scope)
        made = [
            (place, call)
            for cls in [this, *self.linker.heirs.below(this)]
            for place, ordinal in self.linker.call_sites(self.linker.table(cls.place).facts.scopes[cls.scope].name)
            if place not in self.tests
            and any((v.place, v.scope) == (cls.place, cls.scope) for v in self.linker.values.callee(place, ordinal))
            for call in [self.linker.table(place).facts.calls[ordinal]]
        ]
        return bool(made) and all(self._is_branch(read.index, place, call.scope, call.frame) for place, call in made)

    def _is_branch(self, index: Index, path: str, scope: int, frame: int) -> bool:
        """Whether a frame lies in a branch that production need not take."""
        branches = index.mode_branches(path, scope, frame)
        taken = {number for number, branch in branches if branch.production}
        table = self.linker.table(path)
        return any(table.facts.frames[n].kind in ("if", "else") and n not in taken for n in table.frames(frame))

    def _frame(self, read: SettingRead) -> int:
        if read.call is not None:
            return self.linker.table(read.path).facts.calls[read.call].frame
        return read.place.frame if read.place is not None else 0

    def runs(self, path: str, scope: int, depth: int = MAX_DEPTH) -> bool:
        """Whether a scope runs when some module is imported."""
        facts = self.linker.table(path).facts
        while facts.scopes[scope].kind == "class":
            scope = facts.scopes[scope].parent
        if scope == 0:
            return True
        key = (path, scope)
        if key not in self._known:
            self._known[key] = False  # a function that calls itself
            self._known[key] = depth > 0 and self._is_called(path, scope, depth)
        return self._known[key]

    def _is_called(self, path: str, scope: int, depth: int) -> bool:
        """Whether something that runs on import calls a function or makes an object of a class."""
        facts = self.linker.table(path).facts
        entry = facts.scopes[scope]
        if entry.kind == "lambda":
            owner = entry.parent
            return facts.scopes[owner].kind == "class" and self._is_called(path, owner, depth - 1)
        name, target = entry.name, scope
        if name in ("__init__", "__new__", "__post_init__") and facts.scopes[entry.parent].kind == "class":
            target = entry.parent
            name = facts.scopes[target].name
        for place, ordinal in self.linker.call_sites(name)[:MAX_SITES]:
            if place in self.tests:
                continue
            call = self.linker.table(place).facts.calls[ordinal]
            if self._is_main(place, call.frame) or not self.runs(place, call.scope, depth - 1):
                continue
            callees = self.linker.values.callee(place, ordinal)
            if any(v.place == path and v.scope == target for v in callees):
                return True
            if not callees and place == path and self._is_own(path, call.scope, call.callee, entry.parent):
                return True
        return False

    def _is_own(self, path: str, scope: int, callee: Expr, cls: int) -> bool:
        """Whether a call is of a method of the class that it stands in: ``cls._instance._load()``."""
        target = receiver(callee)
        if target is None or type(target[0]) is not str or dotted(target[0]) is None:
            return False
        return self.linker.table(path).receiver_class(scope, target[0]) == cls

    def _is_main(self, path: str, frame: int) -> bool:
        """Whether a frame lies below ``if __name__ == "__main__"``."""
        table = self.linker.table(path)
        return any("__main__" in str(table.facts.frames[number].test) for number in table.frames(frame))
