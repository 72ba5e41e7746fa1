"""What the body of a class, of a base or of a mixin gives a mapped class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..value import Value
from .names import always, typing_only
from .records import Attribute, Mapped, Place, Site
from .values import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...facts.records import Assign
    from .builder import Builder

SPECIAL = frozenset({"__tablename__", "__table_args__", "__mapper_args__", "__table__"})
DECLARED = ("declared_attr", "cascading", "directive")


class Bodies:
    """Reads bodies for one owner.

    Args:
        site: the owner as an expression, for what ``declared_attr`` and annotations say of ``cls``.
    """

    def __init__(self, builder: Builder, mapped: Mapped, site: Site, *, is_sqlmodel: bool) -> None:
        self.builder = builder
        self.mapped = mapped
        self.site = site
        self.is_sqlmodel = is_sqlmodel
        self.linker = builder.linker
        self.reader = Reader(builder, mapped)

    def attributes(self, value: Value) -> Iterator[Attribute]:
        """Attributes that one class body makes for the owner, in source order; the last binding of a name counts."""
        table = self.linker.table(value.place)
        found: dict[str, tuple[int, Assign]] = {}
        for ordinal in table.assigns_in.get(value.scope, ()):
            assign = table.facts.assigns[ordinal]
            name = assign.target
            if type(name) is not str or "." in name or name[:1] in "@?" or typing_only(table, assign.frame):
                continue
            if assign.kind == "del":
                found.pop(name, None)
            elif assign.kind in ("=", ":"):
                if not always(table, assign.frame):
                    self.mapped.open = True
                if assign.kind == ":" and name in found:
                    continue
                found[name] = (ordinal, assign)
        members = table.members_of.get(value.scope, {})
        for name in [
            name for name in members if name in found and self._comes_later(value, members[name], found[name][0])
        ]:
            del found[name]
        for name, (ordinal, assign) in found.items():
            if name.startswith("__"):
                continue
            attribute = self._assigned(value, name, ordinal, assign)
            if attribute is not None:
                yield attribute
        for name, scope in members.items():
            if name not in SPECIAL and name not in found:
                yield self._member(value, name, scope)

    def _comes_later(self, value: Value, scope: int, ordinal: int) -> bool:
        """Whether a method stands below an assignment to its name, and so replaces it."""
        spans = self.builder.index.project.spans(value.place)
        decorators = self.linker.table(value.place).facts.scopes[scope].decorators
        if spans is None or any(
            type(d) is str and d.endswith((".setter", ".inplace", ".expression")) for d in decorators
        ):
            return False
        return spans.scopes[5 * scope] > spans.assigns[4 * ordinal]

    def _assigned(self, value: Value, name: str, ordinal: int, assign: Assign) -> Attribute | None:
        place = Place(value.place, "assign", ordinal)
        annotation = None
        if assign.annotation is not None:
            annotation = Site(value.place, value.scope, assign.annotation, (("cls", self.site),))
        if assign.value is not None:
            site = Site(value.place, value.scope, assign.value)
            found = self.reader.attribute(
                name, site, place, value, annotation, is_field=self.is_sqlmodel and annotation is not None
            )
            if found.kind == "declared":
                return self._declared_call(found)
            return found
        reading = self.builder.annotations.read(annotation)
        if reading.container == "ClassVar" or (not reading.container and not self.is_sqlmodel):
            return Attribute(name, "plain", self.mapped, value, place, None, annotation)
        if self.is_sqlmodel and name.startswith("_"):
            return None
        found = Attribute(name, "column", self.mapped, value, place, None, annotation)
        found.columns = [self.builder.columns.of_annotation(place, name, reading)]
        return found

    def _member(self, value: Value, name: str, scope: int) -> Attribute:
        table = self.linker.table(value.place)
        place = Place(value.place, "scope", scope)
        found = Attribute(name, "method", self.mapped, value, place)
        record = table.facts.scopes[scope]
        if record.kind != "function":
            found.kind = "plain"
            return found
        for decorator in record.decorators:
            expr = decorator
            if type(decorator) is str and decorator[:1] == "@" and decorator[1:].isdigit():
                expr = table.facts.calls[int(decorator[1:])].callee
            made = self.builder.names.made(Site(value.place, value.scope, expr))
            if made is None:
                if type(expr) is not str or not expr.endswith((".setter", ".deleter", ".expression", ".comparator")):
                    found.kind = "unknown" if type(expr) is str and "attr" in expr else found.kind
                continue
            last = made.library or (made.rest[-1] if made.rest else "")
            if last in DECLARED and "declared_attr" in (made.name or ""):
                return self._declared(found, Value("def", value.place, scope), record.returns)
            if last in ("hybrid_property", "hybrid_method") or (
                made.kind == "ext" and made.library.startswith("hybrid")
            ):
                found.kind = "hybrid"
            elif made.kind == "def" and made.value is not None and self._declares(made.value):
                return self._declared(found, Value("def", value.place, scope), record.returns)
        return found

    def _declares(self, value: Value) -> bool:
        """Whether a decorator of the project is a ``declared_attr`` of its own."""
        return any(
            v.kind == "ext" and v.place.endswith("declared_attr") for v in self.linker.mro(value.place, value.scope)
        )

    def _declared(self, found: Attribute, function: Value, returns: object) -> Attribute:
        """What ``@declared_attr`` gives the owner."""
        params = self.linker.table(function.place).facts.scopes[function.scope].params
        given = ((params[0].name, self.site),) if params else ()
        made = self.builder.names.returned(function, given)
        annotation = Site(function.place, 0, returns) if returns is not None else None
        if made is None or made.site is None:
            kind = "declared" if made is None or made.kind == "expr" else "plain"
            return Attribute(found.name, kind, self.mapped, found.defined_in, found.place, None, annotation)
        attribute = self.reader.attribute(
            found.name, self._site(made.site, made.rest), found.place, found.defined_in, annotation
        )
        if attribute.kind == "unknown":
            attribute.kind = "declared"
        return attribute

    @staticmethod
    def _site(site: Site, rest: tuple[str, ...]) -> Site:
        return site.part(".".join([site.expr, *rest])) if rest and type(site.expr) is str else site

    def _declared_call(self, found: Attribute) -> Attribute:
        """``x = declared_attr(lambda cls: ...)``."""
        assert found.site is not None
        made = self.builder.names.made(found.site)
        if made is None or made.site is None:
            return found
        args, _, _ = self.builder.names.arguments(made.site)
        expr = args[0].expr if args else None
        if type(expr) is list and expr[:1] == ["lambda"]:
            return self._declared(found, Value("def", made.site.path, expr[1]), None)
        return found
