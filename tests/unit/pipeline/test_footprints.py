"""The files that a digest_config means, also where symbolic links are on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from praktika.pipeline.check.paths import behind_links


@pytest.fixture
def root(tmp_path: Path) -> str:
    """A repository with a folder, links to it and into it, and one that leads out."""
    (tmp_path / "src/deep").mkdir(parents=True)
    (tmp_path / "src/deep/a.c").write_text("1")
    (tmp_path / "link").symlink_to("src")
    (tmp_path / "twice").symlink_to("link/deep")
    (tmp_path / "out").symlink_to("/etc")
    return str(tmp_path)


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("src", ["src"]),
        ("./src/", ["src"]),
        ("src/**/*.c", ["src/**/*.c"]),
        ("nothing/there", ["nothing/there"]),
        ("link", ["link", "link", "src"]),
        ("link/deep", ["link/deep", "link", "src/deep"]),
        ("link/deep/a.c", ["link/deep/a.c", "link", "src/deep/a.c"]),
        ("link/*.c", ["link/*.c", "link", "src/*.c"]),
        ("twice/a.c", ["twice/a.c", "twice", "src/deep/a.c"]),
        ("out/passwd", ["out/passwd", "out"]),
    ],
)
def test_a_path_means_links_and_what_they_lead_to(root: str, path: str, meant: list[str]) -> None:
    assert behind_links(root, path) == meant
