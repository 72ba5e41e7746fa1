"""``backref=``: the other half of a relationship, which SQLAlchemy makes on the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .arguments import Arguments
from .expressions import copied, refs
from .joins import FOREIGN, LOCAL, REMOTE
from .lookup import RefusedError
from .records import Attribute, Relationship
from .reverse import is_property

if TYPE_CHECKING:
    from .builder import Builder
    from .expressions import Clause

ALL_MARKS = frozenset({FOREIGN, REMOTE, LOCAL})


class Backrefs:
    """Reads their names, and makes them."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder

    def read(self, made: Relationship) -> None:
        """The name of the other half, and its arguments."""
        site = made.arguments.get("backref")
        if site is None or self.builder.names.constant(site) in ("#None", "#False"):
            return
        name = self.builder.texts.of(site)
        if name is None:
            found = self.builder.names.made(site)
            if found is not None and found.call is not None and found.site is not None and not found.rest:
                args, keywords, known = self.builder.names.arguments(found.site)
                name = self.builder.texts.of(args[0] if args else keywords.get("name"))
                made.backref_arguments = {k: v for k, v in keywords.items() if k != "name"}
                made.open = made.open or not known
            items = self.builder.names.items(site)
            if items:
                name = self.builder.texts.of(items[0])
                made.open = True
        if name is None:
            made.open = True
        made.backref = name or ""

    def generate(self, made: Relationship) -> Relationship | None:
        """The other half of a relationship whose own side is joined; None when it has no backref.

        Raises:
            RefusedError: SQLAlchemy would not make it.
            OpenError: its arguments are not known.
        """
        if not made.backref or made.back_populates or made.target is None:
            return None
        self._check(made)
        back = Relationship(made.target, made.backref, made.place, dict(made.backref_arguments), generated=True)
        given = Arguments(self.builder, back)
        given.flags()
        back.open = back.open or made.open
        back.target, back.secondary = made.owner, made.secondary
        if "viewonly" not in back.arguments:
            back.viewonly = made.viewonly
            given.read_cascade()
        primary, second = self._reversed(made)
        back.primaryjoin = given.condition("primaryjoin") or primary
        back.secondaryjoin = given.condition("secondaryjoin") or second
        if "secondaryjoin" in back.arguments and made.secondary is None:
            raise RefusedError(
                "backref-secondaryjoin",
                "Can't assign 'secondaryjoin' on a backref against a non-secondary relationship.",
            )
        back.foreign_keys = given.columns("foreign_keys") or made.foreign_keys
        back.remote_side = given.columns("remote_side")
        made.back_populates, back.back_populates = made.backref, made.name
        attribute = Attribute(made.backref, "relationship", made.target, made.target.cls.value, made.place)
        attribute.relationship = back
        made.target.attributes[made.backref] = attribute
        return back

    def _check(self, made: Relationship) -> None:
        target = made.target
        assert target is not None
        if target.inheritance == "concrete":
            return
        for mapped in dict.fromkeys([*target.lineage, *target.family]):
            found = mapped.attributes.get(made.backref)
            if found is None or mapped.inheritance == "concrete" or not is_property(found):
                continue
            error = RefusedError(
                "backref-conflict",
                f"Error creating backref '{made.backref}' on relationship '{made}': property of that name exists on mapper "
                f"'Mapper[{mapped.name}({mapped.table.name if mapped.table else '?'})]'",
                f"{mapped.name}.{made.backref} exists already",
                (mapped,),
            )
            error.other = found
            raise error

    @staticmethod
    def _reversed(made: Relationship) -> tuple[Clause | None, Clause | None]:
        """The conditions of the other direction."""
        primary, second = made.primaryjoin, made.secondaryjoin
        assert primary is not None
        if made.secondary is not None:
            without = frozenset({LOCAL, REMOTE})
            return (None if second is None else copied(second, without=without)), copied(primary, without=without)
        if made.stated_remote:
            turned = copied(primary)
            for ref in refs(turned):
                if REMOTE in ref.marks:
                    ref.marks = (ref.marks - {REMOTE}) | {LOCAL}
                elif LOCAL in ref.marks:
                    ref.marks = (ref.marks - {LOCAL}) | {REMOTE}
            return turned, None
        return copied(primary, without=frozenset({LOCAL, REMOTE}) if made.stated_foreign else ALL_MARKS), None
