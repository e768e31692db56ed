"""Scenes for tests of the wiring."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.wiring.pages_scene import Scene


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """An installation that publishes pages."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Scene(tmp_path)
