"""``atomlint cache``: where results of earlier runs are kept, and how to be rid of them."""

from __future__ import annotations

from pathlib import Path

import click


@click.group("cache")
def cache() -> None:
    """Show or clear what earlier runs left for later ones."""


@cache.command("dir")
@click.argument("path", default=".", type=click.Path(exists=True, path_type=Path))
def show(path: Path) -> None:
    """Print the cache directory of the project at PATH."""
    click.echo(_directory(path))


@cache.command("clear")
@click.argument("path", default=".", type=click.Path(exists=True, path_type=Path))
def clear(path: Path) -> None:
    """Remove the cache of the project at PATH."""
    from ..cache import Cache

    place = _directory(path)
    kept = Cache(place, "")
    if not kept.size():
        click.echo(f"nothing to remove in {place}")
        return
    removed = kept.clear()
    if left := kept.size():
        raise click.ClickException(f"removed {_amount(removed)}, {_amount(left)} are still in use in {place}")
    click.echo(f"removed {_amount(removed)} from {place}")


def _directory(path: Path) -> Path:
    from ..cache import directory
    from ..config.find import find, repository

    found = find(path)
    place = directory(found.parent if found else repository(path) or path)
    if place is None:
        raise click.ClickException("there is no home directory to keep a cache in: set ATOMLINT_CACHE_DIR")
    return place


def _amount(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size:,} bytes"
