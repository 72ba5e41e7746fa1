"""Build the wheel from the source distribution, install it into a clean environment, and run what it installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "incident" / "before"
SCRIPTS = "Scripts" if sys.platform == "win32" else "bin"


def main() -> int:
    """0 when every command ends as expected."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(os.path.realpath(name))
        wheel = build(place)
        print(f"built {wheel.name}")
        venv.create(place / "venv", with_pip=True)
        python = place / "venv" / SCRIPTS / "python"
        run([python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install", wheel], cwd=place)
        shutil.copytree(EXAMPLE, place / "example")
        command = place / "venv" / SCRIPTS / "atomlint"
        run([command, "--version"], cwd=place)
        run([command, "rules"], cwd=place, quiet=True)
        run([command, "explain", "redis-per-request"], cwd=place, quiet=True)
        run([command, "config", "schema"], cwd=place, quiet=True)
        said = run([command, "check", "--output", "concise", "example"], cwd=place, status=1, quiet=True)
        print(said.splitlines()[-1])
    return 0


def build(place: Path) -> Path:
    """The wheel, built as an index would serve it: from the source distribution, in a directory of its own."""
    source = place / "source"
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for folder in ("atomlint", "rules"):
        shutil.copytree(ROOT / folder, source / folder, ignore=ignored)
    for file in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source / file)
    run([sys.executable, "-m", "build", "--no-isolation", "--outdir", place / "dist", source], cwd=place, quiet=True)
    (wheel,) = (place / "dist").glob("*.whl")
    return wheel


def run(command: list[str | Path], *, cwd: Path, status: int = 0, quiet: bool = False) -> str:
    """Run a command away from the checkout; what it printed.

    Raises:
        SystemExit: it ended with another status.
    """
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != status:
        words = " ".join(map(str, command))
        raise SystemExit(f"{words}: status {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    if not quiet:
        print(done.stdout, end="")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
