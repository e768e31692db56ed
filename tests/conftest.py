"""What all tests have in common."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import docker_engine as engines
from tests.aws_server import AwsServer, serve
from tests.docker_registry import locked_registry
from tests.lambda_host import here

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.light.clients import LightClients
from praktika.adapters.aws.setup import create_bucket
from praktika.infrastructure.bundles import Bundles
from praktika.infrastructure.bundles.functions import HANDLERS
from praktika.infrastructure.bundles.wheels import Target

__all__ = ["locked_registry"]

# A test run that was started in the background ignores SIGINT, and so would every process that a
# test starts; interrupting them is what some tests are about.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared_aws_server() -> Iterator[AwsServer]:
    """The one server of this test run."""
    with serve() as server:
        yield server


@pytest.fixture
def aws_server(shared_aws_server: AwsServer) -> AwsServer:
    """An AWS API server with an account of this test's own, in which there is nothing."""
    return shared_aws_server.anew()


@pytest.fixture
def aws(aws_server: AwsServer) -> Clients:
    return aws_server.clients()


@pytest.fixture
def light(aws_server: AwsServer) -> LightClients:
    """The same account as `aws`, without boto3."""
    return aws_server.light()


@pytest.fixture(scope="session")
def function_zips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The zips of praktika's functions for this machine, by the names of the functions."""
    folder = tmp_path_factory.mktemp("zips")
    bundles = Bundles(functions=Target(*here()))
    return {name: bundles.build(name, folder) for name in HANDLERS}


@pytest.fixture
def bucket(aws: Clients, aws_server: AwsServer) -> str:
    """A bucket of this test's own; the names of buckets are shared by all accounts."""
    create_bucket(aws, aws_server.bucket)
    return aws_server.bucket


@pytest.fixture(scope="session")
def shared_moto_server() -> Iterator[AwsServer]:
    from tests import moto_server  # a second that most tests need not wait

    with moto_server.serve() as server:
        yield server


@pytest.fixture
def moto(shared_moto_server: AwsServer) -> Clients:
    """Clients of a server of Auto Scaling and EC2 in which there is nothing."""
    from tests import moto_server  # the same

    moto_server.reset(shared_moto_server)
    return shared_moto_server.clients()


@pytest.fixture
def light_moto(shared_moto_server: AwsServer) -> LightClients:
    """The same account as `moto`, without boto3."""
    return shared_moto_server.light()


@pytest.fixture(scope="session")
def docker_engine() -> Iterator[engines.DockerEngine]:
    """A Docker daemon of this test run's own, with the image `docker_engine.BASE`."""
    try:
        with engines.serve() as engine:
            yield engine
    except engines.NoEngine as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def image_registry() -> Iterator[str]:
    """The address of a registry of images, in which there is nothing at first."""
    try:
        with engines.serve_registry() as address:
            yield address
    except engines.NoEngine as error:
        pytest.skip(str(error))
