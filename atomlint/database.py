"""An SQLite file that may be damaged, locked, read-only or gone, and never stops the one who asks it."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

T = TypeVar("T")

BUSY = 3.0
"""Seconds to wait for another run that writes."""


class Database:
    """A file that several runs may use at once; it is opened when first asked, and never in a forked process.

    Args:
        path: the file; its directory is made for the user alone.
        create: the statement that makes its table.
        schema: the number of that statement; a file with another one is made anew.
        notes: where lines for the user go.
    """

    def __init__(self, path: Path, create: str, schema: int, notes: list[str]) -> None:
        self.path = path
        self._sql = create
        self._schema = schema
        self._notes = notes
        self._db: sqlite3.Connection | None = None
        self._inode = 0
        self._off = False
        self._pid = os.getpid()
        self._lock = threading.RLock()

    def do(self, work: Callable[[sqlite3.Connection], T], otherwise: T, *, quiet: bool = False) -> T:
        """The result of some work, or ``otherwise`` and a note; a file that is no database any more is made anew.

        ``quiet`` is for work that may as well be done by a later run.
        """
        if self._off or os.getpid() != self._pid:
            return otherwise
        try:
            import sqlite3
        except ImportError:
            return self._give_up("this Python has no sqlite3", otherwise)
        with self._lock:
            for last in (False, True):
                try:
                    return work(self._db or self._open())
                except sqlite3.OperationalError as error:  # noqa: PERF203
                    if "locked" not in str(error):
                        return self._give_up(str(error), otherwise)
                    if not quiet:
                        self._say(f"another run was using the cache; this one did without: {self.path}")
                    return otherwise
                except sqlite3.Error as error:
                    if last or not self._renew(str(error)):
                        return self._give_up(str(error), otherwise)
                except OSError as error:
                    return self._give_up(error.strerror or str(error), otherwise)
        return otherwise

    def close(self) -> None:
        """Let go of the file; it is opened again when asked again."""
        if self._db is not None and os.getpid() == self._pid:
            with suppress(Exception):
                self._db.close()
        self._db = None

    def size(self) -> int:
        """Bytes on disk."""
        total = 0
        for path in self._files():
            with suppress(OSError):
                total += path.stat().st_size
        return total

    def remove(self, delete: str) -> None:
        """Remove the file, or only its rows (with that statement) when another run has it open.

        Removing the file under a run that has it open would let SQLite mix two files' logs.
        """

        def empty(db: sqlite3.Connection) -> bool:
            with transaction(db):
                db.execute(delete)
            vacuum(db)
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return bool(db.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",))

        # Only the last one to use a file can make SQLite leave its write-ahead log.
        alone = self.do(empty, False, quiet=True)
        self.close()
        if (alone or self._off) and self._unlink():
            with suppress(OSError):
                (self.path.parent / ".gitignore").unlink(missing_ok=True)
                self.path.parent.rmdir()

    def _open(self) -> sqlite3.Connection:
        import sqlite3

        place = self.path.parent
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError), (place / ".gitignore").open("x", encoding="utf-8") as ignore:
            ignore.write("*\n")
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        self._inode = self.path.stat().st_ino
        db = sqlite3.connect(self.path, timeout=BUSY, isolation_level=None, check_same_thread=False)
        try:
            schema = pragma(db, "user_version")
            if schema == 0:
                self._create(db)
            elif schema != self._schema:
                raise sqlite3.DatabaseError("it is of another kind")
            db.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            db.close()
            raise
        self._db = db
        return db

    def _create(self, db: sqlite3.Connection) -> None:
        import sqlite3

        with suppress(sqlite3.OperationalError):  # file systems without shared memory keep a rollback journal
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")
            db.execute("PRAGMA journal_mode = WAL").fetchall()
        with transaction(db):
            if pragma(db, "user_version") == 0:  # else another run was quicker
                db.execute(self._sql)
                db.execute(f"PRAGMA user_version = {self._schema}")

    def _renew(self, why: str) -> bool:
        """Make way for a new file, unless another run already has."""
        self.close()
        try:
            same = self.path.stat().st_ino == self._inode
        except OSError:
            same = False
        if same and not self._unlink():
            return False
        self._say(f"the cache was damaged and has been made anew ({why}): {self.path}")
        return True

    def _files(self) -> list[Path]:
        return [self.path.with_name(self.path.name + suffix) for suffix in ("", "-wal", "-shm", "-journal")]

    def _unlink(self) -> bool:
        try:
            for path in self._files():
                path.unlink(missing_ok=True)
        except OSError:
            return False
        return True

    def _give_up(self, why: str, otherwise: T) -> T:
        self.close()
        self._off = True
        self._say(f"running without a cache ({why}): {self.path}")
        return otherwise

    def _say(self, note: str) -> None:
        if note not in self._notes:
            self._notes.append(note)


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Everything or nothing; waits for another run that writes."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if db.in_transaction:
            db.rollback()
        raise
    db.execute("COMMIT")


def vacuum(db: sqlite3.Connection) -> None:
    """Give free pages back to the file system."""
    db.executescript("PRAGMA incremental_vacuum")  # `execute` would free one page: the pragma has a step for each


def pragma(db: sqlite3.Connection, name: str) -> int:
    """A setting or a figure of the file."""
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])
