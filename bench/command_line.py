"""`praktika check` on 1,000 jobs, and `praktika --help`, as whole-process time.

Floor in the same run: a Python that does nothing. Peers, measured once: the predecessor 0.21 s to
the first problem of 1,000 jobs; gitlab-ci-local 2.5 s.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from jobs import repository
from measure import in_turn, row, seconds


def main() -> None:
    """Print both rows."""
    with tempfile.TemporaryDirectory() as folder:
        place = repository(Path(folder) / "r", 1_000, chained=False)
        python = [sys.executable, "-m", "praktika"]
        check, help_page, bare = in_turn(
            lambda: seconds([*python, "check"], place),
            lambda: seconds([*python, "--help"], place),
            lambda: seconds([sys.executable, "-c", "pass"], place),
            times=11,
        )
        row("praktika check, 1,000 jobs", check, bare, "bare Python", "budget 0.3 s")
        row("praktika --help", help_page, bare, "bare Python", "budget 0.1 s")


if __name__ == "__main__":
    main()
