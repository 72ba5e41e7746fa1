"""The page on catalog rows, from the row types themselves: fields, types and what their docstrings say."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import TYPE_CHECKING

from atomlint.index.catalog import KINDS

if TYPE_CHECKING:
    import msgspec

HEAD = """# Library knowledge

What atomlint knows of libraries is data: TOML rows that say which call is a round trip, which callable calls its argument,
which decorator keeps answers, what registers an entry point. The built-in rows are in `rules/catalog/`, and the tests run
each of them against the real thing. A team's own are added in the configuration, where every row says its `kind`:

```toml
[[tool.atomlint.catalog]]
kind = "client"
type = "acme.cache.Store"
methods = { fetch = { trips = 1, commands = 2 } }
free = ["close"]

[[tool.atomlint.catalog]]
kind = "cache-decorator"
names = ["acme.caching.kept"]
ttl = ["seconds"]

[[tool.atomlint.catalog]]
kind = "carrier"
names = ["acme.resilience.Breaker().call"]
```

Names are dotted, from the root of the project or of the library; `()` stands for what a call returns:
`redis.Redis().get`. A rule pack puts rows into `catalog/*.toml`, one table an entry: `[[client]]`, `[[carrier]]` and so on.
"""


def catalog_page() -> str:
    """The whole page."""
    parts = [HEAD]
    for kind, row in KINDS.items():
        summary, fields = described(row)
        parts.append(f"## {kind}\n\n{summary}\n\n| key | type | meaning |\n| --- | --- | --- |")
        parts += [f"| `{name}` | {type_} | {meaning} |" for name, type_, meaning in fields]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def described(row: type[msgspec.Struct]) -> tuple[str, list[tuple[str, str, str]]]:
    """A row type's sentence, and its keys with their types and meanings."""
    node = ast.parse(textwrap.dedent(inspect.getsource(row))).body[0]
    if not isinstance(node, ast.ClassDef):
        raise TypeError(row)
    fields = []
    for statement, follows in zip(node.body, [*node.body[1:], ast.Pass()], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id.replace("_", "-")
            fields.append(
                ("entry" if (row.__name__, name) == ("EntryRow", "kind") else name, typed(statement), said(follows))
            )
    return flat(inspect.cleandoc(row.__doc__ or "")).partition(": ")[2].capitalize(), fields


def typed(statement: ast.AnnAssign) -> str:
    """A field's annotation as a table cell."""
    text = ast.unparse(statement.annotation).replace("|", "or").replace("'", '"')
    return f"`{text}`" + ("" if statement.value is not None else ", required")


def said(node: ast.stmt) -> str:
    """The docstring that follows a field; empty when none does."""
    value = node.value if isinstance(node, ast.Expr) else None
    return flat(str(value.value)) if isinstance(value, ast.Constant) else ""


def flat(text: str) -> str:
    """One line, in Markdown."""
    return " ".join(text.replace("``", "`").replace("|", "\\|").split())
