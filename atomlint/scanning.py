"""The scan of a whole project: every file by itself, in as many processes as there are, or from the cache."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from .late import Late
from .packing import pack
from .scan import Scan, Task, decode_scans

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .pipeline import Pipeline
    from .scan import Result

NOTHING = pack(Scan())
"""What is known of a file that cannot be read."""


class Scanning:
    """The scans of one run: `first` has those of all production Python, `rest` those of the other files."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self._keys: dict[str, bytes] = {}
        self._blobs: dict[str, bytes] = {}
        self.late = Late(pipeline.setup, ())
        """What is left to be looked at while the project is linked."""

    def first(self) -> dict[str, Scan]:
        """Scans by path, in the order of the paths, but for those of the files in `late`."""
        pipeline = self.pipeline
        self._keys = keys = self._keyed()
        known = pipeline.cache.get_many("scan", [key for key in keys.values() if key])
        missing = [path for path, key in keys.items() if key and key not in known]
        blobs = {path: known[key] if key else NOTHING for path, key in keys.items() if key in known or not key}
        tasks = [self._task(path) for path in missing]
        if self._can_wait(tasks):
            self.late = Late(pipeline.setup, [task for task in tasks if not task.facts])
            tasks = [task for task in tasks if task.facts]
        return self._scans(blobs, pipeline.run_tasks("reading", tasks))

    def rest(self) -> dict[str, Scan]:
        """Scans of the files in `late`, those that nobody has looked at among them."""
        done, late = self.late.results, self.late
        for result in done.values():
            self.pipeline.take_in(result)
        left = [task for task in late.tasks if task.path not in done]
        results = [(task, done[task.path]) for task in late.tasks if task.path in done]
        self.late = Late(self.pipeline.setup, ())
        return self._scans({}, [*results, *self.pipeline.run_tasks("reading", left)])

    def digest(self, paths: Iterable[str]) -> bytes:
        """A digest over what the scans of some files say, all of which `first` has."""
        whole = blake2b(digest_size=16)
        for path in paths:
            whole.update(b"%b\0%b\0" % (path.encode("utf-8", "surrogateescape"), self._blobs[path]))
        return whole.digest()

    def _can_wait(self, tasks: list[Task]) -> bool:
        """Whether to leave files to `late`: there are enough of them, and the project will be linked in several processes."""
        from .linking import WORTH_A_COPY, copies
        from .pool import SERIAL

        needed = sum(task.facts for task in tasks)
        return needed >= WORTH_A_COPY and len(tasks) - needed >= SERIAL and copies(self.pipeline) > 0

    def _scans(self, blobs: dict[str, bytes], results: Iterable[tuple[Task, Result]]) -> dict[str, Scan]:
        """Decoded scans by path, those in hand and those of results, which are kept."""
        pipeline = self.pipeline
        fresh: dict[bytes, bytes] = {}
        for task, result in results:
            blobs[task.path] = result.scan
            if result.failure is None:
                fresh[self._keys[task.path]] = result.scan
            if result.facts or result.problem or result.failure is not None:
                pipeline.facts.add(task.path, result)
                if result.facts and not pipeline.pool.is_serial:
                    pipeline.facts.facts(task.path)  # decoded while others read on: a file with a needle will be linked
        pipeline.cache.put_many("scan", fresh)
        self._blobs.update(blobs)
        order = sorted(blobs)
        return dict(zip(order, decode_scans([blobs[path] for path in order]), strict=True))

    def _keyed(self) -> dict[str, bytes]:
        """Under what each file's scan is kept; empty when it cannot be read."""
        pipeline = self.pipeline
        setup = pipeline.setup
        asked = [setup.needles, setup.text_rules, setup.key, pipeline.options, pipeline.settings.tests]
        if not pipeline.cache.keeps:
            return dict.fromkeys(pipeline.workspace.files, msgspec.msgpack.encode(asked))
        stamp = blake2b(msgspec.msgpack.encode([pipeline.registry.stamp(), *asked])).digest()
        return {path: key_of(stamp, path, pipeline.hashes.of(path)) for path in pipeline.workspace.files}

    def _task(self, path: str) -> Task:
        """What to do with a file: facts are extracted along with the scan of production Python, if any is linked at all."""
        pipeline = self.pipeline
        is_test = pipeline.is_test(path)
        facts = path.endswith(".py") and bool(pipeline.needles) and not is_test
        return Task(path, pipeline.workspace.overlay.get(path), is_test, scan=True, facts=facts)


def key_of(stamp: bytes, path: str, digest: bytes | None) -> bytes:
    """A cache key; empty when the file could not be read."""
    if digest is None:
        return b""
    return blake2b(b"\0".join([stamp, path.encode("utf-8", "surrogateescape"), digest]), digest_size=16).digest()
