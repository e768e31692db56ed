"""A job that prints 1 GiB: speed against `cmd | cat > file`, and memory.

The runner's part alone is measured in its own process, beside the shell's pipe to the same disk.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import in_turn

from praktika.runner.process import Command, Limits, run

SIZE = 1 << 30
LINE = f"head -c {SIZE} /dev/zero"


def main() -> None:
    """Print the speeds, their ratio, and the memory that the runner took."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        ours, floor = in_turn(lambda: through_runner(place), lambda: through_cat(place), times=5)
        print(f"{'1 GiB of output through the runner':44} {SIZE / ours / 2**20:9.0f} MiB/s")
        print(f"{'the same through cat':44} {SIZE / floor / 2**20:9.0f} MiB/s")
        print(f"{'speed relative to cat':44} {floor / ours:9.2f}     budget 0.5")
        small = peak_memory(place, 1 << 20)
        large = peak_memory(place, SIZE)
        print(f"{'peak memory, 1 MiB and 1 GiB of output':44} {small} and {large} MiB")


def through_runner(place: Path, line: str = LINE) -> float:
    """Seconds for the runner to take the output."""
    command = Command(line=line, cwd=place, env={"PATH": "/usr/bin:/bin"})
    began = time.perf_counter()
    with (place / "job.log").open("wb", buffering=0) as log:
        run(command, log, Limits())
    return time.perf_counter() - began


def through_cat(place: Path) -> float:
    """Seconds for a shell's pipe to do it."""
    began = time.perf_counter()
    subprocess.run(["bash", "-c", f"{LINE} | cat > cat.log"], cwd=place, check=True)
    return time.perf_counter() - began


def peak_memory(place: Path, size: int) -> int:
    """MiB of a fresh process that runs one job with that much output."""
    command = [sys.executable, __file__, "memory", str(place), str(size)]
    return int(subprocess.run(command, check=True, capture_output=True).stdout)


if __name__ == "__main__":
    if sys.argv[1:2] == ["memory"]:
        through_runner(Path(sys.argv[2]), f"head -c {sys.argv[3]} /dev/zero")
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    else:
        main()
