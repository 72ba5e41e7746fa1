"""Configures relationships one by one, in SQLAlchemy's order, and notes what it would refuse or warn about."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING

from .arguments import Arguments
from .expressions import Node, Ref, copied, refs
from .joins import FOREIGN, LOCAL, MANY_TO_MANY, MANY_TO_ONE, ONE_TO_MANY, REMOTE, Join
from .keys import ForeignKeys
from .lookup import OpenError, RefusedError
from .problems import ERROR, MEDIUM, WARNING, Problem, Related
from .records import Attribute, Mapped, Relationship

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .builder import Builder
    from .expressions import Clause
    from .records import Column

LAZY = frozenset(
    {
        "select",
        "joined",
        "subquery",
        "selectin",
        "immediate",
        "noload",
        "raise",
        "raise_on_sql",
        "dynamic",
        "write_only",
    }
)
ALL_MARKS = frozenset({FOREIGN, REMOTE, LOCAL})


class Configurator:
    """Goes through all relationships once."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.keys = ForeignKeys(builder)
        self.problems: list[Problem] = []
        self.relationships: list[Relationship] = []
        self.candidates: dict[int, list[Column]] = {}
        """Foreign keys that could be meant, by relationship with several."""
        self._written: dict[Column, list[tuple[Relationship, Column]]] = defaultdict(list)
        self._started: set[Relationship] = set()

    def run(self) -> None:
        """Configure every relationship."""
        for mapped in self.builder.classes:
            if mapped.refused:
                continue
            for attribute in list(mapped.attributes.values()):
                if attribute.relationship is not None and not attribute.relationship.generated:
                    made = attribute.relationship
                    self.relationships.append(made)
                    Arguments(self.builder, made).flags()
                    self._backref_name(made)
        for made in list(self.relationships):
            self._one(made)

    def _one(self, made: Relationship) -> None:
        if made in self._started:
            return
        self._started.add(made)
        try:
            self._initialise(made)
        except OpenError:
            made.failed = made.failed or False
        except RefusedError as error:
            self.refuse(made, error)

    # --- problems --------------------------------------------------------------------------------------------------

    def refuse(self, made: Relationship, error: RefusedError) -> Problem | None:
        """Note what SQLAlchemy refuses about a relationship."""
        made.failed = True
        if made.owner.conditional:
            return None
        problem = Problem(
            error.kind,
            ERROR,
            made.owner.name,
            made.name,
            error.message,
            made.place,
            error.reason,
            phase="configuration",
        )
        problem.subject, problem.culprits, problem.other = made, error.culprits, error.other
        for culprit in error.culprits:
            if culprit.place is not None:
                problem.related.append(Related(culprit.place, f"{culprit.name} is defined here"))
        if not error.likely:
            problem.confidence = MEDIUM
        self.problems.append(problem)
        return problem

    def warn(self, made: Relationship, kind: str, message: str, reason: str = "") -> Problem | None:
        """Note what SQLAlchemy warns about."""
        if made.owner.conditional:
            return None
        problem = Problem(kind, WARNING, made.owner.name, made.name, message, made.place, reason)
        problem.subject = made
        self.problems.append(problem)
        return problem

    # --- one relationship ------------------------------------------------------------------------------------------

    def _initialise(self, made: Relationship) -> None:
        if made.open:
            raise OpenError
        if not made.generated:
            self._resolve(made)
        if made.owner.registry.open and made.target is None:
            raise OpenError
        join = Join(self.keys, made)
        try:
            join.work()
        except RefusedError:
            self.candidates[id(made)] = join.candidates
            raise
        for kind, message in join.warnings:
            self.warn(made, kind, message)
        self._check_cascade(made)
        if made.uselist is None:
            made.uselist = made.direction != MANY_TO_ONE
        self._check_lazy(made)
        self._check_collection(made)
        self._generate_backref(made)
        if made.back_populates:
            self._reverse(made)
        self._check_overlaps(made)
        made.configured = True

    def _resolve(self, made: Relationship) -> None:
        given = Arguments(self.builder, made)
        with suppress(OpenError):
            given.ordering()
        made.primaryjoin = given.condition("primaryjoin")
        made.secondaryjoin = given.condition("secondaryjoin")
        made.secondary = given.secondary()
        made.foreign_keys = given.columns("foreign_keys")
        made.remote_side = given.columns("remote_side")
        if "_local_remote_pairs" in made.arguments:
            raise OpenError
        made.target = given.target()

    def _check_cascade(self, made: Relationship) -> None:
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

    def _check_lazy(self, made: Relationship) -> None:
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

    # --- backref ---------------------------------------------------------------------------------------------------

    def _backref_name(self, made: Relationship) -> None:
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

    def _check_collection(self, made: Relationship) -> None:
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
        members = {name: member for (owner, name), member in table.members.items() if owner == value.scope}
        assigned = {name for (owner, name) in table.class_attributes if owner == value.scope}
        if adds & (members.keys() | assigned) or any(table.facts.scopes[n].decorators for n in members.values()):
            return
        raise RefusedError(
            "collection-class",
            f"Type {scope.name} must elect an appender method to be a collection class",
            f"{scope.name} has no append, add or @collection.appender",
        )

    def _generate_backref(self, made: Relationship) -> None:
        if not made.backref or made.back_populates or made.target is None:
            return
        self._check_backref(made)
        back = Relationship(made.target, made.backref, made.place, dict(made.backref_arguments), generated=True)
        given = Arguments(self.builder, back)
        given.flags()
        back.open = back.open or made.open
        back.target, back.secondary = made.owner, made.secondary
        if "viewonly" not in back.arguments:
            back.viewonly = made.viewonly
            given._cascade()
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
        self.relationships.append(back)
        self._started.add(back)
        self._initialise(back)

    def _check_backref(self, made: Relationship) -> None:
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

    # --- the other side --------------------------------------------------------------------------------------------

    def _reverse(self, made: Relationship) -> None:
        target = made.target
        assert target is not None
        found = target.find(made.back_populates)
        if found is None or not is_property(found):
            self._missing(made, target, found)
            return
        other = found.relationship
        if other is None:
            raise RefusedError(
                "back-populates-not-relationship",
                f"back_populates on relationship '{made}' refers to attribute '{target.name}.{made.back_populates}' that is "
                "not a relationship. The back_populates parameter should refer to the name of a relationship on the target "
                "class.",
                f"{found.owner.name}.{found.name} is a {found.kind.replace('_', ' ')}",
                (found.owner,),
            )
        if other.open:
            raise OpenError
        self._check_viewing(made, other)
        self._check_viewing(other, made)
        if other not in made.reverse:
            made.reverse.append(other)
        if made not in other.reverse:
            other.reverse.append(made)
        leads = self._target_of(other)
        if leads is None:
            return
        if leads.root is not made.owner.root:
            error = RefusedError(
                "back-populates-wrong-class",
                f"reverse_property '{made.back_populates}' on relationship {made} references relationship {other}, which "
                f"does not reference mapper Mapper[{made.owner.name}({made.owner.table.name if made.owner.table else '?'})]",
                f"{other} leads to {leads.name}",
                (other.owner,),
            )
            error.other = found
            raise error
        if other in self._started and not other.failed and made.direction == other.direction != MANY_TO_MANY:
            error = RefusedError(
                "same-direction",
                f"{other} and back-reference {made} are both of the same direction {_constant(made.direction)}. Did you mean "
                "to set remote_side on the many-to-one side ?",
                f"both sides are {made.direction}",
                (other.owner,),
            )
            error.other = found
            raise error

    def _target_of(self, other: Relationship) -> Mapped | None:
        if other.target is None and not other.failed and other not in self._started:
            try:
                other.target = Arguments(self.builder, other).target()
            except (OpenError, RefusedError):
                return None
        return other.target

    def _check_viewing(self, one: Relationship, other: Relationship) -> None:
        syncs = self.builder.names.flag(other.arguments.get("sync_backref"))
        if one.viewonly and syncs:
            raise RefusedError(
                "viewonly-flags",
                f"Relationship {other} cannot specify sync_backref=True since {one} includes viewonly=True.",
                f"{one} is viewonly",
            )

    def _missing(self, made: Relationship, target: Mapped, found: Attribute | None) -> None:
        name = made.back_populates
        if target.is_open or (found is not None and found.kind in ("unknown", "declared")):
            raise OpenError
        if any(other.backref == name and self._may_lead(other, target) for other in self.relationships):
            raise OpenError
        error = RefusedError(
            "back-populates-missing",
            f"Mapper 'Mapper[{target.name}({target.table.name if target.table else '?'})]' has no property '{name}'. If this "
            "property was indicated from other mappers or configure events, ensure registry.configure() has been called.",
            f'{target.name} has no attribute "{name}"' if found is None else f"{target.name}.{name} is not mapped",
            (target,),
        )
        raise error

    def _may_lead(self, other: Relationship, target: Mapped) -> bool:
        leads = self._target_of(other)
        return leads is None or leads.root is target.root

    # --- overlaps --------------------------------------------------------------------------------------------------

    def _check_overlaps(self, made: Relationship) -> None:
        if made.viewonly:
            return
        for source, written in made.synchronize:
            known = self._written[written]
            others = [(other, column) for other, column in known if self._conflicts(made, other)]
            if others and not any(other.owner.conditional for other, _ in others):
                self._overlap(made, source, written, others)
            self._written[written] = [(o, c) for o, c in known if o is not made] + [(made, source)]

    def _conflicts(self, made: Relationship, other: Relationship) -> bool:
        if other is made:
            return False
        owner, target = made.owner, made.target
        assert target is not None
        assert other.target is not None
        return (
            other not in made.reverse
            and other.name not in made.overlaps
            and made.name not in other.overlaps
            and "__*" not in made.overlaps
            and "__*" not in other.overlaps
            and not siblings(owner, other.owner)
            and not siblings(target, other.target)
            and not siblings(owner, other.target)
            and not siblings(target, other.owner)
            and (made.name != other.name or owner.root is not other.owner.root)
        )

    def _overlap(
        self, made: Relationship, source: Column, written: Column, others: list[tuple[Relationship, Column]]
    ) -> None:
        told = ", ".join(sorted(f"'{other}' (copies {column} to {written})" for other, column in others))
        names = ",".join(sorted(other.name for other, _ in others))
        problem = self.warn(
            made,
            "overlaps",
            f"relationship '{made}' will copy column {source} to column {written}, which conflicts with relationship(s): "
            f"{told}. If this is not the intention, consider if these relationships should be linked with back_populates, or "
            f"if viewonly=True should be applied to one or more if they are read-only. To silence this warning, add the "
            f"parameter 'overlaps=\"{names}\"' to the '{made}' relationship.",
        )
        if problem is not None:
            problem.others = [other for other, _ in others]


def is_property(attribute: Attribute) -> bool:
    """Whether an attribute is one of the mapper's own: hybrids, proxies and methods are not."""
    return attribute.kind in ("column", "relationship", "synonym", "column_property", "composite")


def siblings(one: Mapped, other: Mapped) -> bool:
    """Whether two classes share a hierarchy, and neither inherits from the other."""
    return one.root is other.root and one not in other.lineage and other not in one.lineage


def _constant(direction: str) -> str:
    return {ONE_TO_MANY: "ONETOMANY", MANY_TO_ONE: "MANYTOONE", MANY_TO_MANY: "MANYTOMANY"}[direction]


def conditions(made: Relationship) -> Iterator[Clause]:
    """The join conditions of a relationship."""
    for clause in (made.primaryjoin, made.secondaryjoin):
        if isinstance(clause, (Node, Ref)):
            yield clause
