"""``atomlint explain RULE``."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Show a rule's page."""
    from ..pages import page
    from ..registry import Registry

    registry = Registry()
    rule = registry.redirects.get(rule, rule) if rule not in registry.ids else rule
    if rule not in registry.ids:
        close = registry.nearest(rule)
        click.echo(f"atomlint: no such rule: {rule}" + (f"; did you mean {close!r}?" if close else ""), err=True)
        sys.exit(2)
    click.echo(page(registry.rule(rule)).rstrip())
