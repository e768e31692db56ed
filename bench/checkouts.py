"""The code of a job from a remote: a tree of 30,000 files, with nothing in the mirror, and warm.

Peers and floor in the same run: `git clone --depth=1` of the same remote, and a plain copy of the
tree with `cp -r`, which needs the tree to be on this machine already. A disk that is still writing
what came before blurs all of it: with TMPDIR in memory the ratios are steadier.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measure import in_turn, row, seconds

from praktika.adapters.local.git.mirrors.checkouts import MirroredCheckouts
from praktika.ports.checkouts import Commit
from praktika.runner.workspace import copy_tree

FILES = 30_000
IDENTITY = ("-c", "user.name=bench", "-c", "user.email=bench@example.invalid", "-c", "gc.auto=0")


def main() -> None:
    """Print a row for each way to get the tree."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        remote = repository(folder / "remote")
        cold, warm, next_one, clone, copy, own_copy = in_turn(
            lambda: cold_mirror(folder, remote),
            lambda: checkout(folder, remote),
            lambda: next_commit(folder, remote),
            lambda: fresh(
                folder,
                lambda place: seconds(
                    ["git", "clone", "-q", "--depth=1", url(remote), str(place)], folder
                ),
            ),
            lambda: fresh(
                folder, lambda place: seconds(["cp", "-r", str(remote / "src"), str(place)], folder)
            ),
            lambda: fresh(folder, lambda place: timed(lambda: copy_tree(remote / "src", place))),
            times=3,
        )
        for what, ours in [
            ("first job, nothing in the mirror", cold),
            ("next job of the same commit", warm),
            ("next job of a commit with 10 other files", next_one),
        ]:
            row(what, ours, clone, "git clone --depth=1")
            row("", ours, copy, "cp -r")
            row("", ours, own_copy, "copy of a source folder")


def cold_mirror(folder: Path, remote: Path) -> float:
    """Seconds until the tree is there, with no mirror before."""
    shutil.rmtree(folder / "mirrors", ignore_errors=True)
    return checkout(folder, remote)


def next_commit(folder: Path, remote: Path) -> float:
    """Seconds until the tree of a commit that is not in the mirror yet is there."""
    for number in range(10):
        (remote / f"src/d{number}/e0/changed").write_text(f"{time.time_ns()}")
    commit(remote)
    return checkout(folder, remote)


def checkout(folder: Path, remote: Path) -> float:
    """Seconds until the tree of the newest commit is there."""
    command = ["git", "rev-parse", "HEAD"]
    sha = (
        subprocess.run(command, cwd=remote, capture_output=True, check=True).stdout.decode().strip()
    )
    checkouts = MirroredCheckouts(folder / "mirrors")

    def make(place: Path) -> float:
        began = time.perf_counter()
        with checkouts.checkout(Commit(remote=url(remote), sha=sha), place):
            return time.perf_counter() - began

    return fresh(folder, make)


def fresh(folder: Path, make: Callable[[Path], float]) -> float:
    """What `make` measures, with a place that is empty and removed after it."""
    place = folder / "place"
    try:
        return make(place)
    finally:
        shutil.rmtree(place)


def timed(action: Callable[[], None]) -> float:
    """Seconds that the action takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def url(remote: Path) -> str:
    return f"file://{remote}"


def repository(place: Path) -> Path:
    """A repository of many files, as long as files of code are."""
    chance = random.Random(1)
    words = [f"word{number}" for number in range(500)]
    for number in range(FILES):
        path = place / f"src/d{number // 100}/e{number % 10}/file{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(" ".join(chance.choices(words, k=chance.randint(50, 800))))
    subprocess.run(["git", "init", "-q"], cwd=place, check=True)
    commit(place)
    subprocess.run(["git", "repack", "-q", "-a", "-d"], cwd=place, check=True)
    return place


def commit(place: Path) -> None:
    """Commit all that is there."""
    for arguments in (["add", "."], ["commit", "-q", "-m", "bench"]):
        subprocess.run(["git", *IDENTITY, *arguments], cwd=place, check=True)


if __name__ == "__main__":
    main()
