"""Run all tests: what computes, what works with processes, and what waits, side by side.

    python scripts/run_tests.py [pytest options]

Each part is a pytest of its own. The simulations keep one processor busy, most integration tests
wait for processes, and those of chaos, of clouds and of their machines wait for leases to lapse.
What the parts have to say comes when they have ended, so that they do not write into each other;
but for the one that works longest.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from typing import IO

WAITING = ["tests/integration/chaos", "tests/integration/aws", "tests/controller"]
BESIDE = {
    "computing": [
        "tests/unit", "tests/contracts", "tests/simulation", "tests/replay", "tests/docs",
    ],
    "waiting": WAITING,
}  # fmt: skip
WORKING = ["tests/integration", "tests/browser", *(f"--ignore={each}" for each in WAITING)]
PYTEST = [sys.executable, "-m", "pytest"]


def main(options: list[str]) -> int:
    """Run all parts to their ends; the exit code is the worst one."""
    began = time.monotonic()
    with ExitStack() as stack:
        parts = {}
        for name, folders in BESIDE.items():
            output = stack.enter_context(tempfile.TemporaryFile())
            command = [*PYTEST, "-o", f"cache_dir=.pytest_cache/{name}", *options, *folders]
            part = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
            stack.callback(end, part)
            parts[name] = part, output
        codes = [subprocess.run([*PYTEST, *options, *WORKING], check=False).returncode]
        for name, (part, output) in parts.items():
            codes.append(part.wait())
            show(name, output)
    print(f"all parts took {time.monotonic() - began:.0f} s")
    return max(codes)


def end(part: subprocess.Popen[bytes]) -> None:
    """End a part that still runs."""
    if part.poll() is None:
        part.terminate()
        part.wait()


def show(name: str, output: IO[bytes]) -> None:
    """Write what a part has written."""
    output.seek(0)
    print(f"\n{' '.join(BESIDE[name])}:", flush=True)
    sys.stdout.buffer.write(output.read())
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
