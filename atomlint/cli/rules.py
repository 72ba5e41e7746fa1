"""``atomlint rules``."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print them.",
)
def rules(form: str) -> None:
    """List the rules of all installed packs."""
    from ..registry import Registry

    registry = Registry()
    found = [registry.rule(rule_id) for rule_id in registry.ids]
    if form == "json":
        import json

        rows = [
            {
                "id": rule.id,
                "family": rule.family,
                "summary": rule.summary,
                "severity": rule.severity.value,
                "confidence": rule.confidence.value,
                "status": rule.status.value,
                "since": rule.since,
                "options": [option.name for option in rule.options],
                "url": rule.url,
            }
            for rule in found
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    width = max(len(rule.id) for rule in found)
    for rule in found:
        status = "" if rule.status.value == "stable" else f" ({rule.status.value})"
        click.echo(f"{rule.id:{width}s}  {rule.severity.value:7s}  {rule.summary}{status}")
