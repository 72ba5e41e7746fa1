"""Generated models held against the judge, and what is left of a disagreement when everything that does not matter is taken away."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings

from .agreement import Agreement, Tally, claims, compare
from .specs import written
from .strategies import graphs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .judge import Judge
    from .specs import Graph


class Disagreement(NamedTuple):
    """Models of which the two say different things."""

    files: dict[str, str]
    done: tuple[str, ...]
    """The mutations; none where the models are valid."""
    agreement: Agreement

    @classmethod
    def of(cls, judge: Judge, files: dict[str, str], done: tuple[str, ...]) -> Disagreement:
        """What the two say, the judge in a process for this alone."""
        return cls(files, done, compare(judge.verdict(files), claims(files, judge.version)))


def drawn(number: int, start: int, version: str = "") -> list[Graph]:
    """So many graphs by Hypothesis; the same for the same seed. For 1.4, those without ``Mapped``."""
    found: list[Graph] = []

    @seed(start)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(graphs(annotated=False if version == "1.4" else None))
    def draw(graph: Graph) -> None:
        found.append(graph)

    draw()
    return found


def disagreements(judge: Judge, many: Iterable[Graph], tally: Tally) -> list[Disagreement]:
    """Those of the graphs on which the two differ; the tally counts all.

    The judge looks at many together; those that seem to differ, it is asked about once more, each alone.
    """
    kept = [(graph, written(graph)) for graph in many]
    suspects: list[tuple[dict[str, str], tuple[str, ...]]] = []
    for (graph, files), verdict in zip(kept, judge.verdicts(files for _, files in kept), strict=True):
        agreement = compare(verdict, claims(files, judge.version))
        if agreement:
            tally.add(agreement)
        else:
            suspects.append((files, tuple(graph.done)))
    found = [Disagreement.of(judge, files, done) for files, done in suspects]
    for one in found:
        tally.add(one.agreement)
    return [one for one in found if not one.agreement]


def shrunk(judge: Judge, one: Disagreement) -> Disagreement:
    """The same kind of disagreement on less: statements are taken away as long as it stays."""
    signature = one.agreement.signature()
    best = one

    def differs(files: dict[str, str]) -> Agreement | None:
        try:
            agreement = compare(judge.verdict(files), claims(files, judge.version))
        except RuntimeError:
            return None
        return agreement if agreement.signature() == signature else None

    again = True
    while again:
        again = False
        for path in best.files:
            for start, end in reversed(spans(best.files[path])):
                lines = best.files[path].splitlines(keepends=True)
                if end > len(lines):
                    continue
                less = best.files | {path: "".join(lines[: start - 1] + lines[end:])}
                if not parses(less[path]):
                    continue
                agreement = differs(less)
                if agreement is not None:
                    best = Disagreement(less, one.done, agreement)
                    again = True
    return best


def spans(text: str) -> list[tuple[int, int]]:
    """First and last line of every statement, classes before what is in them."""
    found = [
        (min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]), node.end_lineno or node.lineno)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.stmt) and not is_head(node)
    ]
    return sorted(found, key=lambda span: (span[0], -span[1]))


def is_head(node: ast.stmt) -> bool:
    """Imports and the base, without which everything else means something else."""
    names = [target.id for target in getattr(node, "targets", ()) if isinstance(target, ast.Name)]
    return isinstance(node, (ast.Import, ast.ImportFrom)) or "Base" in (getattr(node, "name", ""), *names)


def parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
