"""Stores on AWS."""

from __future__ import annotations

from praktika.adapters.aws.blobs import S3Blobs
from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.journal import S3Journal
from praktika.adapters.aws.queue import SqsQueue
from praktika.adapters.aws.secrets import AwsSecrets
from praktika.adapters.aws.setup import create_bucket
from praktika.orchestrator import names
from praktika.ports.blobs import Blobs
from praktika.ports.clock import Clock
from praktika.ports.journal import Journal
from praktika.ports.queue import Queue
from praktika.ports.secrets import Secrets
from praktika.wiring.backend import Backend


def open_aws(
    backend: Backend, clock: Clock, *, is_deployed: bool = False
) -> tuple[Journal, Queue, Blobs, Secrets]:
    """The stores of an installation on AWS; nothing is asked of them yet.

    Args:
        backend: see there.
        clock: tells the time.
        is_deployed: whether a deploy has made the queues, but for those of single runners.
    """
    clients = Clients(backend.region)
    is_ours = names.is_control if is_deployed else lambda _queue: True
    prefix = f"{backend.project}/"
    return (
        S3Journal(clients, backend.bucket, clock, prefix),
        SqsQueue(clients, backend.project, is_ours),
        S3Blobs(clients, backend.bucket, prefix),
        AwsSecrets(clients),
    )


def set_up(backend: Backend) -> None:
    """Make the bucket, if it is not there.

    Raises:
        Denied: it belongs to somebody else, or may not be made.
    """
    create_bucket(Clients(backend.region), backend.bucket)
