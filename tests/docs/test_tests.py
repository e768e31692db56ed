"""`make test` runs every folder of tests."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_all_parts_together_are_all_tests():
    parts = runpy.run_path(str(ROOT / "scripts/run_tests.py"))
    *folders, left_out = parts["WORKING"]
    beside = [folder for each in parts["BESIDE"].values() for folder in each]
    assert left_out == f"--ignore={parts['CHAOS']}"
    assert parts["CHAOS"] in beside
    there = {
        f"tests/{path.relative_to(ROOT / 'tests').parts[0]}"
        for path in (ROOT / "tests").rglob("test_*.py")
    }
    assert {*folders, *beside} - {parts["CHAOS"]} == there
