"""The cloud of all stories."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.aws_server import AwsServer
from tests.integration.aws.cloud.cloud import Cloud, open_cloud
from tests.integration.aws.cloud.stand_ins import install


@pytest.fixture(scope="session")
def cloud(
    tmp_path_factory: pytest.TempPathFactory, shared_aws_server: AwsServer
) -> Iterator[Cloud]:
    """A cloud without machines."""
    with open_cloud(tmp_path_factory.mktemp("cloud"), shared_aws_server.anew()) as cloud:
        install(cloud)
        yield cloud


@pytest.fixture(autouse=True)
def staffed(cloud: Cloud) -> None:
    """As many machines as at first, whatever became of those of other stories."""
    for pool, count in (("orchestrators", 2), ("small", 2), ("outside", 1)):
        for _ in range(count - len(cloud.alive(pool))):
            cloud.boot(pool)
