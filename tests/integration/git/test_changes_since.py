"""What `--base` makes of a checkout: the facts of a run that name the changed files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from praktika.model.wire import encode
from praktika.ports.queue import MAX_BODY
from praktika.wiring.checkout import find_checkout, with_changes


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.invalid"]
    commit = ["commit", "-q", "--allow-empty", "-m", "x"]
    for arguments in (["init", "-q", "-b", "main"], commit):
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True)
    return tmp_path


def test_the_changed_files_are_facts_and_new_ones_are_among_them(repo):
    (repo / "ä.txt").write_text("1")
    place = with_changes(find_checkout(repo), "main")

    assert place.facts.changed == ("ä.txt",)
    assert place.facts.base_branch == "main"


@pytest.mark.parametrize("name", ["\u6f22" * 60 + "{}", "{}", '"\\' * 60 + "{}"])
def test_too_many_changed_files_are_not_told_and_the_rest_fits_into_a_message(repo, name):
    """Whether their names are long, many, or twice as long in JSON."""
    counts = {}
    for count in (400, 2_000, 12_000) if len(name) < 9 else (400, 2_000):
        for number in range(count):
            (repo / name.format(number)).touch()
        place = with_changes(find_checkout(repo), "main")
        assert len(encode(place.facts)) < MAX_BODY / 2
        counts[count] = place.facts.changed is not None
        if place.facts.changed is None:
            assert "too many to go by: everything runs" in place.notes[-1]
    assert counts[400] is True
    if len(name) >= 9:
        assert counts[2_000] is False
