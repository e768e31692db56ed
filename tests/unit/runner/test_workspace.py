"""A workspace is a copy, and it is gone afterwards."""

from __future__ import annotations

import os

import pytest

from praktika.runner.workspace import copy_tree, remove, workspace


@pytest.fixture
def source(tmp_path):
    source = tmp_path / "source"
    (source / "deep/er").mkdir(parents=True)
    (source / "a.txt").write_text("a")
    (source / "deep/er/run").write_text("x" * 200_000)
    (source / "deep/er/run").chmod(0o755)
    (source / "read-only").write_text("r")
    (source / "read-only").chmod(0o444)
    (source / "link").symlink_to("a.txt")
    (source / "broken").symlink_to("/nowhere")
    (source / "empty").mkdir()
    (source / "zero").touch()
    os.utime(source / "a.txt", (1, 1))
    return source


def test_contents_modes_times_and_links_are_those_of_the_source(source, tmp_path):
    copy = tmp_path / "copy"
    copy_tree(source, copy)
    assert (copy / "deep/er/run").read_text() == "x" * 200_000
    assert os.access(copy / "deep/er/run", os.X_OK)
    assert (copy / "a.txt").stat().st_mtime == 1
    assert (copy / "read-only").stat().st_mode & 0o777 == 0o444
    assert os.readlink(copy / "link") == "a.txt"
    assert os.readlink(copy / "broken") == "/nowhere"
    assert (copy / "empty").is_dir()
    assert (copy / "zero").read_bytes() == b""


def test_changes_do_not_reach_the_source(source, tmp_path):
    with workspace(source, tmp_path / "w") as here:
        (here / "a.txt").write_text("changed")
        (here / "deep/er/run").unlink()
    assert (source / "a.txt").read_text() == "a"
    assert (source / "deep/er/run").exists()


def test_it_is_removed_with_whatever_was_made_in_it(source, tmp_path):
    with workspace(source, tmp_path / "w") as here:
        locked = here / "locked" / "inner"
        locked.mkdir(parents=True)
        (locked / "file").touch()
        (here / "locked").chmod(0o500)
        os.symlink(source, here / "out")
    assert not (tmp_path / "w").exists()
    assert (source / "a.txt").exists()


def test_what_a_killed_runner_left_is_removed_first(source, tmp_path):
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "stale").touch()
    with workspace(source, tmp_path / "w") as here:
        assert not (here / "stale").exists()


def test_security_22_a_folder_of_thousands_of_levels_is_removed(tmp_path):
    """A commit may have as many as fit into a path, and a job makes as many as it likes."""
    place, here = tmp_path / "place", os.open(tmp_path, os.O_RDONLY)
    os.mkdir("place", dir_fd=here)
    for name in ("place", *["d"] * 1200):
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
        os.mkdir("d", dir_fd=here)
        os.mkdir("e", dir_fd=here)
        os.symlink("/", "link", dir_fd=here)
    os.fchmod(here, 0)
    os.close(here)
    remove(place)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_removed_through_a_link(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir(mode=0o500)
    place = tmp_path / "place"
    place.symlink_to(kept)
    remove(place)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    place.mkdir()
    (place / "link").symlink_to(kept)
    remove(place)
    remove(place)
    assert kept.stat().st_mode & 0o777 == 0o500
