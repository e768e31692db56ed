"""Packing and unpacking artifacts, against tar and zstd at the same level.

    python bench/artifacts.py [--rounds 3] [--size 1024] [--files 30000]

Method: in TMPDIR, in turns, medians; ours in a process of its own, as its floor is. Ours computes
the SHA-256 when it packs, and verifies it before it unpacks; `unpack` is shown with and without
that, as the floor has nothing like it. The large tree is four files of random bytes and four that
compress well; the small files are 2 KiB each, a hundred to a folder, a quarter of it random. What
making 30,000 files takes is the file system's more than anybody's: they are measured once more in
memory (/dev/shm) where there is one.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from measure import in_turn, seconds

from praktika.runner.archive import pack, unpack
from praktika.runner.archive.streams import LEVEL

OURS = [sys.executable, __file__]


def main() -> None:
    """Print the speeds relative to the floors, and the memory that ours took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", type=int, default=1024, help="MiB of the large files")
    parser.add_argument("--files", type=int, default=30_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        large(top / "large", options.size)
        measure(f"{options.size} MiB in 8 files", top / "large", options.rounds, "0.8")
        small(top / "small", options.files)
        measure(f"{options.files} small files", top / "small", options.rounds, "")
    if Path("/dev/shm").is_dir():
        with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
            small(Path(folder) / "small", options.files)
            what = f"{options.files} small files in memory"
            measure(what, Path(folder) / "small", options.rounds, "")


def large(folder: Path, size: int) -> None:
    """Half random bytes, half text that compresses well."""
    folder.mkdir()
    share = (size << 20) // 8
    text = b"".join(b"%d: job %d has ended\n" % (i * i, i % 977) for i in range(100_000))
    for number in range(4):
        with (folder / f"random{number}").open("wb") as file:
            for start in range(0, share, 1 << 20):
                file.write(os.urandom(min(1 << 20, share - start)))
        with (folder / f"text{number}").open("wb") as file:
            for start in range(0, share, len(text)):
                file.write(text[: share - start])


def small(folder: Path, count: int) -> None:
    """Files of 2 KiB."""
    for start in range(0, count, 100):
        part = folder / f"{start // 1000}" / f"{start}"
        part.mkdir(parents=True)
        for number in range(start, min(start + 100, count)):
            (part / f"{number}.o").write_bytes(os.urandom(512) + b"symbol table\n" * 118)


def measure(what: str, tree: Path, rounds: int, budget: str) -> None:
    """Print one tree's rows."""
    ours, theirs, out = tree.with_suffix(".ours"), tree.with_suffix(".theirs"), tree.parent / "out"
    packs: list[Callable[[], float]] = [
        lambda: seconds([*OURS, "pack", str(tree), str(ours)], tree),
        lambda: shell(
            f"tar c -C {tree.parent} {tree.name} | zstd -{LEVEL} -T0 -qfo {theirs}", tree
        ),
    ]
    row(f"pack {what}", *in_turn(*packs, times=rounds), "tar | zstd -T0", budget)

    def emptied(action: Callable[[], float]) -> Callable[[], float]:
        def run() -> float:
            shutil.rmtree(out, ignore_errors=True)
            return action()

        return run

    unpacks = [
        emptied(lambda: seconds([*OURS, "unpack", str(ours), str(out)], tree)),
        emptied(lambda: seconds([*OURS, "verify", str(ours), str(out)], tree)),
        emptied(lambda: shell(f"mkdir {out}; zstd -dc {ours} | tar x -C {out}", tree)),
    ]
    alone, verified, floor = in_turn(*unpacks, times=rounds)
    row(f"unpack {what}", alone, floor, "zstd | tar", budget)
    row(f"verify, unpack {what}", verified, floor, "zstd | tar", "")
    shutil.rmtree(out, ignore_errors=True)
    peaks = [peak(["pack", str(tree), str(ours)]), peak(["verify", str(ours), str(out)])]
    print(f"{f'peak memory of both, {what}':46} {peaks[0]} and {peaks[1]} MiB")


def row(what: str, ours: float, floor: float, name: str, budget: str) -> None:
    """Print how fast ours is, relative to the floor."""
    speed = f"{floor / ours:6.2f} x the speed of {name}"
    print(f"{what:46} {ours:7.2f} s {speed} ({floor:.2f} s)  {budget and 'budget ' + budget}")


def shell(line: str, cwd: Path) -> float:
    """Seconds of a pipe."""
    return seconds(["bash", "-c", f"set -o pipefail; {line}"], cwd)


def peak(arguments: list[str]) -> int:
    """MiB that a process of ours needed at most."""
    command = [*OURS, *arguments, "memory"]
    return int(subprocess.run(command, check=True, capture_output=True).stdout)


def part(action: str, source: Path, target: Path) -> None:
    """One action of ours."""
    if action == "pack":
        pack(source.parent, [os.fsencode(source.name)], target)
        return
    if action == "verify":
        import hashlib  # noqa: PLC0415 - so that the others do not pay for it

        with source.open("rb") as file:
            hashlib.file_digest(file, "sha256")
    unpack(source, target)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in {"pack", "unpack", "verify"}:
        part(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
        if "memory" in sys.argv:
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    else:
        main()
