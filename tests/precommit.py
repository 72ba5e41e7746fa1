"""The real pre-commit on a real repository, with its environments and everybody's caches in a temporary directory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from commands import environment
from git_repository import Repository

CONFIGURATION = """\
repos:
  - repo: local
    hooks:
      - id: atomlint
        name: atomlint
        entry: {entry}
        language: system
        files: {files}
        require_serial: true
        args: [{arguments}]
"""
PYTHON = Path(sys.executable).as_posix()


class Committer:
    """A repository whose commits are checked by a hook that runs this environment's atomlint."""

    def __init__(self, place: Path, *, arguments: str = "", **environ: str) -> None:
        self.place = place
        self.environ = environ
        self.repository = Repository(place / "repository")
        self.path = self.repository.path
        self.configure(arguments)

    def configure(self, arguments: str = "", entry: str = f"{PYTHON} -m atomlint check --force-exclude") -> None:
        text = CONFIGURATION.format(entry=entry, files=r"\.(py|toml)$", arguments=arguments)
        self.repository.write(".pre-commit-config.yaml", text)

    def write(self, path: str, text: str) -> None:
        self.repository.write(path, text)

    def stage(self, path: str, text: str) -> None:
        self.write(path, text)
        self.repository.git("add", "--", path)

    def commit_all(self) -> None:
        self.repository.commit()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``pre-commit run``: what the hook of ``git commit`` runs."""
        return self.pre_commit("run", "--color", "never", "--verbose", *arguments)

    def pre_commit(self, *arguments: str, timeout: int = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", *arguments],
            cwd=self.path,
            env=environment(
                self.place / "cache",
                PRE_COMMIT_HOME=str(self.place / "home"),
                GIT_CONFIG_GLOBAL="/dev/null" if sys.platform != "win32" else "NUL",
                GIT_CONFIG_NOSYSTEM="1",
                **self.environ,
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=timeout,
        )
