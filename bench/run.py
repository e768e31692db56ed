"""`make bench`: every measurement, one after another. None of them passes or fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PARTS = [
    "command_line",
    "jobs",
    "engine",
    "log",
    "stores",
    "webhooks",
    "lambdas",
    "first_command",
    "durability",
    "aws",
    "deploy",
    "checkouts",
    "artifacts",
    "report",
    "digests",
    "caching",
    "scaling",
]


def main() -> None:
    """Run the parts that were named, or all."""
    here = Path(__file__).parent
    for part in sys.argv[1:] or PARTS:
        print(f"\n{part}", flush=True)
        subprocess.run([sys.executable, str(here / f"{part}.py")], check=False)


if __name__ == "__main__":
    main()
