"""What SQLAlchemy asks of the options of one relationship: its cascade, its loader and its collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .arguments import Arguments
from .joins import MANY_TO_ONE, ONE_TO_MANY
from .lookup import RefusedError

if TYPE_CHECKING:
    from .builder import Builder
    from .records import Relationship

LAZY = frozenset(
    {"select", "joined", "subquery", "selectin", "immediate", "noload", "raise", "raise_on_sql", "dynamic", "write_only"}
)  # fmt: skip


class Options:
    """Refuses what does not fit a relationship whose direction is known; every check raises `RefusedError`."""

    def __init__(self, builder: Builder, made: Relationship) -> None:
        self.builder = builder
        self.made = made

    def cascade(self) -> None:
        """``delete-orphan`` belongs to the one side; ``passive_deletes="all"`` excludes cascades that delete."""
        made = self.made
        target = made.target
        assert target is not None
        if "delete-orphan" in made.cascade and not made.single_parent and made.direction != ONE_TO_MANY:
            raise RefusedError(
                "delete-orphan",
                f"For {made.direction} relationship {made}, delete-orphan cascade is normally configured only on the "
                '"one" side of a one-to-many relationship, and not on the "many" side of a many-to-one or many-to-many '
                f'relationship. To force this relationship to allow a particular "{target.name}" object to be referenced '
                f'by only a single "{made.owner.name}" object at a time via the {made} relationship, which would allow '
                "delete-orphan cascade to take place in this direction, set the single_parent=True flag.",
                f"the relationship is {made.direction}",
            )
        site = made.arguments.get("passive_deletes")
        if site is not None and self.builder.texts.of(site) == "all" and made.cascade & {"delete", "delete-orphan"}:
            raise RefusedError(
                "passive-deletes-all",
                f"On {made}, can't set passive_deletes='all' in conjunction with 'delete' or 'delete-orphan' cascade",
            )

    def lazy(self) -> None:
        """The strategy exists, and fits how many rows there are."""
        made = self.made
        lazy = Arguments(self.builder, made).lazy
        if lazy is None:
            return
        if lazy not in LAZY:
            raise RefusedError(
                "lazy-option", f"Can't find strategy (('lazy', {lazy!r}),) for {made}", "no such strategy"
            )
        if lazy in ("dynamic", "write_only") and not made.uselist:
            raise RefusedError(
                "dynamic-uselist",
                f"On relationship {made}, {lazy!r} loaders cannot be used with "
                "many-to-one/one-to-one relationships and/or uselist=False.",
                f"the relationship is {made.direction}" if made.direction == MANY_TO_ONE else "it holds one row",
            )

    def collection(self) -> None:
        """A class of the project that is to hold rows can be added to."""
        made = self.made
        site = made.arguments.get("collection_class")
        found = self.builder.names.made(site)
        if found is None or found.kind != "def" or found.value is None or found.rest or not made.uselist:
            return
        value = found.value
        table = self.builder.linker.table(value.place)
        scope = table.facts.scopes[value.scope]
        if scope.kind != "class" or scope.bases or scope.keywords or scope.decorators:
            return
        adds = {"append", "add", "set", "__emulates__", "__getattr__"}
        members = table.members_of.get(value.scope, {})
        assigned = {name for (owner, name) in table.class_attributes if owner == value.scope}
        if adds & (members.keys() | assigned) or any(table.facts.scopes[n].decorators for n in members.values()):
            return
        raise RefusedError(
            "collection-class",
            f"Type {scope.name} must elect an appender method to be a collection class",
            f"{scope.name} has no append, add or @collection.appender",
        )
