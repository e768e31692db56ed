"""Digests of the files that jobs depend on, in a repository of 30,000 files.

    python bench/digests.py [--rounds 9]

Method: a repository of 30,000 small files in 3,300 folders, one commit, made by `git fast-import`.
Each measurement opens the repository and its git process, and has nothing in memory before. The
floor, in the same run and in turn with it, is `git ls-tree -r HEAD`, as a whole process.

- one job, folders: everything but one folder.
- one job, names: everything but `**/*.md`, so that every folder is looked into.
- 100 jobs, folders: folders, and folders without others.
- 100 jobs, names: the same, `**` below folders, and four kinds of `**` from the root: each of those
  looks into every folder.
- 50 changed files: one job (folders) on the files as they are now, which includes finding out what
  changed; beside `git status`, which is the least that this takes.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from measure import in_turn, row, seconds

from praktika.adapters.local.git.content import committed, work_tree
from praktika.adapters.local.git.trees import LocalTrees
from praktika.engine.files.digests import Content, Digests
from praktika.model.plan import Footprint

SIZE = 30_000
TOPS, MODULES, PARTS = 15, 20, 10
KINDS = ("py", "cpp", "h", "md", "sql", "sh", "txt")
ROOT = ""

FOLDERS = [Footprint(include=(ROOT,), exclude=("top1/mod3",))]
NAMES = [Footprint(include=(ROOT,), exclude=("**/*.md",))]


def repository(place: Path) -> Path:
    """A new repository with its files checked out."""
    commit = ["commit refs/heads/main\ncommitter A <a@example.invalid> 0 +0000\ndata 0\n"]
    for number in range(SIZE):
        content = f"content of {number}\n"
        commit.append(f"M 100644 inline {path(number)}\ndata {len(content)}\n{content}\n")
    git(place.parent, "init", "-q", "-b", "main", place.name)
    git(place, "fast-import", "--quiet", given="".join(commit))
    git(place, "reset", "-q", "--hard")
    return place


def path(number: int) -> str:
    """Where a file is: ten in a folder, ten folders in a module."""
    folder = number // 10
    module = folder // PARTS
    kind = KINDS[number % len(KINDS)]
    return f"top{module // MODULES}/mod{module % MODULES}/part{folder % PARTS}/file{number}.{kind}"


def footprints() -> list[Footprint]:
    """A hundred different ones."""
    found: list[Footprint] = []
    for number in range(10):
        top, other = f"top{number}", f"top{(number + 4) % TOPS}"
        found += [
            Footprint(include=(top, other), exclude=(f"{top}/mod{number}",)),
            Footprint(include=(top,), exclude=("**/*.md",)),
            Footprint(include=(f"{top}/**/*.py", other)),
            Footprint(include=(ROOT,), exclude=("**/*.md", top)),
            Footprint(include=(f"{top}/mod{number}", f"{other}/mod{number + 1}")),
            Footprint(include=(ROOT,), exclude=(top, other)),
            Footprint(include=(top, other), exclude=("**/*.md", "**/*.txt")),
            Footprint(include=(f"*/mod{number}",)),
            Footprint(include=("**/*.cpp", "**/*.h"), exclude=(top,)),
            Footprint(include=(f"./{top}/",), exclude=(f"./{top}/*/part{number}/",)),
        ]
    assert len(set(found)) == 100
    return found


def folders() -> list[Footprint]:
    """A hundred different ones without magic."""
    found = []
    for number in range(100):
        top, other = f"top{number % TOPS}", f"top{(number + 4) % TOPS}"
        part = f"{other}/mod{number % MODULES}"
        found.append(
            Footprint(
                include=(top, part), exclude=(f"{top}/mod{number // 5}/part{number % PARTS}",)
            )
        )
    assert len(set(found)) == 100
    return found


def git(cwd: Path, *arguments: str, given: str = "") -> str:
    """What git says."""
    answer = subprocess.run(
        ["git", *arguments], cwd=cwd, input=given, text=True, check=True, stdout=subprocess.PIPE
    )
    return answer.stdout.strip()


def took(
    place: Path, read: Callable[[LocalTrees, str], Content], jobs: Sequence[Footprint]
) -> Callable[[], float]:
    """Measures the digests for jobs, from nothing."""
    commit = git(place, "rev-parse", "HEAD")

    def measure() -> float:
        began = time.perf_counter()
        with LocalTrees(place) as trees:
            found = Digests(trees.read, trees.algorithm).of(read(trees, commit), jobs)
        assert len(set(found)) == len(jobs)
        return time.perf_counter() - began

    return measure


def change(place: Path) -> None:
    """Change 50 files."""
    for number in range(0, SIZE, SIZE // 50):
        (place / path(number)).write_text("changed\n")


def main() -> None:
    """Print one row for each measurement."""
    parser = argparse.ArgumentParser(description="Digests of what jobs depend on.")
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        place = repository(Path(folder) / "r")
        floor, one, names, plain, many = in_turn(
            lambda: seconds(["git", "ls-tree", "-r", "HEAD"], place),
            took(place, committed, FOLDERS),
            took(place, committed, NAMES),
            took(place, committed, folders()),
            took(place, committed, footprints()),
            times=rounds,
        )
        row("digest of one job, folders", one, floor, "git ls-tree -r", "goal 1.5 x")
        row("digest of one job, names", names, floor, "git ls-tree -r", "goal 1.5 x")
        row("digests of 100 jobs, folders", plain, floor, "git ls-tree -r", "goal 2 x")
        row("digests of 100 jobs, names", many, floor, "git ls-tree -r", "goal 2 x")
        change(place)
        floor, status, dirty = in_turn(
            lambda: seconds(["git", "ls-tree", "-r", "HEAD"], place),
            lambda: seconds(["git", "status", "--porcelain"], place),
            took(place, work_tree, FOLDERS),
            times=rounds,
        )
        row("digest of one job, 50 changed files", dirty, floor, "git ls-tree -r")
        row("digest of one job, 50 changed files", dirty, status, "git status")


if __name__ == "__main__":
    main()
