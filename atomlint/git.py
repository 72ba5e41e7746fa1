"""The only place that runs git: which files a repository has, and what is staged.

A repository is data here: its hooks, filters, file-system monitors, pagers, aliases and transports never run, whatever
its own configuration says. Names come from ``os.fsdecode``, so one that is no UTF-8 survives the way back to the file
system.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Collection, Iterator, Sequence

TIMEOUT = 120
"""Seconds after which git is taken for stuck."""

# `git rev-parse --local-env-vars`, less GIT_CONFIG_*: those are the user's own (`safe.directory` in a container). Hooks
# export them for one repository, and discovery from the root finds that same one.
_LOCAL = frozenset(
    "GIT_DIR GIT_WORK_TREE GIT_IMPLICIT_WORK_TREE GIT_COMMON_DIR GIT_PREFIX GIT_NAMESPACE"  # noqa: SIM905
    " GIT_CONFIG GIT_GRAFT_FILE GIT_SHALLOW_FILE GIT_INTERNAL_SUPER_PREFIX GIT_EXTERNAL_DIFF"
    " GIT_LITERAL_PATHSPECS GIT_GLOB_PATHSPECS GIT_NOGLOB_PATHSPECS GIT_ICASE_PATHSPECS"
    " GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES".split()
)
# What the others are about: where `git commit <paths>` keeps the index that it is about to commit.
_ABOUT_TO_COMMIT = ("GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")

_SAFE = (
    "--no-pager",
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "safe.bareRepository=explicit"),  # a directory that looks like a bare repository is not one of ours
)


_begun: dict[tuple[str, tuple[str, ...]], subprocess.Popen[bytes]] = {}
"""By directory and arguments: what runs already, for the one who will ask."""


class GitError(Exception):
    """Git is absent, or did not do what it was asked; ``str()`` is one readable line."""


def root(path: str | os.PathLike[str]) -> Path | None:
    """The top of the work tree that holds a path, symlinks resolved; None outside of any. Runs nothing."""
    start = Path(os.path.realpath(path))
    for directory in (start, *start.parents):
        marker = directory / ".git"
        if os.path.lexists(marker / "HEAD") or marker.is_file():
            return directory
    return None


def listed(
    directory: str | os.PathLike[str], *, prune: Sequence[str] = (), said: list[str] | None = None
) -> list[str] | None:
    """Files below a directory that git tracks, or neither tracks nor ignores, relative to it; deleted ones included.

    ``prune`` holds gitignore patterns for untracked files alone. Submodules are named like files; untracked
    repositories are left out. Lines that git wrote on stderr, and why it failed, go to ``said``.

    Returns:
        None when git is absent, fails, or knows no repository here.
    """
    try:
        out, warnings = _git(directory, *_listing(prune))
    except GitError as error:
        if said is not None:
            said.append(str(error))
        return None
    if said is not None:
        said += warnings
    # An unmerged file is listed once a side.
    return list(dict.fromkeys(name for name in _names(out) if not name.endswith("/")))


def begin(directory: str | os.PathLike[str], *, prune: Sequence[str] = ()) -> None:
    """Have git list files while this process does something else; the next `listed` of the same takes the answer."""
    try:
        _begun[os.path.realpath(directory), _listing(prune)] = _start(directory, _listing(prune))
    except GitError:
        return  # `listed` will say why


def _listing(prune: Sequence[str]) -> tuple[str, ...]:
    excludes = (f"--exclude={pattern}" for pattern in prune)
    return ("ls-files", "--cached", "--others", "--exclude-standard", "-z", *excludes)


def staged(directory: str | os.PathLike[str], paths: Collection[str] | None = None) -> dict[str, bytes]:
    """Content in the index: of the named paths, or of every file whose worktree content differs or is gone.

    Submodules, symlinks and unmerged files are left out. Worktree bytes are compared as they stand (no filter, no
    line-end conversion): a converted file counts as different.

    Raises:
        GitError: see the class; also when a partial clone lacks the content, which is not fetched.
    """
    named = None if paths is None else frozenset(paths)
    blobs = {
        path: blob
        for mode, blob, stage, path in _index(directory)
        if mode in {"100644", "100755"} and stage == "0" and (named is None or path in named)
    }
    if named is None:
        blobs = {path: blob for path, blob in blobs.items() if _worktree_blob(directory, path, blob) != blob}
    contents = _contents(directory, sorted(set(blobs.values())))
    return {path: contents[blob] for path, blob in blobs.items()}


def staged_changes(directory: str | os.PathLike[str]) -> list[str]:
    """Regular files below a directory that the next commit adds, copies, modifies or renames, relative to it.

    Raises:
        GitError: see the class.
    """
    options = ("--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules=all", "--relative")
    out, _ = _git(directory, "diff", "--cached", "--raw", "-z", "--diff-filter=ACMR", *options)
    fields = iter(_names(out))
    # ":100644 100644 <blob> <blob> M", then the path.
    return [path for about, path in zip(fields, fields, strict=False) if about.split(" ")[1].startswith("100")]


def _index(directory: str | os.PathLike[str]) -> Iterator[tuple[str, str, str, str]]:
    """Mode, blob, stage and path of every entry."""
    out, _ = _git(directory, "ls-files", "--stage", "-z")
    for line in _names(out):
        about, _, path = line.partition("\t")
        mode, blob, stage = about.split(" ")
        yield mode, blob, stage, path


def _worktree_blob(directory: str | os.PathLike[str], path: str, like: str) -> str | None:
    """Git's name for the content that a path has in the worktree; None when it is no readable regular file."""
    import hashlib

    full = Path(directory) / path
    try:
        if full.is_symlink() or not full.is_file():
            return None
        data = full.read_bytes()
    except OSError:
        return None
    digest = hashlib.sha1(usedforsecurity=False) if len(like) == 40 else hashlib.sha256()
    digest.update(b"blob %d\0" % len(data))
    digest.update(data)
    return digest.hexdigest()


def _contents(directory: str | os.PathLike[str], blobs: Sequence[str]) -> dict[str, bytes]:
    if not blobs:
        return {}
    out, _ = _git(directory, "cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in blobs).encode())
    contents: dict[str, bytes] = {}
    at = 0
    while at < len(out):
        end = out.index(b"\n", at)
        blob, kind, *size = out[at:end].decode("ascii", "replace").split(" ")
        at = end + 1
        if kind == "missing":
            raise GitError(f"git has no object {blob}, which the index names; a partial clone?")
        contents[blob] = out[at : at + int(size[0])]
        at += int(size[0]) + 1
    return contents


def _names(out: bytes) -> list[str]:
    return os.fsdecode(out).split("\0")[:-1]


def _git(directory: str | os.PathLike[str], *arguments: str, stdin: bytes = b"") -> tuple[bytes, list[str]]:
    """Standard output, and the lines on standard error."""
    import subprocess

    process = _begun.pop((os.path.realpath(directory), arguments), None) or _start(directory, arguments)
    with process:
        try:
            out, err = process.communicate(stdin, TIMEOUT)
        except BaseException as error:
            process.kill()
            if isinstance(error, subprocess.TimeoutExpired):
                raise GitError(f"git {arguments[0]} did not end within {TIMEOUT} seconds") from None
            raise
    said = err.decode("utf-8", "replace").splitlines()
    if process.returncode != 0:
        raise GitError(f"git {arguments[0]} failed: {said[-1] if said else f'status {process.returncode}'}")
    return out, said


def _start(directory: str | os.PathLike[str], arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    import subprocess

    executable = _executable()
    if executable is None:
        raise GitError("git is not installed")
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(
            [executable, *_SAFE, *arguments],
            cwd=directory,
            env=_environment(directory),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, ValueError) as error:
        raise GitError(f"git could not be run: {error}") from None


def _executable() -> str | None:
    """Git on the absolute entries of PATH: a plain name would also be looked for in the repository on Windows."""
    name = "git.exe" if os.name == "nt" else "git"
    for entry in os.get_exec_path():
        candidate = os.path.join(entry, name)  # noqa: PTH118
        if os.path.isabs(entry) and os.path.isfile(candidate) and os.access(candidate, os.X_OK):  # noqa: PTH113,PTH117
            return candidate
    return None


def _environment(directory: str | os.PathLike[str]) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    env |= {
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        # Older git fetches a blob that a partial clone lacks, through programs the configuration names. No transport
        # has this name, and no repository can guess it.
        "GIT_ALLOW_PROTOCOL": f"none-{os.urandom(8).hex()}",
    }
    top = root(directory)
    if top is not None and any(name in os.environ for name in _ABOUT_TO_COMMIT) and _ambient() == _git_dir(top):
        # Git reads them relative to the top of the work tree, wherever it was started.
        env |= {name: str(top / os.environ[name]) for name in _ABOUT_TO_COMMIT[:2] if name in os.environ}
        env |= {name: os.environ[name] for name in _ABOUT_TO_COMMIT[2:] if name in os.environ}
    return env


def _ambient() -> str | None:
    """The git directory that the environment's variables are about: GIT_DIR, else that of the working directory."""
    try:
        if "GIT_DIR" in os.environ:
            return os.path.realpath(os.environ["GIT_DIR"])
        top = root(Path.cwd())
    except OSError:
        return None
    return None if top is None else _git_dir(top)


def _git_dir(top: Path) -> str | None:
    marker = top / ".git"
    try:
        if marker.is_dir():
            return os.path.realpath(marker)
        kind, _, where = os.fsdecode(marker.read_bytes()).strip().partition(": ")
    except OSError:
        return None
    return os.path.realpath(top / where) if kind == "gitdir" else None
