"""Attributes of settings that are asked for and certainly not there: ``hasattr(settings, "REPLICA_URL")`` without such a field.

Known are classes of pydantic's settings, and the project's own classes and modules whose names say that they are settings.
Only of the former it is certain for everybody: others are files that who runs the code may add to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .envtexts import OFF
from .expressions import BRANCHES, condition
from .tables import call_number, text_of

if TYPE_CHECKING:
    from ..facts.records import Call, Expr
    from .exactly import Exactly
    from .linker import Linker
    from .tables import Table
    from .value import Value

NAMED = re.compile(r"\w*(?:Settings|Config|Configuration)\d*")
"""Names of classes of settings."""
FILES = re.compile(r"(?:.*/)?(?:\w*_)?(?:settings|config|configuration)(?:\.py|/__init__\.py)")
ASKING = frozenset({"hasattr", "getattr"})
EQUAL = {"==": True, "is": True, "!=": False, "is not": False}
CONSTANTS = frozenset({"#None", "#True", "#False"})


class Absent:
    """Finds branches that need an attribute that is not there; every answer is kept."""

    def __init__(self, linker: Linker, exactly: Exactly) -> None:
        self.linker = linker
        self.exactly = exactly
        self._lacking: dict[tuple[str, int], Value | None] = {}
        self._asking: dict[str, bool] = {}
        """Files, and whether they ask for an attribute at all."""
        self._closed: dict[tuple[str, int], bool] = {}

    def is_closed(self, table: Table, scope: int, frame: int) -> bool:
        """Whether one of the branches around a place is never taken."""
        if not self._asks(table):
            return False
        for number in table.frames(frame):
            key = (table.path, number)
            if key not in self._closed:
                entry = table.facts.frames[number]
                is_branch = entry.kind in BRANCHES and entry.test is not None
                held = self.holds(table, scope, condition(entry.kind, entry.test)) if is_branch else None
                self._closed[key] = held is False
            if self._closed[key]:
                return True
        return False

    def _asks(self, table: Table) -> bool:
        if table.path not in self._asking:
            self._asking[table.path] = not ASKING.isdisjoint(table.lasts)
        return self._asking[table.path]

    def holds(self, table: Table, scope: int, test: Expr) -> bool | None:
        """Whether a test holds, as far as attributes that are not there decide it."""
        if type(test) is list and test[:1] == ["not"]:
            held = self.holds(table, scope, test[1])
            return None if held is None else not held
        if type(test) is list and test and test[0] in ("and", "or"):
            found = [self.holds(table, scope, part) for part in test[1:]]
            strong = test[0] == "or"
            return strong if strong in found else None if None in found else not strong
        if type(test) is list and test[:1] == ["cmp"]:
            return self._compared(table, test)
        value = self._value(table, test)
        return None if value is None else value not in OFF

    def _compared(self, table: Table, test: list[Expr]) -> bool | None:
        if len(test) != 4 or test[2] not in EQUAL:
            return None
        one, other = self._value(table, test[1]), test[3]
        is_plain = one is not None and type(other) is str and (other in CONSTANTS or other[:1] == "'")
        return (one == other) is EQUAL[test[2]] if is_plain and (one in CONSTANTS or str(one)[:1] == "'") else None

    def _value(self, table: Table, expr: Expr) -> str | None:
        """The constant that asking for what is not there comes to, whoever runs the code."""
        ordinal = call_number(expr)
        value = None if ordinal is None else self.asked(table, ordinal, fixed=True)
        return value if type(value) is str and value[:1] in ("#", "'") else None

    def asked(self, table: Table, ordinal: int, *, fixed: bool = False) -> Expr:
        """What ``hasattr`` or ``getattr`` gives where the attribute is certainly not there; None for any other call.

        Without ``fixed`` also of settings that whoever runs the code may write his own names into.
        """
        call = table.facts.calls[ordinal]
        name = call.callee if type(call.callee) is str else ""
        if name not in ASKING or len(call.args) != (2 if name == "hasattr" else 3):
            return None
        key = (table.path, ordinal)
        if key not in self._lacking:
            self._lacking[key] = None  # a class that asks for itself
            self._lacking[key] = self._owner(table, call)
        owner = self._lacking[key]
        if owner is None or (fixed and (owner.kind == "module" or not self.exactly.classes.is_model(owner))):
            return None
        return "#False" if name == "hasattr" else call.args[2]

    def _owner(self, table: Table, call: Call) -> Value | None:
        """The settings that are asked for what they certainly have not."""
        name = text_of(call.args[1])
        is_named = type(call.args[0]) is str and call.args[0][:1] not in "'#?"
        if not name or not is_named or table.find(call.scope, str(call.callee))[1]:
            return None
        owner = self.exactly.of(table.path, call.scope, call.args[0])
        if owner is None or not self._is_settings(owner) or not self.exactly.classes.lacks(owner, name):
            return None
        return owner

    def _is_settings(self, owner: Value) -> bool:
        if owner.kind == "module":
            return FILES.fullmatch(owner.place) is not None
        if owner.kind != "inst" or not self.exactly.classes.is_class(owner):
            return False
        name = self.linker.table(owner.place).facts.scopes[owner.scope].name
        return NAMED.fullmatch(name) is not None or self.exactly.classes.is_model(owner)
