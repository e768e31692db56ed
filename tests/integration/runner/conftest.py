"""Everything here runs real processes; each test gets a runner's process tree of its own."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from praktika import process_tree
from praktika.runner.process import Command, Exit, Limits, never, run


@dataclass
class Ran:
    exit: Exit
    log: bytes


@pytest.fixture(autouse=True)
def subreaper() -> Iterator[None]:
    """This process takes the part of a runner, and nothing is left below it afterwards."""
    if not sys.platform.startswith("linux"):
        pytest.skip("process trees are complete on Linux only (no subreaper elsewhere)")
    before = set(psutil.Process().children(recursive=True))
    assert process_tree.become_subreaper()
    try:
        yield
    finally:
        # Other tests of this process are no runners.
        ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)
    left = [p for p in psutil.Process().children(recursive=True) if p not in before]
    assert left == [], f"left running: {left}"


@pytest.fixture
def bash(tmp_path: Path) -> Callable[..., Ran]:
    """Runs a line and returns how it ended and what it printed."""

    def execute(line: str, stop=never, cleanup="", env=None, **limits) -> Ran:
        path = tmp_path / "job.log"
        command = Command(
            line=line,
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], **(env or {})},
            cleanup=cleanup,
        )
        with path.open("ab", buffering=0) as log:
            end = run(command, log, Limits(**limits), stop)
        return Ran(end, path.read_bytes())

    return execute
