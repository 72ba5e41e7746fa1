"""``atomlint lsp``."""

from __future__ import annotations

import sys

import click


@click.command()
def lsp() -> None:
    """Serve editors over standard input and output."""
    try:
        from ..lsp.server import serve
    except ModuleNotFoundError as error:
        click.echo(f"atomlint: the language server needs {error.name}: pip install 'atomlint[lsp]'", err=True)
        sys.exit(2)
    serve()
