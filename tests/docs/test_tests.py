"""`make test` runs every folder of tests."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_both_halves_together_are_all_tests():
    halves = runpy.run_path(str(ROOT / "scripts/run_tests.py"))
    named = {*halves["COMPUTING"], *halves["WAITING"]}
    there = {
        f"tests/{path.relative_to(ROOT / 'tests').parts[0]}"
        for path in (ROOT / "tests").rglob("test_*.py")
    }
    assert named == there
