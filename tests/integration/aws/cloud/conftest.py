"""The cloud of all stories."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.aws.cloud.cloud import Cloud, open_cloud


@pytest.fixture(scope="session")
def cloud(function_zips: dict[str, Path]) -> Iterator[Cloud]:
    """A cloud whose machines boot."""
    if os.geteuid() != 0:
        pytest.skip("the controller of a machine is root, for jobs to be somebody else")
    folder = Path(tempfile.mkdtemp(prefix="praktika-cloud-"))
    folder.chmod(0o711)
    try:
        with open_cloud(folder, function_zips) as cloud:
            yield cloud
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def staffed(cloud: Cloud) -> None:
    """As many machines as there should be, whatever became of those of other stories."""
    deadline = time.monotonic() + 20
    while any(len(cloud.fleet.of(pool.name)) < pool.size for pool in cloud.installation.pools):
        assert time.monotonic() < deadline
        time.sleep(0.05)
