"""The join of one relationship: its condition, which columns are foreign, remote and local, its direction, what it writes.

The steps and their order are those of SQLAlchemy's ``JoinCondition`` (``orm/relationships.py``, 2.0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .expressions import Clause, Node, Ref, compared, comparisons, refs
from .lookup import OpenError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .keys import ForeignKeys
    from .records import Column, Mapped, Relationship, Table

FOREIGN, REMOTE, LOCAL = "foreign", "remote", "local"
ONE_TO_MANY, MANY_TO_ONE, MANY_TO_MANY = "one-to-many", "many-to-one", "many-to-many"


class Join:
    """Works out one join and writes it into the relationship; ``warnings`` holds what SQLAlchemy would warn about."""

    def __init__(self, keys: ForeignKeys, relationship: Relationship) -> None:
        assert relationship.target is not None
        self.keys = keys
        self.relationship = relationship
        self.owner: Mapped = relationship.owner
        self.target: Mapped = relationship.target
        self.secondary: Table | None = relationship.secondary
        self.parent = self.owner.tables
        self.child = self.target.tables
        self.foreign = frozenset(relationship.foreign_keys)
        self.remote_side = frozenset(relationship.remote_side)
        self.warnings: list[tuple[str, str]] = []
        self.candidates: list[Column] = []
        """Foreign keys that could be meant, when several could."""

    def work(self) -> None:
        """Everything, in SQLAlchemy's order.

        Raises:
            OpenError: something that it depends on is not known.
            RefusedError: SQLAlchemy refuses it.
        """
        self._determine()
        self.relationship.stated_foreign, self.relationship.stated_remote = self._has(FOREIGN), self._has(REMOTE)
        self._mark_foreign()
        self._mark_remote()
        self._mark_local()
        self._pairs()
        self._check_foreign(self.primary, primary=True)
        if self.second is not None:
            self._check_foreign(self.second, primary=False)
        self._direction()
        self._check_remote()
        self.relationship.primaryjoin, self.relationship.secondaryjoin = self.primary, self.second

    # --- the condition ---------------------------------------------------------------------------------------------

    primary: Clause
    second: Clause | None

    def _determine(self) -> None:
        made = self.relationship
        self.second = made.secondaryjoin
        if self.second is not None and self.secondary is None:
            raise RefusedError(
                "secondaryjoin-without-secondary",
                f"Property {made} specified with secondary join condition but no secondary argument",
            )
        if not self.parent or not self.child:
            raise OpenError
        only = self.foreign or None
        try:
            if self.secondary is not None and self.second is None:
                self.second = self._joined(self.child, self.target.table, [self.secondary], only)
            if made.primaryjoin is not None:
                self.primary = made.primaryjoin
            elif self.secondary is not None:
                self.primary = self._joined(self.parent, self.owner.table, [self.secondary], only)
            else:
                self.primary = self._joined(self.parent, self.owner.table, self.child, only)
        except LookupError:
            raise self._no_keys() from None
        except ValueError as error:
            self.candidates = [key.column for constraint in error.args[0] for key in constraint.keys]
            raise self._ambiguous() from None

    def _joined(
        self, left: list[Table], subset: Table | None, right: list[Table], only: frozenset[Column] | None
    ) -> Clause:
        found = self.keys.join(left, subset, right, only)
        parts: list[Clause] = [Node("==", [Ref(referred), Ref(referring)]) for referred, referring in found]
        return parts[0] if len(parts) == 1 else Node("and", parts)

    def _no_keys(self) -> RefusedError:
        made = self.relationship
        if self.secondary is not None:
            return RefusedError(
                "no-foreign-keys-secondary",
                f"Could not determine join condition between parent/child tables on relationship {made} - there are no "
                f"foreign keys linking these tables via secondary table '{self.secondary.fullname}'.",
            )
        return RefusedError(
            "no-foreign-keys",
            f"Could not determine join condition between parent/child tables on relationship {made} - there are no "
            "foreign keys linking these tables.",
        )

    def _ambiguous(self) -> RefusedError:
        made = self.relationship
        via = f" via secondary table '{self.secondary.fullname}'" if self.secondary is not None else ""
        return RefusedError(
            "ambiguous-fk-secondary" if via else "ambiguous-fk",
            f"Could not determine join condition between parent/child tables on relationship {made} - there are multiple "
            f"foreign key paths linking the tables{via}. Specify the 'foreign_keys' argument",
        )

    # --- marks -----------------------------------------------------------------------------------------------------

    def _has(self, mark: str) -> bool:
        return any(mark in ref.marks for ref in refs(self.primary))

    def _all(self) -> list[Ref]:
        return [*refs(self.primary), *refs(self.second)]

    def _mark_foreign(self) -> None:
        if self._has(FOREIGN):
            return
        if self.foreign:
            for ref in self._all():
                if ref.column in self.foreign:
                    ref.marks.add(FOREIGN)
            return
        for clause in (self.primary, self.second):
            for node in comparisons(clause):
                left, right = node.parts
                if not isinstance(left, Ref) or not isinstance(right, Ref):
                    continue
                if FOREIGN in left.marks or FOREIGN in right.marks:
                    continue
                found = self._foreign_of(left, right)
                if found is not None:
                    found.marks.add(FOREIGN)

    def _foreign_of(self, left: Ref, right: Ref) -> Ref | None:
        if self._references(left.column, right.column):
            return left
        if self._references(right.column, left.column):
            return left if left.column is right.column else right
        if self.secondary is not None:
            first, second = left.column.table is self.secondary, right.column.table is self.secondary
            if first != second:
                return left if first else right
        return None

    def _references(self, one: Column, other: Column) -> bool:
        return any(self.keys.strictly(key) is other for key in one.foreign_keys)

    def _mark_remote(self) -> None:
        if self._has(REMOTE):
            return
        if self.secondary is not None:
            for ref in self._all():
                if ref.column.table is self.secondary:
                    ref.marks.add(REMOTE)
        elif self.remote_side:
            if self._self_referring():
                self._mark_each(lambda ref: ref.column in self.remote_side, given=True)
            else:
                for ref in self._all():
                    if ref.column in self.remote_side:
                        ref.marks.add(REMOTE)
        elif self._self_referring():
            self._mark_each(lambda ref: FOREIGN in ref.marks, given=False)
        elif set(self.parent) & set(self.child):
            self._mark_overlapping()
        else:
            local = self.owner.table
            for ref in self._all():
                at = ref.column.table
                if at in self.child and (at is not local or at is self.target.table):
                    ref.marks.add(REMOTE)

    def _self_referring(self) -> bool:
        both = set(self.parent) & set(self.child)
        return any(
            isinstance(left, Ref) and isinstance(right, Ref) and {left.column.table, right.column.table} <= both
            for left, right in (node.parts for node in comparisons(self.primary))
        )

    def _mark_each(self, wanted: Callable[[Ref], bool], *, given: bool) -> None:
        for node in comparisons(self.primary):
            left, right = node.parts
            if isinstance(left, Ref) and isinstance(right, Ref):
                if wanted(left):
                    left.marks.add(REMOTE)
                if wanted(right) and left.column is not right.column:
                    right.marks.add(REMOTE)
            elif not given:
                self._not_simple()

    def _mark_overlapping(self) -> None:
        for node in comparisons(self.primary):
            left, right = node.parts
            if not isinstance(left, Ref) or not isinstance(right, Ref):
                self._not_simple()
                continue
            for one, other in ((left, right), (right, left)):
                if other.column.table in self.child and one.column.table in self.parent:
                    other.marks.add(REMOTE)

    def _not_simple(self) -> None:
        message = (
            f"Non-simple column elements in primary join condition for property {self.relationship} - consider using remote() "
            "annotations to mark the remote side."
        )
        self.warnings.append(("local-remote", message))

    def _mark_local(self) -> None:
        if self._has(LOCAL):
            return
        for ref in refs(self.primary):
            if REMOTE not in ref.marks and ref.column.table in self.parent:
                ref.marks.add(LOCAL)

    # --- pairs -----------------------------------------------------------------------------------------------------

    def _is_mapped(self, column: Column) -> bool:
        if column.table is None:
            return False
        return column.table is self.secondary or _holds(self.owner, column) or _holds(self.target, column)

    def _pairs(self) -> None:
        local_remote: list[tuple[Column, Column]] = []
        written: list[list[tuple[Column, Column]]] = [[], []]

        def gather(collection: list[tuple[Column, Column]], node: Node, left: Ref, right: Ref) -> None:
            if REMOTE in right.marks and REMOTE not in left.marks and self._is_mapped(left.column):
                local_remote.append((left.column, right.column))
            elif REMOTE in left.marks and REMOTE not in right.marks and self._is_mapped(right.column):
                local_remote.append((right.column, left.column))
            if node.operator == "==" and self._is_mapped(left.column) and self._is_mapped(right.column):
                if FOREIGN in right.marks:
                    collection.append((left.column, right.column))
                elif FOREIGN in left.marks:
                    collection.append((right.column, left.column))

        compared(self.primary, lambda node, left, right: gather(written[0], node, left, right))
        compared(self.second, lambda node, left, right: gather(written[1], node, left, right))
        self.relationship.pairs = list(dict.fromkeys(local_remote))
        self.writes = written
        self.relationship.synchronize = [*written[0], *written[1]]

    def _check_foreign(self, clause: Clause, *, primary: bool) -> None:
        foreign = any(FOREIGN in ref.marks for ref in refs(clause))
        can_write = bool(self.writes[0] if primary else self.writes[1])
        viewonly = self.relationship.viewonly
        if (not viewonly and can_write) or (viewonly and foreign):
            return
        which = "primary" if primary else "secondary"
        if not viewonly and foreign:
            raise RefusedError(
                "primaryjoin-no-equality",
                "Could not locate any simple equality expressions involving locally mapped foreign key columns for "
                f"{which} join condition '{clause}' on relationship {self.relationship}.",
            )
        raise RefusedError(
            "primaryjoin-no-foreign",
            f"Could not locate any relevant foreign key columns for {which} join condition '{clause}' on relationship "
            f"{self.relationship}.",
        )

    # --- direction -------------------------------------------------------------------------------------------------

    def _direction(self) -> None:
        self.relationship.direction = self._found_direction()

    def _found_direction(self) -> str:
        if self.second is not None:
            return MANY_TO_MANY
        foreign = {ref.column for ref in refs(self.primary) if FOREIGN in ref.marks}
        in_child = {column for column in foreign if column.table in self.child}
        in_parent = {column for column in foreign if column.table in self.parent}
        if in_child and in_parent:
            remote = {r.column for r in refs(self.primary) if {FOREIGN, REMOTE} <= r.marks}
            local = {r.column for r in refs(self.primary) if FOREIGN in r.marks and REMOTE not in r.marks}
            if remote and local:
                everywhere = {r.column for r in self._all() if REMOTE in r.marks} & {
                    r.column for r in self._all() if LOCAL in r.marks
                }
                remote, local = remote - everywhere, local - everywhere
            if bool(remote) != bool(local):
                return ONE_TO_MANY if remote else MANY_TO_ONE
            raise RefusedError(
                "direction",
                f"Can't determine relationship direction for relationship '{self.relationship}' - foreign key columns within "
                "the join condition are present in both the parent and the child's mapped tables.",
            )
        if in_child:
            return ONE_TO_MANY
        if in_parent:
            return MANY_TO_ONE
        raise RefusedError(
            "direction",
            f"Can't determine relationship direction for relationship '{self.relationship}' - foreign key columns are "
            "present in neither the parent nor the child's mapped tables",
        )

    def _check_remote(self) -> None:
        if not self.relationship.pairs:
            raise RefusedError(
                "local-remote",
                f"Relationship {self.relationship} could not determine any unambiguous local/remote column pairs based on "
                "join condition and remote_side arguments.",
            )
        only_parent = set(self.parent) - set(self.child)
        for _, remote in self.relationship.pairs:
            if remote.table in only_parent:
                self.warnings.append(
                    (
                        "local-remote",
                        f"Expression {remote} is marked as 'remote', but these column(s) are local to the local side.",
                    )
                )


def _holds(mapped: Mapped, column: Column) -> bool:
    """Whether a column is one of those that a class is read from: the join of several tables is made once and for all."""
    tables = mapped.tables
    if column.table not in tables:
        return False
    return len(tables) == 1 or not column.extends or column.order <= mapped.made
