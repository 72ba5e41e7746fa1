"""What annotations promise of the elements of containers: ``services: list[Service]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import dotted
from .value import NOTHING, Values, union

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .values import Evaluator

HOLDERS = frozenset(
    {
        "list", "List", "set", "Set", "frozenset", "tuple", "Tuple", "Sequence", "Iterable", "Iterator", "Collection", "deque",
        "AsyncIterator", "AsyncIterable", "AsyncGenerator", "Generator",
    }
)  # fmt: skip
"""Annotations whose first argument is the element's type."""
TABLES = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "defaultdict", "OrderedDict"})
"""Annotations whose last argument is the value's type."""


class Promises:
    """Reads annotations for an evaluator."""

    def __init__(self, values: Evaluator) -> None:
        self.values = values
        self.linker = values.linker

    def elements(self, path: str, scope: int, base: Expr) -> Values:
        """Elements that an annotation of the container promises: ``services: list[Service]``."""
        return union(self._element_of(path, at, annotation) for at, annotation in self.of(path, scope, base))

    def of(self, path: str, scope: int, base: Expr) -> list[tuple[int, Expr]]:
        """How a container is annotated: ``services: list[Service]``, with the scope of the names in it."""
        name = dotted(base)
        if name is None:
            return []
        table = self.linker.table(path)
        annotations: list[tuple[int, Expr]] = []
        if "." not in name:
            for binding in table.lookup(scope, name):
                if binding.assign is not None and binding.assign.annotation is not None:
                    annotations.append((binding.scope, binding.assign.annotation))
                elif binding.param is not None and binding.param.annotation is not None:
                    annotations.append((table.facts.scopes[binding.scope].parent, binding.param.annotation))
            return annotations
        head, _, attribute = name.rpartition(".")
        cls = table.receiver_class(scope, head)
        if cls is None:
            return []
        assigns = (*table.attributes.get((cls, attribute), ()), *table.class_attributes.get((cls, attribute), ()))
        stated = [(assign.scope, assign.annotation) for assign in assigns if assign.annotation is not None]
        kept = [assign for assign in assigns if type(assign.value) is str and assign.value.isidentifier()]
        return stated or [found for assign in kept for found in self.of(path, assign.scope, assign.value)]

    def leaves_open(self, path: str, scope: int, annotation: Expr) -> bool:
        """Whether an annotation says that something is a container, and nothing that is known of its elements."""
        parts = alternatives(annotation)
        return any(map(is_container, parts)) and not any(self._element_of(path, scope, part) for part in parts)

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


def alternatives(annotation: Expr) -> list[Expr]:
    """The annotations in ``A | B``, ``Union[A, B]`` and ``Optional[A]``."""
    if type(annotation) is list and annotation[:2] == ["bin", "|"]:
        return [one for part in annotation[2:] for one in alternatives(part)]
    if type(annotation) is list and annotation[:1] == ["sub"] and _last(annotation[1]) in ("Optional", "Union"):
        inner = annotation[2][1:] if type(annotation[2]) is list and annotation[2][:1] == ["[]"] else [annotation[2]]
        return [one for part in inner for one in alternatives(part)]
    return [annotation]


def is_container(annotation: Expr) -> bool:
    """Whether an annotation is ``list``, ``dict[K, V]`` or the like."""
    name = annotation[1] if type(annotation) is list and annotation[:1] == ["sub"] else annotation
    return _last(name) in HOLDERS | TABLES


def _last(name: Expr) -> str:
    return (dotted(name) or "").rpartition(".")[2]


def is_table(annotation: Expr) -> bool:
    """Whether an annotation is ``dict[K, V]`` or the like."""
    if type(annotation) is not list or annotation[:1] != ["sub"]:
        return False
    pair = annotation[2]
    named = (dotted(annotation[1]) or "").rpartition(".")[2] in TABLES
    return named and type(pair) is list and pair[:1] == ["[]"] and len(pair) == 3
