"""A declaration of infrastructure that is wrong in many ways: all of them, each with its line."""

import re
from pathlib import Path

from praktika.adapters.local.sandbox import LocalSandbox

ROOT = Path(__file__).parents[2] / "fixtures" / "infrastructure" / "broken"


def test_everything_is_found_at_once_with_its_line():
    expected = sorted(
        f"{path.relative_to(ROOT)}:{number}: {code}"
        for path in ROOT.rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for code in line.partition("  # ")[2].split()
    )
    assert len(expected) > 20
    found = LocalSandbox().compile(ROOT).problems
    assert sorted(f"{one.file}:{one.line}: {one.code}" for one in found) == expected


def test_a_slip_in_a_name_is_answered_with_the_nearest_one():
    hints = [one.hint for one in LocalSandbox().compile(ROOT).problems]
    near = {found[1] for hint in hints if (found := re.match("Did you mean '(.+)'", hint))}
    assert near == {"acme", "small", "main", "own"}
