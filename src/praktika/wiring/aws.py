"""Stores on AWS."""

from __future__ import annotations

from praktika.adapters.aws.blobs import S3Blobs
from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.journal import S3Journal
from praktika.adapters.aws.queue import SqsQueue
from praktika.adapters.aws.secrets import AwsSecrets
from praktika.adapters.aws.setup import create_bucket
from praktika.ports.blobs import Blobs
from praktika.ports.clock import Clock
from praktika.ports.journal import Journal
from praktika.ports.queue import Queue
from praktika.ports.secrets import Secrets
from praktika.wiring.backend import Backend


def open_aws(backend: Backend, clock: Clock) -> tuple[Journal, Queue, Blobs, Secrets]:
    """The stores of an installation on AWS; nothing is asked of them yet."""
    clients = Clients(backend.region)
    prefix = f"{backend.project}/"
    return (
        S3Journal(clients, backend.bucket, clock, prefix),
        SqsQueue(clients, backend.project),
        S3Blobs(clients, backend.bucket, prefix),
        AwsSecrets(clients),
    )


def set_up(backend: Backend) -> None:
    """Make the bucket, if it is not there.

    Raises:
        Denied: it belongs to somebody else, or may not be made.
    """
    create_bucket(Clients(backend.region), backend.bucket)
