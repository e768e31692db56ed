"""Run all tests: what computes beside what waits, each in a pytest of its own.

    python scripts/run_tests.py [pytest options]

Most integration tests wait for processes; the simulations keep one processor busy meanwhile. What
the first half has to say comes when it has ended, so that the two do not write into each other.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time

COMPUTING = ["tests/unit", "tests/contracts", "tests/simulation", "tests/replay", "tests/docs"]
WAITING = ["tests/integration", "tests/browser"]
PYTEST = [sys.executable, "-m", "pytest"]


def main(options: list[str]) -> int:
    """Run both halves to their ends; the exit code is the worse one."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        computing = subprocess.Popen(
            [*PYTEST, "-o", "cache_dir=.pytest_cache/computing", *options, *COMPUTING],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            waiting = subprocess.run([*PYTEST, *options, *WAITING], check=False).returncode
            code = computing.wait()
        finally:
            if computing.poll() is None:
                computing.terminate()
                computing.wait()
        output.seek(0)
        print(f"\n{' '.join(COMPUTING)}:", flush=True)
        sys.stdout.buffer.write(output.read())
    print(f"both halves took {time.monotonic() - began:.0f} s")
    return max(waiting, code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
