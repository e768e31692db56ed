"""How many seeds of the whole system are looked at: `SEEDS=5000` looks at more."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session")
def seeds() -> range:
    return range(int(os.environ.get("SEEDS", "500")))
