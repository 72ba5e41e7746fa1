"""What a method is called on: the class whose methods run, and the call that made the object."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .tables import dotted
from .value import Value

if TYPE_CHECKING:
    from ..facts.records import Call, Expr
    from .linker import Linker
    from .tables import Table
    from .values import Values

MAX_STEPS = 8
"""Assignments and imports followed to the call that made an object."""
Place = tuple[str, int, "Expr"]
"""An expression, with the file and the scope that it is seen from."""


class Receiver(NamedTuple):
    """What a method runs on."""

    cls: Value
    made: tuple[str, int] | None = None
    """The call that made it: path and ordinal; None where that is not known."""


class Seen(NamedTuple):
    """A function as one of its callers runs it."""

    path: str
    scope: int
    receiver: Receiver | None = None
    """What ``self`` or ``cls`` is; None: any instance of the function's own class."""


class Receivers:
    """Resolves calls for a known receiver. Never guesses: what can be two things is nothing."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker

    def own(self, table: Table, scope: int, name: str) -> int | None:
        """The class whose instance (or, in a class method, heir) ``name`` is in a method; None for any other name."""
        if "." in name:
            return None
        at = scope
        scopes = table.facts.scopes
        while at:
            record = scopes[at]
            if scopes[record.parent].kind == "class":
                bound = record.kind == "function" and record.params and record.params[0].name == name
                return record.parent if bound and "staticmethod" not in record.decorators else None
            if any(param.name == name for param in record.params):
                return None
            at = record.parent
        return None

    def target(self, seen: Seen, ordinal: int) -> tuple[Value, Receiver | None] | None:
        """The function of the project that a call runs, and on what; None where that is not one."""
        table = self.linker.table(seen.path)
        call = table.facts.calls[ordinal]
        if type(call.callee) is not str:
            return None
        name, _, method = call.callee.rpartition(".")
        if not name:
            function = self._function(self.linker.values.callee(seen.path, ordinal))
            return None if function is None else (function, None)
        cls = self.own(table, call.scope, name)
        if cls is not None:
            receiver = seen.receiver or Receiver(Value("def", seen.path, cls))
            return self._member(receiver, self.linker.mro(receiver.cls.place, receiver.cls.scope), method)
        if name[:1] == "@" and name[1:].isdigit() and table.facts.calls[int(name[1:])].callee == "super":
            return self._inherited(seen, table, call.scope, method)
        values = self.evaluate(seen, call.scope, name)
        if len(values) != 1:
            return None
        (value,) = values
        if value.kind == "module":
            function = self._function(self.linker.values.callee(seen.path, ordinal))
            return None if function is None else (function, None)
        if value.kind not in ("inst", "def") or not self._is_class(value):
            return None
        made = self.made(seen, call.scope, name) if value.kind == "inst" else None
        receiver = Receiver(Value("def", value.place, value.scope), made)
        return self._member(receiver, self.linker.mro(value.place, value.scope), method)

    def _inherited(self, seen: Seen, table: Table, scope: int, method: str) -> tuple[Value, Receiver | None] | None:
        while scope and table.facts.scopes[table.facts.scopes[scope].parent].kind != "class":
            scope = table.facts.scopes[scope].parent
        if not scope:
            return None
        own = Value("def", seen.path, table.facts.scopes[scope].parent)
        receiver = seen.receiver or Receiver(own)
        order = self.linker.mro(receiver.cls.place, receiver.cls.scope)
        return self._member(receiver, order[order.index(own) + 1 :], method) if own in order else None

    def _member(self, receiver: Receiver, order: list[Value], method: str) -> tuple[Value, Receiver | None] | None:
        for cls in order:
            if cls.kind != "def":
                continue
            table = self.linker.table(cls.place)
            member = table.members.get((cls.scope, method))
            if member is not None:
                function = table.facts.scopes[member].kind == "function"
                return (Value("def", cls.place, member), receiver) if function else None
            if (cls.scope, method) in table.attributes or (cls.scope, method) in table.class_attributes:
                return None
        return None

    def _function(self, values: Values) -> Value | None:
        if len(values) != 1:
            return None
        (value,) = values
        is_function = (
            value.kind == "def" and self.linker.table(value.place).facts.scopes[value.scope].kind == "function"
        )
        return value if is_function else None

    def _is_class(self, value: Value) -> bool:
        return self.linker.table(value.place).facts.scopes[value.scope].kind == "class"

    def evaluate(self, seen: Seen, scope: int, name: Expr) -> Values:
        """What an expression can be, where ``self`` is known better than by the class around it."""
        text = dotted(name)
        if seen.receiver is not None and text is not None:
            head, _, rest = text.partition(".")
            if rest and self.own(self.linker.table(seen.path), scope, head) is not None:
                values: Values = frozenset({seen.receiver.cls._replace(kind="inst")})
                for attribute in rest.split("."):
                    values = frozenset(v for value in values for v in self.linker.values.attribute(value, attribute))
                return values
        return self.linker.evaluate(seen.path, scope, name)

    # --- attributes ------------------------------------------------------------------------------------------------

    def attribute(self, receiver: Receiver, name: str) -> Place | None:
        """The one expression that an attribute is set to; what the constructor was given for it."""
        for cls in self.linker.mro(receiver.cls.place, receiver.cls.scope):
            if cls.kind != "def":
                continue
            table = self.linker.table(cls.place)
            member = table.members.get((cls.scope, name))
            if member is not None:
                exits = [e for e in table.exits.get(member, ()) if e.kind == "return"]
                is_read = self.linker.is_property(Value("def", cls.place, member)) and len(exits) == 1
                return (cls.place, member, exits[0].value) if is_read else None
            assigns = [
                assign
                for assign in (*table.attributes.get((cls.scope, name), ()), *table.class_attributes.get((cls.scope, name), ()))
                if assign.value not in (None, "#None")
            ]  # fmt: skip
            if len(assigns) > 1:
                return None
            if assigns:
                return self._given(receiver, cls, (cls.place, assigns[0].scope, assigns[0].value))
        return None

    def _given(self, receiver: Receiver, cls: Value, place: Place, left: int = 3) -> Place | None:
        """A parameter of a constructor as what was given for it; anything else as it is."""
        path, scope, expr = place
        table = self.linker.table(path)
        record = table.facts.scopes[scope]
        name = dotted(expr)
        if record.name != "__init__" or name is None or not any(param.name == name for param in record.params):
            return place
        heirs = []
        for heir in self.linker.mro(receiver.cls.place, receiver.cls.scope):
            if heir == cls or left == 0:
                break
            if heir.kind == "def" and (heir.scope, "__init__") in self.linker.table(heir.place).members:
                heirs.append(heir)
        if not heirs:
            if receiver.made is None:
                return None
            path, ordinal = receiver.made
            call = self.linker.table(path).facts.calls[ordinal]
            given = argument(table, scope, call, name)
            return None if given is None else (path, call.scope, given)
        heir = heirs[-1]
        inner = self.linker.table(heir.place)
        init = inner.members[heir.scope, "__init__"]
        calls = [inner.facts.calls[n] for n in inner.calls_in.get(init, ())]
        calls = [c for c in calls if type(c.callee) is str and c.callee[:1] == "@" and c.callee.endswith(".__init__")]
        given = argument(table, scope, calls[0], name) if len(calls) == 1 else None
        return None if given is None else self._given(receiver, heir, (heir.place, init, given), left - 1)

    # --- objects ---------------------------------------------------------------------------------------------------

    def made(self, seen: Seen, scope: int, expr: Expr, left: int = MAX_STEPS) -> tuple[str, int] | None:
        """The one call of a class that made what an expression is: (path, ordinal)."""
        path = seen.path
        if left == 0 or type(expr) is not str or not expr:
            return None
        if expr[0] == "@":
            return self._maker(path, int(expr[1:]), left) if expr[1:].isdigit() else None
        name = dotted(expr)
        if name is None:
            return None
        owner, _, attribute = name.rpartition(".")
        if not owner:
            return self._named(path, scope, name, left)
        if seen.receiver is not None and self.own(self.linker.table(path), scope, owner) is not None:
            return self._held(seen.receiver, attribute, left)
        values = self.linker.evaluate(path, scope, owner)
        if len(values) != 1:
            return None
        (value,) = values
        if value.kind == "module" and value.place.endswith(".py"):
            return self.made(Seen(value.place, 0), 0, attribute, left - 1)
        if value.kind in ("inst", "def") and self._is_class(value):
            made = self.made(seen, scope, owner, left - 1) if value.kind == "inst" else None
            return self._held(Receiver(value._replace(kind="def"), made), attribute, left)
        return None

    def _held(self, receiver: Receiver, attribute: str, left: int) -> tuple[str, int] | None:
        place = self.attribute(receiver, attribute)
        return None if place is None else self.made(Seen(place[0], place[1]), place[1], place[2], left - 1)

    def _maker(self, path: str, ordinal: int, left: int) -> tuple[str, int] | None:
        values = self.linker.values.callee(path, ordinal)
        if len(values) != 1:
            return None
        (value,) = values
        if value.kind == "ext" or (value.kind == "def" and self._is_class(value)):
            return path, ordinal
        return self._exit(value, left)

    def _exit(self, function: Value, left: int) -> tuple[str, int] | None:
        """The call behind the one value that a function returns or yields."""
        if function.kind != "def":
            return None
        table = self.linker.table(function.place)
        exits = [e for e in table.exits.get(function.scope, ()) if e.kind in ("return", "yield")]
        if len(exits) != 1:
            return None
        return self.made(Seen(function.place, function.scope), function.scope, exits[0].value, left - 1)

    def _named(self, path: str, scope: int, name: str, left: int) -> tuple[str, int] | None:
        table = self.linker.table(path)
        bindings = [
            binding
            for binding in table.lookup(scope, name)
            if binding.assign is None or binding.assign.value not in (None, "#None")
        ]
        if len(bindings) != 1:
            return None
        binding = bindings[0]
        if binding.assign is not None and binding.assign.kind in ("=", "with"):
            return self.made(Seen(path, binding.assign.scope), binding.assign.scope, binding.assign.value, left - 1)
        if binding.imported is not None and binding.imported.attribute:
            target = self.linker.modules.target(path, binding.imported)
            if target is not None and target.endswith(".py"):
                return self.made(Seen(target, 0), 0, binding.imported.attribute, left - 1)
        if binding.param is not None:
            parent = table.facts.scopes[binding.scope].parent
            injected = self.linker.values.parameters.injected(path, parent, binding.param)
            if len(injected) == 1:
                (value,) = injected
                return None if value.kind == "def" and self._is_class(value) else self._exit(value, left)
        return None


def argument(table: Table, scope: int, call: Call, name: str) -> Expr | None:
    """What a call gives for a named parameter of a function, or its default; None where that is not told."""
    record = table.facts.scopes[scope]
    given = next((value for keyword, value in call.keywords if keyword == name), None)
    if given is not None:
        return given
    positional = [param.name for param in record.params if param.kind == "p"]
    if table.facts.scopes[record.parent].kind == "class" and "staticmethod" not in record.decorators:
        positional = positional[1:]
    place = positional.index(name) if name in positional else -1
    before = call.args[: place + 1]
    if any(type(arg) is list and arg[:1] == ["*"] for arg in before) or any(k == "**" for k, _ in call.keywords):
        return None
    return call.args[place] if 0 <= place < len(call.args) else None
