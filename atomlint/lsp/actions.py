"""Code actions: the fixes of findings, and the comments that allow them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from ..source import LINE_END, Source
from ..splice import apply
from .ignore import ignore_edit, ignore_file_edit
from .places import Columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..finding import Edit, Finding, Fix
    from .board import Card
    from .buffers import Buffer
    from .diagnostics import Client, Shown, Translator

QUICK = types.CodeActionKind.QuickFix


def wanted(context: types.CodeActionContext) -> bool:
    """Whether the client asked for quick fixes, or for everything."""
    kinds = context.only
    return kinds is None or any(kind in ("", QUICK) or QUICK.startswith(f"{kind}.") for kind in kinds)


class Actions:
    """Makes actions of what is shown. ``buffer`` gives the open document of a key at this moment, or None."""

    def __init__(self, client: Client, buffer: Callable[[str], Buffer | None]) -> None:
        self._client = client
        self._buffer = buffer
        self._made: dict[tuple[str, int | None, int], list[types.CodeAction]] = {}

    def at(self, key: str, card: Card, place: types.Range) -> list[types.CodeAction]:
        """Actions for every diagnostic of a file that touches a range; none while a newer check is on its way."""
        buffer = self._buffer(key)
        translator = card.run.translator
        if buffer is None or translator is None or buffer.version != card.version:
            return []
        self._made = {made: actions for made, actions in self._made.items() if made[:2] == (key, card.version)}
        found: list[types.CodeAction] = []
        for shown in card.shown:
            if shown.finding is not None and _touches(shown.diagnostic.range, place):
                slot = (key, card.version, id(shown))
                if slot not in self._made:
                    self._made[slot] = list(self._of(shown, shown.finding, buffer, translator))
                found += self._made[slot]
        return found

    def _of(self, shown: Shown, finding: Finding, buffer: Buffer, translator: Translator) -> Iterable[types.CodeAction]:
        for fix in finding.fixes:
            edit = self._workspace_edit(fix.edits, translator)
            if edit is not None:
                yield self._action(_title(fix), shown, edit, preferred=fix.applicability == "safe")
        source = Source(finding.span.path, buffer.data)
        for title, change in (
            (f"Ignore {finding.rule} here", ignore_edit),
            (f"Ignore {finding.rule} in this file", ignore_file_edit),
        ):
            made = change(source, finding)
            edit = None if made is None else self._workspace_edit([made], translator)
            if edit is not None:
                yield self._action(title, shown, edit)
                return

    def _action(
        self, title: str, shown: Shown, edit: types.WorkspaceEdit, *, preferred: bool = False
    ) -> types.CodeAction:
        return types.CodeAction(
            title, kind=QUICK, diagnostics=[shown.diagnostic], is_preferred=preferred or None, edit=edit
        )

    def _workspace_edit(self, edits: Sequence[Edit], translator: Translator) -> types.WorkspaceEdit | None:
        """The edits for the client, or None when they do not fit the texts as they are now."""
        by_path: dict[str, list[Edit]] = {}
        for edit in dict.fromkeys(edits):
            by_path.setdefault(edit.span.path, []).append(edit)
        documents: list[types.TextDocumentEdit] = []
        for path, own in by_path.items():
            source = translator.report.sources.source(path)
            if source is None:
                return None
            buffer = self._buffer(translator.key(path))
            if source.data != (buffer.data if buffer is not None else _on_disk(translator.full(path))):
                return None
            try:
                apply(source, own)
            except ValueError:  # overlapping
                return None
            columns, ending = Columns(source, self._client.encoding), _ending(source)
            changes = [types.TextEdit(columns.range(e.span), e.text.replace("\n", ending)) for e in own]
            version = buffer.version if buffer is not None else None
            identifier = types.OptionalVersionedTextDocumentIdentifier(translator.uri(path), version)
            documents.append(types.TextDocumentEdit(identifier, list(changes)))
        if self._client.versions:
            return types.WorkspaceEdit(document_changes=documents)
        plain = {d.text_document.uri: [e for e in d.edits if isinstance(e, types.TextEdit)] for d in documents}
        return types.WorkspaceEdit(changes=plain)


def _title(fix: Fix) -> str:
    return fix.title if fix.applicability == "safe" else f"{fix.title} (unsafe)"


def _touches(one: types.Range, other: types.Range) -> bool:
    def pair(position: types.Position) -> tuple[int, int]:
        return position.line, position.character

    return pair(one.start) <= pair(other.end) and pair(other.start) <= pair(one.end)


def _ending(source: Source) -> str:
    counts = Counter(LINE_END.findall(source.text))
    return max(counts, key=lambda end: (counts[end], end), default="\n")


def _on_disk(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError):
        return None
