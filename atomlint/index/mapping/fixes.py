"""Edits that repair problems, where what was meant is plain. All of them are for the author to look at."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ...finding import Edit, Position, Span
from .joins import MANY_TO_ONE
from .problems import Problem, Repair

if TYPE_CHECKING:
    from .configurator import Configurator
    from .graph import Mapping
    from .records import Column, Mapped, Relationship


class Fixes:
    """Gives problems their repairs."""

    def __init__(self, mapping: Mapping, configurator: Configurator) -> None:
        self.mapping = mapping
        self.index = mapping.index
        self.configurator = configurator

    def add(self, problem: Problem) -> None:
        """What repairs a problem, as words and as edits."""
        made = problem.subject
        if made is None or made.generated:
            return
        if problem.kind == "back-populates-missing":
            self._counterpart(problem, made)
        elif problem.kind in ("ambiguous-fk",):
            self._foreign_keys(problem, made)
        elif problem.kind == "overlaps":
            self._overlaps(problem, made)
        elif problem.kind == "delete-orphan":
            problem.repair = (
                "put the cascade on the other half; or say single_parent=True when a row has one parent alone"
            )
            self._argument(problem, made, "single_parent=True")
        elif problem.kind == "same-direction":
            self._remote_side(problem, made)

    # --- edits of the call -----------------------------------------------------------------------------------------

    def _argument(self, problem: Problem, made: Relationship, argument: str) -> None:
        """One more argument at the end of the call."""
        span = self.mapping.span_of(made.place)
        source = self.index.sources.source(span.path)
        if source is None or made.place.kind != "call":
            return
        line = source.lines[span.end.line - 1]
        before = line[: span.end.column - 2].rstrip()
        if not before or (span.start.line != span.end.line and not before.strip()):
            return
        record = self.index.call(made.place.path, made.place.ordinal)
        given = bool(record.args or record.keywords)
        separator = "" if before.endswith("(") or not given else " " if before.endswith(",") else ", "
        at = Position(span.end.line, len(before) + 1)
        problem.fixes.append(Repair(f"add {argument}", (Edit(Span(span.path, at, at), f"{separator}{argument}"),)))

    def _counterpart(self, problem: Problem, made: Relationship) -> None:
        target = made.target
        if target is None:
            return
        names = [
            other.name
            for other in self.configurator.relationships
            if other.owner is target and other.target is made.owner and other.back_populates == made.name
        ]
        if len(names) == 1:
            problem.repair = f"{target.name}.{names[0]} already names {made}: name it in turn"
            span = self._text_of(made, "back_populates", made.back_populates)
            if span is not None:
                problem.fixes.append(Repair(f'name "{names[0]}"', (Edit(span, f'"{names[0]}"'),)))
            return
        problem.repair = f'give {target.name} the other half, or take back_populates="{made.back_populates}" away'
        edit = self._new_half(made, target)
        if edit is not None:
            problem.fixes.append(Repair(f'add "{made.back_populates}" to {target.name}', (edit,)))

    def _text_of(self, made: Relationship, keyword: str, text: str) -> Span | None:
        """Where a keyword's string stands."""
        spans = self.index.project.spans(made.place.path)
        if spans is None or made.place.kind != "call":
            return None
        at = spans.calls[4 * made.place.ordinal : 4 * made.place.ordinal + 4]
        found: list[ast.expr] = []

        def wanted(node: ast.AST) -> bool:
            if isinstance(node, ast.Call):
                found.extend(k.value for k in node.keywords if k.arg == keyword)
            return any(node is value for value in found) and isinstance(node, ast.Constant) and node.value == text

        return self.index.find_node(made.place.path, (at[0], at[1], at[2], at[3]), wanted)

    def _new_half(self, made: Relationship, target: Mapped) -> Edit | None:
        """A new attribute below the others of the target; None when its place or its form is not plain.

        ``relationship`` has to mean the same in the target's module; SQLModel needs an annotation, which is not guessed.
        """
        callee = self.index.call(made.place.path, made.place.ordinal).callee if made.place.kind == "call" else None
        cls = target.cls
        spans, source = self.index.project.spans(cls.path), self.index.sources.source(cls.path)
        if type(callee) is not str or spans is None or source is None or "Relationship" in callee:
            return None
        linker = self.index.project.linker
        meaning = linker.evaluate(made.place.path, made.owner.cls.ordinal, callee)
        if not meaning or linker.evaluate(cls.path, cls.ordinal, callee) != meaning:
            return None
        facts = cls.table.facts
        places = [p for p in cls.table.assigns_in.get(cls.ordinal, ()) if facts.assigns[p].frame == 0]
        if not places:
            return None
        first, _, last, _ = spans.assigns[4 * places[-1] : 4 * places[-1] + 4]
        text = source.lines[first - 1]
        indent = text[: len(text) - len(text.lstrip())]
        if not indent or ";" in source.lines[last - 1]:
            return None
        end = Position(last, len(source.lines[last - 1]) + 1)
        half = f'{made.back_populates} = {callee}("{made.owner.name}", back_populates="{made.name}")'
        return Edit(Span(cls.path, end, end), f"\n{indent}{half}")

    # --- what is meant ---------------------------------------------------------------------------------------------

    def _foreign_keys(self, problem: Problem, made: Relationship) -> None:
        candidates = self.configurator.candidates.get(id(made), [])
        told = ", ".join(dict.fromkeys(str(column) for column in candidates))
        problem.repair = (
            f"say which one is meant with foreign_keys=[...]: {told}" if told else "give foreign_keys=[...]"
        )
        own = [column for column in candidates if column.table is made.owner.table]
        fitting = [column for column in own if is_named_like(column, made.name)]
        if len(fitting) == 1 and fitting[0].attribute is not None and fitting[0].attribute.owner is made.owner:
            self._argument(problem, made, f"foreign_keys=[{fitting[0].attribute.name}]")

    def _overlaps(self, problem: Problem, made: Relationship) -> None:
        halves = [
            o for o in problem.others if o.target is made.owner and o.owner is made.target and not o.back_populates
        ]
        names = ",".join(sorted(dict.fromkeys(other.name for other in problem.others)))
        if len(halves) == 1 and not made.back_populates:
            problem.reason = f"{made} and {halves[0]} are halves of one relationship, and neither names the other"
            problem.repair = (
                f'give {made} back_populates="{halves[0].name}", and {halves[0]} back_populates="{made.name}"'
            )
            return
        problem.reason = f"{made} and {', '.join(map(str, problem.others))} write one column"
        problem.repair = f'link them by back_populates, make one viewonly=True, or say overlaps="{names}"'
        self._argument(problem, made, f'overlaps="{names}"')

    def _remote_side(self, problem: Problem, made: Relationship) -> None:
        problem.repair = "give the many-to-one half remote_side=[...], the column that it refers to"
        if made.target is None or made.target.root is not made.owner.root or made.direction == MANY_TO_ONE:
            return
        keys = made.owner.table.primary_key if made.owner.table is not None else []
        if made.uselist is False and len(keys) == 1 and keys[0].attribute is not None:
            self._argument(problem, made, f"remote_side=[{keys[0].attribute.name}]")


def is_named_like(column: Column, attribute: str) -> bool:
    """Whether a column is called as the relationship is, with the usual ending."""
    return column.key in (f"{attribute}_id", f"{attribute}_uuid", f"{attribute}_fk", f"id_{attribute}")
