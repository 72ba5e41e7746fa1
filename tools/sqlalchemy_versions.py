"""Installs the other versions of SQLAlchemy that tests/orm asks: a virtual environment each, below .venv/sqlalchemy.

What cannot be installed is said and left out: its tests are skipped, and fail where everything is required.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

VERSIONS = {"1.4": "1.4.54", "2.0": "2.0.58", "2.1": "2.1.9"}
PLACE = Path(os.environ.get("ATOMLINT_SQLALCHEMY", Path(__file__).parent.parent / ".venv" / "sqlalchemy"))


def install(version: str, exact: str) -> bool:
    """Whether the version is there now."""
    place = PLACE / version
    python = place / "bin" / "python"
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", f"sqlalchemy=={exact}"]
    done = place / f"installed-{exact}"
    if done.exists():
        return True
    print(f"installing SQLAlchemy {exact} into {place}", flush=True)
    venv.create(place, with_pip=True, clear=True)
    if subprocess.run(command, check=False).returncode:
        print(f"SQLAlchemy {exact} cannot be installed here: its tests will be skipped", file=sys.stderr)
        return False
    done.touch()
    return True


def main() -> int:
    """Install all but the one that this environment has itself. The status is 0: a missing version is said by the tests."""
    from importlib.metadata import version

    own = ".".join(version("sqlalchemy").split(".")[:2])
    for name, exact in VERSIONS.items():
        if name != own:
            install(name, exact)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
