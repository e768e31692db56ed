"""`docs/only-what-changed.md` tells a story of ten jobs: its commands are run, and compared."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "only-what-changed.md"
EXAMPLE = ROOT / "examples" / "shop"

VARYING = (
    (re.compile(r"\b\d{8}-\d{6}-[0-9a-f]{4}\b"), "RUN"),
    (re.compile(r"\b\d+(\.\d+)?(ms|s)\b"), "TIME"),
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b"), "MOMENT"),
    (re.compile(r"commit [0-9a-f]{10}"), "commit ID"),
    (re.compile(r" file://\S+"), ""),
)


def told() -> Iterator[tuple[str, str]]:
    """The commands of the story, each with what the page says that it writes."""
    story = PAGE.read_text().split("## A story")[1].split("\n## ")[0]
    for block in re.findall(r"```console\n(.*?)```", story, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def plain(text: str) -> list[str]:
    """The lines without what is another thing each time."""
    for pattern, word in VARYING:
        text = pattern.sub(word, text)
    return [line.rstrip() for line in text.strip("\n").split("\n")]


@pytest.fixture
def shop(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A copy of the example, and an environment in which `praktika` is found."""
    place = tmp_path / "shop"
    shutil.copytree(EXAMPLE, place)
    identity = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Ann"), ("EMAIL", "ann@example.invalid"))
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return place, os.environ | identity | {
        "PATH": path,
        "NO_COLOR": "1",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }


def test_the_story_of_ten_jobs_is_true(shop) -> None:
    place, env = shop
    commands = list(told())
    assert len(commands) >= 10
    for command, expected in commands:
        ran = subprocess.run(
            ["bash", "-c", command],
            cwd=place,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
            timeout=120,
        )
        assert plain(ran.stdout) == plain(expected), command
