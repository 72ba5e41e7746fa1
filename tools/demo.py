"""Check the example of an outage with the installed command, and print the report as it comes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parent.parent / "examples" / "incident" / "before"


def main() -> int:
    """0 when the check found what it is meant to find."""
    print(f"$ cd examples/incident/{EXAMPLE.name} && atomlint check\n", flush=True)
    status = subprocess.run([sys.executable, "-m", "atomlint", "check"], cwd=EXAMPLE, check=False).returncode
    if status != 1:
        print(f"\nThe check ended with status {status}; 1 was expected: findings.", file=sys.stderr)
        return 1
    print("\nThe check ended with status 1, as it should: there are findings. The demo itself ends with 0.")
    print("The repaired code is in examples/incident/after; what each mistake did, in examples/incident/README.md.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
