"""A folder of its own for each test, and no trace of a job around it."""

import os

import pytest

from praktika.sdk.settings import forget


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    for name in list(os.environ):
        if name.startswith("PRAKTIKA") or name in {"JOB_NAME", "CHECK_NAME", "DOCKER_TAG"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    forget()
    yield tmp_path
    forget()


@pytest.fixture
def temp(place):
    """TEMP_DIR, which is there."""
    folder = place / "ci" / "tmp"
    folder.mkdir(parents=True)
    return folder
