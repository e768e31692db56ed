"""How long the properties are searched: `HYPOTHESIS_PROFILE=deep` and `SEEDS=5000` search longer."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

COMMON = {
    "deadline": None,  # the machine may be busy
    "database": None,  # a run leaves nothing behind; what is found becomes a test or a journal
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
    "print_blob": True,
}
PROFILES = {
    "ci": settings(max_examples=100, derandomize=True, **COMMON),
    "deep": settings(max_examples=5_000, **COMMON),
}


def pytest_configure() -> None:
    for name, profile in PROFILES.items():
        settings.register_profile(name, profile)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def seeds() -> range:
    return range(int(os.environ.get("SEEDS", "500")))
