"""The command line: one module a command, imported when it is called."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import click

from .. import __version__

COMMANDS = {
    "check": ("check", "Look at a project, or at files of it."),
    "explain": ("explain", "Show a rule's page: why, bad, good, how to configure it, its limits."),
    "why": ("why", "Print the entry points that reach a line, and the paths."),
    "graph": ("graph", "Print the call graph: who calls whom."),
    "env": ("env", "Print the settings that the code reads, and where they are set."),
    "models": ("models", "Print the classes that SQLAlchemy maps, and where it would refuse them."),
    "rules": ("rules", "List the rules."),
    "agents": ("agents", "Write into CLAUDE.md or AGENTS.md what the rules forbid, or check that it is there."),
    "config": ("config", "Show the configuration in effect, or its JSON schema."),
    "cache": ("cache", "Show or clear the cache."),
    "lsp": ("lsp", "Serve editors over standard input and output (extra: lsp)."),
}
"""Module and summary by command; the summary is here so that help imports no command."""


class Commands(click.Group):
    """Commands that are imported when called; a misspelt one suggests the nearest."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command line; closed streams and full disks are no tracebacks."""
        from .streams import open_closed

        open_closed()
        try:
            return super().main(*args, **extra)
        except OSError as error:
            self._end(error)

    def _end(self, error: OSError) -> NoReturn:
        from .streams import drop, said

        drop("stdout")
        try:
            click.echo(f"atomlint: {said(error)}", err=True)
        except OSError:  # standard error is full as well
            drop("stderr")
        sys.exit(2)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what no command can go on from ends in one line and a status.

        2 for an installed pack that cannot be used, 130 for Ctrl-C.
        """
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            click.echo("atomlint: interrupted", err=True)
            sys.exit(130)
        except Exception as error:
            from ..registry import PackError

            if not isinstance(error, PackError):
                raise
            click.echo(f"atomlint: {error}", err=True)
            sys.exit(2)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order they are documented."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        module = import_module(f".{COMMANDS[cmd_name][0]}", __name__)
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was probably meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from ..didyoumean import suggestion

            ctx.fail(f"no such command: {args[0]}{suggestion(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Summaries without importing a command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "--version", prog_name="atomlint", message="%(prog)s %(version)s")
def main() -> None:
    """Find the infrastructure and safety mistakes that take a Python SaaS down, before they ship."""
