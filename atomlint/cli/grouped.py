"""A command whose help shows its options in named groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


ELSEWHERE = {"--format": "--output", "--formatter": "--output", "--reporter": "--output", "-f": "--output"}
"""What other linters call an option."""


class GroupedCommand(click.Command):
    """``groups`` maps a heading to parameter names; what is in no group comes last."""

    groups: Mapping[str, Sequence[str]] = {}

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; an option that has another name here is said with that."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            here = ELSEWHERE.get(error.option_name)
            if here is None or not any(here in parameter.opts for parameter in self.get_params(ctx)):
                raise
            raise click.UsageError(f"no such option: {error.option_name}; did you mean '{here}'?", ctx) from None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options by group."""
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        records = {p.name: record for p in options if (record := p.get_help_record(ctx)) is not None}
        for heading, names in self.groups.items():
            rows = [records.pop(name) for name in names if name in records]
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)
        if records:
            with formatter.section("Other"):
                formatter.write_dl(list(records.values()))


def grouped(groups: Mapping[str, Sequence[str]]) -> type[GroupedCommand]:
    """The command class with these groups."""
    return type("Grouped", (GroupedCommand,), {"groups": groups})
