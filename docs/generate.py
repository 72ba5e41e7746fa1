"""Write what the documentation takes from the program: rule pages, configuration, commands, the README's example.

``--check`` writes nothing, names what is stale, and ends with 1.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from agents_page import agents_page
from catalog_page import catalog_page

from atomlint.cli import COMMANDS, main
from atomlint.config.schema import schema
from atomlint.config.show import toml
from atomlint.pages import options, page
from atomlint.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "incident" / "before"
SHOWN = "redis-per-request,fly-mode-variable-missing"
"""The rules whose findings the README shows."""
LEVELS = ("info", "warning", "error", "low", "medium", "high")
BEGIN = "<!-- begin: written by docs/generate.py -->\n"
END = "<!-- end -->"
MADE = "<!-- Written by docs/generate.py: change the program, then run `make docs`. -->\n\n"

CONFIGURATION = """# Configuration

In `[tool.atomlint]` of `pyproject.toml`, or at the top of an `atomlint.toml`. The nearest one at or above the working
directory is used, up to the root of the repository; its directory is the project's root. Without any, the root of the
repository is, and every key has its default. A configuration further down begins a project of its own: one run checks
both, each by its own configuration.

```toml
[tool.atomlint]
src = ["backend"]
ignore = ["runtime"]
extend-exclude = ["vendor/"]

[tool.atomlint.per-file-ignores]
"scripts/**" = ["purge"]

[tool.atomlint.severities]
redis = "error"

[tool.atomlint.rules.runtime-tight-poll]
budget = 60.0
```

`atomlint config show` prints what is in effect and where each value comes from; `atomlint config schema` prints the
JSON schema for editors. A wrong key, type or value ends the run with status 2 and names the nearest right one. On the
command line, `--config KEY=VALUE` sets any key: `--config 'rules.runtime-tight-poll.budget=60.0'`.
"""
CATALOG = """
## Your own clients

What a call costs is data. A team whose Redis client is its own class adds a row, and every rule knows it:

```toml
[[tool.atomlint.catalog]]
kind = "client"
type = "acme.cache.Store"
resource = "redis"
free = ["close"]
```

[The kinds and their keys](catalog.md).
"""


def pages() -> Iterator[tuple[Path, str]]:
    """Every generated file, as it should be."""
    registry = Registry()
    rules = [registry.rule(rule_id) for rule_id in registry.ids]
    for rule in rules:
        yield ROOT / "docs" / "rules" / f"{rule.id}.md", MADE + page(rule)
    yield ROOT / "docs" / "rules" / "README.md", MADE + table_of(rules)
    yield ROOT / "docs" / "configuration.md", MADE + configuration(rules)
    yield ROOT / "docs" / "cli.md", MADE + commands()
    yield ROOT / "docs" / "catalog.md", MADE + catalog_page()
    yield ROOT / "docs" / "agents.md", MADE + agents_page(rules)
    yield ROOT / "README.md", readme()


def table_of(rules: Sequence[Any]) -> str:
    """The index of the rules, by family."""
    lines = ["# Rules", "", "`atomlint explain <id>` prints a rule's page.", ""]
    for family in dict.fromkeys(rule.family for rule in rules):
        lines += [f"## {family}", "", "| rule | severity | what it finds |", "| --- | --- | --- |"]
        for rule in rules:
            if rule.family == family:
                status = "" if rule.status.value == "stable" else f" ({rule.status.value})"
                lines.append(f"| [`{rule.id}`]({rule.id}.md) | {rule.severity.value} | {cell(rule.summary)}{status} |")
        lines.append("")
    return "\n".join(lines)


def configuration(rules: Sequence[Any]) -> str:
    """Keys from the schema, then the options of the rules."""
    described = schema()
    lines = [CONFIGURATION, "## Keys", "", "| key | type | default | meaning |", "| --- | --- | --- | --- |"]
    for key, value in described["properties"].items():
        kind, default = type_of(value, described["$defs"]), value.get("default")
        shown = "not set" if default is None else f"`{toml(default)}`"
        lines.append(f"| `{key}` | {cell(kind)} | {cell(shown)} | {cell(value['description'])} |")
    lines += ["", "Patterns are those of `.gitignore`, relative to the root.", CATALOG, "## Options of rules", ""]
    for rule in rules:
        if rule.options:
            lines += [f"### {rule.id}", "", *options(rule), ""]
    return "\n".join(lines).rstrip() + "\n"


def type_of(described: dict[str, Any], definitions: dict[str, Any]) -> str:
    """A JSON schema in words."""
    if "$ref" in described:
        described = definitions[described["$ref"].rpartition("/")[2]]
    for one in described.get("allOf", ()):
        return type_of(one, definitions)
    if "enum" in described:
        return " or ".join(f'`"{value}"`' for value in sorted(described["enum"], key=LEVELS.index))
    if described.get("type") == "array":
        return f"list of {plural(type_of(described.get('items', {}), definitions))}"
    if described.get("type") == "object":
        inner = described.get("additionalProperties")
        return f"table of {plural(type_of(inner, definitions))}" if isinstance(inner, dict) and inner else "table"
    return str(described.get("type", "value"))


def plural(kind: str) -> str:
    """Several of a type."""
    head, of, rest = kind.partition(" of ")
    return kind if kind.startswith("`") else f"{head}s{of}{rest}"


def commands() -> str:
    """Every command with its arguments and options, as its help has them."""
    lines = ["# Commands", "", f"{main.help}", ""]
    lines += [f"- [`atomlint {name}`](#atomlint-{name}): {summary}" for name, (_, summary) in COMMANDS.items()]
    lines += ["", "`atomlint --version` prints the version; `-h` or `--help` explains any command.", ""]
    for name, (module, _) in COMMANDS.items():
        command = getattr(import_module(f"atomlint.cli.{module}"), name)
        lines += list(described(command, f"atomlint {name}", "##"))
    return "\n".join(lines).rstrip() + "\n"


def described(command: click.Command, name: str, level: str) -> Iterator[str]:
    """A command's section, and those of its own commands."""
    words = [name]
    if isinstance(command, click.Group):
        words.append("COMMAND")
    elif any(isinstance(parameter, click.Option) for parameter in command.params):
        words.append("[OPTIONS]")
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            word = str(parameter.name).upper()
            words.append(parameter.metavar or (word if parameter.required else f"[{word}]"))
    yield f"{level} {name}"
    yield ""
    yield f"`{' '.join(words)}`"
    yield ""
    yield "\n".join(line.strip() for line in (command.help or "").strip().splitlines())
    yield ""
    records = {p.name: p for p in command.params if isinstance(p, click.Option)}
    for heading, names in (*getattr(command, "groups", {}).items(), ("", list(records))):
        rows = [records.pop(key) for key in names if key in records]
        if rows:
            yield from ([f"**{heading}**", ""] if heading else [])
            yield from ("| option | meaning |", "| --- | --- |")
            yield from (f"| {cell(f'`{spelled(option)}`')} | {cell(option.help or '')} |" for option in rows)
            yield ""
    if isinstance(command, click.Group):
        for key, inner in command.commands.items():
            yield from described(inner, f"{name} {key}", f"{level}#")


def spelled(option: click.Option) -> str:
    """An option as help shows it: its names, then what it takes."""
    takes = ""
    if not option.is_flag and not option.count:
        kind = option.type
        takes = " " + (
            option.metavar or ("|".join(kind.choices) if isinstance(kind, click.Choice) else kind.name.upper())
        )
    return ", ".join(sorted(option.opts, key=len)) + takes


def cell(text: str) -> str:
    """A text in a table."""
    return " ".join(text.replace("|", "\\|").split())


def readme() -> str:
    """The README with the report of the example as it is now."""
    text = (ROOT / "README.md").read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not end:
        return text
    return f"{head}{BEGIN}\n```console\n$ cd examples/incident/before\n{report()}```\n\n{END}{tail}"


def report() -> str:
    """The example's report of the shown rules, its command first."""
    command = ["check", "--no-cache", "--select", SHOWN]
    done = subprocess.run(
        [sys.executable, "-m", "atomlint", *command], cwd=EXAMPLE, capture_output=True, text=True, check=False
    )
    if done.returncode != 1:
        raise SystemExit(f"the example's check ended with {done.returncode}\n{done.stdout}{done.stderr}")
    shown = "\n".join(line.rstrip() for line in done.stdout.splitlines())
    return f"$ atomlint check --select {SHOWN}\n{shown}\n"


def stale(wanted: dict[Path, str]) -> list[Path]:
    """Files that differ from what they should be, are missing, or belong to no rule any more."""
    found = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    return found + [path for path in (ROOT / "docs" / "rules").glob("*.md") if path not in wanted]


def cli() -> int:
    """1 when ``--check`` finds something stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a page is stale")
    check = parser.parse_args().check
    wanted = dict(pages())
    changed = stale(wanted)
    for path in changed:
        name = path.relative_to(ROOT).as_posix()
        if check:
            print(f"{name} is stale: run `make docs`", file=sys.stderr)
        elif path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8", newline="\n")
            print(f"wrote {name}")
        else:
            path.unlink()
            print(f"removed {name}")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(cli())
