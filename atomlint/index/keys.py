"""Keys of commands: what is constant in them, and what varies."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from .expressions import receiver
from .tables import dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..facts.records import Expr
    from .linker import Linker
    from .value import Value

MAX_DEPTH = 8
FIELDS = re.compile(r"\{([^{}]*)\}|%(?:\((\w+)\))?[-#0 +]*\d*(?:\.\d+)?[sdrfxi]")
SAME = frozenset({"lower", "upper", "strip", "encode", "decode", "hex"})
"""Methods that keep what a text is about."""
ANYTHING = "\0"


class Part(NamedTuple):
    """A stretch of a key: a constant text, or what varies with the name that it has in the source."""

    text: str
    varies: bool


class KeyPattern(NamedTuple):
    """A key as far as it is known, such as ``session:{user_id}``."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """How a reader would write it; what varies in braces."""
        return "".join(f"{{{part.text}}}" if part.varies else part.text for part in self.parts)

    @property
    def literal(self) -> str:
        """The constant stretches."""
        return "".join(part.text for part in self.parts if not part.varies)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of what varies."""
        return tuple(part.text for part in self.parts if part.varies)

    @property
    def is_constant(self) -> bool:
        """Whether it is one key."""
        return not any(part.varies for part in self.parts)

    @property
    def is_known(self) -> bool:
        """Whether any letter of it is constant."""
        return any(character.isalpha() for character in self.literal)

    def meets(self, other: KeyPattern) -> bool:
        """Whether one key can be of both: patterns without constant letters meet nothing."""
        if not (self.is_known and other.is_known):
            return False
        return _matches(self.parts, other.parts) or _matches(other.parts, self.parts)


@lru_cache(4096)
def _regex(parts: tuple[Part, ...]) -> re.Pattern[str]:
    return re.compile("".join(".*" if p.varies or p.text == "*" else re.escape(p.text) for p in parts), re.DOTALL)


def _matches(pattern: tuple[Part, ...], key: tuple[Part, ...]) -> bool:
    return _regex(pattern).fullmatch("".join(ANYTHING if part.varies else part.text for part in key)) is not None


class Keys:
    """Takes key expressions apart; every answer is kept."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self._kept: dict[tuple[str, int, str], KeyPattern] = {}

    def of(self, path: str, scope: int, expr: Expr) -> KeyPattern:
        """The pattern of a key expression, through names, constants, f-strings and the project's own key functions."""
        key = (path, scope, str(expr))
        if key not in self._kept:
            self._kept[key] = KeyPattern(_joined(self._parts(path, scope, expr, {}, MAX_DEPTH)))
        return self._kept[key]

    def _parts(self, path: str, scope: int, expr: Expr, given: Mapping[str, list[Part]], left: int) -> list[Part]:
        text = text_of(expr)
        if text is not None:
            return [Part(text, varies=False)]
        if left == 0:
            return [Part("...", varies=True)]
        if type(expr) is list and expr:
            return self._compound(path, scope, expr, given, left)
        if type(expr) is str and expr[:1] == "@" and expr[1:].isdigit():
            return self._call(path, int(expr[1:]), given, left)
        if type(expr) is str and expr[:1] == "#":
            return [Part(expr[1:], varies=False)]
        name = dotted(expr)
        if name is None:
            return [Part("...", varies=True)]
        if name in given:
            return given[name]
        return self._name(path, scope, name, given, left)

    def _compound(
        self, path: str, scope: int, expr: list[Expr], given: Mapping[str, list[Part]], left: int
    ) -> list[Part]:
        if expr[0] == "f":
            return [part for item in expr[1:] for part in self._parts(path, scope, item, given, left - 1)]
        if expr[0] == "bin" and expr[1] == "+":
            return [part for item in expr[2:] for part in self._parts(path, scope, item, given, left - 1)]
        if expr[0] == "bin" and expr[1] == "%":
            return self._filled(self._parts(path, scope, expr[2], given, left - 1))
        if expr[0] == "or":
            return self._parts(path, scope, expr[1], given, left - 1)
        if expr[0] == "sub":
            return [Part(text_of(expr[2]) or dotted(expr[1]) or "...", varies=True)]
        return [Part("...", varies=True)]

    @staticmethod
    def _filled(parts: list[Part]) -> list[Part]:
        """A template: its fields vary."""
        result = []
        for part in parts:
            at = 0
            for field in FIELDS.finditer(part.text) if not part.varies else ():
                result.append(Part(part.text[at : field.start()], varies=False))
                result.append(Part(field[1] or field[2] or "...", varies=True))
                at = field.end()
            result.append(Part(part.text[at:], part.varies))
        return result

    def _name(self, path: str, scope: int, name: str, given: Mapping[str, list[Part]], left: int) -> list[Part]:
        constants = [v for v in self.linker.evaluate(path, scope, name.removesuffix(".value")) if v.kind == "const"]
        if len(constants) == 1 and (text := text_of(constants[0].place)) is not None:
            return [Part(text, varies=False)]
        if "." not in name:
            assigned = [b.assign for b in self.linker.table(path).lookup(scope, name) if b.assign is not None]
            values = [a for a in assigned if a.kind == "=" and a.value not in (None, "#None")]
            if len(values) == 1 and len(assigned) <= 2 and values[0].value != name:
                return self._parts(path, values[0].scope, values[0].value, given, left - 1)
        return [Part(name.removeprefix("self."), varies=True)]

    def _call(self, path: str, ordinal: int, given: Mapping[str, list[Part]], left: int) -> list[Part]:
        call = self.linker.table(path).facts.calls[ordinal]
        target = receiver(call.callee)
        if target is not None and target[1] == "format":
            return self._filled(self._parts(path, call.scope, target[0], given, left - 1))
        if target is not None and target[1] == "join" and len(call.args) == 1:
            between = self._parts(path, call.scope, target[0], given, left - 1)
            items = call.args[0][1:] if type(call.args[0]) is list and call.args[0][:1] == ["[]"] else ["?"]
            parts: list[Part] = []
            for number, item in enumerate(items):
                parts += [*(between if number else ()), *self._parts(path, call.scope, item, given, left - 1)]
            return parts
        if target is not None and target[1] in SAME and not call.args:
            return self._parts(path, call.scope, target[0], given, left - 1)
        if call.callee == "str" and len(call.args) == 1:
            return self._parts(path, call.scope, call.args[0], given, left - 1)
        functions = [v for v in self.linker.values.callee(path, ordinal) if v.kind == "def"]
        if len(functions) == 1:
            found = self._returned(path, ordinal, functions[0], given, left)
            if found is not None:
                return found
        name = dotted(call.callee) or "..."
        return [Part(name.rpartition(".")[2], varies=True)]

    def _returned(
        self, path: str, ordinal: int, function: Value, given: Mapping[str, list[Part]], left: int
    ) -> list[Part] | None:
        """What a key function makes of its arguments."""
        table = self.linker.table(function.place)
        record = table.facts.scopes[function.scope]
        exits = [e for e in table.exits.get(function.scope, ()) if e.kind == "return" and e.value != "#None"]
        if record.kind == "class" or not exits:
            return None
        call = self.linker.table(path).facts.calls[ordinal]
        is_method = table.facts.scopes[record.parent].kind == "class" and "staticmethod" not in record.decorators
        names = [p.name for p in record.params if p.kind in ("p", "k")][1 if is_method else 0 :]
        pairs = [*zip(names, call.args, strict=False), *((k, v) for k, v in call.keywords if k in names)]
        inner = {name: self._parts(path, call.scope, value, given, left - 1) for name, value in pairs}
        return self._parts(function.place, function.scope, exits[-1].value, inner, left - 1)


def _joined(parts: list[Part]) -> tuple[Part, ...]:
    """Parts with neighbouring texts put together; ``*`` in a text stands for anything."""
    result: list[Part] = []
    for part in parts:
        if not part.text and not part.varies:
            continue
        if result and not part.varies and not result[-1].varies:
            result[-1] = Part(result[-1].text + part.text, varies=False)
        else:
            result.append(part)
    return tuple(result)
