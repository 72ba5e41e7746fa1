"""Tests on the request's path and method, evaluated for one route."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .pathtexts import ENDS, anyhow, begins, ends, holds, same
from .registering import behind
from .routetexts import DEPTH, Frame, RouteTexts, Text, split
from .tables import dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..facts.records import Expr
    from .routes import Route

PATTERNS = frozenset({"match", "search", "fullmatch"})
"""What a regular expression is asked, with a text for its only argument or its last."""
SMALL = 12
"""Calls of a helper that is small enough to be evaluated."""


class RouteTests(RouteTexts):
    """Evaluates tests and texts for a route, as far as path and method decide them."""

    def test(self, here: Frame, expr: Expr, route: Route, depth: int = DEPTH) -> bool | None:
        """Whether a test holds for a route; None when that hangs on anything else."""
        if depth == 0 or expr is None:
            return None
        if type(expr) is list and expr:
            return self._combined(here, expr, route, depth)
        return self._plain(here, expr, route, depth) if type(expr) is str else None

    def _combined(self, here: Frame, expr: list[Expr], route: Route, depth: int) -> bool | None:
        kind = expr[0]
        if kind == "not":
            value = self.test(here, expr[1], route, depth)
            return None if value is None else not value
        if kind in ("and", "or"):
            decisive, open_ = kind == "or", False
            for part in expr[1:]:
                value = self.test(here, part, route, depth)
                if value is decisive:
                    return decisive
                open_ = open_ or value is None
            return None if open_ else not decisive
        if kind == "cmp":
            return self._compared(here, expr, route, depth)
        if kind == "if":
            choice = self.test(here, expr[1], route, depth)
            return None if choice is None else self.test(here, expr[2 if choice else 3], route, depth)
        return None

    def _plain(self, here: Frame, expr: str, route: Route, depth: int) -> bool | None:
        if expr in ("#True", "#False", "#None"):
            return expr == "#True"
        if expr[:1] == "@" and "." not in expr:
            return self._called(here, int(expr[1:]), route, depth)
        name = dotted(expr)
        if name is None:
            return None
        if name in here.names and type(here.names[name]) in (bool, type(None)):
            return here.names[name]  # type: ignore[return-value]
        local = self.local(here, name)
        value = None if local is None else self.test(here, local, route, depth - 1)
        return self._says_something(here, expr, route, depth) if value is None else value

    def _says_something(self, here: Frame, expr: str, route: Route, depth: int) -> bool | None:
        """Whether a text is not empty: ``if not path``; None where only parameters of the path decide it."""
        text = self.text(here, expr, route, depth)
        return None if text is None or text[:1] == "{" else bool(text)

    def _compared(self, here: Frame, expr: Expr, route: Route, depth: int) -> bool | None:
        if len(expr) != 4:
            return None
        left, op, right = expr[1:]
        if op in ("in", "not in"):
            found = self._contained(here, left, right, route, depth)
            return found if op == "in" or found is None else not found
        if op not in ("==", "!="):
            return None
        one, other = self.text(here, left, route, depth), self.text(here, right, route, depth)
        equal = same(one, other)
        return equal if op == "==" or equal is None else not equal

    def _contained(self, here: Frame, left: Expr, right: Expr, route: Route, depth: int) -> bool | None:
        item = self.text(here, left, route, depth)
        whole = self.text(here, right, route, depth)
        if whole is not None:
            return holds(whole, item)
        texts = self.texts(here, right)
        if item is None or texts is None:
            return None
        return anyhow(same(item, text) for text in texts)

    def _called(self, here: Frame, ordinal: int, route: Route, depth: int) -> bool | None:
        call = here.table.facts.calls[ordinal]
        callee = call.callee
        receiver, name = (callee[1], callee[2]) if type(callee) is list and callee[:1] == ["."] else split(callee)
        if name in ("startswith", "endswith") and call.args:
            subject = self.text(here, receiver, route, depth)
            if subject is None:
                return None
            compare = begins if name == "startswith" else ends
            single = self.text(here, call.args[0], route, depth)
            texts = [single] if single is not None else self.texts(here, call.args[0])
            return None if texts is None else anyhow(compare(subject, text) for text in texts)
        if callee in ("any", "all") and call.args:
            return self._any(here, call.args[0], route, depth, whole=callee == "all")
        if callee == "bool" and call.args:
            return self.test(here, call.args[0], route, depth)
        if name in PATTERNS and call.args:
            return self._matched(here, receiver, name, call.args, route, depth)
        return self._helper(here, ordinal, route, depth)

    def _any(self, here: Frame, expr: Expr, route: Route, depth: int, *, whole: bool) -> bool | None:
        if type(expr) is not list or expr[:1] != ["comp"]:
            return None
        texts = self.texts(here, expr[2])
        names = self.turning(here, expr[2])
        if texts is None or not names:
            return None
        ended = self._of_end(here, expr[1], names)
        if ended is not None:  # one subject, many ends: by far the most frequent test
            compare, receiver = ended
            subject = self.text(here, receiver, route, depth - 1)
            answers = [None if subject is None else compare(subject, text) for text in texts]
            return self._of_all(answers) if whole else anyhow(answers)
        answers = [
            self.test(
                here._replace(names={**here.names, **dict.fromkeys(names, Text(text))}), expr[1], route, depth - 1
            )
            for text in texts
        ]
        return self._of_all(answers) if whole else anyhow(answers)

    @staticmethod
    def _of_all(answers: Sequence[bool | None]) -> bool | None:
        """``all`` of three values."""
        return False if False in answers else None if None in answers else True

    @staticmethod
    def _of_end(here: Frame, expr: Expr, names: Sequence[str]) -> tuple[Callable[[str, str], bool | None], Expr] | None:
        """The comparison of ``path.startswith(prefix)`` and what it asks, where nothing but the prefix is the loop's."""
        if type(expr) is not str or expr[:1] != "@" or "." in expr:
            return None
        call = here.table.facts.calls[int(expr[1:])]
        receiver, name = split(call.callee)
        if name not in ENDS or len(call.args) != 1 or call.args[0] not in names or type(receiver) is not str:
            return None
        return None if receiver[:1] == "@" or receiver.partition(".")[0] in names else (ENDS[name], receiver)

    def _matched(
        self, here: Frame, receiver: Expr, name: str, args: list[Expr], route: Route, depth: int
    ) -> bool | None:
        pattern = self._pattern(here, receiver)
        subject = args[0]
        if pattern is None and len(args) > 1:
            pattern, subject = text_of(args[0]) or self._pattern(here, args[0]), args[1]
        value = self.text(here, subject, route, depth)
        if pattern is None or value is None or "{" in value:
            return None
        try:
            return getattr(re, name)(pattern, value) is not None
        except re.error:
            return None

    def _pattern(self, here: Frame, expr: Expr) -> str | None:
        """The pattern of a compiled regular expression, or a constant text."""
        for place, _, value in behind(self.linker, here.table.path, here.scope, expr) if expr is not None else ():
            if text_of(value) is not None:
                return text_of(value)
            if type(value) is str and value[:1] == "@" and "." not in value:
                call = self.linker.table(place).facts.calls[int(value[1:])]
                if call.callee in ("re.compile", "compile") and call.args:
                    return text_of(call.args[0])
        return None

    def _helper(self, here: Frame, ordinal: int, route: Route, depth: int) -> bool | None:
        """What a small function of the project answers: ``is_exempt(path)``, ``self._skip(request)``."""
        functions = [v for v in self.linker.values.callee(here.table.path, ordinal) if v.kind == "def"]
        if len(functions) != 1:
            return None
        table = self.linker.table(functions[0].place)
        scope = functions[0].scope
        record = table.facts.scopes[scope]
        if record.kind == "class" or len(table.calls_in.get(scope, ())) > SMALL:
            return None
        call = here.table.facts.calls[ordinal]
        names: dict[str, object] = {}
        shift = (
            1 if table.facts.scopes[record.parent].kind == "class" and "staticmethod" not in record.decorators else 0
        )
        params = [param.name for param in record.params][shift:]
        for name, given in (*zip(params, call.args, strict=False), *call.keywords):
            value = self.text(here, given, route, depth)
            if value is not None:
                names[name] = value
        return self._returned(Frame(table, scope, names), route, depth - 1)

    def _returned(self, inner: Frame, route: Route, depth: int) -> bool | None:
        """What a function returns first, as far as its tests can be evaluated."""
        undecided: list[bool | None] = []
        for exit_ in inner.table.exits.get(inner.scope, ()):
            if exit_.kind != "return":
                continue
            taken = self._taken(inner, exit_.frame, exit_.value, route, depth)
            for reached, value in taken:
                if reached is True and not undecided:
                    return value
                if reached is not False:
                    undecided.append(value)
                    if reached is True:
                        first = undecided[0]
                        return first if all(v is first for v in undecided) else None
        return False if undecided and not any(v is not False for v in undecided) else None  # nothing is false as well

    def _taken(
        self, inner: Frame, frame: int, value: Expr, route: Route, depth: int
    ) -> Iterator[tuple[bool | None, bool | None]]:
        """For each turn of the loops around a return: whether it is taken, and what it gives."""
        chain = inner.table.frames(frame)
        frames = [inner.table.facts.frames[at] for at in chain]
        bound: list[Mapping[str, object]] = [inner.names]
        for entry in reversed(frames):
            if entry.kind == "for":
                turns = list(self.turns(inner, entry.test))
                if not turns:
                    for each in frames:  # they may hang on the route nonetheless
                        self.test(inner, each.test if each.kind in ("if", "else", "after") else None, route, depth)
                    yield None, None
                    return
                bound = [{**known, **turn} for known in bound for turn in turns]
        for names in bound:
            at = inner._replace(names=names)
            reached: bool | None = True
            for entry in frames:
                if entry.kind in ("if", "else", "after"):
                    held = self.test(at, entry.test, route, depth)
                    held = (not held if held is not None else None) if entry.kind == "else" else held
                    reached = False if held is False or reached is False else None if held is None else reached
                elif entry.kind in ("except", "while"):
                    reached = False if reached is False else None
            yield reached, self.test(at, value, route, depth)
