"""Running the command as users do: in a process of its own, in a directory, with a clean environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BEFORE = ROOT / "examples" / "incident" / "before"

LIMITER = """\
import redis
from flask import Flask

app = Flask(__name__)
client = redis.Redis(socket_timeout=1, socket_connect_timeout=1)


@app.before_request
def limit():
    client.incr("hits")
    return None
"""
"""One finding: redis-per-request, on line 10."""

QUIET = """\
import redis
from flask import Flask

app = Flask(__name__)
client = redis.Redis(socket_timeout=1, socket_connect_timeout=1)


@app.before_request
def limit():
    return None
"""
"""The same without it."""


def environment(cache: Path | None = None, **more: str) -> dict[str, str]:
    """This process's environment without what changes the output or names another repository."""
    dropped = ("NO_COLOR", "FORCE_COLOR", "ATOMLINT_CACHE_DIR", "PYTHONPATH")
    found = {k: v for k, v in os.environ.items() if k not in dropped and not k.startswith(("GIT_", "PRE_COMMIT"))}
    return found | ({"ATOMLINT_CACHE_DIR": str(cache)} if cache else {}) | more


def atomlint(*arguments: str, cwd: Path, stdin: str | bytes = b"", **more: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m atomlint``; its cache lies beside the directory."""
    done = subprocess.run(
        [sys.executable, "-m", "atomlint", *arguments],
        cwd=cwd,
        env=environment(cwd.parent / f"{cwd.name}-cache", **more),
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        check=False,
        timeout=120,
    )
    out, err = (text.decode("utf-8").replace("\r\n", "\n") for text in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def write(directory: Path, **files: str) -> Path:
    """Files by name, ``__`` for a slash and ``_dot_`` for a dot."""
    for name, content in files.items():
        path = directory / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")
    return directory
