"""``atomlint explain RULE``."""

from __future__ import annotations

import sys
from typing import NoReturn

import click


@click.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Show a rule's page."""
    from ..didyoumean import suggestion
    from ..pages import page
    from ..registry import Registry

    registry = Registry()
    if rule not in registry.ids:
        if rule in registry.families:
            members = [rule_id for rule_id in registry.ids if rule_id.startswith(f"{rule}-")]
            _fail(f"{rule} is a family of rules: explain one of {', '.join(members)}")
        if rule not in registry.redirects:
            _fail(f"no such rule: {rule}{suggestion(rule, registry.ids)}")
        rule = registry.redirects[rule]
    click.echo(page(registry.rule(rule)).rstrip())


def _fail(message: str) -> NoReturn:
    click.echo(f"atomlint: {message}", err=True)
    sys.exit(2)
