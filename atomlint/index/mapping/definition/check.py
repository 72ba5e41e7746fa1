"""What the checks share: the builder's answers, readers of classes, and how a problem is made."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..classes import ClassReader
from ..keys import ForeignKeys
from ..problems import ERROR, Problem
from ..records import Place, Site

if TYPE_CHECKING:
    from ....finding import Severity, Span
    from ...value import Value
    from ..annotations import Reading
    from ..builder import Builder
    from ..names import Arguments
    from ..records import Attribute, Mapped

WITHOUT_TABLE = ("AbstractConcreteBase", "ConcreteBase", "DeferredReflection", "AutomapBase")
"""Bases of SQLAlchemy's extensions, below which a class may go without a table, or get its columns later."""


class Check:
    """Knows the graph; makes problems."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.names = builder.names
        self.texts = builder.texts
        self.linker = builder.linker
        self.keys = ForeignKeys(builder)
        self.identified: set[Mapped] = set()
        """Classes whose identity their hierarchy knows: those that are refused only afterwards, too."""
        self._readers: dict[Mapped, ClassReader] = {}
        self._calls: dict[int, Site | None] = {}
        self._readings: dict[int, Reading] = {}

    @cached_property
    def read(self) -> set[Value]:
        """Classes whose bodies make attributes of a mapped one: their own, bases and mixins."""
        return {value for mapped in self.builder.classes for value in self.reader(mapped).mro}

    def reader(self, mapped: Mapped) -> ClassReader:
        """What reads a class."""
        if mapped not in self._readers:
            self._readers[mapped] = ClassReader(self.builder, mapped)
        return self._readers[mapped]

    @cached_property
    def is_before_2_1(self) -> bool:
        """Whether the project's SQLAlchemy is surely older than 2.1; the newest is assumed where nothing tells."""
        return self.builder.index.project.effects.versions.holds("sqlalchemy", "<2.1") is True

    @cached_property
    def is_before_2_0(self) -> bool:
        """Whether the project's SQLAlchemy is surely older than 2.0."""
        return self.builder.index.project.effects.versions.holds("sqlalchemy", "<2.0") is True

    def is_special(self, mapped: Mapped) -> bool:
        """Whether an extension of SQLAlchemy decides on the table of a class."""
        mro = self.linker.mro(mapped.cls.path, mapped.cls.ordinal)
        return any(value.kind == "ext" and value.place.endswith(WITHOUT_TABLE) for value in mro)

    def problem(
        self, kind: str, mapped: Mapped | str, attribute: str, message: str, place: Place | None,
        reason: str = "", repair: str = "", severity: Severity = ERROR,
    ) -> Problem:  # fmt: skip
        """A problem of a class, or of a table where a name is given for it."""
        owner = mapped if isinstance(mapped, str) else mapped.name
        at = place or (None if isinstance(mapped, str) else mapped.place) or Place("", "scope", 0)
        return Problem(kind, severity, owner, attribute, message, at, reason, repair, phase="definition")

    def holder(self, value: Value) -> str:
        """The name of the class whose body holds something."""
        return self.linker.table(value.place).facts.scopes[value.scope].name

    def special_place(self, mapped: Mapped, name: str) -> Place | None:
        """Where ``__table_args__`` and its like stand: the last statement of the class, or of a base, that binds it."""
        for value in self.reader(mapped).mro:
            table = self.linker.table(value.place)
            for ordinal in reversed(table.assigns_in.get(value.scope, ())):
                if table.facts.assigns[ordinal].target == name:
                    return Place(value.place, "assign", ordinal)
            member = table.members.get((value.scope, name))
            if member is not None:
                return Place(value.place, "scope", member)
        return None

    def statement(self, place: Place) -> str:
        """The text of the statement of an assignment; empty when it is not at hand."""
        spans = self.builder.index.project.spans(place.path)
        source = self.builder.index.sources.source(place.path)
        if spans is None or source is None or place.kind != "assign":
            return ""
        first, _, last, end = spans.assigns[4 * place.ordinal : 4 * place.ordinal + 4]
        lines = [line.encode("utf-8") for line in source.lines[first - 1 : last]]
        lines[-1] = lines[-1][:end]
        return b"\n".join(lines).decode("utf-8", "replace")

    def is_tuple(self, place: Place) -> bool:
        """Whether a statement assigns a tuple with or without parentheses, where the facts only tell that it is a sequence."""
        value = self.statement(place).partition("=")[2].strip()
        return bool(value) and value[0] != "[" and value[-1] != "]"

    def ends_in_comma(self, site: Site) -> bool:
        """Whether a comma stands behind a call, and the call in no brackets of a list."""
        spans = self.builder.index.project.spans(site.path)
        source = self.builder.index.sources.source(site.path)
        if spans is None or source is None or type(site.expr) is not str or not site.expr[1:].isdigit():
            return False
        first, start, last, end = spans.calls[4 * int(site.expr[1:]) : 4 * int(site.expr[1:]) + 4]
        before = source.lines[first - 1].encode("utf-8")[:start].rstrip()
        return before[-1:] != b"[" and source.lines[last - 1].encode("utf-8")[end:].lstrip()[:1] == b","

    def call_of(self, attribute: Attribute) -> Site | None:
        """The call that an attribute is assigned, as it stands; None for what is no call."""
        known = id(attribute)
        if known not in self._calls:
            made = self.names.made(attribute.site)
            is_call = made is not None and made.call is not None and not made.rest
            self._calls[known] = made.site if made is not None and is_call else None
        return self._calls[known]

    def library(self, site: Site) -> str:
        """What a call calls, when that is a library's: its last name."""
        return self.builder.columns.library(site)

    def arguments(self, site: Site) -> Arguments:
        """Arguments of a call by place and by keyword, and whether that is all."""
        return self.names.arguments(site)

    def reading(self, attribute: Attribute) -> Reading:
        """The annotation of an attribute, taken apart."""
        key = id(attribute)
        if key not in self._readings:
            self._readings[key] = self.builder.annotations.read(attribute.annotation)
        return self._readings[key]

    def line(self, place: Place | None) -> int:
        """The first line of a place."""
        return 0 if place is None else self.builder.index.mapping.span_of(place).start.line

    def is_at_top(self, place: Place) -> bool:
        """Whether a call or class stands at the top of its module, under no condition."""
        facts = self.linker.table(place.path).facts
        if place.kind == "call":
            call = facts.calls[place.ordinal]
            return not call.scope and not call.frame
        scope = facts.scopes[place.ordinal]
        return not scope.parent and not scope.frame

    def bound(self, place: Place | None) -> str:
        """The name that the statement around a call binds."""
        if place is None or place.kind != "call":
            return ""
        return self.linker.table(place.path).bound_to.get(place.ordinal, "")

    def import_span(self, path: str, ordinal: int) -> Span | None:
        """Where an import stands."""
        spans = self.builder.index.project.spans(path)
        if spans is None:
            return None
        four = spans.imports[4 * ordinal : 4 * ordinal + 4]
        return self.builder.index.span(path, (four[0], four[1], four[2], four[3]))
