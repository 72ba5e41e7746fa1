"""Django REST framework: what a view's methods give back for one action, as far as ``self.action`` and the method decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..facts.records import Exit, Expr
    from .linker import Linker
    from .tables import Table

BRANCHES = ("if", "else", "after")
ACTIONS = ("self.action",)
METHODS = ("self.request.method", "request.method")
CHOOSES = "get_serializer_class"
DEPTH = 6


class Acting:
    """A view, a class or a function, that answers a GET by an action."""

    def __init__(self, linker: Linker, view: Value, action: str = "list") -> None:
        self.linker = linker
        self.view = view
        self.action = action
        self.own = [base for base in linker.mro(view.place, view.scope) if base.kind == "def"]

    # --- which way it goes -------------------------------------------------------------------------------------------

    def returns(self, method: Value) -> list[Exit]:
        """The returns of a method that may give what the action gets, in source order."""
        table = self.linker.table(method.place)
        exits = [exit_ for exit_ in table.exits.get(method.scope, ()) if exit_.kind == "return"]
        return [exit_ for exit_ in exits if self.stands(table, exit_.frame) is not False]

    def stands(self, table: Table, frame: int) -> bool | None:
        """Whether the action comes to a frame; None when something else decides it."""
        found: bool | None = True
        for around in table.frames(frame):
            entry = table.facts.frames[around]
            if entry.kind not in BRANCHES:
                found = None if entry.kind != "try" else found
                continue
            holds = self.truth(entry.test)
            holds = None if holds is None else holds is not (entry.kind == "else")
            if holds is not True:
                found = holds
            if found is False:
                return False
        return found

    def truth(self, test: Expr) -> bool | None:
        """Whether a test holds for the action; None when something else decides it."""
        if type(test) is not list or not test:
            known = {"#True": True, "#False": False, "self.detail": False if self.action == "list" else None}
            return True if test in ACTIONS else known.get(str(test))
        if test[0] == "not":
            holds = self.truth(test[1])
            return None if holds is None else not holds
        if test[0] in ("and", "or"):
            parts = [self.truth(part) for part in test[1:]]
            decides = bool(test[0] == "or")
            return decides if decides in parts else None if None in parts else not decides
        return self._compares(test) if test[0] == "cmp" and len(test) == 4 else None

    def _compares(self, test: Sequence[Expr]) -> bool | None:
        _, left, operator, right = test
        if text_of(left) is not None:
            left, right = right, left
        name = dotted(left)
        if name not in (*ACTIONS, *METHODS):
            return None
        value = self.action if name in ACTIONS else "GET"
        if operator in ("==", "!="):
            text = text_of(right)
            return None if text is None else (text == value) is (operator == "==")
        if operator not in ("in", "not in"):
            return None
        if name in METHODS and (dotted(right) or "").endswith("SAFE_METHODS"):
            return bool(operator == "in")
        held = self._keys(right)
        return None if held is None else (value in held) is (operator == "in")

    def _keys(self, expr: Expr) -> set[str] | None:
        """Texts of a list, or keys of a table; None when they are not known."""
        if type(expr) is str and expr.startswith("self."):
            expr = self._stated(expr)
        if type(expr) is not list or not expr or expr[0] not in ("[]", "{}"):
            return None
        texts = [text_of(part) for part in (expr[1:] if expr[0] == "[]" else expr[1::2])]
        return None if None in texts else {text for text in texts if text is not None}

    def _stated(self, name: str) -> Expr:
        """What class bodies assign to ``self.name``."""
        stated = self.linker.class_attribute(self.view, name.removeprefix("self."))
        return next((assign.value for _, assign in stated if assign.value is not None), None)

    # --- what it serializes with -------------------------------------------------------------------------------------

    def serializers(self) -> list[Value]:
        """The classes that the action may serialize with; none when they are not known."""
        found = self._chosen(0)
        return list(dict.fromkeys(found)) if found else []

    def _chosen(self, after: int) -> list[Value] | None:
        """What ``get_serializer_class`` of a class of the order, or of those above it, gives."""
        for place, cls in enumerate(self.own[after:], after):
            method = self.linker.table(cls.place).members.get((cls.scope, CHOOSES))
            if method is not None:
                return self._of_method(Value("def", cls.place, method), place)
        return self._attribute("self.serializer_class")

    def _of_method(self, method: Value, place: int) -> list[Value] | None:
        table = self.linker.table(method.place)
        found: list[Value] = []
        for exit_ in self.returns(method):
            values = self._classes(table, method.scope, exit_.value, place, DEPTH)
            if values is None:
                return None
            found += values
            if values and self.stands(table, exit_.frame):
                break
        return found

    def _classes(self, table: Table, scope: int, expr: Expr, place: int, depth: int) -> list[Value] | None:
        """Classes that an expression may be; none for what gives nothing to this action, None when that is not known."""
        if depth == 0:
            return None
        if expr == "#None":
            return []
        if type(expr) is list and expr:
            return self._compound(table, scope, expr, place, depth)
        if type(expr) is str and expr[:1] == "@":
            return self._called(table, scope, expr, place, depth)
        name = dotted(expr)
        if name is not None and name.startswith("self.") and name.count(".") == 1:
            return self._attribute(name)
        bound = table.find(scope, name)[1] if name is not None and "." not in name else []
        assigns = [binding.assign for binding in bound if binding.assign is not None and binding.scope == scope]
        if not assigns or len(assigns) < len(bound) or any(assign.kind != "=" for assign in assigns):
            return self._evaluated(table.path, scope, expr)
        found: list[Value] = []
        for assign in assigns:
            stands = self.stands(table, assign.frame)
            values = self._classes(table, scope, assign.value, place, depth - 1) if stands is not False else []
            if values is None:
                return None
            found = values if stands and values else [*found, *values]
        return found

    def _compound(self, table: Table, scope: int, expr: list[Expr], place: int, depth: int) -> list[Value] | None:
        if expr[0] == "if":
            holds = self.truth(expr[1])
            parts = [part for part, way in ((expr[2], True), (expr[3], False)) if holds is not (not way)]
        elif expr[0] == "or":
            parts = expr[1:]
        elif expr[0] == "sub" and dotted(expr[2]) in ACTIONS:
            return self._entry(table, scope, expr[1])
        else:
            return None
        found: list[Value] = []
        for part in parts:
            values = self._classes(table, scope, part, place, depth - 1)
            if values is None:
                return None
            found += values
            if expr[0] == "or" and values:
                break
        return found

    def _called(self, table: Table, scope: int, expr: str, place: int, depth: int) -> list[Value] | None:
        """``super().get_serializer_class()``, and ``self.classes.get(self.action, self.serializer_class)``."""
        if "." in expr:
            return None
        call = table.facts.calls[int(expr[1:])]
        head, _, last = call.callee.rpartition(".") if type(call.callee) is str else ("", "", "")
        if last == CHOOSES and head[:1] == "@" and head[1:].isdigit():
            return self._chosen(place + 1) if table.facts.calls[int(head[1:])].callee == "super" else None
        if last != "get" or not call.args or dotted(call.args[0]) not in ACTIONS:
            return None
        found = self._entry(table, scope, head)
        if found == [] and len(call.args) > 1:
            return self._classes(table, scope, call.args[1], place, depth - 1)
        return found

    def _entry(self, table: Table, scope: int, expr: Expr) -> list[Value] | None:
        """The class that a table by action, of the view or of the method, has for it."""
        name = dotted(expr) or ""
        if name.startswith("self.") and name.count(".") == 1:
            stated = list(self.linker.class_attribute(self.view, name.removeprefix("self.")))[:1]
            places = [(of, assign.scope, assign.value) for of, assign in stated]
        elif type(expr) is list:
            places = [(table, scope, expr)]
        else:
            bound = table.find(scope, name)[1] if name else []
            places = [(table, b.assign.scope, b.assign.value) for b in bound if b.assign is not None]
        if len(places) != 1 or type(places[0][2]) is not list or places[0][2][:1] != ["{}"]:
            return None
        of, at, value = places[0]
        for key, given in zip(value[1::2], value[2::2], strict=False):
            if text_of(key) is None:
                return None
            if text_of(key) == self.action:
                return self._evaluated(of.path, at, given)
        return []

    def _attribute(self, name: str) -> list[Value] | None:
        for table, assign in self.linker.class_attribute(self.view, name.removeprefix("self.")):
            if assign.value not in (None, "#None"):
                return self._evaluated(table.path, 0, assign.value)
        return None

    def _evaluated(self, path: str, scope: int, expr: Expr) -> list[Value] | None:
        if not dotted(expr):
            return None
        values = self.linker.evaluate(path, scope, expr)
        return sorted(values) if values and all(value.kind == "def" for value in values) else None
