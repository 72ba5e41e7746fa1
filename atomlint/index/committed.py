"""What expressions are with the settings as they are committed: where a setting is off by default and nothing turns it on.

Known are only values that switch something off (``False``, nothing, an empty text, ``"memory"`` where ``"redis"`` is asked
for). A setting that is on, one that must be set, a secret and the mode of the application are as good as unknown.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from .absent import ASKING
from .arguments import arguments
from .contract import SYSTEM, is_secret_name
from .environ import is_environ
from .envtexts import FALSE, OFF, TRUE
from .expressions import BRANCHES, condition, receiver
from .overrides import Overrides
from .readers import GETTERS
from .setting_types import named
from .settingdicts import DJANGO, SettingDicts
from .settings import STRING_METHODS
from .tables import call_number, text_of
from .value import Value as Made
from .worlds import is_mode_name, names_mode

if TYPE_CHECKING:
    from ..facts.records import Call, Expr
    from .facade import Index
    from .settings import SettingRead
    from .tables import Binding, Table
    from .value import Value

MAX_DEPTH = 10
MAX_STEPS = 200
"""Expressions that are looked at for one test: what takes more is no plain switch."""
TRUTHS = FALSE | TRUE
DISABLES = re.compile(r"(?:^|_)(?:DISABLED?|SKIP|BYPASS|WITHOUT)(?:_|$)", re.IGNORECASE)
"""In names of settings that are on where something is off."""
CHOICE = re.compile(r"[A-Za-z][A-Za-z_-]{1,20}(?:://)?")
"""A text that chooses one of several: ``memory``, ``local-files``, ``memory://``."""
UNKNOWN_KINDS = frozenset({"presence", "each", "option", "dynaconf"})
LEFT_OFF = frozenset({"#False", "#None"})
"""What leaves something off where a constructor is given it."""
EQUAL = {"==": True, "is": True, "!=": False, "is not": False}
SWITCHES = frozenset({"#True", "#False"})
"""What a constant that switches something on or off is."""


class Committed:
    """Evaluates expressions; every setting is looked up once."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.linker = index.project.linker
        self.texts = index.settings.texts
        self.overrides = Overrides(index)
        self.absent = index.project.calls.raises.absent
        self.dicts = SettingDicts(self)
        self._reads: dict[SettingRead, str | None] = {}
        self._given: dict[Value, dict[str, str | None]] = {}
        """What the functions that are being looked into are given."""
        self._steps = 0
        self.used = 0
        """Settings that answers came from so far: what constants alone say is no answer."""

    def is_closed(self, path: str, scope: int, test: Expr) -> bool:
        """Whether a test is false because of a setting that is off."""
        before, self._steps = self.used, 0
        return self.holds(path, scope, test) is False and self.used > before

    def text(self, path: str, scope: int, expr: Expr) -> str | None:
        """The text that an expression is; None when that is not known."""
        self._steps = 0
        return text_of(self.value(path, scope, expr))

    def holds(self, path: str, scope: int, test: Expr, depth: int = MAX_DEPTH) -> bool | None:
        """Whether a test holds; None when that is not known."""
        if depth <= 0 or test is None:
            return None
        if type(test) is list and test:
            if test[0] == "not":
                inner = self.holds(path, scope, test[1], depth - 1)
                return None if inner is None else not inner
            if test[0] in ("and", "or"):
                return self._joined(path, scope, test, depth)
            if test[0] == "cmp":
                return self._compared(path, scope, test, depth) if len(test) == 4 else None
        return truth(self.value(path, scope, test, depth))

    def _joined(self, path: str, scope: int, test: list[Expr], depth: int) -> bool | None:
        strong = test[0] == "or"
        unknown = False
        for part in test[1:]:
            held = self.holds(path, scope, part, depth - 1)
            if held is strong:
                return strong
            unknown = unknown or held is None
        return None if unknown else not strong

    def _compared(self, path: str, scope: int, test: list[Expr], depth: int) -> bool | None:
        _, left, operator, right = test
        if operator in ("in", "not in"):
            held = self._is_in(path, scope, left, right, depth)
            return held if held is None or operator == "in" else not held
        one = self.value(path, scope, left, depth - 1)
        other = self.value(path, scope, right, depth - 1) if one is not None else None
        if one is None or other is None:
            return None
        if operator in EQUAL:
            return None if {one, other} == {"#0", "#False"} else (one == other) is EQUAL[operator]
        if operator == ">" and other == "#0" and one in OFF:
            return False
        return None

    def _is_in(self, path: str, scope: int, left: Expr, right: Expr, depth: int) -> bool | None:
        name = text_of(left)
        if name is not None:
            if not is_environ(self.index.settings, path, scope, right) or self.texts.may_give((name,), "#None"):
                return None
            self.used += 1
            return False
        one = self.value(path, scope, left, depth - 1)
        if one is None:
            return None
        items = self.linker.values.items(path, scope, right)
        known = [self.value(place, at, item, depth - 1) for place, at, item in items]
        return None if not known or None in known else one in known

    # --- values ----------------------------------------------------------------------------------------------------

    def value(self, path: str, scope: int, expr: Expr, depth: int = MAX_DEPTH) -> str | None:
        """The constant that an expression is, in the facts' notation; None when that is not known."""
        self._steps += 1
        if depth <= 0 or expr is None or self._steps > MAX_STEPS:
            return None
        if type(expr) is list and expr:
            return self._compound(path, scope, expr, depth)
        if type(expr) is not str or expr[:1] in ("?", ""):
            return None
        if expr[:1] in ("'", "#"):
            return expr
        made = call_number(expr)
        if made is not None:
            return self._of_call(path, made, depth)
        return self._of_name(path, scope, expr, depth)  # of a call's result as well: get_settings().limits

    def _compound(self, path: str, scope: int, expr: list[Expr], depth: int) -> str | None:
        if expr[0] in ("or", "and"):
            return self._first(path, scope, expr, depth)
        if expr[0] == "if":
            held = self.holds(path, scope, expr[1], depth - 1)
            sides = expr[2:] if held is None else [expr[2 if held else 3]]
            found = {self.value(path, scope, side, depth - 1) for side in sides}
            return found.pop() if len(found) == 1 else None
        if expr[0] in ("not", "cmp"):
            held = self.holds(path, scope, expr, depth - 1)
            return None if held is None else f"#{held}"
        key = text_of(expr[2]) if expr[0] == "sub" else None
        return None if key is None else self.dicts.entry(path, scope, expr[1], key, depth - 1)

    def _first(self, path: str, scope: int, expr: list[Expr], depth: int) -> str | None:
        """What ``a or b`` and ``a and b`` come to."""
        value = None
        for part in expr[1:]:
            value = self.value(path, scope, part, depth - 1)
            is_false = truth(value) is False
            if value is None or is_false is not (expr[0] == "or"):
                break
        return value

    def _of_call(self, path: str, ordinal: int, depth: int) -> str | None:
        read = self.index.settings.at(path, ordinal)
        if read is not None and read.kind != "helper":
            return self.of_read(read)
        call = self.linker.table(path).facts.calls[ordinal]
        target = receiver(call.callee)
        if target is not None and target[1] in STRING_METHODS and not (call.args or call.keywords):
            text = text_of(self.value(path, call.scope, target[0], depth - 1))
            if text is None:
                return None
            return f"'{text.upper()}" if target[1] == "upper" else f"'{text.strip().lower()}"
        if target is not None and target[1] == "get" and call.args and (key := text_of(call.args[0])):
            return self.dicts.entry(path, call.scope, target[0], key, depth - 1)
        if call.callee == "bool" and call.args:
            held = self.holds(path, call.scope, call.args[0], depth - 1)
            return None if held is None else f"#{held}"
        if call.callee in ("str", "int", "cast", "typing.cast") and call.args:
            return self.value(path, call.scope, call.args[-1], depth - 1)
        if type(call.callee) is str and call.callee in ASKING and len(call.args) > 1:
            return self._asked(path, ordinal, call, depth)
        factory = dict(call.keywords).get("default_factory")
        if type(factory) is list and factory[:1] == ["lambda"]:
            return self._returned(self.linker.table(path), factory[1], depth - 1)
        callees = list(self.linker.values.callee(path, ordinal))
        if len(callees) != 1:
            return None
        if callees[0].kind == "ext" and callees[0].place in GETTERS and call.args:
            return self._asked_for(path, call, depth)
        return self._of_function(path, call, callees[0], depth) if callees[0].kind == "def" else None

    def _asked(self, path: str, ordinal: int, call: Call, depth: int) -> str | None:
        """What ``hasattr(settings, "NAME")`` and ``getattr(settings, "NAME", default)`` give."""
        missing = self.absent.asked(self.linker.table(path), ordinal)
        if missing is not None:
            self.used += 1
            return self.value(path, call.scope, missing, depth - 1)
        head, name = call.args[0], text_of(call.args[1])
        if call.callee != "getattr" or not name or type(head) is not str or head[:1] in ("'", "#", "?"):
            return None
        if len(call.args) == 3 and any(v.place == DJANGO for v in self.linker.evaluate(path, call.scope, head)):
            default = self.value(path, call.scope, call.args[2], depth - 1)
            return self._of_django(name, default, depth)
        found = self._of_name(path, call.scope, f"{head}.{name}", depth - 1)
        if len(call.args) == 2 or any(self.index.origins.fields(path, call.scope, f"{head}.{name}")):
            return found
        return found if truth(found) is self.holds(path, call.scope, call.args[2], depth - 1) else None

    def _asked_for(self, path: str, call: Call, depth: int) -> str | None:
        """What a helper gets of the environment by a name that it is given."""
        name = text_of(self.value(path, call.scope, call.args[0], depth - 1))
        default = call.args[1] if len(call.args) > 1 else dict(call.keywords).get("default")
        value = "#None" if default is None else self.value(path, call.scope, default, depth - 1)
        return self._of_variable((name,), value) if name is not None and value is not None else None

    def _of_function(self, path: str, call: Call, function: Value, depth: int) -> str | None:
        """What a function of the project returns, by the constants that it is given."""
        table = self.linker.table(function.place)
        scope = table.facts.scopes[function.scope]
        if scope.kind != "function" or scope.yields or function in self._given:
            return None
        is_method = table.facts.scopes[scope.parent].kind == "class" and "staticmethod" not in scope.decorators
        keywords = dict(call.keywords)
        given: dict[str, str | None] = {}
        for place, param in enumerate(scope.params[1 if is_method else 0 :]):
            if place < len(call.args):
                given[param.name] = self.value(path, call.scope, call.args[place], depth - 2)
            elif param.name in keywords:
                given[param.name] = self.value(path, call.scope, keywords[param.name], depth - 2)
            elif "**" not in keywords:
                given[param.name] = self.value(function.place, scope.parent, param.default, depth - 2)
        self._given[function] = given
        try:
            return self._returned(table, function.scope, depth - 2)
        finally:
            del self._given[function]

    def _returned(self, table: Table, scope: int, depth: int) -> str | None:
        """The one constant that a function returns where no closed branch lies around it."""
        found = set()
        for exit_ in table.exits.get(scope, ()):
            frames = [table.facts.frames[number] for number in table.frames(exit_.frame)]
            tests = [condition(f.kind, f.test) for f in frames if f.kind in BRANCHES and f.test is not None]
            if exit_.kind == "yield":
                return None
            if exit_.kind == "return" and not any(self.holds(table.path, scope, t, depth) is False for t in tests):
                found.add(self.value(table.path, scope, exit_.value, depth))
        return found.pop() if len(found) == 1 else None

    def _of_name(self, path: str, scope: int, name: str, depth: int) -> str | None:
        """What a name stands for: the same with everything that it may be bound to, and known from a setting."""
        origins = self.index.origins
        table = self.linker.table(path)
        bindings = [] if "." in name else table.lookup(scope, name)
        if any(binding.assign is None and binding.imported is None for binding in bindings):
            return self._of_parameter(path, name, bindings, depth)
        copied = [binding.imported for binding in bindings if not binding.scope]
        if copied and all(one is not None and self.linker.values.copies_none(path, one) for one in copied):
            self.used += 1
            return "#None"
        head, _, last = name.rpartition(".")
        owners = self.linker.evaluate(path, scope, head) if head else frozenset()
        if last.isupper() and any(v.place == DJANGO for v in owners if v.kind == "ext"):
            return self._of_django(last, None, depth)
        fields = list(origins.fields(path, scope, name))
        if fields:
            found = {self._of_field(read) for read in fields}
            is_whole = len(fields) == sum(owner.kind != "const" for owner in owners)
            return found.pop() if is_whole and len(found) == 1 else None
        if any(self.overrides.is_set(owner, last) for owner in owners if owner.kind in ("inst", "def", "module")):
            return None
        before = self.used
        behind = list(origins.behind(path, scope, name))
        found = {self.value(place, at, value, depth - 1) for place, at, value in behind}
        if last.isupper() and len(found) == 1 and found <= SWITCHES and not any(at for _, at, _ in behind):
            self.used += 1  # SENTINEL = False, at the top of the file
        if not found or None in found or self.used == before:
            return None
        if len(found) == 1:
            return found.pop()
        return "#None" if all(truth(value) is False for value in found) else None

    def _of_django(self, name: str, default: str | None, depth: int) -> str | None:
        """What the settings modules of Django say for a name: all of them, and ``False`` where it is written out."""
        found = set()
        for path, scope, value in self.bound(name):
            before = self.used
            said = self.value(path, scope, value, depth - 1)
            self.used += said == "#False"
            found.add(said if self.used > before else None)
        if not found and default == "#False":  # getattr(settings, "FEATURE", False)
            self.used += 1
            return default
        return found.pop() if len(found) == 1 else None

    def bound(self, name: str) -> list[tuple[str, int, Expr]]:
        """What modules and classes bind to a name in capitals, outside of tests."""
        return self._module_settings.get(name, [])

    @cached_property
    def _module_settings(self) -> dict[str, list[tuple[str, int, Expr]]]:
        """Names in capitals with what they are bound to: settings of Django among them."""
        found: dict[str, list[tuple[str, int, Expr]]] = {}
        for path in self.linker.linked:
            facts = self.linker.table(path).facts
            for assign in facts.assigns if path not in self.index.tests else ():
                name = assign.target
                if type(name) is str and name.isupper() and facts.scopes[assign.scope].kind in ("module", "class"):
                    found.setdefault(name, []).append((path, assign.scope, assign.value))
        return found

    def _of_parameter(self, path: str, name: str, bindings: list[Binding], depth: int) -> str | None:
        """What the function that is looked into, or another one, is given, where it binds the name to nothing else."""
        if len(bindings) != 1 or bindings[0].param is None:
            return None
        function = Made("def", path, bindings[0].scope)
        if function in self._given:
            return self._given[function].get(name)
        handed = arguments(self.index, function, name)
        given = [(at, scope, self._at_import(at, scope, value)) for at, scope, value in handed]
        found = {self.value(*one, depth - 1) for one in given}
        is_off = all(type(value) is str and value in LEFT_OFF for _, _, value in given)
        self.used += bool(given) and is_off  # written out where it is made
        return found.pop() if len(found) == 1 else None

    def _at_import(self, path: str, scope: int, value: Expr) -> Expr:
        """What a module hands over under a name: what it has bound itself, whatever its functions bind the name to later."""
        table = self.linker.table(path)
        if scope or type(value) is not str or value[:1] in "'#?@" or "." in value:
            return value
        later = {scope.name for scope in table.bound_later(value)}
        called = (last for last, call in zip(table.lasts, table.facts.calls, strict=True) if not call.scope)
        return "#None" if later and later.isdisjoint(called) else value

    def _of_field(self, read: SettingRead) -> str | None:
        """The value of a field of a settings class, unless something else gives it one."""
        return None if self.overrides.is_given(read) else self.of_read(read)

    # --- settings --------------------------------------------------------------------------------------------------

    def of_read(self, read: SettingRead) -> str | None:
        """What a setting is, when it switches something off and nothing in the repository gives it another value."""
        if read not in self._reads:
            self._reads[read] = None  # one that falls back to itself
            steps, self._steps = self._steps, 0  # the same whichever test asks first
            self._reads[read] = self._of_read(read, MAX_DEPTH)
            self._steps = steps
        found = self._reads[read]
        self.used += found is not None
        return found

    def _of_read(self, read: SettingRead, depth: int) -> str | None:
        if read.required or read.kind in UNKNOWN_KINDS or names_mode(read):
            return None
        value = "#None" if read.default is None else self.value(read.path, read.scope, read.default, depth - 1)
        if value is None:
            return None
        names = read.names
        if read.kind == "field" and "_" in read.attribute:  # redis_url of a TOML file, APP__REDIS_URL of a nested class
            names = tuple(dict.fromkeys((*names, read.attribute.upper())))
        found = self._variable(names, value, any_case=read.kind == "field")
        if found and text_of(found) and found[1:].lower() in FALSE and read.cast is not None:
            return "#False" if named(self.linker.table(read.path), read.cast) == "bool" else found
        return found

    def _of_variable(self, names: tuple[str, ...], value: str) -> str | None:
        """The same of a variable whose name a helper is given."""
        found = None if any(map(is_mode_name, names)) else self._variable(names, value)
        self.used += found is not None
        return found

    def _variable(self, names: tuple[str, ...], value: str, *, any_case: bool = False) -> str | None:
        is_flag = value in ("#False", "#True")  # ADMIN_API_KEY_ENABLED is no secret
        if any((is_secret_name(name) and not is_flag) or SYSTEM.fullmatch(name) for name in names):
            return None
        text = (text_of(value) or "").lower()
        is_choice = CHOICE.fullmatch(text) is not None and text not in TRUTHS
        disables = value == "#True" or text in TRUE
        if disables and not all(DISABLES.search(name) for name in names):
            return None
        if value not in OFF and not is_choice and not disables and (text not in FALSE or not text):
            return None
        return None if self.texts.may_give(names, value, any_case=any_case) else value


def truth(value: str | None) -> bool | None:
    """Whether a constant that is known counts as true; None for texts and numbers, which say nothing of a switch."""
    return False if value in OFF else True if value == "#True" else None
