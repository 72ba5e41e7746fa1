"""``atomlint models``: the mapped classes of a project, and where SQLAlchemy would refuse them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..finding import Span
    from ..index.mapping.graph import Mapping
    from ..index.mapping.problems import Problem
    from ..index.mapping.records import ForeignKey, Mapped, Place, Relationship, Table


@click.command()
@click.argument("path", default=".", type=click.Path())
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "mermaid", "dot"]),
    default="table",
    show_default=True,
    help="How to print it.",
)
@click.option("--config", multiple=True, metavar="PATH|KEY=VALUE", help="As for check.")
@click.option("--isolated", is_flag=True, help="Look for no configuration file.")
def models(path: str, form: str, config: tuple[str, ...], isolated: bool) -> None:
    """Print what SQLAlchemy would make of the project at PATH: mapped classes, tables, relationships with direction and
    reverse, foreign keys, and where each problem sits.

    Problems are those of the rules `orm-*`, whatever the configuration selects or ignores. A direction that depends on
    something unknown is left out. Nothing is executed. Tests do not count. Exit status: 0, with problems too (`check`
    fails for them), or 2 when a file could not be read.
    """
    from ..engine import Engine, Request, UsageError
    from ..output.encode import write_json
    from ..output.text import harmless
    from .env import fail
    from .models_drawn import as_dot, as_mermaid, as_table

    if not Path(path).exists():
        fail([f"no such file or directory: {path}"])
    engine = Engine()
    try:
        request = Request(paths=() if path == "." else (path,), config=config, isolated=isolated)
        _, _, index, troubles = engine.program(request)
        found = as_json(index.mapping)
    except UsageError as error:
        fail(error.messages)
    finally:
        engine.close()
    if form == "json":
        write_json(found, sys.stdout)
    else:
        for line in {"table": as_table, "mermaid": as_mermaid, "dot": as_dot}[form](found):
            click.echo(harmless(line))
    if troubles:
        fail([f"{file}: does not parse: line {p.line}: {p.message}" for file, p in sorted(troubles.items())])


def as_json(mapping: Mapping) -> dict[str, Any]:
    """The graph for programs; every other format is made of it."""
    problems = mapping.problems  # first: what is refused when it is defined is not configured
    related: dict[Mapped, list[Relationship]] = {}
    owners = {mapped.table: mapped for mapped in reversed(mapping.classes) if mapped.inheritance != "single"}
    for relationship in mapping.relationships:
        related.setdefault(relationship.owner, []).append(relationship)
    return {
        "version": "1.0",
        "classes": [class_json(mapping, mapped, related.get(mapped, [])) for mapped in mapping.classes],
        "tables": [table_json(mapping, table, table.owner or owners.get(table)) for table in mapping.tables],
        "problems": [problem_json(mapping, problem) for problem in problems],
    }


def class_json(mapping: Mapping, mapped: Mapped, relationships: list[Relationship]) -> dict[str, Any]:
    """One mapped class with its relationships; those that it inherits are with the class that has them."""
    return {
        "name": dotted(mapped),
        **where(mapping, mapped.place),
        "table": mapped.table.fullname if mapped.table is not None else None,
        "inherits": dotted(mapped.inherits) if mapped.inherits is not None else None,
        "inheritance": mapped.inheritance or None,
        "complete": not mapped.is_open,
        "relationships": [relationship_json(mapping, relationship) for relationship in relationships],
    }


def relationship_json(mapping: Mapping, relationship: Relationship) -> dict[str, Any]:
    """One relationship; its direction is None where configuration did not come to its end."""
    return {
        "name": relationship.name,
        **where(mapping, relationship.place),
        "target": dotted(relationship.target) if relationship.target is not None else None,
        "direction": relationship.direction or None,
        "reverse": list(dict.fromkeys(f"{dotted(other.owner)}.{other.name}" for other in relationship.reverse)),
        "back_populates": relationship.back_populates or None,
        "backref": relationship.backref or None,
        "generated": relationship.generated,
        "secondary": relationship.secondary.fullname if relationship.secondary is not None else None,
        "viewonly": relationship.viewonly,
        "on": [f"{local} = {remote}" for local, remote in relationship.pairs],
    }


def table_json(mapping: Mapping, table: Table, owner: Mapped | None) -> dict[str, Any]:
    """One table: columns and foreign keys, and the class that is mapped to it."""
    return {
        "name": table.fullname,
        **where(mapping, table.place or (owner.place if owner is not None else None)),
        "class": dotted(owner) if owner is not None else None,
        "variable": table.variable or None,
        "complete": not table.open,
        "columns": [
            {"name": column.name, "primary_key": column.primary_key, **where(mapping, column.place)}
            for column in table.columns.values()
        ],
        "foreign_keys": [key_json(mapping, key) for key in table.foreign_keys],
    }


def key_json(mapping: Mapping, key: ForeignKey) -> dict[str, Any]:
    """One foreign key. Its state is ``found``, ``missing``, or ``unknown`` where that depends on something unknown."""
    from ..index.mapping.keys import NoColumnError, NoTableError, target_of
    from ..index.mapping.lookup import OpenError

    named = target_of(key) if key.target else None
    target, state, text = None, "found", f"{named.key}.{named.column}" if named is not None else ""
    try:
        column = mapping.configurator.keys.column(key)
        if column.table is not None:
            target, text = column.table.fullname, f"{column.table.fullname}.{column.name}"
    except (NoTableError, NoColumnError):
        state = "missing"
    except OpenError:
        state = "unknown"
    return {
        "column": key.column.name,
        "target": text or None,
        "table": target,
        "state": state,
        **where(mapping, key.place or key.column.place),
    }


def problem_json(mapping: Mapping, problem: Problem) -> dict[str, Any]:
    """One cause, with what else goes wrong because of it."""
    span = mapping.span(problem)
    return {
        "rule": f"orm-{problem.kind}",
        "severity": problem.severity.value,
        "confidence": problem.confidence.value,
        "owner": problem.owner,
        "attribute": problem.attribute or None,
        "path": span.path,
        "line": span.start.line,
        "reason": problem.reason or None,
        "message": problem.message,
        "repair": problem.repair or None,
        "related": [{**where(mapping, other.place), "message": other.message} for other in problem.related],
        "consequences": [
            {"path": (at := mapping.span(other)).path, "line": at.start.line, "message": other.message}
            for other in problem.consequences
        ],
    }


def dotted(mapped: Mapped) -> str:
    """``module.Class``."""
    return f"{mapped.module}.{mapped.name}" if mapped.module else mapped.name


def where(mapping: Mapping, place: Place | Span | None) -> dict[str, Any]:
    """Path and line of a `Place` or span; None where something stands nowhere."""
    if place is None:
        return {"path": None, "line": None}
    span = mapping.span_of(place)
    return {"path": span.path, "line": span.start.line}
