"""Real git repositories in temporary directories, and a user without root's rights."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534


class Repository:
    """A work tree; every git command runs without the machine's configuration."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        clean |= {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.com",
            **(env or {}),
        }
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.path,
            env=clean,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return os.fsdecode(done.stdout)

    def write(self, path: str, text: str | bytes = "") -> Path:
        full = self.path / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(text if isinstance(text, bytes) else text.encode())
        return full

    def commit(self, **files: str) -> None:
        for path, text in files.items():
            self.write(path, text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "change")


@contextmanager
def without_root() -> Iterator[None]:
    """Permissions count: root, for whom they do not, is nobody in here."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
        if not os.access(Path(__file__).parent.parent / "atomlint", os.R_OK | os.X_OK, effective_ids=True):
            os.seteuid(user)
            pytest.skip("only on a checkout that nobody else is kept from reading, where root runs the tests")
    try:
        yield
    finally:
        os.seteuid(user)


@contextmanager
def public_directory() -> Iterator[Path]:
    """A temporary directory that ``without_root`` reaches; pytest's own are for their owner alone."""
    import shutil
    import tempfile

    path = Path(os.path.realpath(tempfile.mkdtemp()))
    path.chmod(0o777)
    try:
        yield path
    finally:
        for directory, names, _ in os.walk(path):
            for name in names:
                Path(directory, name).chmod(0o700)
        shutil.rmtree(path)
