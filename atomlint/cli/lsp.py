"""``atomlint lsp``."""

from __future__ import annotations

import sys

import click


@click.command()
@click.option("--stdio", is_flag=True, hidden=True, help="Accepted from clients that insist on naming the transport.")
def lsp(stdio: bool) -> None:  # noqa: ARG001
    """Serve editors over standard input and output."""
    try:
        from ..lsp.server import serve
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in ("pygls", "lsprotocol"):
            raise
        click.echo(f"atomlint: the language server needs {missing}: pip install '.[lsp]' in a checkout", err=True)
        sys.exit(2)
    if sys.stdin is not None and sys.stdin.isatty():
        click.echo("atomlint: an editor is expected on standard input; see docs/editors.md", err=True)
    serve()
