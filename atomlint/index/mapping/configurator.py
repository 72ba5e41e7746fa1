"""Configures relationships one by one, in SQLAlchemy's order, and notes what it would refuse or warn about."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from .arguments import Arguments
from .backrefs import Backrefs
from .joins import MANY_TO_ONE, Join
from .keys import ForeignKeys
from .lookup import OpenError, RefusedError
from .options import Options
from .overlaps import Overlaps
from .problems import ERROR, MEDIUM, WARNING, Problem, Related
from .reverse import Reverse

if TYPE_CHECKING:
    from .builder import Builder
    from .overlaps import Others
    from .records import Column, Mapped, Relationship


class Configurator:
    """Goes through all relationships once."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.keys = ForeignKeys(builder)
        self.problems: list[Problem] = []
        self.relationships: list[Relationship] = []
        self.candidates: dict[int, list[Column]] = {}
        """Foreign keys that could be meant, by relationship with several."""
        self._started: set[Relationship] = set()
        self._refused: set[tuple[Relationship, str]] = set()
        self._backrefs = Backrefs(builder)
        self._reverse = Reverse(builder, self.relationships, self._started)
        self._overlaps = Overlaps()

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
                    self._backrefs.read(made)
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
            made.failed = True
            self.refuse(error.at or made, error)

    # --- problems --------------------------------------------------------------------------------------------------

    def refuse(self, made: Relationship, error: RefusedError) -> Problem | None:
        """Note what SQLAlchemy refuses about a relationship."""
        made.failed = True
        if made.owner.conditional or (made, error.message) in self._refused:
            return None
        self._refused.add((made, error.message))
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
        finally:
            for kind, message in join.warnings:
                self.warn(made, kind, message)
        options = Options(self.builder, made)
        options.cascade()
        if made.uselist is None:
            made.uselist = made.direction != MANY_TO_ONE
        back = self._backrefs.generate(made)
        if back is not None:
            self.relationships.append(back)
            self._started.add(back)
            self._initialise(back)
        if made.back_populates:
            self._reverse.link(made)
        for source, written, others in self._overlaps.of(made):
            self._overlap(made, source, written, others)
        options.lazy()
        options.collection()
        made.configured = True

    def _resolve(self, made: Relationship) -> None:
        given = Arguments(self.builder, made)
        with suppress(OpenError):
            given.ordering()
        made.primaryjoin = given.condition("primaryjoin")
        made.secondaryjoin = given.condition("secondaryjoin")
        made.secondary = given.secondary()
        given.resolve("foreign_keys", "remote_side")
        made.foreign_keys = given.columns("foreign_keys")
        made.remote_side = given.columns("remote_side")
        if "_local_remote_pairs" in made.arguments:
            raise OpenError
        try:
            made.target = given.target()
        except RefusedError as error:
            if error.kind == "duplicate-class":
                self._behind(made, error.culprits)
            raise

    def _behind(self, made: Relationship, culprits: tuple[Mapped, ...]) -> None:
        """What SQLAlchemy refuses once the first of two classes is gone: deleted, or collected as garbage."""
        survivor = culprits[-1]
        namesakes = made.owner.registry.classes.get(made.owner.name, [])
        if culprits[0].cls.path != survivor.cls.path or made.owner is not namesakes[-1]:
            return
        made.target = survivor
        try:
            Join(self.keys, made).work()
            if made.back_populates:
                self._reverse.half(made)
        except OpenError:
            pass
        except RefusedError as error:
            error.culprits = culprits
            self.refuse(made, error)
        made.target, made.direction = None, ""

    def _overlap(self, made: Relationship, source: Column, written: Column, others: Others) -> None:
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
