"""One check of one project as an editor wants it: by file, and with buffers that do not parse at the moment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..engine import Request, UsageError
from .diagnostics import Client, Shown, Translator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..engine import Engine
    from ..report import Report
    from .buffers import Buffer

BROKEN = "atomlint-syntax-error"


@dataclass
class Run:
    """What came of checking one directory's project."""

    directory: str
    real_root: str = ""
    """`key_of` where the project begins; empty when it could not be checked."""
    files: dict[str, list[Shown]] = field(default_factory=dict)
    """By `key_of` the file."""
    translator: Translator | None = None
    """Of the run that the findings outside of broken buffers come from."""
    failure: tuple[str, ...] = ()
    """Why it could not be checked: what is wrong with the configuration."""
    alarms: tuple[str, ...] = ()
    """What the user must know though it belongs to no file: rules that crashed."""
    notes: tuple[str, ...] = ()
    """For the log."""

    def holds(self, key: str) -> bool:
        """Whether a file lies in the project, by its key."""
        return bool(self.real_root) and key.startswith(self.real_root.rstrip(os.sep) + os.sep)


class Runner:
    """Checks projects with one engine. Not to be called by two threads at once."""

    def __init__(self, engine: Engine, client: Client) -> None:
        self.engine = engine
        self.client = client
        self._parsed: dict[str, bytes] = {}
        """The last content of open files that parsed."""

    def run(self, directory: str, buffers: Mapping[str, Buffer]) -> Run:
        """Check a directory's project with all open buffers laid over it; whatever goes wrong is told in the result."""
        try:
            return self._run(directory, buffers)
        except UsageError as error:
            return Run(directory, failure=tuple(error.messages))
        except Exception as error:  # the server lives on; a plug-in's catalog may be as wrong as a file may be
            import traceback

            return Run(directory, failure=(f"{type(error).__name__}: {error}",), notes=(traceback.format_exc(),))

    def _run(self, directory: str, buffers: Mapping[str, Buffer]) -> Run:
        def spelled(key: str) -> str | None:
            buffer = buffers.get(key)
            return buffer.uri if buffer is not None else None

        # A saved buffer is the disk's to read: its results serve other processes too.
        unsaved = {key: buffer for key, buffer in buffers.items() if _on_disk(buffer.path) != buffer.data}
        report = self._check(directory, {buffer.path: buffer.data for buffer in unsaved.values()})
        told = _told(self.engine, report)
        translator = Translator(report, self.client, spelled)
        files = translator.files()
        broken = {key for key in buffers if any(_is_broken(shown) for shown in files.get(key, ()))}
        mended = self._mended(buffers, unsaved, broken)
        self._parsed = {key: self._parsed.get(key, b"") if key in broken else buffers[key].data for key in buffers}
        if mended is not None:
            # What a half-typed file says of others is no use: they are shown in the light of what it was.
            translator = Translator(self._check(directory, mended), self.client, spelled)
            own = {key: files[key] for key in broken}
            files = {key: shown for key, shown in translator.files().items() if key not in broken} | own
        real = os.path.normcase(os.path.realpath(report.root))
        return Run(directory, real, files, translator, alarms=told[0], notes=told[1])

    def _check(self, directory: str, overlay: Mapping[str, bytes]) -> Report:
        return self.engine.check(Request(cwd=Path(directory), overlay=overlay))

    def _mended(
        self, buffers: Mapping[str, Buffer], unsaved: Mapping[str, Buffer], broken: set[str]
    ) -> dict[str, bytes] | None:
        """The overlay with what broken buffers were when they last parsed, else the disk's; None if nothing is better."""
        overlay = {buffer.path: buffer.data for key, buffer in unsaved.items() if key not in broken}
        better = False
        for key in broken:
            path = buffers[key].path
            if self._parsed.get(key):
                overlay[path] = self._parsed[key]
                better = True
            elif key in unsaved and _on_disk(path) is not None:
                better = True
            elif key in unsaved:
                overlay[path] = buffers[key].data
        return overlay if better else None


def _is_broken(shown: Shown) -> bool:
    return shown.finding is not None and shown.finding.rule == BROKEN


def _on_disk(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError):
        return None


def _told(engine: Engine, report: Report) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Alarms and notes of the engine's last run."""
    alarms = [trouble.message for trouble in report.errors if trouble.kind in ("rule", "config", "worker")]
    files = [f"{t.path}: not looked at: {t.message}" for t in report.errors if t.path and t.kind != "syntax"]
    return tuple(alarms), (*files, *engine.notes, *engine.tracebacks)
