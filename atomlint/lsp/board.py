"""What the client was last shown, file by file: new results replace it, and what is gone is cleared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from .places import uri_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from .buffers import Buffer
    from .diagnostics import Shown
    from .runs import Run


@dataclass
class Card:
    """The diagnostics of one file."""

    uri: str
    version: int | None
    """Of the buffer; None for a file that was not open."""
    shown: list[Shown]
    run: Run


class Board:
    """Diagnostics by `key_of` their file. Of nested projects' results, the innermost project's count for a file."""

    def __init__(self, publish: Callable[[types.PublishDiagnosticsParams], None]) -> None:
        self._publish = publish
        self._runs: dict[str, Run] = {}
        self._cards: dict[str, Card] = {}

    def card(self, key: str) -> Card | None:
        """What is shown of a file."""
        return self._cards.get(key)

    def show(self, runs: Iterable[Run], seen: Mapping[str, Buffer], now: Mapping[str, Buffer]) -> None:
        """Publish results.

        A file whose buffer is not what it was when the check began keeps what is shown: a newer check is on its way.

        Args:
            runs: of one batch; one that failed leaves what is shown as it is.
            seen: the buffers that the batch was made with.
            now: the buffers of this moment.
        """
        done = {run.real_root: run for run in runs if run.translator is not None}
        # Two folders of one project have the same results; the last ones count.
        self._runs = {place: run for place, run in self._runs.items() if run.real_root not in done}
        self._runs.update({run.directory: run for run in done.values()})
        files = {key for run in done.values() for key in run.files}
        touched = files | {key for key in (*self._cards, *now) if any(run.holds(key) for run in done.values())}
        for key in sorted(touched):
            if seen.get(key) == now.get(key):
                self._put(key, now.get(key))

    def forget(self, directories: Collection[str], now: Mapping[str, Buffer]) -> None:
        """Clear what only these directories' projects showed."""
        gone = [self._runs.pop(directory) for directory in directories if directory in self._runs]
        for key, card in list(self._cards.items()):
            if any(card.run is run for run in gone):
                self._put(key, now.get(key))

    def known(self) -> list[str]:
        """The directories whose results are on the board."""
        return list(self._runs)

    def _put(self, key: str, buffer: Buffer | None) -> None:
        run = self._owner(key)
        shown = run.files.get(key, []) if run is not None else []
        before = self._cards.get(key)
        uri = buffer.uri if buffer is not None else before.uri if before is not None else uri_of(_place(key, run))
        if before is not None and before.uri != uri:
            self._publish(types.PublishDiagnosticsParams(before.uri, []))
            before = None
        version = buffer.version if buffer is not None else None
        same = before is not None and _plain(before.shown) == _plain(shown)
        if buffer is not None or not (same or (before is None and not shown)):
            self._publish(types.PublishDiagnosticsParams(uri, _plain(shown), version))
        if run is not None and (shown or buffer is not None):
            self._cards[key] = Card(uri, version, shown, run)
        else:
            self._cards.pop(key, None)

    def _owner(self, key: str) -> Run | None:
        """The run whose project is the innermost one around a file."""
        around = [run for run in self._runs.values() if run.holds(key)]
        return max(around, key=lambda run: len(run.real_root), default=None)


def _place(key: str, run: Run | None) -> str:
    """The path of a file as the project's root is spelled."""
    return run.translator.places.get(key, key) if run is not None and run.translator is not None else key


def _plain(shown: Iterable[Shown]) -> list[types.Diagnostic]:
    return [one.diagnostic for one in shown]
