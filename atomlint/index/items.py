"""Elements of lists and dicts: literals, what is stored into them by key, and what annotations promise of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from .handing import GROW, SAME, handed, put_deeper
from .promises import Promises, is_table
from .tables import Table, dotted, text_of
from .value import MAX_UNION, NOTHING, Values, union

if TYPE_CHECKING:
    from ..facts.records import Assign, Expr
    from .values import Evaluator

Item = tuple[str, int, "Expr"]
"""Path, scope and expression of an element."""

MAX_DEPTH = 6
"""Names and calls followed to find the literal behind an expression."""
MAX_LOOPS = 2
"""Loops over one name that are looked into for what it holds."""
MAX_ROWS = 8
"""Containers in a container that are looked into."""
READS = frozenset({"get", "pop", "setdefault", "popleft"})
ITERATES = (("__iter__", "__next__"), ("__aiter__", "__anext__"))


class Items:
    """Finds elements for an evaluator."""

    def __init__(self, values: Evaluator) -> None:
        self.values = values
        self.linker = values.linker
        self.promises = Promises(values)
        self._stored: dict[str, dict[str, list[Assign]]] = {}
        self._updates: dict[str, dict[str, list[int]]] = {}
        self._deeper: dict[str, dict[str, list[int]]] = {}

    def subscript(self, path: str, scope: int, expr: Expr) -> Values:
        """What ``base[key]`` can be; ``["sub", base, "?"]`` is also the variable of a loop."""
        if type(expr[1]) is str and expr[1][:1] == "@" and self._holds(path, scope, expr):
            return self.at(path, scope, expr[1], expr[2])
        base = self.values.evaluate(path, scope, expr[1])
        if any(value.kind == "ext" for value in base):
            promised = self.promises.elements(path, scope, expr[1])  # ``rows: list[Row] = Field()``
            return promised or frozenset(
                value._replace(place=self._entry(value.place, path, scope, expr[2]))
                for value in base
                if value.kind == "ext"
            )
        found = self.at(path, scope, expr[1], expr[2])
        return found or self._own(base, "?" if expr[2] == "?" else "__getitem__")

    def _entry(self, place: str, path: str, scope: int, key: Expr) -> str:
        catalog = self.linker.catalog
        return catalog.entry(place, self.values.evaluate(path, scope, key) if place in catalog.tables else NOTHING)

    def _own(self, base: Values, method: str) -> Values:
        """What the project's own containers give when they are looped over or asked for a key."""
        given: list[Values] = []
        for value in base:
            if value.kind != "inst":
                continue
            if method != "?":
                given += [self.values.returned(v) for v in self.values.attribute(value, method)]
                continue
            for makes, steps in ITERATES:
                for made in self.values.attribute(value, makes):
                    if made.kind == "def":
                        given += [self.values.returned(step)
                                  for turn in self.values.returned(made) if turn.kind == "inst"
                                  for step in self.values.attribute(turn, steps)]  # fmt: skip
                        if self.linker.table(made.place).facts.scopes[made.scope].yields:
                            given.append(self.values.returned(made))
        return union(given)

    def _holds(self, path: str, scope: int, expr: Expr) -> bool:
        """Whether a call is one of a generator of the project, whose elements a loop takes, or of a builtin that hands
        the elements of its argument on."""
        if not expr[1][1:].isdigit():
            return False
        call = self.linker.table(path).facts.calls[int(expr[1][1:])]
        if type(call.callee) is str and (call.callee in SAME or call.callee in ("enumerate", "zip", "filter")):
            return self.values.is_builtin(path, scope, call.callee)
        return expr[2] == "?" and any(
            value.kind == "def" and self.linker.table(value.place).facts.scopes[value.scope].yields
            for value in self.values.callee(path, int(expr[1][1:]))
        )

    def at(self, path: str, scope: int, base: Expr, key: Expr) -> Values:
        """What stands in a container under a key."""
        kept = ("items", path, scope, str(base), str(key))
        known = self.values.answers.kept.get(kept)
        if known is not None:
            return known
        return self.values.answers.keep(kept, lambda: self._at(path, scope, base, key))

    def _at(self, path: str, scope: int, base: Expr, key: Expr) -> Values:
        constant = key if type(key) is str and key[:1] in ("'", "#") else None
        annotations = self.promises.of(path, scope, base)
        if key == "?" and annotations and all(is_table(annotation) for _, annotation in annotations):
            return union(self.values.parameters.annotation(path, at, e[2][1]) for at, e in annotations)  # a loop's keys
        each = frozenset().union(*(self._element(*item) for item in self.items(path, scope, base, constant)))
        found = each if len(each) <= MAX_UNION else self.linker.heirs.in_common(each)
        return found or self.promises.elements(path, scope, base)

    def _element(self, path: str, scope: int, expr: Expr) -> Values:
        """What an element is; what a decorator puts into a registry is what it decorates."""
        found = self.values.evaluate(path, scope, expr)
        if found or type(expr) is not str or expr[:1] in "@'#?":
            return found
        record = self.linker.table(path).facts.scopes[scope]
        if record.params and any(param.name == expr for param in record.params[:2]):
            return self.values.parameters.decorated(path, scope, expr)
        return found

    def read(self, path: str, ordinal: int) -> Values:
        """What ``table.get(key, default)`` can be; nothing when it is no such call."""
        call = self.linker.table(path).facts.calls[ordinal]
        if type(call.callee) is not str:
            return NOTHING
        base, _, method = call.callee.rpartition(".")
        if method == "next" and not base and call.args and self.values.is_builtin(path, call.scope, "next"):
            defaults = [self.values.evaluate(path, call.scope, given) for given in call.args[1:]]
            return union([self.subscript(path, call.scope, ["sub", call.args[0], "?"]), *defaults])
        if method not in READS or not base:
            return NOTHING
        if not call.args:
            return self.at(path, call.scope, base, "#-1" if method == "pop" else "#0")
        defaults = [self.values.evaluate(path, call.scope, given) for given in call.args[1:]]
        return union([self.at(path, call.scope, base, call.args[0]), *defaults])

    # --- elements --------------------------------------------------------------------------------------------------

    def items(self, path: str, scope: int, expr: Expr, key: str | None = None, depth: int = 0) -> list[Item]:
        """Elements of the container that an expression is or names: all of them, or what a constant key can mean."""
        if depth > MAX_DEPTH:
            return []
        if type(expr) is list and expr:
            return self._literal(path, scope, expr, key, depth)
        if type(expr) is str and expr[:1] == "@":
            return self._returned(path, expr, key, depth)
        name = dotted(expr)
        if name is None:
            return []
        return self._named(path, scope, name, key, depth)

    def _literal(self, path: str, scope: int, expr: Expr, key: str | None, depth: int) -> list[Item]:
        kind = expr[0]
        if kind == "*":
            return self.items(path, scope, expr[1], None, depth + 1)
        if kind == "[]":
            starred = any(type(item) is list and item[:1] == ["*"] for item in expr[1:])
            place = _index(key, len(expr) - 1)
            if place is not None and not starred:
                return [(path, scope, expr[1 + place])]
            return [found for item in expr[1:] for found in
                    (self._literal(path, scope, item, None, depth) if type(item) is list and item[:1] == ["*"]
                     else [(path, scope, item)])]  # fmt: skip
        if kind == "bin" and expr[1] == "+":
            joined = [item for part in expr[2:] for item in self.items(path, scope, part, None, depth + 1)]
            place = _index(key, len(joined))
            return joined if place is None else [joined[place]]
        if kind == "{}":
            pairs = list(zip(expr[1::2], expr[2::2], strict=True))
            spread = [item for name, value in pairs if name == "**"
                      for item in self.items(path, scope, value, key, depth + 1)]  # fmt: skip
            if key is not None and all(_constant(name) or name == "**" for name, _ in pairs):
                return [*((path, scope, value) for name, value in pairs if name == key), *spread]
            return [*((path, scope, value) for name, value in pairs if name != "**"), *spread]
        if kind == "comp":
            return [(path, scope, expr[1])]
        if kind in ("or", "and", "if"):
            parts = expr[2:] if kind == "if" else expr[1:]
            return [item for part in parts for item in self.items(path, scope, part, key, depth + 1)]
        if kind == "sub":  # TABLE["a"]["b"]
            constant = expr[2] if _constant(expr[2]) else None
            inner = self.items(path, scope, expr[1], constant, depth + 1)
            found = [found for item in inner for found in self.items(*item, key, depth + 1)]
            return found + self._put_deeper(path, scope, expr[1])
        return []

    def _put_deeper(self, path: str, scope: int, base: Expr) -> list[Item]:
        """``base[key].append(x)`` and ``base.setdefault(key, []).append(x)``, in the same file."""
        name = dotted(base)
        if name is None:
            return []
        table = self.linker.table(path)
        known = self._deeper.get(path)
        if known is None:
            known = self._deeper[path] = put_deeper(table)
        found: list[Item] = []
        if known.get(name):
            cls = table.receiver_class(scope, name.rpartition(".")[0]) if "." in name else None
            owner = None if "." in name else table.find(scope, name)[0]
            for ordinal in known[name]:
                call = table.facts.calls[ordinal]
                if call.args and (cls is not None or owner is not None) and \
                        self._same(table, call.scope, name, owner, cls):  # fmt: skip
                    found.append((path, call.scope, call.args[-1]))
        return found

    def _returned(self, path: str, expr: str, key: str | None, depth: int) -> list[Item]:
        if "." in expr:
            return []
        passed = handed(self, path, int(expr[1:]), key, depth)
        if passed is not None:
            return passed
        found: list[Item] = []
        for value in self.values.callee(path, int(expr[1:])):
            if value.kind != "def":
                continue
            table = self.linker.table(value.place)
            for exit_ in table.exits.get(value.scope, ()):
                if exit_.kind == "yield":
                    found.append((value.place, value.scope, exit_.value))
                elif exit_.kind == "return" and not table.facts.scopes[value.scope].yields:
                    found += self.items(value.place, value.scope, exit_.value, key, depth + 1)
        return found

    def _named(self, path: str, scope: int, name: str, key: str | None, depth: int) -> list[Item]:
        if depth > MAX_DEPTH:
            return []  # modules that import a name from each other
        table = self.linker.table(path)
        found: list[Item] = []
        if "." not in name:
            bindings = table.lookup(scope, name)
            for binding in bindings:
                record = binding.imported
                if binding.assign is not None and binding.assign.value is not None and binding.assign.kind == "=":
                    found += self.items(path, binding.scope, binding.assign.value, key, depth + 1)
                elif record is not None and record.attribute:
                    target = self.linker.modules.target(path, record)
                    if target is not None and target.endswith(".py"):
                        found += self._named(target, 0, record.attribute, key, depth + 1)
                elif binding.param is not None:
                    for item in self.values.parameters.handed(path, binding.scope, binding.param):
                        found += (
                            [item[:3]] if item[3] is None or (key is not None and item[3] == key)
                            else self.items(*item[:3], key, depth + 1) if item[3] == "" else
                            [] if key is not None else [item[:3]]
                        )  # fmt: skip
                elif binding.assign is not None and binding.assign.kind == "for" and len(bindings) <= MAX_LOOPS:
                    found += self._each(path, binding.scope, binding.assign.value, key, depth)
            owner = table.find(scope, name)[0]
            return found + self._added(table, name, key, depth, owner)
        head, _, attribute = name.rpartition(".")
        cls = table.receiver_class(scope, head)
        if cls is None:
            return self._of_module(path, scope, head, attribute, key, depth)
        for assign in (*table.attributes.get((cls, attribute), ()), *table.class_attributes.get((cls, attribute), ())):
            if assign.value is not None and assign.kind == "=":
                found += self.items(path, assign.scope, assign.value, key, depth + 1)
        return found + self._added(table, name, key, depth, None, cls)

    def _each(self, path: str, scope: int, value: Expr, key: str | None, depth: int) -> list[Item]:
        """Elements of what a loop's variable is: ``for row in table: for cell in row``."""
        if type(value) is not list or value[0] != "sub":
            return []
        constant = value[2] if _constant(value[2]) else None
        inner = self.items(path, scope, value[1], constant, depth + 2)
        if len(inner) > MAX_ROWS:
            return []
        return [found for item in inner if item[2] != value for found in self.items(*item, key, depth + 1)]

    def _of_module(self, path: str, scope: int, head: str, attribute: str, key: str | None, depth: int) -> list[Item]:
        found: list[Item] = []
        for value in self.values.evaluate(path, scope, head):
            if value.kind == "module" and value.place.endswith(".py"):
                found += self._named(value.place, 0, attribute, key, depth + 1)
            elif value.kind in ("inst", "def"):
                table = self.linker.table(value.place)
                assigns = (*table.attributes.get((value.scope, attribute), ()),
                           *table.class_attributes.get((value.scope, attribute), ()))  # fmt: skip
                for assign in assigns:
                    if assign.value is not None and assign.kind == "=":
                        found += self.items(value.place, assign.scope, assign.value, key, depth + 1)
        return found

    # --- what is stored later --------------------------------------------------------------------------------------

    def _added(
        self, table: Table, name: str, key: str | None, depth: int, owner: int | None, cls: int | None = None
    ) -> list[Item]:
        """``name[key] = value`` and ``name.update({...})`` in the same file."""
        found: list[Item] = []
        for assign in self.stored(table).get(name, ()):
            if not self._same(table, assign.scope, name, owner, cls):
                continue
            if key is None or not _constant(assign.target[2]) or assign.target[2] == key:
                found.append((table.path, assign.scope, assign.value))
        for ordinal in self.updates(table).get(name, ()):
            call = table.facts.calls[ordinal]
            if self._same(table, call.scope, name, owner, cls):
                for given in call.args:
                    whole = call.callee.endswith(GROW)
                    found += [(table.path, call.scope, given)] if whole else \
                        self.items(table.path, call.scope, given, key, depth + 1)  # fmt: skip
        return found

    @staticmethod
    def _same(table: Table, scope: int, name: str, owner: int | None, cls: int | None) -> bool:
        if cls is not None:
            return table.receiver_class(scope, name.rpartition(".")[0]) == cls
        return table.find(scope, name)[0] == owner

    def stored(self, table: Table) -> dict[str, list[Assign]]:
        """Assignments to elements by the container's name."""
        known = self._stored.get(table.path)
        if known is None:
            by_name: dict[str, list[Assign]] = defaultdict(list)
            for assign in table.facts.assigns:
                target = assign.target
                if type(target) is list and target[0] == "sub" and assign.kind == "=":
                    name = dotted(target[1])
                    if name is not None:
                        by_name[name].append(assign)
            known = self._stored[table.path] = dict(by_name)
        return known

    def updates(self, table: Table) -> dict[str, list[int]]:
        """Calls of ``update``, ``append``, ``add``, ``extend`` and ``insert`` by the container's name."""
        known = self._updates.get(table.path)
        if known is None:
            by_name: dict[str, list[int]] = defaultdict(list)
            for ordinal, call in enumerate(table.facts.calls):
                callee = call.callee
                if type(callee) is str and callee.endswith((".update", ".extend", *GROW)):
                    by_name[callee.rpartition(".")[0]].append(ordinal)
            known = self._updates[table.path] = dict(by_name)
        return known


def _constant(key: Expr) -> bool:
    return type(key) is str and key[:1] in ("'", "#")


def _index(key: str | None, length: int) -> int | None:
    """The place that a constant index means in a list of a length, or None."""
    if key is None or key[:1] != "#" or text_of(key) is not None:
        return None
    try:
        place = int(key[1:])
    except ValueError:
        return None
    return place + length if -length <= place < 0 else place if 0 <= place < length else None
