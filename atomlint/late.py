"""Files that no index rule needs, such as tests and prose: text rules look at them while the project is linked.

Linking leaves cores idle, at its start and its end and where one process has less to do than another. Whoever has
nothing else to do takes some of these files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .beside import MAX_LOTS, Lots
from .scan import begin, look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .scan import Result, Setup, Task


class Late:
    """These files of one run, shared out among this process and its copies: open it before they are made."""

    def __init__(self, setup: Setup, tasks: Sequence[Task]) -> None:
        self._setup = setup
        self.tasks = tasks
        self.results: dict[str, Result] = {}
        """By path. A file that is not in it when linking is over was taken by a process that died, or by none."""
        self._lots: Lots[Sequence[Task]] | None = None

    def open(self) -> None:
        """From now on files can be taken."""
        size = -(-len(self.tasks) // MAX_LOTS)
        self._lots = Lots([self.tasks[start : start + size] for start in range(0, len(self.tasks), size or 1)])

    def look(self) -> dict[str, Result]:
        """What text rules say of the files that this process can get hold of, by path."""
        found: dict[str, Result] = {}
        for lot in self._lots or ():
            begin(self._setup)
            found.update((task.path, look(task)) for task in lot)
        return found

    def close(self) -> None:
        """No file can be taken any more."""
        if self._lots is not None:
            self._lots.close()
            self._lots = None
