"""Facts of the workspace's files: kept by content, decoded when asked for, extracted when nobody has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import msgspec

from .facts.records import FACTS_VERSION, Facts, Spans
from .scan import Result, SyntaxProblem, Task

if TYPE_CHECKING:
    from .cache import NullCache
    from .hashes import Hashes

Run = Callable[[str, Sequence[Task]], Iterator[tuple[Task, Result]]]
"""Does tasks, in this process or in others: stage, tasks."""
MEMO = 6_000
"""Files whose decoded facts a long-lived process keeps."""

_FACTS = msgspec.msgpack.Decoder(Facts)
_SPANS = msgspec.msgpack.Decoder(Spans)
_BLOBS = msgspec.msgpack.Decoder(tuple[bytes, bytes, bytes])
DIGEST = 16


class FactStore:
    """One run's view. ``memo`` holds decoded records by content from run to run."""

    def __init__(
        self, cache: NullCache, hashes: Hashes, overlay: Mapping[str, bytes], run: Run, memo: dict[bytes, Any]
    ) -> None:
        self._cache = cache
        self._hashes = hashes
        self._overlay = overlay
        self._run = run
        self._memo = memo if cache.keeps else {}
        self._blobs: dict[str, tuple[bytes, bytes]] = {}
        self._digests: dict[str, bytes] = {}
        self._records: dict[str, Facts | None] = {}
        self._spans: dict[str, Spans | None] = {}
        self._unsaved: dict[bytes, bytes] = {}
        self._new_digests: dict[bytes, bytes] = {}
        self.problems: dict[str, SyntaxProblem] = {}
        """Files that do not parse, of those that were asked for."""

    def key(self, path: str) -> bytes:
        """Key of a file's content; empty when it cannot be read. In a run that leaves nothing behind, that of its path."""
        if not self._cache.keeps:
            return path.encode("utf-8", "surrogateescape")
        digest = self._hashes.of(path)
        return b"" if digest is None else blake2b(b"facts%d" % FACTS_VERSION + digest, digest_size=DIGEST).digest()

    def ensure(self, paths: Iterable[str]) -> None:
        """Make the files' facts known to exist, and their problems known; extracts what no cache has."""
        wanted = [path for path in paths if path not in self._digests]
        keys = {path: self.key(path) for path in wanted}
        known = self._cache.get_many("digest", [key for key in keys.values() if key])
        tasks = []
        for path in wanted:
            record = known.get(keys[path])
            if not keys[path]:
                self._lose(path)
            elif record is None:
                tasks.append(Task(path, self._overlay.get(path), is_test=False, scan=False, facts=True))
            else:
                self._note(path, record)
        for task, result in self._run("parsing", tasks):
            self.add(task.path, result)
        self.save()

    def add(self, path: str, result: Result) -> None:
        """Take in what a task extracted."""
        if result.failure is not None:
            self._lose(path)
            return
        self._blobs[path] = (result.facts, result.spans)
        record = blake2b(result.facts, digest_size=DIGEST).digest() + result.problem
        self._note(path, record)
        key = self.key(path) if self._cache.keeps else b""
        if key:
            self._unsaved[key] = msgspec.msgpack.encode([result.facts, result.spans, result.problem])
            self._new_digests[key] = record

    def _lose(self, path: str) -> None:
        """A file that could not be looked at has no facts in this run; what the next one finds is its own."""
        self._blobs[path] = (b"", b"")
        self._digests[path] = b""

    def _note(self, path: str, record: bytes) -> None:
        self._digests[path] = record
        if len(record) > DIGEST:
            self.problems[path] = msgspec.msgpack.decode(record[DIGEST:], type=SyntaxProblem)

    def save(self) -> None:
        """Leave what is new to the next run."""
        if self._unsaved:
            self._cache.put_many("facts", self._unsaved)
            self._cache.put_many("digest", self._new_digests)
            self._unsaved, self._new_digests = {}, {}

    def digest(self, paths: Iterable[str]) -> bytes:
        """A digest over what the files' facts say; comments, blanks and moved lines do not change it."""
        whole = blake2b(digest_size=DIGEST)
        for path in paths:
            whole.update(path.encode("utf-8", "surrogateescape") + b"\0" + self._digests[path])
        return whole.digest()

    def prefetch(self, paths: Iterable[str]) -> None:
        """Read the blobs of many files at once."""
        if not self._cache.keeps:
            return
        wanted = {path: self.key(path) for path in paths if path not in self._blobs and path not in self._records}
        wanted = {path: key for path, key in wanted.items() if key and key not in self._memo}
        known = self._cache.get_many("facts", list(wanted.values()))
        for path, key in wanted.items():
            if key in known:
                facts, spans, _ = _BLOBS.decode(known[key])
                self._blobs[path] = (facts, spans)

    def facts(self, path: str) -> Facts | None:
        """Facts of a file, None when it has none; a file that only linking turns out to need is extracted now."""
        if path not in self._records:
            self._decode(path)
        return self._records[path]

    def spans(self, path: str) -> Spans | None:
        """Spans of a file that has facts."""
        if path not in self._records:
            self._decode(path)
        if path not in self._spans:
            blob = self._blobs.get(path, (b"", b""))[1]
            self._spans[path] = _SPANS.decode(blob) if blob else None
        return self._spans[path]

    def spans_of(self, key: bytes) -> Spans | None:
        """Spans that a file had at an earlier content, by its key; None when the cache has them no more, or it did not parse."""
        blob = self._cache.get("facts", key)
        spans = _BLOBS.decode(blob)[1] if blob else b""
        return _SPANS.decode(spans) if spans else None

    def _decode(self, path: str) -> None:
        key = self.key(path)
        kept = self._memo.get(key)
        if kept is not None:
            self._records[path], blob = kept
            self._blobs[path] = (b"", blob)
            self.ensure([path])
            return
        if path not in self._blobs:
            self.ensure([path])
            self.prefetch([path])
        if path not in self._blobs:  # known by its digest, and gone from the cache since
            for task, result in self._run(
                "parsing", [Task(path, self._overlay.get(path), is_test=False, scan=False, facts=True)]
            ):
                self.add(task.path, result)
        facts, spans = self._blobs[path]
        record = _FACTS.decode(facts) if facts else None
        self._records[path] = record
        self._blobs[path] = (b"", spans)
        if key and len(self._memo) < MEMO:
            self._memo[key] = (record, spans)
