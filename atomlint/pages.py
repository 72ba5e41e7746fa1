"""A rule's page in Markdown, made of its docstring and what it declares: ``explain`` prints it, the docs publish it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .declare import Rule

IDLE = """\
Code behind a setting that is off by default, and that no file of the repository turns on, is of low confidence."""
"""What the pages of rules about running code say besides."""
LANGUAGES = {"py": "python", "toml": "toml", "md": "markdown", "env": "shell"}


def page(rule: Rule) -> str:
    """Markdown: title, summary, a table of what is declared, then the docstring's sections."""
    lines = [f"# {rule.id}", "", rule.sections[""], ""]
    facts = [("Severity", rule.severity.value), ("Status", rule.status.value), ("Since", rule.since or "unreleased")]
    lines += ["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in facts), ""]
    for title, body in rule.sections.items():
        if not title:
            continue
        if title == "limits" and rule.only_running:
            lines += ["## Limits", "", body, "", IDLE, ""]
        elif title == "configuration" and rule.options:
            lines += ["## Configuration", "", body, "", *options(rule), ""]
        else:
            lines += [f"## {title.capitalize()}", "", fenced(body) if title in ("bad", "good") else body, ""]
    if rule.options and "configuration" not in rule.sections:
        lines += ["## Configuration", "", *options(rule), ""]
    return "\n".join(lines).rstrip() + "\n"


def options(rule: Rule) -> list[str]:
    """A table of the rule's options."""
    from .config.show import toml

    rows = [f"| `{o.name}` | {o.type_name} | `{toml(o.default)}` | {o.doc} |" for o in rule.options]
    head = ["| option | type | default | meaning |", "| --- | --- | --- | --- |"]
    declared = [
        f"`{o.name}` can be declared for the whole project as `{o.declared}` of the block `atomlint-deploy`."
        for o in rule.options
        if o.declared
    ]
    return [f"In `[tool.atomlint.rules.{rule.id}]`:", "", *head, *rows, *([""] if declared else []), *declared]


def fenced(body: str) -> str:
    """Indented examples as fenced code, a block for each file that ``--- path`` begins; other text stays."""
    import textwrap

    if not all(line.startswith("    ") or not line for line in body.splitlines()):
        return body
    head, *files = re.split(r"^--- *(.+?) *$", textwrap.dedent(body), flags=re.MULTILINE)
    blocks = [f"```python\n{head.strip()}\n```"] if head.strip() else []
    for path, text in zip(files[::2], files[1::2], strict=True):
        blocks.append(f"`{path}`:\n\n```{LANGUAGES.get(path.rpartition('.')[2], 'text')}\n{text.strip()}\n```")
    return "\n\n".join(blocks)
