"""A cloud for each module of stories."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.aws_server import AwsServer
from tests.integration.aws.cloud.cloud import Cloud, open_cloud
from tests.integration.aws.cloud.stand_ins import install


@pytest.fixture(scope="module")
def cloud(
    tmp_path_factory: pytest.TempPathFactory, shared_aws_server: AwsServer
) -> Iterator[Cloud]:
    """A cloud with two orchestrators, and a runner for either kind of code."""
    with open_cloud(tmp_path_factory.mktemp("cloud"), shared_aws_server.anew()) as cloud:
        install(cloud)
        for pool in ("orchestrators", "orchestrators", "small", "small", "outside"):
            cloud.boot(pool)
        yield cloud
