"""What an annotation says of a mapped attribute: its container, whether it is a collection or optional, and the class."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ..tables import dotted, text_of

if TYPE_CHECKING:
    from .names import Names
    from .records import Expr, Site

MAPPED = frozenset(
    {
        "Mapped",
        "DynamicMapped",
        "WriteOnlyMapped",
        "MappedColumn",
        "InstrumentedAttribute",
        "Relationship",
        "RelationshipProperty",
    }
)
COLLECTIONS = {
    "List": "list", "list": "list", "Set": "set", "set": "set", "FrozenSet": "frozenset", "frozenset": "frozenset",
    "Sequence": "Sequence", "Collection": "Collection", "Iterable": "Iterable", "Dict": "dict", "dict": "dict",
    "Mapping": "Mapping", "MutableSequence": "MutableSequence", "MutableSet": "MutableSet", "Tuple": "tuple",
    "tuple": "tuple", "deque": "deque", "Deque": "deque", "InstrumentedList": "list", "AppenderQuery": "AppenderQuery",
    "KeyFuncDict": "KeyFuncDict", "MappedCollection": "MappedCollection", "AbstractSet": "AbstractSet",
    "MutableMapping": "MutableMapping", "defaultdict": "dict", "DefaultDict": "dict",
}  # fmt: skip


class Reading(NamedTuple):
    """An annotation taken apart."""

    container: str = ""
    """``Mapped`` and its like; empty for an annotation without."""
    collection: str = ""
    """``list`` and so on; empty for a scalar."""
    optional: bool = False
    inner: Site | None = None
    """What stands inside, with the scope that its names belong to."""
    name: str = ""
    """The class that it names, as it is written."""
    known: bool = True
    arguments: int = 0
    """Arguments of the collection."""


class Annotations:
    """Reads annotations."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def read(self, site: Site | None) -> Reading:
        """An annotation taken apart; `Reading.known` is false for what has a form of its own."""
        if site is None or site.expr is None:
            return Reading()
        site = self.unquoted(site)
        container = ""
        expr = site.expr
        if type(expr) is list and expr[:1] == ["sub"]:
            name = self._last(site, expr[1])
            if name == "ClassVar":
                return Reading("ClassVar", inner=site.part(expr[2]))
            if name in MAPPED:
                container = name
                site = self.unquoted(site.part(expr[2]))
        elif self._last(site, expr) in MAPPED:
            return Reading(self._last(site, expr))
        return self._inner(container, site)

    def _inner(self, container: str, site: Site) -> Reading:
        site, optional = self._stripped(site)
        expr = site.expr
        if type(expr) is list and expr[:1] == ["sub"]:
            name = self._last(site, expr[1])
            if name in COLLECTIONS:
                given = expr[2][1:] if type(expr[2]) is list and expr[2][:1] == ["[]"] else [expr[2]]
                items = [item for item in given if item not in ("...", "#Ellipsis")]
                at = (
                    -1
                    if COLLECTIONS[name] in ("dict", "Mapping", "MutableMapping", "KeyFuncDict", "MappedCollection")
                    else 0
                )
                inner = self.unquoted(site.part(items[at])) if items else site
                inner, _ = self._stripped(inner)
                return Reading(
                    container, COLLECTIONS[name], optional, inner, dotted(inner.expr) or "",
                    dotted(inner.expr) is not None, len(items),
                )  # fmt: skip
            if name == "Annotated":
                return Reading(container, "", optional, site, "", known=False)
            return Reading(container, "", optional, site, "", known=False)
        name = dotted(expr) or ""
        if self._is_bare(site, name):
            return Reading(container, COLLECTIONS[name.rpartition(".")[2]], optional, site, "", known=False)
        return Reading(container, "", optional, site, name, bool(name))

    def _is_bare(self, site: Site, name: str) -> bool:
        """Whether a name alone is a collection's: a builtin, or surely one of ``typing``; a model may be a ``Collection``."""
        last = name.rpartition(".")[2]
        if last not in COLLECTIONS or self._last(site, site.expr) not in COLLECTIONS:
            return False
        made = self.names.made(site) if last[0].isupper() else None
        return not last[0].isupper() or (made is not None and made.kind == "ext")

    def _stripped(self, site: Site) -> tuple[Site, bool]:
        """Without ``Optional`` and ``None``, however deep."""
        optional = False
        for _ in range(6):
            expr = site.expr
            if type(expr) is list and expr[:1] == ["sub"]:
                name = self._last(site, expr[1])
                if name == "Optional":
                    site, optional = self.unquoted(site.part(expr[2])), True
                    continue
                if name == "Union":
                    given = expr[2][1:] if type(expr[2]) is list and expr[2][:1] == ["[]"] else [expr[2]]
                    rest = [part for part in given if part not in ("#None", "None")]
                    if len(rest) == 1:
                        optional = optional or len(rest) < len(given)
                        site = self.unquoted(site.part(rest[0]))
                        continue
                    return site, len(rest) < len(given)
            if type(expr) is list and expr[:2] == ["bin", "|"]:
                parts = _united(expr)
                rest = [part for part in parts if part not in ("#None", "None")]
                if len(rest) == 1:
                    site, optional = self.unquoted(site.part(rest[0])), True
                    continue
                return site, optional or len(rest) < len(parts)
            break
        return site, optional

    def unquoted(self, site: Site) -> Site:
        """An annotation in quotes as the expression that it holds."""
        text = text_of(site.expr)
        if text is None:
            return site
        expr = parsed(text)
        return site if expr is None else site.part(expr)

    def _last(self, site: Site, expr: Expr) -> str:
        """The last name of what an expression names: of the thing itself when it goes by another name here."""
        name = dotted(expr)
        if name is None:
            return ""
        last = name.rpartition(".")[2]
        if last in COLLECTIONS and last[0].isupper():
            made = self.names.made(site.part(expr))
            return last if made is None or made.kind != "def" else ""  # a class of the project's own: ``Collection``
        if last in COLLECTIONS or last in MAPPED or last in ("Optional", "Union", "Annotated", "ClassVar"):
            return last
        made = self.names.made(site.part(expr))
        return made.name.rpartition(".")[2] if made is not None and made.kind == "ext" else last


@lru_cache(maxsize=4096)
def parsed(text: str) -> Expr:
    """The notation of an expression in a string; None when it does not parse, or calls something."""
    import ast

    from ...facts.expressions import Expressions

    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    visitor = Expressions()
    expr = visitor.visit(tree.body)
    return None if visitor.facts.calls else expr


def _united(expr: Expr) -> list[Expr]:
    if type(expr) is list and expr[:2] == ["bin", "|"]:
        return [*_united(expr[2]), *_united(expr[3])]
    return [expr]
