"""The mapped-model graph as a table, a Mermaid flowchart and a Graphviz digraph, made of its JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Graph = dict[str, Any]
"""What `atomlint.cli.models.as_json` makes."""


def as_table(graph: Graph) -> list[str]:
    """A section each for classes, tables, relationships, foreign keys and problems, and a last line that counts them."""
    classes, tables, problems = graph["classes"], graph["tables"], graph["problems"]
    titles = shortened([cls["name"] for cls in classes])
    ties = [
        (
            f"{titles[cls['name']]}.{tie['name']}", titles.get(tie["target"], "?"), tie["direction"] or "?",
            ", ".join(short(titles, name) for name in tie["reverse"]) or "-", tie["secondary"] or "-", at(tie),
        )
        for cls in classes
        for tie in cls["relationships"]
    ]  # fmt: skip
    keys = [
        (f"{table['name']}.{key['column']}", shown_target(key), at(key))
        for table in tables
        for key in table["foreign_keys"]
    ]
    lines = section(
        ("class", "table", "inherits", "place"),
        [
            (titles[cls["name"]], cls["table"] or "-", titles.get(cls["inherits"], cls["inherits"] or "-"), at(cls))
            for cls in classes
        ],
    )
    lines += section(
        ("table without a class", "columns", "place"),
        [(table["name"], str(len(table["columns"])), at(table)) for table in tables if table["class"] is None],
    )
    lines += section(("relationship", "to", "direction", "reverse", "secondary", "place"), ties)
    lines += section(("foreign key", "refers to", "place"), keys)
    lines += section(
        ("problem", "severity", "of", "place", "why"),
        [
            (
                problem["rule"],
                problem["severity"],
                subject(problem),
                at(problem),
                problem["reason"] or problem["message"],
            )
            for problem in problems
        ],
    )
    counts = (
        (len(classes), "classes"), (len(tables), "tables"), (len(ties), "relationships"), (len(keys), "foreign keys"),
        (len(problems), "problems"),
    )  # fmt: skip
    return [*lines, ", ".join(f"{number:,} {name}" for number, name in counts)]


def as_mermaid(graph: Graph) -> list[str]:
    """A Mermaid flowchart: relationships are solid lines, foreign keys dotted ones, and what has a problem is red."""
    drawing = Drawing(graph)
    lines = ["flowchart LR", "  classDef problem stroke:#c00,stroke-width:2px"]
    for number, node in enumerate(drawing.nodes):
        text = "<br/>".join(map(escaped, node.lines))
        lines.append(f'  n{number}[("{text}")]' if node.is_table else f'  n{number}["{text}"]')
    arrows = {"relationship": "-->", "both": "<-->", "key": "-.->", "inherits": "==>"}
    lines += [f'  n{edge.start} {arrows[edge.kind]}|"{escaped(edge.text)}"| n{edge.end}' for edge in drawing.edges()]
    wrong = [f"n{number}" for number, node in enumerate(drawing.nodes) if node.is_wrong]
    return [*lines, *([f"  class {','.join(wrong)} problem"] if wrong else [])]


def as_dot(graph: Graph) -> list[str]:
    """A Graphviz digraph, drawn like the flowchart."""
    drawing = Drawing(graph)
    lines = ["digraph models {", "  rankdir=LR;", "  node [shape=box, fontname=monospace];"]
    for number, node in enumerate(drawing.nodes):
        shape = ", shape=cylinder" if node.is_table else ""
        color = ", color=red" if node.is_wrong else ""
        text = "\\n".join(map(quoted, node.lines))
        lines.append(f'  n{number} [label="{text}"{shape}{color}];')
    styles = {"relationship": "", "both": ", dir=both", "key": ", style=dotted", "inherits": ", arrowhead=empty"}
    lines += [
        f'  n{edge.start} -> n{edge.end} [label="{quoted(edge.text)}"{styles[edge.kind]}];' for edge in drawing.edges()
    ]
    return [*lines, "}"]


class Node(NamedTuple):
    """A class with its table, or a table without a class."""

    lines: list[str]
    is_table: bool
    is_wrong: bool


class Edge(NamedTuple):
    """A line between nodes. Kinds: ``relationship``, ``both`` (with its reverse), ``key``, ``inherits``."""

    start: int
    end: int
    kind: str
    text: str


class Drawing:
    """Nodes and edges of the pictures; a relationship and its reverse are one edge."""

    def __init__(self, graph: Graph) -> None:
        self.classes, self.tables = graph["classes"], [t for t in graph["tables"] if t["class"] is None]
        self.all_tables = graph["tables"]
        titles = shortened([cls["name"] for cls in self.classes])
        wrong: dict[str, list[Graph]] = {}
        for problem in graph["problems"]:
            wrong.setdefault(problem["owner"], []).append(problem)
        self.nodes: list[Node] = []
        self.at: dict[str, int] = {}
        """Node by the name of a class."""
        self.table_at: dict[str, int] = {}
        for cls in self.classes:
            self.at.setdefault(cls["name"], len(self.nodes))
            found = of_class(wrong.get(cls["name"].rpartition(".")[2], []), cls, self.classes)
            lines = [titles[cls["name"]], *([cls["table"]] if cls["table"] else []), *map(told, found)]
            self.nodes.append(Node(lines, False, bool(found)))
        for table in self.all_tables:
            if table["class"] in self.at:
                self.table_at.setdefault(table["name"], self.at[table["class"]])
        for table in self.tables:
            self.table_at.setdefault(table["name"], len(self.nodes))
            names = {table["name"], table["variable"]}
            found = [
                problem
                for problem in graph["problems"]
                if problem["owner"] in names or (problem["path"], problem["line"]) == (table["path"], table["line"])
            ]
            self.nodes.append(Node([table["name"], *map(told, found)], True, bool(found)))

    def edges(self) -> Iterator[Edge]:
        """Relationships, inheritance, then foreign keys whose column is known."""
        drawn: set[str] = set()
        for number, cls in enumerate(self.classes):
            for tie in cls["relationships"]:
                name = f"{cls['name']}.{tie['name']}"
                if tie["target"] not in self.at or name in drawn:
                    continue
                drawn.update(tie["reverse"])
                text = " / ".join([tie["name"], *(other.rpartition(".")[2] for other in tie["reverse"])])
                text += f": {tie['direction'] or '?'}" + (f" by {tie['secondary']}" if tie["secondary"] else "")
                yield Edge(number, self.at[tie["target"]], "both" if tie["reverse"] else "relationship", text)
            if cls["inherits"] in self.at:
                yield Edge(number, self.at[cls["inherits"]], "inherits", f"inherits ({cls['inheritance'] or '?'})")
        for table in self.all_tables:
            for key in table["foreign_keys"]:
                if table["name"] in self.table_at and key["table"] in self.table_at:
                    yield Edge(self.table_at[table["name"]], self.table_at[key["table"]], "key", key["column"])


def of_class(problems: list[Graph], cls: Graph, classes: list[Graph]) -> list[Graph]:
    """Those problems of a class's name that are its own: of several of that name, the one in the problem's file."""
    name = cls["name"].rpartition(".")[2]
    paths = {other["path"] for other in classes if other["name"].rpartition(".")[2] == name}
    return [problem for problem in problems if problem["path"] == cls["path"] or problem["path"] not in paths]


def told(problem: Graph) -> str:
    """A problem in a node."""
    return f"! {problem['rule']}{' ' + problem['attribute'] if problem['attribute'] else ''} {at(problem)}"


def shortened(names: Sequence[str]) -> dict[str, str]:
    """Dotted names without their module, where that leaves no doubt."""
    counts: dict[str, int] = {}
    lasts = {name: name.rpartition(".")[2] for name in names}
    for last in lasts.values():
        counts[last] = counts.get(last, 0) + 1
    return {name: last if counts[last] == 1 else name for name, last in lasts.items()}


def short(titles: dict[str, str], attribute: str) -> str:
    """``module.Class.attribute`` with the title of its class."""
    owner, _, name = attribute.rpartition(".")
    return f"{titles.get(owner, owner)}.{name}"


def subject(problem: Graph) -> str:
    """What a problem is about."""
    return f"{problem['owner']}.{problem['attribute']}" if problem["attribute"] else str(problem["owner"])


def shown_target(key: Graph) -> str:
    """What a foreign key refers to, and whether it is there."""
    return (key["target"] or "?") + ("" if key["state"] == "found" else f" ({key['state']})")


def at(thing: Graph) -> str:
    """``path:line``."""
    return f"{thing['path']}:{thing['line']}" if thing["path"] else "-"


def section(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Aligned columns under their heads, and an empty line; nothing without rows."""
    if not rows:
        return []
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (heads, *rows)]
    return [*(line.rstrip() for line in lines), ""]


def escaped(text: str) -> str:
    """A text in Mermaid's quotes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def quoted(text: str) -> str:
    """A text in Graphviz' quotes."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
