"""Every relationship of the mapped classes: where it stands, what it names, and which class it leads to."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import Call, Index, dotted, text_of

from ._models import RELATIONSHIPS, Model, models

if TYPE_CHECKING:
    from collections.abc import Iterator

    Expr = Any

CONTAINERS = frozenset(
    [
        "Mapped",
        "DynamicMapped",
        "WriteOnlyMapped",
        "List",
        "list",
        "Set",
        "set",
        "FrozenSet",
        "frozenset",
        "Optional",
        "Union",
        "Sequence",
        "Collection",
        "Iterable",
        "Dict",
        "dict",
        "Tuple",
        "tuple",
        "AppenderQuery",
        "InstrumentedList",
        "Annotated",
        "ClassVar",
        "None",
        "Any",
        "typing",
        "t",
        "orm",
    ]
)
WORD = re.compile(r"[A-Za-z_][\w.]*")


class Relationship(NamedTuple):
    """One relationship that is bound to an attribute of a mapped class."""

    call: Call
    owner: Model
    attribute: str
    target: Model | None
    """The class it leads to, when exactly one fits."""
    named: str
    """The unqualified class name that it gives as a string; empty when it gives none."""
    back_populates: str
    backref: str


class Relationships:
    """All of them, in file order."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.models = models(index)
        self.all = [found for path in index.paths if path not in index.tests for found in self._of_file(path)]

    @cached_property
    def by_call(self) -> dict[Call, Relationship]:
        """Relationships by their call."""
        return {relationship.call: relationship for relationship in self.all}

    @cached_property
    def named(self) -> frozenset[tuple[tuple[str, ...], str]]:
        """Registry and name of every class that some relationship names by an unqualified string."""
        return frozenset((found.owner.registry, found.named) for found in self.all if found.named)

    @cached_property
    def backrefs(self) -> dict[str, list[Relationship]]:
        """Relationships by the attribute that their ``backref`` creates on the other class."""
        table: dict[str, list[Relationship]] = defaultdict(list)
        for found in self.all:
            if found.backref:
                table[found.backref].append(found)
        return dict(table)

    def _of_file(self, path: str) -> Iterator[Relationship]:
        table = self.index.project.linker.table(path)
        ordinals = [n for n, call in enumerate(table.facts.calls) if _last(call.callee) in RELATIONSHIPS]
        if not ordinals:
            return
        bound = {assign.value: assign for assign in table.facts.assigns if type(assign.value) is str}
        for ordinal in ordinals:
            assign = bound.get(f"@{ordinal}")
            call = self.index.call(path, ordinal)
            if assign is None or type(assign.target) is not str or not _is_relationship(call):
                continue
            owner, attribute = self._owner(path, assign)
            if owner is None:
                continue
            expr = call.argument(0, "argument")
            target, named = self._target(call, owner, assign.annotation if expr is None else expr)
            yield Relationship(
                call, owner, attribute, target, named if expr is not None else "",
                text_of(call.keywords.get("back_populates")) or "", self._backref(call),
            )  # fmt: skip

    def _owner(self, path: str, assign: Any) -> tuple[Model | None, str]:
        head, _, attribute = assign.target.rpartition(".")
        if not head:
            return self._model(("def", path, assign.scope)), attribute
        for value in self.index.project.linker.evaluate(path, assign.scope, head):
            found = self._model((value.kind, value.place, value.scope))
            if found is not None:
                return found, attribute
        return None, attribute

    def _model(self, value: tuple[str, str, int]) -> Model | None:
        kind, path, scope = value
        return self.models.by_place.get((path, scope)) if kind == "def" else None

    def _backref(self, call: Call) -> str:
        given = call.keywords.get("backref")
        if type(given) is str and given[:1] == "@" and "." not in given:
            given = self.index.call(call.path, int(given[1:])).argument(0, "name")
        return text_of(given) or ""

    def _target(self, call: Call, owner: Model, expr: Expr) -> tuple[Model | None, str]:
        text = text_of(expr)
        if text is not None:
            words = [word for word in WORD.findall(text) if word not in CONTAINERS]
            if len(words) != 1:
                return None, ""
            module, _, name = words[0].rpartition(".")
            found = self.models.by_name.get((owner.registry, name), [])
            if module:
                tail = module.replace(".", "/")
                found = [m for m in found if m.cls.path[:-3].removesuffix("/__init__").endswith(tail)]
            return (found[0] if len(found) == 1 else None), "" if module else name
        if type(expr) is list and expr[:1] == ["lambda"]:
            returned = [exit_.value for exit_ in call.table.exits.get(expr[1], [])]
            return self._target(call, owner, returned[0]) if len(returned) == 1 else (None, "")
        if type(expr) is list and expr[:1] == ["sub"]:
            return self._target(call, owner, expr[2])
        if type(expr) is list and expr[:1] in (["[]"], ["bin"]):
            parts = [part for part in expr[1:] if part not in ("#None", "|", "None")]
            return self._target(call, owner, parts[-1]) if parts else (None, "")
        name = dotted(expr)
        for value in call.evaluate(name) if name else ():
            return self._model((value.kind, value.place, value.scope)), ""
        return None, ""


def relationships(index: Index) -> Relationships:
    """The relationships of the project, found once."""
    found: Relationships = index.keep("orm relationships", lambda: Relationships(index))
    return found


def _last(callee: Expr) -> str:
    return callee.rpartition(".")[2] if type(callee) is str else ""


def _is_relationship(call: Call) -> bool:
    return any(place.rpartition(".")[2] in RELATIONSHIPS for place in call.external)
