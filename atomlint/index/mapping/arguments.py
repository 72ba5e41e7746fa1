"""The arguments of one relationship, evaluated: its flags, its target, its columns and its join conditions."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ..tables import text_of
from .evaluate_code import CodeEvaluation
from .evaluate_text import StringEvaluation
from .expressions import ClassRef, copied
from .lookup import OpenError, RefusedError
from .names import BUILTINS
from .things import TableRef, Text, Thing, Unmapped, as_clause, columns_in

if TYPE_CHECKING:
    from .builder import Builder
    from .expressions import Clause
    from .records import Column, Mapped, Relationship, Site, Table

CASCADES = frozenset({"save-update", "merge", "expunge", "delete", "delete-orphan", "refresh-expire"})
VIEWING = frozenset({"merge", "refresh-expire", "expunge"})
FLAGS = frozenset({"viewonly", "uselist", "single_parent"})


class Arguments:
    """Evaluates; each answer is written into the relationship."""

    def __init__(self, builder: Builder, made: Relationship) -> None:
        self.builder = builder
        self.made = made
        self.names = builder.names
        self.texts = builder.texts

    # --- flags -----------------------------------------------------------------------------------------------------

    def flags(self) -> None:
        """Booleans and names. What is not known makes the relationship open."""
        made, given = self.made, self.made.arguments
        for name in FLAGS:
            site = given.get(name)
            if site is None or self.names.constant(site) == "#None":
                continue
            value = self.names.flag(site)
            if value is None:
                made.open = True
            else:
                setattr(made, name, value)
        made.back_populates = self._text("back_populates")
        made.overlaps = frozenset(part.strip() for part in self._text("overlaps").split(",") if part.strip())
        self.read_cascade()
        self._uselist()

    def _text(self, name: str) -> str:
        site = self.made.arguments.get(name)
        if site is None:
            return ""
        text = self.texts.of(site)
        if text is None and self.names.constant(site) not in ("#None", "#False"):
            self.made.open = True
        return text or ""

    def read_cascade(self) -> None:
        """The cascade, or the default, which depends on ``viewonly``."""
        made = self.made
        default = "merge" if made.viewonly else "save-update, merge"
        site = made.arguments.get("cascade")
        text = default
        if site is not None and self.names.constant(site) not in ("#None", "#False"):
            stated = self.texts.of(site)
            if stated is None:
                made.open = True
            else:
                text = stated
        values = {part.strip() for part in text.split(",") if part.strip()}
        if "all" in values:
            values |= CASCADES - {"delete-orphan"}
        if "none" in values:
            values = set()
        made.cascade = frozenset(values & (VIEWING if made.viewonly else CASCADES))

    def _uselist(self) -> None:
        """An annotation without a collection means one row."""
        container, collection, annotation = self.made.annotated
        if not container or self.made.uselist is not None or container in ("DynamicMapped", "WriteOnlyMapped"):
            return
        if annotation is not None and not collection and "collection_class" not in self.made.arguments:
            reading = self.builder.annotations.read(annotation)
            if reading.known:
                self.made.uselist = False

    @property
    def lazy(self) -> str | None:
        """The loader strategy as text; None when it is not known."""
        container = self.made.annotated[0]
        if container in ("DynamicMapped", "WriteOnlyMapped"):
            return "dynamic" if container == "DynamicMapped" else "write_only"
        site = self.made.arguments.get("lazy")
        if site is None:
            return "select"
        constant = self.names.constant(site)
        if constant is None:
            return None
        return text_of(constant) or {"#True": "select", "#False": "joined", "#None": "noload"}.get(constant)

    # --- expressions -----------------------------------------------------------------------------------------------

    def value(self, name: str, *, tables_first: bool = False) -> Thing | None:
        """What an argument is; strings are looked up in the owner's registry. None when it is not given.

        Raises:
            OpenError, RefusedError: see `Evaluation`.
        """
        site = self.made.arguments.get(name)
        if site is None or self.names.constant(site) in ("#None", "#False"):
            return None
        return self._evaluated(site, tables_first=tables_first, name=name)

    def _evaluated(self, site: Site, *, tables_first: bool = False, name: str = "") -> Thing:
        text = self.texts.of(site)
        if text is None and text_of(site.expr) is not None:  # the facts mask it, and another one like it
            text = self.texts.whole.keyword(site, name)
            if text is None:
                raise OpenError
        owner = self.made.owner
        if text is not None:
            return StringEvaluation(self.builder, owner, text, self.made.place, tables_first=tables_first).value()
        items = self.names.items(site)
        if items is not None:
            return [self._evaluated(item) for item in items]
        return CodeEvaluation(self.builder, owner).of(site)

    def ordering(self) -> None:
        """Evaluates ``order_by``: a text that is the name of a builtin alone, such as ``id``, is that builtin."""
        try:
            self.value("order_by")
        except OpenError:
            text = self.texts.of(self.made.arguments["order_by"])
            if text in BUILTINS:
                raise RefusedError(
                    "string-expression",
                    f"Column expression expected for argument 'order_by'; got <built-in function {text}>.",
                    f'"{text}" is Python\'s own {text}: a column is named with its class',
                ) from None
            raise

    def resolve(self, *names: str) -> None:
        """Look up what the texts among some arguments name: SQLAlchemy does for all of them before it takes columns of any.

        Raises:
            RefusedError: a text names nothing.
        """
        for name in names:
            site = self.made.arguments.get(name)
            if site is not None and self.texts.of(site) is not None:
                with suppress(OpenError):
                    self.value(name)

    def columns(self, name: str) -> tuple[Column, ...]:
        """Columns of ``foreign_keys`` or ``remote_side``."""
        given = self.made.arguments.get(name)
        items = self.names.items(given) if given is not None else None
        if any(self.names.items(item) is not None for item in items or ()):
            raise _tuple_given(name)
        value = self.value(name)
        if isinstance(value, list) and any(isinstance(item, list) for item in value):
            raise _tuple_given(name)
        return () if value is None else tuple(columns_in(value))

    def condition(self, name: str) -> Clause | None:
        """A join condition, its columns unshared."""
        value = self.value(name)
        return None if value is None else copied(as_clause(value))

    def secondary(self) -> Table | None:
        """The table between.

        Raises:
            OpenError, RefusedError: see `Evaluation`; a mapped class is refused, too.
        """
        value = self.value("secondary", tables_first=True)
        if value is None:
            return None
        if isinstance(value, TableRef):
            return value.table
        if isinstance(value, ClassRef):
            raise RefusedError(
                "secondary-mapped-class",
                f"secondary argument {value.mapped.name} passed to to relationship() {self.made} must be a Table object or "
                "other FROM clause; can't send a mapped class directly as rows in 'secondary' are persisted independently "
                "of a class that is mapped to that same table.",
                f"{value.mapped.name} is a mapped class",
                (value.mapped,),
            )
        raise OpenError

    def target(self) -> Mapped:
        """The class that it leads to.

        Raises:
            OpenError: that is not known.
            RefusedError: there is none.
        """
        site = self.made.arguments.get("argument")
        if site is None or self.names.constant(site) == "#None":
            return self._annotated()
        text = self.texts.of(site)
        if text is not None:
            return self._named(text)
        return self._mapped(CodeEvaluation(self.builder, self.made.owner).of(site))

    def _annotated(self) -> Mapped:
        annotation = self.made.annotated[2]
        reading = self.builder.annotations.read(annotation)
        if not reading.known or not reading.name or reading.inner is None:
            raise OpenError
        found = self.builder.typing_names.made(reading.inner)
        if found is not None and found.kind == "def" and found.value is not None and not found.rest:
            mapped = self.builder.mapped(found.value)
            if mapped is not None and mapped.registry is self.made.owner.registry:
                if not self._by_name(mapped):
                    return mapped
                return self._named(mapped.name)
            scope = self.builder.linker.table(found.value.place).facts.scopes[found.value.scope]
            if mapped is None and scope.kind == "class" and not _has_text(annotation.expr if annotation else None):
                return self._mapped(Unmapped(found.value))
        return self._named(reading.name)

    def _by_name(self, mapped: Mapped) -> bool:
        """Whether the annotation is looked up by name: it is quoted, or what it names exists for type checkers alone."""
        annotation = self.made.annotated[2]
        if annotation is None or mapped.conditional:
            return False
        return _has_text(annotation.expr)

    def _named(self, text: str) -> Mapped:
        if "[" in text:
            raise self._generic(text)
        stripped = text.strip()
        if not stripped.replace(".", "").replace("_", "").isalnum():
            raise OpenError
        value = StringEvaluation(self.builder, self.made.owner, stripped, self.made.place).value()
        return self._mapped(value)

    def _generic(self, text: str) -> RefusedError:
        owner = self.made.owner
        return RefusedError(
            "unknown-class-name",
            f"When initializing mapper Mapper[{owner.name}({owner.table.name if owner.table else '?'})], expression "
            f'"relationship({text!r})" seems to be using a generic class as the argument to relationship(); please state '
            f"the generic argument using an annotation",
            "a string is the name of a class, not an annotation",
        )

    def _mapped(self, value: Thing) -> Mapped:
        if isinstance(value, ClassRef):
            return value.mapped
        if isinstance(value, TableRef):
            raise RefusedError(
                "relationship-to-table",
                f"relationship '{self.made.name}' expects a class or a mapper argument (received: "
                "<class 'sqlalchemy.sql.schema.Table'>)",
                f'"{value.table.fullname}" is a table, not a class',
                (value.table.owner,) if value.table.owner is not None else (),
            )
        if isinstance(value, Unmapped):
            scope = self.builder.linker.table(value.value.place).facts.scopes[value.value.scope]
            if self.builder.bases.of(value.value) is None and value.value in self.builder.bases.outside:
                raise OpenError
            module = self.builder.linker.modules.name(value.value.place)
            raise RefusedError(
                "unmapped-target", f"Class '{module}.{scope.name}' is not mapped", f"{scope.name} is no mapped class"
            )
        if isinstance(value, Text):
            return self._named(value.text)
        raise OpenError


def _tuple_given(name: str) -> RefusedError:
    return RefusedError(
        "string-expression",
        f"Column expression expected for argument '{name}'; got a tuple.",
        "a comma behind the column makes a tuple of it",
    )


def _has_text(expr: object) -> bool:
    if type(expr) is list:
        return any(_has_text(part) for part in expr)
    return text_of(expr) is not None
