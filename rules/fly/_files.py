"""Shared by the rules about Fly.io: the configuration that a document is, and edits that leave the rest of it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Edit, Position, Span

if TYPE_CHECKING:
    from atomlint import Context, Document, FlyFile, Item
    from atomlint.fly.decode import Unknown


def may_be_fly(document: Document) -> bool:
    """A TOML file; whether it is a Fly.io configuration is for the project's settings to say."""
    return document.kind in ("fly", "toml")


def fly_file(ctx: Context, document: Document) -> FlyFile | None:
    """The configuration that a document is; None when it is another file.

    Raises:
        DocumentError: it does not parse.
    """
    found = ctx.index.deployments.of(document)
    return None if found is None else found.fly


def named(keys: tuple[str | int, ...]) -> str:
    """A path of keys for a message: ``services.ports.handlers``, without the places in arrays."""
    return ".".join(str(key) for key in keys if not isinstance(key, int))


def meant(unknown: Unknown) -> str:
    """The hint for a key that flyctl drops, as the end of a message."""
    hint = unknown.hint
    if hint.rename is not None:
        return f"; did you mean {hint.rename}?"
    return f"; {unknown.key} is a key of {' and '.join(hint.homes)}" if hint.homes else ""


def rename(document: Document, item: Item, name: str) -> Edit | None:
    """Another last part for a key that is written alone."""
    text = document.source.slice(item.key_span)
    if text.strip("\"'") != item.keys[-1]:
        return None
    return Edit(item.key_span, name)


def removal(document: Document, item: Item) -> Edit | None:
    """The whole line of a key and its value; None when other things stand on it."""
    source = document.source
    first, last = item.key_span.start.line, item.value_span.end.line
    before = source.lines[first - 1][: item.key_span.start.column - 1]
    after = source.lines[last - 1][item.value_span.end.column - 1 :].strip()
    if before.strip() or (after and not after.startswith("#")):
        return None
    end = Position(last + 1, 1) if last < len(source.lines) else source.position(len(source.text))
    return Edit(Span(document.path, Position(first, 1), end), "")


def quoted(document: Document, text: str) -> str:
    """A text as a TOML string, in the file's kind of quotes where the text allows it."""
    source = document.source.text
    if source.count("'") > source.count('"') and "'" not in text and text.isprintable():
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
