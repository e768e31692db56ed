"""`make test` runs every folder of tests."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_all_parts_together_are_all_tests():
    parts = runpy.run_path(str(ROOT / "scripts/run_tests.py"))
    folders = [word for word in parts["WORKING"] if not word.startswith("--ignore=")]
    left_out = {word.removeprefix("--ignore=") for word in parts["WORKING"]} - {*folders}
    beside = [folder for each in parts["BESIDE"].values() for folder in each]
    assert left_out == {*parts["WAITING"]} <= {*beside}
    assert all((ROOT / folder).is_dir() for folder in (*folders, *beside))
    there = {
        f"tests/{path.relative_to(ROOT / 'tests').parts[0]}"
        for path in (ROOT / "tests").rglob("test_*.py")
    }
    # What is left out of a folder is run beside it.
    assert {folder for folder in (*folders, *beside) if folder.count("/") == 1} == there
