"""Timing whole processes, and printing one row a measurement.

Machines are noisy: every figure is a median, and what counts is the ratio to a floor or peer that
was measured in the same run, in turn with it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path


def clean_environment(home: str) -> dict[str, str]:
    """An environment without anybody's startup files: bash reads them for some parents."""
    return {"PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8"}


def seconds(command: Sequence[str], cwd: Path, env: dict[str, str] | None = None) -> float:
    """Wall-clock seconds of a whole process.

    Raises:
        CalledProcessError: it failed, so there is nothing to measure.
    """
    with tempfile.TemporaryDirectory() as home:
        began = time.perf_counter()
        subprocess.run(
            command,
            cwd=cwd,
            env=clean_environment(home) | (env or {}),
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        return time.perf_counter() - began


def in_turn(*candidates: Callable[[], float], times: int = 5) -> list[float]:
    """The median of each candidate, measured in turn after one warm-up: A B A B."""
    for candidate in candidates:
        candidate()
    rounds = [[candidate() for candidate in candidates] for _ in range(times)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def row(what: str, ours: float, floor: float, floor_name: str, budget: str = "") -> None:
    """Print one measurement beside its floor."""
    ratio = ours / floor if floor else float("inf")
    print(f"{what:44} {ours:9.3f} s   {ratio:7.1f} x {floor_name} ({floor:.3f} s)   {budget}")
