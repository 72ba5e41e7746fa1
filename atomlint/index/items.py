"""Elements of lists and dicts: literals, what is stored into them by key, and what annotations promise of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from .tables import Table, dotted, text_of
from .value import NOTHING, Values, union

if TYPE_CHECKING:
    from ..facts.records import Assign, Expr
    from .values import Evaluator

Item = tuple[str, int, "Expr"]
"""Path, scope and expression of an element."""

MAX_DEPTH = 6
"""Names and calls followed to find the literal behind an expression."""
HOLDERS = frozenset(
    {
        "list", "List", "set", "Set", "frozenset", "tuple", "Tuple", "Sequence", "Iterable", "Iterator", "Collection", "deque",
        "AsyncIterator", "AsyncIterable", "AsyncGenerator", "Generator",
    }
)  # fmt: skip
"""Annotations whose first argument is the element's type."""
TABLES = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict"})
"""Annotations whose last argument is the value's type."""
READS = frozenset({"get", "pop", "setdefault"})


class Items:
    """Finds elements for an evaluator."""

    def __init__(self, values: Evaluator) -> None:
        self.values = values
        self.linker = values.linker
        self._stored: dict[str, dict[str, list[Assign]]] = {}
        self._updates: dict[str, dict[str, list[int]]] = {}

    def subscript(self, path: str, scope: int, expr: Expr) -> Values:
        """What ``base[key]`` can be; ``["sub", base, "?"]`` is also the variable of a loop."""
        if expr[2] == "?" and type(expr[1]) is str and expr[1][:1] == "@" and self._generates(path, expr[1]):
            return self.at(path, scope, expr[1], "?")
        base = self.values.evaluate(path, scope, expr[1])
        if any(value.kind == "ext" for value in base):
            return frozenset(value._replace(place=f"{value.place}[]") for value in base if value.kind == "ext")
        return self.at(path, scope, expr[1], expr[2])

    def _generates(self, path: str, call: str) -> bool:
        """Whether a call is one of a generator of the project, whose elements a loop takes."""
        return call[1:].isdigit() and any(
            value.kind == "def" and self.linker.table(value.place).facts.scopes[value.scope].yields
            for value in self.values.callee(path, int(call[1:]))
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
        found = union(self.values.evaluate(*item) for item in self.items(path, scope, base, constant))
        return found or self._promised(path, scope, base)

    def read(self, path: str, ordinal: int) -> Values:
        """What ``table.get(key, default)`` can be; nothing when it is no such call."""
        call = self.linker.table(path).facts.calls[ordinal]
        if type(call.callee) is not str or not call.args:
            return NOTHING
        base, _, method = call.callee.rpartition(".")
        if method not in READS or not base:
            return NOTHING
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
        if kind == "[]":
            starred = any(type(item) is list and item[:1] == ["*"] for item in expr[1:])
            place = _index(key, len(expr) - 1)
            if place is not None and not starred:
                return [(path, scope, expr[1 + place])]
            return [(path, scope, item) for item in expr[1:]]
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
            return [found for item in inner for found in self.items(*item, key, depth + 1)]
        return []

    def _returned(self, path: str, expr: str, key: str | None, depth: int) -> list[Item]:
        if "." in expr:
            return []
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
        table = self.linker.table(path)
        found: list[Item] = []
        if "." not in name:
            for binding in table.lookup(scope, name):
                record = binding.imported
                if binding.assign is not None and binding.assign.value is not None and binding.assign.kind == "=":
                    found += self.items(path, binding.scope, binding.assign.value, key, depth + 1)
                elif record is not None and record.attribute:
                    target = self.linker.modules.target(path, record)
                    if target is not None and target.endswith(".py"):
                        found += self._named(target, 0, record.attribute, key, depth + 1)
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
                    whole = call.callee.endswith((".append", ".add", ".insert"))
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
                if type(callee) is str and callee.endswith((".update", ".append", ".extend", ".add", ".insert")):
                    by_name[callee.rpartition(".")[0]].append(ordinal)
            known = self._updates[table.path] = dict(by_name)
        return known

    # --- annotations -----------------------------------------------------------------------------------------------

    def _promised(self, path: str, scope: int, base: Expr) -> Values:
        """Elements that an annotation of the container promises: ``services: list[Service]``."""
        name = dotted(base)
        if name is None:
            return NOTHING
        table = self.linker.table(path)
        if "." not in name:
            annotations = []
            for binding in table.lookup(scope, name):
                if binding.assign is not None and binding.assign.annotation is not None:
                    annotations.append((binding.scope, binding.assign.annotation))
                elif binding.param is not None and binding.param.annotation is not None:
                    annotations.append((table.facts.scopes[binding.scope].parent, binding.param.annotation))
        else:
            head, _, attribute = name.rpartition(".")
            cls = table.receiver_class(scope, head)
            if cls is None:
                return NOTHING
            assigns = (*table.attributes.get((cls, attribute), ()), *table.class_attributes.get((cls, attribute), ()))
            annotations = [(assign.scope, assign.annotation) for assign in assigns if assign.annotation is not None]
        return union(self._element_of(path, at, annotation) for at, annotation in annotations)

    def _element_of(self, path: str, scope: int, annotation: Expr) -> Values:
        if type(annotation) is not list or annotation[:1] != ["sub"]:
            return NOTHING
        name = (dotted(annotation[1]) or "").rpartition(".")[2]
        inner = annotation[2][1:] if type(annotation[2]) is list and annotation[2][:1] == ["[]"] else [annotation[2]]
        if name in ("Optional", "Annotated"):
            return self._element_of(path, scope, inner[0])
        if name in HOLDERS:
            return self.values.parameters.annotation(path, scope, inner[0])
        return self.values.parameters.annotation(path, scope, inner[-1]) if name in TABLES else NOTHING


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
